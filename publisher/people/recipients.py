"""Recipients: the customers who are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.errors import NotFoundError


class RecipientState(StrEnum):
    """Whether a recipient is told."""

    TOLD = "told"
    REMOVED = "removed"
    """Taken off the list: told of nothing from then on."""
    ERASED = "erased"
    """What is personal was deleted."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is told."""

    number: int
    """In the ledger, from 1; 0: not in it."""
    customer: str
    """The organisation's own id for the customer."""
    address: str
    name: str
    language: str = ""
    """BCP 47; empty: not known."""
    group: str = ""
    """The class of customer, such as `business user`; empty: not known."""
    state: RecipientState = RecipientState.TOLD


def erased_customer(number: int) -> str:
    """What stands in place of a customer id that was erased.

    Args:
        number: of the recipient.
    """
    return f"erased {number}"


SAMPLE = Recipient(0, "sample", "customer@customer.example", "Sample Customer")
"""Stands for the recipient where none is named."""


def recipient_of_test(address: str) -> Recipient:
    """Who gets a test letter: nobody in the ledger, addressed as the sample is."""
    return Recipient(0, "test", address, SAMPLE.name)


def require_addressed(recipient: Recipient) -> Recipient:
    """Refuses a recipient to whom nobody can write any more.

    Raises:
        NotFoundError: what was personal of them was erased.
    """
    if recipient.state is RecipientState.ERASED:
        what = f"the address and the name of `{recipient.customer}` were erased"
        raise NotFoundError(what, remedy="leave out the customer: a sample is shown")
    return recipient


def whoever_is_meant(found: Sequence[Recipient], wanted: str) -> Sequence[Recipient]:
    """Whoever is meant by a customer id or an address, for whoever answers a question of theirs.

    Args:
        found: what the ledger has.
        wanted: what was looked for.

    Raises:
        NotFoundError: there is nobody, or what is personal of them was erased.
    """
    if not found:
        raise NotFoundError(
            f"nobody with the customer id or the address `{wanted}` is in the ledger",
            remedy="ask for the customer id; `publisher applies --all --format csv` lists all",
        )
    for one in found:
        if one.state is RecipientState.ERASED:
            what = (
                f"the address and the name of `{one.customer}` were erased: nobody knows who it was"
            )
            raise NotFoundError(
                what, remedy="publisher applies --all --format csv lists the others"
            )
    return found


def known_recipient(found: Recipient | None, customer: str) -> Recipient:
    """The recipient with a customer id.

    Args:
        found: what the ledger has; None: nobody.
        customer: the id that was looked for.

    Raises:
        NotFoundError: there is none.
    """
    if found is None:
        raise NotFoundError(
            f"there is no recipient with the customer id `{customer}`",
            remedy="publisher recipients import FILE.csv",
        )
    return found
