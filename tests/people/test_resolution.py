"""What follows from what a person found out about a letter."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.errors import NotFoundError, SendError
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.resolution import (
    Resolution,
    UnsettledDelivery,
    resolved_state,
    unsettled_deliveries,
)
from publisher.releases.number import Number

TWO = Number(2)
AT = dt.datetime(2027, 1, 10, 10, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))


def delivery(state: DeliveryState, release: str = "2") -> Delivery:
    day = dt.date(2027, 3, 1)
    return Delivery("privacy", release, 1, day, state, "451 4.3.0", "a@b.example", "id@x", AT, 2)


@pytest.mark.parametrize(
    ("state", "resolution", "after"),
    [
        (DeliveryState.IN_DOUBT, Resolution.ACCEPTED, DeliveryState.ACCEPTED),
        (DeliveryState.IN_DOUBT, Resolution.AGAIN, DeliveryState.TO_DO),
        (DeliveryState.REFUSED, Resolution.AGAIN, DeliveryState.TO_DO),
        (DeliveryState.BOUNCED, Resolution.AGAIN, DeliveryState.TO_DO),
    ],
)
def test_what_a_person_found_decides(
    state: DeliveryState, resolution: Resolution, after: DeliveryState
) -> None:
    assert resolved_state(delivery(state), resolution, "c-1", TWO) is after


@pytest.mark.parametrize(
    ("state", "resolution"),
    [
        (DeliveryState.ACCEPTED, Resolution.AGAIN),
        (DeliveryState.ACCEPTED, Resolution.ACCEPTED),
        (DeliveryState.TO_DO, Resolution.AGAIN),
        (DeliveryState.TO_DO, Resolution.ACCEPTED),
        (DeliveryState.REFUSED, Resolution.ACCEPTED),
        (DeliveryState.BOUNCED, Resolution.ACCEPTED),
    ],
)
def test_what_is_not_in_doubt_is_left_alone(state: DeliveryState, resolution: Resolution) -> None:
    with pytest.raises(SendError, match=f"the letter to `c-1` is not in doubt: it is {state}"):
        resolved_state(delivery(state), resolution, "c-1", TWO)


def test_who_is_not_on_the_list_has_nothing_to_resolve() -> None:
    with pytest.raises(NotFoundError, match="`c-1` is not on the list of release 2"):
        resolved_state(None, Resolution.AGAIN, "c-1", TWO)


def test_a_person_sees_to_what_was_not_taken_and_to_no_other_release() -> None:
    of_two = [delivery(state) for state in DeliveryState]
    other = delivery(DeliveryState.IN_DOUBT, "2.1")
    found = unsettled_deliveries([*of_two, other], TWO)
    assert [one.state for one in found] == ["to do", "in doubt", "refused", "bounced"]
    assert {one.release for one in found} == {"2"}


def test_a_table_shows_the_time_in_utc() -> None:
    cells = UnsettledDelivery("c-1", delivery(DeliveryState.IN_DOUBT)).cells()
    assert cells == ("c-1", "in doubt", "2027-01-10 09:30 UTC", "2", "id@x", "451 4.3.0")
