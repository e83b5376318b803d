"""States can be thrown away: made again from events, they are the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.schema import STATES
from publisher.errors import LedgerError
from publisher.record.event import EventKind
from tests.fixtures.engines import ENGINES
from tests.fixtures.full_ledgers import FullLedger, full_ledger
from tests.fixtures.ledger_events import NOW, TWO, declare
from tests.fixtures.servers import OWNER, server


def states_of(full: FullLedger) -> dict[str, list[tuple[object, ...]]]:
    return {
        table.name: full.rows(
            f"SELECT * FROM {table.name} ORDER BY {', '.join(table.primary_key.columns.keys())}"
        )
        for table in STATES
    }


@pytest.fixture(params=ENGINES)
def full(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[FullLedger]:
    """Every kind of event, erasures as well; opened by whoever owns the tables."""
    with full_ledger(request.param, tmp_path) as made, made.opened() as ledger:
        ledger.erase([1, 3, 8, 9], "asked for", NOW)
        ledger.prune(ledger.pruning({("privacy", "2")}, NOW, "6 years"), NOW)
        yield made if made.in_file else FullLedger(server().url(made.place, OWNER), made.place)


@pytest.fixture
def ledger(full: FullLedger) -> Iterator[Ledger]:
    with full.opened() as ledger:
        yield ledger


def test_states_are_the_same_when_they_are_made_again(ledger: Ledger, full: FullLedger) -> None:
    before = states_of(full)
    assert all(before.values()), "every state has rows"
    kinds = {kind for (kind,) in full.rows("SELECT DISTINCT kind FROM event")}
    assert kinds == set(EventKind), "everything happened that can happen"
    for damage in ("", "DELETE FROM {}", "UPDATE {} SET event = event + 1000"):
        damaged = [
            damage.format(table.name)
            for table in STATES
            if damage[:6] == "DELETE" or "event" in table.columns
        ]
        if damage:
            full.forge(";".join(damaged))
        assert ledger.rebuild(lambda *_: None) > 40
        assert states_of(full) == before
    assert full.audited() == []
    refused = (sqlite3.IntegrityError, psycopg.errors.RaiseException)
    with pytest.raises(refused, match="follows from"):
        full.rows("UPDATE request SET kind = 'withdraw'")


def test_what_refuses_is_missed_and_put_back(ledger: Ledger, full: FullLedger) -> None:
    on = {True: "", False: " ON {}"}[full.in_file]
    for table, name in (("event", "event_update"), ("delivery", "delivery_delete")):
        there = name if full.in_file else name.replace("event_update", "event_change")
        full.rows(f"DROP TRIGGER {there}{on.format(table)}")
    if not full.in_file:
        full.rows("ALTER TABLE answer DISABLE TRIGGER answer_z_follows")
    (missed,) = full.audited()
    assert "delivery_delete" in missed
    assert ("answer_z_follows" in missed) is not full.in_file
    ledger.rebuild(lambda *_: None)
    assert full.audited() == []
    refused = (sqlite3.IntegrityError, psycopg.errors.RaiseException)
    for statement in ("UPDATE event SET kind = 'taken'", "DELETE FROM delivery"):
        with pytest.raises(refused, match=r"never changed|follows from"):
            full.rows(statement)


def test_the_ledger_goes_on_after_that(ledger: Ledger) -> None:
    last = max(r.id for about in (("privacy", 2), ("", 0)) for r in ledger.requests(*about))
    ledger.rebuild(lambda *_: None)
    assert declare(ledger, 7) == last + 1
    assert ledger.keep(b"x", "", lambda: NOW) == 4
    assert ledger.delivery("privacy", TWO, 7) is None
    assert list(ledger.audit(lambda *_: None).findings) == []


def test_nothing_is_made_from_a_chain_that_does_not_hold(ledger: Ledger, full: FullLedger) -> None:
    full.forge("UPDATE event SET kind = 'refused' WHERE kind = 'taken'; DELETE FROM delivery")
    before = states_of(full)
    with pytest.raises(LedgerError, match="so no state is made from it") as refused:
        ledger.rebuild(lambda *_: None)
    assert refused.value.remedy == "publisher verify --ledger"
    assert states_of(full) == before


def test_only_the_owner_of_the_tables_makes_states_again(tmp_path: Path) -> None:
    with full_ledger("postgresql", tmp_path) as full, full.opened() as ledger:
        with pytest.raises(LedgerError, match="only the owner of the ledger's tables"):
            ledger.rebuild(lambda *_: None)
        assert full.audited() == []
