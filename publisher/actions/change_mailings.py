"""Leaving the mailings, and joining them, by a pass: on its page or by one click (RFC 8058)."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import ShownPage
from publisher.answers.passes import Purpose
from publisher.answers.receipts_due import FORM_LANGUAGE
from publisher.answers.request_page import RequestAddress
from publisher.answers.request_receipt import StandingRequest, showing_receipt
from publisher.answers.request_words import RequestPage
from publisher.edges.bearers import Bearers
from publisher.edges.built_site import read_requests_page
from publisher.errors import LedgerError, TokenError, TooOftenError
from publisher.people.mailings import MAILING_STATE_AFTER
from publisher.people.requests import MAILING_KINDS, Channel, RequestKind, Timing, Wanted


def change_mailings(
    workplace: Workplace, at: RequestAddress, token: str, action: str, *, one_click: bool = False
) -> ShownPage:
    """Records what the bearer of a pass wants of mailings, and shows the receipt.

    When this returns it is on the disk. No release is refused by it, and no letter about one stops.

    Args:
        workplace: where.
        at: the page that was posted to.
        token: the pass.
        action: `RequestKind.LEAVE` or `RequestKind.JOIN`.
        one_click: whether a mail program posted it for its user.

    Raises:
        NotFoundError: there is no such page.
    """
    page = read_requests_page(
        workplace.project.built,
        at,
        workplace.settings.organisation,
        workplace.request_languages,
        workplace.receiving_catalogs,
        bearer=True,
    )
    if at.page is not RequestPage.MAILINGS or action not in MAILING_KINDS:
        return page.saying(FormMessage.NOT_UNDERSTOOD)
    try:
        ledger = workplace.ledger
        bearers = Bearers(workplace.archive, ledger, lambda: workplace.keys)
        own, _ = bearers.of_pass(token, Purpose.MAILINGS, workplace.clock())
        evidence = {FORM_LANGUAGE: page.language, "one_click": one_click}
        kind, whom = RequestKind(action), own.recipient
        wanted = Wanted(kind, "", None, whom, Channel.FORM, evidence)
        recorded = ledger.record(wanted, workplace.clock, lambda _: Timing.IN_TIME)
    except TokenError:
        return page.saying(FormMessage.BAD_LINK)
    except TooOftenError:
        return page.saying(FormMessage.CHANGED_TOO_OFTEN)
    except LedgerError as error:
        return page.saying(FormMessage.NOT_RECORDED, trouble=f"ledger: {error.line}")
    about = StandingRequest(recorded.first or recorded.request, mailing=MAILING_STATE_AFTER[kind])
    return showing_receipt(
        page, about, lambda: workplace.stationery, lambda: workplace.stationery_without_own
    )
