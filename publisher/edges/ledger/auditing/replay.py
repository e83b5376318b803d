"""All that happened, read again from the ledger in its order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select, select

from publisher.edges.ledger.schema import EVENTS, PRIVATE
from publisher.record.event import Happening, moment_of

AT_ONCE = 1_000
"""Events that are held in memory."""


@contextmanager
def reading_anything(db: Connection) -> Iterator[None]:
    """Has text that is none read all the same while the block runs, so that it is found."""
    driver: Any = db.connection.driver_connection
    if db.dialect.name != "sqlite":
        yield  # a server takes no such text
        return
    driver.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def streamed(db: Connection, statement: Select[Any]) -> Iterator[Any]:
    """The rows of a statement, of which few are held in memory at a time."""
    return iter(db.execute(statement.execution_options(yield_per=AT_ONCE)))


def all_that_happened(db: Connection) -> Iterator[list[tuple[int, Happening]]]:
    """Every event with its number, and its private value where there still is one.

    Args:
        db: a transaction.

    Yields:
        Some at a time, the oldest first.

    Raises:
        ValueError: an event does not read.
    """
    joined = EVENTS.outerjoin(PRIVATE, PRIVATE.c.event == EVENTS.c.id)
    found = select(*EVENTS.columns, PRIVATE.c.value).select_from(joined).order_by(EVENTS.c.id)
    some: list[tuple[int, Happening]] = []
    for row in streamed(db, found):
        some.append((row.id, happening_of(row)))
        if len(some) == AT_ONCE:
            yield some
            some = []
    if some:
        yield some


def happening_of(row: Any) -> Happening:
    """What happened, from the row of its event with its private `value`; None: there is none."""
    return Happening(
        row.kind,
        moment_of(row.at),
        row.policy,
        row.release,
        row.recipient,
        row.request,
        row.message,
        json.loads(row.facts) if row.facts else {},
        json.loads(row.value) if row.value is not None else None,
    )
