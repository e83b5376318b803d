"""Lists of customers as files: plain or compressed, from a disk or a pipe."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from publisher.edges.private import make_folders
from publisher.errors import RecipientsError

_BLOCK = 1 << 18
_PACKED = b"\x1f\x8b"
"""How what gzip wrote begins (RFC 1952 §2.3.1)."""


class ListFile:
    """The bytes of a list, read once."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        """Reads its first bytes.

        Args:
            file: where one can go back.
            name: of the list.
        """
        self._file, self._name = file, name
        self._start = file.tell()
        self.packed = file.read(len(_PACKED)) == _PACKED
        """Whether it is compressed."""
        self._size = file.seek(0, 2) - self._start
        file.seek(self._start)

    def blocks(self, progress: Callable[[str, int, int], None]) -> Iterator[bytes]:
        """Its bytes, decompressed, in pieces.

        Args:
            progress: told how much of the file was read, in kB.

        Raises:
            RecipientsError: what is compressed is damaged.
        """
        source = gzip.GzipFile(fileobj=self._file) if self.packed else self._file
        try:
            while block := source.read(_BLOCK):
                yield block
                done = self._file.tell() - self._start
                progress("importing, kB", done // 1024, self._size // 1024)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise RecipientsError(
                f"what is compressed is cut off or damaged: {error}; nothing was taken",
                where=self._name,
                remedy="compress the list again",
            ) from None


@contextmanager
def opened_list(file: BinaryIO, name: str, folder: Path) -> Iterator[ListFile]:
    """A list that is there as a whole, so that nobody who writes it slowly holds up the ledger.

    Args:
        file: a file or a pipe.
        name: of the list.
        folder: a private folder, where what comes through a pipe is kept while it is read, in a
            file without a name.
    """
    with ExitStack() as stack:
        if not file.seekable():
            make_folders(folder, 0o700)
            whole = stack.enter_context(tempfile.TemporaryFile(dir=folder))
            copyfileobj(file, whole, _BLOCK)
            whole.seek(0)
            file = whole
        yield ListFile(file, name)
