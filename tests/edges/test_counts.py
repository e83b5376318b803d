"""What the ledger counts is what is on record, whatever happened."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from publisher.answers.declarations import current_declaration, last_late
from publisher.edges.ledger import Ledger
from publisher.people.customer_list import Customer
from publisher.people.deliveries import DeliveryState
from publisher.people.due import delivery_due
from publisher.people.messages import Filed, Filing
from publisher.people.recipients import Recipient
from publisher.people.requests import Channel, RequestKind, Timing, Wanted
from publisher.people.resolution import SAID, STATE_RESOLVED, UNSETTLED, FoundOut
from publisher.record.event import EventKind, Happening
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from tests.fixtures.amendments import PUBLISHED, amendments
from tests.fixtures.engines import ENGINES, empty_ledger
from tests.fixtures.recipients import recipients_of, take_customers
from tests.fixtures.servers import OWNER, PROGRAM

HOUR = dt.timedelta(hours=1)
TO_DO, ACCEPTED = DeliveryState.TO_DO, DeliveryState.ACCEPTED
OUT, BACK, ASK = RequestKind.OPT_OUT, RequestKind.WITHDRAW, RequestKind.ASK
TWO = Number(2)


@pytest.fixture(params=ENGINES)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with empty_ledger(request.param, tmp_path) as url:
        opened = Ledger(url)
        yield opened
        opened.close()


def listed(ledger: Ledger, count: int) -> list[Recipient]:
    customers = [Customer(f"c-{n}", f"c{n}@customer.example", "") for n in range(1, count + 1)]
    take_customers(ledger, *customers, now=PUBLISHED)
    return recipients_of(ledger)


def removed(ledger: Ledger, recipient: Recipient, kind: EventKind = EventKind.REMOVED) -> None:
    happened = Happening(kind, PUBLISHED, recipient=recipient.number)
    ledger._database.write(lambda tx: tx.record(happened))


def sent(ledger: Ledger, release: Release, recipient: Recipient, state: DeliveryState) -> None:
    """The notice of a release was handed over, and got into a state."""
    one = delivery_due(release, recipient, PUBLISHED)
    if state is not TO_DO:
        ledger.mark(one, recipient.address, f"{release.name}-{recipient.number}", PUBLISHED)
    if by_hand := next((one for one in SAID if STATE_RESOLVED[one] is state), None):
        doubted = replace(one, state=DeliveryState.IN_DOUBT)
        ledger.resolve(doubted, FoundOut(by_hand, words="a reason"), PUBLISHED)
    elif state is not DeliveryState.IN_DOUBT:
        was = TO_DO if state is TO_DO else DeliveryState.IN_DOUBT
        ledger.settle(one, state, "250 2.0.0 so it is", PUBLISHED, was=was)


# ── letters ──────────────────────────────────────────────────────────────────────────────────────


def moved_back() -> Releases:
    """As `amendments`, and 2.2, which applies on the same day as 2 was to."""
    first, second, postponed, _ = amendments()
    again = replace(postponed, number=Number(2, 2), effective=second.effective)
    return Releases((first, second, postponed, again))


@pytest.mark.parametrize("seed", range(4))
def test_letters_are_counted_whatever_happened(ledger: Ledger, seed: int) -> None:
    """Against the letters one by one, on a ledger in which anything happened."""
    chance = random.Random(seed)
    people = listed(ledger, 40)
    releases = moved_back()
    told = [release for release in releases if release.notice]
    states = [state for state in DeliveryState if state is not DeliveryState.AGREED]
    for release in told:
        for recipient in people:
            if chance.random() < 0.5:
                sent(ledger, release, recipient, chance.choice(states))
    for recipient in chance.sample(people, 8):
        kind = chance.choice([EventKind.REMOVED, EventKind.ERASED])
        removed(ledger, recipient, kind)
    left = recipients_of(ledger)
    assert ledger.count_recipients() == len(left) == 32
    counted = ledger.count_letters("privacy")
    rows = ledger.deliveries("privacy", 2)
    for release in told:
        own = Counter(d.state for d in rows if d.release == str(release.number))
        assert counted[str(release.number)] == own
        here = {one.number for one in left}
        apart = [d for d in rows if d.release == str(release.number) and d.recipient not in here]
        gone = sum(d.state is not TO_DO for d in apart)
        assert ledger.letters_apart(release) == gone
        unsettled = Counter(d.state for d in apart if d.state in UNSETTLED)
        assert ledger.unsettled_apart(release) == unsettled


def test_who_came_with_a_version_is_not_told_of_it(ledger: Ledger) -> None:
    people = listed(ledger, 3)
    releases = amendments()
    ledger._database.write(
        lambda tx: tx.record(
            Happening(
                EventKind.CHANGED,
                PUBLISHED,
                recipient=people[0].number,
                facts={"customer": "c-1", "versions": {"privacy": "3"}},
                private={"address": people[0].address, "name": ""},
            )
        )
    )
    assert ledger.count_letters("privacy") == {"3": {DeliveryState.AGREED: 1}}
    assert [ledger.due(one, releases).to_tell for one in releases[1:]] == [2, 2, 2]


# ── what was declared ────────────────────────────────────────────────────────────────────────────


def declared(
    ledger: Ledger, whom: int | None, kind: RequestKind, hours: int = 0, late: bool = False
) -> int:
    timing = Timing.LATE if late else Timing.IN_TIME
    wanted = Wanted(kind, "privacy", TWO, whom, Channel.FORM, {})
    at = PUBLISHED + hours * HOUR
    return ledger.record(wanted, lambda: at, lambda _: timing).request.id


def test_each_customer_counts_once_by_the_declaration_that_counts(ledger: Ledger) -> None:
    chance = random.Random(5)
    people = [one.number for one in listed(ledger, 12)]
    for step in range(60):
        kind = chance.choice([OUT, OUT, BACK, ASK])
        declared(ledger, chance.choice([*people, None]), kind, step, late=step > 40)
    expected: Counter[str] = Counter()
    for whom in people:
        own = ledger.requests("privacy", 2, whom)
        counts = current_declaration(own)
        expected[counts.kind if counts else ""] += 1
        expected["late"] += last_late(own) is not None
    found = ledger.count_declarations("privacy")[2]
    assert (found.opted_out, found.withdrawn) == (expected[OUT], expected[BACK])
    assert found.late == expected["late"] > 0
    assert ledger.count_declarations("terms") == {}


# ── receipts ─────────────────────────────────────────────────────────────────────────────────────


def overdue(ledger: Ledger, hours: float) -> int:
    return ledger.count_receipts(PUBLISHED + hours * HOUR, HOUR).overdue


def test_a_receipt_is_overdue_after_an_hour_however_often_it_was_tried(ledger: Ledger) -> None:
    one, other = (person.number for person in listed(ledger, 2))
    first = declared(ledger, one, OUT)
    declared(ledger, other, OUT, 2)
    declared(ledger, None, ASK)  # it is nobody's yet
    assert ledger.count_receipts(PUBLISHED, HOUR).states == {TO_DO: 2}
    assert (overdue(ledger, 1), overdue(ledger, 1.1), overdue(ledger, 4)) == (0, 1, 2)
    for minutes in range(0, 100, 20):
        now = PUBLISHED + dt.timedelta(minutes=minutes)
        ledger.settle_answers([first], TO_DO, "451 later", now, was=(TO_DO,))
    assert overdue(ledger, 1.7) == 1
    ledger.mark_answers([first], PUBLISHED + 2 * HOUR)
    assert ledger.count_receipts(PUBLISHED + 2.5 * HOUR, HOUR).states == {
        TO_DO: 1,
        DeliveryState.IN_DOUBT: 1,
    }
    assert overdue(ledger, 2.5) == 0
    ledger.settle_answers([first], ACCEPTED, "250 ok", PUBLISHED + 2 * HOUR)
    assert ledger.count_receipts(PUBLISHED + 2.5 * HOUR, HOUR).states == {TO_DO: 1}


def test_what_waits_for_its_day_is_not_overdue(ledger: Ledger) -> None:
    """A customer gets four receipts a day for the form: the fifth is sent the day after."""
    (one,) = (person.number for person in listed(ledger, 1))
    for turn in range(4):
        number = declared(ledger, one, BACK if turn % 2 else OUT)
        ledger.mark_answers([number], PUBLISHED + turn * HOUR)
        ledger.settle_answers([number], ACCEPTED, "250 ok", PUBLISHED + turn * HOUR)
    declared(ledger, one, OUT, 4)
    assert overdue(ledger, 23) == 0
    assert overdue(ledger, 24.5) == 1
    declared(ledger, one, ASK, 4)  # links are limited where they are put down
    assert overdue(ledger, 23) == 1


# ── mail ─────────────────────────────────────────────────────────────────────────────────────────


def test_mail_that_waits_is_counted_and_the_oldest_is_listed(ledger: Ledger) -> None:
    def kept(day: int, filed: Filed | None, policy: str = "") -> int:
        at = PUBLISHED + day * 24 * HOUR
        number = ledger.keep(b"Subject: why\r\n\r\n", "opt-out@hosting.example", lambda: at)
        if filed:
            ledger.file(number, Filing(filed, "why", policy), at)
        return number

    waiting = [kept(day, Filed.UNCLEAR, "privacy") for day in range(30)]
    waiting += [kept(0, Filed.UNKNOWN), kept(30, Filed.UNREADABLE), kept(1, None)]
    kept(0, Filed.UNCLEAR, "terms")
    kept(0, Filed.SETTLED, "privacy")
    kept(0, Filed.OPT_OUT, "privacy")

    def counted(*policies: str, days: int = 0, hours: int = 0) -> tuple[int, int, int]:
        since, unread = PUBLISHED + days * 24 * HOUR, PUBLISHED + hours * HOUR
        found = ledger.count_messages(policies, since, unread)
        assert len(found.oldest) == min(20, found.waiting)
        return found.waiting, found.overdue, found.unread

    assert counted("privacy") == (33, 0, 0)
    assert counted("privacy", days=3, hours=25) == (33, 5, 1)
    assert counted("privacy", "terms", days=3) == (34, 6, 0)
    assert counted("other", days=50) == (3, 3, 0)
    found = ledger.count_messages(["privacy"], PUBLISHED, PUBLISHED)
    assert [message.id for message in found.oldest] == waiting[:20]
    assert found.oldest[0].reason == "why"


# ── the ledger as a whole ────────────────────────────────────────────────────────────────────────


def test_the_last_time_it_was_put_back_is_known(ledger: Ledger) -> None:
    assert ledger.last_restored() is None
    days = [Happening(EventKind.RESTORED, PUBLISHED + day * 24 * HOUR) for day in (1, 2)]
    ledger._database.write(lambda tx: tx.record_all(days))
    listed(ledger, 3)
    found = ledger.last_restored()
    assert found is not None
    assert found.at == PUBLISHED + 48 * HOUR
    assert ledger.owning_role() == ""


def test_a_role_that_could_alter_events_is_named(tmp_path: Path) -> None:
    with empty_ledger("postgresql", tmp_path) as url:
        for role, expected in ((PROGRAM, ""), (OWNER, OWNER), ("postgres", "postgres")):
            opened = Ledger(url.replace(f"//{PROGRAM}@", f"//{role}@"))
            assert opened.owning_role() == expected
            opened.close()


@pytest.mark.parametrize("ledger", ["sqlite"], indirect=True)
def test_nothing_that_is_counted_reads_a_table_through(ledger: Ledger) -> None:
    """Each count of what grows with the customers goes by an index, whatever the engine thinks."""
    people = listed(ledger, 50)
    release = amendments()[1]
    for recipient in people:
        sent(ledger, release, recipient, ACCEPTED)
        declared(ledger, recipient.number, OUT)
    with ledger._database.reading() as db:
        engine = db.engine

    def told(_: object, __: object, statement: str, values: object, *___: object) -> None:
        if statement.startswith("SELECT"):
            plans.append((statement, values))

    plans: list[tuple[str, object]] = []
    event.listen(engine, "before_cursor_execute", told)
    ledger.count_letters("privacy")
    ledger.due(release, amendments())
    ledger.letters_apart(release)
    ledger.unsettled_apart(release)
    ledger.count_declarations("privacy")
    ledger.count_receipts(PUBLISHED, HOUR)
    ledger.count_messages(["privacy"], PUBLISHED, PUBLISHED)
    ledger.last_restored()
    event.remove(engine, "before_cursor_execute", told)
    assert len(plans) >= 8
    with ledger._database.reading() as db:
        for statement, values in plans:
            plan = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)  # type: ignore[arg-type]
            for row in plan:
                through = row.detail.startswith("SCAN") and "INDEX" not in row.detail
                assert not through, (statement, row.detail)
