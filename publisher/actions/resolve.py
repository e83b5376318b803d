"""Settling a letter in doubt or refused, by what a person found out."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.people.recipients import RecipientState, known_recipient
from publisher.people.resolution import (
    OPERATOR,
    Resolution,
    resolved_state,
    unsettled_first,
)
from publisher.releases.number import Number


def resolve(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    customer: str,
    outcome: Resolution,
    role: str = OPERATOR,
) -> bool:
    """Settles a letter in doubt or refused, by what a person found in the relay's log or heard.

    Args:
        workplace, policy_id, number: about which release.
        customer: the recipient's customer id.
        outcome: what was found out.
        role: of the person who found it out.

    Returns:
        Whether the customer is told still; nobody else gets the letter again.

    Raises:
        NotFoundError: there is no such letter.
        SendError: it is not in doubt.
        LedgerError: the ledger cannot be written.
    """
    ledger = workplace.ledger
    known_recipient(ledger.customer(customer), customer)
    # Who was erased and listed again has several numbers.
    numbers = [one for one, _ in reversed(ledger.numbers_of([customer], ()))]
    letters = [one for n in numbers if (one := ledger.delivery(policy_id, number, n))]
    delivery = unsettled_first(letters, outcome)
    state = resolved_state(delivery, outcome, customer, number)
    assert delivery is not None
    reply = f"resolved by hand: {outcome}"
    ledger.settle(delivery, state, reply, workplace.clock(), was=delivery.state, role=role)
    whom = ledger.recipient(delivery.recipient)
    return whom is not None and whom.state is RecipientState.TOLD
