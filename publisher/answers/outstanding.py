"""Receipts and links that no carrier has accepted, and which of them a person may settle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from publisher.answers.list_forms import Values, utc_second
from publisher.errors import NotFoundError
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import Answer, RequestKind, receipt_of

RECEIPTS_FORM = "urn:policy-publisher:receipts:1"
"""The `$id` of its JSON Schema, `docs/receipts.schema.json`."""
RECEIPT_COLUMNS = (
    "receipt", "customer", "policy", "release", "what", "state", "since", "tries", "reply",
)  # fmt: skip
"""Of the CSV file; JSON has the same keys."""
SETTLED_BY_HAND = (DeliveryState.IN_DOUBT, DeliveryState.REFUSED, DeliveryState.BOUNCED)
"""States that a person resolves, after a look at the carrier's log."""
OUTSTANDING = (DeliveryState.TO_DO, *SETTLED_BY_HAND)
"""States of an answer that no carrier has accepted."""


@dataclass(frozen=True, slots=True)
class Outstanding:
    """An answer that the carrier has not accepted."""

    answer: Answer
    customer: str

    def values(self) -> Values:
        """For programs: as `docs/receipts.schema.json` has it."""
        answer, request = self.answer, self.answer.request
        return {
            "receipt": request.receipt,
            "customer": self.customer,
            "policy": request.policy or None,
            "release": request.release or None,
            "what": "link" if request.kind is RequestKind.ASK else request.kind.value,
            "state": answer.state.value,
            "since": utc_second(answer.at),
            "tries": answer.tries,
            "reply": answer.reply,
        }

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        request = self.answer.request
        moment = f"{self.answer.at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
        what = "link" if request.kind is RequestKind.ASK else request.kind.value
        about = f"{request.policy}/{request.release}" if request.release else ""
        return (
            request.receipt,
            self.customer,
            about,
            what,
            self.answer.state,
            moment,
            self.answer.reply,
        )


def require_settleable(receipts: Sequence[str], outstanding: Iterable[Answer]) -> list[int]:
    """The numbers of the requests whose receipts a person settles.

    Args:
        receipts: the numbers on the receipts, `R-000042`.
        outstanding: the answers that no carrier has accepted.

    Raises:
        NotFoundError: one of them is neither in doubt nor refused.
    """
    states = {answer.request.id: answer.state for answer in outstanding}
    numbers = [receipt_of(receipt) for receipt in receipts]
    for receipt, number in zip(receipts, numbers, strict=True):
        if states.get(number) not in SETTLED_BY_HAND:
            raise NotFoundError(
                f"{receipt} is not a receipt in doubt, nor one that was refused",
                remedy="publisher receipts",
            )
    return numbers
