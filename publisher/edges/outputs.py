"""Files that a person named for what a command gives: written whole, or told why not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from publisher.edges.files import write_file
from publisher.errors import OutputError

OWNER_ONLY = 0o600
"""Permissions of a new file that names customers."""


def write_named(place: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Writes such a file; what it had before is replaced at once, or stays.

    Args:
        place: where.
        data: the content.
        mode: permissions of a new file, before the umask.

    Raises:
        OutputError: it cannot be written.
    """
    with told_why_not(place):
        write_file(place, data, mode=mode)


@contextmanager
def told_why_not(place: Path) -> Iterator[None]:
    """Tells what keeps a file from being written, with what to do.

    Raises:
        OutputError: the system refused something while the block ran.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}",
            where=str(place),
            remedy="name a file in a folder that has room and that you may write to",
        ) from error
