"""Who is to be told, as the database counts it, is what the rule about one recipient says."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.transaction import Transaction
from publisher.people.customer_list import Customer
from publisher.people.deliveries import DeliveryState
from publisher.people.due import Due, EarlierLetter, NoticeState, notice_state_of, told_before
from publisher.people.recipients import RecipientState
from publisher.people.requests import Channel, RequestKind, Timing
from publisher.people.resolution import Resolution
from publisher.record.event import EventKind, Happening, microseconds
from publisher.releases.number import Number
from publisher.releases.releases import Releases
from tests.fixtures.amendments import EFFECTIVE, LATER, amendments, supplemented
from tests.fixtures.engines import ENGINES, empty_ledger
from tests.fixtures.recipients import recipients_of, take_customers

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)
NUMBERS = sorted({one.number for one in (*amendments(), *supplemented())})
HISTORIES = [amendments, supplemented]
PEOPLE = 6
HAPPENED: dict[EventKind | Resolution, DeliveryState] = {
    EventKind.TOLD: DeliveryState.IN_DOUBT,
    EventKind.TAKEN: DeliveryState.ACCEPTED,
    EventKind.REFUSED: DeliveryState.REFUSED,
    EventKind.PUT_OFF: DeliveryState.TO_DO,
    EventKind.BOUNCED: DeliveryState.BOUNCED,
    Resolution.OTHERWISE: DeliveryState.OTHERWISE,
    Resolution.GIVE_UP: DeliveryState.GIVEN_UP,
}

Known = dict[tuple[int, Number], tuple[EventKind | Resolution, dt.date]]
letters = st.dictionaries(
    st.tuples(st.integers(1, PEOPLE), st.sampled_from(NUMBERS)),
    st.tuples(st.sampled_from(list(HAPPENED)), st.sampled_from([EFFECTIVE, LATER])),
    max_size=12,
)
versions = st.dictionaries(st.integers(1, PEOPLE), st.sampled_from(NUMBERS))
removed = st.sets(st.integers(1, PEOPLE), max_size=2)


@pytest.fixture(params=ENGINES)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with empty_ledger(request.param, tmp_path) as url:
        ledger = Ledger(url)
        yield ledger
        ledger.close()


def listed(ledger: Ledger, agreed: dict[int, Number], gone: set[int]) -> int:
    """Lists six recipients more, some of whom came with a version; returns the number before."""
    before = len(ledger.customers(range(1, 10_000)))
    people = [Customer(f"c-{before + n}", f"c{n}@x.example") for n in range(1, PEOPLE + 1)]
    take_customers(ledger, *people, now=NOW)

    def say(tx: Transaction) -> None:
        for n, number in agreed.items():
            facts = {"customer": f"c-{before + n}", "versions": {"privacy": str(number)}}
            whom = {"address": f"c{n}@x.example", "name": ""}
            tx.record(
                Happening(EventKind.CHANGED, NOW, recipient=before + n, facts=facts, private=whom)
            )
        for n in gone:
            tx.record(Happening(EventKind.REMOVED, NOW, recipient=before + n))

    ledger._write(say)
    return before


def tell(ledger: Ledger, before: int, known: Known) -> None:
    def say(tx: Transaction) -> None:
        for (n, number), (kind, day) in known.items():
            facts = {"effective": day.isoformat()}
            if isinstance(kind, Resolution):
                facts, kind = {**facts, "outcome": str(kind)}, EventKind.RESOLVED
            tx.record(Happening(kind, NOW, "privacy", str(number), before + n, facts=facts))

    ledger._write(say)


def remove_all(ledger: Ledger) -> None:
    """So that the next example begins without recipients."""
    told = recipients_of(ledger)
    ledger.take_off(((1, one.customer) for one in told), "list", NOW)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(letters, versions, removed, st.sampled_from(HISTORIES))
def test_the_database_finds_what_the_rule_finds(
    ledger: Ledger,
    known: Known,
    agreed: dict[int, Number],
    gone: set[int],
    history: Callable[[], Releases],
) -> None:
    before = listed(ledger, {n: one for n, one in agreed.items() if history().find(one)}, gone)
    releases = history()
    there = {one.number for one in releases}
    agreed = {n: number for n, number in agreed.items() if number in there}
    known = {about: what for about, what in known.items() if about[1] in there}
    tell(ledger, before, known)
    states = {
        (n, number): EarlierLetter(n, number, DeliveryState.AGREED, None)
        for n, number in agreed.items()
    }
    for (n, number), (kind, day) in known.items():
        states[n, number] = EarlierLetter(n, number, HAPPENED[kind], day)
    for release in releases:
        if not release.notice:
            continue
        standings = {
            n: notice_state_of(release, [one for (whom, _), one in states.items() if whom == n])
            for n in range(1, PEOPLE + 1)
            if n not in gone
        }
        assert ledger.due(release, releases) == Due.of(Counter(standings.values()))
        expected = [before + n for n, found in standings.items() if found[0] is NoticeState.TO_TELL]
        found, after = [], 0
        while page := ledger.to_tell(release, releases, (after, None), 2):
            found += [one.number for one in page]
            after = page[-1].number
        assert found == expected
    remove_all(ledger)


def test_what_is_known_of_letters_is_read_for_some_recipients(ledger: Ledger) -> None:
    one, two, three = Number(1), Number(2), Number(3)
    listed(ledger, {1: one, 2: two}, set())
    tell(ledger, 0, {(2, three): (EventKind.TAKEN, LATER), (3, two): (EventKind.REFUSED, LATER)})
    ledger.begin("privacy", two, NOW, b"a sample", 1)
    listed(ledger, {}, set())
    releases = amendments()
    found = ledger.letters_to("privacy", [1, 2, 3, PEOPLE + 1])
    assert set(found) == {
        EarlierLetter(1, one, DeliveryState.AGREED, None),
        # A run began, and they have had no letter.
        EarlierLetter(1, two, DeliveryState.TO_DO, None),
        EarlierLetter(2, two, DeliveryState.AGREED, None),
        EarlierLetter(2, three, DeliveryState.ACCEPTED, LATER),
        EarlierLetter(3, two, DeliveryState.REFUSED, LATER),
    }
    told = told_before(releases[-1], releases, found)
    assert told.numbers == {1: one, 2: two, 3: one}
    assert ledger.letters_to("terms", [1, 2, 3]) == []


def test_the_database_knows_who_opted_out_before(ledger: Ledger) -> None:
    listed(ledger, {}, set())

    def say(tx: Transaction) -> None:
        for n, major, kind in (
            (1, 1, RequestKind.OPT_OUT),
            (2, 1, RequestKind.OPT_OUT),
            (2, 1, RequestKind.WITHDRAW),
            (3, 2, RequestKind.OPT_OUT),
            (4, 1, RequestKind.ASK),
        ):
            number = len(ledger.requests("privacy", major)) + n * 10 + (kind == "withdraw")
            happened = EventKind.ASKED if kind is RequestKind.ASK else EventKind.DECLARED
            facts = {
                "kind": kind,
                "received": microseconds(NOW),
                "timing": Timing.IN_TIME,
                "channel": Channel.FORM,
            }
            tx.record(Happening(happened, NOW, "privacy", str(major), n, number, facts=facts))

    ledger._write(say)
    second, third = amendments()[1], amendments()[-1]
    assert ledger.opted_out_before(second, [1, 2, 3, 4, 5]) == {1}
    assert ledger.opted_out_before(third, [1, 2, 3, 4]) == {1, 3}
    assert ledger.opted_out_before(third, [2, 3]) == {3}
    assert ledger.opted_out_before(amendments()[0], [1, 2, 3]) == set()


def test_who_is_removed_is_not_counted(ledger: Ledger) -> None:
    listed(ledger, {}, {1, 2})
    due = ledger.due(amendments()[1], amendments())
    assert (due.recipients, due.to_tell, due.new) == (4, 4, 4)
    found = ledger.recipient(1)
    assert found is not None
    assert found.state is RecipientState.REMOVED
