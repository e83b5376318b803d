"""States can be thrown away: made again from events, they are the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.schema import STATES
from publisher.errors import LedgerError
from publisher.record.event import EventKind
from tests.fixtures.ledger_events import NOW, TWO, declare, fill


def opened_by_its_owner(path: Path) -> sqlite3.Connection:
    """With nothing that refuses, but what would be there again after a rebuild."""
    db = sqlite3.connect(path)
    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        db.execute(f"DROP TRIGGER {name}")
    return db


def states_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as db:
        return {
            table.name: db.execute(
                f"SELECT * FROM {table.name} ORDER BY {', '.join(table.primary_key.columns.keys())}"
            ).fetchall()
            for table in STATES
        }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{path}")
    fill(ledger)
    ledger.erase([1, 3, 8], "asked for", NOW)
    ledger.prune(ledger.pruning({("privacy", "2")}, NOW, "6 years"), NOW)
    return ledger


def test_states_are_the_same_when_they_are_made_again(ledger: Ledger, path: Path) -> None:
    before = states_of(path)
    assert all(before.values()), "every state has rows"
    with sqlite3.connect(path) as db:
        kinds = {kind for (kind,) in db.execute("SELECT DISTINCT kind FROM event")}
    assert kinds == set(EventKind), "everything happened that can happen"
    for damage in ("", "DELETE FROM {}", "UPDATE {} SET event = event + 1000"):
        with opened_by_its_owner(path) as db:
            for table in STATES:
                if damage and (damage[:6] == "DELETE" or "event" in table.columns):
                    db.execute(damage.format(table.name))
        assert ledger.rebuild(lambda *_: None) > 40
        assert states_of(path) == before
    assert list(ledger.audit(lambda *_: None).findings) == []
    with sqlite3.connect(path) as db, pytest.raises(sqlite3.IntegrityError, match="follows from"):
        db.execute("UPDATE request SET kind = 'withdraw'")


def test_the_ledger_goes_on_after_that(ledger: Ledger) -> None:
    last = max(r.id for r in ledger.requests("privacy", 2))
    ledger.rebuild(lambda *_: None)
    assert declare(ledger, 7) == last + 1
    assert ledger.keep(b"x", "", lambda: NOW) == 4
    assert ledger.delivery("privacy", TWO, 7) is None
    assert list(ledger.audit(lambda *_: None).findings) == []


def test_nothing_is_made_from_a_chain_that_does_not_hold(ledger: Ledger, path: Path) -> None:
    ledger.close()
    with opened_by_its_owner(path) as db:
        db.execute("UPDATE event SET kind = 'refused' WHERE kind = 'taken'")
        db.execute("DELETE FROM delivery")
    before = states_of(path)
    again = Ledger(f"sqlite:///{path}")
    with pytest.raises(LedgerError, match="so no state is made from it") as refused:
        again.rebuild(lambda *_: None)
    assert refused.value.remedy == "publisher verify --ledger"
    assert states_of(path) == before
