"""The folder of a policy repository that begins, or that is held against the program."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from publisher.edges.files import write_file
from publisher.errors import ConfigurationError
from publisher.founding.laid_files import PLACES, RECORD_FILE


def found_files(root: Path, places: Iterable[str]) -> dict[str, bytes]:
    """Those of some files that are there, by path from the folder.

    Args:
        root: the folder, which may not be there.
        places: their paths.

    Raises:
        ConfigurationError: something else lies where one of them belongs.
    """
    found = {}
    for place in places:
        path = root / place
        for above in (*reversed(path.relative_to(root).parents[:-1]), Path(place)):
            _refuse_odd(root / above, above.as_posix(), is_file=above == Path(place))
        if path.is_file():
            found[place] = path.read_bytes()
    return found


def laid_record(root: Path) -> bytes | None:
    """The record of what the program laid down in a folder; None: there is none."""
    return found_files(root, [RECORD_FILE]).get(RECORD_FILE)


def laid_files_here(root: Path) -> dict[str, bytes]:
    """What of the files that the program lays down is there."""
    return found_files(root, PLACES)


def write_files(root: Path, files: Mapping[str, bytes]) -> None:
    """Writes files, each whole or not at all; the record of them last.

    Raises:
        OSError: one cannot be written; those before it are.
    """
    for place in sorted(files, key=lambda place: place == RECORD_FILE):
        write_file(root / place, files[place])


def _refuse_odd(path: Path, name: str, *, is_file: bool) -> None:
    """What a link leads to may be anybody's; and a file is no folder."""
    if path.is_symlink():
        what = "is a link, and what it leads to is not written"
    elif path.exists() and path.is_file() != is_file:
        what = "is a folder, and a file belongs there" if is_file else "is a file, and no folder"
    else:
        return
    raise ConfigurationError(what, where=name, remedy="move it away, or name an empty folder")
