"""The amendment notice: how long before, what it must say, and its text.

One Markdown text is frozen with the release. What belongs to one recipient stands in it as a
field, `{{name}}`, and is filled in by `letter`.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from publisher.compare.amendment import Amendment, Change, ChangeKind, summary
from publisher.policies.address import Addresses
from publisher.policies.language import dated, english_name, own_name
from publisher.policies.policy import Note
from publisher.policies.release import Number, Release

FIELDS = ("name", "opt_out_link", "opt_out_address", "changes_link")
"""The fields of a letter: written `{{name}}` in its text. Letters frozen before there was
`changes_link` do without it."""
LINKS = frozenset({"opt_out_link", "changes_link"})
"""Those that are addresses of ours, and stand where Markdown wants an address."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What a profile asks for beside its period, and where that is written."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of notice that a lawyer picked for a policy."""

    name: str
    days: int
    """Least days from publication to effect; the policy's own number may be higher."""
    months: int = 0
    """Least months, where the rule counts in months."""
    durable: bool = False
    """The text itself travels with the letter (durable medium)."""
    source: str = ""
    duties: tuple[Duty, ...] = ()


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("promise", 0, source="the policy's own promise"),
        Profile(
            "gdpr",
            1,
            source="WP260 rev.01 ¶29–31",
            duties=(
                Duty(
                    "a message devoted to the change, not mixed with marketing",
                    "WP260 rev.01 ¶29",
                ),
                Duty("the change well in advance of its effect", "WP260 rev.01 ¶30"),
            ),
        ),
        Profile(
            "p2b",
            15,
            durable=True,
            source="Reg. (EU) 2019/1150 Art. 3(2)",
            duties=(
                Duty(
                    "the right to terminate the contract is stated",
                    "Reg. (EU) 2019/1150 Art. 3(2)",
                ),
            ),
        ),
        Profile(
            "eecc",
            0,
            months=1,
            durable=True,
            source="Dir. (EU) 2018/1972 Art. 105(4)",
            duties=(
                Duty(
                    "the right to leave free of charge is stated",
                    "Dir. (EU) 2018/1972 Art. 105(4)",
                ),
            ),
        ),
        Profile(
            "dcd",
            1,
            durable=True,
            source="Dir. (EU) 2019/770 Art. 19",
            duties=(
                Duty(
                    "the reason, the day, and the right to end the contract within 30 days",
                    "Dir. (EU) 2019/770 Art. 19(1), (2)",
                ),
            ),
        ),
    )
}


def earliest_effective(profile: Profile, days: int, published: dt.date) -> dt.date:
    """The first day a release may take effect.

    Args:
        profile: the rules.
        days: the notice period that the policy itself sets, days.
        published: the day it is announced; it does not count as a day of the period.
    """
    first = published + dt.timedelta(days=max(profile.days, days))
    if profile.months:
        first = max(first, _months_later(published, profile.months))
    return first


def _months_later(day: dt.date, months: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


@lru_cache(maxsize=4096)
def long_date(day: dt.date | None, language: str = "en") -> str:
    """A day as people write it: `1 March 2027`, `1. März 2027`."""
    from babel.dates import format_date

    if day is None:
        return "a day we do not know"
    # In English the day first, for readers of every country.
    form = "d MMMM y" if language.partition("-")[0] == "en" else "long"
    return format_date(day, form, locale=dated(language))


def compose(
    release: Release,
    before: Release,
    amendment: Amendment,
    organisation: str,
    postal: str,
    site: str,
) -> str:
    """The text of the notice of a material release, Markdown with fields.

    Args:
        release: the release that people are told about; its `effective` and `closes` are set.
        before: the version it replaces.
        amendment: what differs between the two.
        organisation, postal: who writes, and its postal address.
        site: address of the published site.
    """
    facts = release.policy.facts
    at = Addresses(site, release.policy.id)
    effective = long_date(release.effective, facts.language)
    closes = long_date(release.closes, facts.language)
    new, old = f"version {release.number}", f"version {before.number}"
    general = next((n.text.strip() for n in release.policy.notes if not n.anchors), "")
    parts = [
        f"# {facts.title}: {new} applies from {effective}",
        "Dear {{name}},",
        f"{organisation} is amending its {facts.title}. "
        f"On **{effective}**, {new} takes the place of {old}. Until then, {old} applies.",
        _quote(facts.remark),
        general,
        f"## What you can do until {closes}",
        f"You may opt out of {new} until the end of **{closes}** (UTC), in either of two ways:",
        _ways(new),
        facts.effect,
        f"If you do nothing, {new} applies to you from {effective}.",
        "## What changes, and why",
        f"In figures: {_lower(summary(amendment))}.",
        *_explained(amendment.changes, release.policy.notes),
        "## The exact words",
        f"- [Every change, word by word]({at.changes(release.number)})\n"
        f"{_SINCE}"
        f"- [{new.capitalize()} in full]({at.release(release.number)})\n"
        f"{_in_other_languages(release, at)}"
        f"- [{old.capitalize()}, which applies until then]({at.release(before.number)})\n"
        f"- [All versions]({at.history})",
        *_closing(facts.contact, organisation, postal),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _in_other_languages(release: Release, at: Addresses) -> str:
    links = ", ".join(
        f"[{own_name(language)}]({at.translation(release.number, language)})"
        for language in release.policy.translations
    )
    decides = english_name(release.policy.facts.language)
    return f"- In other languages: {links}; the {decides} text decides\n" if links else ""


def compose_postponement(
    release: Release, before: Release, postponed: Release, organisation: str, postal: str, site: str
) -> str:
    """The text of the letter that tells of a later effective date.

    Args:
        release: the correction with the later date.
        before: the version in force until then.
        postponed: the release whose date was announced before.
        organisation, postal, site: as for `compose`.
    """
    facts = release.policy.facts
    at = Addresses(site, release.policy.id)
    effective = long_date(release.effective, facts.language)
    closes = long_date(release.closes, facts.language)
    new = f"version {release.number.major}"
    parts = [
        f"# {facts.title}: {new} now applies from {effective}",
        "Dear {{name}},",
        f"{organisation} told you that {new} of its {facts.title} would apply from "
        f"{long_date(postponed.effective, facts.language)}. It will apply later, from "
        f"**{effective}**. Until then, version {before.number} applies.",
        _quote(facts.remark),
        f"## What you can do until {closes}",
        f"You may opt out of {new} until the end of **{closes}** (UTC), in either of two ways. "
        "If you have opted out of it already, you need to do nothing.",
        _ways(new),
        facts.effect,
        "## The exact words",
        f"- [Every change since version {before.number}]({at.changes(postponed.number)})\n"
        f"- [What was corrected since]({at.changes(release.number)})\n"
        f"{_SINCE}"
        f"- [All versions]({at.history})",
        *_closing(facts.contact, organisation, postal),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


_SINCE = "- [What has changed since the version you were last told of]({{changes_link}})\n"
"""Who missed a letter, or joined late, finds the whole span here."""


def changes_since(told: Number | None, release: Release, site: str) -> str:
    """The address of what a release changes for somebody.

    Args:
        told: the version they were last told of; None: there is none.
        release: the release.
        site: address of the published site.
    """
    at = Addresses(site, release.policy.id)
    if told is None or told == release.previous:
        return at.changes(release.number)
    return at.between(told, release.number)


def _ways(version: str) -> str:
    return (
        f"- By form: [opt out of {version}]({{{{opt_out_link}}}})\n"
        "- By e-mail: reply to this message, or write to "
        "[{{opt_out_address}}](mailto:{{opt_out_address}}), with the words “I opt out”"
    )


def _closing(contact: str, organisation: str, postal: str) -> tuple[str, str]:
    return (
        f"If you have questions, write to [{contact}](mailto:{contact}).",
        "\\\n".join([organisation, *postal.splitlines()]),
    )


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def explains(change: Change, notes: Sequence[Note]) -> Note | None:
    """The note that explains a change; None where there is none."""
    return next((n for n in notes if set(n.anchors) & set(change.anchors)), None)


_SAID = {
    ChangeKind.ADDED: "new",
    ChangeKind.MOVED: "moved, words unchanged",
    ChangeKind.MERGED: "merged into another section",
    ChangeKind.SPLIT: "split in two",
}


def said(change: Change) -> str:
    """A change in a few words for a customer: `amended`, `renamed from “…”`."""
    if change.kind is ChangeKind.RETITLED:
        return f"renamed from “{change.was}”"
    return _SAID.get(change.kind, change.kind.value)


def _explained(changes: Sequence[Change], notes: Sequence[Note]) -> list[str]:
    """Each note under the headings of the sections it explains, in the policy's order."""
    parts: list[str] = []
    told: set[str] = set()
    for change in changes:
        note = explains(change, notes)
        if note is None or note.name in told:
            continue
        told.add(note.name)
        lines: dict[str, list[str]] = {}
        for other in changes:
            if explains(other, notes) is note:
                lines.setdefault(other.title, []).append(said(other))
        headings = "\\\n".join(
            f"**{title}** ({', '.join(kinds)})" for title, kinds in lines.items()
        )
        parts += [headings, note.text.strip()]
    return parts
