"""A ledger of schema 1 made into one of schema 2, in one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from sqlalchemy import Connection, func, select, text

from publisher.edges.clock import now
from publisher.edges.ledger.migrations import old_tables
from publisher.edges.ledger.migrations.past import past_of
from publisher.edges.ledger.opening import make_tables, writer_of
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
        _go_on_after(db, table, number)


def _parts(past: Iterable[Happening]) -> Iterator[list[Happening]]:
    each = iter(past)
    while some := list(islice(each, _TOGETHER)):
        yield some


def _go_on_after(db: Connection, table: str, number: int) -> None:
    """Has a table give no number again that it gave before."""
    if not number:
        return
    if db.dialect.name == "sqlite":
        db.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table})
        row = {"name": table, "last": number}
        db.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), row)
    else:
        sequence = func.pg_get_serial_sequence(table, "id")
        db.execute(select(func.setval(sequence, number)))
