"""Which letter somebody gets about a release, by what they had before."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.people.deliveries import DeliveryState
from publisher.people.due import EarlierLetter, NoticeState, letter_case, notice_state_of
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.telling import LetterCase
from tests.fixtures.amendments import (
    EFFECTIVE,
    LATER,
    amendments,
    moved_and_supplemented,
    supplemented,
)

SECOND, POSTPONED = amendments()[1:3]
ADDED, MOVED = supplemented()[2:]
MORE = moved_and_supplemented()[3]
NONE: tuple[EarlierLetter, ...] = ()


def had(
    number: Number, state: DeliveryState = DeliveryState.ACCEPTED, day: dt.date = EFFECTIVE
) -> tuple[EarlierLetter, ...]:
    return (EarlierLetter(1, number, state, day),)


def history(release: Release) -> Releases:
    if release in (ADDED, MOVED):
        return supplemented()
    return moved_and_supplemented() if release is MORE else amendments()


TWO = had(Number(2))
DOUBT = had(Number(2), DeliveryState.IN_DOUBT)
REFUSED = had(Number(2), DeliveryState.REFUSED)
MOVED_IN_DOUBT = had(Number(2, 1), DeliveryState.IN_DOUBT, LATER)
CAME = had(Number(2), DeliveryState.AGREED)


@pytest.mark.parametrize(
    ("release", "letters", "opted_out", "case"),
    [
        (SECOND, NONE, False, None),
        (SECOND, NONE, True, LetterCase.AGAIN),
        (POSTPONED, NONE, False, None),
        (POSTPONED, NONE, True, LetterCase.AGAIN),
        (POSTPONED, TWO, False, LetterCase.POSTPONED),
        (POSTPONED, TWO, True, LetterCase.POSTPONED),
        (POSTPONED, DOUBT, False, LetterCase.POSTPONED),
        (POSTPONED, REFUSED, False, None),
        # Who came with version 2 knows it, and is told of the other day alone.
        (POSTPONED, CAME, False, LetterCase.POSTPONED),
        (POSTPONED, had(Number(1), DeliveryState.AGREED), False, None),
        (ADDED, CAME, False, None),
        (MORE, CAME, False, LetterCase.POSTPONED),
        (MORE, had(Number(2, 1), DeliveryState.AGREED), False, None),
        (ADDED, NONE, False, None),
        (ADDED, TWO, True, LetterCase.SUPPLEMENT),
        (MOVED, TWO, False, LetterCase.POSTPONED),
        (MOVED, (*TWO, *had(ADDED.number)), False, LetterCase.POSTPONED),
        # 2.1 moved the day, and 2.2 says what it did not: some know the day, others do not.
        (MORE, TWO, False, LetterCase.POSTPONED),
        (MORE, (*TWO, *MOVED_IN_DOUBT), False, LetterCase.POSTPONED),
        (MORE, MOVED_IN_DOUBT, False, LetterCase.SUPPLEMENT),
        (MORE, had(Number(2, 1), day=LATER), False, LetterCase.SUPPLEMENT),
        (MORE, (*TWO, *had(Number(2, 1), day=LATER)), False, LetterCase.SUPPLEMENT),
        (MORE, NONE, True, LetterCase.AGAIN),
    ],
)
def test_a_letter_says_what_its_reader_does_not_know(
    release: Release, letters: tuple[EarlierLetter, ...], opted_out: bool, case: LetterCase | None
) -> None:
    assert letter_case(release, history(release), letters, opted_out=opted_out) is case


def test_a_supplement_is_due_to_who_had_the_letter_before_it_and_once() -> None:
    assert notice_state_of(ADDED, TWO) == (NoticeState.TO_TELL, False)
    assert notice_state_of(ADDED, (*TWO, *had(ADDED.number))) == (NoticeState.TOLD, False)
    assert notice_state_of(ADDED, NONE) == (NoticeState.TO_TELL, True)
    # The letter about release 2 is not sent once more to who had the supplement.
    assert notice_state_of(SECOND, had(ADDED.number)) == (NoticeState.TOLD, False)
    assert notice_state_of(POSTPONED, had(Number(2), day=LATER)) == (NoticeState.TOLD, False)
