"""What the database refuses, whoever asks: triggers, on SQLite and on PostgreSQL.

What happened is never changed. A state is changed only along with an event about the same thing, so
that no slip in SQL makes a withdrawal of an opt-out, or has a letter sent twice. Whoever means to
writes an event that never was, or takes the triggers away if the tables are theirs: `verify
--ledger` finds both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import DDL, Connection
from sqlalchemy.exc import ProgrammingError

from publisher.edges.ledger.causes import FORBIDDEN
from publisher.edges.ledger.rows import fetch
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
    "handling": "{0}.request = NEW.request",
    "mailing": "{0}.recipient = NEW.recipient AND {0}.event >= NEW.event",
}
"""The same of states, some of which a newer event may have written over."""
_NEWER = {
    "recipient": "event",
    "message": "filing",
    "answer": "event",
    "delivery": "event",
    "declaration": "event",
    "handling": "event",
    "mailing": "event",
}
"""The column that has the number of the event by which a row was changed last."""
_NAMED = " OR ".join(
    f"e.facts LIKE '%\"requests\":[{before}' || NEW.request || '{after}%'"
    for before in ("", "%,")
    for after in ("]", ",")
)
"""Whether an event names a request among several that one letter answers."""
_FOLLOWS = {
    "recipient": "e.id = NEW.event AND e.recipient = NEW.id",
    "request": "e.id = NEW.event AND e.request = NEW.id",
    "message": "e.id = coalesce(NEW.filing, NEW.event) AND e.message = NEW.id",
    "answer": f"e.id = NEW.event AND (e.request = NEW.request OR {_NAMED})",
    "delivery": (
        "e.id = NEW.event AND e.recipient = NEW.recipient AND "
        "(e.policy = '' OR e.policy = NEW.policy AND e.release = NEW.release)"
    ),
    "declaration": (
        "e.id = NEW.event AND e.recipient = NEW.recipient AND e.policy = NEW.policy "
        "AND e.kind = 'declared'"
    ),
    "handling": "e.id = NEW.event AND e.request = NEW.request",
    "mailing": "e.id = NEW.event AND e.recipient = NEW.recipient AND e.kind = 'requested'",
}
"""The event that a row follows from."""
_LISTED = "recipient"
"""Rows that come a million at a time, so that no event is looked for when they come; one too many
is found by `verify --ledger`."""
_FORGOTTEN = {
    "answer": (
        "e.kind = 'erased' AND (e.request = OLD.request OR "
        "e.recipient = (SELECT r.recipient FROM request r WHERE r.id = OLD.request))"
    )
}
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
        yield from _postgresql_functions()
        yield from _postgresql_record()
        yield from _postgresql_states()


def missing_guards(db: Connection) -> list[str]:
    """The names of triggers that are not there, are switched off, or say something else."""
    wanted = {one.split()[2]: one for one in every_guard(db.dialect.name) if _is_trigger(one)}
    if db.dialect.name == "sqlite":
        found = dict(
            fetch(db, "SELECT name, sql FROM sqlite_master WHERE type = :kind", kind="trigger")
        )
        return [name for name, statement in wanted.items() if found.get(name) != statement]
    there = {name for (name,) in fetch(db, _SWITCHED_ON)}
    return [name for name in wanted if name not in there]


_SWITCHED_ON = """
    SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal
      AND t.tgenabled IN ('O', 'A')"""


def mend_guards(db: Connection) -> None:
    """Puts the triggers back that are missing.

    Raises:
        LedgerError: only the owner of the tables can do that.
    """
    missing = missing_guards(db)
    if not missing:
        return
    with _as_owner():
        for statement in every_guard(db.dialect.name):
            if not _is_trigger(statement):
                db.execute(as_it_stands(statement))
            elif (name := statement.split()[2]) in missing:
                table = _TABLE.search(statement)
                on = f" ON {table[1]}" if table and db.dialect.name != "sqlite" else ""
                db.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}{on}")
                db.execute(as_it_stands(statement))


_TABLE = re.compile(r" ON (\w+)")


def as_it_stands(statement: str) -> DDL:
    """A statement in which a percent sign stands for itself, and for no value."""
    return DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]


def _is_trigger(statement: str) -> bool:
    return statement.startswith("CREATE TRIGGER")


@contextmanager
def states_unguarded(db: Connection) -> Iterator[None]:
    """Lets states be thrown away while the block runs, in the transaction that is open.

    Raises:
        LedgerError: only the owner of the tables can do that.
    """
    if db.dialect.name == "sqlite":
        for statement in _sqlite_states():
            db.exec_driver_sql(f"DROP TRIGGER IF EXISTS {statement.split()[2]}")
        yield
        for statement in _sqlite_states():
            db.exec_driver_sql(statement)
        return
    with _as_owner():
        for table in GUARDED_STATES:
            db.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in GUARDED_STATES:
        db.exec_driver_sql(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@contextmanager
def _as_owner() -> Iterator[None]:
    try:
        yield
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != FORBIDDEN:
            raise
        raise LedgerError(
            "only the owner of the ledger's tables can do that",
            remedy="set PUBLISHER_LEDGER_URL to that of the owner, for this command",
        ) from error


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
        without = f"NOT EXISTS ({_event(_FOLLOWS[table])})"
        older = ""
        if column := _NEWER.get(table):
            older = f"NEW.{column} IS NULL OR NEW.{column} <= OLD.{column} OR {without}"
        yield _refusal(table, "UPDATE", why, older)
        gone = _FORGOTTEN.get(table)
        yield _refusal(table, "DELETE", why, f"NOT EXISTS ({_event(gone)})" if gone else "")
        there = _there_is(table, same)
        yield _refusal(table, "INSERT", why, there if table == _LISTED else f"{there} OR {without}")


def _event(which: str) -> str:
    return f"SELECT 1 FROM event e WHERE {which}"  # noqa: S608 - names of ours


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


def _postgresql_functions() -> Iterator[str]:
    yield _function("ledger_refuses", "what is in % is never changed")
    yield _function("ledger_explains", _UNEXPLAINED.format("%"))
    yield _function("ledger_erases", _UNSAID, f"EXISTS ({_COVERED})", "OLD")
    for table, which in _FOLLOWS.items():
        follows = f"EXISTS ({_event(which)})"
        yield _function(f"ledger_{table}_follows", _UNEXPLAINED.format("%"), follows)
    for table, which in _FORGOTTEN.items():
        forgotten = f"EXISTS ({_event(which)})"
        yield _function(f"ledger_{table}_forgotten", _UNEXPLAINED.format("%"), forgotten, "OLD")


def _function(name: str, why: str, allowed: str = "FALSE", row: str = "NEW") -> str:
    """A function that raises an exception where something is not allowed.

    It finds tables in the schema in which it was made, and in no other: a temporary table of the
    same name would be found first (https://www.postgresql.org/docs/current/sql-createfunction.html,
    Writing SECURITY DEFINER Functions Safely).
    """
    table = ", TG_TABLE_NAME" if "%" in why else ""
    body = (
        f"BEGIN IF NOT ({allowed}) THEN RAISE EXCEPTION '{why}'{table}; END IF; RETURN {row}; END"
    )
    return (
        "DO $do$ BEGIN EXECUTE format($make$"
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql "
        f"SET search_path = %I, pg_temp AS $body$ {body.replace('%', '%%')} $body$"
        "$make$, current_schema()); END $do$"
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
        older = f"NEW.{column} IS NULL OR NEW.{column} <= OLD.{column}" if column else ""
        yield _trigger(table, "update", "UPDATE", "ledger_explains", older)
        acts = "UPDATE" if table == _LISTED else "INSERT OR UPDATE"
        yield _trigger(table, "z_follows", acts, f"ledger_{table}_follows")
        gone = f"ledger_{table}_forgotten" if table in _FORGOTTEN else "ledger_explains"
        yield _trigger(table, "delete", "DELETE", gone)
        yield _trigger(table, "truncate", "TRUNCATE", "ledger_explains")


def _trigger(table: str, name: str, acts: str, function: str, when: str = "") -> str:
    each = "STATEMENT" if acts == "TRUNCATE" else "ROW"
    condition = f"WHEN ({when}) " if when else ""
    return (
        f"CREATE TRIGGER {table}_{name} BEFORE {acts} ON {table} "
        f"FOR EACH {each} {condition}EXECUTE FUNCTION {function}()"
    )
