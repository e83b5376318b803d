"""Who is still to be told of a release, and what each was told of before."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest

from publisher.people.deliveries import DeliveryState
from publisher.people.due import Due, EarlierLetter, NoticeState, notice_state_of, told_before
from publisher.people.recipients import Recipient
from publisher.releases.number import Number
from publisher.releases.release import Release
from tests.fixtures.amendments import EFFECTIVE, LATER, amendments

ONE, TWO, POSTPONED, THREE = Number(1), Number(2), Number(2, 1), Number(3)
PEOPLE = [Recipient(n, f"c-{n}", f"c{n}@x.example", "") for n in range(1, 6)]
ANN, BEN, CLEO, DORA, EVE = PEOPLE
ACCEPTED, REFUSED, AGREED = DeliveryState.ACCEPTED, DeliveryState.REFUSED, DeliveryState.AGREED


def letter(
    state: DeliveryState,
    number: Number = TWO,
    effective: dt.date | None = EFFECTIVE,
    whom: Recipient = ANN,
) -> EarlierLetter:
    return EarlierLetter(whom.number, number, state, effective)


def agreed(number: Number, whom: Recipient = ANN) -> EarlierLetter:
    return letter(AGREED, number, None, whom)


def release(number: Number) -> Release:
    found = amendments().find(number)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("state", "standing"),
    [
        (DeliveryState.TO_DO, NoticeState.TO_TELL),
        (ACCEPTED, NoticeState.TOLD),
        (AGREED, NoticeState.AGREED),
        (DeliveryState.IN_DOUBT, NoticeState.IN_DOUBT),
        (REFUSED, NoticeState.REFUSED),
        (DeliveryState.BOUNCED, NoticeState.REFUSED),
    ],
)
def test_the_letter_about_a_release_says_what_became_of_it(
    state: DeliveryState, standing: NoticeState
) -> None:
    assert notice_state_of(release(TWO), [letter(state)]) == (standing, True)
    assert notice_state_of(release(TWO), []) == (NoticeState.TO_TELL, True)


def test_the_same_date_is_told_once_under_two_numbers() -> None:
    postponed = release(POSTPONED)
    assert notice_state_of(postponed, [letter(ACCEPTED)]) == (NoticeState.TO_TELL, False)
    assert notice_state_of(postponed, [letter(REFUSED)]) == (NoticeState.TO_TELL, True)
    in_doubt = letter(DeliveryState.IN_DOUBT, effective=LATER)
    assert notice_state_of(postponed, [in_doubt]) == (NoticeState.TOLD, False)


def test_who_came_with_a_version_is_not_told_of_it_nor_of_one_before() -> None:
    two, postponed = release(TWO), release(POSTPONED)
    for number in (TWO, POSTPONED, THREE):
        assert notice_state_of(two, [agreed(number)])[0] is NoticeState.AGREED
    assert notice_state_of(two, [agreed(ONE)]) == (NoticeState.TO_TELL, True)
    # Who agreed to what was to apply earlier is told of the other day, and needs no new period.
    assert notice_state_of(postponed, [agreed(TWO)]) == (NoticeState.TO_TELL, False)
    # What a carrier said of an own letter stands.
    assert notice_state_of(two, [letter(ACCEPTED), agreed(THREE)])[0] is NoticeState.TOLD


def test_each_recipient_is_counted_once() -> None:
    counts = Counter(
        {
            (NoticeState.TO_TELL, True): 5,
            (NoticeState.TO_TELL, False): 3,
            (NoticeState.TOLD, True): 2,
            (NoticeState.AGREED, False): 1,
            (NoticeState.REFUSED, True): 4,
        }
    )
    assert Due.of(counts) == Due(15, to_tell=8, told=2, agreed=1, in_doubt=0, refused=4, new=5)


def test_who_missed_a_letter_knows_the_version_before_it() -> None:
    letters = [
        letter(ACCEPTED, POSTPONED, whom=CLEO),
        letter(ACCEPTED, whom=ANN),
        letter(REFUSED, whom=BEN),
        letter(REFUSED, whom=CLEO),
        letter(ACCEPTED, THREE, whom=BEN),
    ]
    told = told_before(release(THREE), amendments(), letters)
    assert [told.before(r) for r in (ANN, BEN, CLEO)] == [TWO, ONE, POSTPONED]
    # Who was never to be told knows the version that the release takes the place of.
    assert told.before(DORA) == POSTPONED


def test_who_came_with_a_version_is_told_what_changed_since() -> None:
    letters = [
        agreed(ONE, ANN),
        agreed(TWO, BEN),
        letter(REFUSED, POSTPONED, whom=BEN),
        agreed(ONE, CLEO),
        letter(ACCEPTED, TWO, whom=CLEO),
    ]
    told = told_before(release(THREE), amendments(), letters)
    assert [told.before(r) for r in (ANN, BEN, CLEO)] == [ONE, TWO, TWO]
    assert told_before(release(TWO), amendments(), letters).before(BEN) == ONE
