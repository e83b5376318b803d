"""The versions of a policy as JSON: which there are, when each applies, and the text of each.

The forms are documented in `docs/machine-readable.md` and described by the schemas beside it. They
hold no status: who knows the day computes it from the dates.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from publisher.exchange.diff_json import section_value
from publisher.releases.address import Addresses
from publisher.releases.folder import SUMS_FILE
from publisher.releases.number import Materiality, Number
from publisher.releases.periods import Period, announced, applied, by_number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import Statement
from publisher.site.change_summary import ChangeSummary
from publisher.site.languages import translation_markdown
from publisher.wording.words import Words

VERSIONS = "urn:policy-publisher:versions:1"
PERIODS = "urn:policy-publisher:periods:1"
TEXT = "urn:policy-publisher:policy:1"
"""The `$id` of each JSON Schema; its number rises when a reader of the old form would misread."""


def text_digest(release: Release) -> str:
    """SHA-256 of a version's text as it is downloaded (`policy.md`), hexadecimal."""
    return hashlib.sha256(release.policy.markdown.encode()).hexdigest()


def version_kind(release: Release) -> str:
    """What sort of version it is: `first`, `amendment` or `correction`."""
    if release.previous is None:
        return "first"
    return "correction" if release.materiality is Materiality.EDITORIAL else "amendment"


def versions_json(
    releases: Releases,
    organisation: str,
    at: Addresses,
    changes: Mapping[Number, ChangeSummary],
    words_of: Callable[[str], Words],
) -> bytes:
    """`versions.json`: every version with its dates, digests and addresses, oldest first.

    Args:
        releases: all releases of one policy.
        organisation: who publishes.
        at: addresses with the site's own in front.
        changes: what each version changes against the one before it, by number.
        words_of: gives the words in a language, by its tag.
    """
    facts = releases[-1].policy.facts
    ahead, in_force = by_number(announced(releases)), by_number(applied(releases))
    listed = {
        "page": at.current,
        "history": at.history,
        "day": at.day,
        "periods": at.listing("periods.json"),
        "atom": at.listing("feed.atom"),
        "json_feed": at.listing("feed.json"),
        "timemap": at.listing("timemap.link"),
    }
    found = [
        {
            **_facts(release),
            "time_zone": release.conditions.time_zone,
            **({"seen": moment(release.imported.seen)} if release.imported else {}),
            "announced": _days(ahead.get(release.number)),
            "applies": _days(in_force.get(release.number)),
            "notice": _notice(release, releases, at),
            "retracted": _retraction(release, releases, at),
            **_neighbours(release, releases),
            "opt_out_until": _day(_closes(release, releases)),
            "sha256": {"text": text_digest(release), "seal": release.seal},
            "urls": _urls(release, releases, at, amended=release.number in changes),
            **_figures(changes.get(release.number), words_of(release.policy.facts.language)),
            "translations": list(_translations(release, releases, at, words_of)),
        }
        for release in releases
    ]
    return _json(
        {
            "$schema": VERSIONS,
            "policy": releases[0].policy.id,
            "title": facts.title,
            "publisher": organisation,
            "urls": listed,
            "register": [at.statement(one.file) for one in releases.register],
            "versions": found,
        }
    )


def _facts(release: Release) -> dict[str, Any]:
    return {
        "number": str(release.number),
        "kind": version_kind(release),
        "title": release.policy.facts.title,
        "language": release.policy.facts.language,
        "published": moment(release.published),
        "effective": _day(release.effective),
    }


def _closes(release: Release, releases: Releases) -> dt.date | None:
    gone = releases.is_retracted(release)
    return releases.closing_day(release) if release.closes and not gone else None


def _notice(release: Release, releases: Releases, at: Addresses) -> dict[str, Any] | None:
    """What is asked and known of the notice on which a version waits; None: nothing is asked."""
    if releases.deciding(release) is None or releases.is_retracted(release):
        return None
    record = releases.stated(release)
    return {
        "without_record": release.without_record.value,
        "record": _record(record, at) if record else None,
    }


def _record(record: Statement, at: Addresses) -> dict[str, Any]:
    notice = record.notice
    assert notice
    return {
        "statement": record.number,
        "url": at.statement(record.file),
        "stated": moment(record.stated),
        "role": record.role,
        "means": notice.means.value,
        "described": notice.described or None,
        "first": _day(notice.first),
        "last": _day(notice.last),
        "applies": _day(notice.applies),
    }


def _retraction(release: Release, releases: Releases, at: Addresses) -> dict[str, Any] | None:
    statement = releases.register.retraction(release.number)
    if statement is None:
        return None
    return {
        "on": _day(release.day_of(statement.stated)),
        "statement": statement.number,
        "url": at.statement(statement.file),
        "role": statement.role,
    }


def _neighbours(release: Release, releases: Releases) -> dict[str, Any]:
    place, compared = releases.place_of(release), releases.predecessor(release)
    # How it stands when all that is announced has come.
    by = releases.status(release, dt.date.max).by
    return {
        "previous": str(releases[place - 1].number) if place else None,
        "next": str(releases[place + 1].number) if place + 1 < len(releases) else None,
        "compared_with": str(compared.number) if compared else None,
        "replaced_by": str(by) if by else None,
    }


def _urls(release: Release, releases: Releases, at: Addresses, *, amended: bool) -> dict[str, Any]:
    number = release.number
    urls: dict[str, Any] = {
        "page": at.release(number),
        "markdown": at.download(number, "policy.md"),
        "json": at.download(number, "policy.json"),
        "akoma_ntoso": at.download(number, "policy.akn.xml"),
        "checksums": at.download(number, SUMS_FILE),
    }
    if amended:
        urls["changes"] = {
            "page": at.changes(number),
            "markdown": at.download(number, "changes.md"),
            "json": at.download(number, "changes.json"),
        }
    if releases.has_pdf(release):
        urls["pdf"] = at.download(number, "policy.pdf")
        if amended:
            urls["changes"]["pdf"] = at.download(number, "changes.pdf")
    if release.notice:
        urls["notice"] = at.notice(number)
    if release.opt_out:
        urls["opt_out"] = at.opt_out(number)
    return urls


def _figures(found: ChangeSummary | None, words: Words) -> dict[str, Any]:
    if found is None:
        return {}
    counts = found.figures.counts
    figures = {"inserted": counts.inserted, "deleted": counts.deleted, "moved": counts.moved}
    told = {"told": found.told} if found.told and not found.untold else {}
    return {"changes": {"summary": found.sentence(words), **figures, **told}}


def periods_json(releases: Releases, at: Addresses) -> bytes:
    """`periods.json`: which version applied on which day, and which was announced on it."""
    return _json(
        {
            "$schema": PERIODS,
            "policy": releases[0].policy.id,
            "applied": [_period(p, at) for p in applied(releases)],
            "announced": [_period(p, at) for p in announced(releases)],
        }
    )


def _period(period: Period, at: Addresses) -> dict[str, Any]:
    number = period.release.number
    zone = period.release.conditions.time_zone
    return {
        "version": str(number),
        "url": at.release(number),
        **(_days(period) or {}),
        "time_zone": zone,
    }


def text_json(release: Release, organisation: str, at: Addresses) -> bytes:
    """`policy.json`: the text of one version by section, in order."""
    return _json(
        {
            "$schema": TEXT,
            "policy": release.policy.id,
            **_facts(release),
            "publisher": organisation,
            "remark": release.policy.facts.remark,
            "url": at.release(release.number),
            "sha256": {"text": text_digest(release), "seal": release.seal},
            "retired": dict(release.policy.facts.retired),
            "sections": [section_value(s) for s in release.policy.document.sections],
        }
    )


def translation_json(
    release: Release, language: str, organisation: str, at: Addresses, words: Words
) -> bytes:
    """`policy.LANGUAGE.json`: a translation of one version by section, in order.

    Args:
        release: the version.
        language: of the translation.
        organisation: who publishes.
        at: addresses with the site's own in front.
        words: those around the translation.
    """
    policy = release.policy.in_language(language)
    return _json(
        {
            "$schema": TEXT,
            "policy": policy.id,
            **_facts(release),
            "title": policy.facts.title,
            "language": language,
            "publisher": organisation,
            "remark": policy.facts.remark,
            "url": at.translation(release.number, language),
            "sha256": {
                "text": translated_digest(release, language, at, words),
                "seal": release.seal,
            },
            "translation_of": {
                "language": release.policy.facts.language,
                "url": at.release(release.number),
                "precedence": release.policy.facts.translations[language].precedence,
            },
            "lags": _lags(release, language),
            "retired": dict(policy.facts.retired),
            "sections": [section_value(s) for s in policy.document.sections],
        }
    )


def translated_digest(release: Release, language: str, at: Addresses, words: Words) -> str:
    """SHA-256 of a translation as it is downloaded, hexadecimal; see `translation_json`."""
    return hashlib.sha256(translation_markdown(release, language, at, words).encode()).hexdigest()


def _lags(release: Release, language: str) -> list[dict[str, str | None]]:
    return [
        {"anchor": lag.anchor, "behind": str(lag.behind) if lag.behind else None}
        for lag in release.lagging(language)
    ]


def _translations(
    release: Release, releases: Releases, at: Addresses, words_of: Callable[[str], Words]
) -> Iterator[dict[str, Any]]:
    number, before = release.number, releases.predecessor(release)
    for language in release.policy.translations:
        urls: dict[str, Any] = {
            "page": at.translation(number, language),
            "markdown": at.download(number, f"policy.{language}.md"),
            "json": at.download(number, f"policy.{language}.json"),
            "pdf": at.download(number, f"policy.{language}.pdf"),
        }
        if before and language in before.policy.translations:
            urls["changes"] = at.retranslated(number, language)
        yield {
            "language": language,
            "title": release.policy.facts.translations[language].title,
            "lags": _lags(release, language),
            "sha256": {"text": translated_digest(release, language, at, words_of(language))},
            "urls": urls,
        }


def moment(when: dt.datetime | None) -> str | None:
    """A time as RFC 3339 writes it, in UTC: `2027-01-10T09:30:00Z`."""
    if when is None:
        return None
    # Not by strftime, which does not fill up the years before 1000.
    return when.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


def _days(period: Period | None) -> dict[str, str | None] | None:
    return {"from": _day(period.first), "until": _day(period.last)} if period else None


def _json(value: dict[str, Any]) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
