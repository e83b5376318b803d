"""What was made of many files is kept as long as none of them has changed, and asked for cheaply.

While something is made, every look at a file or folder is noted. Whoever asks for it again has the
same places looked at once more, each once, and nothing read: what one form costs is a few dozen
looks, however often its parts ask for the same.
"""

from __future__ import annotations

import os
import stat
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Generic, TypeVar

from publisher.edges.file_state import CLOCK_STEP, folder_entries, on_look

_T = TypeVar("_T")
_Known = tuple[int, ...]
"""What is known of a file without its bytes; empty: it is not there."""


@dataclass(slots=True)
class Looks:
    """The places that were looked at, and what was seen at the first look at each."""

    at: int = field(default_factory=time.time_ns)
    files: dict[tuple[str, bool], _Known] = field(default_factory=dict)
    """By path, and whether a link is followed."""
    folders: dict[str, Mapping[str, _Known]] = field(default_factory=dict)
    """By path, all that lies below it."""

    def still(self) -> bool:
        """Whether all of it is as it was, and had been left alone for longer than a moment."""
        known = (one for below in self.folders.values() for one in below.values())
        newest = max((max(k[3:]) for k in (*self.files.values(), *known) if k), default=0)
        return newest < self.at - CLOCK_STEP and self.same()

    def same(self) -> bool:
        """Whether all of it is as it was."""
        files = all(_known(path, follow) == seen for (path, follow), seen in self.files.items())
        return files and all(_below(path) == seen for path, seen in self.folders.items())

    def add(self, other: Looks) -> None:
        """Adds what was seen where something else was made that goes into this."""
        self.at = min(self.at, other.at)
        for place, seen in other.files.items():
            self.files.setdefault(place, seen)
        for folder, below in other.folders.items():
            self.folders.setdefault(folder, below)


_LOOKING: ContextVar[Looks | None] = ContextVar("looking", default=None)
_ONCE: ContextVar[set[int] | None] = ContextVar("once", default=None)
"""What was looked at in this block; see `looked_at_once`."""


@contextmanager
def looked_at_once() -> Iterator[None]:
    """While the block runs, what is kept is compared with its files once, not whenever it is asked
    for: for those who asked before it began, that is as good.
    """
    before = _ONCE.set(set())
    try:
        yield
    finally:
        _ONCE.reset(before)


def note_files(paths: Iterable[Path | str], *, follow: bool = True) -> None:
    """Notes that something depends on files, which may be missing; call it before they are read.

    Args:
        paths: of the files, or of folders whose names alone count.
        follow: a link counts as what it leads to.
    """
    looks = _LOOKING.get()
    if looks is not None:
        for path in map(str, paths):
            if (path, follow) not in looks.files:
                looks.files[path, follow] = _known(path, follow)


def _note_folder(folder: Path) -> None:
    looks = _LOOKING.get()
    if looks is not None and str(folder) not in looks.folders:
        looks.folders[str(folder)] = _below(str(folder))


def _known(path: str, follow: bool) -> _Known:
    try:
        return _facts(os.stat(path) if follow else os.lstat(path))  # noqa: PTH116
    except OSError:
        return ()


def _below(folder: str) -> Mapping[str, _Known]:
    return {name: _facts(seen) for name, seen in folder_entries(folder)}


def _facts(seen: os.stat_result) -> _Known:
    kind = stat.S_IFMT(seen.st_mode)
    return seen.st_dev, seen.st_ino, kind * 2**64 + seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns


on_look(note_files, _note_folder)


class Lasting(Generic[_T]):
    """What was made of files, for as long as they stay as they were; for several threads."""

    def __init__(self, most: int) -> None:
        """Args: most: values kept; beyond them, the one that was of no use for longest goes."""
        self._most = most
        self._values: OrderedDict[str, tuple[Looks, _T]] = OrderedDict()
        self._lock = Lock()

    def get(self, name: str, make: Callable[[], _T]) -> _T:
        """What is kept under a name, or what is made anew.

        Args:
            name: of the value.
            make: makes it; every look at a file has to be noted. What it raises is raised, and
                nothing is kept.
        """
        with self._lock:
            looks, value = self._values.get(name, (None, None))
        if looks is not None and _same(looks):
            _pass_on(looks)
            return value  # type: ignore[return-value]
        with _looking() as looks:
            value = make()
        _pass_on(looks)
        with self._lock:
            self._values.pop(name, None)
            if looks.still():
                self._values[name] = looks, value
                while len(self._values) > self._most:
                    self._values.popitem(last=False)
        return value


def _same(looks: Looks) -> bool:
    """Whether all of it is as it was, or was just now."""
    seen = _ONCE.get()
    if seen is not None and id(looks) in seen:
        return True
    same = looks.same()
    if same and seen is not None:
        seen.add(id(looks))
    return same


@contextmanager
def _looking() -> Iterator[Looks]:
    looks = Looks()
    before = _LOOKING.set(looks)
    try:
        yield looks
    finally:
        _LOOKING.reset(before)


def _pass_on(looks: Looks) -> None:
    outer = _LOOKING.get()
    if outer is not None:
        outer.add(looks)
