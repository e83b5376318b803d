"""Periods say on every day what `in_force` and `upcoming` say."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.periods import Period, announced, applied, by_number
from publisher.releases.release import Imported
from publisher.releases.releases import Releases
from publisher.site.overview import days_overview
from publisher.wording.words import ENGLISH
from tests.site.test_timeline import LINE, release


def told(periods: tuple[Period, ...]) -> list[tuple[str, str, str]]:
    return [(str(p.release.number), str(p.first or ""), str(p.last or "")) for p in periods]


def test_a_version_applies_until_the_day_before_the_next() -> None:
    assert told(applied(Releases(LINE))) == [("1", "", "2027-02-28"), ("2.1", "2027-03-01", "")]


def test_a_version_corrected_before_its_day_never_applies() -> None:
    assert Number(2) not in by_number(applied(Releases(LINE)))


def test_what_was_announced_is_told_as_of_the_end_of_the_day() -> None:
    assert told(announced(Releases(LINE))) == [
        ("2", "2026-11-23", "2026-11-23"),
        ("2.1", "2026-11-24", "2027-02-28"),
    ]
    same_day = (*LINE[:2], release("2.1", "2026-11-23", "2027-03-01"))
    assert told(announced(Releases(same_day))) == [("2.1", "2026-11-23", "2027-02-28")]


def test_a_correction_of_the_text_in_force_has_a_period_of_its_own() -> None:
    line = (*LINE, release("2.2", "2027-04-10", "2027-04-10"))
    assert told(applied(Releases(line)))[1:] == [
        ("2.1", "2027-03-01", "2027-04-09"),
        ("2.2", "2027-04-10", ""),
    ]
    assert "2.2" not in [number for number, _, _ in told(announced(Releases(line)))]


def test_before_the_first_known_day_nothing_applies() -> None:
    line = (release("1", "2020-05-01", "2020-06-01"),)
    assert not any(p.holds(dt.date(2020, 5, 31)) for p in applied(Releases(line)))
    assert [p.holds(dt.date(2020, 6, 1)) for p in applied(Releases(line))] == [True]


DAY = st.dates(dt.date(2020, 1, 1), dt.date(2020, 3, 31))


@st.composite
def lines(draw: st.DrawFn) -> Releases:
    """Lines as `freeze` makes them: each amendment takes effect after the one before."""
    found = []
    effective, major, minor = "", 1, 0
    if draw(st.booleans()):
        effective = str(draw(DAY))
    found.append(release("1", effective, effective))
    for _ in range(draw(st.integers(0, 5))):
        published = draw(DAY)
        floor = max(published, dt.date.fromisoformat(effective) if effective else published)
        correction = bool(effective) and draw(st.booleans())
        if not correction:
            floor += dt.timedelta(days=1)
        major, minor = (major, minor + 1) if correction else (major + 1, 0)
        effective = str(floor + dt.timedelta(days=draw(st.integers(0, 20))))
        number = f"{major}.{minor}" if minor else str(major)
        found.append(release(number, str(published), effective))
    return Releases(tuple(found))


@given(lines(), DAY)
def test_on_every_day_the_period_is_that_of_the_release_in_force(
    releases: Releases, day: dt.date
) -> None:
    holding = [p.release for p in applied(releases) if p.holds(day)]
    expected = releases.in_force(day)
    assert holding == ([expected] if expected else [])


@given(lines())
def test_periods_are_never_empty(releases: Releases) -> None:
    for period in (*applied(releases), *announced(releases)):
        assert period.first is None or period.last is None or period.first <= period.last


def test_of_a_text_of_the_past_the_page_says_that_it_was_seen() -> None:
    seen = dt.datetime(2015, 3, 4, 12, tzinfo=dt.UTC)
    origin = Imported("git", "terms.md", "0" * 40, seen, "0" * 64)
    first = replace(release("1", "", ""), imported=origin)
    second = replace(release("2", "", ""), imported=origin, previous=Number(1))
    html = days_overview(Releases((first, second)), Addresses("../../", "terms"), ENGLISH)
    assert 'data-what="In force"' not in html
    assert 'data-what="Text last seen" data-from="2015-03-04" data-until=""' in html
    assert "4 March 2015, when it was first seen" in html
