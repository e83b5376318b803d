"""Whether files are still what they were when they were last read, without reading them again.

As git does, a file is known by where it is, its size and the times of its last change. One that was
changed a moment ago might change once more within the same tick of the clock, so what is known of
it then is not relied upon (git calls it "racy").
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

T = TypeVar("T")

LITTER = re.compile(
    r"\.DS_Store|\._.*|\.directory|\.nfs.*|Thumbs\.db|desktop\.ini|.*~|\..*\.sw[a-p]|\.#.*|#.*#",
    re.IGNORECASE,
)
"""Names of files that systems and editors leave in folders that they show."""

CLOCK_STEP = 1_000_000_000
"""Nanoseconds within which a clock may not tell two changes of a file from one another."""


@dataclass(frozen=True, slots=True)
class FileState:
    """What is known of some files without their bytes."""

    digest: bytes
    settled: bool
    """Whether all had been left alone for longer than a moment."""

    def still(self, now: FileState) -> bool:
        """Whether files that were read in this state need not be read again."""
        return self.settled and self.digest == now.digest


def state_of(files: Iterable[tuple[str, os.stat_result | None]], at: int) -> FileState:
    """The state of files, looked at before they are read.

    Args:
        files: name of each, and what the system says of it; None: it is not there.
        at: when the first of them was looked at, in nanoseconds since 1970.
    """
    digest, newest = hashlib.sha256(), 0
    for name, facts in files:
        known: tuple[int, ...] = ()
        if facts is not None:
            known = (
                facts.st_dev,
                facts.st_ino,
                facts.st_size,
                facts.st_mtime_ns,
                facts.st_ctime_ns,
            )
            newest = max(newest, facts.st_mtime_ns, facts.st_ctime_ns)
        digest.update(repr((name, known)).encode())
    return FileState(digest.digest(), newest < at - CLOCK_STEP)


def state_of_files(paths: Iterable[Path]) -> FileState:
    """The state of some files; those that are not there count as such."""
    at, names = time.time_ns(), [str(path) for path in paths]
    for noted, _ in _LISTENERS:
        noted(names)
    return state_of([(name, _facts(name)) for name in names], at)


def state_of_folder(folder: Path) -> tuple[FileState, list[str], list[str]]:
    """The state of all that lies below a folder.

    What systems and editors leave behind counts for nothing (`LITTER`); hidden files do count.

    Returns:
        The state; the names of files in the folder, sorted; and the names of what is neither a file
        nor a folder, such as a link, which is not followed: it may lead anywhere, and back up.
    """
    at = time.time_ns()
    for _, noted in _LISTENERS:
        noted(folder)
    found = sorted(folder_entries(str(folder)))
    files = [name for name, facts in found if stat.S_ISREG(facts.st_mode)]
    odd = [name for name, facts in found if not stat.S_ISREG(facts.st_mode)]
    return state_of(found, at), files, odd


_LISTENERS: list[tuple[Callable[[Iterable[str]], None], Callable[[Path], None]]] = []


def on_look(files: Callable[[Iterable[str]], None], folder: Callable[[Path], None]) -> None:
    """Has functions be told of each look at files, and at all below a folder, before it is made."""
    _LISTENERS.append((files, folder))


def _facts(path: str | Path) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - of every file of a release
    except OSError:
        return None  # it is not there, or cannot be got at, or is a link that leads nowhere


def _own_facts(entry: os.DirEntry[str]) -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except OSError:
        return None  # it has gone since


def folder_entries(top: str) -> Iterator[tuple[str, os.stat_result]]:
    """What lies below a folder, in no order: the path of each from there, and what is known of it.

    Args:
        top: the folder's path.
    """
    folders = [(top, "")]
    while folders:
        folder, inside = folders.pop()
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                facts = _own_facts(entry)
                if facts is None:
                    continue
                if stat.S_ISDIR(facts.st_mode):
                    folders.append((entry.path, f"{inside}{entry.name}/"))
                elif not (stat.S_ISREG(facts.st_mode) and LITTER.fullmatch(entry.name)):
                    yield f"{inside}{entry.name}", facts


class Remembered(Generic[T]):
    """What was made of files, for as long as the files stay as they were; for several threads."""

    def __init__(self, most: int) -> None:
        """Args: most: values kept; beyond them, the one that was of no use for longest goes."""
        self._most = most
        self._values: OrderedDict[str, tuple[FileState, T]] = OrderedDict()
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, name: str, state: FileState) -> T | None:
        """What was made of files that are now in this state; None: it has to be made."""
        with self._lock:
            before, value = self._values.get(name, (None, None))
            if before is None or not before.still(state):
                return None
            self._values.move_to_end(name)
            return value

    def keep(self, name: str, state: FileState, value: T) -> None:
        """Keeps what was made of files that were in this state before they were read."""
        if not state.settled:
            return
        with self._lock:
            self._values[name] = (state, value)
            self._values.move_to_end(name)
            if len(self._values) > self._most:
                self._values.popitem(last=False)
