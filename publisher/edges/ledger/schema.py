"""The tables of the ledger (schema 2), the same on SQLite and on PostgreSQL.

What happened stands in `event`, `batch` and what belongs to them, which are never changed.
What is personal stands in `private`, and can be deleted, where an event says that it was.
All else are states: they follow from events, and can be made again (`states.py`).
Times are microseconds since 1970, in UTC; days are in the form of ISO 8601, or empty.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    DDL,
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
)

SCHEMA = 2
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
    sqlite_with_rowid=False,
)

STATES = (RECIPIENTS, DELIVERIES, REQUESTS, ANSWERS, MESSAGES, DECLARATIONS)
"""Tables that follow from events."""
NUMBERED = (RECIPIENTS, REQUESTS, MESSAGES)
"""Those whose numbers are given by the database, and are never given twice."""

# ── what the database refuses ────────────────────────────────────────────────────────────────────

UNCHANGING = (LEDGER, CHAINS, BATCHES, EVENTS, TEMPLATES)
_COVERED = """
    SELECT 1 FROM event gone JOIN event said
      ON said.kind IN ('erased', 'pruned') AND said.id > gone.id
     AND ((said.kind = 'erased' AND said.recipient = gone.recipient)
       OR (said.kind = 'erased' AND said.message = gone.message)
       OR (said.kind = 'erased' AND said.request = gone.request)
       OR (said.kind = 'pruned' AND said.policy = gone.policy AND said.release = gone.release))
     WHERE gone.id = OLD.event"""
"""Whether an event says that a private value is gone."""
_SAME = {
    "ledger": "",
    "chain": " WHERE id = NEW.id OR name = NEW.name",
    "batch": " WHERE id = NEW.id OR chain = NEW.chain AND number = NEW.number",
    "event": " WHERE id = NEW.id",
    "template": " WHERE digest = NEW.digest",
    "private": " WHERE event = NEW.event",
}
"""Which rows a new one would take the place of."""


def refusals(dialect: str) -> Iterator[str]:
    """The statements that make a database refuse what must never happen.

    Args:
        dialect: `sqlite` or `postgresql`.
    """
    return _sqlite_triggers() if dialect == "sqlite" else _postgresql_triggers()


def _sqlite_triggers() -> Iterator[str]:
    for table in UNCHANGING:
        for act in ("UPDATE", "DELETE"):
            yield _refusal(table.name, act, act)
    for table in (*UNCHANGING, PRIVATE):
        # Of a row that REPLACE puts another in place of, the trigger for DELETE is not told by a
        # program that has not asked for that (https://sqlite.org/pragma.html, recursive_triggers).
        same = f"SELECT 1 FROM {table.name}{_SAME[table.name]}"  # noqa: S608 - names of ours
        yield _refusal(table.name, "REPLACE", "INSERT", same)
    yield _refusal(PRIVATE.name, "UPDATE", "UPDATE")
    yield (
        f"CREATE TRIGGER private_delete BEFORE DELETE ON private WHEN NOT EXISTS ({_COVERED}) "
        f"BEGIN SELECT RAISE(ABORT, '{_UNSAID}'); END"
    )


def _refusal(table: str, name: str, act: str, where: str = "") -> str:
    when = f"WHEN EXISTS ({where}) " if where else ""
    return (
        f"CREATE TRIGGER {table}_{name.lower()} BEFORE {act} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, 'what is in {table} is never changed'); END"
    )


def _postgresql_triggers() -> Iterator[str]:
    yield (
        "CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'what is in % is never changed', TG_TABLE_NAME; END $$"
    )
    yield (
        "CREATE FUNCTION ledger_erases() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NOT EXISTS ({_COVERED}) THEN RAISE EXCEPTION '{_UNSAID}'; END IF; "
        "RETURN OLD; END $$"
    )
    for table in (*UNCHANGING, PRIVATE):
        acts = "UPDATE" if table is PRIVATE else "UPDATE OR DELETE"
        yield (
            f"CREATE TRIGGER {table.name}_change BEFORE {acts} ON {table.name} "
            "FOR EACH ROW EXECUTE FUNCTION ledger_refuses()"
        )
        yield (
            f"CREATE TRIGGER {table.name}_truncate BEFORE TRUNCATE ON {table.name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuses()"
        )
    yield (
        "CREATE TRIGGER private_delete BEFORE DELETE ON private "
        "FOR EACH ROW EXECUTE FUNCTION ledger_erases()"
    )


_UNSAID = "a private value is deleted only where an event says so"

for _dialect in ("sqlite", "postgresql"):
    for _statement in refusals(_dialect):
        event.listen(
            metadata,
            "after_create",
            DDL(_statement.replace("%", "%%")).execute_if(dialect=_dialect),  # type: ignore[no-untyped-call]
        )
