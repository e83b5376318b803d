"""Whether the states are what events say: all is made again elsewhere, and compared row by row."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Table, collate, create_engine, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from publisher.edges.ledger import states
from publisher.edges.ledger.auditing.faults import REBUILD, Faults
from publisher.edges.ledger.auditing.replay import all_that_happened, streamed
from publisher.edges.ledger.schema import RECIPIENTS, STATES

_UNPLAYABLE = (ValueError, TypeError, KeyError, AttributeError, OverflowError)
"""What an event raises that was altered."""
_PLAIN = re.compile(r"[A-Za-z0-9 .:/_-]{0,40}")
"""Words of this program, numbers and dates: no address and hardly a name."""
_PERSONAL = frozenset(("customer", "address", "name"))
"""Columns of `recipient` whose values are not shown."""


def audit_states(db: Connection, faults: Faults, done: Callable[[int], None]) -> None:
    """Compares every row of every state with what follows from the events.

    Args:
        db: a transaction.
        faults: what is found is added to it.
        done: told how many events were played again.
    """
    with empty_states() as fresh:
        count = 0
        try:
            for some in all_that_happened(db):
                states.apply(fresh, some)
                count += len(some)
                done(count)
        except (SQLAlchemyError, sqlite3.Error, *_UNPLAYABLE) as error:
            kind = type(error).__name__
            what = f"what happened cannot be played again after {count} events ({kind})"
            faults.add("event", "", f"{what}, so no state was compared")
            return
        for table in STATES:
            for key, what in _differences(table, db, fresh):
                faults.add(table.name, key, what, REBUILD)


@contextmanager
def empty_states() -> Iterator[Connection]:
    """The states of a ledger in which nothing happened, in a database that nobody else sees.

    What does not fit into memory goes to a file that has no name, and is gone when it is closed.
    """
    engine = create_engine(
        "sqlite://", creator=lambda: sqlite3.connect(""), poolclass=StaticPool, hide_parameters=True
    )
    with engine.connect() as fresh:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE"):
            fresh.exec_driver_sql(f"PRAGMA {pragma}")
        for table in STATES:
            table.create(fresh)
        yield fresh
    engine.dispose()


def _differences(table: Table, db: Connection, fresh: Connection) -> Iterator[tuple[str, str]]:
    """The rows that differ: what they are called, and how."""
    mine, theirs = _rows(table, db), _rows(table, fresh)
    row, wanted = next(mine, None), next(theirs, None)
    while row or wanted:
        if wanted is None or (row and row[0] < wanted[0]):
            assert row
            yield _called(row[0]), "is there, and no event says so"
            row = next(mine, None)
        elif row is None or wanted[0] < row[0]:
            yield _called(wanted[0]), "is missing, and events say that it is there"
            wanted = next(theirs, None)
        else:
            if row[1] != wanted[1]:
                yield _called(row[0]), _how(table, row[1], wanted[1])
            row, wanted = next(mine, None), next(theirs, None)


_Key = tuple[tuple[int, Any], ...]
_KINDS = (int | float, str, bytes)
"""In the order in which SQLite sorts them: a column of it may hold any."""


def _rows(table: Table, db: Connection) -> Iterator[tuple[_Key, tuple[Any, ...]]]:
    """The rows of a table with their keys, in the order of these, which is that of bytes."""
    key = list(table.primary_key.columns)
    places = [list(table.columns).index(column) for column in key]
    order = [_in_bytes(column, db) for column in key]
    for row in streamed(db, select(table).order_by(*order)):
        yield tuple((_kind(row[at]), row[at]) for at in places), tuple(row)


def _kind(value: Any) -> int:
    return next(place for place, kind in enumerate(_KINDS) if isinstance(value, kind))


def _in_bytes(column: Column[Any], db: Connection) -> Any:
    by_language = db.dialect.name == "postgresql" and column.type.python_type is str
    return collate(column, "C") if by_language else column


def _called(key: _Key) -> str:
    return "/".join(
        text if _PLAIN.fullmatch(text := str(part)) else "a key that cannot be read"
        for _, part in key
    )


def _how(table: Table, row: tuple[Any, ...], wanted: tuple[Any, ...]) -> str:
    """What differs between a row and what it should be."""
    found = []
    for column, is_now, should in zip(table.columns, row, wanted, strict=True):
        if is_now != should:
            shown = f"`{column.name}` is {is_now!r}, and events say {should!r}"
            personal = table is RECIPIENTS and column.name in _PERSONAL
            # What was written where it does not belong may be anything.
            if personal or not (_PLAIN.fullmatch(str(is_now)) and _PLAIN.fullmatch(str(should))):
                shown = f"`{column.name}` is not what events say"
            found.append(shown)
    return "; ".join(found)
