from __future__ import annotations

import datetime as dt

import pytest

from publisher.law.request_period import answer_due, extended_due


@pytest.mark.parametrize(
    ("received", "due", "extended"),
    [
        ("2027-01-10", "2027-02-10", "2027-04-10"),
        ("2027-01-31", "2027-02-28", "2027-04-30"),
        ("2028-01-31", "2028-02-29", "2028-04-30"),
        ("2027-11-30", "2027-12-30", "2028-02-29"),
        ("2027-12-31", "2028-01-31", "2028-03-31"),
    ],
)
def test_a_month_ends_with_the_same_date_or_its_last_day(
    received: str, due: str, extended: str
) -> None:
    day = dt.date.fromisoformat(received)
    assert (answer_due(day).isoformat(), extended_due(day).isoformat()) == (due, extended)
