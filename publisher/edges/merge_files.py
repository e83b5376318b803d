"""What a mail merge is given: a CSV file with a row a letter, or a folder of letters.

Nobody reads a row before all of them are there: they are written beside their place, for their
owner alone, and put there in one step.
"""

from __future__ import annotations

import csv
import errno
import gzip
import io
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from publisher.edges.files import (
    PendingFile,
    folder_beside,
    remove_unfinished,
    sync_folder,
    write_file,
)
from publisher.edges.private import refuse_public_place
from publisher.errors import OutputError
from publisher.letters.merge_row import MergeRow
from publisher.releases.number import Number

_OWNER_ONLY = 0o600
_INDEX = "letters.csv"
_FILE = re.compile(r"[^A-Za-z0-9@._-]")


class MergeWriter(Protocol):
    """Takes the letters of a mail merge, one after the other."""

    def write(self, row: MergeRow, letter: bytes, name: str) -> None:
        """Writes one.

        Args:
            row: it in columns.
            letter: the message.
            name: its Message-ID, without brackets.

        Raises:
            OSError: it cannot be written; nothing can be read yet.
        """


@contextmanager
def new_merge(place: Path, *, letters: bool) -> Iterator[MergeWriter]:
    """Writes what a mail merge is given; it can be read from the end of the block on, whole.

    Args:
        place: the path of the file, or of the folder; nothing is there yet.
        letters: a folder with a file `.eml` for each letter, and which is whose (`letters.csv`);
            else a CSV file, compressed where its name ends with `.gz`.

    Raises:
        OSError: it cannot be written; nothing is left behind.
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    remove_unfinished(place.parent, place.name)
    with (_folder if letters else _file)(place) as writer:
        yield writer
    sync_folder(place.parent)


def require_new_place(root: Path, place: Path) -> None:
    """Refuses to write customers' addresses over something, or where git would be given them.

    Args:
        root: the project's folder.
        place: the path that is to be written.

    Raises:
        OutputError: there is something already; rows that were not mailed yet, perhaps.
        ConfigurationError: it lies where git finds it.
    """
    refuse_public_place(root, place)
    if place.exists() or place.is_symlink():
        raise OutputError(
            "there is something already, and nothing is written over",
            where=str(place),
            remedy="name another: -o FILE",
        )


# ── what was begun ───────────────────────────────────────────────────────────────────────────────


class UnfinishedMerges:
    """Which runs of a mail merge were begun and are not known to have ended.

    A file for each release, written before any letter of it is marked, and removed once its rows
    can be read. So a run that was cut off is told from one whose rows somebody has.
    """

    def __init__(self, folder: Path) -> None:
        """Args:
        folder: where that is written; it may be missing.
        """
        self._folder = folder

    def begun(self, policy: str, number: Number) -> list[int]:
        """When the runs that were cut off began, in microseconds since 1970.

        Where the file or folder of the last is there, it came to its end.
        """
        path = self._folder / policy / str(number)
        if not path.is_file():
            return []
        place, *moments = path.read_text("utf-8", "surrogateescape").split("\n")
        if os.path.lexists(place):
            path.unlink(missing_ok=True)
            return []
        return [int(one) for one in moments if one.isdigit()]

    def begin(self, policy: str, number: Number, place: Path, moments: list[int]) -> None:
        """Writes down that a run begins; on return it is on the disk.

        Args:
            policy, number: the release.
            place: where its rows will be.
            moments: when it begins, after those that it goes on with.
        """
        lines = [str(place.absolute()), *map(str, moments)]
        text = "\n".join(lines).encode("utf-8", "surrogateescape")
        write_file(self._folder / policy / str(number), text, mode=_OWNER_ONLY)

    def end(self, policy: str, number: Number) -> None:
        """Writes down that its rows can be read."""
        (self._folder / policy / str(number)).unlink(missing_ok=True)


# ── how it is written ────────────────────────────────────────────────────────────────────────────


class _Rows:
    """Rows of a CSV file (RFC 4180), in UTF-8."""

    def __init__(self, file: io.TextIOBase, *more: str) -> None:
        self._writer, self._columns = csv.writer(file), len(MergeRow._fields) - 2 * bool(more)
        self._writer.writerow((*more, *MergeRow._fields[: self._columns]))

    def write(self, row: MergeRow, letter: bytes, name: str) -> None:
        self._writer.writerow(row)

    def index(self, row: MergeRow, name: str) -> None:
        """Without the words of the letter, which have a file of their own."""
        self._writer.writerow((name, *row[: self._columns]))


@contextmanager
def _file(place: Path) -> Iterator[MergeWriter]:
    with PendingFile(place, b"", mode=_OWNER_ONLY) as pending:
        with ExitStack() as stack:
            raw = stack.enter_context(pending.appending())
            packing = place.suffix == ".gz"
            packed = stack.enter_context(_packed(place.stem, raw)) if packing else raw
            text = io.TextIOWrapper(packed, "utf-8", newline="")
            yield _Rows(text)
            text.flush()
            text.detach()
        pending.sync()
        _require_nothing(place)
        pending.move()


@contextmanager
def _packed(name: str, raw: BinaryIO) -> Iterator[BinaryIO]:
    with gzip.GzipFile(name, "wb", 6, raw, mtime=0) as packed:
        yield cast(BinaryIO, packed)


class _Letters:
    """A file `.eml` for each letter."""

    def __init__(self, folder: Path, index: _Rows) -> None:
        self._folder, self._index = folder, index

    def write(self, row: MergeRow, letter: bytes, name: str) -> None:
        file = _FILE.sub("_", name).lstrip(".") + ".eml"
        _write_new(self._folder / file, letter)
        self._index.index(row, file)


@contextmanager
def _folder(place: Path) -> Iterator[MergeWriter]:
    with folder_beside(place) as new:
        new.chmod(0o700)
        with os.fdopen(_opened_new(new / _INDEX), "w", encoding="utf-8", newline="") as index:
            yield _Letters(new, _Rows(index, "file"))
            index.flush()
            os.fsync(index.fileno())
        sync_folder(new)
        _require_nothing(place)
        new.rename(place)


def _require_nothing(place: Path) -> None:
    """What came to lie there meanwhile stays."""
    if os.path.lexists(place):
        raise FileExistsError(errno.EEXIST, "it exists already", str(place))


def _write_new(path: Path, data: bytes) -> None:
    with os.fdopen(_opened_new(path), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _opened_new(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
