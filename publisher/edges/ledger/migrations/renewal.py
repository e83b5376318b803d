"""A ledger of schema 1 made into one of schema 2, in one transaction.

The tables that it makes are those of `schema.py`: what schemas after 2 only add is made along with
them, and left empty. Whoever alters a table of 2 keeps those of 2 in `migrations/` as they were, as
`old_tables.py` has those of 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from sqlalchemy import Connection, func, select

from publisher.edges.clock import now
from publisher.edges.ledger.migrations import old_tables
from publisher.edges.ledger.migrations.past import past_of
from publisher.edges.ledger.opening import go_on_after, make_tables, writer_of
from publisher.edges.ledger.transaction import Transaction
from publisher.record.event import EventKind, Happening

_TOGETHER = 1_000
"""Events that are written at a time."""


def renew_ledger(db: Connection, last: Mapping[str, int]) -> None:
    """Makes the new tables, and writes into them what the old ones say.

    Args:
        db: a transaction in which the old tables are set aside.
        last: the last number that was given, by the table.
    """
    tx = Transaction(db, writer_of(make_tables(db), db.dialect.name), alone=True)
    for some in _parts(past_of(db)):
        tx.record_all(some)
    counts = {
        name: db.execute(select(func.count()).select_from(table)).scalar_one()
        for name, table in (
            ("recipients", old_tables.OLD_RECIPIENTS),
            ("deliveries", old_tables.OLD_DELIVERIES),
            ("requests", old_tables.OLD_REQUESTS),
            ("messages", old_tables.OLD_MESSAGES),
        )
    }
    tx.record(Happening(EventKind.MIGRATED, now(), facts={"from": 1, "to": 2, **counts}))
    tx.finish()
    for table, number in last.items():
        go_on_after(db, table, number)


def _parts(past: Iterable[Happening]) -> Iterator[list[Happening]]:
    each = iter(past)
    while some := list(islice(each, _TOGETHER)):
        yield some
