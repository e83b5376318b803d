"""Who is still to be told of a release, and what each was told of before."""

from __future__ import annotations

import datetime as dt

from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.due import recipients_due, told_before
from publisher.people.recipients import Recipient
from publisher.releases.number import Number
from publisher.releases.release import Release
from tests.fixtures.amendments import EFFECTIVE, LATER, amendments

ONE, TWO, POSTPONED, THREE = Number(1), Number(2), Number(2, 1), Number(3)
PEOPLE = [Recipient(n, f"c-{n}", f"c{n}@x.example", "") for n in range(1, 6)]
ANN, BEN, CLEO, DORA, EVE = PEOPLE


def delivery(
    whom: Recipient, state: DeliveryState, release: Number = TWO, effective: dt.date = EFFECTIVE
) -> Delivery:
    now = dt.datetime(2027, 1, 10, tzinfo=dt.UTC)
    return Delivery("privacy", str(release), whom.number, effective, state, "", "", "", now, 1)


def release(number: Number) -> Release:
    found = amendments().find(number)
    assert found is not None
    return found


def test_each_is_counted_once_by_what_became_of_the_letter() -> None:
    deliveries = [
        delivery(ANN, DeliveryState.ACCEPTED),
        delivery(BEN, DeliveryState.IN_DOUBT),
        delivery(CLEO, DeliveryState.REFUSED),
        delivery(DORA, DeliveryState.TO_DO),
    ]
    due = recipients_due(release(TWO), PEOPLE, deliveries)
    assert due.to_tell == [DORA, EVE]
    assert (due.told, due.in_doubt, due.refused) == (1, 1, 1)
    assert due.new == {DORA.number, EVE.number}


def test_the_same_date_is_told_once_under_two_numbers() -> None:
    before = [delivery(ANN, DeliveryState.ACCEPTED), delivery(BEN, DeliveryState.REFUSED)]
    due = recipients_due(release(POSTPONED), [ANN, BEN], before)
    assert due.to_tell == [ANN, BEN]
    assert due.new == {BEN.number}
    same = [delivery(ANN, DeliveryState.IN_DOUBT, effective=LATER)]
    due = recipients_due(release(POSTPONED), [ANN, BEN], same)
    assert (due.to_tell, due.told) == ([BEN], 1)


def test_who_missed_a_letter_knows_the_version_before_it() -> None:
    letters = {
        TWO: [
            (ANN.number, DeliveryState.ACCEPTED),
            (BEN.number, DeliveryState.REFUSED),
            (CLEO.number, DeliveryState.REFUSED),
        ],
        POSTPONED: [(CLEO.number, DeliveryState.ACCEPTED)],
    }
    told = told_before(release(THREE), amendments(), letters.__getitem__)
    assert [told.before(r) for r in (ANN, BEN, CLEO)] == [TWO, ONE, POSTPONED]
    # Who was never to be told knows the version that the release takes the place of.
    assert told.before(DORA) == POSTPONED


def test_only_letters_about_earlier_releases_are_asked_for() -> None:
    asked: list[Number] = []

    def letters(number: Number) -> list[tuple[int, DeliveryState]]:
        asked.append(number)
        return []

    told_before(release(THREE), amendments(), letters)
    assert asked == [TWO, POSTPONED]
    asked.clear()
    assert told_before(release(TWO), amendments(), letters).before(ANN) == ONE
    assert asked == []
