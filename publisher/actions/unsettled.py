"""The letters about a release that a person has to see to."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.letters.sending import require_notice
from publisher.people.resolution import UNSETTLED, UnsettledDelivery, unsettled_deliveries
from publisher.releases.number import Number


def unsettled(workplace: Workplace, policy_id: str, number: Number) -> list[UnsettledDelivery]:
    """The letters about a release that are in doubt, refused or bounced.

    Args:
        workplace, policy_id, number: about which release.

    Raises:
        NotFoundError: there is no such release.
        SendError: nobody is told of it.
        LedgerError: the ledger cannot be read.
    """
    require_notice(workplace.archive.release(policy_id, number))
    ledger = workplace.ledger
    deliveries = ledger.deliveries(policy_id, number.major, UNSETTLED)
    found = unsettled_deliveries(deliveries, number)
    names = ledger.customers(one.recipient for one in found)
    return [UnsettledDelivery(names.get(one.recipient, ""), one) for one in found]
