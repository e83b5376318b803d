"""Fingerprints: whether what a build reads, and what it made, is still the same."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

from publisher.edges.kept import name_of


def of_folder(folder: Path, skip: Iterable[Path] = ()) -> str:
    """A digest of all files below a folder: their names and their bytes.

    Hidden folders at its top, and Python environments, count for nothing.

    Args:
        folder: which.
        skip: folders in it that do not count either.
    """
    left_out = {*skip, *(path for path in folder.glob(".*") if path.is_dir())}
    digest = hashlib.sha256()
    for path in _files(folder, left_out):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").digest()
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + content)
    return digest.hexdigest()


def _files(
    folder: Path, left_out: set[Path], around: frozenset[Path] = frozenset()
) -> Iterator[Path]:
    real = folder.resolve()
    if real in around:
        return  # a link that leads back up
    for path in sorted(folder.iterdir()):
        if path in left_out or path.name == "__pycache__":
            continue
        if path.is_file():
            yield path
        elif path.is_dir() and not (path / "pyvenv.cfg").is_file():
            yield from _files(path, left_out, around | {real})


def of_environment() -> str:
    """A digest of this program and of everything that is installed beside it."""
    installed = sorted({f"{d.name} {d.version}" for d in metadata.distributions()})
    return name_of([sys.version, *installed])


def remembered(record: Path) -> dict[str, object]:
    """What `remember` wrote; empty if it is not there or not whole."""
    try:
        value = json.loads(record.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def remember(record: Path, value: dict[str, object]) -> None:
    """Writes a record at once: whoever reads finds the old one or the new one."""
    record.parent.mkdir(parents=True, exist_ok=True)
    part = record.with_suffix(".part")
    part.write_text(json.dumps(value), "utf-8")
    part.replace(record)
