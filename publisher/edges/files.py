"""Files and folders that are written whole or not at all.

What is written stands beside its place, under a name of its own (`.NAME.xxxxxxxx.part`), until it
is complete; then it is renamed into its place, which rename(2) does at once. So whoever reads finds
the old content or the new, at whatever moment the writer is killed, and of two who write at once
the one who ends last is read. Where it is to be durable, the file is synced before it is renamed
and its folder after.

As long as it writes, a writer holds a lock on what stands beside, and the lock ends with its
process. This is how `remove_unfinished` tells what a killed writer left from what another one is
still writing.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import re
import secrets
import shutil
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

_UNFINISHED = re.compile(r"\.(.+)\.[0-9a-f]{8}\.part")
_LONGEST = 60
"""Characters of a name that an unfinished file bears: names end at 255 bytes."""


def write_file(place: Path, data: bytes, *, durable: bool = True, mode: int = 0o666) -> None:
    """Writes a file, whole or not at all; what it had before is replaced.

    A link is followed, and a file that is there keeps its permissions.

    Args:
        place: where; missing folders are made.
        data: the file's new content.
        durable: whether it is on the disk on return. A cache need not be: a file in it that a crash
            of the machine spoils is made again, while syncing made each write ten times as slow
            (3 ms in place of 0.3), and a first build keeps hundreds.
        mode: permissions of a new file, before the umask.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    if place.exists() and not place.is_file():
        place.write_bytes(data)  # a device or a pipe has no old content that could be kept
        return
    place = Path(os.path.realpath(place))
    with PendingFile(place, data, durable=durable, mode=mode) as pending:
        pending.move()
    if durable:
        sync_folder(place.parent)
        remove_unfinished(place.parent, place.name)


class PendingFile:
    """The new content of a file, complete beside its place and not yet in it."""

    def __init__(
        self, place: Path, data: bytes, *, durable: bool = True, mode: int = 0o666
    ) -> None:
        """Writes it beside its place; the arguments are those of `write_file`.

        Raises:
            OSError: it cannot be written; nothing of it is left.
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

    def move(self) -> None:
        """Puts it in its place; `sync_folder` makes that durable.

        Raises:
            OSError: it could not be renamed; what was there is as it was.
        """
        self._path.replace(self._place)
        self._moved = True

    def close(self) -> None:
        """Removes it, unless it was moved."""
        if not self._moved:
            with suppress(OSError):
                self._path.unlink()
        os.close(self._descriptor)


def write_folder(place: Path, files: Mapping[str, bytes]) -> None:
    """Writes a new folder with its files, whole or not at all, and durably.

    Args:
        place: where; missing folders above it are made.
        files: content by path inside the folder.

    Raises:
        FileExistsError: there is something already; it is as it was.
        OSError: it cannot be written; nothing of it is left.
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
    """A new, empty folder beside a place, which whoever fills it then renames into that place.

    Yields:
        The folder. What is under its name when the block ends is removed.
    """
    _make_folder(place.parent, durable=True)
    path, descriptor = _claimed_folder(place)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(descriptor)


def replace_folder(new: Path, place: Path) -> None:
    """Puts a finished folder in the place of another, at once; the old one is then at `new`.

    Nothing is synced: a site that a crash of the machine spoils is built again. Where the file
    system cannot exchange two names, there is a moment without a folder in that place.

    Raises:
        OSError: it cannot be renamed.
    """
    if _renamed(new, place):
        return
    try:
        _exchange(new, place)
    except NotImplementedError:
        _exchange_in_steps(new, place)


def sync_folder(folder: Path) -> None:
    """Makes what was created, renamed or removed in a folder durable.

    Raises:
        OSError: the disk did not take it.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # a file system that has nothing to sync of a folder
            raise
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path, name: str = "") -> None:
    """Removes what killed writers left in a folder; what is still being written stays.

    On a file system without locks all of it stays.

    Args:
        folder: which; it may be missing.
        name: the only file or folder in it whose leftovers are removed.
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
                return  # it has just been moved into its place
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
        finally:
            os.close(descriptor)


# ── what stands beside ───────────────────────────────────────────────────────────────────────────


def _beside(place: Path) -> Path:
    return place.with_name(f".{place.name[:_LONGEST]}.{secrets.token_hex(4)}.part")


def _claimed_file(place: Path, mode: int) -> tuple[Path, int]:
    """A new empty file beside a place, open for writing and locked."""
    while True:
        path = _beside(place)
        with suppress(FileExistsError):
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            if _locked(path, descriptor):
                return path, descriptor


def _claimed_folder(place: Path) -> tuple[Path, int]:
    """A new empty folder beside a place, open and locked."""
    while True:
        path = _beside(place)
        with suppress(FileExistsError):
            path.mkdir()
            with suppress(FileNotFoundError):  # somebody swept it before we had the lock
                descriptor = os.open(path, os.O_RDONLY)
                if _locked(path, descriptor):
                    return path, descriptor


def _locked(path: Path, descriptor: int) -> bool:
    """Locks what we have just made. If somebody swept it first, closes it and says so."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    except OSError:
        return True  # a file system without locks, on which nothing is swept either
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
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    if missing:
        folder.mkdir(parents=True, exist_ok=True)
    for each in missing if durable else ():
        sync_folder(each.parent)


def _renamed(new: Path, place: Path) -> bool:
    """Renames a folder to a place where there is nothing; False: there is something."""
    try:
        new.rename(place)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        return False
    return True


_HERE = -100
"""AT_FDCWD: paths are relative to the current folder (Linux)."""
_EXCHANGE = 2
"""RENAME_EXCHANGE of renameat2(2), and RENAME_SWAP of renamex_np(2) of macOS."""
_UNABLE = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)


def _exchange(one: Path, other: Path) -> None:
    """Exchanges two names at once.

    Raises:
        NotImplementedError: the system or its file system cannot.
        OSError: it failed.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    a, b = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            failed = libc.renamex_np(a, b, _EXCHANGE)
        else:
            failed = libc.renameat2(_HERE, a, _HERE, b, _EXCHANGE)
    except AttributeError:
        raise NotImplementedError from None
    if failed:
        code = ctypes.get_errno()
        if code in _UNABLE:
            raise NotImplementedError
        raise OSError(code, os.strerror(code), str(one), None, str(other))


def _exchange_in_steps(new: Path, place: Path) -> None:
    with folder_beside(place) as aside:
        place.rename(aside)  # in the place of the empty folder
        new.rename(place)
