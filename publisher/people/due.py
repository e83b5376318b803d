"""Who is still to be told of a release, and which version each recipient was last told of.

What is said here of one recipient is the rule. A ledger of a million counts and finds them by the
same rule in its own language, and a test holds the two to each other.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.recipients import Recipient
from publisher.releases.announcement import supplements
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterCase, LetterKind

REACHED = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT, DeliveryState.OTHERWISE)
"""States of a letter that may have arrived, or need not: no other with the same content may
follow."""
MAY_KNOW = (*REACHED, DeliveryState.BOUNCED)
"""States of a letter whose recipient may know of the release."""
KNOWS = (DeliveryState.ACCEPTED, DeliveryState.AGREED, DeliveryState.OTHERWISE)
"""States in which a recipient knows a version."""


class EarlierLetter(NamedTuple):
    """What is known of one recipient and one release."""

    recipient: int
    """Their number."""
    number: Number
    state: DeliveryState
    """To do: a run has begun since they are recipients, and they have had no letter."""
    effective: dt.date | None
    """The effective date that the letter told of; None: there was none."""


class NoticeState(StrEnum):
    """What became of the notice of a release to one recipient."""

    TO_TELL = "to tell"
    TOLD = "told"
    """Of it, or of another number of it with the same effective date."""
    AGREED = "agreed"
    """They came with this version or a later one, so nothing is to be told."""
    IN_DOUBT = "in doubt"
    REFUSED = "refused"
    """Or bounced."""
    OTHERWISE = "told otherwise"
    GIVEN_UP = "given up"


NOTICE_STATE_AFTER = {
    DeliveryState.TO_DO: NoticeState.TO_TELL,
    DeliveryState.ACCEPTED: NoticeState.TOLD,
    DeliveryState.AGREED: NoticeState.AGREED,
    DeliveryState.IN_DOUBT: NoticeState.IN_DOUBT,
    DeliveryState.REFUSED: NoticeState.REFUSED,
    DeliveryState.BOUNCED: NoticeState.REFUSED,
    DeliveryState.OTHERWISE: NoticeState.OTHERWISE,
    DeliveryState.GIVEN_UP: NoticeState.GIVEN_UP,
}
"""What the state of a letter says, where nothing else is known."""


def notice_state_of(release: Release, letters: Iterable[EarlierLetter]) -> tuple[NoticeState, bool]:
    """What became of the notice of a release to one recipient.

    Args:
        release: a release with a notice.
        letters: what is known of the recipient, about any release of the policy.

    Returns:
        That, and whether they have not been told of any number of this release.
    """
    own, same, before, later = DeliveryState.TO_DO, False, False, False
    adds = supplements(release)
    for letter in letters:
        agreed = letter.state is DeliveryState.AGREED
        if letter.number == release.number:
            own = letter.state
        elif agreed and letter.number > release.number:
            later = True
        elif letter.number.major == release.number.major and (agreed or letter.state in REACHED):
            before = True
            # Whoever had an earlier letter lacks what a supplement adds to it.
            lacks = adds and letter.number < release.number
            told = not agreed and not lacks and letter.effective == release.effective
            same = same or told
    if same:
        return NoticeState.TOLD, False
    if own is DeliveryState.TO_DO and later:
        return NoticeState.AGREED, False
    return NOTICE_STATE_AFTER[own], not before


def letter_case(
    release: Release, releases: Releases, letters: Iterable[EarlierLetter], *, opted_out: bool
) -> LetterCase | None:
    """What the letter about a release has to say to one recipient who is to be told.

    Args:
        release: a release with a notice.
        releases: all releases of the policy.
        letters: what is known of the recipient, about any release of the policy.
        opted_out: whether they opted out of an earlier version, and that stands.

    Returns:
        None: the usual.
    """
    there = release.telling.letters
    major = release.number.major
    earlier = [n for n in letters if n.number.major == major and n.number < release.number]
    told = [one for one in earlier if one.state in REACHED]
    came = [one.number for one in earlier if one.state is DeliveryState.AGREED]
    if told:
        # Who was told another day is told of this one, by the letter that has all additions too;
        # whether one in doubt told them of this day already, nobody knows.
        days = {one.effective for one in told}
        certain = {one.effective for one in told if one.state in KNOWS}
        moved = days != {release.effective} and release.effective not in certain
        ways = [LetterCase.SUPPLEMENT, LetterCase.POSTPONED]
        found = (case for case in (ways[::-1] if moved else ways) if LetterKind(case) in there)
        return next(found, None)
    days = {one.effective for number in came if (one := releases.find(number))}
    if days and release.effective not in days and LetterKind(LetterCase.POSTPONED) in there:
        return LetterCase.POSTPONED  # they know this version, and another day of it
    again = opted_out and LetterKind(LetterCase.AGAIN) in there
    return LetterCase.AGAIN if again else None


@dataclass(frozen=True, slots=True)
class Due:
    """How many recipients of a release there are, by what became of their letters."""

    recipients: int
    to_tell: int
    told: int
    agreed: int
    in_doubt: int
    refused: int
    """How many letters were refused or bounced."""
    new: int
    """How many of those to tell have not been told of any number of this release."""
    otherwise: int = 0
    """How many were told in another way."""
    given_up: int = 0

    @classmethod
    def of(cls, counts: Mapping[tuple[NoticeState, bool], int]) -> Due:
        """They, counted by what `notice_state_of` says of each."""
        by: Counter[NoticeState] = Counter()
        for (standing, _), count in counts.items():
            by[standing] += count
        return cls(
            recipients=by.total(),
            to_tell=by[NoticeState.TO_TELL],
            told=by[NoticeState.TOLD],
            agreed=by[NoticeState.AGREED],
            in_doubt=by[NoticeState.IN_DOUBT],
            refused=by[NoticeState.REFUSED],
            new=counts.get((NoticeState.TO_TELL, True), 0),
            otherwise=by[NoticeState.OTHERWISE],
            given_up=by[NoticeState.GIVEN_UP],
        )


def delivery_due(release: Release, recipient: Recipient, now: dt.datetime) -> Delivery:
    """The delivery of a notice that is about to be sent.

    Args:
        release: a release with a notice.
        recipient: who is still to be told.
        now: the time, with its offset.
    """
    about = release.policy.id, str(release.number), recipient.number
    to = recipient.address
    return Delivery(*about, release.effective, DeliveryState.TO_DO, "", to, "", now, 0)


@dataclass(frozen=True, slots=True)
class Told:
    """Which version each of some recipients was last told of, before a release."""

    numbers: Mapping[int, Number]
    """By the recipient's number."""
    others: Number | None
    """Of those who are not in `numbers`, since no letter was ever due to them: the version that the
    release replaces; None: it replaces none."""

    def before(self, recipient: Recipient) -> Number | None:
        """The version that a recipient knows, from the last letter or from before any was due."""
        return self.numbers.get(recipient.number, self.others)


class Addressee(NamedTuple):
    """Somebody who is to be told, and what their letter depends on."""

    recipient: Recipient
    before: Number | None
    """The version that they know; None: none."""
    case: LetterCase | None = None
    """What their letter has to say; None: the usual."""


def to_be_told(
    release: Release,
    releases: Releases,
    recipients: Iterable[Recipient],
    letters: Sequence[EarlierLetter] = (),
    opted_out: Collection[int] = (),
) -> list[Addressee]:
    """Those who are to be told of a release, in the same order.

    Args:
        release: a release with a notice.
        releases: all releases of the policy.
        recipients: who.
        letters: what is known of them, about any release of the policy.
        opted_out: the numbers of those who opted out of an earlier version, where that stands.
    """
    told = told_before(release, releases, letters)
    own: dict[int, list[EarlierLetter]] = {}
    for letter in letters:
        own.setdefault(letter.recipient, []).append(letter)
    return [
        Addressee(
            one,
            told.before(one),
            letter_case(
                release, releases, own.get(one.number, ()), opted_out=one.number in opted_out
            ),
        )
        for one in recipients
    ]


def told_before(
    release: Release, releases: Releases, letters: Iterable[EarlierLetter] = ()
) -> Told:
    """Which version some recipients were last told of: that of the last letter a carrier accepted,
    or the one they came with if that is later.

    Recipients whose first letter was not accepted still know the version before it.

    Args:
        release: before which release.
        releases: all releases of the policy.
        letters: what is known of these recipients, about any release of the policy.
    """
    numbers: dict[int, Number] = {}
    for letter in sorted(letters, key=lambda one: one.number):
        if letter.number >= release.number:
            break
        if letter.state in KNOWS:
            numbers[letter.recipient] = letter.number
        elif (about := releases.find(letter.number)) and about.notice:
            missed = releases.material_predecessor(about)
            if missed:
                numbers.setdefault(letter.recipient, missed.number)
    before = releases.material_predecessor(release)
    return Told(numbers, before.number if before else None)
