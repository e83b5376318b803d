"""Opting out by form, and taking that back."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_page import (
    FormAddress,
    FormMessage,
    ShownPage,
    receipt_region,
)
from publisher.edges.bearers import Bearers
from publisher.edges.built_site import read_opt_out_page
from publisher.errors import LedgerError, TokenError, TooOftenError
from publisher.people.requests import Channel, RequestKind


def opt_out(workplace: Workplace, at: FormAddress, token: str, action: str) -> ShownPage:
    """Records what the bearer of a link declares, and shows the receipt.

    When this returns, it is on the disk, and the receipt by mail is put down to be sent. The same
    again gives the first receipt back.

    Args:
        workplace: where.
        at: the page whose form was posted.
        token: from the visitor's personal link.
        action: the button that was pressed, one of `RequestKind`.

    Raises:
        NotFoundError: there is no such page.
        SealError: the release was altered; nothing was recorded.
    """
    page = read_opt_out_page(workplace.archive, workplace.project.built, at)
    try:
        bearers = Bearers(workplace.archive, workplace.ledger, lambda: workplace.keys)
        bearer = page.require_own(bearers.of_token(token))
        if action not in (RequestKind.OPT_OUT, RequestKind.WITHDRAW):
            return page.saying(FormMessage.NOT_UNDERSTOOD)
        kind, ledger = RequestKind(action), workplace.ledger
        evidence = {"form": bearer.name, "pressed": kind.value}
        wanted = bearer.declares(kind, Channel.FORM, evidence)
        recorded = ledger.record(wanted, workplace.clock, bearer.timing)
        major, whom = bearer.release.number.major, bearer.recipient.number
        requests = ledger.requests(wanted.policy, major, whom)
    except TokenError:
        return page.saying(FormMessage.BAD_LINK)
    except TooOftenError:
        return page.saying(FormMessage.CHANGED_TOO_OFTEN)
    except LedgerError as error:
        return page.saying(FormMessage.NOT_RECORDED, trouble=f"ledger: {error.line}")
    organisation = workplace.settings.organisation
    return page.showing(receipt_region(bearer, recorded, requests, organisation))
