"""Connections to the database of a ledger: a file of SQLite, or a server of PostgreSQL."""

from __future__ import annotations

import glob
import os
import shutil
import sqlite3
import tempfile
import time
import weakref
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import QueuePool

from publisher.edges.private import make_folders
from publisher.errors import LedgerError
from publisher.policies.ledger_url import hide_passwords, sqlite_url, without_passwords
from publisher.releases.remedies import shell_word

LOCK_PATIENCE = 10_000
"""Milliseconds to wait while another writes."""
_MOST_READERS = 40
"""Connections to a server beyond the five that are kept."""
_PAUSE = 0.05
"""Seconds between attempts to take a lock."""
_ENDINGS = ("", "-wal", "-shm")
_READ_ONLY = "read_only"


def ledger_engine(address: URL) -> Engine:
    """Connects to the database of a ledger, which is made if it is a file and there is none.

    A transaction with the option `writes` holds off other writers from its beginning (SQLite); one
    without it cannot write (PostgreSQL). Whoever may not write the file reads it all the same.

    Args:
        address: as `ledger_address` gives it.

    Raises:
        LedgerError: the file cannot be read, or made.
    """
    if path := ledger_file(address):
        if _may_only_be_read(path):
            return _reading_engine(path)
        _make_private(path, shown_address(address))
    elif address.get_backend_name() != "sqlite":
        return _server_engine(address)
    engine = create_engine(address, hide_parameters=True)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine


def ledger_file(address: URL) -> Path | None:
    """The file of a ledger in SQLite; None: it is in a server."""
    is_file = address.get_backend_name() == "sqlite" and address.database
    return Path(str(address.database)) if is_file else None


def is_read_only(engine: Engine) -> bool:
    """Whether the file may not be written here."""
    return bool(engine.get_execution_options().get(_READ_ONLY))


def shown_address(address: URL) -> str:
    """The address as anybody may see it."""
    if path := ledger_file(address):
        return sqlite_url(str(path))
    return without_passwords(address.render_as_string(hide_password=False))


def told_by(error: BaseException | None, address: URL) -> str:
    """The words of a database, without what must not be shown.

    Args:
        error: as its driver raised it.
        address: by which it was reached.
    """
    # SQLite shows text that it cannot decode, which may be an address.
    words = str(error).partition(" with text ")[0]
    said = hide_passwords(words, address.render_as_string(hide_password=False))
    return " ".join(said.split())


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────────


def _connected(connection: Any, _: object) -> None:
    # The driver would begin only at the first write, after what the write depends on was read.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout={LOCK_PATIENCE}")
    _journal_ahead(connection)
    for pragma in (
        "synchronous=FULL",
        # What is deleted is overwritten, so that what is erased is gone.
        "secure_delete=ON",
        "foreign_keys=ON",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _journal_ahead(connection: Any) -> None:
    """Has a file keep a write-ahead log, as it does from its first use on.

    While another connection writes to it, the change is refused at once, whatever `busy_timeout`
    says: several begin a ledger together, and all but one would be turned away.
    """
    patience = time.monotonic() + LOCK_PATIENCE / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(_PAUSE)
        else:
            return


def _begun(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    # What a statement would undo if a trigger refused it is kept until it ends. In a file, that is
    # a write for each page that a list of a million touches; and the file would hold addresses.
    # What is sorted to be read may be larger than memory.
    driver = connection.connection.driver_connection
    assert driver is not None
    driver.execute(f"PRAGMA temp_store={'MEMORY' if writes else 'DEFAULT'}")
    driver.execute("BEGIN IMMEDIATE" if writes else "BEGIN")


def _make_private(path: Path, where: str) -> None:
    """Creates the file so that only its owner can read it: it is full of addresses."""
    try:
        make_folders(path.parent, 0o700)
        if not path.exists():
            _refuse_without(path, where)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        # Opening it to check would be harmful: closing it again would release the locks that other
        # connections of this process hold (POSIX, and https://sqlite.org/howtocorrupt.html).
        elif not (path.is_file() and os.access(path, os.R_OK | os.W_OK)):
            raise PermissionError(None, "it is no file that can be read and written")
    except OSError as error:
        remedy = "see that its folder can be written, or set ledger.url in publisher.toml"
        what = f"the ledger cannot be opened: {error.strerror}"
        raise LedgerError(what, where=where, remedy=remedy) from error


def asides_of(path: Path) -> list[Path]:
    """The ledgers beside one that restorations set aside, the oldest first."""
    return sorted(path.parent.glob(f"{glob.escape(path.name)}.before-*Z*"))


def _refuse_without(path: Path, where: str) -> None:
    """Begins no ledger where one was set aside, and the copy that took its place is gone.

    Raises:
        LedgerError: so it is; says how it is put back.
    """
    asides = [one for one in asides_of(path) if not one.name.endswith(_ENDINGS[1:])]
    if asides:
        newest = max(asides, key=lambda one: one.stat().st_mtime_ns)
        raise LedgerError(
            f"there is no ledger here, and one that was set aside is beside it: {newest.name}",
            where=where,
            remedy=f"publisher ledger restore {shell_word(str(newest))}",
        )


def _may_only_be_read(path: Path) -> bool:
    """Whether a file is there that this user may read, and not write with what belongs to it."""
    if not (path.is_file() and os.access(path, os.R_OK)):
        return False
    return not (os.access(path, os.W_OK) and os.access(path.parent or Path(), os.W_OK | os.X_OK))


def _reading_engine(path: Path) -> Engine:
    """Reads a file that may not be written: an auditor's copy, say."""
    name, kept = _readable_name(path.resolve())

    def connect() -> sqlite3.Connection:
        patience = LOCK_PATIENCE / 1000
        return sqlite3.connect(name, uri=True, timeout=patience, check_same_thread=False)

    engine = create_engine(
        "sqlite://",
        creator=connect,
        poolclass=QueuePool,
        hide_parameters=True,
        execution_options={_READ_ONLY: True},
    )
    event.listen(engine, "connect", _set_by_hand)
    event.listen(engine, "begin", _begun_to_read)
    if kept:
        weakref.finalize(engine, shutil.rmtree, kept, ignore_errors=True)
    return engine


def _set_by_hand(connection: Any, _: object) -> None:
    connection.isolation_level = None


def _begun_to_read(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _readable_name(path: Path) -> tuple[str, str]:
    """The URI by which SQLite reads a file, and a folder that is to be removed in the end.

    A file in WAL mode is read by way of its shared memory, which has to be there or be made.
    """
    usual = f"{path.as_uri()}?mode=ro"
    with suppress(sqlite3.Error), closing(sqlite3.connect(usual, uri=True)) as db:
        db.execute("SELECT count(*) FROM sqlite_master")
        return usual, ""
    log = path.with_name(f"{path.name}-wal")
    with suppress(OSError):
        if not log.exists() or not log.stat().st_size:
            # Nobody has it open, or there would be a log.
            return f"{path.as_uri()}?mode=ro&immutable=1", ""
        folder = tempfile.mkdtemp(prefix="ledger-")
        for ending in ("", "-wal"):
            shutil.copyfile(f"{path}{ending}", f"{folder}/ledger.sqlite{ending}")
        return f"{Path(folder).as_uri()}/ledger.sqlite", folder
    return usual, ""


class OpenFiles:
    """The files of a SQLite database as they were when it was opened.

    An open database can go on being written after others can no longer find it: if its file was
    removed or replaced, or the log (`-wal`) with the latest commits, or the shared memory (`-shm`)
    that holds the locks and the index of that log.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Args:
        path: of an open database; None: there is nothing to check.
        """
        self._path = path
        self._known = {ending: self._found(ending) for ending in _ENDINGS}

    def stand(self) -> bool:
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


def written_anew(engine: Engine, where: str) -> bool:
    """Writes a file anew and empties its log, so that neither has what was deleted.

    Args:
        engine: of the file.
        where: its name for messages.

    Returns:
        Whether it was done: it cannot while another program is reading.

    Raises:
        LedgerError: its disk has no room.
    """
    connection = engine.raw_connection()
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
            where=where,
            remedy="see that its disk has room for a second copy of it",
        ) from error
    finally:
        connection.close()


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────────


def _server_engine(address: URL) -> Engine:
    # A connection that the server closed is noticed before it is used; and as many visitors as
    # the receiver serves at once may read.
    engine = create_engine(
        address, hide_parameters=True, pool_pre_ping=True, max_overflow=_MOST_READERS
    )
    event.listen(engine, "begin", _begun_on_server)
    return engine


def _begun_on_server(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get("writes") and options.get("isolation_level") != "AUTOCOMMIT":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY, ISOLATION LEVEL REPEATABLE READ")


@contextmanager
def held_in_session(
    engine: Engine, doing: str, patience: float, *, beside: bool = False
) -> Iterator[bool]:
    """Holds a lock of a server while the block runs, or until the connection ends.

    Args:
        engine: of the server.
        doing: what the lock is about.
        patience: seconds to wait while another session holds it.
        beside: whether others may hold it too who say the same.

    Yields:
        Whether nobody else holds it, or nobody who wants it alone.
    """
    suffix = "_shared" if beside else ""
    take = text(f"SELECT pg_try_advisory_lock{suffix}({_LOCK})")
    give_back = text(f"SELECT pg_advisory_unlock{suffix}({_LOCK})")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as session:
        # The server needs a moment to see that a process which held it is gone.
        deadline = time.monotonic() + max(patience, _GONE)
        while not (ours := session.execute(take, {"doing": doing}).scalar_one()):
            if time.monotonic() >= deadline:
                break
            time.sleep(_PAUSE)
        try:
            yield bool(ours)
        finally:
            if ours:
                try:
                    session.execute(give_back, {"doing": doing})
                except DatabaseError:
                    session.invalidate()


_LOCK = "hashtext('publisher'), hashtext(:doing)"
_GONE = 0.3
"""Seconds."""
