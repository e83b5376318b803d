"""Opting out by form, and taking that back."""

from __future__ import annotations

from publisher.actions.declare_together import PostedForm, declare_together
from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_page import FormAddress, ShownPage


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
    form = PostedForm(at, token, action, asked, wrote)
    (page,) = declare_together(workplace, [form])
    if isinstance(page, Exception):
        raise page
    return page
