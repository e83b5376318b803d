"""Recording what a person decided about requests."""

from __future__ import annotations

from collections.abc import Sequence

from publisher.actions.workplace import Workplace
from publisher.answers.ruling import Ruling, decided, require_handled
from publisher.errors import LedgerError
from publisher.people.handling import Handling
from publisher.people.requests import receipt_number, receipt_of


def rule_requests(workplace: Workplace, named: Sequence[str], ruling: Ruling) -> list[Handling]:
    """Records what a person decided about requests: about all of them, or none.

    Args:
        workplace: where.
        named: their numbers, `R-000042`.
        ruling: what was decided about each of them.

    Returns:
        The requests, as they are now.

    Raises:
        NotFoundError: one of them is none that a person handles.
        RequestError: of one of them it cannot be decided so, or words for the customer are missing.
        LedgerError: the ledger cannot be written, or another person decided about one meanwhile.
    """
    ledger = workplace.ledger
    found: dict[int, Handling] = {}
    for one in named:
        number = receipt_of(one)
        found[number] = require_handled(ledger.request(number), ledger.handling(number), one)
    now, zone = workplace.clock(), workplace.settings.organisation.time_zone
    decisions = decided(found, ruling, now, zone)
    was = {number: (one.state,) for number, one in found.items()}
    if moved := ledger.handle_all(decisions, now, was):
        what = ", ".join(map(receipt_number, moved))
        raise LedgerError(
            f"{what}: somebody else decided about it meanwhile; nothing was recorded",
            where=ledger.where,
            remedy="publisher requests",
        )
    return [handling for number in found if (handling := ledger.handling(number))]
