"""What is kept between builds: files in a folder, each under a digest of all that decides about it.

A file that is gone, spoilt or half written is made again; one that two builds make at the same
time is the same for both. What is kept under a name must depend on nothing that the name does not
tell: `name_of` names it by a digest of all that decided about it, this program included.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib import metadata
from pathlib import Path

from publisher.edges.files import remove_unfinished, write_file

MOST_CACHED = 1 << 26
"""Limit on bytes held in memory, so that what was just made is not read again."""
LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "rapidfuzz", "regex")
"""Whose versions decide what a text is and what differs."""


def cached_bytes(folder: Path | None, name: str, make: Callable[[], bytes]) -> bytes:
    """What was kept under a name; made, and kept, if it is not there or not whole.

    Args:
        folder: where to look and to keep; None: nowhere.
        name: see `name_of`.
        make: makes it.
    """
    if folder is None:
        return make()
    path = folder / f"{name}.kept"
    found = _whole(path)
    if found is not None:
        return found
    data = make()
    write_file(path, hashlib.sha256(data).digest() + data, durable=False, mode=0o600)
    return data


def _whole(path: Path) -> bytes | None:
    """The content of a file of the cache; None if it is not there or not whole."""
    try:
        held = path.read_bytes()
    except OSError:
        return None
    digest, data = held[:32], held[32:]
    return data if held and hashlib.sha256(data).digest() == digest else None


class BuildCache:
    """A folder in which things are kept, and which of them were of use."""

    def __init__(self, folder: Path) -> None:
        """Of a folder, which may be missing."""
        self.folder = folder
        self._used: set[str] = set()
        self._held: dict[str, bytes] = {}
        self._room = MOST_CACHED

    def get(self, parts: Iterable[str], make: Callable[[], bytes]) -> bytes:
        """What follows from some texts: from an earlier build, or made now, and kept.

        Args:
            parts: all that decides about it; see `name_of`.
            make: makes it.
        """
        name = name_of(parts)
        if name in self._held:
            return self._held[name]
        self._used.add(f"{name}.kept")
        return self._hold(name, cached_bytes(self.folder, name, make))

    def find(self, parts: Iterable[str]) -> bytes | None:
        """The same; None if it is not there or not whole."""
        name = name_of(parts)
        if name in self._held:
            return self._held[name]
        data = _whole(self.folder / f"{name}.kept")
        if data is None:
            return None
        self._used.add(f"{name}.kept")
        return self._hold(name, data)

    def _hold(self, name: str, data: bytes) -> bytes:
        if len(data) <= self._room:
            self._held[name] = data
            self._room -= len(data)
        return data

    def sweep(self, before: float) -> None:
        """Removes what was of no use since this cache was opened and is old, and unfinished files.

        Args:
            before: seconds since 1970; what was kept later may be of use to another build.
        """
        remove_unfinished(self.folder)
        for path in self.folder.glob("*.*") if self.folder.is_dir() else ():
            with suppress(OSError):
                if path.name not in self._used and path.stat().st_mtime < before:
                    path.unlink()


def name_of(parts: Iterable[str]) -> str:
    """A name for what follows from some texts, this program, and the libraries it reads with."""
    digest = hashlib.sha256(_program())
    for part in parts:
        data = part.encode()
        digest.update(len(data).to_bytes(8) + data)
    return digest.hexdigest()


_DECIDE = frozenset([".py", ".css", ".js", ".po", ".md"])
"""Files of the program that pages are made of: code, style, words."""


@cache
def _program(folder: Path = Path(__file__).parents[1]) -> bytes:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in _DECIDE:
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    digest.update(" ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES).encode())
    return digest.digest()
