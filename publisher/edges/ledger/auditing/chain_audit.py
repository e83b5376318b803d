"""Whether the chains of a ledger hold: each event in its batch, each batch behind the one before.

Everything is read in a stream, so a large ledger takes time, and no memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from publisher.edges.ledger.auditing.faults import Faults
from publisher.edges.ledger.auditing.replay import streamed
from publisher.edges.ledger.opening import identity_of
from publisher.edges.ledger.schema import BATCHES, CHAINS, EVENTS
from publisher.record.batch import FIRST, Batch, Head, heads_text, read_heads
from publisher.record.event import Event, moment_of
from publisher.record.merkle import MerkleTree
from publisher.text.amounts import amount

_AHEAD = 1_000
"""Batches that are looked up together."""
_COUNT = BATCHES.c.count.label("events")
"""Under a name that no row has for something else."""
_UNREADABLE = (ValueError, TypeError, OverflowError, AttributeError)
"""What a value raises that is not of the kind that this program writes."""


# ── events in their batches ──────────────────────────────────────────────────────────────────────


class EventAudit:
    """Holds events, in the order of their numbers, to the roots of their batches."""

    def __init__(self, db: Connection, faults: Faults) -> None:
        """Counts the events of each batch.

        Args:
            db: a transaction.
            faults: what is found is added to it.
        """
        self._db, self._faults = db, faults
        self._ahead: dict[int, tuple[int, bytes]] = {}
        self._trees: dict[int, MerkleTree] = {}
        self._miscounted = set(_miscounted(db, faults))

    def look(self, row: Any) -> None:
        """Looks at one event.

        Args:
            row: of the table, whole.
        """
        try:
            leaf = event_of_row(row).leaf()
        except _UNREADABLE as error:
            self._faults.add("event", row.id, f"does not read: {error}")
            leaf = b""
        if row.batch in self._miscounted:
            return
        count, root = self._batch(row.batch)
        tree = self._trees.setdefault(row.batch, MerkleTree())
        tree.add(leaf)
        if tree.count == count:
            if tree.root() != root:
                what = (
                    f"is not what was recorded: an event of it was altered (its last is {row.id})"
                )
                self._faults.add("batch", row.batch, what)
            del self._trees[row.batch], self._ahead[row.batch]

    def _batch(self, number: int) -> tuple[int, bytes]:
        if number not in self._ahead:
            near = BATCHES.c.id.between(number, number + _AHEAD) & (BATCHES.c.count > 0)
            found = select(BATCHES.c.id, _COUNT, BATCHES.c.root).where(near)
            for row in self._db.execute(found):
                if row.id not in self._miscounted:
                    self._ahead.setdefault(row.id, (row.events, row.root))
        return self._ahead[number]


def _miscounted(db: Connection, faults: Faults) -> Iterator[int]:
    """The batches that have more events or fewer than they say, and those that are not there."""
    counted = (
        select(EVENTS.c.batch, func.count().label("found"), func.min(EVENTS.c.id).label("first"))
        .group_by(EVENTS.c.batch)
        .subquery()
    )
    both = BATCHES.outerjoin(counted, counted.c.batch == BATCHES.c.id)
    found = func.coalesce(counted.c.found, 0)
    differing = select(BATCHES.c.id, _COUNT, found.label("found")).select_from(both)
    for row in streamed(db, differing.where(BATCHES.c.count != found)):
        written = amount(row.events, "event")
        faults.add("batch", row.id, f"was written with {written}, and has {row.found}")
        yield row.id
    both = counted.outerjoin(BATCHES, counted.c.batch == BATCHES.c.id)
    missing = select(counted).select_from(both).where(BATCHES.c.id.is_(None))
    for row in streamed(db, missing):
        what = f"belongs to batch {row.batch}, which is not there"
        if row.found > 1:
            what = f"and {row.found - 1} more: {what.replace('belongs', 'belong')}"
        faults.add("event", row.first, what)
        yield row.batch


def event_of_row(row: Any) -> Event:
    """The event in a row, whose values are of the kinds that it was written with."""
    texts = (row.kind, row.policy, row.release, row.facts)
    numbers = (row.id, row.batch, row.at)
    about = (row.recipient, row.request, row.message)
    if not (
        all(isinstance(one, str) for one in texts)
        and all(type(one) is int for one in numbers)
        and all(one is None or type(one) is int for one in about)
        and isinstance(row.digest, bytes)
        and len(row.digest) in (0, 32)
    ):
        raise ValueError("a value is of another kind than was written")
    return Event(row.id, moment_of(row.at), *texts[:3], *about, row.facts, row.digest)


# ── batches in their chains ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ChainEnd:
    """A chain as far as it goes."""

    chain: int
    name: str
    batches: int
    events: int
    at: int
    """When its last batch was written, microseconds since 1970 in UTC."""
    digest: bytes
    """Of that batch."""


def audit_chains(db: Connection, faults: Faults) -> list[ChainEnd]:
    """Looks at every batch of every chain; returns where the chains end.

    Args:
        db: a transaction.
        faults: what is found is added to it.
    """
    ledger = identity_of(db)
    names = {row.id: row.name for row in db.execute(select(CHAINS))}
    ends: dict[int, ChainEnd] = {}
    last = Head(0, 0, FIRST)
    for row in streamed(
        db, select(*BATCHES.columns, _COUNT).order_by(BATCHES.c.chain, BATCHES.c.number)
    ):
        if row.chain != last.chain:
            last = Head(row.chain, 0, FIRST)
            if row.chain not in names:
                faults.add("chain", row.chain, "is not there, and has batches")
        batch = _batch_of(row, ledger)
        if batch is None:
            faults.add("batch", row.id, "does not read")
            last = Head(row.chain, row.number, row.digest)
            continue
        _look(db, row.id, batch, last, faults)
        if batch.digest() != row.digest:
            faults.add("batch", row.id, "was altered: it has another digest than was recorded")
        last = batch.head
        before = ends.get(row.chain)
        events = row.events + (before.events if before else 0)
        name = str(names.get(row.chain, ""))
        ends[row.chain] = ChainEnd(row.chain, name, row.number, events, row.at, last.digest)
    return list(ends.values())


def _batch_of(row: Any, ledger: str) -> Batch | None:
    try:
        heads = read_heads(row.heads)
        numbers = (row.chain, row.number, row.at, row.events)
        if not all(type(one) is int for one in numbers) or heads_text(heads) != row.heads:
            return None
        return Batch(ledger, *numbers, bytes(row.root), bytes(row.previous), heads)
    except _UNREADABLE:
        return None


def _look(db: Connection, number: int, batch: Batch, last: Head, faults: Faults) -> None:
    """Looks at the place of a batch, and at the heads that it names."""
    if batch.number != last.number + 1:
        what = f"is number {batch.number} of chain {batch.chain}, and comes after {last.number}"
        faults.add("batch", number, f"{what}: what was between them is gone")
    elif batch.previous != last.digest:
        before = f"number {last.number}" if last.number else "none"
        what = f"was written behind another batch than the one that is before it now ({before})"
        faults.add("batch", number, what)
    for head in batch.heads:
        its = (BATCHES.c.chain == head.chain) & (BATCHES.c.number == head.number)
        found = db.execute(select(BATCHES.c.digest).where(its)).scalar()
        if found != head.digest:
            how = "is another one now" if found is not None else "is gone"
            what = f"names number {head.number} of chain {head.chain}, which {how}"
            faults.add("batch", number, what)
