"""The database that holds the ledger: SQLite by default, or what SQLAlchemy reaches by its URL."""

from __future__ import annotations

import os
import socket
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DatabaseError

from publisher.edges.clock import now
from publisher.edges.ledger.rows import execute
from publisher.edges.ledger.schema import LEDGER, REVISION, SCHEMA, metadata
from publisher.edges.ledger.transaction import Transaction, Writer
from publisher.edges.ledger.turns import Job, Turns
from publisher.edges.private import make_folders
from publisher.errors import LedgerError
from publisher.record.event import microseconds

LOCK_PATIENCE = 10_000
"""Milliseconds to wait while another writes."""
ATTEMPTS = 3
"""Times that a transaction is tried which another one got in the way of (PostgreSQL)."""

_T = TypeVar("_T")
_Act = Callable[[Transaction], _T]
"""What is done in a transaction. It may be done twice, so it has no effect outside of it."""


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
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self._engine = _sqlite(url, self.where)
        else:
            self._engine = create_engine(url, hide_parameters=True)
        self._writing_engine = self._engine.execution_options(writes=True)
        driver = self._engine.dialect.loaded_dbapi
        self._driver_error = driver.DatabaseError
        self._bugs = (driver.IntegrityError, driver.ProgrammingError)
        self._turns = Turns(self._carry_out)
        self._file = _File()
        self.identity = self._opened()
        # A file has one writer at a time, wherever it lies; a server has many.
        self._writer = Writer(self.identity, "file" if self.is_sqlite else socket.gethostname())
        # While we have it open, no other process that closes it removes its log.
        self._file = _File(url)

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    def write(self, act: _Act[_T]) -> _T:
        """Carries out an act in a transaction: what it wrote is on the disk on return.

        Acts of threads that wait at the same time are committed together.

        Raises:
            LedgerError: the database cannot be used: its disk is full, another process holds it,
                or its file is no longer the one that was opened. Nothing was written.
        """
        result: _T = self._turns.take(act)
        return result

    def write_alone(self, act: _Act[_T]) -> _T:
        """The same for an act that writes more than fits into memory.

        Raises:
            LedgerError: as for `write`.
        """
        result: _T = self._turns.take(act, alone=True)
        return result

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that reads: it sees the database at one moment.

        Raises:
            LedgerError: as for `write`.
        """
        self._require_file()
        with self._told(), self._engine.begin() as db:
            yield db

    def shrink(self) -> bool:
        """Writes a SQLite file anew and empties its log, so that neither has what was deleted.

        Returns:
            Whether it was done: it cannot while another program is reading. A server does it by
            itself (autovacuum), which counts as done.

        Raises:
            LedgerError: the database cannot be used.
        """
        if not self.is_sqlite:
            return True
        self._require_file()
        connection = self._engine.raw_connection()
        try:
            statements = connection.cursor()
            statements.execute("VACUUM")
            statements.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (busy, *_) = statements.fetchone() or (1,)
            return not busy
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                return False
            raise LedgerError(
                f"the ledger cannot be written anew: {error}",
                where=self.where,
                remedy="see that its disk has room for a second copy of it",
            ) from error
        finally:
            connection.close()

    # ── transactions ─────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, jobs: list[Job]) -> None:
        if len(jobs) > 1:
            try:
                self._carry_out_together(jobs)
            except (LedgerError, DatabaseError, self._driver_error):
                pass  # one of them is why; each is tried by itself
            else:
                return
        for job in jobs:
            try:
                job.settle(self._carried_out(job))
            except Exception as error:  # noqa: BLE001 - it is raised where the act came from
                job.settle(error=error)

    def _carried_out(self, job: Job) -> Any:
        for attempt in range(ATTEMPTS):
            try:
                with self._begun() as db:
                    tx = Transaction(db, self._writer, alone=job.alone)
                    result = job.act(tx)
                    tx.finish()
            except LedgerError as error:
                if attempt + 1 == ATTEMPTS or not _in_the_way(error):
                    raise
            else:
                return result
        raise AssertionError

    def _carry_out_together(self, jobs: list[Job]) -> None:
        done: list[tuple[Job, Any, Exception | None]] = []
        with self._begun() as db:
            tx = Transaction(db, self._writer)
            for job in jobs:
                mark = tx.mark()
                execute(db, "SAVEPOINT act")
                try:
                    done.append((job, job.act(tx), None))
                except (DatabaseError, self._driver_error):
                    raise
                except Exception as error:  # noqa: BLE001 - it is raised where the act came from
                    execute(db, "ROLLBACK TO SAVEPOINT act")
                    tx.forget_since(mark)
                    done.append((job, None, error))
                else:
                    execute(db, "RELEASE SAVEPOINT act")
            tx.finish()
        for job, result, why in done:
            job.settle(result, why)

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """A transaction that writes: on the disk when its block ends, or undone entirely."""
        self._require_file()
        with self._told(), self._writing_engine.begin() as db:
            yield db
        # It was written to the file that was opened, which may have been replaced meanwhile.
        self._require_file()

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
        except (DatabaseError, self._driver_error) as error:
            cause = error.orig if isinstance(error, DatabaseError) else error
            if isinstance(cause, self._bugs):
                raise
            raise LedgerError(
                f"the ledger cannot be used: {cause}",
                where=self.where,
                remedy="see that its disk has room and that no other program holds it",
            ) from error

    # ── opening ──────────────────────────────────────────────────────────────────────────────────

    def _opened(self) -> str:
        """The identity of the ledger, which is made where there is none."""
        with self.reading() as db:
            found = _schema_of(db)
            if found == SCHEMA:
                return _identity_of(db)
        if found is None:
            with self._begun() as db:
                found = _schema_of(db)
                if found is None:
                    return _made(db)
                if found == SCHEMA:
                    return _identity_of(db)
        raise self._of_another_schema(found)

    def _of_another_schema(self, found: int) -> LedgerError:
        what = f"the ledger has tables of schema {found}, this program knows {SCHEMA}"
        if found < SCHEMA:
            return LedgerError(what, where=self.where, remedy="publisher ledger migrate")
        remedy = "use the program that wrote it last, or a newer one"
        return LedgerError(what, where=self.where, remedy=remedy)


def _in_the_way(error: LedgerError) -> bool:
    """Whether another transaction was the reason: a deadlock, or an order that cannot be."""
    cause = error.__cause__
    return getattr(getattr(cause, "orig", cause), "sqlstate", None) in ("40P01", "40001")


def _schema_of(db: Connection) -> int | None:
    """The number of the schema; None: there are no tables."""
    tables = inspect(db)
    if tables.has_table(REVISION.name):
        found = db.execute(select(REVISION.c.version_num)).scalar()
        if found is not None:
            return int(found)
    if tables.has_table("schema_version"):
        # Before there were migrations.
        return int(db.exec_driver_sql("SELECT version FROM schema_version").scalar_one())
    return None


def _identity_of(db: Connection) -> str:
    return str(db.execute(select(LEDGER.c.identity)).scalar_one())


def _made(db: Connection) -> str:
    """Makes the tables of a new ledger; returns its identity."""
    metadata.create_all(db)
    db.execute(insert(REVISION).values(version_num=str(SCHEMA)))
    identity = str(uuid.uuid4())
    db.execute(insert(LEDGER).values(identity=identity, created_at=microseconds(now())))
    return identity


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
        self._write, self._reading = database.write, database.reading


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
            # What is deleted is overwritten, so that what is erased is gone.
            "secure_delete=ON",
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
