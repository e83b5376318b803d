"""Which version applies to whom on a day, and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from publisher.actions.workplace import Workplace
from publisher.answers.applies import Appliance
from publisher.answers.applies_report import AppliesForm, AppliesReport
from publisher.edges.ledger.causes import require_begun
from publisher.people.known_customer import KnownCustomer
from publisher.people.recipients import whoever_is_meant


def applies(
    workplace: Workplace,
    policy_id: str,
    customer: str | None,
    day: dt.date | None = None,
    form: AppliesForm = AppliesForm.TEXT,
) -> tuple[AppliesReport, Iterator[KnownCustomer]]:
    """Which version applies to a customer, or to all who are told, on a day, and why.

    Args:
        workplace, policy_id: of which policy.
        customer: the organisation's own id, or an address; None: all.
        day: on which; None: today. What is known now decides, of a day of the past too.
        form: how it is said.

    Returns:
        What says it of one customer, and the customers, read a page at a time.

    Raises:
        NotFoundError: there is nobody of that id or address, or they were erased.
        SealError: a release or a statement of the register was altered.
        LedgerError: there is no ledger here, or it cannot be read.
    """
    require_begun(workplace.has_ledger)
    releases, ledger = workplace.archive.releases(policy_id), workplace.ledger
    on = day or releases.today(workplace.clock())
    appliance = Appliance(releases, on, workplace.settings.margin_days)
    report = AppliesReport(appliance, policy_id, form)
    if customer is None:
        return report, ledger.known_customers(policy_id)
    own = ledger.customer(customer)
    found = whoever_is_meant([own] if own else ledger.at_address(customer), customer)
    return report, iter([ledger.known_customer(policy_id, one.number) for one in found])
