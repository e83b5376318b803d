"""Settling a letter in doubt, refused or too late, by what a person found out or decided."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.letters.sending import is_too_late
from publisher.people.due import delivery_due
from publisher.people.recipients import RecipientState, known_recipient
from publisher.people.resolution import SAID, FoundOut, resolved_state, unsettled_first
from publisher.releases.number import Number


def resolve(
    workplace: Workplace, policy_id: str, number: Number, customer: str, found: FoundOut
) -> bool:
    """Settles a letter by what a person found in the relay's log or heard, or decided.

    Args:
        workplace, policy_id, number: about which release.
        customer: the recipient's customer id.
        found: what was found out.

    Returns:
        Whether the customer is told still; nobody else gets the letter again.

    Raises:
        NotFoundError: there is no such letter.
        SendError: this cannot be said of it.
        LedgerError: the ledger cannot be written.
    """
    ledger, now = workplace.ledger, workplace.clock()
    recipient = known_recipient(ledger.customer(customer), customer)
    release = workplace.archive.release(policy_id, number)
    too_late = is_too_late(release, workplace.archive.releases(policy_id), now)
    # Who was erased and listed again has several numbers.
    numbers = [one for one, _ in reversed(ledger.numbers_of([customer], ()))]
    letters = [one for n in numbers if (one := ledger.delivery(policy_id, number, n))]
    delivery = unsettled_first(letters, found.resolution)
    if delivery is None and found.resolution in SAID and release.notice:
        delivery = delivery_due(release, recipient, now)
    resolved_state(delivery, found.resolution, customer, number, too_late=too_late)
    assert delivery is not None
    ledger.resolve(delivery, found, now, found.then(release, now))
    whom = ledger.recipient(delivery.recipient)
    return whom is not None and whom.state is RecipientState.TOLD
