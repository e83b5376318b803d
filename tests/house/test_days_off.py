"""A policy that promises business days: what is refused, sealed, said and counted ever after."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from publisher.law.public_holidays import place_flaw, public_holidays, years_unknown
from publisher.releases.notice_period import last_day_to_tell, lawful_from, with_counting
from tests.fixtures.house import FACTS, House, git, make_house
from tests.fixtures.houses import workplace

NOW = dt.datetime(2027, 3, 22, 12, tzinfo=dt.UTC)
"""The Monday before Easter."""
NOTICE = 'days = 5\nbusiness_days = 5\nholidays = "DE-BY"'


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    house = make_house(tmp_path_factory.mktemp("days") / "house")
    house.write({"policy.toml": FACTS.replace("days = 30", NOTICE)})
    house.commit("Business days")
    house.ok("freeze", "--effective", "unknown", at=NOW)
    house.edit()
    return house


def test_the_day_is_counted_sealed_and_held_to(house: House, tmp_path: Path) -> None:
    early = house.run("freeze", "--effective", "2027-03-31", at=NOW)
    assert early.exit_code == 2
    words = " ".join(early.output.split())
    assert "(promise, 5 days, 5 business days, holidays of DE-BY) is longer" in words
    assert "the earliest lawful date is 2027-04-01" in words

    frozen = house.ok("freeze", "--effective", "2027-04-01", at=NOW)
    assert "earliest lawful effective date: 2027-04-01" in frozen
    assert "no working day: 2027-03-26, Good Friday" in frozen
    assert "no working day: 2027-03-29, Easter Monday" in frozen
    sealed = (house.root / "versions/privacy/2/release.toml").read_text("utf-8")
    assert '2027-03-26 = "Good Friday"' in sealed
    assert '2028-01-06 = "Epiphany"' in sealed
    assert "whole_periods" not in sealed  # of no profile with a period of its own
    assert "period of notice" not in house.ok("verify", at=NOW)

    releases = workplace(house.project).archive.releases("privacy")
    release = releases[-1]
    assert lawful_from(release, releases, NOW.date()) == dt.date(2027, 4, 1)
    assert last_day_to_tell(release, releases) == dt.date(2027, 3, 22)
    # What is sealed decides, whatever a table says by then.
    day_off = {"DE-BY": {**release.conditions.days_off["DE-BY"], dt.date(2027, 3, 30): "Flood"}}
    later = replace(release, conditions=replace(release.conditions, days_off=day_off))
    assert lawful_from(later, releases, NOW.date()) == dt.date(2027, 4, 2)

    # A correction moves no promise.
    house.write({"policy.toml": FACTS.replace("days = 30", NOTICE.replace("BY", "BE"))})
    house.commit("Other holidays")
    refused = house.run("freeze", "--correction", "--effective", "2027-04-12", at=NOW)
    assert "notice.holidays is another one" in " ".join(refused.output.split())
    git(house.root, "revert", "--no-edit", "HEAD")
    house.ok("freeze", "--correction", "--effective", "2027-04-12", at=NOW)
    postponed = workplace(house.project).archive.releases("privacy")
    assert last_day_to_tell(postponed[-1], postponed) == dt.date(2027, 4, 4)
    known = public_holidays("DE-BY", NOW.date(), dt.date(2028, 4, 12))
    assert postponed[-1].conditions.days_off == {"DE-BY": known}
    assert "period of notice" not in house.ok("verify", at=NOW)


def test_a_postponement_knows_the_holidays_that_were_before_it(tmp_path: Path) -> None:
    """Whoever was told before it has no shorter period for it."""
    house = make_house(tmp_path / "house")
    rules = 'days = 1\nbusiness_days = 10\nholidays = "DE-BY"'
    house.write({"policy.toml": FACTS.replace("days = 30", rules)})
    house.commit("Business days")
    announced, later = (dt.datetime(y, m, d, 10, tzinfo=dt.UTC) for y, m, d in
                        ((2026, 12, 1), (2027, 1, 8)))  # fmt: skip
    house.ok("freeze", "--effective", "unknown", at=announced)
    house.edit()
    house.ok("freeze", "--effective", "2027-01-15", at=announced)
    house.ok("freeze", "--correction", "--effective", "2027-01-18", at=later)
    releases = workplace(house.project).archive.releases("privacy")
    before, after = releases[-2], releases[-1]
    for day in (dt.date(2026, 12, 23), dt.date(2026, 12, 30), dt.date(2027, 1, 4)):
        assert lawful_from(after, releases, day) == lawful_from(before, releases, day)
    assert last_day_to_tell(after, releases) == dt.date(2026, 12, 30)

    # Nor a shorter or a longer one, whatever tables say by then of days that were sealed.
    days = {**before.conditions.days_off["DE-BY"], dt.date(2027, 1, 12): "Flood"}
    del days[dt.date(2027, 3, 26)]
    other = replace(before, conditions=replace(before.conditions, days_off={"DE-BY": days}))
    moved = replace(after, effective=dt.date(2027, 6, 1))
    again = with_counting(moved, releases, other, later.date()).conditions.days_off["DE-BY"]
    assert again.items() >= days.items()
    assert min(again.keys() - days.keys()) > dt.date(2028, 1, 16)
    # Of a year of which nothing was known, they are asked.
    first = {day: name for day, name in days.items() if day.year < 2028}
    other = replace(before, conditions=replace(before.conditions, days_off={"DE-BY": first}))
    again = with_counting(after, releases, other, later.date()).conditions.days_off["DE-BY"]
    assert min(again.keys() - first.keys()) == dt.date(2028, 1, 1)


@pytest.mark.parametrize("place", ["DE-", "DE-XX", "XX", "de"])
def test_a_place_that_is_none_is_refused(place: str) -> None:
    assert place_flaw(place)[0]


def test_holidays_that_nobody_knows_are_not_counted_as_none(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    rules = 'days = 1\nbusiness_days = 10\nholidays = "LK"'  # by the moon, from year to year
    house.write({"policy.toml": FACTS.replace("days = 30", rules)})
    house.commit("Business days")
    house.ok("freeze", "--effective", "unknown", at=NOW)
    house.edit()
    last = max(year for year in range(2020, 2090) if not years_unknown("LK", *years(year)))
    refused = house.run("freeze", "--effective", f"{last + 1}-06-01", at=NOW)
    assert refused.exit_code == 2
    assert f"no holidays of LK are known for {max(last, NOW.year - 1) + 1}" in refused.output


def years(year: int) -> tuple[dt.date, dt.date]:
    """The first and the last day of a year."""
    return dt.date(year, 1, 1), dt.date(year, 12, 31)
