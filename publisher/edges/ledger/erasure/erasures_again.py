"""Erasures that a copy of a ledger does not know of, made again once it is put back.

The ledger that the copy takes the place of may have gone on from it, or have parted from it before:
then a number that was given since means somebody else in each. What was on record in both when they
parted is the same in both.
"""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Connection, func, select

from publisher.edges.ledger.erasure.erasing import erase_planned, erase_said
from publisher.edges.ledger.erasure.footprints import erasure_plan
from publisher.edges.ledger.schema import (
    BATCHES,
    EVENTS,
    MESSAGES,
    RECIPIENTS,
    REQUESTS,
)
from publisher.edges.ledger.transaction import Transaction
from publisher.people.recipients import RecipientState, erased_customer
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


@dataclass(frozen=True, slots=True)
class GoneSince:
    """What the ledger that was there erased, and the copy may still have."""

    common: int
    """The number of the last event that both have."""
    parted: bool
    """Whether the copy has events of its own after that: what was numbered since is something else
    in each."""
    again: tuple[Gone, ...] = ()
    """What both had: it is erased again."""
    customers: tuple[str, ...] = ()
    """Ids of those who were listed after the two parted, and whom the copy has."""
    unknown: int = 0
    """Others, messages and requests that came after: nothing says what they are in the copy."""


def gone_since(present: sqlite3.Connection, db: Connection, identity: str) -> GoneSince | None:
    """What a ledger erased after a copy parted from it; None: it does not say, or is another one.

    Args:
        present: the ledger.
        db: a transaction on the copy.
        identity: of the copy.
    """
    columns = "kind, policy, release, recipient, request, message, facts"
    erased = f"SELECT {columns} FROM event WHERE kind IN ('erased', 'pruned') AND id > ?"  # noqa: S608
    with suppress(sqlite3.Error):
        if present.execute("SELECT identity FROM ledger").fetchone() != (identity,):
            return None
        common = last_in_common(present, db)
        after = select(EVENTS.c.id).where(EVENTS.c.id > common).limit(1)
        parted = db.execute(after).first() is not None
        again, customers, unknown = [], dict[str, None](), 0
        for row in present.execute(f"{erased} ORDER BY id", (common,)):
            one = Gone(*row)
            if all(_known(db, one, common)):
                again.append(one)
            elif parted and one.recipient is not None:
                customer = _customer(present, one.recipient)
                if not customer:
                    unknown += 1
                elif is_listed(db, customer):
                    customers[customer] = None
            elif parted:
                unknown += 1
        return GoneSince(common, parted, tuple(again), tuple(customers), unknown)
    return None


def last_in_common(present: sqlite3.Connection, db: Connection) -> int:
    """The number of the last event that a ledger and a copy have in common; 0: none.

    Args:
        present: the ledger.
        db: a transaction on the copy, whose chains hold.

    Raises:
        sqlite3.Error: the ledger does not read.
    """
    numbers = []
    for chain, batches in _chains(db):
        digest = select(BATCHES.c.digest).where(BATCHES.c.chain == chain)
        same, other = 0, batches + 1  # a batch vouches for all before it
        while other - same > 1:
            number = (same + other) // 2
            ours = db.execute(digest.where(BATCHES.c.number == number)).scalar()
            its = "SELECT digest FROM batch WHERE chain = ? AND number = ?"
            theirs = present.execute(its, (chain, number)).fetchone()
            found = ours is not None and theirs is not None and bytes(theirs[0]) == bytes(ours)
            same, other = (number, other) if found else (same, number)
        joined = EVENTS.join(BATCHES, BATCHES.c.id == EVENTS.c.batch)
        its_events = (BATCHES.c.chain == chain) & (BATCHES.c.number <= same)
        last = select(func.max(EVENTS.c.id)).select_from(joined).where(its_events)
        numbers.append(db.execute(last).scalar() or 0)
    return max(numbers, default=0)


def erase_again(tx: Transaction, gone: GoneSince, now: dt.datetime) -> int:
    """Erases what was erased since, but for messages that still wait for a person in the copy.

    Args:
        tx: the transaction.
        gone: what was erased.
        now: the time.

    Returns:
        How many of the events were followed.
    """
    people = [one for one in gone.again if one.recipient is not None]
    for facts, some in groupby(sorted(people, key=_facts), key=_facts):
        # In the copy there may be more of them than there was in the ledger.
        plan = erasure_plan(tx.db, [one.recipient for one in some if one.recipient is not None])
        erase_planned(tx, plan, now, {**json.loads(facts or "{}"), "again": True})
    others = [_again(one, now) for one in gone.again if one.recipient is None]
    return len(people) + erase_said(tx, others)


def _again(one: Gone, now: dt.datetime) -> Happening:
    about = one.policy, one.release, one.recipient, one.request, one.message
    facts = {**json.loads(one.facts or "{}"), "again": True}
    return Happening(EventKind(one.kind), now, *about, facts=facts)


def _facts(one: Gone) -> str:
    return one.facts


def _chains(db: Connection) -> list[tuple[int, int]]:
    """The chains, and how many batches each has."""
    last = select(BATCHES.c.chain, func.max(BATCHES.c.number).label("last"))
    return [(r.chain, r.last) for r in db.execute(last.group_by(BATCHES.c.chain))]


def _known(db: Connection, one: Gone, common: int) -> Iterator[bool]:
    """Of each thing that an event names, whether it was on record when the two parted."""
    if one.recipient is not None:
        first = select(EVENTS.c.id).where(EVENTS.c.recipient == one.recipient)
        yield db.execute(first.where(EVENTS.c.id <= common).limit(1)).first() is not None
    for table, number in ((REQUESTS, one.request), (MESSAGES, one.message)):
        if number is not None:
            here = select(table.c.id).where(table.c.id == number, table.c.event <= common)
            yield db.execute(here).first() is not None


def _customer(present: sqlite3.Connection, recipient: int) -> str:
    """The id of somebody who was erased; empty: it went as well."""
    found = present.execute("SELECT customer FROM recipient WHERE id = ?", (recipient,)).fetchone()
    return "" if not found or found[0] == erased_customer(recipient) else str(found[0])


def is_listed(db: Connection, customer: str) -> bool:
    """Whether a customer of an id is on record, and was not erased."""
    same = (RECIPIENTS.c.customer == customer) & (RECIPIENTS.c.state != RecipientState.ERASED)
    return db.execute(select(RECIPIENTS.c.id).where(same)).first() is not None
