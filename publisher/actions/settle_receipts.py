"""Settling receipts by hand, after a look at the carrier's log."""

from __future__ import annotations

from collections.abc import Sequence

from publisher.actions.workplace import Workplace
from publisher.answers.outstanding import OUTSTANDING, SETTLED_BY_HAND, require_settleable
from publisher.people.deliveries import DeliveryState
from publisher.people.resolution import OPERATOR


def settle_receipts(
    workplace: Workplace, numbers: Sequence[str], *, again: bool, role: str = OPERATOR
) -> None:
    """Settles receipts that are in doubt or refused, by what a person found out.

    Args:
        workplace: where.
        numbers: those on the receipts, `R-000042`.
        again: send them again with the next run; else: the carrier took them after all.
        role: of the person who found it out.

    Raises:
        NotFoundError: one of them is neither in doubt nor refused; none was settled.
        LedgerError: the ledger cannot be used.
    """
    ledger = workplace.ledger
    settled = require_settleable(numbers, ledger.answers(*OUTSTANDING))
    now = workplace.clock()
    if again:
        ledger.reopen_answers(settled, "resolved by hand: again", now, SETTLED_BY_HAND, role)
        return
    reply, was = "resolved by hand: accepted", SETTLED_BY_HAND
    ledger.settle_answers(settled, DeliveryState.ACCEPTED, reply, now, was=was, role=role)
