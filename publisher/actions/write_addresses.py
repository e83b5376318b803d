"""Writing what names customers' addresses to a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.files import PendingFile
from publisher.edges.outputs import OWNER_ONLY, told_why_not
from publisher.edges.private import refuse_public_place


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
    with told_why_not(place), PendingFile(place, b"", mode=OWNER_ONLY) as pending:
        with pending.appending() as file:
            for piece in pieces:
                file.write(piece.encode())
        pending.sync()
        pending.move()
