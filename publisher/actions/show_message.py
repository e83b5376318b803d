"""One message that came in, for the person who decides about it."""

from __future__ import annotations

from collections.abc import Callable

from publisher.actions.workplace import Workplace
from publisher.answers.filing import Attachments
from publisher.answers.message_summary import message_summary
from publisher.answers.reply_address import tokens_in
from publisher.edges.bearers import Bearers
from publisher.edges.inbox import forms_within_limits, mail_within_limits
from publisher.errors import MailError, NotFoundError
from publisher.mail.mail import Mail
from publisher.mail.reading import as_it_came


def show_message(workplace: Workplace, number: int, *, raw: bool = False) -> str | bytes:
    """What a person wants to read of a message: who, what about, what they wrote themselves.

    A message that goes beyond the limits of reading is shown as it came.

    Args:
        workplace: where.
        number: of the message.
        raw: as it came in, to the byte (RFC 5322).

    Raises:
        NotFoundError: there is none with this number, or it was erased.
    """
    data = workplace.ledger.raw(number)
    if data is None:
        known = workplace.ledger.message(number) is not None
        what = f"message {number} was erased" if known else f"there is no message {number}"
        raise NotFoundError(what, remedy="publisher requests")
    if raw:
        return data
    try:
        mail = mail_within_limits(data)
    except MailError as error:
        return f"{error.what}; as it came:\n\n{as_it_came(data)}"

    def is_proven() -> bool:
        bearers = Bearers(workplace.archive, workplace.ledger, lambda: workplace.keys)
        tokens = tokens_in(mail.addresses, workplace.settings.organisation.reply)
        return bool(bearers.of_tokens(tokens))

    return message_summary(mail, _attachments(mail, data, is_proven))


def _attachments(mail: Mail, data: bytes, is_proven: Callable[[], bool]) -> Attachments | None:
    if not mail.pdfs:
        return Attachments()
    if not is_proven():
        return None
    try:
        forms, fault = forms_within_limits(data)
    except MailError as error:
        return Attachments(beyond_limits=error.what)
    return Attachments(tuple(forms), fault)
