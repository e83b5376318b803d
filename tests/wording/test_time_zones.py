"""Days of a time zone: when they begin, which day it is, and what the zone is called."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from zoneinfo import available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.wording.dates import day_in, first_moment, is_time_zone, nearest_zones

_SECOND = dt.timedelta(seconds=1)
ZONES = sorted(zone for zone in available_timezones() if is_time_zone(zone))


def _utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        (dt.date(2027, 3, 1), "UTC", _utc(2027, 3, 1)),
        (dt.date(2027, 3, 1), "Europe/Berlin", _utc(2027, 2, 28, 23)),
        (dt.date(2028, 2, 29), "Asia/Tokyo", _utc(2028, 2, 28, 15)),
        # A day of 23 hours, and one of 25.
        (dt.date(2027, 3, 28), "Europe/Berlin", _utc(2027, 3, 27, 23)),
        (dt.date(2027, 3, 29), "Europe/Berlin", _utc(2027, 3, 28, 22)),
        (dt.date(2027, 10, 31), "Europe/Berlin", _utc(2027, 10, 30, 22)),
        (dt.date(2027, 11, 1), "Europe/Berlin", _utc(2027, 10, 31, 23)),
        # Clocks go from midnight to 01:00: the day begins at 01:00.
        (dt.date(2024, 4, 26), "Africa/Cairo", _utc(2024, 4, 25, 22)),
        (dt.date(2024, 9, 8), "America/Santiago", _utc(2024, 9, 8, 4)),
        # Clocks go back at midnight: the day before has 25 hours.
        (dt.date(2024, 4, 7), "America/Santiago", _utc(2024, 4, 7, 4)),
        # Midnight comes twice.
        (dt.date(2024, 11, 3), "America/Havana", _utc(2024, 11, 3, 4)),
        # Clocks went from 23:30 to 00:30.
        (dt.date(1919, 3, 31), "America/Toronto", _utc(1919, 3, 31, 4, 30)),
        # The date line: Apia went from the 29th to the 31st.
        (dt.date(2011, 12, 30), "Pacific/Apia", _utc(2011, 12, 30, 10)),
        (dt.date(2011, 12, 31), "Pacific/Apia", _utc(2011, 12, 30, 10)),
        (dt.date(2027, 3, 1), "Pacific/Kiritimati", _utc(2027, 2, 28, 10)),
        (dt.date(2027, 3, 1), "Pacific/Midway", _utc(2027, 3, 1, 11)),
    ],
)
def test_a_day_begins_at_its_first_moment(day: dt.date, zone: str, begins: dt.datetime) -> None:
    found = first_moment(day, zone)
    assert found == begins
    assert day_in(found - _SECOND, zone) < day <= day_in(found, zone)


@given(st.dates(dt.date(2026, 1, 1), dt.date(2037, 12, 31)), st.sampled_from(ZONES))
def test_every_zone_has_every_day_to_come(day: dt.date, zone: str) -> None:
    begins = first_moment(day, zone)
    assert day_in(begins - _SECOND, zone) == day - dt.timedelta(days=1)
    assert day_in(begins, zone) == day


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "Pacific/Midway"])
@pytest.mark.parametrize("day", [dt.date.min, dt.date.max])
def test_the_first_and_the_last_of_all_days_have_a_beginning(day: dt.date, zone: str) -> None:
    assert first_moment(day, zone).utcoffset() == dt.timedelta()


@pytest.mark.parametrize(
    ("written", "near"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("Kiritimati", "Pacific/Kiritimati"),
    ],
)
def test_a_zone_that_there_is_not_is_answered_by_the_nearest(written: str, near: str) -> None:
    assert not is_time_zone(written)
    assert nearest_zones(written)[0] == near


def test_what_looks_like_no_zone_has_no_near_one() -> None:
    assert nearest_zones("") == ()
    assert nearest_zones("qqqqqqq") == ()


def test_a_machine_without_a_database_of_zones_knows_them_all_the_same() -> None:
    code = (
        "import datetime as dt; from publisher.wording.dates import day_in, first_moment;"
        "print(first_moment(dt.date(2027, 3, 1), 'Europe/Berlin').isoformat())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONTZPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.strip() == "2027-02-28T23:00:00+00:00"
