"""Writing what a command was asked for to a file, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from publisher.edges.files import write_file
from publisher.errors import OutputError


def write_output(path: Path, data: bytes) -> None:
    """Writes a file that a person named; what it had before is replaced at once, or stays.

    Raises:
        OutputError: it cannot be written.
    """
    try:
        write_file(path, data)
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}",
            where=str(path),
            remedy="name a file in a folder that has room and that you may write to",
        ) from error
