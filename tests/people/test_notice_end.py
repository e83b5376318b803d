"""From when a release may apply to those who were told, by the days on which they were."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.people.notice_end import ToldDay, applies_from, notice_end
from tests.fixtures.amendments import EFFECTIVE, amendments

RELEASES = amendments()
TWO = RELEASES[1]
"""In force from 1 March, with 30 days of notice: who is told by 30 January is told in time."""


def day(number: int, month: int = 1) -> dt.date:
    return dt.date(2027, month, number)


@pytest.mark.parametrize(
    ("told", "margin", "end"),
    [
        (day(10), 0, EFFECTIVE),
        (day(30), 0, EFFECTIVE),
        (day(31), 0, day(2, 3)),
        (day(30), 2, day(3, 3)),
    ],
)
def test_a_period_ends_on_the_effective_date_or_later(
    told: dt.date, margin: int, end: dt.date
) -> None:
    assert notice_end(TWO, RELEASES, told, margin) == end


@pytest.mark.parametrize(
    ("told", "margin", "applies", "late"),
    [
        ({day(10): 5}, 0, day(9, 2), 0),
        ({day(10): 5, day(12): 1}, 0, day(11, 2), 0),
        ({day(10): 5, day(12): 1}, 3, day(14, 2), 0),
        # The few who were told late hold up nobody.
        ({day(10): 5, day(1, 2): 5}, 0, day(9, 2), 5),
        ({day(10): 5, day(1, 2): 6}, 0, day(3, 3), 6),
        ({day(10): 5, day(1, 2): 4, day(5, 2): 4}, 0, day(7, 3), 8),
    ],
)
def test_it_applies_once_all_who_were_told_in_time_had_their_period(
    told: dict[dt.date, int], margin: int, applies: dt.date, late: int
) -> None:
    counted = {ToldDay(one, one): count for one, count in told.items()}
    assert applies_from(TWO, RELEASES, counted, margin) == (applies, late)


def test_another_day_of_the_same_begins_no_new_period() -> None:
    """ToldDay of 2 on 10 January, of its postponement to 1 April by 2.1 on 20 March."""
    postponed = RELEASES[2]
    for since, applies in ((day(10), day(20, 3)), (None, day(20, 3)), (day(20, 3), day(19, 4))):
        assert applies_from(postponed, RELEASES, {ToldDay(day(20, 3), since): 1})[0] == applies
