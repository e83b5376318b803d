"""The database that holds the ledger: SQLite by default, or what SQLAlchemy reaches by its URL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, IntegrityError, ProgrammingError

from publisher.edges.ledger.tables import SCHEMA, SCHEMA_VERSION, metadata
from publisher.edges.private import make_folders
from publisher.errors import LedgerError

LOCK_PATIENCE = 10_000
"""Milliseconds to wait while another writes."""


class Database:
    """An open database with the ledger's tables; may be shared by threads."""

    def __init__(self, url: str) -> None:
        """Opens it, and makes its tables where there are none.

        Args:
            url: a SQLAlchemy URL.

        Raises:
            LedgerError: it cannot be opened, or has tables of another version.
        """
        if why := unusable_url(url):
            raise LedgerError(why, where="publisher.toml: ledger.url", remedy=URL_REMEDY)
        self.where = make_url(url).render_as_string(hide_password=True)
        if url.startswith("sqlite"):
            self._engine = _sqlite(url, self.where)
        else:
            self._engine = create_engine(url, hide_parameters=True)
        self._writer = self._engine.execution_options(writes=True)
        self._file = _File()
        with self.writing() as db:
            self._check_tables(db)
        # While we have it open, no other process that closes it removes its log.
        self._file = _File(url)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: on the disk when its block ends, or undone entirely.

        Raises:
            LedgerError: the database cannot be used: its disk is full, another process holds it,
                or its file is no longer the one that was opened.
        """
        self._require_file()
        with self._told(), self._writer.begin() as db:
            yield db
        # It was written to the file that was opened, which may have been replaced meanwhile.
        self._require_file()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads: it sees the database at one moment.

        Raises:
            LedgerError: as for `writing`.
        """
        self._require_file()
        with self._told(), self._engine.begin() as db:
            yield db

    def _require_file(self) -> None:
        if not self._file.stands():
            raise LedgerError(
                "the ledger's file was removed or replaced while it was open",
                where=self.where,
                remedy="put it back, with its -wal and -shm files, and start this program again",
            )

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            if isinstance(error, (IntegrityError, ProgrammingError)):
                raise
            raise LedgerError(
                f"the ledger cannot be used: {error.orig}",
                where=self.where,
                remedy="see that its disk has room and that no other program holds it",
            ) from error

    def _check_tables(self, db: Connection) -> None:
        if not inspect(db).has_table(SCHEMA.name):
            metadata.create_all(db)
            db.execute(insert(SCHEMA).values(version=SCHEMA_VERSION))
        found = db.execute(select(SCHEMA.c.version)).scalar_one()
        if found != SCHEMA_VERSION:
            raise LedgerError(
                f"the ledger has tables of version {found}, this program knows {SCHEMA_VERSION}",
                where=self.where,
                remedy="use the program that wrote it last, or a newer one",
            )


URL_REMEDY = (
    "write sqlite:////var/lib/company/ledger.sqlite, or postgresql+psycopg://user@host/name"
)


def unusable_url(url: str) -> str:
    """Why no database can be opened by a URL; empty: perhaps one can. Nothing is opened."""
    try:
        make_url(url).get_dialect().import_dbapi()
    except ImportError as error:
        return f"the ledger's database needs a program that is not installed: {error.name}"
    except (ArgumentError, ValueError) as error:
        return f"the ledger has an address that does not read: {str(error).splitlines()[0]}"
    return ""


class LedgerPart:
    """Methods on some of the tables of an open database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing, self._reading = database.writing, database.reading


class _File:
    """The files of a SQLite database as they were when it was opened.

    An open database can go on being written after others can no longer find it: if its file was
    removed or replaced, or the log (`-wal`) with the latest commits, or the shared memory (`-shm`)
    that holds the locks and the index of that log.
    """

    def __init__(self, url: str = "") -> None:
        """Args:
        url: of an open database; empty or not SQLite: there is nothing to check.
        """
        path = make_url(url).database if url.startswith("sqlite") else None
        self._path = Path(path) if path and path != ":memory:" else None
        self._known = {ending: self._found(ending) for ending in ("", "-wal", "-shm")}

    def stands(self) -> bool:
        """Whether they are still there, and the same files."""
        return all(self._found(ending) == known for ending, known in self._known.items())

    def _found(self, ending: str) -> tuple[int, int] | None:
        return _identity(f"{self._path}{ending}") if self._path else None


def _identity(path: str) -> tuple[int, int] | None:
    """The device and inode of the file at a path; None: there is none."""
    try:
        found = os.stat(path)  # noqa: PTH116 - twice a transaction
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _sqlite(url: str, where: str) -> Engine:
    path = make_url(url).database
    if path and path != ":memory:":
        _private(Path(path), where)
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _: object) -> None:
        # The driver would begin only at the first write, after what the write depends on was read.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={LOCK_PATIENCE}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "recursive_triggers=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _private(path: Path, where: str) -> None:
    """Creates the file so that only its owner can read it: it is full of addresses."""
    try:
        make_folders(path.parent, 0o700)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # Opening it to check would be harmful: closing it again would release the locks that other
        # connections of this process hold (POSIX, and https://sqlite.org/howtocorrupt.html).
        elif not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
            raise PermissionError(None, "it is no file that can be read and written")
    except OSError as error:
        remedy = "see that its folder can be written, or set ledger.url in publisher.toml"
        what = f"the ledger cannot be opened: {error.strerror}"
        raise LedgerError(what, where=where, remedy=remedy) from error
