"""Opting out by form, and taking that back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from markupsafe import Markup

from publisher.actions.workplace import Workplace
from publisher.answers.bearer import Bearer
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_form import LONGEST_REQUEST
from publisher.answers.opt_out_page import FormAddress, OptOutPage, ShownPage
from publisher.answers.receipt_region import receipt_region
from publisher.answers.receipts_due import FORM_LANGUAGE, WROTE
from publisher.answers.request_receipt import StandingRequest, request_receipt_region
from publisher.edges.bearers import Bearers
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger
from publisher.errors import LedgerError, TemplateError, TokenError, TooOftenError
from publisher.letters.stationery import Stationery
from publisher.people.requests import HANDLED_KINDS, Channel, RequestKind


def opt_out(
    workplace: Workplace,
    at: FormAddress,
    token: str,
    action: str,
    asked: str = "",
    wrote: str = "",
) -> ShownPage:
    """Records what the bearer of a link declares or asks for, and shows the receipt.

    When this returns, it is on the disk, and the receipt by mail is put down to be sent. The same
    again gives the first receipt back.

    Args:
        workplace: where.
        at: the page whose form was posted.
        token: from the visitor's personal link.
        action: the button that was pressed, one of `RequestKind`.
        asked: the languages that the visitor reads, as a browser asks for them; empty: not known.
        wrote: a question, in the customer's words.

    Raises:
        NotFoundError: there is no such page.
        SealError: the release was altered; nothing was recorded.
    """
    page = workplace.form_pages.read(at, workplace.clock(), asked)
    try:
        bearers = Bearers(workplace.archive, workplace.ledger, lambda: workplace.keys)
        with workplace.ledger.at_one_moment():
            bearer = page.require_own(bearers.of_token(token, page.form.amendment))
        if not page.form.offers(action):
            return page.saying(FormMessage.NOT_UNDERSTOOD)
        if len(wrote) > LONGEST_REQUEST:
            return page.saying(FormMessage.TOO_LARGE)
        record = _asked if action in HANDLED_KINDS else _declared
        said = RequestKind(action), wrote.strip()
        receipt = record(workplace.ledger, workplace.clock, page, bearer, *said)
    except TokenError:
        return page.saying(FormMessage.BAD_LINK)
    except TooOftenError:
        return page.saying(FormMessage.CHANGED_TOO_OFTEN)
    except LedgerError as error:
        return page.saying(FormMessage.NOT_RECORDED, trouble=f"ledger: {error.line}")
    try:
        return page.showing(receipt(workplace.stationery))
    except TemplateError as error:
        # What was declared is on record, so its receipt is shown, in the program's words.
        region = receipt(workplace.stationery_without_own)
        return page.showing(region, trouble=f"{error.where}: {error.line}")


_Receipt = Callable[[Stationery], Markup]
"""Makes the receipt for what is on record, of what it is written with."""


def _declared(
    ledger: Ledger, clock: Clock, page: OptOutPage, bearer: Bearer, kind: RequestKind, _: str
) -> _Receipt:
    """Records a declaration about the release.

    Raises:
        TooOftenError, LedgerError: nothing was recorded.
    """
    evidence = {"form": bearer.name, FORM_LANGUAGE: page.form.tag, "pressed": kind.value}
    wanted = bearer.declares(kind, Channel.FORM, evidence)
    recorded = ledger.record(wanted, clock, bearer.timing)
    major, whom = bearer.release.number.major, bearer.recipient.number
    requests = ledger.requests(wanted.policy, major, whom)
    return partial(receipt_region, page, bearer, recorded, requests)


def _asked(
    ledger: Ledger, clock: Clock, page: OptOutPage, bearer: Bearer, kind: RequestKind, wrote: str
) -> _Receipt:
    """Records what a person has to handle.

    Raises:
        TooOftenError, LedgerError: nothing was recorded.
    """
    evidence = {
        "form": bearer.name,
        FORM_LANGUAGE: page.form.tag,
        "pressed": kind.value,
        WROTE: wrote,
    }
    request = ledger.record(bearer.asks(kind, evidence), clock, bearer.timing).request
    about = StandingRequest(request, ledger.handling(request.id))
    return partial(request_receipt_region, about, page.form.tag)
