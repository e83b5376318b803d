"""Reading a message: bytes in, a `Mail` out.

This finds what the writer wrote; what that means is decided in `answers`. The time is linear in the
size of the message, and memory is bounded. `edges/inbox` runs it in a process with limits, which
holds even if that is not so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from publisher.mail import mime
from publisher.mail.automatic import is_report, why_automatic
from publisher.mail.fields import addressees, decoded_fields, sender_of
from publisher.mail.html import words_of_html
from publisher.mail.mail import Mail
from publisher.mail.mime import Part

LARGEST_MAIL = 10_000_000
"""Limit in bytes; of a larger message only the header and the first text are read."""
LONGEST_TEXT = 500_000
"""Limit on the characters read of all texts of a message together."""
MOST_TEXTS = 6
"""Limit on versions of the text that are read."""
MOST_ATTACHED, MOST_FORMS, LARGEST_FORM = 50, 5, 5_000_000
"""Limits on attached files that are named, on PDFs that are read as forms, and on bytes of each."""


def read_mail(raw: bytes, to: str = "") -> Mail:
    """Reads a message, whatever it contains.

    Args:
        raw: the message (RFC 5322).
        to: the envelope's recipient; empty: unknown.
    """
    cut = len(raw) > LARGEST_MAIL
    message = mime.read(raw[:LARGEST_MAIL])
    letter = _Letter()
    report = is_report(message)
    texts = letter.first(message) if cut or report else letter.texts(message)
    if cut:
        letter.doubts.insert(0, "it is larger than is read")
    elif not report:
        letter.doubts += _doubts(message)
    letter.doubts += [_REVERSED] if any(_OVERRIDE.search(text) for text in texts) else []
    return Mail(
        subject=next(iter(decoded_fields(message, "Subject")), ""),
        texts=tuple(dict.fromkeys(text for text in texts if text.strip())),
        addresses=addressees(message, to),
        sender=sender_of(message),
        automatic=why_automatic(message),
        report=report,
        id=next(iter(decoded_fields(message, "Message-ID")), ""),
        doubt="; ".join(dict.fromkeys(letter.doubts)),
        files=tuple(letter.files[:MOST_ATTACHED]),
        pdfs=letter.pdfs,
        cut=cut,
    )


_OVERRIDE = re.compile("[\u202d\u202e]")
_REVERSED = "it has text whose direction is reversed"
_ONCE = ("Subject", "From")


def _doubts(message: Part) -> list[str]:
    """Reasons in its structure to doubt its words."""
    doubts = [fault for part in message.walk() for fault in part.faults]
    doubts += [
        f"it has the field {name} more than once" for name in _ONCE if len(message.fields(name)) > 1
    ]
    return doubts


# ── texts and files ──────────────────────────────────────────────────────────────────────────────

_TEXTS = ("text/plain", "text/html")
_SIGNATURES = (
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
)  # fmt: skip
_CARDS = ("text/vcard", "text/x-vcard", "text/directory", "application/pgp-keys")
_SEALED = ("multipart/encrypted", "application/pkcs7-mime", "application/x-pkcs7-mime")


@dataclass(slots=True)
class _Letter:
    """What was found in the parts of a message so far."""

    doubts: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    pdfs: int = 0
    left: int = LONGEST_TEXT
    """Characters that may still be read."""

    def texts(self, part: Part) -> list[str]:
        """The text of a part, once for each version of it."""
        if part.kind in _SEALED:
            return self._sealed()
        if part.kind == "multipart/alternative":
            return self._alternatives([self.texts(one) for one in part.parts])
        if part.kind.startswith("multipart/"):
            return self._few(_after_one_another([self.texts(one) for one in part.parts]))
        if _is_file(part):
            self._file(part)
            return []
        return [self._text(part)]

    def first(self, message: Part) -> list[str]:
        """The first text of a message alone."""
        parts = (p for p in message.walk() if p.kind in _TEXTS and not _is_file(p))
        return [self._text(part) for part in islice(parts, 1)]

    def _alternatives(self, ways: list[list[str]]) -> list[str]:
        texts = [text for way in ways for text in way]
        # Mail programs show the last one (RFC 2046 §5.1.4).
        if texts and not texts[-1].strip() and any(text.strip() for text in texts):
            self.doubts.append("it says nothing where mail programs look first")
        return self._few(texts)

    def _few(self, texts: list[str]) -> list[str]:
        if len(texts) > MOST_TEXTS:
            self.doubts.append("it says itself in more ways than are read")
        return texts[:MOST_TEXTS]

    def _sealed(self) -> list[str]:
        self.doubts.append("it is encrypted")
        return []

    def _text(self, part: Part) -> str:
        text, fault = part.text(self.left)
        self.left -= len(text)
        self.doubts += [fault] if fault else []
        if part.kind == "text/html":
            text, doubts = words_of_html(text)
            self.doubts += doubts
        else:
            text = _quoted(text)
        return _CONTROL.sub(" ", text)

    def _file(self, part: Part) -> None:
        if part.kind in _SIGNATURES or part.kind in _CARDS or _is_shown_picture(part):
            return
        name = _file_name(part)
        self.files.append(name)
        if part.kind.startswith("message/"):
            self.doubts.append("a message is attached")
        elif self.pdfs < MOST_FORMS and _is_pdf(part):
            self.pdfs += 1
        else:
            self.doubts.append(f"a file is attached: {name}")


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def _quoted(text: str) -> str:
    """A plain text with all quoted lines marked in the same way."""
    return "\n".join(
        f"> {line.lstrip('> ')}" if line.startswith(">") else line.rstrip()
        for line in text.splitlines()
    )


def _after_one_another(texts: Sequence[list[str]]) -> list[str]:
    """The texts of parts that are shown one after the other, joined for each version."""
    said = [ways for ways in texts if ways]
    ways = max(map(len, said), default=0)
    return ["\n".join(one[min(way, len(one) - 1)] for one in said) for way in range(ways)]


def _is_file(part: Part) -> bool:
    return part.kind not in _TEXTS or bool(part.name) or part.disposition not in ("", "inline")


def _is_shown_picture(part: Part) -> bool:
    shown = part.disposition == "inline" or "Content-ID" in part.header
    return part.kind.startswith("image/") and shown


def _file_name(part: Part) -> str:
    name = re.split(r"[/\\]", part.name)[-1].strip()[:100]
    return name or f"unnamed {mime.decoded(part.kind)[:60]}"


def _is_pdf(part: Part) -> bool:
    """Whether a file begins as a PDF does; mail programs often state wrong types."""
    # Base64 makes a file a third larger, quoted-printable at most three times as large.
    return part.end - part.start <= 3 * LARGEST_FORM and b"%PDF-" in part.data(1_024)


# ── forms ────────────────────────────────────────────────────────────────────────────────────────


def attached_pdfs(raw: bytes) -> Iterator[bytes]:
    """The attached PDFs, at most MOST_FORMS of them.

    Args:
        raw: the message (RFC 5322); at most LARGEST_MAIL bytes of it are read.

    Yields:
        The first LARGEST_FORM bytes of each.
    """
    for part in islice(_pdfs(mime.read(raw[:LARGEST_MAIL])), MOST_FORMS):
        yield part.data(LARGEST_FORM)


def _pdfs(part: Part) -> Iterator[Part]:
    if part.kind.startswith("multipart/"):
        for one in part.parts:
            yield from _pdfs(one)
    elif part.kind not in _SEALED and _is_file(part) and _is_pdf(part):
        yield part


def as_it_came(raw: bytes, most: int = 20_000) -> str:
    """The beginning of a message in its raw form, for a person if it cannot be read.

    Args:
        raw: a message (RFC 5322), or anything else.
        most: limit on the bytes shown.
    """
    return "\n".join(raw[:most].decode("utf-8", "replace").splitlines())
