"""The head of the ledger, to be written down elsewhere."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.edges.ledger.engines import shown_address
from publisher.edges.ledger.urls import ledger_address
from publisher.errors import LedgerError
from publisher.record.heads import WitnessedHead


def ledger_head(workplace: Workplace) -> list[WitnessedHead]:
    """The head of the ledger now: a batch without events, that names the heads of all chains.

    Where the ledger may only be read, nothing is written, and each chain has a head of its own.
    Whoever keeps them can tell whether what is in the ledger today was ever altered.

    Raises:
        LedgerError: the ledger cannot be used, or there is none.
    """
    if not workplace.has_ledger:
        raise LedgerError(
            "there is no ledger yet, so there is nothing to vouch for",
            where=shown_address(ledger_address(workplace.ledger_url)),
            remedy="publisher recipients import FILE, which begins one",
        )
    return workplace.ledger.newest_heads()
