"""The opt-out page as a visitor is shown it; nothing is recorded."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.form_messages import FormMessage
from publisher.answers.opt_out_form import form_state
from publisher.answers.opt_out_page import FormAddress, ShownPage
from publisher.edges.bearers import Bearers
from publisher.errors import LedgerError, TokenError


def opt_out_form(
    workplace: Workplace,
    at: FormAddress,
    token: str = "",
    message: FormMessage | None = None,
    asked: str = "",
) -> ShownPage:
    """Shows the opt-out page of a release.

    Args:
        workplace: where.
        at: which page.
        token: from the visitor's personal link; empty: the form for everybody is shown.
        message: what is to be said in place of the form; None: the form.
        asked: the languages that the visitor reads, as a browser asks for them; empty: not known.

    Raises:
        NotFoundError: there is no such page.
        SealError: the release was altered.
    """
    page = workplace.form_pages.read(at, workplace.clock(), asked)
    if message is not None:
        return page.saying(message)
    if not token:
        return page.public()
    try:
        bearers = Bearers(workplace.archive, workplace.ledger, lambda: workplace.keys)
        with workplace.ledger.at_one_moment():
            bearer = page.require_own(bearers.of_token(token, page.form.amendment))
            release, recipient = bearer.release, bearer.recipient
            requests = workplace.ledger.requests(
                release.policy.id, release.number.major, recipient.number
            )
    except TokenError:
        return page.saying(FormMessage.BAD_LINK)
    except LedgerError as error:
        return page.saying(FormMessage.NOT_SHOWN, trouble=f"ledger: {error.line}")
    state = form_state(bearer, requests, workplace.clock())
    return page.personal(state, opted_out_before=bearer.opted_out_before)
