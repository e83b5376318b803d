"""One request, for the person who decides about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from publisher.actions.workplace import Workplace
from publisher.answers.applies import Appliance
from publisher.answers.applies_report import applies_lines
from publisher.answers.request_summary import RequestAccount, request_summary
from publisher.edges.ledger import Ledger
from publisher.errors import NotFoundError
from publisher.people.recipients import Recipient
from publisher.people.requests import receipt_of
from publisher.releases.releases import Releases
from publisher.wording.dates import day_in


def show_request(workplace: Workplace, named: str) -> tuple[str, str]:
    """All that is on record of a request: whose, in which words, what happened since, and which
    versions apply to its customer.

    Args:
        workplace: where.
        named: its number, `R-000042`.

    Returns:
        What a person wants to read, and the next step; empty: there is none.

    Raises:
        NotFoundError: there is none with this number.
        SealError: a release was altered.
        LedgerError: the ledger cannot be read.
    """
    ledger, now = workplace.ledger, workplace.clock()
    request = ledger.request(receipt_of(named))
    if request is None:
        raise NotFoundError(f"there is no request {named}", remedy="publisher requests --all")
    customer = ledger.recipient(request.recipient or 0)
    lines = {name: workplace.archive.releases(name) for name in workplace.policy_ids}
    account = RequestAccount(
        request,
        ledger.handling(request.id),
        customer,
        ledger.history(request.id),
        list(_applies(ledger, customer, lines, now, workplace.settings.margin_days))
        if customer
        else [],
    )
    today = day_in(now, workplace.settings.organisation.time_zone)
    return request_summary(account, today), account.next_step


def _applies(
    ledger: Ledger,
    customer: Recipient,
    lines: dict[str, Releases],
    now: dt.datetime,
    margin: int,
) -> Iterator[str]:
    for policy_id, releases in lines.items():
        if releases:
            appliance = Appliance(releases, releases.today(now), margin)
            found = appliance.to(ledger.known_customer(policy_id, customer.number).facts)
            said = applies_lines(found, appliance.day)
            yield from (line.replace("\0", policy_id) for line in said)
