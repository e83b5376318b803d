"""The tables of the ledger (schema 3), the same on SQLite and on PostgreSQL.

What happened stands in `event`, `batch` and what belongs to them, which are never changed.
What is personal stands in `private`, and can be deleted, where an event says that it was.
All else are states: they follow from events, and can be made again (`states.py`).
Times are microseconds since 1970, in UTC; days are in the form of ISO 8601, or empty.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Sequence,
    String,
    Table,
    Text,
    UniqueConstraint,
    event,
    func,
    literal_column,
)

from publisher.edges.ledger.guards import as_it_stands, every_guard

SCHEMA = 3
"""Number of this schema: its revision in `alembic_version`."""

metadata = MetaData()

_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""SQLite gives numbers only to columns of the type `INTEGER`."""

# ── what is never changed ────────────────────────────────────────────────────────────────────────

REVISION = Table("alembic_version", metadata, Column("version_num", String(32), primary_key=True))

LEDGER = Table(
    "ledger",
    metadata,
    Column("identity", String, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
)

CHAINS = Table(
    "chain",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", String, nullable=False, unique=True),
)

EVENT_NUMBERS = Sequence("event_number", metadata=metadata)
BATCH_NUMBERS = Sequence("batch_number", metadata=metadata)
"""Of PostgreSQL; SQLite has one writer at a time, who counts."""

BATCHES = Table(
    "batch",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=False),
    Column("chain", ForeignKey("chain.id"), nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("root", LargeBinary, nullable=False),
    Column("previous", LargeBinary, nullable=False),
    Column("heads", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    UniqueConstraint("chain", "number"),
)

EVENTS = Table(
    "event",
    metadata,
    Column("id", _NUMBER, primary_key=True, autoincrement=False),
    # Its batch is written last, so there is no foreign key; `verify --ledger` looks.
    Column("batch", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("release", String, nullable=False),
    Column("recipient", BigInteger),
    Column("request", BigInteger),
    Column("message", BigInteger),
    Column("facts", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Index("event_of_recipient", "recipient"),
)
_MESSAGE = EVENTS.c.message
Index(
    "event_of_message",
    _MESSAGE,
    sqlite_where=_MESSAGE.is_not(None),
    postgresql_where=_MESSAGE.is_not(None),
)
_ERASES = EVENTS.c.kind.in_(("erased", "pruned"))
Index("event_that_erases", EVENTS.c.kind, sqlite_where=_ERASES, postgresql_where=_ERASES)
_FEW = ("adopted", "begun", "restored")
SELDOM = EVENTS.c.kind.in_([literal_column(f"'{one}'") for one in _FEW])
"""Events of kinds of which there are few: a condition that finds them by an index of their own."""
Index("event_seldom", EVENTS.c.kind, sqlite_where=SELDOM, postgresql_where=SELDOM)

TEMPLATES = Table(
    "template",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

# ── what can be erased ───────────────────────────────────────────────────────────────────────────

PRIVATE = Table(
    "private",
    metadata,
    Column("event", _NUMBER, primary_key=True, autoincrement=False),
    Column("salt", LargeBinary, nullable=False),
    Column("value", Text, nullable=False),
    Column("body", LargeBinary),
)

# ── states ───────────────────────────────────────────────────────────────────────────────────────

RECIPIENTS = Table(
    "recipient",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("customer", String, nullable=False),
    Column("address", String, nullable=False),
    Column("name", String, nullable=False),
    Column("language", String, nullable=False),
    Column("class", String, nullable=False),
    Column("joined", String, nullable=False),
    Column("state", String, nullable=False),
    Column("added_at", BigInteger, nullable=False),
    Column("event", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)
Index("recipient_address", func.lower(RECIPIENTS.c.address))
APART = RECIPIENTS.c.state != literal_column("'told'")
"""Recipients who are told no more: a condition that finds them by an index of their own."""
Index("recipient_apart", RECIPIENTS.c.state, sqlite_where=APART, postgresql_where=APART)
_LISTED = RECIPIENTS.c.state != "erased"
Index(
    "recipient_customer",
    RECIPIENTS.c.customer,
    unique=True,
    sqlite_where=_LISTED,
    postgresql_where=_LISTED,
)
"""Who was erased and comes again is another recipient, under the same id."""

DELIVERIES = Table(
    "delivery",
    metadata,
    Column("policy", String, primary_key=True),
    Column("release", String, primary_key=True),
    Column("recipient", _NUMBER, primary_key=True, autoincrement=False),
    Column("major", Integer, nullable=False),
    Column("effective", String, nullable=False),
    Column("state", String, nullable=False),
    Column("told", BigInteger),
    Column("event", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Index("delivery_in_state", "policy", "major", "release", "state"),
    Index("delivery_to", "recipient"),
    sqlite_with_rowid=False,
)

REQUESTS = Table(
    "request",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("kind", String, nullable=False),
    Column("policy", String, nullable=False),
    Column("release", String, nullable=False),
    Column("major", Integer, nullable=False),
    Column("recipient", BigInteger),
    Column("received_at", BigInteger, nullable=False),
    Column("timing", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("event", BigInteger, nullable=False),
    Column("message", BigInteger),
    Column("repeats", BigInteger),
    Column("behind", BigInteger),
    Index("request_of", "policy", "major", "recipient"),
    Index("request_by", "recipient"),
    sqlite_autoincrement=True,
)

ANSWERS = Table(
    "answer",
    metadata,
    Column("request", _NUMBER, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False, index=True),
    Column("told", BigInteger),
    Column("event", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
)

MESSAGES = Table(
    "message",
    metadata,
    Column("id", _NUMBER, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("event", BigInteger, nullable=False),
    Column("filed", String, nullable=False, index=True),
    Column("filing", BigInteger),
    Column("policy", String, nullable=False),
    Column("release", String, nullable=False),
    Column("recipient", BigInteger, index=True),
    Column("timing", String, nullable=False),
    Column("request", BigInteger),
    sqlite_autoincrement=True,
)

DECLARATIONS = Table(
    "declaration",
    metadata,
    Column("policy", String, primary_key=True),
    Column("major", Integer, primary_key=True, autoincrement=False),
    Column("recipient", _NUMBER, primary_key=True, autoincrement=False),
    Column("kind", String, nullable=False),
    Column("late", String, nullable=False),
    Column("event", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

HANDLINGS = Table(
    "handling",
    metadata,
    Column("request", _NUMBER, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False, index=True),
    Column("due", String, nullable=False),
    Column("event", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

MAILINGS = Table(
    "mailing",
    metadata,
    Column("recipient", _NUMBER, primary_key=True, autoincrement=False),
    Column("state", String, nullable=False),
    Column("event", BigInteger, nullable=False),
    Column("at", BigInteger, nullable=False),
)

STATES = (
    RECIPIENTS,
    DELIVERIES,
    REQUESTS,
    ANSWERS,
    MESSAGES,
    DECLARATIONS,
    HANDLINGS,
    MAILINGS,
)
"""Tables that follow from events."""
NUMBERED = (RECIPIENTS, REQUESTS, MESSAGES)
"""Those whose numbers are given by the database, and are never given twice."""

for _dialect in ("sqlite", "postgresql"):
    for _statement in every_guard(_dialect):
        event.listen(
            metadata,
            "after_create",
            as_it_stands(_statement).execute_if(dialect=_dialect),
        )
