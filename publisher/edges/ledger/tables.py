"""The tables of the ledger, for SQLite and for PostgreSQL.

Requests and messages are append-only: on SQLite, triggers refuse to change or delete them. What
became of a message is a row of its own (`filing`), of which the last one counts.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    DDL,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    event,
    func,
)

from publisher.people.deliveries import DeliveryState

SCHEMA_VERSION = 1
"""Version of this schema; stored in the ledger and checked when it is opened."""


class Moment(TypeDecorator[dt.datetime]):
    """A time in UTC. SQLite stores no offset, so it is dropped and added again."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without its offset")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> dt.datetime | None:
        if value is None:
            return None
        moment: dt.datetime = value
        return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment


metadata = MetaData()

SCHEMA = Table("schema_version", metadata, Column("version", Integer, nullable=False))

RECIPIENTS = Table(
    "recipient",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("customer", String, nullable=False, unique=True),
    Column("address", String, nullable=False),
    Column("name", String, nullable=False),
    Column("added_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
Index("recipient_address", func.lower(RECIPIENTS.c.address))

_STATES = ", ".join(f"'{state}'" for state in DeliveryState)

DELIVERIES = Table(
    "delivery",
    metadata,
    Column("policy", String, primary_key=True),
    Column("release", String, primary_key=True),
    Column("recipient", ForeignKey("recipient.id"), primary_key=True),
    Column("major", Integer, nullable=False),
    Column("effective", Date, nullable=False),
    Column("state", String, CheckConstraint(f"state IN ({_STATES})"), nullable=False),
    Column("reply", Text, nullable=False, default=""),
    Column("address", String, nullable=False, default=""),
    Column("message_id", String, nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
)

REQUESTS = Table(
    "request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("release", String, nullable=False),
    Column("major", Integer, nullable=False),
    Column("recipient", ForeignKey("recipient.id")),
    Column("received_at", Moment, nullable=False),
    Column("timing", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("repeats", ForeignKey("request.id")),
    Index("request_of", "policy", "major", "recipient"),
    sqlite_autoincrement=True,
)

ANSWERS = Table(
    "answer",
    metadata,
    Column("request", ForeignKey("request.id"), primary_key=True),
    Column("state", String, CheckConstraint(f"state IN ({_STATES})"), nullable=False),
    Column("reply", Text, nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
)

MESSAGES = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("received_at", Moment, nullable=False),
    Column("to_address", String, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

FILINGS = Table(
    "filing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message", ForeignKey("message.id"), nullable=False, index=True),
    Column("filed", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("policy", String, nullable=False, default=""),
    Column("release", String, nullable=False, default=""),
    Column("recipient", ForeignKey("recipient.id")),
    Column("timing", String),
    Column("request", ForeignKey("request.id")),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

for _table in (REQUESTS, MESSAGES, FILINGS):
    for _act in ("UPDATE", "DELETE"):
        event.listen(
            _table,
            "after_create",
            DDL(  # type: ignore[no-untyped-call]
                f"CREATE TRIGGER {_table.name}_{_act.lower()} BEFORE {_act} ON {_table.name} "
                f"BEGIN SELECT RAISE(ABORT, 'a {_table.name} is recorded for ever'); END"
            ).execute_if(dialect="sqlite"),
        )
