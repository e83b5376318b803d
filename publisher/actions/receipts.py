"""The receipts and links that no carrier has accepted."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.outstanding import OUTSTANDING, Outstanding


def receipts(workplace: Workplace) -> list[Outstanding]:
    """The receipts and links that no carrier has accepted, the oldest first.

    What a stranger asked for is nobody's yet, and is left out: the next run looks whose it is.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    ledger = workplace.ledger
    return [
        Outstanding(answer, whom.customer)
        for answer in ledger.answers(*OUTSTANDING)
        if (whom := ledger.recipient(answer.request.recipient or 0))
    ]
