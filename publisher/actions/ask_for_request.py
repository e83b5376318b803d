"""Asking, on a page for requests, that a link be mailed which confirms a request."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_form import LONGEST_REQUEST
from publisher.answers.opt_out_page import ShownPage
from publisher.answers.receipts_due import asked_on_page
from publisher.answers.request_form import is_offered
from publisher.answers.request_page import RequestAddress
from publisher.edges.built_site import read_requests_page
from publisher.errors import LedgerError
from publisher.people.requests import RequestKind, Timing
from publisher.policies.addresses import LONGEST_ADDRESS


def ask_for_request(
    workplace: Workplace, at: RequestAddress, address: str, action: str, wrote: str
) -> ShownPage:
    """Writes down that somebody asked for a link to be mailed to an address.

    Whose address it is, nobody looks up before `send_receipts` does: whether it is a customer's can
    be told neither from the page nor from the time that it takes. Nothing is requested by it.

    Args:
        workplace: where.
        at: the page whose form was posted.
        address: what was written into it; nothing is written down of one that cannot be anybody's.
        action: what is asked for, one of `RequestKind`; empty: what applies.
        wrote: in which words; may be empty.

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
    offered, kind = is_offered(at.page, action)
    offered &= kind is not RequestKind.QUESTION or bool(wrote.strip())
    if not offered or len(wrote) > LONGEST_REQUEST:
        return page.saying(FormMessage.TOO_LARGE if offered else FormMessage.NOT_UNDERSTOOD)
    if len(address) <= LONGEST_ADDRESS and address.isprintable():
        wanted = asked_on_page(address, page.language, kind, wrote.strip())
        try:
            workplace.ledger.record(wanted, workplace.clock, lambda _: Timing.IN_TIME)
        except LedgerError as error:
            return page.saying(FormMessage.NOT_RECORDED, trouble=f"ledger: {error.line}")
    return page.saying(FormMessage.ASKED)
