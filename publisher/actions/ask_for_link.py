"""Asking that the personal link of an address be mailed to it."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.declarations import timing
from publisher.answers.opt_out_page import FormAddress, FormMessage, ShownPage
from publisher.answers.receipts_due import asked_with
from publisher.edges.built_site import read_opt_out_page
from publisher.errors import LedgerError
from publisher.policies.addresses import LONGEST_ADDRESS


def ask_for_link(workplace: Workplace, at: FormAddress, address: str) -> ShownPage:
    """Writes down that somebody asked for the link of an address to be mailed to it.

    Whose address it is, nobody looks up before `send_receipts` does: whether it is a customer's
    can be told neither from the page nor from the time that it takes. Nothing is declared.

    Args:
        workplace: where.
        at: the page whose form was posted.
        address: what was written into it; nothing is written down of one that cannot be anybody's.

    Raises:
        NotFoundError: there is no such page.
        SealError: the release was altered.
    """
    page = read_opt_out_page(workplace.archive, workplace.project.built, at)
    if len(address) <= LONGEST_ADDRESS and address.isprintable():
        wanted = asked_with(address, at.policy_id, at.number)
        try:
            workplace.ledger.record(
                wanted, workplace.clock, lambda moment: timing(page.release, moment)
            )
        except LedgerError as error:
            return page.saying(FormMessage.NOT_RECORDED, trouble=f"ledger: {error.line}")
    return page.saying(FormMessage.ASKED)
