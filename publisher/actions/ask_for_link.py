"""Asking that the personal link of an address be mailed to it."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.declarations import timing
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_page import FormAddress, ShownPage
from publisher.answers.receipts_due import asked_with
from publisher.errors import LedgerError
from publisher.policies.addresses import LONGEST_ADDRESS


def ask_for_link(workplace: Workplace, at: FormAddress, address: str, asked: str = "") -> ShownPage:
    """Writes down that somebody asked for the link of an address to be mailed to it.

    Whose address it is, nobody looks up before `send_receipts` does: whether it is a customer's
    can be told neither from the page nor from the time that it takes. Nothing is declared.

    Args:
        workplace: where.
        at: the page whose form was posted.
        address: what was written into it; nothing is written down of one that cannot be anybody's.
        asked: the languages that the visitor reads, as a browser asks for them; empty: not known.

    Raises:
        NotFoundError: there is no such page.
        SealError: the release was altered.
    """
    page = workplace.form_pages.read(at, workplace.clock(), asked)
    if len(address) <= LONGEST_ADDRESS and address.isprintable():
        wanted = asked_with(address, at.policy_id, at.number, page.form.tag)
        try:
            workplace.ledger.record(
                wanted, workplace.clock, lambda moment: timing(page.form.release, moment)
            )
        except LedgerError as error:
            return page.saying(FormMessage.NOT_RECORDED, trouble=f"ledger: {error.line}")
    return page.saying(FormMessage.ASKED)
