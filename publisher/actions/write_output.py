"""Writing what a command was asked for to a file, whole or not at all."""

from __future__ import annotations

from pathlib import Path

from publisher.edges.outputs import write_named


def write_output(path: Path, data: bytes) -> None:
    """Writes a file that a person named; what it had before is replaced at once, or stays.

    Raises:
        OutputError: it cannot be written.
    """
    write_named(path, data)
