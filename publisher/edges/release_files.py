"""The files of a release folder, read as they lie there: no link is followed."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Sequence
from pathlib import Path

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


def _unreadable(path: Path, error: OSError) -> SealError:
    what = f"cannot be read: {error.strerror}"
    return SealError(what, where=str(path), remedy="let this user read it")
