"""Writing what names customers' addresses to a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.files import PendingFile
from publisher.edges.private import refuse_public_place
from publisher.errors import OutputError

_OWNER_ONLY = 0o600


def write_addresses(workplace: Workplace, place: Path, pieces: Iterable[str]) -> None:
    """Writes a list of customers to a file, for its owner alone, whole or not at all.

    What the file had before is replaced; who may read it stays as it was.

    Args:
        workplace: of which project.
        place: where.
        pieces: of the text, one after the other.

    Raises:
        ConfigurationError: it would lie where git finds it.
        OutputError: it cannot be written.
    """
    refuse_public_place(workplace.project.root, place)
    try:
        with PendingFile(place, b"", mode=_OWNER_ONLY) as pending:
            with pending.appending() as file:
                for piece in pieces:
                    file.write(piece.encode())
            pending.sync()
            pending.move()
    except OSError as error:
        raise OutputError(
            f"cannot be written: {error.strerror}",
            where=str(place),
            remedy="name a file in a folder that has room and that you may write to",
        ) from error
