"""What a template of a letter about a release, or of its form, may print: each value by name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from urllib.parse import quote

from publisher.checks.text_findings import explains
from publisher.compare.amendment import Amendment
from publisher.compare.change import Change
from publisher.compare.change_words import change_words
from publisher.compare.summary import summary_sentence
from publisher.letters.fields import LETTER_FIELDS, SEAL, without_fields
from publisher.policies.anchoring import ANCHOR
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Note, Policy
from publisher.releases.address import Addresses
from publisher.releases.announcement import Announcement
from publisher.releases.release import Release
from publisher.text.writing import Markdown, quoted, written_address, written_lines, written_link
from publisher.wording.dates import day_and_month
from publisher.wording.language import own_name
from publisher.wording.words import Words

_SECTION_LINK = re.compile(rf"\]\(#({ANCHOR.pattern})\)")
"""The end of a Markdown link to a section."""


@dataclass(frozen=True)
class Announced:
    """A release as its letters in one language tell of it."""

    release: Release
    """As its authoritative text has it."""
    announcement: Announcement
    organisation: Organisation
    compared: Mapping[str, Amendment | None]
    """What changes from the version before, by language; empty: in the authoritative text. None:
    the version before was not translated."""
    words: Words
    """Of the language."""
    language: str = ""
    """Of a translation; empty: that of the authoritative text."""

    @cached_property
    def policy(self) -> Policy:
        """The policy in the language."""
        policy = self.release.policy
        return policy.in_language(self.language) if self.language else policy

    @cached_property
    def _before(self) -> Policy | None:
        """The version before in the language; None: it was not translated."""
        policy = self.announcement.before.policy
        if not self.language:
            return policy
        there = self.language in policy.translations
        return policy.in_language(self.language) if there else None

    @property
    def _at(self) -> Addresses:
        return Addresses(self.organisation.site, self.release.policy.id)

    # ── what all texts about the release have ───────────────────────────────────────────────────

    def form_values(self) -> dict[str, object]:
        """The values of the words above the form."""
        facts, words = self.policy.facts, self.words
        wording = self.release.policy.facts.translations.get(self.language)
        return {
            "organisation": self.organisation.name,
            "title": facts.title,
            "version": str(self.release.number.major),
            "before": str(self.announcement.before.number),
            "effective": words.day(self.release.effective),
            "closes": words.day(self.release.closes),
            "zone": words.zone(self.release.conditions.time_zone),
            "remark": quoted(without_fields(facts.remark)),
            "effect": _said(facts.effect),
            "precedence": _said(wording.precedence) if wording else Markdown(""),
        }

    def letter_values(self) -> dict[str, object]:
        """The values of a letter but for the link to reply with, which its subject is part of."""
        facts, words, told = self.policy.facts, self.words, self.announcement
        closes = self.release.closes
        fields = {name: Markdown(f"{{{{{name}}}}}") for name in (*LETTER_FIELDS, SEAL)}
        return {
            **self.form_values(),
            **fields,
            **self._addresses(),
            "letterhead": written_lines(self.organisation.letterhead),
            "contact": written_link(facts.contact, f"mailto:{facts.contact}"),
            "corrected": str(self.release.number) if self.release.number.minor else "",
            "closes_short": day_and_month(closes, words.language) if closes else "",
            "before_applies": self._before_applies,
            "summary": self._general(told.summaries),
            "addition": self._general(told.additions),
            "day_reason": self._general(told.day_reasons),
            "changes": tuple(self._explained()),
            "figures": self._figures(),
            "languages": self._languages(),
            "decides": words.name_of(self.release.policy.facts.language),
        }

    @property
    def _before_applies(self) -> bool:
        """Whether the version before is in force when this one is published."""
        begins, published = self.announcement.before.begins, self.release.published
        return begins is None or published is None or begins <= self.release.day_of(published)

    def _addresses(self) -> dict[str, Markdown]:
        at, number, old = self._at, self.release.number, self.announcement.before.number
        tag = self.language
        redline = at.retranslated(number, tag) if tag and self._before else at.changes(number)
        found = {
            "text_address": at.translation(number, tag) if tag else at.release(number),
            "before_address": at.translation(old, tag) if tag and self._before else at.release(old),
            "redline_address": self._whole_redline(redline),
            "correction_address": self._correction(),
            "history_address": at.history,
        }
        return {name: written_address(address) for name, address in found.items()}

    def _whole_redline(self, redline: str) -> str:
        """What the version changes, as the figures and the sections of the letter tell it.

        As long as a correction leaves the text as it was, that is the page of the release that it
        corrects; after that, the comparison with the text that applies now.
        """
        first, old = self.announcement.first, self.announcement.before.number
        if first is None:
            return redline
        at, tag, number = self._at, self.language, self.release.number
        if self._corrected:
            return at.between(old, number, tag if self._before else "")
        translated = tag in first.policy.translations and self._before
        return at.retranslated(first.number, tag) if translated else at.changes(first.number)

    def _correction(self) -> str:
        """What was corrected since the first letter; empty: nothing."""
        first, number = self.announcement.first, self.release.number
        if first is None or not self._corrected:
            return ""
        alone = self.release.before == first.number
        return self._at.changes(number) if alone else self._at.between(first.number, number)

    @property
    def _corrected(self) -> bool:
        """Whether the text is no longer the one that people were first told of."""
        first, policy = self.announcement.first, self.release.policy
        if first is None:
            return False
        texts = [(one.files, one.translations.get(self.language)) for one in (first.policy, policy)]
        return texts[0] != texts[1]

    def _languages(self) -> Markdown:
        """The other languages, each a link in its own name."""
        at, number, policy = self._at, self.release.number, self.release.policy
        pages = {"": at.release(number)}
        pages |= {tag: at.translation(number, tag) for tag in policy.translations}
        links = [
            written_link(own_name(tag or policy.facts.language), address)
            for tag, address in pages.items()
            if tag != self.language
        ]
        return Markdown(", ".join(links))

    # ── what changes ─────────────────────────────────────────────────────────────────────────────

    def _figures(self) -> str:
        """How much changes in the text of this language; empty: it was not translated before."""
        found = self.compared[self.language]
        if found is None or found.empty:
            return ""
        said = summary_sentence(found, self.words)
        # Within a sentence it goes on in small letters, but for languages that have none.
        return said[:1].lower() + said[1:]

    def _general(self, notes: Iterable[Note]) -> Markdown:
        return self._noted("\n\n".join(note.text_in(self.language).strip() for note in notes))

    def _noted(self, text: str) -> Markdown:
        """A note in a letter, where a link to a section of the policy has to name the page."""
        at, number = self._at, self.release.number
        page = at.translation(number, self.language) if self.language else at.release(number)
        return _said(_SECTION_LINK.sub(rf"]({page}#\1)", text))

    def _explained(self) -> Iterator[Mapping[str, object]]:
        """Each note with the sections it explains, in the policy's order."""
        found, notes = self.compared[""], self.announcement.notes
        changes = found.changes if found else ()
        told: set[str] = set()
        for change in changes:
            note = explains(change, notes)
            if note is None or note.name in told:
                continue
            told.add(note.name)
            sections = self._sections([c for c in changes if explains(c, notes) is note])
            reason = self._noted(note.text_in(self.language))
            yield {"sections": sections, "reason": reason}

    def _sections(self, changes: Sequence[Change]) -> tuple[Mapping[str, str], ...]:
        lines: dict[str, list[str]] = {}
        for change in map(self._titled, changes):
            lines.setdefault(change.title, []).append(change_words(change, self.words))
        return tuple(
            {"title": title, "what": self.words.listed(list(dict.fromkeys(what)))}
            for title, what in lines.items()
        )

    def _titled(self, change: Change) -> Change:
        """A change with the titles that its section has in the language, where it has any."""
        if not self.language or not change.anchor:
            return change
        new, old = self._titles
        title = new.get(change.anchor) or old.get(change.anchor) or change.title
        return replace(change, title=title, was=old.get(change.anchor, change.was))

    @cached_property
    def _titles(self) -> tuple[dict[str, str], dict[str, str]]:
        """The titles of sections by anchor, now and before."""
        new, old = (
            {section.anchor: section.title for section in policy.document.sections}
            if policy
            else {}
            for policy in (self.policy, self._before)
        )
        return new, old


def _said(text: str) -> Markdown:
    """What people wrote as Markdown, in which nothing is filled in when the letter is sent."""
    return Markdown(without_fields(text.strip()))


def reply_link(subject: str, declaration: str) -> Markdown:
    """An address that begins an answer to a letter, with its subject and the words that opt out
    (RFC 6068).

    Args:
        subject: of the letter, in words.
        declaration: the words.
    """
    # An answer's own subject says nothing, so that what is declared is what stands below it.
    # In small letters, so that `{{name}}` in a title is no field there: it is one as `%7B%7Bname…`.
    said, words = (
        quote(each, safe="").replace("%7B", "%7b") for each in (f"Re: {subject}", declaration)
    )
    return Markdown(f"mailto:{{{{opt_out_address}}}}?subject={said}&body={words}")
