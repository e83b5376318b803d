"""The letters about a release that a person has to see to, and those that were put off."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.letters.sending import is_too_late, require_notice
from publisher.people.deliveries import DeliveryState
from publisher.people.resolution import (
    UNSETTLED,
    UnsettledDelivery,
    UnsettledLetters,
    unsettled_deliveries,
)
from publisher.releases.number import Number


def unsettled(workplace: Workplace, policy_id: str, number: Number) -> UnsettledLetters:
    """The letters about a release that are in doubt, refused, bounced, or that were put off.

    Args:
        workplace, policy_id, number: about which release.

    Raises:
        NotFoundError: there is no such release.
        SendError: nobody is told of it, and nothing is on record about it.
        LedgerError: the ledger cannot be read.
    """
    release = workplace.archive.release(policy_id, number)
    ledger, now = workplace.ledger, workplace.clock()
    states = (*UNSETTLED, DeliveryState.TO_DO)
    found = unsettled_deliveries(ledger.deliveries(policy_id, number.major, states), number)
    if not found:
        require_notice(release)
    names = ledger.customers(one.recipient for one in found)
    rows = [UnsettledDelivery(names.get(one.recipient, ""), one) for one in found]
    too_late = is_too_late(release, workplace.archive.releases(policy_id), now)
    return UnsettledLetters(number, rows, not too_late)
