"""The files of a release folder, read as they lie there: no link is followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from publisher.edges.file_state import LITTER
from publisher.errors import SealError

_PLAIN = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW
"""Without O_NONBLOCK, a named pipe would have us wait for somebody who writes into it."""


def folders_in(folder: Path) -> list[str]:
    """The names of the folders in a folder, and of links to such; none if it is not there.

    Raises:
        SealError: it cannot be read.
    """
    try:
        with os.scandir(folder) as entries:
            return [entry.name for entry in entries if entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise _unreadable(folder, error) from None


def read_files(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """The contents of some files of a folder by name; those that are not there are left out.

    Raises:
        SealError: one cannot be read.
    """
    found = ((name, read_bytes(folder / name)) for name in names)
    return {name: data for name, data in found if data is not None}


def read_bytes(path: Path) -> bytes | None:
    """What is in a file; None: it is not there, or is no file but a link, say.

    Raises:
        SealError: it cannot be read.
    """
    try:
        with open(os.open(path, _PLAIN), "rb") as file:  # noqa: PTH123
            return file.read() if stat.S_ISREG(os.fstat(file.fileno()).st_mode) else None
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None
    except OSError as error:
        if error.errno == errno.ELOOP:
            return None
        raise _unreadable(path, error) from None


def loose_names(folder: Path, own: Callable[[str], bool]) -> Iterator[str]:
    """What lies in a folder beside its own folders, and what systems and editors left in these.

    Args:
        folder: which; it may be missing.
        own: whether a folder of this name belongs there.
    """
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda each: each.name):
            if not (own(entry.name) and entry.is_dir()):
                yield entry.name
            elif not entry.is_symlink():
                for path, _, names in os.walk(entry.path):
                    inside = Path(path).relative_to(folder).as_posix()
                    yield from (f"{inside}/{name}" for name in names if LITTER.fullmatch(name))


def _unreadable(path: Path, error: OSError) -> SealError:
    what = f"cannot be read: {error.strerror}"
    return SealError(what, where=str(path), remedy="let this user read it")
