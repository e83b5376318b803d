"""The durable part of a declaration by form, beside bare inserts, in turns.

    python bench/ledger/posts.py

Bare: the same rows in the same tables, with their indices and without triggers, by the driver
alone; those of threads that wait are committed together in the same way.
"""

from __future__ import annotations

import datetime as dt
import io
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from threading import Thread

from sqlalchemy import create_engine
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.schema import (
    ANSWERS,
    BATCHES,
    DECLARATIONS,
    EVENTS,
    PRIVATE,
    REQUESTS,
)
from publisher.edges.ledger.turns import Job, Turns
from publisher.people.customer_list import CustomerList
from publisher.people.list_text import ListName
from publisher.people.recipients_import import ImportOptions, Taking
from publisher.people.requests import Channel, RequestKind, Timing, Wanted
from publisher.releases.number import Number

CLIENTS = (1, 16)
POSTS = 320
"""In a turn, by all clients together."""
TURNS = 6
NOW = dt.datetime(2027, 1, 11, 9, 0, tzinfo=dt.UTC)
NONE = (None, None, None)
TABLES = (EVENTS, PRIVATE, REQUESTS, ANSWERS, DECLARATIONS, BATCHES)
"""What a declaration is written to, the row of its batch last."""


class Bare:
    """The tables alone: nothing is looked up, decided, digested or refused."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        engine = create_engine("sqlite://", creator=lambda: self._db, poolclass=StaticPool)
        for table in TABLES:
            engine.connect().execute(CreateTable(table))
            for index in table.indexes:
                engine.connect().execute(CreateIndex(index))
        self._turns = Turns(self._carry_out)
        self._batch = 0

    def post(self, number: int) -> None:
        """The rows of one declaration."""
        self._turns.take(lambda db: self._insert(db, number))

    def _insert(self, db: sqlite3.Connection, number: int) -> None:
        at, digest, salt = number * 1_000_000, bytes(32), bytes(16)
        facts = ("x" * 100, number, None, "y" * 160)
        about = ("privacy", "2", number, number)
        for table, row in zip(
            TABLES,
            (
                (number, self._batch, at, "declared", *about, None, facts[0], digest),
                (number, salt, facts[3], None),
                (number, "opt out", *about[:2], 2, number, at, "in time", "form", number, *NONE),
                (number, "to do", None, number, at, 0),
                ("privacy", 2, number, "opt out", "", number),
            ),
            strict=False,
        ):
            db.execute(f"INSERT INTO {table.name} VALUES ({', '.join('?' for _ in row)})", row)

    def _carry_out(self, jobs: list[Job]) -> None:
        self._db.execute("BEGIN IMMEDIATE")
        for job in jobs:
            job.act(self._db)
        self._batch += 1
        row = (self._batch, 1, self._batch, 0, len(jobs), bytes(32), bytes(32), "", bytes(32))
        self._db.execute(f"INSERT INTO batch VALUES ({', '.join('?' for _ in row)})", row)
        self._db.execute("COMMIT")
        for job in jobs:
            job.settle()


def filled(path: Path, count: int) -> Ledger:
    """A ledger with recipients."""
    lines = ["customer,address", *(f"c-{n},user{n}@customer.example" for n in range(count))]
    name = ListName("list.csv")
    customers = CustomerList(io.BytesIO("\n".join(lines).encode()), name)
    ledger = Ledger(f"sqlite:///{path}")
    ledger.take_list(customers, Taking(name, ImportOptions()), NOW)
    return ledger


def declare(ledger: Ledger, recipient: int) -> None:
    """One customer opts out by form."""
    evidence = {"page": "sha256", "agent": "Mozilla/5.0", "address": "192.0.2.1"}
    about = "privacy", Number(2), recipient
    wanted = Wanted(RequestKind.OPT_OUT, *about, Channel.FORM, evidence)
    ledger.record(wanted, lambda: NOW, lambda _: Timing.IN_TIME)


def seconds(post: Callable[[int], None], clients: int, first: int) -> float:
    """How long some posts take, by so many clients at once."""

    def some(client: int) -> None:
        for number in range(first + client, first + POSTS, clients):
            post(number)

    threads = [Thread(target=some, args=(client,)) for client in range(clients)]
    since = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - since


def main() -> None:
    """Prints the median of the turns of each."""
    print("\nDeclarations by form, durable part\n")
    print("| clients | declarations a second | bare inserts | ratio |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="bench-ledger-posts-") as name:
        ledger = filled(Path(name) / "ledger.sqlite", len(CLIENTS) * TURNS * POSTS + 1)
        bare, first = Bare(Path(name) / "bare.sqlite"), 1
        for clients in CLIENTS:
            declared, inserted = [], []
            for _ in range(TURNS):
                declared.append(seconds(lambda n: declare(ledger, n), clients, first))
                inserted.append(seconds(bare.post, clients, first))
                first += POSTS
            rates = POSTS / median(declared), POSTS / median(inserted)
            ratio = rates[0] / rates[1]
            print(f"| {clients} | {rates[0]:,.0f} | {rates[1]:,.0f} | {ratio:.2f} |")
        ledger.close()


if __name__ == "__main__":
    main()
