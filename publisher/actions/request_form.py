"""Showing a page for requests: to everybody, or to the bearer of a pass. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.actions.workplace import Workplace
from publisher.answers.applies import Appliance
from publisher.answers.applies_page import CustomerView, PolicyForCustomer, applies_region
from publisher.answers.confirming import confirmable
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import ShownPage
from publisher.answers.passes import Purpose
from publisher.answers.request_form import confirm_form, mailings_form
from publisher.answers.request_page import RequestAddress, RequestsPage
from publisher.answers.request_words import RequestPage
from publisher.edges.archive import Archive
from publisher.edges.bearers import Bearers
from publisher.edges.built_site import read_requests_page
from publisher.edges.ledger import Ledger
from publisher.errors import LedgerError, TokenError
from publisher.people.recipients import Recipient
from publisher.releases.address import Addresses

_PURPOSES = {
    RequestPage.MAILINGS: Purpose.MAILINGS,
    RequestPage.CONFIRM: Purpose.CONFIRM,
    RequestPage.APPLIES: Purpose.VIEW,
}


def request_form(
    workplace: Workplace,
    at: RequestAddress,
    token: str = "",
    message: FormMessage | None = None,
) -> ShownPage:
    """A page for requests as one visitor is shown it.

    Args:
        workplace: where.
        at: which page.
        token: the pass in its address; empty: the visitor has none.
        message: what is said in place of the form; None: the form is shown.

    Raises:
        NotFoundError: there is no such page.
    """
    page = read_requests_page(
        workplace.project.built,
        at,
        workplace.settings.organisation,
        workplace.request_languages,
        workplace.receiving_catalogs,
    )
    if message is not None:
        return page.saying(message)
    purpose = _PURPOSES.get(at.page)
    if not token or purpose is None:
        return page.public()
    try:
        ledger, now = workplace.ledger, workplace.clock()
        bearers = Bearers(workplace.archive, ledger, lambda: workplace.keys)
        own, recipient = bearers.of_pass(token, purpose, now)
        if purpose is Purpose.MAILINGS:
            state = ledger.mailing_of(recipient.number)
            region = mailings_form(token, recipient, state, page.words)
        elif purpose is Purpose.CONFIRM:
            found = confirmable(own, ledger.request(own.request))
            region = confirm_form(token, recipient, found.kind, found.wrote, page.words)
        else:
            viewer = _Viewer(workplace.archive, ledger, workplace.settings.margin_days, page, now)
            region = applies_region(viewer.view(recipient, workplace.policies), page.words)
    except TokenError:
        return page.saying(FormMessage.BAD_LINK)
    except LedgerError as error:
        return page.saying(FormMessage.NOT_SHOWN, trouble=f"ledger: {error.line}")
    return page.showing(region)


@dataclass(frozen=True, slots=True)
class _Viewer:
    """What it takes to tell a customer what applies to them."""

    archive: Archive
    ledger: Ledger
    margin_days: int
    page: RequestsPage
    now: dt.datetime

    def view(self, recipient: Recipient, policies: Sequence[str]) -> CustomerView:
        """All that is shown of a customer."""
        number = recipient.number
        return CustomerView(
            recipient,
            tuple(self._policies(recipient, policies)),
            self.ledger.handlings(recipient=number),
            self.ledger.mailing_of(number),
            self.page.organisation.time_zone,
        )

    def _policies(
        self, recipient: Recipient, policies: Sequence[str]
    ) -> Iterator[PolicyForCustomer]:
        for policy_id in policies:
            releases = self.archive.releases(policy_id)
            if not releases:
                continue
            known = self.ledger.known_customer(policy_id, recipient.number)
            appliance = Appliance(releases, releases.today(self.now), self.margin_days)
            facts, language = releases[-1].policy.facts, self.page.language
            own = facts.translations.get(language)
            at = Addresses(self.page.at.root, policy_id)
            yield PolicyForCustomer(
                own.title if own else facts.title, at, appliance.to(known.facts)
            )
