"""Copies of a ledger in a file: SQLite's online backup, whole or not at all, for its owner."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from publisher.edges.files import remove_unfinished, sync_folder
from publisher.edges.ledger.auditing.faults import RESTORE
from publisher.edges.ledger.causes import is_out_of_room
from publisher.edges.private import keep_private_around
from publisher.errors import LedgerError
from publisher.releases.remedies import shell_word

_PATIENCE = 10.0
"""Seconds to wait for a lock."""
_ANOTHER_COPY = "name a copy that `publisher ledger backup` made"
_MAGIC = b"SQLite format 3\0"
_UNFINISHED = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part")
_BESIDE = re.compile(r"(\..+\.[0-9a-f]{8}\.part)-(?:journal|wal|shm)")
_LONGEST = 60
"""Characters of the final name that an unfinished one repeats; see `edges/files.py`."""


def copy_ledger(source: Path, target: Path) -> None:
    """Copies a ledger as it is at one moment, while others write to it.

    The copy is one file, without a log beside it, that its owner alone can read.

    Args:
        source: the ledger's file.
        target: a path at which nothing is yet.

    Raises:
        LedgerError: there is something at that path, or the ledger is damaged; nothing was made.
        OSError: it cannot be written; nothing was made.
    """
    _refuse_taken(target)
    keep_private_around(target.parent)
    if not target.parent.is_dir():
        raise LedgerError(
            "there is no such folder",
            where=str(target.parent),
            remedy=f"mkdir -p -- {shell_word(str(target.parent))}  # if copies belong there",
        )
    with pending_copy(source, target) as pending:
        place_new(pending, target)


@contextmanager
def pending_copy(source: Path, target: Path) -> Iterator[Path]:
    """A copy of a ledger next to where it is to be; what is left of it at the end is removed.

    Raises:
        LedgerError: the source is no ledger, or is damaged.
        OSError: it cannot be written.
    """
    remove_unfinished(target.parent, target.name)  # of a run that was killed
    _remove_unfinished_copies(target.parent)
    path = target.with_name(f".{target.name[:_LONGEST]}.{secrets.token_hex(4)}.part")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with suppress(OSError):  # a file system without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            _copy(source, path)
        except sqlite3.Error as error:
            if is_out_of_room(error):
                raise _no_room(error, target) from error
            raise _unusable(error, source) from error
        yield path
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            with suppress(OSError):
                os.unlink(f"{path}{ending}")  # noqa: PTH108 - beside a path
        os.close(descriptor)


def replace_ledger(pending: Path, target: Path) -> None:
    """Puts a finished copy in the place of a file, durably: one or the other is there, always.

    Raises:
        OSError: it cannot be written; the file is as it was.
    """
    _sync(pending)
    pending.replace(target)
    sync_folder(target.parent)


def place_new(pending: Path, target: Path) -> None:
    """Gives a finished copy its name, durably; replaces nothing.

    Raises:
        LedgerError: there is something at that path.
        OSError: it cannot be written.
    """
    _sync(pending)
    try:
        os.link(pending, target)
    except FileExistsError:
        _refuse_taken(target)
        raise
    sync_folder(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def unfinished_copies(folder: Path) -> list[Path]:
    """Copies of ledgers in a folder that are being made, or that a killed program left."""
    found = []
    for path in sorted(folder.glob(".*")):
        if _UNFINISHED.fullmatch(path.name) and path.is_file() and not path.is_symlink():
            with suppress(OSError), path.open("rb") as file:
                if file.read(len(_MAGIC)) == _MAGIC:
                    found.append(path)
    return found


def _remove_unfinished_copies(folder: Path) -> None:
    """Removes what killed programs left, of whichever name; see `edges/files.py`."""
    with suppress(OSError):
        for path in unfinished_copies(folder):
            name = _UNFINISHED.fullmatch(path.name)
            remove_unfinished(folder, name[1] if name else path.name)
        for path in folder.glob(".*"):
            # What SQLite had beside it.
            log = _BESIDE.fullmatch(path.name)
            if log and not path.with_name(log[1]).exists():
                path.unlink()


def require_whole(path: Path) -> None:
    """Looks whether a file is a database whose pages are as they were written.

    Raises:
        LedgerError: it is not there, or no database, or damaged.
    """
    if not path.is_file():
        raise LedgerError("there is no such file", where=str(path), remedy=_ANOTHER_COPY)
    try:
        with closing(opened_to_read(path)) as db:
            found = [row[0] for row in db.execute("PRAGMA integrity_check(1)")]
    except sqlite3.Error as error:
        raise _unusable(error, path) from error
    if found != ["ok"]:
        what = f"the file is damaged: {' '.join(found[0].split())}"
        raise LedgerError(what, where=str(path), remedy=_ANOTHER_COPY)


def opened_to_read(path: Path) -> sqlite3.Connection:
    """A file opened by somebody who may not write it, or does not want to.

    Raises:
        sqlite3.Error: it cannot be opened.
    """
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=_PATIENCE)


def _copy(source: Path, path: Path) -> None:
    with closing(opened_to_read(source)) as db, closing(sqlite3.connect(path)) as copy:
        # All pages in one step: it is one moment, and in WAL mode a reader holds up no writer.
        db.backup(copy)
        # As the header says that a log lies beside it, which a copy has not.
        copy.execute("PRAGMA journal_mode=DELETE")
        found = [row[0] for row in copy.execute("PRAGMA integrity_check(1)")]
    if found != ["ok"]:
        raise LedgerError(
            f"the ledger is damaged: {' '.join(found[0].split())}",
            where=str(source),
            remedy=RESTORE,
        )


def _refuse_taken(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise LedgerError(
            "there is a file with this name", where=str(target), remedy="name a new one"
        )


def _no_room(error: sqlite3.Error, target: Path) -> LedgerError:
    return LedgerError(
        f"the copy cannot be written: {error}; nothing was made",
        where=str(target),
        remedy="make room on its disk, or name a file on another",
    )


def _unusable(error: sqlite3.Error, path: Path) -> LedgerError:
    return LedgerError(f"the file cannot be used: {error}", where=str(path), remedy=_ANOTHER_COPY)
