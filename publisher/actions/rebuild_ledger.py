"""Making the states of the ledger again from what happened."""

from __future__ import annotations

from publisher.actions import Progress
from publisher.actions.workplace import Workplace


def rebuild_ledger(workplace: Workplace, progress: Progress) -> int:
    """Throws the states away and makes them again, after a check that the chain holds.

    A file is written anew after that, so that it has nothing that was erased before.

    Args:
        workplace: where the ledger is.
        progress: told how far it is.

    Returns:
        How many events there are.

    Raises:
        LedgerError: the chain does not hold, or the ledger cannot be written; nothing was changed.
    """
    count = workplace.ledger.rebuild(progress)
    workplace.ledger.shrink()
    return count
