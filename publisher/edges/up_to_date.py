"""Fingerprints: whether what a build reads, and what it made, is still the same.

As git does, a file is known by its size and the times of its last change, which cost nothing to
look at; only one that was changed a moment before the fingerprint was taken is known by its bytes,
for it might have changed once more in the same moment.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from publisher.edges.build_cache import name_of
from publisher.edges.files import write_file

MOMENT = 1_000_000_000
"""Nanoseconds within which a clock may not tell two changes of a file from one another."""


def of_folder(folder: Path, at: int = sys.maxsize, skip: Iterable[Path] = ()) -> str:
    """A digest of all files below a folder: their names, and what is known of their content.

    Hidden folders at its top, and Python environments, count for nothing.

    Args:
        folder: which.
        at: when the fingerprint is, or was, taken for the first time: nanoseconds since 1970; where
            it is left out, no file's bytes are read: enough for what we wrote ourselves.
        skip: folders in it that do not count either.
    """
    left_out = {str(path) for path in skip}
    left_out |= {str(path) for path in folder.glob(".*") if path.is_dir()}
    digest = hashlib.sha256()
    for name, path in _files(str(folder), left_out):
        digest.update(f"{name}\0{_known(path, at)}\0".encode())
    return digest.hexdigest()


def _known(path: str, at: int) -> str:
    facts = os.stat(path)  # noqa: PTH116 - of thousands of files
    if max(facts.st_mtime_ns, facts.st_ctime_ns) > at - MOMENT:
        with open(path, "rb") as file:  # noqa: PTH123 - likewise
            return hashlib.file_digest(file, "sha256").hexdigest()
    return f"{facts.st_size} {facts.st_mtime_ns} {facts.st_ctime_ns}"


def _files(
    folder: str, left_out: set[str], inside: str = "", around: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
    """Each file's name from the top, and its path, in an order that is always the same."""
    real = os.path.realpath(folder)
    if real in around:
        return  # a link that leads back up
    with os.scandir(folder) as found:
        entries = sorted(found, key=lambda entry: entry.name)
    for entry in entries:
        if entry.path in left_out or entry.name == "__pycache__":
            continue
        name = f"{inside}{entry.name}"
        if entry.is_file():
            yield name, entry.path
        elif entry.is_dir() and not Path(entry.path, "pyvenv.cfg").is_file():
            yield from _files(entry.path, left_out, f"{name}/", around | {real})


def of_git(root: Path, at: int) -> str:
    """A digest of where the branches and tags of a repository stand; empty outside of one.

    Args:
        root: a folder in its working tree.
        at: see `of_folder`.
    """
    for folder in (root, *root.parents):
        git = folder / ".git"
        if git.is_dir():
            paths = [git / name for name in ("HEAD", "packed-refs", "shallow")]
            paths += [Path(path) for _, path in _files(str(git / "refs"), set())]
            parts = [f"{path} {_known(str(path), at)}" for path in paths if path.is_file()]
            return hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return ""


def of_environment() -> str:
    """A digest of this program and of everything that is installed beside it."""
    installed = {
        path.name
        for folder in map(Path, sys.path)
        if folder.is_dir()
        for path in folder.iterdir()
        if path.suffix in (".dist-info", ".egg-info")
    }
    return name_of([sys.version, *sorted(installed)])


def remembered(record: Path) -> dict[str, object]:
    """What `remember` wrote; empty if it is not there or not whole."""
    try:
        value = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def remember(record: Path, value: dict[str, object]) -> None:
    """Writes a record at once: whoever reads finds the old one or the new one."""
    write_file(record, json.dumps(value).encode(), durable=False)
