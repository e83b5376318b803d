"""Which day it is for the releases of a policy, each of which has its own midnight."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.releases.register import Register
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.releases.statement import Statement
from tests.releases.test_in_force import a, retracted, stated
from tests.wording.test_time_zones import ZONES

_SECOND = dt.timedelta(seconds=1)
_START = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
_FAR_APART = ("Pacific/Kiritimati", "Pacific/Midway", "Europe/Berlin", "UTC", "America/Santiago")
_zones = st.one_of(st.sampled_from(_FAR_APART), st.sampled_from(ZONES))


def _utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[arg-type,misc]


@st.composite
def lines(draw: st.DrawFn) -> Releases:
    """Releases with time zones of their own, each of which begins after the one before; some have
    a record, which some of them have to wait for.
    """
    found: list[Release] = []
    statements: list[Statement] = []
    day = dt.date(2027, 1, 1)
    for number in range(1, draw(st.integers(2, 4))):
        zone = draw(_zones)
        made = a(str(number), "2026-12-01", day.isoformat(), letter=number > 1, zone=zone)
        if found and found[-1].effective and made.effective:
            turn = found[-1].moment_of(found[-1].effective)
            while made.moment_of(day) <= turn:
                day += dt.timedelta(days=1)
            made = a(str(number), "2026-12-01", day.isoformat(), letter=number > 1, zone=zone)
        found.append(made)
        if number > 1 and draw(st.booleans()):
            applies = day + dt.timedelta(days=draw(st.integers(-3, 9)))
            at = len(statements) + 1
            statements.append(stated(str(number), "2026-12-02", applies.isoformat(), at=at))
        # Further than any statement moves it: what is told of two days never crosses.
        day += dt.timedelta(days=draw(st.integers(1, 3)) + 10 * bool(statements))
    return Releases(found, Register(statements))


_moments = st.integers(0, 100 * 24 * 60).map(lambda n: _START + dt.timedelta(minutes=n))


@given(lines(), _moments, _moments)
def test_a_later_moment_is_never_an_earlier_day(
    line: Releases, one: dt.datetime, other: dt.datetime
) -> None:
    first, last = sorted([one, other])
    assert line.today(first) <= line.today(last)


@given(lines())
def test_a_release_begins_at_the_first_midnight_of_its_own_day(line: Releases) -> None:
    for one in line:
        begins = line.begins(one)
        assert begins
        assert one.effective
        for day in {one.effective, begins}:
            midnight = one.moment_of(day)
            assert line.today(midnight - _SECOND) < day <= line.today(midnight)
        if not line.is_held(one):
            before = line.status(one, line.today(one.moment_of(begins) - _SECOND)).status
            after = line.status(one, line.today(one.moment_of(begins))).status
            assert (before, after) == (Status.UPCOMING, Status.IN_FORCE)


@given(lines(), _moments)
def test_one_may_opt_out_exactly_until_the_end_of_the_last_day(
    line: Releases, now: dt.datetime
) -> None:
    for one in line:
        if one.closes:
            assert (line.today(now) <= one.closes) == (one.day_of(now) <= one.closes)


def test_a_retracted_release_decides_about_no_day() -> None:
    line = (
        a("1", "2026-01-01", "2026-01-02", letter=False),
        a("2", "2026-12-10", "2027-03-01", zone="Pacific/Kiritimati"),
    )
    noon = _utc(2027, 2, 28, 12)
    assert Releases(line).today(noon) == dt.date(2027, 3, 1)
    assert Releases(line, Register([retracted("2", "2027-01-01")])).today(noon) == dt.date(
        2027, 2, 28
    )


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2027-03-01", _utc(2027, 3, 1)),
        ("Europe/Berlin", "2027-03-01", _utc(2027, 2, 28, 23)),
        ("Europe/Berlin", "2028-03-01", _utc(2028, 2, 29, 23)),
        ("Pacific/Midway", "2028-02-29", _utc(2028, 2, 29, 11)),
        ("Africa/Cairo", "2027-04-30", _utc(2027, 4, 29, 22)),
    ],
)
def test_the_moments_of_a_release_are_those_of_its_time_zone(
    zone: str, day: str, begins: dt.datetime
) -> None:
    one = a("2", "2026-12-10", day, zone=zone)
    assert one.effective
    assert one.moment_of(one.effective) == begins
    assert one.day_of(begins) == one.effective


def test_without_a_release_it_is_the_day_in_utc() -> None:
    assert Releases().today(_utc(2027, 2, 28, 23, 59)) == dt.date(2027, 2, 28)
