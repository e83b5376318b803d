"""Showing a page for requests: to everybody, or to the bearer of a pass. Nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from markupsafe import Markup

from publisher.actions.workplace import Workplace
from publisher.answers.applies import Appliance
from publisher.answers.applies_page import (
    CustomerView,
    PolicyForCustomer,
    applies_region,
    sent_letter_region,
)
from publisher.answers.confirming import confirmable, is_confirmable
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import ShownPage
from publisher.answers.passes import Pass, Purpose
from publisher.answers.request_form import PASS_FIELD, confirm_form, mailings_form
from publisher.answers.request_page import RequestAddress, RequestsPage
from publisher.answers.request_receipt import StandingRequest, showing_receipt
from publisher.answers.request_words import RequestPage
from publisher.edges.bearers import Bearers
from publisher.edges.built_site import read_requests_page
from publisher.edges.ledger import Ledger
from publisher.errors import KeptLetterError, LedgerError, TokenError
from publisher.letters.message import Letter
from publisher.people.recipients import Recipient
from publisher.releases.address import Addresses
from publisher.releases.number import Number

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
    letter: str = "",
) -> ShownPage:
    """A page for requests as one visitor is shown it.

    Args:
        workplace: where.
        at: which page.
        token: the pass in its address; empty: the visitor has none.
        message: what is said in place of the form; None: the form is shown.
        letter: of what applies, the letter that is wanted, `privacy/2`; empty: all else.

    Raises:
        NotFoundError: there is no such page.
    """
    page = read_requests_page(
        workplace.project.built,
        at,
        workplace.settings.organisation,
        workplace.request_languages,
        workplace.receiving_catalogs,
        bearer=bool(token),
    )
    if message is not None:
        return page.saying(message)
    purpose = _PURPOSES.get(at.page)
    if not token or purpose is None:
        return page.public()
    try:
        now = workplace.clock()
        bearers = Bearers(workplace.archive, workplace.ledger, lambda: workplace.keys)
        own, recipient = bearers.of_pass(token, purpose, now)
        viewer = _Viewer(workplace, page, token, now)
        if purpose is Purpose.MAILINGS:
            return page.showing(viewer.mailings(recipient))
        if purpose is Purpose.CONFIRM:
            return viewer.confirming(own, recipient)
        region = viewer.letter(recipient, letter) if letter else viewer.applying(recipient)
    except TokenError:
        return page.saying(FormMessage.BAD_LINK)
    except LedgerError as error:
        return page.saying(FormMessage.NOT_SHOWN, trouble=f"ledger: {error.line}")
    return page.showing(region)


@dataclass(frozen=True, slots=True)
class _Viewer:
    """What it takes to show a page to the bearer of a pass."""

    workplace: Workplace
    page: RequestsPage
    token: str
    now: dt.datetime

    @property
    def _ledger(self) -> Ledger:
        return self.workplace.ledger

    @property
    def _query(self) -> str:
        return f"{PASS_FIELD}={self.token}"

    def mailings(self, recipient: Recipient) -> Markup:
        """The form about mailings."""
        state = self._ledger.mailing_of(recipient.number)
        return mailings_form(self.token, recipient, state, self.page.words)

    def confirming(self, own: Pass, recipient: Recipient) -> ShownPage:
        """The form that confirms a request; of one that is confirmed, how far it is."""
        ledger = self._ledger
        found = confirmable(own, ledger.request(own.request))
        done = None if found.is_recorded else ledger.confirmed_by(own.request, recipient.number)
        handling = ledger.handling((done or found.request).id)
        if done or (handling and not is_confirmable(handling)):
            mailing = ledger.mailing_of(recipient.number)
            about = StandingRequest(done or found.request, handling, mailing)
            work = self.workplace
            return showing_receipt(
                self.page, about, lambda: work.stationery, lambda: work.stationery_without_own
            )
        form = confirm_form(self.token, recipient, found, self.page.words)
        return self.page.showing(form)

    def applying(self, recipient: Recipient) -> Markup:
        """All that is known of a customer."""
        number = recipient.number
        view = CustomerView(
            recipient,
            tuple(self._policies(recipient)),
            self._ledger.handlings(recipient=number),
            self._ledger.mailing_of(number),
            self.page.organisation.time_zone,
            self._query,
        )
        return applies_region(view, self.page.words)

    def _policies(self, recipient: Recipient) -> Iterator[PolicyForCustomer]:
        for policy_id in self.workplace.policies:
            releases = self.workplace.archive.releases(policy_id)
            if not releases:
                continue
            known = self._ledger.known_customer(policy_id, recipient.number)
            margin = self.workplace.settings.margin_days
            appliance = Appliance(releases, releases.today(self.now), margin)
            facts, language = releases[-1].policy.facts, self.page.language
            own = facts.translations.get(language)
            yield PolicyForCustomer(
                own.title if own else facts.title,
                Addresses(self.page.at.root, policy_id),
                appliance.to(known.facts),
                releases,
                known.facts.letters,
                self._ledger.declared_by(policy_id, recipient.number),
            )

    def letter(self, recipient: Recipient, named: str) -> Markup:
        """The text of one letter to the customer, as it went out."""
        policy_id, _, version = named.partition("/")
        number = Number.parse(version)
        if number is None or policy_id not in self.workplace.policies:
            raise TokenError("this link names no letter")
        told = self._ledger.delivery(policy_id, number, recipient.number)
        release = self.workplace.archive.releases(policy_id).find(number)
        if told is None or release is None:
            raise TokenError("this link names no letter to its bearer")
        text, whose = "", (recipient.number, recipient.customer)
        with suppress(KeptLetterError):
            data = self._ledger.sent_letter(policy_id, number, *whose)
            text = Letter("", "", "", data).part("text/plain")
        about = str(number), text, release.day_of(told.at)
        return sent_letter_region(*about, self._query, self.page.words)
