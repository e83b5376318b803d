"""Whether a message names an address, however its parts are encoded.

Nothing of it is read as a message, so nothing in it can be hostile to the reader: it takes time in
proportion to its length.
"""

from __future__ import annotations

import binascii
import html
import re
from collections.abc import Collection, Iterator

_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{16,}={0,2}(?:\r?\n|$|(?=[^A-Za-z0-9+/=])))+")
_WORD = re.compile(rb"=\?[^?\s]{1,40}\?[bB]\?([A-Za-z0-9+/]{4,})=*\?=")
_AROUND_WORDS = re.compile(rb"=\?[^?\s]{1,40}\?[qQ]\?|\?=")
"""Encoded words in a header (RFC 2047 §2)."""
_PARTS_OF_ADDRESSES = r"A-Za-z0-9.!#$%&'*+/=?^_`{|}~-"


def pattern_of(addresses: Collection[str]) -> re.Pattern[str]:
    """Finds any of some addresses as a whole, in upper or lower case.

    Args:
        addresses: at least one.
    """
    some = "|".join(re.escape(one) for one in sorted(addresses))
    before, after = rf"(?<![{_PARTS_OF_ADDRESSES}])", r"(?![A-Za-z0-9-]|\.[A-Za-z0-9])"
    return re.compile(f"{before}(?:{some}){after}", re.IGNORECASE)


def names_any(raw: bytes, wanted: re.Pattern[str]) -> bool:
    """Whether a message has one of some addresses, in its header or its words.

    Args:
        raw: the message (RFC 5322), whatever it contains. What is compressed in it is not read.
        wanted: as `pattern_of` gives it.
    """
    return any(wanted.search(text) for text in _readings(raw))


def _readings(raw: bytes) -> Iterator[str]:
    """The message in every way in which its bytes may be meant."""
    yield raw.decode("utf-8", "replace")
    plain = binascii.a2b_qp(_AROUND_WORDS.sub(b" ", raw)).decode("utf-8", "replace")
    yield plain
    if "&" in plain:
        yield html.unescape(plain)
    for block in _BASE64.finditer(raw):
        yield from _from_base64(re.sub(rb"[\r\n=]", b"", block[0]))
    for word in _WORD.finditer(raw):
        yield from _from_base64(word[1])


def _from_base64(block: bytes) -> Iterator[str]:
    data = binascii.a2b_base64(block[: len(block) // 4 * 4] + _end(block))
    yield data.decode("utf-8", "replace")
    if b"\0" in data:
        yield data.decode("utf-16", "replace")
    if b"&" in data:
        yield html.unescape(data.decode("utf-8", "replace"))


def _end(block: bytes) -> bytes:
    """The last signs, which make up less than four, with what fills them up."""
    rest = block[len(block) // 4 * 4 :]
    return rest + b"=" * (4 - len(rest)) if len(rest) > 1 else b""
