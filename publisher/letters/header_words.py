"""Fields of a header that hold words for people, as RFC 5322 and RFC 2047 want them.

The standard library loses spaces between encoded words (RFC 2047 §6.2: what separates two of them
is no part of what they say) and may leave the first line of a field empty, so subjects and names
are encoded and folded here.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from email.headerregistry import AddressHeader
from email.policy import EmailPolicy
from typing import Any

_LINE = 76
"""Characters of a line (RFC 2047 §2: of one that has an encoded word)."""
_PLAIN_WORD = 60
"""Characters of the longest word that is left as it is: its line has room for the field's name."""
_BEGIN, _END = "=?utf-8?", "?="
_AS_THEY_ARE = re.compile(rb"[A-Za-z0-9!*+/-]")
"""Bytes that need no code anywhere, in a phrase neither (RFC 2047 §5 (3))."""
_Q_SIGNS = tuple(
    chr(byte) if _AS_THEY_ARE.match(bytes([byte])) else "_" if byte == 32 else f"={byte:02X}"
    for byte in range(256)
)
"""What stands for each byte in the encoding Q (RFC 2047 §4.2)."""
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+")


class MailPolicy(EmailPolicy):
    """How a message of ours is written: ASCII, lines ended by CR LF, no line of a header empty."""

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        # A subject that looks like an encoded word is words all the same.
        return (name, value) if _is_subject(name) else super().header_store_parse(name, value)

    def fold(self, name: str, value: Any) -> str:
        return self._folded(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self._folded(name, value).encode("ascii") or super().fold_binary(name, value)

    def _folded(self, name: str, value: Any) -> str:
        if _is_subject(name):
            items = subject_items(str(value))
        elif isinstance(value, AddressHeader) and any(one.display_name for one in value.addresses):
            items = [
                item
                for one in value.addresses
                for item in mailbox_items(one.display_name, one.addr_spec)
            ]
        else:
            return ""
        return folded(name, items, self.linesep)


MAIL = MailPolicy(linesep="\r\n")


def _is_subject(name: str) -> bool:
    return name.lower() == "subject"


def subject_items(words: str) -> list[str]:
    """What a subject consists of, between which its lines may be folded.

    Args:
        words: in one line.
    """
    return _with_encoded(words) if _is_even(words) else _encoded(words)


def mailbox_items(name: str, address: str) -> list[str]:
    """A name and an address (RFC 5322 §3.4), as for `subject_items`.

    Args:
        name: in one line; may be empty.
        address: with its domain.
    """
    if not name:
        return [address]
    words = name.split(" ")
    if not _is_even(name) or not all(map(_stands, words)):
        phrase = _encoded(name)
    elif all(map(_ATOM.fullmatch, words)):
        phrase = words
    else:
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        phrase = f'"{escaped}"'.split(" ")
    return [*phrase, f"<{address}>"]


def folded(name: str, items: Sequence[str], line_end: str) -> str:
    """A field as its lines, the last one ended too.

    Args:
        name: of the field.
        items: what it consists of; one that is longer than a line has a line of its own.
        line_end: what ends a line.
    """
    lines, line = [], f"{name}:"
    for place, item in enumerate(items):
        if place and len(line) + 1 + len(item) > _LINE:
            lines.append(line)
            line = ""
        line += f" {item}"
    return line_end.join([*lines, line, ""])


def _is_even(words: str) -> bool:
    """Whether single spaces, and only those, separate the words."""
    return words == " ".join(words.split())


def _stands(word: str) -> bool:
    """Whether a word can stand as it is; what looks like an encoded one cannot."""
    plain = word.isascii() and word.isprintable() and len(word) <= _PLAIN_WORD
    return plain and "=?" not in word


def _with_encoded(text: str) -> list[str]:
    """Words as they are, but for those from the first to the last that cannot stand so."""
    words = text.split(" ")
    encoded = [place for place, word in enumerate(words) if not _stands(word)]
    if not encoded:
        return words
    first, last = encoded[0], encoded[-1] + 1
    return [*words[:first], *_encoded(" ".join(words[first:last])), *words[last:]]


def _encoded(text: str) -> list[str]:
    """Encoded words that say a text together: the spaces within it are in them.

    Each holds whole characters (RFC 2047 §5), in the shorter one of the two encodings.
    """
    ways = {way(text): way for way in (_b, _q)}
    whole = min(reversed(ways), key=len)
    if len(whole) <= _PLAIN_WORD:
        return [whole]
    way = ways[whole]
    found, held = list[str](), ""
    # Whole words where they fit, each with the space behind it: some readers, that of Python among
    # them, take the space between two encoded words of a name for one of the name.
    for word in re.findall(r" *[^ ]+ ?| +", text):
        for part in [word] if len(way(word)) <= _PLAIN_WORD else word:
            if held and len(way(held + part)) > _PLAIN_WORD:
                found.append(way(held))
                held = ""
            held += part
    return [*found, way(held)]


def _q(text: str) -> str:
    return f"{_BEGIN}q?{''.join([_Q_SIGNS[byte] for byte in text.encode()])}{_END}"


def _b(text: str) -> str:
    return f"{_BEGIN}b?{b64encode(text.encode()).decode('ascii')}{_END}"
