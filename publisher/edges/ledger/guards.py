"""What the database refuses, whoever asks: triggers, on SQLite and on PostgreSQL.

What happened is never changed. A state is changed only along with an event, so that no slip in
SQL makes a withdrawal of an opt-out, or a letter be sent twice; whoever means to, and owns the
tables, can take the triggers away, and `verify --ledger` finds what came of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import ProgrammingError

from publisher.errors import LedgerError

UNCHANGING = {
    "ledger": "TRUE",
    "chain": "{0}.id = NEW.id OR {0}.name = NEW.name",
    "batch": "{0}.id = NEW.id OR {0}.chain = NEW.chain AND {0}.number = NEW.number",
    "event": "{0}.id = NEW.id",
    "template": "{0}.digest = NEW.digest",
}
"""Tables in which nothing is changed, and which rows a new one would take the place of."""
_SAME_PRIVATE = "{0}.event = NEW.event"

_KEY = "{0}.policy = NEW.policy AND {0}.{1} = NEW.{1} AND {0}.recipient = NEW.recipient"
GUARDED_STATES = {
    "recipient": "{0}.id = NEW.id OR {0}.customer = NEW.customer AND {0}.state <> 'erased'",
    "request": "{0}.id = NEW.id",
    "message": "{0}.id = NEW.id",
    "answer": "{0}.request = NEW.request",
    "delivery": _KEY.format("{0}", "release") + " AND {0}.event >= NEW.event",
    "declaration": _KEY.format("{0}", "major") + " AND {0}.event >= NEW.event",
}
"""The same of states, some of which a newer event may have written over."""
_NEWER = {
    "recipient": "event",
    "message": "filing",
    "answer": "event",
    "delivery": "event",
    "declaration": "event",
}
"""The column that has the number of the event by which a row was changed last."""
_FORGOTTEN = ("answer",)
"""States of which a row goes where its person is erased."""

_COVERED = """
    SELECT 1 FROM event gone WHERE gone.id = OLD.event AND (
      gone.policy <> '' AND EXISTS (
        SELECT 1 FROM event said WHERE said.kind IN ('erased', 'pruned') AND said.kind = 'pruned'
          AND said.policy = gone.policy AND said.release = gone.release AND said.id > gone.id)
      OR gone.recipient IS NOT NULL AND EXISTS (
        SELECT 1 FROM event said WHERE said.recipient = gone.recipient
          AND said.kind = 'erased' AND said.id > gone.id)
      OR gone.message IS NOT NULL AND EXISTS (
        SELECT 1 FROM event said WHERE said.message = gone.message
          AND said.kind = 'erased' AND said.id > gone.id)
      OR gone.request IS NOT NULL AND EXISTS (
        SELECT 1 FROM event said WHERE said.kind IN ('erased', 'pruned') AND said.kind = 'erased'
          AND said.request = gone.request AND said.id > gone.id))"""
"""Whether an event says that a private value is gone; each question has an index."""
_UNSAID = "a private value is deleted only where an event says so"
_UNEXPLAINED = "what is in {} follows from events, and is changed only with one"


def every_guard(dialect: str) -> Iterator[str]:
    """The statements that make a database refuse what must never happen.

    Args:
        dialect: `sqlite` or `postgresql`.
    """
    if dialect == "sqlite":
        yield from _sqlite_record()
        yield from _sqlite_states()
    else:
        yield from _POSTGRESQL_FUNCTIONS
        yield from _postgresql_record()
        yield from _postgresql_states()


@contextmanager
def states_unguarded(db: Connection) -> Iterator[None]:
    """Lets states be thrown away while the block runs, in the transaction that is open.

    Raises:
        LedgerError: only the owner of the tables can do that.
    """
    if db.dialect.name == "sqlite":
        names = [statement.split()[2] for statement in _sqlite_states()]
        for name in names:
            db.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}")
        yield
        for statement in _sqlite_states():
            db.exec_driver_sql(statement)
        return
    try:
        for table in GUARDED_STATES:
            db.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    except ProgrammingError as error:
        raise LedgerError(
            "only the owner of the ledger's tables can throw states away",
            remedy="set PUBLISHER_LEDGER_URL to that of the owner, for this command",
        ) from error
    yield
    for table in GUARDED_STATES:
        db.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────────


def _sqlite_record() -> Iterator[str]:
    for table in UNCHANGING:
        yield _refusal(table, "UPDATE")
        yield _refusal(table, "DELETE")
    # Of a row that REPLACE puts another in place of, the trigger for DELETE is not told by a
    # program that has not asked for that (https://sqlite.org/pragma.html, recursive_triggers).
    for table, same in {**UNCHANGING, "private": _SAME_PRIVATE}.items():
        yield _refusal(table, "INSERT", when=_there_is(table, same))
    yield _refusal("private", "UPDATE")
    yield _refusal("private", "DELETE", _UNSAID, f"NOT EXISTS ({_COVERED})")


def _sqlite_states() -> Iterator[str]:
    for table, same in GUARDED_STATES.items():
        why = _UNEXPLAINED.format(table)
        column = _NEWER.get(table)
        older = f"NEW.{column} IS NULL OR NEW.{column} <= OLD.{column}" if column else ""
        yield _refusal(table, "UPDATE", why, older)
        if table not in _FORGOTTEN:
            yield _refusal(table, "DELETE", why)
        yield _refusal(table, "INSERT", why, _there_is(table, same))


def _there_is(table: str, same: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} WHERE {same.format(table)})"  # noqa: S608 - names of ours


def _refusal(table: str, act: str, why: str = "", when: str = "") -> str:
    why = why or f"what is in {table} is never changed"
    condition = f"WHEN {when} " if when else ""
    return (
        f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} {condition}"
        f"BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────

_POSTGRESQL_FUNCTIONS = (
    "CREATE FUNCTION ledger_refuses() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'what is in % is never changed', TG_TABLE_NAME; END $$",
    "CREATE FUNCTION ledger_explains() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{_UNEXPLAINED.format('%')}', TG_TABLE_NAME; END $$",
    "CREATE FUNCTION ledger_erases() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"IF NOT EXISTS ({_COVERED}) THEN RAISE EXCEPTION '{_UNSAID}'; END IF; "
    "RETURN OLD; END $$",
)


def _postgresql_record() -> Iterator[str]:
    for table in (*UNCHANGING, "private"):
        acts = "UPDATE" if table == "private" else "UPDATE OR DELETE"
        yield _trigger(table, "change", acts, "ledger_refuses")
        yield _trigger(table, "truncate", "TRUNCATE", "ledger_refuses")
    yield _trigger("private", "delete", "DELETE", "ledger_erases")


def _postgresql_states() -> Iterator[str]:
    for table in GUARDED_STATES:
        column = _NEWER.get(table)
        newer = f"NEW.{column} IS NULL OR NEW.{column} <= OLD.{column}" if column else ""
        yield _trigger(table, "update", "UPDATE", "ledger_explains", newer)
        if table not in _FORGOTTEN:
            yield _trigger(table, "delete", "DELETE", "ledger_explains")
        yield _trigger(table, "truncate", "TRUNCATE", "ledger_explains")


def _trigger(table: str, name: str, acts: str, function: str, when: str = "") -> str:
    each = "STATEMENT" if acts == "TRUNCATE" else "ROW"
    condition = f"WHEN ({when}) " if when else ""
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {acts} ON {table} "
        f"FOR EACH {each} {condition}EXECUTE FUNCTION {function}()"
    )
