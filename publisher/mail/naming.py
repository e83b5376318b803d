"""Whether a message names an address, however its parts are encoded.

Nothing of it is read as a message, so nothing in it can be hostile to the reader: it takes time in
proportion to its length.
"""

from __future__ import annotations

import binascii
import html
import re
import unicodedata
from collections.abc import Collection, Iterator
from urllib.parse import unquote

from publisher.people.mail_addresses import spellings

_LETTER = re.compile("[0-9A-Za-z\u00c0-\u052f]")
"""What goes on with a word. Scripts without blanks between words are none of it."""
_FURTHEST = 64
"""How far signs are looked through for a word that they go on with."""
_JOINING, _DOMAIN_JOINING = "._+-'", ".-"
"""What joins words to one local part, or one domain; other signs may stand in a local part too
(RFC 5322 §3.2.3), but mostly stand around an address."""
_LOCAL = re.compile(r"[0-9A-Za-z.!#$%&'*+/=?^_`{|}~-]{1,128}\Z")
_DOMAIN = re.compile("[0-9A-Za-z\u00a1-\uffff.-]{1,254}")
_NO_ASCII = re.compile("[^\0-\x7f]")
_MOST_STARTS = 16
"""Signs in front of an address, or in it: limit on those that are tried."""


class SoughtAddresses:
    """Finds any of some addresses as a whole, in upper or lower case."""

    def __init__(self, addresses: Collection[str]) -> None:
        """Spells out how each may be written.

        Args:
            addresses: with a domain in ASCII or in its own script.
        """
        needles = set()
        for address in {one for each in addresses for one in spellings(each)}:
            local, _, domain = address.rpartition("@")
            needles |= {(address, _JOINING, ""), (f'"{local}"@{domain}', "", "")}
            # As the sender of a mail, for what bounces: VERP, SRS, and by way of another host.
            needles |= {
                (f"{local}={domain}", ".", ""),
                (f"{domain}={local}", ".-", "@"),
                (f"{local}%{domain}", _JOINING, "@"),
            }
        self._needles = sorted(needles)

    def search(self, text: str) -> bool:
        """Whether a text has one of them, as it stands."""
        text = text.lower()
        return any(_has(text, *needle) for needle in self._needles)


def _has(text: str, needle: str, joining: str, then: str) -> bool:
    start = text.find(needle)
    while start >= 0:
        end = start + len(needle)
        if _begins(text, start, joining) and (
            text.startswith(then, end) if then else _ends(text, end)
        ):
            return True
        start = text.find(needle, start + 1)
    return False


def _begins(text: str, start: int, joining: str) -> bool:
    before = text[max(0, start - _FURTHEST) : start]
    last = before.rstrip(joining)[-1:] if joining else before[-1:]
    return not _LETTER.match(last)


def _ends(text: str, end: int) -> bool:
    return not _LETTER.match(text[end : end + _FURTHEST].lstrip(_DOMAIN_JOINING)[:1])


def pattern_of(addresses: Collection[str]) -> SoughtAddresses:
    """Finds any of some addresses as a whole, in upper or lower case.

    Args:
        addresses: with a domain in ASCII or in its own script; it does not matter in which.
    """
    return SoughtAddresses(addresses)


def names_any(raw: bytes, wanted: SoughtAddresses) -> bool:
    """Whether a message has one of some addresses, in its header or its words.

    Args:
        raw: the message (RFC 5322), whatever it contains. What is compressed in it is not read.
        wanted: as `pattern_of` gives it.
    """
    return any(wanted.search(text) for text in _readings(raw))


def possible_addresses(raw: bytes) -> frozenset[str]:
    """Everything in a message that may be an address or end in one, in lower case.

    Args:
        raw: the message (RFC 5322), whatever it contains.
    """
    return frozenset(one for text in _readings(raw) for one in _possible(text.lower()))


def _possible(text: str) -> Iterator[str]:
    for at in re.finditer("@", text):
        before = _LOCAL.search(text[max(0, at.start() - 128) : at.start()].replace('"', ""))
        after = _DOMAIN.match(text, at.end())
        local = before[0] if before else ""
        if after:
            yield from _with_domain(local, after[0])
            if not after[0].isascii():  # words may go on without a blank
                yield from _with_domain(local, _NO_ASCII.split(after[0])[0])
        # Inside of a local part, an address has another sign in place of the @.
        for sign in re.finditer("[=%]", local):
            head, tail = local[: sign.start()], local[sign.end() :]
            yield from _with_domain(head, tail)
            for found in re.finditer(r"(?<![0-9a-z.-])[0-9a-z.-]+\Z", head):
                yield f"{tail}@{found[0]}"


def _with_domain(local: str, domain: str) -> Iterator[str]:
    # A sign in front of an address may belong to it or not.
    starts = [found.start() for found in re.finditer("(?<![0-9a-z]).", local)]
    for start in starts[-_MOST_STARTS:]:
        yield from spellings(f"{local[start:]}@{domain.rstrip('.-')}")


# ── what the bytes of a message may mean ─────────────────────────────────────────────────────────

_LINES = re.compile(rb"^(?:[ \t]*[A-Za-z0-9+/]+={0,2}[ \t]*(?:\n|\Z))+", re.MULTILINE)
_RUN = re.compile(rb"[A-Za-z0-9+/]{16,}")
"""Base64: whole lines of any length (RFC 2045 §6.8), or a part of a line that is long enough."""
_NO_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_WORDS = re.compile(rb"(?:=\?[^?\s]{1,40}\?[bBqQ]\?[^?\s]*\?=\s*)+")
_WORD = re.compile(rb"=\?[^?\s]{1,40}\?([bBqQ])\?([^?\s]*)\?=")
"""Encoded words in a header, and words beside each other, which are one (RFC 2047 §2, §6.2)."""
_TAG = re.compile("<[^<>]*>")
_ESCAPED = re.compile(r"\\(?:u00([0-9a-fA-F]{2})|[nrtv/])")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SOME = 5
"""One byte of so many that is no letter makes a text none."""
_DEEPEST = 3
"""A mail may be attached to a mail as a file."""


def _readings(raw: bytes) -> Iterator[str]:
    """The message in every way in which its bytes may be meant."""
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    for data in _decoded(raw, _DEEPEST):
        yield from _texts(data)
    # A reader of base64 passes over whatever is none.
    signs = _NO_BASE64.sub(b"", raw)
    for start in range(4):
        yield from _texts(_from_base64(signs[start:]))


def _decoded(raw: bytes, depth: int) -> Iterator[bytes]:
    yield raw
    yield binascii.a2b_qp(raw)
    for words in _WORDS.finditer(raw):
        yield b"".join(_word(*word.groups()) for word in _WORD.finditer(words[0]))
    if not depth:
        return
    for lines in _LINES.finditer(raw):
        yield from _decoded(_from_base64(_NO_BASE64.sub(b"", lines[0])), depth - 1)
    for run in _RUN.finditer(_LINES.sub(b"\n", raw)):
        yield _from_base64(run[0])


def _word(how: bytes, word: bytes) -> bytes:
    if how in b"bB":
        return _from_base64(_NO_BASE64.sub(b"", word))
    return binascii.a2b_qp(word.replace(b"_", b" "))


def _from_base64(signs: bytes) -> bytes:
    rest = len(signs) % 4
    # The last signs, which make up less than four, with what fills them up.
    end = signs[len(signs) - rest :] + b"=" * (4 - rest) if rest > 1 else b""
    return binascii.a2b_base64(signs[: len(signs) - rest] + end)


def _texts(data: bytes) -> Iterator[str]:
    text = data.decode("utf-8", "replace")
    strange = text.count("\ufffd")
    if strange * _SOME > len(text):  # a picture, or what is compressed
        yield text
        return
    yield from _unescaped(text)
    if strange:
        yield from _unescaped(data.decode("cp1252", "replace"))
    if b"\0" in data:  # two or four bytes for each letter
        yield from _unescaped(data.replace(b"\0", b"").decode("latin-1"))


def _unescaped(text: str) -> Iterator[str]:
    """A text as it stands, and as a page, a link or a program would have it."""
    yield text
    steps = (
        ("&", html.unescape),
        ("%", unquote),
        ("%", unquote),
        ("\\", lambda one: _ESCAPED.sub(_sign, one)),
    )
    for sign, step in steps:
        if sign in text and (after := step(text)) != text:
            text = after
            yield text
    if "<" in text:
        yield _TAG.sub("", text)
    if not text.isascii():
        yield unicodedata.normalize("NFKC", _UNSEEN.sub("", text))


def _sign(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else " "
