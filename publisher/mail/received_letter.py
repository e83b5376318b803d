"""A letter of ours as somebody has it: all that it shows, leads to and brings, word for word.

An answer is read for what its writer says, and what we sent is taken away; here it is the other way
round: nothing is taken away, quoted or not.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from publisher.errors import MailError
from publisher.letters.seal_line import SEAL_FIELD
from publisher.mail import mime
from publisher.mail.fields import addresses_in, decoded_fields, sender_of
from publisher.mail.html import shown_by_html
from publisher.mail.html_markup import MOST_COMMENTS, markup_of_html
from publisher.mail.html_targets import Target, targets_of_html
from publisher.mail.mime import Part
from publisher.mail.reading import LARGEST_MAIL, LONGEST_TEXT
from publisher.mail.received_header import (
    MOST_FOREIGN,
    foreign_fields,
    header_faults,
    named_addresses,
    repeated_fields,
)
from publisher.record.heads import LEDGER_FIELD

MOST_LETTERS, MOST_LEVELS_DEEP = 20, 3
"""Limits on the messages that are read of one file, and on how deep they are attached."""
LARGEST_AROUND = 10_000
"""Limit on the bytes before and after the parts of a message that are read."""
_LISTS = ("List-Id", "List-Post", "List-Unsubscribe", "List-Help", "Mailing-List")
_MESSAGES = ("message/rfc822", "message/global")
_TEXTS = ("text/plain", "text/html")
_SIGNATURES = (
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
)  # fmt: skip
"""What a relay may put beside a letter, which says nothing of its words."""


@dataclass(frozen=True, slots=True)
class ReceivedLetter:
    """A message that may be a letter of ours."""

    attached: bool
    """Whether it was attached to another message."""
    sealed: tuple[str, ...]
    """The values of its field `Policy-Release`."""
    heads: tuple[str, ...]
    """The values of its field `Policy-Ledger`."""
    sender: str
    """The address in From, which anybody can forge."""
    sender_name: str
    """The name in From."""
    others: tuple[str, ...]
    """Further names and addresses in From and To, where we write one of each."""
    date: str
    """The field Date, which anybody can forge."""
    repeated: tuple[tuple[str, str], ...]
    """Fields that are there more than once and may not be, with their values."""
    foreign: tuple[tuple[str, str], ...]
    """Fields that we do not write, with their values."""
    subject: str
    to: tuple[str, str] | None
    """Name and address of the first addressee; None: there is none."""
    reply_to: tuple[str, ...]
    """The addresses that answers go to."""
    listed: bool
    """Whether a mailing list handed it on."""
    plain: tuple[str, ...]
    """Its plain texts, one behind the other."""
    html: tuple[str, ...]
    """What its HTML texts show."""
    hidden: tuple[str, ...]
    """Words of its HTML that are hidden."""
    targets: tuple[Target, ...]
    """Where its HTML leads."""
    strange: tuple[str, ...]
    """Elements of its HTML that no letter of ours has."""
    markup: tuple[str, ...]
    """The elements and words of its HTML in order, as `markup_of_html` has them."""
    comments: tuple[str, ...]
    """Words in comments of its HTML, which no program shows, or some alone."""
    around: tuple[str, ...]
    """Words before and after its parts, which no program shows."""
    doubts: tuple[str, ...]
    """Why its HTML may show other words than are read of it."""
    files: tuple[tuple[str, str], ...]
    """Name and SHA-256 (hexadecimal) of each attached file, but for messages."""
    faults: tuple[str, ...]
    """Why what was read may not be what its reader sees."""

    @property
    def has_conditions(self) -> bool:
        """Whether a comment of its HTML may be one that Outlook shows."""
        return len(self.comments) >= MOST_COMMENTS or any(
            one.startswith("[") for one in self.comments
        )

    @property
    def words(self) -> str:
        """All that it says and leads to."""
        addresses = (target.address for target in self.targets)
        return "\n".join([*self.plain, *self.html, *addresses])


def read_letters(raw: bytes) -> list[ReceivedLetter]:
    """A message and those that are attached to it, each as a letter.

    Args:
        raw: the message (RFC 5322), whatever it contains.
    """
    message = mime.read(raw[:LARGEST_MAIL])
    faults = ["it is larger than is read"] if len(raw) > LARGEST_MAIL else []
    found = (_letter(part, depth, faults) for part, depth in _messages(message, 0))
    return list(islice(found, MOST_LETTERS))


def _messages(message: Part, depth: int) -> Iterator[tuple[Part, int]]:
    yield message, depth
    if depth < MOST_LEVELS_DEEP:
        for part in message.walk():
            if _is_message(part):
                yield from _messages(mime.read(part.data(LARGEST_MAIL)), depth + 1)


def _is_message(part: Part) -> bool:
    return part.kind in _MESSAGES or part.name.lower().endswith(".eml")


def _letter(message: Part, depth: int, faults: list[str]) -> ReceivedLetter:
    parts = [part for part in message.walk() if not part.parts and not _is_message(part)]
    texts = (part for part in parts if _is_text(part))
    doubts = [*faults, *(fault for part in message.walk() for fault in part.faults)]
    plain, rich, left = list[str](), list[str](), LONGEST_TEXT
    for part in texts:
        text, fault = _text(part, left)
        left -= len(text)
        doubts += [fault] if fault else []
        (rich if part.kind == "text/html" else plain).append(text)
    shown = [shown_by_html(text) for text in rich]
    led = [targets_of_html(text) for text in rich]
    made = [markup_of_html(text) for text in rich]
    doubts += header_faults(message)
    doubts += _text_faults([*plain, *rich])
    doubts += (f"has a tag that says something twice: {tag}" for one in made for tag in one.twice)
    senders, addressees = named_addresses(message, "From"), named_addresses(message, "To")
    return ReceivedLetter(
        attached=depth > 0,
        sealed=tuple(decoded_fields(message, SEAL_FIELD)[:MOST_LETTERS]),
        heads=tuple(decoded_fields(message, LEDGER_FIELD)[:MOST_LETTERS]),
        sender=sender_of(message),
        sender_name=senders[0][0] if senders else "",
        others=tuple(f"{name} <{at}>" for name, at in [*senders[1:], *addressees[1:]])[
            :MOST_LETTERS
        ],
        date=next(iter(decoded_fields(message, "Date")), ""),
        repeated=tuple(repeated_fields(message)),
        foreign=tuple(dict.fromkeys(foreign_fields(message)))[:MOST_FOREIGN],
        subject=next(iter(decoded_fields(message, "Subject")), ""),
        to=addressees[0] if addressees else None,
        reply_to=tuple(addresses_in(message, "Reply-To")),
        listed=any(message.fields(name) for name in _LISTS),
        plain=tuple(plain),
        html=tuple(one.text for one in shown),
        hidden=tuple(words for one in shown for words in one.hidden),
        targets=tuple(target for targets, _ in led for target in targets),
        strange=tuple(name for _, strange in led for name in strange),
        markup=tuple(item for one in made for item in one.items),
        comments=tuple(said for one in made for said in one.comments),
        around=tuple(_around_parts(message)),
        doubts=tuple(dict.fromkeys(doubt for one in shown for doubt in one.doubts)),
        files=tuple(_file(part) for part in parts if _is_file(part))[:MOST_LETTERS],
        faults=tuple(dict.fromkeys(doubts)),
    )


def _is_text(part: Part) -> bool:
    return part.kind in _TEXTS and not part.name and part.disposition in ("", "inline")


def _is_file(part: Part) -> bool:
    return not _is_text(part) and part.kind not in _SIGNATURES


def _text(part: Part, most: int) -> tuple[str, str]:
    text, fault = part.text(most)
    if not _CHARSET.fullmatch(str(part.header.get_content_charset(""))):
        fault = fault or "its text is in a charset that is not known here"
    flowed = {str(key).lower(): str(value).lower() for key, value in part.header.get_params([])}
    if flowed.get("format") == "flowed" and flowed.get("delsp") == "yes":
        # A space before a line end was put there, so that a word could be broken (RFC 3676 §4.1).
        text = re.sub(r" \r?\n", "", text)
    return text, fault


def _file(part: Part) -> tuple[str, str]:
    data = part.data(LARGEST_MAIL)
    return (part.name or mime.decoded(part.kind))[:100], hashlib.sha256(data).hexdigest()


_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]|\r(?!\r*\n)")
"""Control characters, and a carriage return within a line, which would be written over."""
_CHARSET = re.compile(
    r"|us-ascii|ascii|utf-?(?:8|16|32).*|(?:x-)?mac.*|iso-?(?:8859|2022).*|(?:windows|cp)-?\d+|koi8.*"
    r"|big5.*|gb.*|euc.*|shift_jis.*|ks_c.*|tis-620",
    re.IGNORECASE,
)
_USUAL = re.compile(
    r"\s*This is a (?:cryptographically signed )?(?:multi-?part )?message[^<]{0,60}\s*"
)
"""What mail programs write before the parts of a message, for those that know no parts."""


def _text_faults(texts: list[str]) -> Iterator[str]:
    if any(_CONTROLS.search(text) for text in texts):
        yield "has control characters"


def _around_parts(message: Part) -> Iterator[str]:
    """The words before and after the parts of a message (RFC 2046 §5.1.1)."""
    for part in (one for one in message.walk() if one.parts):
        boundary = b"--" + part.header.get_boundary("").encode("ascii", "replace")
        body = part.raw[part.start : part.end]
        before, _, rest = body.partition(boundary)
        after = rest.rpartition(boundary + b"--")[2] if boundary + b"--" in rest else b""
        for data in (before, after):
            words = " ".join(mime.in_charset(data[:LARGEST_AROUND], "").split())
            if re.search(r"\w", words) and not _USUAL.fullmatch(words):
                yield words


# ── the file it is in ────────────────────────────────────────────────────────────────────────────

_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How a compound file begins: Outlook saves messages in such files (MS-CFB §2.2)."""
_MBOX = re.compile(rb"From [^\r\n]+\r?\n")
_NEXT_OF_MBOX = re.compile(rb"\r?\n\r?\n(?=From [^\r\n]+\r?\n[!-9;-~]+:)")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_FIELD = re.compile(rb"[!-9;-~]+[ \t]*:")
_APPLE = re.compile(rb"\d{1,10}[ \t]*\r?\n(?=[!-9;-~]+:)")


def message_of_file(data: bytes, name: str) -> bytes:
    """The message (RFC 5322) in a file that a mail program saved.

    Args:
        data: of the file: a message, a mailbox (mbox, RFC 4155) with one, or one of Apple Mail.
        name: of the file, for messages.

    Raises:
        MailError: it holds no message, or several.
    """
    remedy = "save the letter from the mail program as a file of its own, .eml"
    if data.startswith(_OUTLOOK):
        what = "is a message as Outlook alone reads it (.msg)"
        raise MailError(what, where=name, remedy=remedy)
    if apple := _APPLE.match(data):  # the length, then the message, then what Apple Mail adds
        return data[apple.end() :][: int(apple[0])]
    if begin := _MBOX.match(data):
        messages = _NEXT_OF_MBOX.split(data[begin.end() :])
        if len(messages) > 1:
            what = f"is a mailbox with {len(messages)} messages"
            raise MailError(what, where=name, remedy=remedy)
        return _QUOTED_FROM.sub(rb"\1", messages[0])
    message = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    if not _FIELD.match(message):
        raise MailError("is no message", where=name, remedy=remedy)
    return message
