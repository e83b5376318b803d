"""What is in force on a day follows from dates and from the register, and from nothing else."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from publisher.policies.notice_rules import WithoutRecord
from publisher.releases.conditions import Conditions
from publisher.releases.number import Materiality, Number
from publisher.releases.periods import announced, applied
from publisher.releases.register import Register
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.releases.statement import Means, NoticeGiven, Statement
from tests.site.test_timeline import release

ONE, TWO = Number(1), Number(2)
MARCH = dt.date(2027, 3, 1)


def a(
    number: str,
    published: str,
    effective: str,
    *,
    letter: bool = True,
    without: WithoutRecord | None = None,
    zone: str = "UTC",
) -> Release:
    """A release, with a letter or without."""
    made = release(number, published, effective)
    conditions = Conditions(zone, without)
    minor = Number.parse(number) not in (ONE, TWO, Number(3))
    kind = Materiality.EDITORIAL if minor else Materiality.MATERIAL
    if not letter:
        return replace(made, conditions=conditions, materiality=kind, notice="", closes=None)
    closes = dt.date.fromisoformat(effective) - dt.timedelta(days=1)
    return replace(
        made, conditions=conditions, materiality=kind, notice="# It changes", closes=closes
    )


FIRST = a("1", "2026-01-01", "2026-01-02", letter=False)
SECOND = a("2", "2026-12-10", "2027-03-01")
LINE = (FIRST, SECOND)


def stated(number: str, day: str, applies: str, *, closed: bool = True, at: int = 1) -> Statement:
    """That people were told of a release."""
    told = dt.date.fromisoformat(day)
    given_ = NoticeGiven(Means.MAIL, dt.date.fromisoformat(applies), told, told, closed)
    found = Number.parse(number)
    assert found
    moment = dt.datetime.combine(told, dt.time(12), dt.UTC)
    return Statement("privacy", at, found, "", moment, "Legal", given_)


def retracted(number: str, day: str, at: int = 1) -> Statement:
    found = Number.parse(number)
    assert found
    moment = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(12), dt.UTC)
    return Statement("privacy", at, found, "", moment, "Legal", why="A wrong date")


def on(releases: Releases, day: dt.date) -> str:
    found = releases.in_force(day)
    return str(found.number) if found else ""


def days(releases: Releases) -> list[tuple[str, str, str]]:
    return [
        (str(p.release.number), str(p.first or ""), str(p.last or "")) for p in applied(releases)
    ]


# ── a record ─────────────────────────────────────────────────────────────────────────────────────


def test_without_a_record_the_version_before_stays_in_force() -> None:
    found = Releases(LINE)
    assert on(found, MARCH) == on(found, dt.date(2099, 1, 1)) == "1"
    assert found.status(SECOND, MARCH - dt.timedelta(days=1)).held is False
    after = found.status(SECOND, MARCH)
    assert (after.status, after.since, after.held) == (Status.UPCOMING, MARCH, True)
    assert found.held(MARCH) == SECOND
    assert found.upcoming(MARCH) is None
    assert found.upcoming(MARCH - dt.timedelta(days=1)) == SECOND
    assert days(found) == [("1", "2026-01-02", "")]
    assert [(p.first, p.last) for p in announced(found)][-1] == (dt.date(2026, 12, 10), None)


def test_it_is_in_force_from_its_day_whenever_that_was_stated() -> None:
    for day in ("2027-01-05", "2027-08-01"):
        found = Releases(LINE, Register([stated("2", day, "2027-02-20")]))
        assert days(found) == [("1", "2026-01-02", "2027-02-28"), ("2", "2027-03-01", "")]
        assert found.held(MARCH) is None
        assert not found.lacks_record(SECOND)


def test_or_from_the_later_day_from_which_it_may_apply() -> None:
    found = Releases(LINE, Register([stated("2", "2027-02-20", "2027-03-22")]))
    assert days(found) == [("1", "2026-01-02", "2027-03-21"), ("2", "2027-03-22", "")]
    assert found.status(SECOND, MARCH).since == dt.date(2027, 3, 22)
    assert found.upcoming(MARCH) == SECOND


def test_a_later_statement_moves_no_day() -> None:
    first = stated("2", "2027-01-05", "2027-02-20")
    later = stated("2", "2027-03-05", "2027-04-04", at=2)
    assert days(Releases(LINE, Register([first, later])))[-1] == ("2", "2027-03-01", "")


def test_a_list_that_is_open_is_no_record() -> None:
    found = Releases(LINE, Register([stated("2", "2027-01-05", "2027-02-20", closed=False)]))
    assert on(found, MARCH) == "1"
    assert found.lacks_record(SECOND)


def test_where_the_date_decides_nothing_that_is_stated_later_moves_it() -> None:
    line = (FIRST, a("2", "2026-12-10", "2027-03-01", without=WithoutRecord.WARN))
    assert on(Releases(line), MARCH) == "2"
    assert Releases(line).lacks_record(line[1])
    late = Releases(line, Register([stated("2", "2027-03-10", "2027-04-09")]))
    assert (on(late, MARCH), late.lacks_record(line[1])) == ("2", False)
    before = Releases(line, Register([stated("2", "2027-02-20", "2027-03-22")]))
    assert (on(before, MARCH), on(before, dt.date(2027, 3, 22))) == ("1", "2")


def test_who_needs_none() -> None:
    """A date before there was a register; no letter; the first of all."""
    early = a("2", "2026-09-01", "2026-11-30")
    assert on(Releases((FIRST, early)), dt.date(2026, 11, 30)) == "2"
    quiet = a("1.1", "2026-12-10", "2026-12-10", letter=False)
    assert on(Releases((FIRST, quiet)), dt.date(2026, 12, 10)) == "1.1"
    alone = a("1", "2026-12-10", "2027-01-01", letter=False)
    assert on(Releases((alone,)), dt.date(2027, 1, 1)) == "1"


# ── corrections ──────────────────────────────────────────────────────────────────────────────────


def test_a_correction_without_a_letter_follows_what_it_corrects() -> None:
    line = (*LINE, a("2.1", "2027-01-05", "2027-03-01", letter=False))
    assert on(Releases(line), MARCH) == "1"
    assert Releases(line).held(MARCH) == line[2]
    told = Releases(line, Register([stated("2", "2026-12-12", "2027-01-20")]))
    assert days(told)[-1] == ("2.1", "2027-03-01", "")


def test_a_supplement_moves_no_date_so_that_either_record_serves() -> None:
    line = (*LINE, a("2.1", "2027-01-05", "2027-03-01"))
    for number in ("2", "2.1"):
        told = Releases(line, Register([stated(number, "2027-01-12", "2027-02-20")]))
        assert days(told)[-1] == ("2.1", "2027-03-01", "")


def test_a_postponement_needs_a_record_of_its_own_letter() -> None:
    line = (*LINE, a("2.1", "2027-01-05", "2027-04-01"))
    before = Register([stated("2", "2026-12-12", "2027-01-20")])
    april = dt.date(2027, 4, 1)
    assert on(Releases(line, before), april) == "1"
    own = Register([*before, stated("2.1", "2027-01-06", "2027-02-05", at=2)])
    assert (on(Releases(line, own), MARCH), on(Releases(line, own), april)) == ("1", "2.1")


def test_one_that_was_postponed_while_it_was_held_never_takes_effect() -> None:
    """Whatever is stated of its letter afterwards."""
    line = (*LINE, a("2.1", "2027-03-05", "2027-04-20"))
    late = Register([stated("2", "2027-03-06", "2027-03-01")])
    found = Releases(line, late)
    assert on(found, dt.date(2027, 3, 10)) == "1"
    assert found.status(SECOND, dt.date(2027, 3, 10)).by == Number(2, 1)


def test_a_correction_after_the_day_waits_for_the_same_record() -> None:
    line = (*LINE, a("2.1", "2027-03-05", "2027-03-05", letter=False))
    assert on(Releases(line), dt.date(2027, 3, 6)) == "1"
    told = Releases(line, Register([stated("2", "2026-12-12", "2027-01-20")]))
    assert days(told)[1:] == [
        ("2", "2027-03-01", "2027-03-04"),
        ("2.1", "2027-03-05", ""),
    ]


def test_one_that_is_held_is_overtaken_by_the_next() -> None:
    third = replace(a("3", "2027-03-10", "2027-05-01"), previous=TWO, replaces=ONE)
    register = Register([stated("3", "2027-03-11", "2027-04-10")])
    found = Releases((*LINE, third), register)
    assert found.predecessor(third) == FIRST
    assert days(found) == [("1", "2026-01-02", "2027-04-30"), ("3", "2027-05-01", "")]
    may = dt.date(2027, 5, 1)
    assert (found.status(SECOND, may).by, found.held(may)) == (Number(3), None)


def test_one_that_was_told_late_may_be_overtaken_before_it_applies() -> None:
    """Then it is nothing that is coming, and nothing that is in force on its day."""
    third = replace(a("3", "2026-12-20", "2027-03-05"), previous=TWO)
    told = [stated("2", "2027-02-20", "2027-03-22"), stated("3", "2027-01-02", "2027-02-01", at=2)]
    found = Releases((*LINE, third), Register(told))
    assert days(found) == [("1", "2026-01-02", "2027-03-04"), ("3", "2027-03-05", "")]
    for day in (dt.date(2027, 3, 5), dt.date(2027, 3, 22)):
        gone = found.status(SECOND, day)
        assert (gone.status, gone.by) == (Status.SUPERSEDED, Number(3))
        assert found.upcoming(day) is None


def test_what_was_in_force_is_not_moved_by_a_later_date() -> None:
    """A correction of what is in force may be moved before it comes; what it corrects stays."""
    line = (
        *LINE,
        a("2.1", "2027-03-05", "2027-03-09", letter=False),
        a("2.2", "2027-03-06", "2027-03-12"),
    )
    told = Releases(line, Register([stated("2", "2026-12-12", "2027-01-20")]))
    assert on(told, dt.date(2027, 3, 5)) == "2"
    assert on(told, dt.date(2027, 3, 10)) == "2"


def test_an_amendment_follows_what_applies_past_all_numbers_that_are_held() -> None:
    line = Releases((*LINE, a("2.1", "2027-01-05", "2027-04-01")))
    april = dt.date(2027, 4, 2)
    assert [str(one.number) for one in line.followed(april)] == ["1"]
    assert str(line.followed(april, Materiality.EDITORIAL)[-1].number) == "2.1"


# ── taken back ───────────────────────────────────────────────────────────────────────────────────


def test_a_release_that_was_retracted_never_was_and_keeps_its_number() -> None:
    found = Releases(LINE, Register([retracted("2", "2026-12-20")]))
    gone = found.status(SECOND, MARCH)
    assert (gone.status, gone.since) == (Status.RETRACTED, dt.date(2026, 12, 20))
    assert days(found) == [("1", "2026-01-02", "")]
    assert (found.upcoming(dt.date(2026, 12, 21)), found.held(MARCH)) == (None, None)
    assert not found.lacks_record(SECOND)
    assert [one.number for one in found.standing] == [ONE]
    assert found.next_number(Materiality.MATERIAL) == Number(3)
    (period,) = [p for p in announced(found) if p.release.number == TWO]
    assert (period.first, period.last) == (dt.date(2026, 12, 10), dt.date(2026, 12, 19))


def test_a_correction_that_was_retracted_leaves_what_it_corrected() -> None:
    line = (*LINE, a("2.1", "2027-01-05", "2027-04-01"))
    told = stated("2", "2026-12-12", "2027-01-20")
    found = Releases(line, Register([told, retracted("2.1", "2027-01-06", at=2)]))
    assert days(found)[-1] == ("2", "2027-03-01", "")
    assert found.closing_day(SECOND) == dt.date(2027, 2, 28)
    assert found.window(SECOND) == SECOND


# ── which day it is ──────────────────────────────────────────────────────────────────────────────

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Pacific/Kiritimati", "Pacific/Midway")
BEGIN = dt.datetime(2027, 2, 1, tzinfo=dt.UTC)
MOMENTS = st.integers(0, 120 * 24 * 60).map(lambda count: BEGIN + dt.timedelta(minutes=count))


@given(
    moments=st.lists(MOMENTS, min_size=2, max_size=5),
    zones=st.tuples(st.sampled_from(ZONES), st.sampled_from(ZONES)),
    apart=st.integers(2, 60),
)
def test_a_release_begins_at_its_own_midnight(
    moments: list[dt.datetime], zones: tuple[str, str], apart: int
) -> None:
    third = MARCH + dt.timedelta(days=apart)
    line = Releases(
        (
            FIRST,
            a("2", "2026-12-10", "2027-03-01", without=WithoutRecord.WARN, zone=zones[0]),
            a("3", "2026-12-11", str(third), without=WithoutRecord.WARN, zone=zones[1]),
        )
    )
    shown = []
    for moment in sorted(moments):
        today = line.today(moment)
        shown.append(today)
        due = [one for one in line if one.effective and one.effective <= one.day_of(moment)]
        assert on(line, today) == str(due[-1].number)
    assert shown == sorted(shown)
