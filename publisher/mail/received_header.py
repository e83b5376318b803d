"""The header of a letter of ours as somebody has it: what is not as we write it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import getaddresses

from publisher.letters.seal_line import SEAL_FIELD
from publisher.mail import mime
from publisher.mail.mime import Part
from publisher.record.heads import LEDGER_FIELD

MOST_FOREIGN, LONGEST_VALUE = 100, 200
"""Limits on the fields that are told, and on the characters of their values."""
_MOST_VALUES = 5
_ONCE = (
    "From", "To", "Subject", "Date", "Reply-To", "Message-ID", "Sender", "Cc", "Bcc",
    "In-Reply-To", "References", "Auto-Submitted", SEAL_FIELD, LEDGER_FIELD,
)  # fmt: skip
"""Fields that a message has once at most (RFC 5322 §3.6)."""
_READ = ("From", "To", "Subject", "Reply-To")
_OURS = frozenset([
    "from", "to", "subject", "date", "reply-to", "message-id", "auto-submitted", "mime-version",
    "content-type", "content-transfer-encoding", "content-language",
    SEAL_FIELD.lower(), LEDGER_FIELD.lower(),
])  # fmt: skip
_ON_THE_WAY = re.compile(
    r"x-.*|arc-.*|.*dkim.*|domainkey.*|authentication-results.*|received.*|return-path|delivered-to"
    r"|envelope-to|original-.*|delivery-date|status|lines|content-length|thread-.*|precedence"
    r"|user-agent|content-language|accept-language|autocrypt|feedback-id|spamdiagnostic.*",
    re.DOTALL,
)
"""Fields that relays and mail programs write, and that no reader is shown or led by."""
_OF_PARTS = re.compile(
    r"content-(?:type|transfer-encoding|disposition|id|language)|mime-version|x-.*"
)
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def repeated_fields(message: Part) -> Iterator[tuple[str, str]]:
    """The fields that a message has more than once and may not, each with all its values."""
    for name in _ONCE:
        # Some programs read a name with a space before its colon (RFC 5322 §4.5.8).
        found = [v for n, v in message.header.raw_items() if n.strip().lower() == name.lower()]
        if len(found) > 1:
            yield name, "”, “".join(_short(value) for value in found[:_MOST_VALUES])


def foreign_fields(message: Part) -> Iterator[tuple[str, str]]:
    """The fields that we do not write, as names and values, but for what is written on the way."""
    for name, value in message.header.raw_items():
        if name.lower() not in _OURS and not _ON_THE_WAY.fullmatch(name.lower()):
            yield _short(name), _short(value)
    for part in (one for one in message.walk() if one is not message):
        for name, value in part.header.raw_items():
            if not _OF_PARTS.fullmatch(name.lower()):
                yield _short(name), _short(value)


def header_faults(message: Part) -> Iterator[str]:
    """Why the fields that are read of a message may not be what its reader sees."""
    values = [(name, value) for name in _READ for value in message.fields(name)]
    if _CONTROLS.search(message.raw[: message.start]) or any(
        mime.encodes_controls(value) for _, value in values
    ):
        yield "has control characters in its header"
    for name, value in values:
        if len(value) > mime.LONGEST_FIELD:
            yield f"its field {name} is longer than is read"


def named_addresses(message: Part, name: str) -> list[tuple[str, str]]:
    """Names and addresses in the first field of a name, as its reader sees them."""
    values = message.fields(name)[:1]
    # Names are decoded after they are told apart: an encoded one may hold any sign.
    found = getaddresses([re.sub(r"\r?\n", "", value[: mime.LONGEST_FIELD]) for value in values])
    return [(mime.decoded(who), mime.decoded(address)) for who, address in found]


def _short(value: str) -> str:
    return mime.decoded(value)[:LONGEST_VALUE]
