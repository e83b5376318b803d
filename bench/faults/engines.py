"""The databases that a ledger may be in: a file, or a database of a PostgreSQL server."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Protocol

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

_numbers = count(1)


class Engine(Protocol):
    """Makes ledgers, and copies of them."""

    name: str
    hasty: ClassVar[dict[str, Any]]
    """Arguments of a connection that does not wait for anybody."""

    def new(self, folder: Path) -> str:
        """The SQLAlchemy URL of a place where no ledger is yet.

        Args:
            folder: where it may keep files.
        """

    def copy(self, url: str, folder: Path) -> str:
        """A copy of a ledger that nobody has open; its URL."""

    def quiet(self, url: str) -> None:
        """Waits for a limited time until nobody else uses a ledger."""

    def flaws(self, db: Connection) -> list[str]:
        """What the database itself finds wrong with its files and references."""

    def pulse(self, url: str) -> Callable[[], object]:
        """Gives something else whenever a ledger was written."""

    def close(self) -> None:
        """Removes what was made outside the given folders."""


class SQLite:
    """A file of its own for each ledger."""

    name = "SQLite"
    hasty: ClassVar[dict[str, Any]] = {"timeout": 0.02}

    def new(self, folder: Path) -> str:
        """A file in a folder that only its owner reads."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return f"sqlite:///{folder / 'ledger.sqlite'}"

    def copy(self, url: str, folder: Path) -> str:
        """The file once more; its log went into it when the last one closed it."""
        made = self.new(folder)
        shutil.copy(str(make_url(url).database), str(make_url(made).database))
        return made

    def quiet(self, url: str) -> None:
        """Does nothing: what was not committed dies with its writer."""

    def flaws(self, db: Connection) -> list[str]:
        """By `integrity_check` and `foreign_key_check`."""
        whole = [str(row[0]) for row in db.exec_driver_sql("PRAGMA integrity_check")]
        lost = [str(tuple(row)) for row in db.exec_driver_sql("PRAGMA foreign_key_check")]
        return [line for line in whole if line != "ok"] + lost

    def pulse(self, url: str) -> Callable[[], object]:
        """By the log, which grows with each commit."""
        log = Path(f"{make_url(url).database}-wal")

        def look() -> object:
            try:
                found = log.stat()
            except FileNotFoundError:
                return 0, 0
            return found.st_size, found.st_mtime_ns

        return look

    def close(self) -> None:
        """Does nothing: there is nothing to remove."""


class PostgreSQL:
    """A database of its own for each ledger, on one server."""

    name = "PostgreSQL"
    hasty: ClassVar[dict[str, Any]] = {}

    def __init__(self, url: str) -> None:
        """Args:
        url: of any database there, with a user who may make others.
        """
        self._url = make_url(url)
        self._server = create_engine(self._url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._made: list[str] = []
        self._looking: Connection | None = None

    def new(self, folder: Path) -> str:
        """An empty database."""
        return self._make("template0")

    def copy(self, url: str, folder: Path) -> str:
        """A database made from that one as its template."""
        self._wait(url, "SELECT count(*) FROM pg_stat_activity WHERE datname = :name")
        return self._make(str(make_url(url).database))

    def _make(self, template: str) -> str:
        name = f"faults_{time.time_ns():x}_{next(_numbers)}"
        with self._server.connect() as db:
            db.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        self._made.append(name)
        return self._url.set(database=name).render_as_string(hide_password=False)

    def quiet(self, url: str) -> None:
        """Waits until no session is busy; the server finishes statements of killed clients."""
        busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND state <> 'idle'"
        self._wait(url, busy)

    def _wait(self, url: str, sessions: str) -> None:
        until = time.monotonic() + 10
        with self._server.connect() as db:
            while db.execute(text(sessions), {"name": make_url(url).database}).scalar_one():
                if time.monotonic() > until:
                    return
                time.sleep(0.02)

    def flaws(self, db: Connection) -> list[str]:
        """None: PostgreSQL checks references as it commits, and its pages as it reads them."""
        return []

    def pulse(self, url: str) -> Callable[[], object]:
        """By how far the server's log is: nobody else is at work there."""
        if self._looking is None:
            self._looking = self._server.connect()
        where, looking = text("SELECT pg_current_wal_insert_lsn()"), self._looking
        return lambda: looking.execute(where).scalar_one()

    def close(self) -> None:
        """Removes every database that was made."""
        if self._looking is not None:
            self._looking.close()
        with self._server.connect() as db:
            for name in self._made:
                db.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
