"""Sending receipts right after a declaration."""

from __future__ import annotations

from publisher.actions.send_receipts import send_receipts
from publisher.actions.workplace import Workplace
from publisher.edges import detached
from publisher.people.deliveries import DeliveryState

RECEIPT_PATIENCE = 5.0
"""Seconds that whoever hands in a message waits for its receipt to be sent."""


def send_receipts_soon(workplace: Workplace) -> None:
    """Sends the receipts that are owed, without letting a relay that hangs hold us up.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    if workplace.settings.carrier == "spool":
        send_receipts(workplace)
    elif workplace.ledger.answers(DeliveryState.TO_DO):
        detached.publisher(workplace.project.root, ["receipts", "send"], RECEIPT_PATIENCE)
