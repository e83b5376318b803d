"""What a mail server reports of a letter that it took: RFC 3464, older forms, and complaints.

The fields of a report are read by the standard library, and the words of those who have none by
`flufl.bounce`, which knows how dozens of mail servers write. `edges/inbox` has this read in a
process with limits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from email import message_from_bytes
from email.parser import BytesHeaderParser, HeaderParser
from enum import StrEnum

from publisher.mail import mime
from publisher.mail.automatic import is_report
from publisher.mail.fields import sender_of
from publisher.mail.mime import Part

MOST_SAID = 300
"""Limit on the characters that are kept of what a server said."""
_LARGEST_STATUS, _MOST_GROUPS = 64_000, 60
"""Limits on the part with the fields of a report: bytes, and groups of fields."""
_LARGEST_OLD = 256_000
"""Bytes of an older report that are read; what the letter itself said stands behind its words."""


class ReportKind(StrEnum):
    """What a mail server says has become of a letter."""

    FAILED = "failed"
    """It came back, for good."""
    DELAYED = "delayed"
    """It is tried again."""
    DELIVERED = "delivered"
    """Some address got it, or another server."""
    COMPLAINT = "complaint"
    """Its reader said that it was not wanted (RFC 5965), so it arrived."""
    UNREAD = "unread"
    """It is a report, and not understood."""
    NOTHING = "nothing"
    """It is no report."""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A report, as far as it is understood."""

    said: ReportKind
    status: str = ""
    """Why, as a code (RFC 3463): `5.1.1`; empty: it gives none."""
    words: str = ""
    """What the server said that did not take the letter, in a line."""
    envelopes: tuple[str, ...] = ()
    """Of a complaint: the senders on the envelope that it says the letter had."""


def read_report(raw: bytes) -> DeliveryReport:
    """Reads a message as a report about a letter, whatever it contains.

    Args:
        raw: the message (RFC 5322), as much of it as is read.
    """
    message = mime.read(raw)
    if complaint := _complaint(message):
        return complaint
    groups = [group for part in message.walk() for group in _groups(part)]
    if known := _by_fields(groups):
        return known
    if _is_from_a_server(message):
        return _by_words(raw, message)
    return DeliveryReport(ReportKind.UNREAD if is_report(message) else ReportKind.NOTHING)


# ── complaints ───────────────────────────────────────────────────────────────────────────────────

_ADDRESS = re.compile(r"[^<>\s@,;]{1,64}@[^<>\s@,;]{1,255}")
_RETURNED = ("message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "message/global")


def _complaint(message: Part) -> DeliveryReport | None:
    """A feedback report (RFC 5965 §2): it names the envelope, or the letter beside it does."""
    part = next((one for one in message.walk() if one.kind == "message/feedback-report"), None)
    if part is None:
        return None
    fields = _fields(part.data(_LARGEST_STATUS).decode("utf-8", "replace"))
    said = [fields.get("original-mail-from", "")]
    for one in message.walk():
        if one.kind in _RETURNED:
            header = BytesHeaderParser().parsebytes(one.data(mime.LARGEST_PART_HEAD))
            said += [str(value) for value in header.get_all("Return-Path", [])]
    found = [hit[0] for value in said for hit in _ADDRESS.finditer(value[: mime.LONGEST_FIELD])]
    kind = fields.get("feedback-type", "abuse")
    return DeliveryReport(
        ReportKind.COMPLAINT, words=_line(kind)[:40], envelopes=tuple(dict.fromkeys(found[:10]))
    )


# ── reports in fields ────────────────────────────────────────────────────────────────────────────

_STATUS_KINDS = ("message/delivery-status", "message/global-delivery-status")
_ACTIONS = {
    "failed": ReportKind.FAILED,
    "delayed": ReportKind.DELAYED,
    "delivered": ReportKind.DELIVERED,
    "relayed": ReportKind.DELIVERED,
    "expanded": ReportKind.DELIVERED,
}
"""What becomes of a letter to an address (RFC 3464 §2.3.3)."""
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_GROUP_END = re.compile(r"\n[ \t]*\n")


def _groups(part: Part) -> Iterator[Mapping[str, str]]:
    """The fields about each address; those about the whole message (RFC 3464 §2.2) name none."""
    if part.kind in _STATUS_KINDS:
        text = part.data(_LARGEST_STATUS).decode("utf-8", "replace").strip()
        lines = text.replace("\r\n", "\n").replace("\r", "\n")
        for group in _GROUP_END.split(lines, _MOST_GROUPS):
            fields = _fields(group)
            if "action" in fields or "status" in fields:
                yield fields


def _fields(text: str) -> dict[str, str]:
    """Fields by their names in small letters, the first of each name."""
    found: dict[str, str] = {}
    for name, value in HeaderParser().parsestr(text.lstrip()).raw_items():
        found.setdefault(name.lower(), _line(str(value)))
    return found


def _by_fields(groups: list[Mapping[str, str]]) -> DeliveryReport | None:
    """What follows from the fields about all addresses that the letter went on to.

    One that another address got as well, or may still get, has not come back.
    """
    said = {_action(group): group for group in reversed(groups)}
    for action in (ReportKind.DELIVERED, ReportKind.DELAYED, ReportKind.FAILED):
        if action in said:
            status, words = _why(said[action])
            return DeliveryReport(action, status, words)
    return None


def _action(group: Mapping[str, str]) -> ReportKind | None:
    action = group.get("action", "").partition(" ")[0].partition(";")[0].lower()
    if action in _ACTIONS:
        return _ACTIONS[action]
    by_class = {"5": ReportKind.FAILED, "4": ReportKind.DELAYED, "2": ReportKind.DELIVERED}
    return by_class.get(group.get("status", "")[:1])


def _why(group: Mapping[str, str]) -> tuple[str, str]:
    words = group.get("diagnostic-code", "")
    kind, _, rest = words.partition(";")
    words = rest.strip() if kind.strip().lower() in ("smtp", "lmtp", "x-postfix") else words
    found = _STATUS.search(group.get("status", "")) or _STATUS.search(words)
    status = found[1] if found else ""
    return status, (words or group.get("status", ""))[:MOST_SAID]


# ── reports in words ─────────────────────────────────────────────────────────────────────────────

_SERVER = re.compile(r"(?:mailer-daemon|postmaster|mail-daemon)@.*", re.IGNORECASE)
_RETURNED_BELOW = re.compile(
    r"^--.*\b(?:copy of|below this line|original message|returned message|header).*$",
    re.IGNORECASE | re.MULTILINE,
)
"""Behind it stands the letter that came back."""
_REPLY = re.compile(r"(?<![\d.])[45]\d\d[ -].*|^.*?\(#[45]\..*$", re.MULTILINE)


def _is_from_a_server(message: Part) -> bool:
    """Whether a mail server wrote it: people, and what answers for them, have other addresses."""
    failed = "X-Failed-Recipients" in message.header
    return failed or bool(_SERVER.fullmatch(sender_of(message)))


def _by_words(raw: bytes, message: Part) -> DeliveryReport:
    # Loaded by whoever reads such a report alone: it takes longer to load than the rest.
    from flufl.bounce import all_failures

    try:
        temporary, permanent = all_failures(message_from_bytes(raw[:_LARGEST_OLD]))
    except Exception:  # noqa: BLE001 - a detector that fails on a message says nothing of it
        return DeliveryReport(ReportKind.UNREAD)
    if not permanent and not temporary:
        return DeliveryReport(ReportKind.UNREAD)
    texts = (one for one in message.walk() if one.kind == "text/plain")
    own = next((one.text(_LARGEST_STATUS)[0] for one in texts), "")
    if below := _RETURNED_BELOW.search(own):
        own = own[: below.start()]
    reply = _REPLY.search(own)
    words = _line(reply[0]) if reply else ""
    status = _STATUS.search(words)
    said = ReportKind.DELAYED if temporary and not permanent else ReportKind.FAILED
    return DeliveryReport(said, status[1] if status else "", words)


def _line(text: str) -> str:
    """Words in one line, without what no terminal should be given."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text[:4_000])
    return " ".join(printable.split())[:MOST_SAID]
