"""Settling a letter in doubt or refused, by what a person found out."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.people.recipients import known_recipient
from publisher.people.resolution import OPERATOR, Resolution, resolved_state
from publisher.releases.number import Number


def resolve(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    customer: str,
    outcome: Resolution,
    role: str = OPERATOR,
) -> None:
    """Settles a letter in doubt or refused, by what a person found in the relay's log or heard.

    Args:
        workplace, policy_id, number: about which release.
        customer: the recipient's customer id.
        outcome: what was found out.
        role: of the person who found it out.

    Raises:
        NotFoundError: there is no such letter.
        SendError: it is not in doubt.
        LedgerError: the ledger cannot be written.
    """
    ledger = workplace.ledger
    recipient = known_recipient(ledger.customer(customer), customer)
    delivery = ledger.delivery(policy_id, number, recipient.number)
    state = resolved_state(delivery, outcome, customer, number)
    assert delivery is not None
    reply = f"resolved by hand: {outcome}"
    ledger.settle(delivery, state, reply, workplace.clock(), was=delivery.state, role=role)
