"""What the program's role in a PostgreSQL server may do, and no more."""

from __future__ import annotations

from sqlalchemy import Connection, text

from publisher.edges.ledger.schema import (
    BATCHES,
    CHAINS,
    EVENTS,
    LEDGER,
    PRIVATE,
    REVISION,
    STATES,
    TEMPLATES,
)
from publisher.edges.ledger.shards import grant_queue

_ADDED_TO = (CHAINS, BATCHES, EVENTS, TEMPLATES)
_READ = (REVISION, LEDGER)


def grant_rights(db: Connection, role: str) -> str:
    """Gives a role what the program needs in a ledger, and takes from it all else.

    Args:
        db: a transaction of the role that owns the tables.
        role: the name of the program's role.

    Returns:
        What was granted, a sentence.
    """
    to = db.dialect.identifier_preparer.quote_identifier(role)
    schema = db.execute(text("SELECT current_schema()")).scalar_one()
    within = db.dialect.identifier_preparer.quote_identifier(schema)
    rights = [(_READ, "SELECT"), (_ADDED_TO, "SELECT, INSERT"), ((PRIVATE,), _PERSONAL)]
    rights.append((STATES, "SELECT, INSERT, UPDATE, DELETE"))
    statements = [f"GRANT USAGE ON SCHEMA {within} TO {to}"]
    for tables, what in rights:
        named = ", ".join(f'"{table.name}"' for table in tables)
        statements += [f"REVOKE ALL ON {named} FROM {to}", f"GRANT {what} ON {named} TO {to}"]
    statements.append(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {within} TO {to}")
    for statement in statements:
        db.execute(text(statement.replace(":", "\\:")))
    grant_queue(db, to)
    return (
        f"granted: {role} may read the ledger, add events, change states, and delete private "
        "values where an event says so, and plan and take shards; it may not change or "
        "delete events"
    )


def may_read_events(db: Connection) -> bool:
    """Whether the role of a connection may read every table of the ledger (PostgreSQL)."""
    tables = (*_READ, *_ADDED_TO, PRIVATE, *STATES)
    right = text("SELECT has_table_privilege(:table, 'SELECT')")
    return all(db.execute(right, {"table": f'"{one.name}"'}).scalar_one() for one in tables)


def may_add_events(db: Connection) -> bool:
    """Whether the role of a connection may add events to the ledger (PostgreSQL)."""
    right = text(
        "SELECT has_table_privilege(:table, 'INSERT') "
        "AND current_setting('default_transaction_read_only') = 'off' AND NOT pg_is_in_recovery()"
    )
    return bool(db.execute(right, {"table": f'"{EVENTS.name}"'}).scalar_one())


_PERSONAL = "SELECT, INSERT, DELETE"
"""What is personal is never altered, and deleted only where an event says so."""
