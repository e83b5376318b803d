"""Customers whom a copy of a ledger does not know, taken over from the one that was there.

They may have been told since, so that nobody may list them again as if for the first time; and
the links in letters to them name them by their numbers.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import suppress

from sqlalchemy import Connection, func, select

from publisher.edges.ledger.erasure.erasures_again import GoneSince, is_listed
from publisher.edges.ledger.listing import listed_happening
from publisher.edges.ledger.rows import next_numbers
from publisher.edges.ledger.schema import EVENTS, RECIPIENTS
from publisher.edges.ledger.transaction import Transaction
from publisher.people.recipients_import import KnownRecipient
from publisher.record.event import EventKind

_TOGETHER = 500
_LISTED = (
    "SELECT id, customer, address, name, language, class, joined, state FROM recipient "
    "WHERE state = 'told' AND id > ? ORDER BY id"
)
_CAME_WITH = "SELECT policy, release FROM delivery WHERE state = 'agreed' AND recipient = ?"


def listed_since(
    present: sqlite3.Connection, db: Connection, since: GoneSince
) -> list[KnownRecipient] | None:
    """Whom a ledger listed after a copy of it was made, and who is still to be told.

    Args:
        present: the ledger, which shares its identity.
        db: a transaction on the copy.
        since: where the two parted.

    Returns:
        Those whom the copy knows by no id, with the versions that they came with; None: the ledger
        does not read.
    """
    last = select(func.max(EVENTS.c.recipient)).where(EVENTS.c.kind == EventKind.LISTED)
    known = db.execute(last.where(EVENTS.c.id <= since.common)).scalar() or 0
    with suppress(sqlite3.Error):
        return list(_missing(present, db, known))
    return None


def list_again(
    tx: Transaction, people: Sequence[KnownRecipient], now: dt.datetime, *, parted: bool
) -> None:
    """Lists customers in the copy.

    Args:
        tx: the transaction, in which no number is given that the ledger gave.
        people: as `listed_since` gives them.
        now: the time.
        parted: the copy went on by itself, so that their numbers mean somebody else there: they
            get new ones.
    """
    for begin in range(0, len(people), _TOGETHER):
        some = people[begin : begin + _TOGETHER]
        if parted:
            fresh = next_numbers(tx.db, RECIPIENTS, len(some))
            some = [one._replace(number=number) for one, number in zip(some, fresh, strict=True)]
        tx.record_all([listed_happening(one, now) for one in some])


def _missing(present: sqlite3.Connection, db: Connection, known: int) -> Iterator[KnownRecipient]:
    for row in present.execute(_LISTED, (known,)):
        one = KnownRecipient(*row)
        if not is_listed(db, one.customer):
            versions = present.execute(_CAME_WITH, (one.number,)).fetchall()
            yield one._replace(versions=tuple(versions))
