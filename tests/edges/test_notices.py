"""What became of the list of a release, as the database counts it, is what the rules say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.notices import counted_list
from publisher.edges.ledger.transaction import Transaction
from publisher.people.deliveries import DeliveryState
from publisher.people.due import EarlierLetter, NoticeState, notice_state_of
from publisher.people.notice_end import ToldDay
from publisher.people.notice_list import ListCounts
from publisher.people.resolution import Resolution
from publisher.record.event import EventKind, Happening, microseconds
from publisher.releases.number import Number
from publisher.releases.statement import Figures, Means
from tests.edges.test_dues import (
    HAPPENED,
    PEOPLE,
    Known,
    letters,
    listed,
    remove_all,
    removed,
    tell,
    versions,
)
from tests.fixtures.amendments import EFFECTIVE, LATER, amendments
from tests.fixtures.engines import ENGINES, empty_ledger

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)
ONE, TWO, POSTPONED = (amendments()[n].number for n in range(3))
SAID = (DeliveryState.ACCEPTED, DeliveryState.OTHERWISE)


@pytest.fixture(params=ENGINES)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with empty_ledger(request.param, tmp_path) as url:
        ledger = Ledger(url)
        yield ledger
        ledger.close()


def begin(ledger: Ledger, number: Number, means: str = "") -> None:
    ledger.begin("privacy", number, NOW, b"a sample", 1, means=means)


def counts_of(ledger: Ledger, number: Number) -> ListCounts:
    release = amendments().find(number)
    assert release
    found = ledger.count_list(release, amendments())
    assert found
    return found


def happen(
    ledger: Ledger,
    kind: EventKind | Resolution,
    whom: int,
    day: dt.date,
    number: Number = TWO,
) -> None:
    """Something becomes of a letter at noon of a day."""
    at = dt.datetime.combine(day, dt.time(12), dt.UTC)
    effective = EFFECTIVE if number == TWO else LATER
    facts: dict[str, str | int] = {"effective": effective.isoformat()}
    if isinstance(kind, Resolution):
        facts |= {"outcome": str(kind), "happened": microseconds(at)}
        kind, at = EventKind.RESOLVED, at + dt.timedelta(days=9)
    happened = Happening(kind, at, "privacy", str(number), whom, facts=facts)

    def say(tx: Transaction) -> None:
        tx.record(happened)

    ledger._write(say)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(letters, versions, removed)
def test_the_database_counts_what_the_rule_says_of_each(
    ledger: Ledger, known: Known, agreed: dict[int, Number], gone: set[int]
) -> None:
    there = {one.number for one in amendments()}
    known = {about: what for about, what in known.items() if about[1] in there}
    agreed = {n: number for n, number in agreed.items() if number in there}
    before = listed(ledger, agreed, gone)
    tell(ledger, before, known)
    states = {
        (n, number): EarlierLetter(n, number, DeliveryState.AGREED, None)
        for n, number in agreed.items()
    }
    for (n, number), (kind, day) in known.items():
        states[n, number] = EarlierLetter(n, number, HAPPENED[kind], day)
    for number in (TWO, POSTPONED):
        release = amendments().find(number)
        assert release
        expected: Counter[DeliveryState] = Counter()
        for n in set(range(1, PEOPLE + 1)) - gone:
            theirs = [one for (whom, _), one in states.items() if whom == n]
            own = states.get((n, number))
            notice, _ = notice_state_of(release, theirs)
            expected[_state(notice, own.state if own else DeliveryState.TO_DO)] += 1
        with ledger._reading() as db:
            accepted, otherwise, others = counted_list(db, release, amendments(), 1 << 40)
        found = Counter(others)
        found[DeliveryState.ACCEPTED] = sum(accepted.values())
        found[DeliveryState.OTHERWISE] = sum(otherwise.values())
        assert +found == expected
    remove_all(ledger)


def _state(notice: NoticeState, own: DeliveryState) -> DeliveryState:
    if notice is NoticeState.TOLD:
        return own if own in SAID else DeliveryState.ACCEPTED
    if notice is NoticeState.AGREED:
        return DeliveryState.AGREED
    return DeliveryState.TO_DO if notice is NoticeState.TO_TELL else own


def test_the_list_is_whoever_was_a_recipient_when_the_first_run_began(ledger: Ledger) -> None:
    listed(ledger, {}, set())
    release = amendments()[1]
    assert ledger.count_list(release, amendments()) is None
    begin(ledger, TWO)
    listed(ledger, {}, set())
    begin(ledger, TWO)  # a later run moves nothing
    found = counts_of(ledger, TWO)
    assert (found.end, found.means) == (PEOPLE, Means.MAIL)
    assert found.states == {DeliveryState.TO_DO: PEOPLE}
    assert found.lacking == {DeliveryState.TO_DO: PEOPLE}


def test_a_list_that_a_mail_merge_told_says_so(ledger: Ledger) -> None:
    listed(ledger, {}, set())
    begin(ledger, TWO, "mail merge")
    assert counts_of(ledger, TWO).means is Means.MERGE
    begin(ledger, TWO)
    assert counts_of(ledger, TWO).means is Means.MAIL


def test_figures_and_days_are_those_of_the_letters(ledger: Ledger) -> None:
    listed(ledger, {}, set())
    begin(ledger, TWO)
    days = [dt.date(2027, 1, 10), dt.date(2027, 1, 12), dt.date(2027, 2, 5)]
    for whom, day in enumerate(days, 1):
        happen(ledger, EventKind.TAKEN, whom, day)
    happen(ledger, Resolution.OTHERWISE, 4, dt.date(2027, 1, 14))
    happen(ledger, EventKind.REFUSED, 5, days[0])
    happen(ledger, EventKind.BOUNCED, 6, days[0])
    happen(ledger, Resolution.GIVE_UP, 6, days[0])
    found = counts_of(ledger, TWO)
    assert found.accepted == {ToldDay(day, day): 1 for day in days}
    assert found.lacking == {DeliveryState.REFUSED: 1}
    given = found.given(amendments()[1], amendments(), 0)
    assert given.figures == Figures(
        6, told=2, late=1, refused=1, bounced=0, otherwise=1, given_up=1
    )
    assert (given.first, given.last) == (days[0], days[2])
    assert given.applies == dt.date(2027, 2, 13), "of whoever was told on 14 January"
    assert not given.closed


def test_a_postponement_begins_no_new_period(ledger: Ledger) -> None:
    """Told of 2 on 10 January; of 2.1, of 1 April, on 20 March; one came with 2; one is new."""
    listed(ledger, {2: TWO}, {4, 5, 6})
    begin(ledger, TWO)
    happen(ledger, EventKind.TAKEN, 1, dt.date(2027, 1, 10))
    begin(ledger, POSTPONED)
    moved = dt.date(2027, 3, 20)
    for whom in (1, 2, 3):
        happen(ledger, EventKind.TAKEN, whom, moved, POSTPONED)
    found = counts_of(ledger, POSTPONED)
    assert found.accepted == {
        ToldDay(moved, dt.date(2027, 1, 10)): 1,
        ToldDay(moved, None): 1,
        ToldDay(moved, moved): 1,
    }
    given = found.given(amendments()[2], amendments(), 0)
    assert given.figures
    assert (given.applies, given.figures.late) == (moved, 1)


def test_days_are_those_of_the_zone_of_the_release(ledger: Ledger) -> None:
    listed(ledger, {}, {2, 3, 4, 5, 6})
    begin(ledger, TWO)
    at = dt.datetime(2027, 1, 10, 10, 15, tzinfo=dt.UTC)  # 00:00 of the 11th, at UTC+13:45
    happened = Happening(EventKind.TAKEN, at, "privacy", "2", 1, facts={"effective": "2027-03-01"})

    def say(tx: Transaction) -> None:
        tx.record(happened)

    ledger._write(say)
    release = amendments()[1]
    for zone, day in (("UTC", 10), ("Pacific/Chatham", 11), ("Pacific/Midway", 9)):
        there = replace(release, conditions=replace(release.conditions, time_zone=zone))
        found = ledger.count_list(there, amendments())
        assert found
        assert [one.day for one in found.accepted] == [dt.date(2027, 1, day)]
