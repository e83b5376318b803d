"""What a transaction of the ledger leaves behind: its events, their states, one batch."""

from __future__ import annotations

import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.transaction import Transaction
from publisher.people.customer_list import Customer
from publisher.record.batch import FIRST, Batch, read_heads
from publisher.record.event import Event, EventKind, Happening, moment_of
from publisher.record.merkle import MerkleTree
from publisher.record.private import PrivateValue
from tests.fixtures.recipients import take_customers

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{path}")
    yield ledger
    ledger.close()


def rows(path: Path, statement: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(path) as db:
        return db.execute(statement).fetchall()


def customers(count: int) -> list[Customer]:
    return [Customer(f"c-{n}", f"c{n}@customer.example", "") for n in range(count)]


def batches(path: Path) -> list[tuple[int, Batch, bytes]]:
    """Each batch as it stands in the file: its id, its fields, its digest."""
    ((identity,),) = rows(path, "SELECT identity FROM ledger")
    found = rows(
        path, "SELECT id, chain, number, at, count, root, previous, heads, digest FROM batch"
    )
    return [(key, _batch(identity, *own[:7]), own[7]) for key, *own in found]


def _batch(identity: str, *own: Any) -> Batch:
    chain, number, at, count, root, previous, heads = own
    return Batch(identity, chain, number, at, count, root, previous, read_heads(heads))


def events_of(path: Path, batch: int) -> list[Event]:
    found = rows(
        path,
        "SELECT id, at, kind, policy, release, recipient, request, message, facts, digest "
        f"FROM event WHERE batch = {batch} ORDER BY id",
    )
    return [Event(number, moment_of(at), *more) for number, at, *more in found]


@pytest.mark.parametrize("count", [1, 3, 2_010], ids=["one", "some", "many"])
def test_each_transaction_is_one_link_of_the_chain(ledger: Ledger, path: Path, count: int) -> None:
    take_customers(ledger, *customers(count), now=NOW)
    ledger.keep(b"raw", "", lambda: NOW)
    previous = FIRST
    for number, (key, batch, digest) in enumerate(batches(path), start=1):
        tree = MerkleTree()
        for event in events_of(path, key):
            tree.add(event.leaf())
        assert (batch.number, batch.count, batch.root) == (number, tree.count, tree.root())
        assert (batch.previous, batch.digest()) == (previous, digest)
        previous = digest
    assert [batch.count for _, batch, _ in batches(path)] == [count, 1]


def test_an_event_has_a_salted_digest_of_what_is_personal(ledger: Ledger, path: Path) -> None:
    take_customers(ledger, *customers(2), now=NOW)
    found = rows(path, "SELECT salt, value, digest FROM private JOIN event ON event.id = event")
    assert len({salt for salt, _, _ in found}) == 2
    for salt, value, digest in found:
        assert len(salt) == 16
        assert PrivateValue(salt, value).digest() == digest
    told = " ".join(map(str, rows(path, "SELECT * FROM event")))
    assert "customer.example" not in told


def test_what_fails_leaves_nothing_and_harms_nobody(ledger: Ledger, path: Path) -> None:
    """Acts of several threads share a transaction; one of them fails in its middle."""
    begun, go = threading.Event(), threading.Event()

    def holds(tx: Transaction) -> None:
        begun.set()
        go.wait(10)

    def records(tx: Transaction) -> None:
        tx.record(Happening(EventKind.RECEIVED, NOW, message=len(done) + 1))
        done.append(1)

    def fails(tx: Transaction) -> None:
        tx.record(Happening(EventKind.RECEIVED, NOW, message=99))
        raise ValueError("no")

    done: list[int] = []
    errors: list[Exception] = []

    def call(act: Any) -> None:
        try:
            ledger._database.write(act)
        except ValueError as error:
            errors.append(error)

    first = threading.Thread(target=call, args=[holds])
    first.start()
    begun.wait(10)
    others = [threading.Thread(target=call, args=[a]) for a in (records, fails, records)]
    for other in others:
        other.start()
    while len(ledger._database._turns._waiting) < 3:
        pass
    go.set()
    for thread in (first, *others):
        thread.join(10)
    assert len(errors) == 1
    assert rows(path, "SELECT id FROM message") == [(1,), (2,)]
    assert [batch.count for _, batch, _ in batches(path)] == [2]
    assert [e.message for e in events_of(path, 1)] == [1, 2]


def test_a_transaction_in_which_nothing_happened_leaves_no_batch(
    ledger: Ledger, path: Path
) -> None:
    ledger._database.write(lambda tx: None)
    assert batches(path) == []
    ledger._database.write(lambda tx: tx.join())
    assert [batch.count for _, batch, _ in batches(path)] == [0]


def test_two_processes_continue_one_chain(ledger: Ledger, path: Path) -> None:
    other = Ledger(f"sqlite:///{path}")
    for number in range(3):
        for each in (ledger, other):
            each.keep(b"raw %d" % number, "", lambda: NOW)
    assert [(b.chain, b.number) for _, b, _ in batches(path)] == [(1, n) for n in range(1, 7)]
    other.close()
