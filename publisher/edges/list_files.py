"""Lists of customers as files: plain or compressed, from a disk or a pipe."""

from __future__ import annotations

import csv
import gzip
import os
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from publisher.edges.private import make_folders
from publisher.errors import RecipientsError
from publisher.people.list_text import IMPORT_RECIPIENTS, ListName

_BLOCK = 1 << 18
_PACKED = b"\x1f\x8b"
"""How what gzip wrote begins (RFC 1952 §2.3.1)."""


class ListFile:
    """The bytes of a list, read once."""

    def __init__(self, file: BinaryIO, path: Path | None) -> None:
        """Reads its first bytes.

        Args:
            file: where one can go back.
            path: where it is; None: it is standard input.
        """
        self._file, self._path = file, path
        self._start = file.tell()
        self._packed = file.read(len(_PACKED)) == _PACKED
        self._size = file.seek(0, 2) - self._start
        file.seek(self._start)

    def name(self, options: str = "", command: str = IMPORT_RECIPIENTS) -> ListName:
        """What it is called in messages.

        Args:
            options: those of the command that it is read by, each after a space.
            command: which that is.
        """
        if self._path is None:
            return ListName("-", "", self._packed, options, command)
        path = str(self._path.absolute())
        return ListName(str(self._path), path, self._packed, options, command)

    def is_at(self, path: Path) -> bool:
        """Whether a path leads to this file."""
        with suppress(OSError):
            return os.path.samestat(os.fstat(self._file.fileno()), path.stat())
        return False

    def _unpacked_size(self) -> int:
        """The bytes of what is compressed, as its end says: of the last part, and modulo 2³²
        (RFC 1952 §2.3.1), so that there may be more.
        """
        self._file.seek(max(self._start, self._start + self._size - 4))
        size = int.from_bytes(self._file.read(4), "little")
        self._file.seek(self._start)
        return size

    def blocks(self, progress: Callable[[str, int, int], None]) -> Iterator[bytes]:
        """Its bytes, decompressed, in pieces.

        Args:
            progress: told how much of a large file was read, in kB.

        Raises:
            RecipientsError: what is compressed is damaged.
        """
        source = gzip.GzipFile(fileobj=self._file) if self._packed else self._file
        done, whole = 0, self._unpacked_size() if self._packed else self._size
        try:
            while block := source.read(_BLOCK):
                yield block
                done += len(block)
                if whole > _BLOCK:
                    progress("importing, kB", done // 1024, max(done, whole) // 1024)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise RecipientsError(
                f"what is compressed is cut off or damaged: {error}; nothing was taken",
                where=self.name().name,
                remedy="compress the list again",
            ) from None


@contextmanager
def opened_list(file: BinaryIO, folder: Path) -> Iterator[ListFile]:
    """A list that is there as a whole, so that nobody who writes it slowly holds up the ledger.

    Args:
        file: a file or a pipe.
        folder: a private folder, where what comes through a pipe is kept while it is read, in a
            file without a name.
    """
    with ExitStack() as stack:
        path = _path_of(file)
        if not file.seekable():
            make_folders(folder, 0o700)
            whole = stack.enter_context(tempfile.TemporaryFile(dir=folder))
            copyfileobj(file, whole, _BLOCK)
            whole.seek(0)
            file, path = whole, None
        yield ListFile(file, path)


@contextmanager
def written_faults(path: Path, source: ListFile) -> Iterator[Callable[[int, str, str], None]]:
    """A CSV file of all that is wrong with a list, in columns `line`, `customer`, `what`.

    It is for its owner alone; what was in it before goes.

    Args:
        path: of the file.
        source: the list, which stays what it is.

    Yields:
        Writes a fault: its line, the customer, and what is wrong.

    Raises:
        RecipientsError: the file is the list itself.
        OSError: it cannot be written.
    """
    if source.is_at(path):
        raise RecipientsError(
            "the faults of a list cannot be written into the list itself",
            where=str(path),
            remedy="name another file: --faults FILE",
        )
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with closing(os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="")) as file:
        writer = csv.writer(file)
        writer.writerow(("line", "customer", "what"))
        yield lambda line, customer, what: writer.writerow((line, customer, what))


def _path_of(file: BinaryIO) -> Path | None:
    name = getattr(file, "name", "")
    return Path(name) if isinstance(name, str) and name not in ("", "-", "<stdin>") else None
