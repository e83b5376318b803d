"""Writing files and folders whole or not at all.

New content is written next to its final path under a unique name (`.NAME.xxxxxxxx.part`), and
renamed into place once it is complete. rename(2) is atomic, so readers find the old content or the
new one, whenever the writer is killed; if two write at once, the last to finish wins. A durable
write syncs the file before it is renamed, and its folder after.

A writer holds a lock on its unfinished file; the lock ends with its process. So `remove_unfinished`
can tell what a killed writer left behind from what another writer is working on.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from publisher.edges.private import keep_private_around
from publisher.edges.swap import exchange_names

_UNFINISHED = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part")
_LONGEST = 60
"""Characters of the final name that an unfinished name repeats; a name has at most 255 bytes."""


def write_file(place: Path, data: bytes, *, durable: bool = True, mode: int = 0o666) -> None:
    """Writes a file whole or not at all, replacing its old content.

    Links are followed, and an existing file keeps its permissions.

    Args:
        place: the path; missing folders are created.
        data: the new content.
        durable: whether it is on the disk on return. A cache need not be: a crash of the machine
            costs it a file that can be made again, while syncing makes each write ten times as slow
            (3 ms instead of 0.3), and a first build keeps hundreds of files.
        mode: permissions of a new file, before the umask.

    Raises:
        OSError: it cannot be written; the old content is unchanged.
    """
    if place.exists() and not place.is_file():
        place.write_bytes(data)  # a device or a pipe has no old content to keep
        return
    place = Path(os.path.realpath(place))
    with PendingFile(place, data, durable=durable, mode=mode) as pending:
        pending.move()
    if durable:
        sync_folder(place.parent)
        remove_unfinished(place.parent, place.name)


class PendingFile:
    """The complete new content of a file, not yet moved into its place."""

    def __init__(
        self, place: Path, data: bytes, *, durable: bool = True, mode: int = 0o666
    ) -> None:
        """Writes it next to its place; the arguments are those of `write_file`.

        Raises:
            OSError: it cannot be written; nothing is left behind.
        """
        self._place, self._moved = place, False
        _make_folder(place.parent, durable=durable)
        self._path, self._descriptor = _claimed_file(place, mode)
        try:
            with suppress(FileNotFoundError):
                os.fchmod(self._descriptor, stat.S_IMODE(place.stat().st_mode))
            _write(self._descriptor, data, durable=durable)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> PendingFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def appending(self) -> BinaryIO:
        """What is written to this is added to the content; it is closed by itself."""
        return open(self._descriptor, "ab", closefd=False)

    def sync(self) -> None:
        """Makes what was added durable.

        Raises:
            OSError: the disk is full, or failed.
        """
        os.fsync(self._descriptor)

    def move(self) -> None:
        """Moves it into its place; `sync_folder` makes that durable.

        Raises:
            OSError: it could not be renamed; the old content is unchanged.
        """
        self._path.replace(self._place)
        self._moved = True

    def close(self) -> None:
        """Removes it unless it was moved, and releases its lock."""
        if not self._moved:
            with suppress(OSError):
                self._path.unlink()
        os.close(self._descriptor)


def write_folder(place: Path, files: Mapping[str, bytes]) -> None:
    """Writes a new folder with its files, durably, and whole or not at all.

    Args:
        place: its path; missing folders above it are created.
        files: contents by path inside the folder.

    Raises:
        FileExistsError: the path exists already; it is unchanged.
        OSError: it cannot be written; nothing is left behind.
    """
    if place.exists():
        raise FileExistsError(errno.EEXIST, "it exists already", str(place))
    with folder_beside(place) as new:
        for name, data in files.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                _write(file.fileno(), data, durable=True)
        for path in (*new.rglob("*"), new):
            if path.is_dir():
                sync_folder(path)
        if not _renamed(new, place):
            raise FileExistsError(errno.EEXIST, "it exists already", str(place))
    sync_folder(place.parent)


@contextmanager
def folder_beside(place: Path) -> Iterator[Path]:
    """A new, empty folder next to a path, to be filled and then renamed to that path.

    Yields:
        The folder. Whatever has its name when the block ends is removed.
    """
    _make_folder(place.parent, durable=True)
    path, descriptor = _claimed_folder(place)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def remove_folder(place: Path) -> None:
    """Removes a folder in one step, as far as readers can tell.

    Raises:
        OSError: it is not there, or cannot be removed.
    """
    with folder_beside(place) as aside:
        place.rename(aside)  # replaces the empty folder
    sync_folder(place.parent)


def replace_folder(new: Path, place: Path) -> None:
    """Puts a finished folder in the place of another in one step; the old one is then at `new`.

    Nothing is synced: a built site that is damaged by a crash of the machine can be built again.
    If the file system cannot exchange two names, there is a moment with no folder in that place.

    Raises:
        OSError: it cannot be renamed.
    """
    if _renamed(new, place):
        return
    try:
        exchange_names(new, place)
    except NotImplementedError:
        _exchange_in_steps(new, place)


def sync_folder(folder: Path) -> None:
    """Makes the creation, renaming and removal of files in a folder durable.

    Raises:
        OSError: the disk failed.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that cannot sync folders
            raise
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path, name: str = "") -> None:
    """Removes what killed writers left in a folder, but nothing that is still being written.

    On a file system without locks nothing is removed.

    Args:
        folder: which; it may be missing.
        name: of a file or folder in it, to remove only the leftovers of that one; empty: all.
    """
    with suppress(OSError):
        for path in list(folder.iterdir()):
            found = _UNFINISHED.fullmatch(path.name)
            if found and found[1] == (name[:_LONGEST] or found[1]):
                _remove_abandoned(path)


def _remove_abandoned(path: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not _is_at(path, descriptor):
                return  # it was moved into its place just now
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        finally:
            os.close(descriptor)


# ── unfinished names ─────────────────────────────────────────────────────────────────────────────


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name[:_LONGEST]}.{secrets.token_hex(4)}.part")


def _claimed_file(place: Path, mode: int) -> tuple[Path, int]:
    """A new, empty, locked file next to a path, open for writing."""
    while True:
        path = _beside(place)
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            if _locked(path, descriptor):
                return path, descriptor


def _claimed_folder(place: Path) -> tuple[Path, int]:
    """A new, empty, locked folder next to a path."""
    while True:
        path = _beside(place)
        with suppress(FileExistsError):
            path.mkdir()
            with suppress(FileNotFoundError):  # it was removed before we had the lock
                descriptor = os.open(path, os.O_RDONLY)
                if _locked(path, descriptor):
                    return path, descriptor


def _locked(path: Path, descriptor: int) -> bool:
    """Locks what was just created; closes it and returns False if it was removed first."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    except OSError:
        return True  # a file system without locks, where nothing is removed either
    if not _is_at(path, descriptor):
        os.close(descriptor)
        return False
    return True


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.lstat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


# ── disk ─────────────────────────────────────────────────────────────────────────────────────────


def _write(descriptor: int, data: bytes, *, durable: bool) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]
    if durable:
        os.fsync(descriptor)


def _make_folder(folder: Path, *, durable: bool) -> None:
    keep_private_around(folder)
    if folder.exists():
        return
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for each in missing if durable else ():
        sync_folder(each.parent)


def _renamed(new: Path, place: Path) -> bool:
    """Renames a folder to a path that does not exist; False: it exists."""
    try:
        new.rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    return True


def _exchange_in_steps(new: Path, place: Path) -> None:
    with folder_beside(place) as aside:
        place.rename(aside)  # replaces the empty folder
        new.rename(place)
