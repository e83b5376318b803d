"""Which schema a database has, and how a ledger begins."""

from __future__ import annotations

import socket
import uuid

from sqlalchemy import Connection, func, insert, inspect, select, text

from publisher.edges.clock import now
from publisher.edges.ledger.auditing.faults import RESTORE
from publisher.edges.ledger.schema import LEDGER, REVISION, SCHEMA, metadata
from publisher.edges.ledger.transaction import Writer
from publisher.errors import LedgerError
from publisher.record.event import microseconds

_LONGEST_NUMBER = 10
_OLDEST = "schema_version"
"""The table that says so before there were migrations."""


def schema_of(db: Connection) -> int | None:
    """The number of the schema of a ledger; None: there is no ledger.

    Raises:
        LedgerError: what says so does not: somebody altered it.
    """
    tables = inspect(db)
    if tables.has_table(REVISION.name):
        found = db.execute(select(REVISION.c.version_num)).scalar()
        if found is not None:
            return schema_number(found, REVISION.name)
    if tables.has_table(_OLDEST):
        found = db.exec_driver_sql(f"SELECT version FROM {_OLDEST}").scalar()  # noqa: S608
        return schema_number(found, _OLDEST)
    return None


def schema_number(found: object, table: str) -> int:
    """The number of a schema as a table says it.

    Args:
        found: the value in it.
        table: its name, for the message.

    Raises:
        LedgerError: it is no number.
    """
    text = str(found)
    if text.isascii() and text.isdecimal() and len(text) < _LONGEST_NUMBER:
        return int(text)
    what = f"the table `{table}` says `{text[:40]}`, which is not the number of a schema"
    raise LedgerError(what, remedy=RESTORE)


def identity_of(db: Connection) -> str:
    """The identity of the ledger in a database, which it keeps wherever it is copied to.

    Raises:
        LedgerError: it has none, or several: somebody altered it.
    """
    found = db.execute(select(LEDGER.c.identity)).scalars().all()
    if len(found) != 1:
        what = f"the table `ledger` has {len(found)} rows, and was made with one"
        raise LedgerError(what, remedy=RESTORE)
    return str(found[0])


def writer_of(identity: str, dialect: str) -> Writer:
    """Who writes to a ledger from here.

    Args:
        identity: of the ledger.
        dialect: `sqlite` or `postgresql`.
    """
    # A file has one writer at a time, wherever it lies; a server has many.
    return Writer(identity, "file" if dialect == "sqlite" else socket.gethostname())


def begin_ledger(db: Connection) -> str:
    """Begins a new ledger, of the newest schema; returns its identity.

    Args:
        db: a transaction.
    """
    identity = make_tables(db)
    db.execute(insert(REVISION).values(version_num=str(SCHEMA)))
    return identity


def make_tables(db: Connection) -> str:
    """Makes the tables of a ledger, and what guards them; returns the identity that it gets.

    Args:
        db: a transaction.
    """
    metadata.create_all(db)
    identity = str(uuid.uuid4())
    db.execute(insert(LEDGER).values(identity=identity, created_at=microseconds(now())))
    return identity


def go_on_after(db: Connection, table: str, number: int) -> None:
    """Has a table give no number again that was given before.

    Args:
        db: a transaction.
        table: its name.
        number: the last that was given; 0: none was.
    """
    if db.dialect.name == "sqlite":
        row = {"name": table, "last": number}
        known = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        if (db.execute(known, row).scalar() or 0) < number:
            db.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), row)
            db.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), row)
    elif number:
        db.execute(select(func.setval(func.pg_get_serial_sequence(table, "id"), number)))


def other_schema(found: int, where: str) -> LedgerError:
    """The error for a ledger that is older or newer than this program.

    Args:
        found: its schema.
        where: the ledger.
    """
    what = f"the ledger has tables of schema {found}, this program knows {SCHEMA}"
    if found < SCHEMA:
        return LedgerError(what, where=where, remedy="publisher ledger migrate")
    remedy = "use the program that wrote it last, or a newer one"
    return LedgerError(what, where=where, remedy=remedy)
