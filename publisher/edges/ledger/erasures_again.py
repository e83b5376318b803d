"""Erasures that a copy of a ledger does not know of, made again once it is put back."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, delete, or_, select

from publisher.edges.ledger.schema import EVENTS, MESSAGES, PRIVATE, RECIPIENTS, REQUESTS
from publisher.edges.ledger.transaction import Transaction
from publisher.record.event import EventKind, Happening


@dataclass(frozen=True, slots=True)
class Gone:
    """What an event says that it was erased or pruned."""

    kind: str
    policy: str
    release: str
    recipient: int | None
    request: int | None
    message: int | None
    facts: str


def gone_since(db: sqlite3.Connection, identity: str, last: int) -> list[Gone] | None:
    """What a ledger erased after an event; None: it does not say, or is another ledger.

    Args:
        db: the ledger.
        identity: of the copy.
        last: the number of the last event that the copy has.
    """
    columns = "kind, policy, release, recipient, request, message, facts"
    erased = f"SELECT {columns} FROM event WHERE kind IN ('erased', 'pruned') AND id > ?"  # noqa: S608
    with suppress(sqlite3.Error):
        if db.execute("SELECT identity FROM ledger").fetchone() == (identity,):
            return [Gone(*row) for row in db.execute(f"{erased} ORDER BY id", (last,))]
    return None


def erase_again(tx: Transaction, gone: Sequence[Gone], now: dt.datetime) -> int:
    """Erases what was erased since, as far as it is here.

    Args:
        tx: the transaction.
        gone: what was erased.
        now: the time.

    Returns:
        How many events said so.
    """
    count = 0
    for one in gone:
        if not all(_is_here(tx, *each) for each in _named(one)):
            continue
        about = one.policy, one.release, one.recipient, one.request, one.message
        facts = {**(json.loads(one.facts) if one.facts else {}), "again": True}
        number = tx.record(Happening(EventKind(one.kind), now, *about, facts=facts))
        covered = select(EVENTS.c.id).where(_covers(one), EVENTS.c.id < number)
        tx.db.execute(delete(PRIVATE).where(PRIVATE.c.event.in_(covered)))
        count += 1
    return count


def _named(one: Gone) -> list[tuple[Table, int]]:
    found = ((RECIPIENTS, one.recipient), (REQUESTS, one.request), (MESSAGES, one.message))
    return [(table, number) for table, number in found if number is not None]


def _is_here(tx: Transaction, table: Table, number: int) -> bool:
    return tx.db.execute(select(table.c.id).where(table.c.id == number)).first() is not None


def _covers(one: Gone) -> ColumnElement[bool]:
    if one.kind == EventKind.PRUNED:
        return (EVENTS.c.policy == one.policy) & (EVENTS.c.release == one.release)
    ways = [(EVENTS.c.recipient, one.recipient), (EVENTS.c.request, one.request)]
    ways.append((EVENTS.c.message, one.message))
    return or_(*(column == number for column, number in ways if number is not None))
