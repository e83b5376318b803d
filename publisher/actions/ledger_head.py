"""The head of the ledger, to be written down elsewhere."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.record.heads import WitnessedHead


def ledger_head(workplace: Workplace) -> list[WitnessedHead]:
    """The head of the ledger now: a batch without events, that names the heads of all chains.

    Where the ledger may only be read, nothing is written, and each chain has a head of its own.
    Whoever keeps them can tell whether what is in the ledger today was ever altered.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    return workplace.ledger.newest_heads()
