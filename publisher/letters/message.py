"""A letter as a message of several parts (RFC 5322), whatever it says.

The text of a letter is Markdown; from the same text come its plain part and its HTML part, so the
two cannot disagree. The same content gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from email import message_from_bytes
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from typing import NamedTuple

from publisher.errors import RecipientsError
from publisher.letters.design import LetterDesign, plain_part
from publisher.letters.fields import require_printable
from publisher.letters.header_words import MAIL
from publisher.letters.html_part import styled, subject_of
from publisher.letters.seal_line import SEAL_FIELD
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.recipients import Recipient
from publisher.policies.organisation import Organisation
from publisher.record.heads import LEDGER_FIELD


class LetterForm(StrEnum):
    """How a letter is wanted."""

    EML = "eml"
    """The message as it is sent (RFC 5322)."""
    HTML = "html"
    TEXT = "text"
    """Its plain part."""
    PDF = "pdf"
    """Set on paper, which is no part of the message."""


_KINDS = {LetterForm.HTML: "text/html", LetterForm.TEXT: "text/plain"}


@dataclass(frozen=True)
class Letter:
    """One message, ready for a carrier."""

    id: str
    """Its Message-ID, without brackets; the same for the same release and recipient."""
    sender: str
    """Of the envelope. Empty is the null reverse-path: whatever becomes of an answer by machine,
    no machine answers it (RFC 3834 §3.3, RFC 5321 §4.5.5)."""
    to: str
    data: bytes
    """RFC 5322, lines ended by CR LF."""

    def part(self, kind: str) -> str:
        """The text of its part of this kind: `text/plain` or `text/html`."""
        message = message_from_bytes(self.data, policy=SMTP)
        found = [p for p in message.walk() if p.get_content_type() == kind]
        return "".join(str(p.get_content()) for p in found).replace("\r\n", "\n")

    def in_form(self, form: LetterForm) -> bytes:
        """The message, or one of its parts in UTF-8; `form` is any but `PDF`."""
        return self.data if form is LetterForm.EML else self.part(_KINDS[form]).encode()


class LetterHeader(NamedTuple):
    """What the header of a letter says that stands above it on paper."""

    sender: str
    """The name of who writes."""
    addressee: str
    """The name of its recipient, or the address where it has none."""
    day: dt.date | None
    """Its date, by the clock of who sent it; None: it does not read."""


def header_of_letter(data: bytes) -> LetterHeader:
    """The header of a letter of ours, as it was handed to the carrier."""
    message = message_from_bytes(data, policy=SMTP)
    names = [
        next((one.display_name or one.addr_spec for one in message[field].addresses), "")
        if message[field]
        else ""
        for field in ("From", "To")
    ]
    date = message["Date"].datetime if message["Date"] else None
    return LetterHeader(names[0], names[1], date.date() if date else None)


@dataclass(frozen=True, slots=True)
class Content:
    """What a message says, from whom, to whom and when."""

    text: str
    """Markdown, its fields filled in; the first heading is the subject."""
    language: str
    """Of the text, BCP 47."""
    organisation: Organisation
    recipient: Recipient
    date: dt.datetime
    name: str
    """What the letter is, in words: its Message-ID is made from them."""
    sealed: str = ""
    """The release that it belongs to, with its seal, for the header; empty: it is not said."""
    reply: str = ""
    """Where an answer to an answer by machine goes, which somebody reads; empty: nowhere."""
    ledger: str = ""
    """The head of the ledger when the run began, for the header; empty: it is not said."""
    design: LetterDesign = LetterDesign.BUTTONS
    """How it looks."""


@dataclass(frozen=True, slots=True)
class PdfFile:
    """A PDF that travels with a letter."""

    name: str
    data: bytes


def notice_message(
    content: Content, reply: str, attached: PdfFile | None = None, *, mark: str = ""
) -> Letter:
    """A letter that is sent unasked, to which its recipient may answer.

    Args:
        content: what it says.
        reply: the recipient's own reply address.
        attached: what travels with it, if anything.
        mark: put before the subject, such as `[Test]`.

    Raises:
        RecipientsError: the recipient's name has control characters.
        RenderError: as for `styled`.
    """
    message = _parts(content, "auto-generated")
    if mark:
        message.replace_header("Subject", f"{mark} {_one_line(subject_of(content.text))}")
    message["Reply-To"] = reply
    if attached:
        message.add_attachment(
            attached.data, maintype="application", subtype="pdf", filename=attached.name
        )
    return _letter(message, content, content.organisation.sender)


def answer_message(content: Content) -> Letter:
    """A letter that answers by machine (RFC 3834), so its envelope has no sender that a machine
    could answer; people can, where it says so.

    Raises:
        RecipientsError, RenderError: as for `notice_message`.
    """
    message = _parts(content, "auto-replied")
    if content.reply:
        message["Reply-To"] = content.reply
    return _letter(message, content, envelope="")


def _parts(content: Content, submitted: str) -> EmailMessage:
    """The headers that all letters have, the plain part and the HTML part.

    Args:
        content: what it says.
        submitted: the Auto-Submitted field (RFC 3834 §5).
    """
    organisation, recipient = content.organisation, content.recipient
    require_printable("name", recipient.name)
    message = EmailMessage(policy=MAIL)
    local, _, domain = organisation.sender.partition("@")
    message["From"] = Address(_one_line(organisation.name), local, domain)
    message["To"] = _addressee(recipient)
    message["Subject"] = _one_line(subject_of(content.text))
    message["Date"] = format_datetime(content.date)
    message["Message-ID"] = f"<{message_id(content.name, domain)}>"
    message["Auto-Submitted"] = submitted
    if content.sealed:
        message[SEAL_FIELD] = content.sealed
    if content.ledger:
        message[LEDGER_FIELD] = content.ledger
    plain = plain_part(content.text, content.design)
    message.set_content(plain, cte="quoted-printable")
    html = styled(content.text, content.language, design=content.design)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def _addressee(recipient: Recipient) -> Address:
    """Raises:
    RecipientsError: whatever wrote the address, it is none: it has a line feed, say.
    """
    try:
        if not recipient.address.isprintable():
            raise ValueError
        return Address(recipient.name, addr_spec=recipient.address)
    except (ValueError, IndexError, MessageError):
        raise RecipientsError(
            f"what is recorded as the address of the customer `{recipient.customer}` is none",
            remedy="correct it in a list: publisher recipients import FILE",
        ) from None


def _one_line(words: str) -> str:
    """Words for a header, in which a line end of any kind would begin another one."""
    return " ".join(words.split())


def _letter(message: EmailMessage, content: Content, envelope: str) -> Letter:
    """A message as its carrier takes it, with boundaries that are the same each time."""
    # RFC 3282 §2. Last, for each part that is added takes such fields from the whole.
    message["Content-Language"] = content.language
    digest = hashlib.sha256(content.name.encode()).hexdigest()
    for number, part in enumerate(p for p in message.walk() if p.is_multipart()):
        part.set_boundary(f"={number}={digest[:40]}")
    own = message_id(content.name, _domain(content.organisation.sender))
    return Letter(own, envelope, content.recipient.address, message.as_bytes())


def message_id(name: str, domain: str) -> str:
    """The Message-ID that the same letter always has (RFC 5322 §3.6.4).

    Args:
        name: what the letter is, in words.
        domain: of its sender.
    """
    return f"{hashlib.sha256(name.encode()).hexdigest()[:32]}@{domain}"


def message_name(data: bytes) -> str:
    """The Message-ID of a letter of ours, without brackets; empty: it has none."""
    return str(message_from_bytes(data, policy=SMTP)["Message-ID"] or "").strip("<> ")


def had_row_token(one: Delivery, customer: str) -> bool:
    """Whether a letter was made before the customer's id was part of what its token signs.

    It is known by its Message-ID, which was made in another way then.

    Args:
        one: the delivery of the letter.
        customer: the id of its recipient.
    """
    name = f"{one.policy}/{one.release} {customer} {one.address}"
    sent = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT, DeliveryState.BOUNCED)
    return one.state in sent and one.message_id == message_id(name, _domain(one.message_id))


def _domain(address: str) -> str:
    return address.partition("@")[2]
