"""The files beside the folders of releases that a freeze or an import writes and removes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from publisher.edges.files import write_file


def bytes_at(path: Path) -> bytes | None:
    """What is in a file; None: there is none.

    Raises:
        OSError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None


def put_files(root: Path, files: Mapping[str, bytes | None]) -> None:
    """Writes and removes files, each whole or not at all; one that is as it is to be is left alone.

    Args:
        root: the project's folder.
        files: what is to be in each by its path from there; None: it is removed, and its folder
            too if nothing else is in it.

    Raises:
        OSError: one cannot be written.
    """
    for path, data in files.items():
        place = root / path
        if data is None:
            place.unlink(missing_ok=True)
            prune_folders(root, place)
        elif bytes_at(place) != data:
            write_file(place, data)


def prune_folders(root: Path, place: Path) -> None:
    """Removes the folders below `root` that were there for the sake of a path alone, as git does.

    Args:
        root: the project's folder, which stays.
        place: a path in it that is gone.
    """
    for folder in place.parents:
        if folder == root:
            return
        with suppress(OSError):  # something else is in it, or in the next one
            folder.rmdir()
