"""The row of a mail merge: one letter, and what a program that fills in templates needs of it.

A provider may send `text` and `html` as they are, or write the letter from a template of its own
with the links in it: Mailchimp's merge tags, Mautic's fields of contacts and Word's merge fields
are each the columns of such a list.
"""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message
from email.parser import Parser
from email.policy import SMTP
from typing import NamedTuple

from publisher.letters.fields import PersonalLinks
from publisher.people.recipients import Recipient
from publisher.releases.release import Release


class MergeRow(NamedTuple):
    """A letter in columns, whose names are those of the fields; names that every program takes."""

    customer: str
    """The organisation's own id: what became of the letter is told by it."""
    address: str
    name: str
    language: str
    """Of the letter (BCP 47)."""
    case: str
    """Which letter it is; empty: the usual one."""
    subject: str
    link: str
    """The personal form."""
    reply: str
    """The personal address for answers, for the field Reply-To."""
    changes: str
    """The page of what changed since the version that they know."""
    effective: str
    """The first day in force, ISO 8601."""
    closes: str
    """The last day to opt out, ISO 8601."""
    text: str
    """The plain part."""
    html: str


def merge_row(
    release: Release, recipient: Recipient, case: str, links: PersonalLinks, letter: bytes
) -> MergeRow:
    """The row of a letter.

    Args:
        release: what it is about.
        recipient: to whom. The letter says where it goes, which may be an earlier address; a name
            is not read from it, since a field of a header folds long ones.
        case: which letter it is; empty: the usual one.
        links: those in it.
        letter: the message as a carrier would be handed it (RFC 5322).
    """
    # By the plain reader: to parse each header field as an object takes five times as long.
    message = message_from_bytes(letter)
    head = Parser(policy=SMTP).parsestr(_some_fields(message), headersonly=True)
    (to,) = head["To"].addresses
    return MergeRow(
        recipient.customer,
        to.addr_spec,
        recipient.name,
        str(head["Content-Language"] or release.policy.facts.language),
        case,
        str(head["Subject"]),
        links.form,
        links.reply,
        links.changes,
        str(release.effective or ""),
        str(release.closes or ""),
        _text(message, "text/plain"),
        _text(message, "text/html"),
    )


def _some_fields(message: Message) -> str:
    names = ("To", "Subject", "Content-Language")
    return "".join(f"{name}: {message[name]}\r\n" for name in names if message[name]) + "\r\n"


def _text(message: Message, kind: str) -> str:
    """The text of the first part of a kind; ours are UTF-8."""
    part = next(one for one in message.walk() if one.get_content_type() == kind)
    data = part.get_payload(decode=True)
    assert isinstance(data, bytes)
    return data.decode(part.get_content_charset("utf-8")).replace("\r\n", "\n")
