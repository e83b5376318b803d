"""The text of the notice of an amendment, and the letter with it.

One Markdown text is frozen with the release. What belongs to one recipient stands in it as a
field, `{{name}}`, which `fields` fills in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from publisher.checks.text_findings import explains
from publisher.compare.amendment import Amendment
from publisher.compare.change import Change, ChangeKind
from publisher.compare.summary import summary_sentence
from publisher.errors import SendError
from publisher.law.profiles import PROFILES
from publisher.letters.fields import PersonalLinks, field_values, fill
from publisher.letters.message import Content, Letter, PdfFile, notice_message
from publisher.letters.seal_line import seal_field, with_seal
from publisher.people.recipients import Recipient
from publisher.policies.dates import long_date
from publisher.policies.language import english_name, own_name
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Note
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release


class Enclosed(NamedTuple):
    """What goes with every letter of a run."""

    pdf: bytes = b""
    """The release as PDF, where its profile wants it on a durable medium; else empty."""
    head: str = ""
    """The head of the ledger when the run began, as a line; empty: it is not said."""


NOTHING_ENCLOSED = Enclosed()


def compose_notice(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    links: PersonalLinks,
    date: dt.datetime,
    enclosed: Enclosed = NOTHING_ENCLOSED,
) -> Letter:
    """The notice of a release to one recipient.

    Args:
        release: a release that has a notice.
        recipient: whom it is for.
        organisation: who writes.
        links: the recipient's own.
        date: for the Date field.
        enclosed: what goes with every letter of the run.
    """
    content = _content(release, recipient, organisation, links, date)
    content = replace(content, ledger=enclosed.head)
    return notice_message(content, links.reply, _attached(release, enclosed.pdf))


def compose_test_notice(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    links: PersonalLinks,
    date: dt.datetime,
    enclosed: Enclosed = NOTHING_ENCLOSED,
) -> Letter:
    """The notice of a release as a test: its subject says so, and its Message-ID is its own.

    Args:
        release, recipient, organisation, links, date, enclosed: as for `compose_notice`.
    """
    content = _content(release, recipient, organisation, links, date)
    content = replace(content, name=f"{content.name} test {date.isoformat()}")
    return notice_message(content, links.reply, _attached(release, enclosed.pdf), mark="[Test]")


def _content(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    links: PersonalLinks,
    date: dt.datetime,
) -> Content:
    return Content(
        text=sent_text(release, recipient, links),
        language=release.policy.facts.language,
        organisation=organisation,
        recipient=recipient,
        date=date,
        name=f"notice of {release.name} to {recipient.customer} at {recipient.address}",
        sealed=seal_field(release),
    )


def _attached(release: Release, data: bytes) -> PdfFile | None:
    return PdfFile(f"{release.policy.id}-{release.number}.pdf", data) if data else None


def sent_text(release: Release, recipient: Recipient, links: PersonalLinks) -> str:
    """The notice of a release as one recipient gets it, Markdown: with the seal of the release."""
    return with_seal(fill(release.notice, field_values(recipient.name, links)), release)


def text_to_attach(release: Release, stored: Callable[[], bytes]) -> bytes:
    """The text of a release as PDF, where its profile wants it on a durable medium; else empty.

    Args:
        release: which.
        stored: reads the PDF that was frozen with it; empty where there is none.

    Raises:
        SendError: the PDF that has to travel with the letter is not there.
    """
    profile = release.policy.facts.profile
    if not PROFILES[profile].durable:
        return b""
    data = stored()
    if not data:
        raise SendError(
            f"the profile {profile} wants the text to travel with the letter, "
            "and the release has no policy.pdf",
            where=f"versions/{release.name}",
            remedy="restore the folder from git, or freeze a correction",
        )
    return data


# ── the text that is frozen ──────────────────────────────────────────────────────────────────────


def notice_text(
    release: Release,
    before: Release,
    amendment: Amendment,
    organisation: Organisation,
) -> str:
    """The text of the notice of a material release, Markdown with fields.

    Args:
        release: the release that people are told about; its `effective` and `closes` are set.
        before: the version it replaces.
        amendment: what differs between the two.
        organisation: who writes.
    """
    facts = release.policy.facts
    at = Addresses(organisation.site, release.policy.id)
    effective = long_date(release.effective, facts.language)
    closes = long_date(release.closes, facts.language)
    new, old = f"version {release.number}", f"version {before.number}"
    general = next((n.text.strip() for n in release.policy.notes if not n.anchors), "")
    parts = [
        f"# {facts.title}: {new} applies from {effective}",
        "Dear {{name}},",
        f"{organisation.name} is amending its {facts.title}. "
        f"On **{effective}**, {new} takes the place of {old}. Until then, {old} applies.",
        _quote(facts.remark),
        general,
        f"## What you can do until {closes}",
        f"You may opt out of {new} until the end of **{closes}** (UTC), in either of two ways:",
        _ways(new),
        facts.effect,
        f"If you do nothing, {new} applies to you from {effective}.",
        "## What changes, and why",
        f"In figures: {_lower(summary_sentence(amendment))}.",
        *_explained(amendment.changes, release.policy.notes),
        "## The exact words",
        f"- [Every change, word by word]({at.changes(release.number)})\n"
        f"{_SINCE}"
        f"- [{new.capitalize()} in full]({at.release(release.number)})\n"
        f"{_in_other_languages(release, at)}"
        f"- [{old.capitalize()}, which applies until then]({at.release(before.number)})\n"
        f"- [All versions]({at.history})",
        *_closing(facts.contact, organisation),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _in_other_languages(release: Release, at: Addresses) -> str:
    links = ", ".join(
        f"[{own_name(language)}]({at.translation(release.number, language)})"
        for language in release.policy.translations
    )
    decides = english_name(release.policy.facts.language)
    return f"- In other languages: {links}; the {decides} text decides\n" if links else ""


def postponement_text(
    release: Release, before: Release, postponed: Release, organisation: Organisation
) -> str:
    """The text of the letter that tells of a later effective date.

    Args:
        release: the correction with the later date.
        before: the version in force until then.
        postponed: the release whose date was announced before.
        organisation: who writes.
    """
    facts = release.policy.facts
    at = Addresses(organisation.site, release.policy.id)
    effective = long_date(release.effective, facts.language)
    closes = long_date(release.closes, facts.language)
    new = f"version {release.number.major}"
    parts = [
        f"# {facts.title}: {new} now applies from {effective}",
        "Dear {{name}},",
        f"{organisation.name} told you that {new} of its {facts.title} would apply from "
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
        *_closing(facts.contact, organisation),
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


def _closing(contact: str, organisation: Organisation) -> tuple[str, str]:
    return (
        f"If you have questions, write to [{contact}](mailto:{contact}).",
        "\\\n".join(organisation.letterhead),
    )


def _quote(text: str) -> str:
    return "\n".join(f"> {line}" for line in text.splitlines())


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


_CHANGES = {
    ChangeKind.ADDED: "new",
    ChangeKind.MOVED: "moved, words unchanged",
    ChangeKind.MERGED: "merged into another section",
    ChangeKind.SPLIT: "split in two",
}


def change_words(change: Change) -> str:
    """A change in a few words for a customer: `amended`, `renamed from “…”`."""
    if change.kind is ChangeKind.RETITLED:
        return f"renamed from “{change.was}”"
    return _CHANGES.get(change.kind, change.kind.value)


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
                lines.setdefault(other.title, []).append(change_words(other))
        headings = "\\\n".join(
            f"**{title}** ({', '.join(kinds)})" for title, kinds in lines.items()
        )
        parts += [headings, note.text.strip()]
    return parts
