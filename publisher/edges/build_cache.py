"""What was made once, kept in a folder for the next build.

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

HELD = 1 << 26
"""Bytes that a store has at hand at most, so that what was just made is not read again."""
LIBRARIES = ("markdown-it-py", "mdit-py-plugins", "rapidfuzz", "regex")
"""Whose versions decide what a text is and what differs."""


def kept(folder: Path | None, name: str, make: Callable[[], bytes]) -> bytes:
    """What was kept under a name; made, and kept, if it is not there or not whole.

    Args:
        folder: where to look and to keep; None: nowhere.
        name: see `name_of`.
        make: makes it.
    """
    if folder is None:
        return make()
    path = folder / f"{name}.kept"
    try:
        held = path.read_bytes()
    except OSError:
        held = b""
    digest, data = held[:32], held[32:]
    if held and hashlib.sha256(data).digest() == digest:
        return data
    data = make()
    write_file(path, hashlib.sha256(data).digest() + data, durable=False, mode=0o600)
    return data


class Store:
    """A folder in which things are kept, and which of them were of use."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._used: set[str] = set()
        self._held: dict[str, bytes] = {}
        self._room = HELD

    def kept(self, name: str, make: Callable[[], bytes]) -> bytes:
        """What was kept under a name; made, and kept, if it is not there or not whole."""
        self._used.add(f"{name}.kept")
        if name not in self._held:
            data = kept(self.folder, name, make)
            if len(data) > self._room:
                return data
            self._held[name] = data
            self._room -= len(data)
        return self._held[name]

    def sweep(self, before: float) -> None:
        """Removes what was of no use since this store was opened and is old, and unfinished files.

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


@cache
def _program() -> bytes:
    folder = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".py", ".css", ".js"}:
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    digest.update(" ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES).encode())
    return digest.digest()
