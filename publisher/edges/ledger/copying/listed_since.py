"""Customers whom a copy of a ledger does not know, taken over from the one that was there.

They may have been told since, so that nobody may list them again as if for the first time; and
the links in letters to them name them by their numbers.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

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


def list_again(
    tx: Transaction, present: sqlite3.Connection, since: GoneSince, now: dt.datetime
) -> int:
    """Lists whom a ledger listed after a copy of it was made, and who is still to be told.

    Args:
        tx: the transaction on the copy, in which no number is given that the ledger gave.
        present: the ledger.
        since: where the two parted.
        now: the time.

    Returns:
        How many there are. They have their numbers, but where the copy went on by itself: there a
        number means somebody else in each.
    """
    last = select(func.max(EVENTS.c.recipient)).where(EVENTS.c.kind == EventKind.LISTED)
    known = tx.db.execute(last.where(EVENTS.c.id <= since.common)).scalar() or 0
    count, missing = 0, _missing(present, tx.db, known)
    while some := list(islice(missing, _TOGETHER)):
        if since.parted:
            fresh = next_numbers(tx.db, RECIPIENTS, len(some))
            some = [one._replace(number=number) for one, number in zip(some, fresh, strict=True)]
        tx.record_all([listed_happening(one, now) for one in some])
        count += len(some)
    return count


def _missing(present: sqlite3.Connection, db: Connection, known: int) -> Iterator[KnownRecipient]:
    """Those whom the ledger knows beyond a number, and the copy by no id."""
    with suppress(sqlite3.Error):  # of a ledger that does not read, what can be had
        for row in present.execute(_LISTED, (known,)):
            one = KnownRecipient(*row)
            if not is_listed(db, one.customer):
                versions = present.execute(_CAME_WITH, (one.number,)).fetchall()
                yield one._replace(versions=tuple(versions))
