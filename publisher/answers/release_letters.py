"""The letters of one release, each with the links of its recipient, whoever carries them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

from publisher.answers.personal_links import (
    envelope_sender,
    personal_links,
    personal_token,
    sample_token,
)
from publisher.letters.fields import PersonalLinks, field_values
from publisher.letters.kinds import as_told, letter_kind, letter_language
from publisher.letters.letter_holes import Frame, Reader
from publisher.letters.message import Letter
from publisher.letters.notice import Enclosed, compose_notice
from publisher.letters.stencil import Stencil, stencil_of
from publisher.letters.telling_order import applying_instead
from publisher.people.due import Addressee
from publisher.people.recipients import SAMPLE, Recipient
from publisher.policies.organisation import Organisation
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterCase, LetterKind

USUAL_LETTER = LetterKind()
"""The letter in the usual case and the authoritative language."""
_MOST_STENCILS = 64
"""Limit on the stencils that are kept: each is as large as a letter with what travels with it."""


class _Kind(NamedTuple):
    """One of the letters."""

    kind: LetterKind
    label: str
    """The same in short."""
    nobody: str
    """What stands in it for a name."""


@dataclass(frozen=True)
class ReleaseLetters:
    """The letters of one release."""

    release: Release
    releases: Releases
    """All of the policy."""
    organisation: Organisation
    key: bytes
    """Signs the personal links."""
    enclosed: Enclosed
    _stencils: dict[tuple[object, ...], Stencil | None] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """By what the letters have in common; None: such are composed one by one."""
    _kinds: dict[tuple[object, ...], _Kind] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """By the case and the language of their readers."""

    def kind(self, whom: Addressee) -> LetterKind:
        """Which of the letters somebody gets."""
        return letter_kind(self.release, whom.case, whom.recipient.language)

    def to(self, whom: Addressee, now: dt.datetime) -> Letter:
        """The letter to one recipient, by what they were told of before: spliced where that gives
        the same bytes.

        Raises:
            RecipientsError: nobody can be written to at what is recorded as their address.
        """
        letter = self.in_a_stencil(whom, now) or self.composed(whom, now)
        if not self.organisation.bounces:
            return letter
        if whom.case is LetterCase.REMINDER:  # what comes back of it says nothing of the notice
            return Letter(letter.id, self.organisation.bounces, letter.to, letter.data)
        sender = envelope_sender(self.key, self.release, whom.recipient, self.organisation)
        return Letter(letter.id, sender, letter.to, letter.data)

    def composed(self, whom: Addressee, now: dt.datetime) -> Letter:
        """The same letter, composed for its recipient alone; raises the same."""
        return self._composed(self.kind(whom), whom.recipient, self.links(whom), now)

    def in_a_stencil(self, whom: Addressee, now: dt.datetime) -> Letter | None:
        """The same letter, spliced; None: it has to be composed."""
        recipient, before = whom.recipient, whom.before
        known = self._kinds.get((whom.case, recipient.language)) or self._known(whom)
        name = recipient.name
        token = personal_token(self.key, self.release, recipient)
        reader = Reader(recipient.customer, recipient.address, name, name or known.nobody, token)
        told = (before.major, before.minor) if before else None
        key = (known.label, told, reader.layout)
        if key not in self._stencils:
            if len(self._stencils) >= _MOST_STENCILS:
                self._stencils.clear()
            self._stencils[key] = self._stencil(known.kind, before, reader, now)
        stencil = self._stencils[key]
        return stencil.letter(reader, now) if stencil else None

    def _known(self, whom: Addressee) -> _Kind:
        kind, language = self.kind(whom), whom.recipient.language
        tag = letter_language(as_told(self.release, kind))
        nobody = field_values("", PersonalLinks("", "", ""), tag)["name"]
        # A language may be written in many ways, which are not all kept.
        if len(self._kinds) >= _MOST_STENCILS:
            self._kinds.clear()
        known = _Kind(kind, f"{kind.case or ''}.{kind.language}", nobody)
        self._kinds[whom.case, language] = known
        return known

    def _stencil(
        self,
        kind: LetterKind,
        before: Number | None,
        reader: Reader,
        now: dt.datetime,
    ) -> Stencil | None:
        def compose(one: Reader) -> Letter:
            whom = Recipient(0, one.customer, one.address, one.name)
            return self._composed(kind, whom, self._links(kind, one.token, before), now)

        told = as_told(self.release, kind)
        titled, sender = f"{self.enclosed.called} of {told.name}", self.organisation.sender
        return stencil_of(Frame(told.notice, titled, sender, now), reader, compose)

    def links(self, whom: Addressee) -> PersonalLinks:
        """The addresses in the letter to one recipient; the same whenever they are asked for."""
        kind, token = self.kind(whom), personal_token(self.key, self.release, whom.recipient)
        return self._links(kind, token, whom.before)

    def sample(self, now: dt.datetime, kind: LetterKind = USUAL_LETTER) -> bytes:
        """The letter to the sample customer, against which the others of its kind are kept."""
        links = self._links(kind, sample_token(self.release), self.release.before)
        return self._composed(kind, SAMPLE, links, now).data

    def _links(self, kind: LetterKind, token: str, before: Number | None) -> PersonalLinks:
        told = as_told(self.release, kind)
        applying = applying_instead(self.release, self.releases)
        return personal_links(told, self.organisation, token, before, kind.language, applying)

    def _composed(
        self, kind: LetterKind, recipient: Recipient, links: PersonalLinks, now: dt.datetime
    ) -> Letter:
        told = as_told(self.release, kind)
        return compose_notice(told, recipient, self.organisation, links, now, self.enclosed)
