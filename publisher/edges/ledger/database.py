"""The database that holds the ledger: SQLite by default, or what SQLAlchemy reaches by its URL."""

from __future__ import annotations

import glob
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from publisher.edges.ledger.causes import FORBIDDEN, is_state_of_database, next_step
from publisher.edges.ledger.copying.copies import unfinished_copies
from publisher.edges.ledger.engines import (
    OpenFiles,
    asides_of,
    held_in_session,
    is_read_only,
    ledger_engine,
    ledger_file,
    shown_address,
    told_by,
    written_anew,
)
from publisher.edges.ledger.opening import (
    begin_ledger,
    identity_of,
    other_schema,
    schema_of,
    writer_of,
)
from publisher.edges.ledger.rights import may_add_events, may_read_events
from publisher.edges.ledger.rows import execute
from publisher.edges.ledger.schema import SCHEMA
from publisher.edges.ledger.shards import ShardQueue
from publisher.edges.ledger.transaction import Transaction, Writer
from publisher.edges.ledger.turns import Job, Turns
from publisher.edges.ledger.urls import ledger_address
from publisher.edges.locks import held
from publisher.errors import LedgerError
from publisher.record.heads import WitnessedHead

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
        address = ledger_address(url)
        self._address, self.where = address, shown_address(address)
        self.is_sqlite = address.get_backend_name() == "sqlite"
        self._engine = ledger_engine(address)
        self.read_only = is_read_only(self._engine)
        self._writing_engine = self._engine.execution_options(writes=True)
        driver = self._engine.dialect.loaded_dbapi
        self._driver_error = driver.DatabaseError
        self._bugs = (driver.IntegrityError, driver.ProgrammingError)
        self._turns = Turns(self._carry_out)
        self.written: WitnessedHead | None = None
        """The head of the last batch that was committed from here; None: there is none yet."""
        self._files = OpenFiles()
        self._moment = threading.local()
        try:
            self.identity = self._opened()
        except BaseException:
            self.close()
            raise
        self._writer = writer_of(self.identity, self._engine.dialect.name)
        if not self.read_only:
            # While we have it open, no other process that closes it removes its log.
            self._files = OpenFiles(ledger_file(address))

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()

    @property
    def chain(self) -> str:
        """The name of the chain that is written to from here."""
        return self._writer.chain

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
        held: Connection | None = getattr(self._moment, "db", None)
        if held is not None:
            with self._told():
                yield held
            return
        self._require_file()
        with self._told(), self._engine.begin() as db:
            yield db

    @contextmanager
    def at_one_moment(self) -> Iterator[None]:
        """Has this thread read all that it reads in the block at one moment, in one transaction.

        What is written in the block is not seen in it.

        Raises:
            LedgerError: as for `write`.
        """
        with self.reading() as db:
            before, self._moment.db = getattr(self._moment, "db", None), db
            try:
                yield
            finally:
                self._moment.db = before

    @contextmanager
    def alone(self, doing: str, file: Path, patience: float = 0) -> Iterator[bool]:
        """Holds a lock while the block runs: no other process does the same with this ledger.

        With a file, processes of this machine know of the lock, with a server those of all
        machines. It ends with the process, or its connection, at the latest.

        Args:
            doing: what is done, in a word.
            file: stands for the lock, where the ledger is a file.
            patience: seconds to wait while another holds it.

        Yields:
            Whether nobody else holds it.

        Raises:
            LedgerError: the server cannot be reached.
        """
        if self.is_sqlite:
            with held(file, patience) as ours:
                yield ours
            return
        with self._in_session(doing, patience) as ours:
            yield ours

    @contextmanager
    def beside(self, doing: str) -> Iterator[bool]:
        """The same with a server, for those who do it beside one another: nobody does it alone.

        Args:
            doing: what is done, in a word.

        Yields, raises: as `alone`.
        """
        with self._in_session(doing, 0, beside=True) as ours:
            yield ours

    @contextmanager
    def chain_of_its_own(self) -> Iterator[str]:
        """Has this process write to a chain that no other one writes to while the block runs, so
        that nobody waits for another's commits (PostgreSQL).

        Yields the name of the chain: that of the first place on this machine which nobody has.
        """
        usual = self._writer
        for number in count(1):
            name = f"{usual.chain} worker {number}"
            with self._in_session(name, 0) as ours:
                if not ours:
                    continue
                self._writer = Writer(self.identity, name)
                try:
                    yield name
                finally:
                    self._writer = usual
                return

    @contextmanager
    def _in_session(self, doing: str, patience: float, *, beside: bool = False) -> Iterator[bool]:
        with ExitStack() as stack:
            with self._told():
                lock = held_in_session(self._engine, doing, patience, beside=beside)
                ours = stack.enter_context(lock)
            yield ours

    def shard_queue(self) -> ShardQueue:
        """The shards that wait for workers."""
        return ShardQueue(self._address, self.identity)

    def earlier_copies(self) -> list[Path]:
        """The files beside a ledger that migrations and restorations left, finished or not: they
        have what was in it before.
        """
        path = ledger_file(self._address)
        if path is None:
            return []
        beside = list(path.parent.glob(f"{glob.escape(path.name)}.schema-*"))
        return sorted([*beside, *asides_of(path), *unfinished_copies(path.parent)])

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
        return written_anew(self._engine, self.where)

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
                self.written = tx.head or self.written
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
        self.written = tx.head or self.written
        for job, result, why in done:
            job.settle(result, why)

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """A transaction that writes: on the disk when its block ends, or undone entirely."""
        self._require_file()
        if self.read_only:
            raise LedgerError(
                "the ledger may only be read here",
                where=self.where,
                remedy="run this as the user to whom its file and folder belong",
            )
        with self._told(), self._writing_engine.begin() as db:
            yield db
        # It was written to the file that was opened, which may have been replaced meanwhile.
        self._require_file()

    def _require_file(self) -> None:
        if not self._files.stand():
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
            # Without a statement, it could not even be connected to.
            connecting = isinstance(error, DatabaseError) and not error.statement
            known = connecting or is_state_of_database(cause)
            if isinstance(cause, self._bugs) and not known:
                raise
            if getattr(cause, "sqlstate", None) == FORBIDDEN and self._only_reads():
                what = "this role may only read the ledger"
                remedy = "run this as the program's role: docs/ledger.md"
                raise LedgerError(what, where=self.where, remedy=remedy) from error
            what = f"the ledger cannot be used: {told_by(cause, self._address)}"
            raise LedgerError(what, where=self.where, remedy=next_step(cause)) from error
        except LedgerError as error:
            error.where = error.where or self.where
            raise

    def may_write(self) -> bool:
        """Whether events may be added from here.

        Raises:
            LedgerError: the database cannot be used.
        """
        if self.is_sqlite:
            return not self.read_only
        with self.reading() as db:
            return may_add_events(db)

    def _only_reads(self) -> bool:
        """Whether this role may read what there is, and add nothing."""
        try:
            with self._engine.begin() as db:
                return may_read_events(db) and not may_add_events(db)
        except DatabaseError:
            return False

    # ── opening ──────────────────────────────────────────────────────────────────────────────────

    def _opened(self) -> str:
        """The identity of the ledger; in a file, it is made where there is none."""
        with self.reading() as db:
            found = schema_of(db)
            if found == SCHEMA:
                return identity_of(db)
        if found is None:
            if self.read_only or not self.is_sqlite:
                raise LedgerError(
                    "there is no ledger in this database",
                    where=self.where,
                    remedy="publisher ledger migrate",
                )
            with self._begun() as db:
                found = schema_of(db)  # another process may have been first
                if found is None:
                    return begin_ledger(db)
                if found == SCHEMA:
                    return identity_of(db)
        raise other_schema(found, self.where)


def _in_the_way(error: LedgerError) -> bool:
    """Whether another transaction was the reason: a deadlock, or an order that cannot be."""
    cause = error.__cause__
    return getattr(getattr(cause, "orig", cause), "sqlstate", None) in ("40P01", "40001")


class LedgerPart:
    """Methods on some of the tables of an open database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._write, self._reading = database.write, database.reading
