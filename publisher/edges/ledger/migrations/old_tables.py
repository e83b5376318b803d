"""The tables of schema 1, as they are called while a migration reads them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

_PREFIX = "schema_1_"
_NAMES = ("filing", "answer", "delivery", "request", "message", "recipient", "schema_version")
"""Those that refer to others come before these."""
_NUMBERED = ("recipient", "request", "message")


class _Moment(TypeDecorator[dt.datetime]):
    """A time in UTC; schema 1 stored it in SQLite as a text without its offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


_metadata = MetaData()

OLD_RECIPIENTS = Table(
    f"{_PREFIX}recipient",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("customer", String),
    Column("address", String),
    Column("name", String),
    Column("added_at", _Moment),
)
OLD_DELIVERIES = Table(
    f"{_PREFIX}delivery",
    _metadata,
    Column("policy", String, primary_key=True),
    Column("release", String, primary_key=True),
    Column("recipient", Integer, primary_key=True),
    Column("major", Integer),
    Column("effective", Date),
    Column("state", String),
    Column("reply", Text),
    Column("address", String),
    Column("message_id", String),
    Column("at", _Moment),
    Column("tries", Integer),
)
OLD_REQUESTS = Table(
    f"{_PREFIX}request",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String),
    Column("policy", String),
    Column("release", String),
    Column("major", Integer),
    Column("recipient", Integer),
    Column("received_at", _Moment),
    Column("timing", String),
    Column("channel", String),
    Column("evidence", Text),
    Column("repeats", Integer),
)
OLD_ANSWERS = Table(
    f"{_PREFIX}answer",
    _metadata,
    Column("request", Integer, primary_key=True),
    Column("state", String),
    Column("reply", Text),
    Column("at", _Moment),
    Column("tries", Integer),
)
OLD_MESSAGES = Table(
    f"{_PREFIX}message",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("received_at", _Moment),
    Column("to_address", String),
    Column("raw", LargeBinary),
)
OLD_FILINGS = Table(
    f"{_PREFIX}filing",
    _metadata,
    Column("id", Integer, primary_key=True),
    Column("message", Integer),
    Column("filed", String),
    Column("reason", Text),
    Column("policy", String),
    Column("release", String),
    Column("recipient", Integer),
    Column("timing", String),
    Column("request", Integer),
    Column("at", _Moment),
)


def set_old_tables_aside(db: Connection) -> Mapping[str, int]:
    """Gives the old tables, and what belongs to them, names that the new ones do not have.

    Args:
        db: a transaction.

    Returns:
        The last number that was given in each table which gives numbers.
    """
    if db.dialect.name == "sqlite":
        found = db.execute(text("SELECT name, seq FROM sqlite_sequence"))
        last = {row.name: row.seq for row in found}
        for kind, name in db.execute(text(_PARTS_OF_FILE)).all():
            db.execute(text(f'DROP {kind} "{name}"'))
    else:
        last = {name: _last_of_sequence(db, name) for name in _NUMBERED}
        for kind, name in db.execute(text(_PARTS)).all():
            what = "SEQUENCE" if kind == "S" else "INDEX"
            db.execute(text(f'ALTER {what} "{name}" RENAME TO "{_PREFIX}{name}"'))
    for name in _NAMES:
        db.execute(text(f'ALTER TABLE "{name}" RENAME TO "{_PREFIX}{name}"'))
    return {name: last.get(name, 0) for name in _NUMBERED}


def drop_old_tables(db: Connection) -> None:
    """Removes the old tables, once all that was in them is somewhere else."""
    for name in _NAMES:
        db.execute(text(f'DROP TABLE "{_PREFIX}{name}"'))


_PARTS_OF_FILE = (
    "SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql > ''"
)
_PARTS = """
    SELECT part.relkind, part.relname FROM pg_class part
    WHERE part.relnamespace = current_schema()::regnamespace AND (
      part.oid IN (SELECT indexrelid FROM pg_index JOIN pg_class own ON own.oid = indrelid
        WHERE own.relnamespace = part.relnamespace AND own.relname IN
          ('filing', 'answer', 'delivery', 'request', 'message', 'recipient'))
      OR part.relkind = 'S' AND part.relname IN
        ('filing_id_seq', 'request_id_seq', 'message_id_seq', 'recipient_id_seq'))"""
"""Indexes and sequences of PostgreSQL, whose names are as unique as those of tables."""


def _last_of_sequence(db: Connection, table: str) -> int:
    sequence = f"SELECT last_value, is_called FROM {table}_id_seq"  # noqa: S608 - a name of ours
    found = db.execute(text(sequence)).one()
    return int(found.last_value) if found.is_called else 0
