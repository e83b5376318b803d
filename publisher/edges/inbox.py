"""Messages that come in: what is in them, and whether a machine wrote them.

Nothing here decides what a message means; it only finds what its writer wrote.
"""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser
from itertools import islice

from mailparser_reply import EmailReplyParser  # type: ignore[import-untyped]

MOST = 10_000
"""Characters of a text that are looked at; an opt-out is never longer."""
MOST_FILES, LARGEST_FILE = 5, 5_000_000
"""Attached PDFs that are looked at, and bytes of each: a form is far smaller."""
LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs"]
"""Whose words around a quotation are known."""
_TO = ("Delivered-To", "X-Original-To", "To", "Cc")


@dataclass(frozen=True, slots=True)
class Mail:
    """What a message says."""

    subject: str
    text: str
    """What its writer wrote, without what is quoted."""
    addresses: tuple[str, ...]
    """Whom it was for, the most certain first."""
    sender: str
    """The address it claims to be from; anybody can claim any."""
    automatic: str
    """Why it is taken to be a machine's; empty: a person's."""
    id: str
    """Its Message-ID, as it says."""
    pdfs: tuple[bytes, ...] = ()
    """The PDFs that travel with it."""


def read_mail(raw: bytes, to: str = "") -> Mail:
    """Reads a message; whatever it holds, this does not fail for it alone.

    Args:
        raw: RFC 5322.
        to: the envelope's recipient, where the mail server says it.
    """
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    addresses = [to] if to else []
    for name in _TO:
        addresses += [address for _, address in getaddresses(_fields(message, name))]
    return Mail(
        subject=_field(message, "Subject"),
        text=written(_body(message)),
        addresses=tuple(dict.fromkeys(address for address in addresses if address)),
        sender=next((a for _, a in getaddresses(_fields(message, "From"))), ""),
        automatic=_automatic(message),
        id=_field(message, "Message-ID"),
        pdfs=tuple(islice(_pdfs(message), MOST_FILES)),
    )


def _fields(message: EmailMessage, name: str) -> list[str]:
    found = []
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            try:
                found.append(str(message.policy.header_fetch_parse(key, value)))
            except Exception:  # noqa: BLE001 - the stdlib's header parser fails in many ways
                found.append(str(value))
    return found


def _field(message: EmailMessage, name: str) -> str:
    return next(iter(_fields(message, name)), "")


def _automatic(message: EmailMessage) -> str:
    """Why a message is not to be answered (RFC 3834 §2, and what mail programs write)."""
    submitted = _field(message, "Auto-Submitted").split(";")[0].strip().lower()
    if submitted not in ("", "no"):
        return f"Auto-Submitted: {submitted}"
    if any(value.strip() == "<>" for value in _fields(message, "Return-Path")):
        return "it has no return path"
    precedence = _field(message, "Precedence").strip().lower()
    if precedence in ("bulk", "junk", "list", "auto_reply"):
        return f"Precedence: {precedence}"
    for name in ("X-Auto-Response-Suppress", "X-Autoreply", "X-Autorespond", "List-Id"):
        if _field(message, name).strip().lower() not in ("", "no", "none"):
            return f"it has the field {name}"
    if message.get_content_type() == "multipart/report":
        return "it is a report of a mail server"
    return ""


def _body(message: EmailMessage) -> str:
    for part in _texts(message):
        content = _content(part)
        if part.get_content_subtype() == "html":
            content = _html_text(content)
        if content.strip():
            return content
    return ""


def _texts(message: EmailMessage) -> Iterator[EmailMessage]:
    """The parts with text, plain ones first, attached files left out."""
    parts = [p for p in message.walk() if p.get_content_maintype() == "text"]
    shown = [p for p in parts if p.get_content_disposition() != "attachment"]
    for subtype in ("plain", "html"):
        yield from (p for p in shown if p.get_content_subtype() == subtype)


def _content(part: EmailMessage) -> str:
    data = part.get_payload(decode=True)
    if not isinstance(data, bytes):
        return ""
    try:
        return data.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return data.decode("utf-8", "replace")


def _pdfs(message: EmailMessage) -> Iterator[bytes]:
    """Attached files that begin as a PDF does; mail programs get their types wrong."""
    for part in message.walk():
        if part.is_multipart() or part.get_content_maintype() == "text":
            continue
        data = part.get_payload(decode=True)
        if isinstance(data, bytes) and data[:5] == b"%PDF-" and len(data) <= LARGEST_FILE:
            yield data


class _Text(HTMLParser):
    """The words of an HTML letter, without what it quotes."""

    _BLOCKS = frozenset(["p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "blockquote"])
    _HIDDEN = frozenset(["script", "style", "head", "title", "blockquote"])
    _VOID = frozenset(["br", "img", "hr", "input", "meta", "link", "area", "base", "col", "wbr"])

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._open: list[tuple[str, bool]] = []

    @property
    def _hidden(self) -> bool:
        return any(hidden for _, hidden in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self._BLOCKS:
            self.words.append("\n")
        if tag not in self._VOID:
            quote = any(name == "class" and "quote" in (value or "") for name, value in attrs)
            self._open.append((tag, tag in self._HIDDEN or quote))

    def handle_endtag(self, tag: str) -> None:
        while any(name == tag for name, _ in self._open):
            if self._open.pop()[0] == tag:
                break
        if tag in self._BLOCKS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(re.sub(r"\s+", " ", data))


def _html_text(html: str) -> str:
    reader = _Text()
    reader.feed(html[: 10 * MOST])
    reader.close()
    return "".join(reader.words)


def written(text: str) -> str:
    """What the writer of a reply wrote, without the quotation and the disclaimer of a firm."""
    # Without this, a mail of empty lines keeps the parser's patterns busy for a minute.
    lines = "\n".join(map(str.strip, text[: 10 * MOST].splitlines()))
    text = re.sub(r"\n{3,}", "\n\n", lines)[:MOST]
    try:
        replies = EmailReplyParser(languages=list(LANGUAGES)).read(text).replies
        own = replies[0].content if replies else text
        for disclaimer in replies[0].disclaimers if replies else ():
            own = own.replace(disclaimer, "")
    except Exception:  # noqa: BLE001 - a foreign parser; its failure must lose no opt-out
        own = text
    kept = [line for line in own.splitlines() if not line.lstrip().startswith(">")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
