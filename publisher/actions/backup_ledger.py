"""Copying the ledger while others use it."""

from __future__ import annotations

from pathlib import Path

from publisher.actions.workplace import Workplace
from publisher.edges.ledger.copying.copies import copy_ledger
from publisher.edges.ledger.engines import ledger_file, shown_address
from publisher.edges.ledger.urls import ledger_address, pg_dump_command
from publisher.edges.private import refuse_public_place
from publisher.errors import LedgerError


def backup_ledger(workplace: Workplace, target: Path) -> None:
    """Copies the ledger, as it is at one moment, to a new file that its owner alone can read.

    Args:
        workplace: where.
        target: the path of the copy; nothing is there yet.

    Raises:
        LedgerError: the ledger is in a server (says the command that copies it), or damaged, or
            there is something at that path; nothing was made.
        ConfigurationError: git would be given the copy.
        OSError: it cannot be written; nothing was made.
    """
    url = workplace.ledger_url
    address = ledger_address(url)
    path = ledger_file(address)
    if path is None:
        raise LedgerError(
            "the ledger is in a server, whose own program copies it",
            where=shown_address(address),
            remedy=pg_dump_command(url, str(target)),
        )
    if not path.is_file():
        raise LedgerError(
            "there is no ledger yet",
            where=shown_address(address),
            remedy="publisher recipients import FILE, which begins one",
        )
    refuse_public_place(workplace.project.root, target)
    copy_ledger(path, target)
