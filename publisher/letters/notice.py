"""The amendment notice: how long before, what it must say, and its text.

One Markdown text is frozen with the release. What belongs to one recipient stands in it as a
field, `{{name}}`, and is filled in by `letter`.
"""

from __future__ import annotations

from collections.abc import Sequence

from publisher.compare.amendment import Amendment
from publisher.compare.change import Change, ChangeKind
from publisher.compare.summary import summary
from publisher.policies.dates import long_date
from publisher.policies.language import english_name, own_name
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Note
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.review.findings import explains

FIELDS = ("name", "opt_out_link", "opt_out_address", "changes_link")
"""The fields of a letter: written `{{name}}` in its text. Letters frozen before there was
`changes_link` do without it."""
LINKS = frozenset({"opt_out_link", "changes_link"})
"""Those that are addresses of ours, and stand where Markdown wants an address."""


def compose(
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
        f"In figures: {_lower(summary(amendment))}.",
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


def compose_postponement(
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
