"""Confirming a request by the link that was mailed to the address on record."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.confirming import confirmable
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import ShownPage
from publisher.answers.passes import Purpose
from publisher.answers.request_page import RequestAddress
from publisher.answers.request_receipt import StandingRequest, showing_receipt
from publisher.answers.request_words import RequestPage
from publisher.edges.bearers import Bearers
from publisher.edges.built_site import read_requests_page
from publisher.errors import LedgerError, TokenError, TooOftenError
from publisher.people.requests import Timing
from publisher.wording.dates import day_in


def confirm_request(workplace: Workplace, at: RequestAddress, token: str) -> ShownPage:
    """Records the request that a pass confirms, and shows the receipt.

    When this returns it is on the disk, and the receipt by mail is put down to be sent. The same
    again gives the first receipt back, or says what stands since.

    Args:
        workplace: where.
        at: the page whose form was posted.
        token: the pass.

    Raises:
        NotFoundError: there is no such page.
    """
    organisation = workplace.settings.organisation
    page = read_requests_page(
        workplace.project.built,
        at,
        organisation,
        workplace.request_languages,
        workplace.receiving_catalogs,
        bearer=True,
    )
    if at.page is not RequestPage.CONFIRM:
        return page.saying(FormMessage.NOT_UNDERSTOOD)
    try:
        ledger, now = workplace.ledger, workplace.clock()
        bearers = Bearers(workplace.archive, ledger, lambda: workplace.keys)
        own, recipient = bearers.of_pass(token, Purpose.CONFIRM, now)
        found = confirmable(own, ledger.request(own.request))
        request = found.request
        if found.is_recorded:
            ledger.confirm(request.id, now)
        else:
            wanted = found.wanted(day_in(now, organisation.time_zone), page.language)
            request = ledger.record(wanted, workplace.clock, lambda _: Timing.IN_TIME).request
        about = StandingRequest(
            request, ledger.handling(request.id), ledger.mailing_of(recipient.number)
        )
    except TokenError:
        return page.saying(FormMessage.BAD_LINK)
    except TooOftenError:
        return page.saying(FormMessage.CHANGED_TOO_OFTEN)
    except LedgerError as error:
        return page.saying(FormMessage.NOT_RECORDED, trouble=f"ledger: {error.line}")
    return showing_receipt(
        page, about, lambda: workplace.stationery, lambda: workplace.stationery_without_own
    )
