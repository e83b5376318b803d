"""A transaction that writes to the ledger: events, what follows from them, and one batch."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from publisher.edges.clock import now
from publisher.edges.ledger import states
from publisher.edges.ledger.rows import fetch, insert_alike, insert_many, rows_among
from publisher.edges.ledger.schema import (
    BATCH_NUMBERS,
    BATCHES,
    CHAINS,
    EVENT_NUMBERS,
    EVENTS,
    PRIVATE,
)
from publisher.record.batch import FIRST, Batch, Head, heads_text
from publisher.record.event import Event, EventKind, Happening, microseconds
from publisher.record.heads import WitnessedHead
from publisher.record.merkle import MerkleTree
from publisher.record.private import SALT, PrivateValue, canonical

_LISTED = "INSERT INTO event VALUES (?, {batch}, {at}, '{kind}', '', '', ?, NULL, NULL, ?, ?)"
_LISTED_PRIVATE = "INSERT INTO private VALUES (?, ?, ?, NULL)"

_TAKEN = "INSERT INTO event VALUES (?, {batch}, {at}, '{kind}', ?, ?, ?, NULL, NULL, ?, X'')"

ListedRow = tuple[int, int, str, bytes]
"""An event that lists a customer: its number, the recipient's, its facts and its digest."""

TakenRow = tuple[int, str, int]
"""That a letter was accepted: the number of its recipient, the facts of the event (canonical), and
when that was, in microseconds since 1970."""


class Writer:
    """Who writes: the ledger's identity, and the chain of this machine."""

    def __init__(self, ledger: str, chain: str) -> None:
        """Args:
        ledger: the identity of the ledger.
        chain: the name of the chain.
        """
        self.ledger, self.chain = ledger, chain
        self.named: dict[int, int] = {}
        """The heads of other chains that this process named last: the number by the chain."""


class Transaction:
    """One transaction. When it ends, one batch vouches for all events that it wrote."""

    def __init__(self, db: Connection, writer: Writer, *, alone: bool = False) -> None:
        """Args:
        db: the connection, in a transaction that has begun.
        writer: who writes.
        alone: no other act shares the transaction, so nothing has to be forgotten, and no leaf
            of the tree has to be held in memory.
        """
        self.db, self._writer, self._alone = db, writer, alone
        self._sqlite = db.dialect.name == "sqlite"
        self._leaves: list[bytes] = []
        """Of the events that an error may yet undo."""
        self._tree = MerkleTree()
        self._last: int | None = None
        self._batch: int | None = None
        self._joins = False
        self.head: WitnessedHead | None = None
        """That of the batch which was written; None: nothing happened, or it has not ended."""

    def record(self, happened: Happening) -> int:
        """Records an event, and what follows from it; returns its number."""
        return self.record_all([happened])[0]

    def record_all(self, happened: Sequence[Happening]) -> Sequence[int]:
        """Records many events; returns their numbers, in the same order."""
        numbers = self.numbers(len(happened))
        salts, batch = os.urandom(SALT * len(happened)), self._own_batch()
        rows, values = [], []
        for place, (number, one) in enumerate(zip(numbers, happened, strict=True)):
            digest = b""
            if one.private:
                salt = salts[place * SALT : (place + 1) * SALT]
                value = PrivateValue(salt, canonical(one.private), one.body)
                values.append((number, salt, value.text, value.body))
                digest = value.digest()
            event = one.as_event(number, digest)
            rows.append(_row(event, batch))
            self._leaves.append(event.leaf())
        # A state is changed only along with its event, which the database looks for.
        insert_many(self.db, EVENTS, rows)
        insert_many(self.db, PRIVATE, values)
        states.apply(self.db, list(zip(numbers, happened, strict=True)))
        if self._alone:
            self._grow()
        return numbers

    def write_listed(
        self, at: int, rows: Sequence[ListedRow], values: Sequence[tuple[int, bytes, str]]
    ) -> None:
        """Writes that customers were listed, but not their states: a million at a time, which as
        happenings would take three times as long.

        Args:
            at: when, in microseconds since 1970.
            rows: an event each, by rising numbers.
            values: their private values: the number of the event, the salt, the text.
        """
        self._grow()
        kind, batch, add = str(EventKind.LISTED), self._own_batch(), self._tree.add
        between = f"\n{at}\n{kind}\n\n\n"
        for number, recipient, facts, digest in rows:
            add(f"{number}{between}{recipient}\n\n\n{digest.hex()}\n{facts}".encode())
        same = {"kind": kind, "batch": batch, "at": at}
        if self._sqlite:
            insert_alike(self.db, _LISTED.format(**same), rows)
            insert_alike(self.db, _LISTED_PRIVATE, values)
        else:
            events = [(r[0], batch, at, kind, "", "", r[1], None, None, *r[2:]) for r in rows]
            insert_many(self.db, EVENTS, events)
            insert_many(self.db, PRIVATE, [(*value, None) for value in values])

    def write_taken(self, at: int, about: tuple[str, str], rows: Sequence[TakenRow]) -> None:
        """Writes that letters were accepted, and the states of their deliveries: a million at a
        time, which as happenings would take half as long again.

        Args:
            at: when it is recorded, in microseconds since 1970.
            about: the policy and the release.
            rows: a letter each, of which a delivery is on record with the same effective date.
        """
        self._grow()
        kind, batch, add = str(EventKind.TAKEN), self._own_batch(), self._tree.add
        numbers = self.numbers(len(rows))
        between = "\n".join(["", str(at), kind, *about, ""])
        for number, (recipient, facts, _) in zip(numbers, rows, strict=True):
            add(f"{number}{between}{recipient}\n\n\n\n{facts}".encode())
        if self._sqlite:
            events = [
                (number, *about, recipient, facts)
                for number, (recipient, facts, _) in zip(numbers, rows, strict=True)
            ]
            insert_alike(self.db, _TAKEN.format(batch=batch, at=at, kind=kind), events)
        else:
            whole = [
                (number, batch, at, kind, *about, recipient, None, None, facts, b"")
                for number, (recipient, facts, _) in zip(numbers, rows, strict=True)
            ]
            insert_many(self.db, EVENTS, whole)
        states.accept_letters(self.db, about, list(zip(numbers, rows, strict=True)))

    def hold(self, table: str, number: int | None) -> None:
        """Has others wait who hold the same row, until the transaction ends.

        What is decided by a row, or by what belongs to it, is decided after this, so that events
        have their numbers in the order in which they took effect.

        Args:
            table: one of the states that have numbers.
            number: of the row; None: there is none.
        """
        # SQLite has one writer at a time.
        if not self._sqlite and number is not None:
            fetch(self.db, f"SELECT id FROM {table} WHERE id = :id FOR UPDATE", id=number)  # noqa: S608 - names of ours

    def hold_all(self, table: str, numbers: Sequence[int]) -> None:
        """As `hold`, for many rows, in one order for all, so that nobody waits in a circle."""
        if not self._sqlite and numbers:
            lock = f"SELECT id FROM {table} WHERE id {{}} ORDER BY id FOR UPDATE"  # noqa: S608 - names of ours
            rows_among(self.db, lock, numbers)

    def join(self) -> int:
        """Has a batch written in any case, that names the heads of all chains; returns the number
        of the chain that it goes to.
        """
        self._joins = True
        return self._own_chain()

    def mark(self) -> int:
        """How many events were written; see `forget_since`."""
        return len(self._leaves)

    def forget_since(self, mark: int) -> None:
        """Forgets the events that were written after a mark: they were undone in the database."""
        del self._leaves[mark:]

    # ── the batch ────────────────────────────────────────────────────────────────────────────────

    def finish(self) -> None:
        """Writes the batch; does nothing where nothing happened."""
        self._grow()
        if self._tree.count or self._joins:
            self._write_batch()

    def _grow(self) -> None:
        for leaf in self._leaves:
            self._tree.add(leaf)
        self._leaves.clear()

    def _own_batch(self) -> int:
        if self._batch is None:
            self._batch = self._batch_number()
        return self._batch

    def _write_batch(self) -> None:
        chain = self._own_chain()
        last = fetch(self.db, _HEAD, chain=chain)
        number, previous = last[0] if last else (0, FIRST)
        heads = self._other_heads(chain)
        batch = Batch(
            self._writer.ledger,
            chain,
            number + 1,
            microseconds(now()),
            self._tree.count,
            self._tree.root(),
            previous,
            heads,
        )
        digest = batch.digest()
        row = (
            self._own_batch(),
            chain,
            batch.number,
            batch.at,
            batch.count,
            batch.root,
            batch.previous,
            heads_text(heads),
            digest,
        )
        insert_many(self.db, BATCHES, [row])
        self.head = WitnessedHead(self._writer.ledger, chain, batch.number, digest)

    def _own_chain(self) -> int:
        """The chain of this machine, held until the transaction ends; made if there is none."""
        name = self._writer.chain
        self.hold_turn(f"chain {name}")
        found = fetch(self.db, _CHAIN, name=name)
        if not found:
            self.hold_turn("chain ")
            last = fetch(self.db, "SELECT coalesce(max(id), 0) + 1 FROM chain")
            insert_many(self.db, CHAINS, [(last[0][0], name)])
            return int(last[0][0])
        return int(found[0][0])

    def hold_turn(self, what: str) -> None:
        """Has others wait who take the same turn, until the transaction ends.

        Args:
            what: is done by one at a time.
        """
        # SQLite has one writer at a time.
        if not self._sqlite:
            # A lock of a row would need the right to change it.
            lock = "SELECT pg_advisory_xact_lock(hashtext(:name))"
            fetch(self.db, lock, name=f"ledger {what}")

    def _other_heads(self, own: int) -> tuple[Head, ...]:
        """The heads of other chains that have grown since this process named them last."""
        heads = []
        for chain, number in fetch(self.db, _OTHERS, own=own):
            if number is None or (self._writer.named.get(chain) == number and not self._joins):
                continue
            ((_, digest),) = fetch(self.db, _HEAD, chain=chain)
            heads.append(Head(chain, number, bytes(digest)))
            self._writer.named[chain] = number
        return tuple(heads)

    # ── numbers ──────────────────────────────────────────────────────────────────────────────────

    def numbers(self, count: int) -> Sequence[int]:
        """Numbers for the next events."""
        if not self._sqlite:
            each = "SELECT nextval(:name) FROM generate_series(1, :count)"
            found = fetch(self.db, each, name=EVENT_NUMBERS.name, count=count)
            return [number for (number,) in found]
        if self._last is None:
            ((self._last,),) = fetch(self.db, "SELECT coalesce(max(id), 0) FROM event")
        first = self._last + 1
        self._last = first + count - 1
        return range(first, first + count)

    def _batch_number(self) -> int:
        statement = "SELECT coalesce(max(id), 0) + 1 FROM batch"
        if not self._sqlite:
            statement = f"SELECT nextval('{BATCH_NUMBERS.name}')"
        ((number,),) = fetch(self.db, statement)
        return int(number)


_CHAIN = "SELECT id FROM chain WHERE name = :name"
_HEAD = "SELECT number, digest FROM batch WHERE chain = :chain ORDER BY number DESC LIMIT 1"
_OTHERS = """
    SELECT id, (SELECT max(number) FROM batch WHERE chain = chain.id) FROM chain
    WHERE id <> :own ORDER BY id"""


def _row(event: Event, batch: int) -> tuple[Any, ...]:
    return (
        event.number,
        batch,
        microseconds(event.at),
        event.kind,
        event.policy,
        event.release,
        event.recipient,
        event.request,
        event.message,
        event.facts,
        event.digest,
    )
