"""Text wrapped by the columns it takes in a window of letters that are all equally wide."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

import regex

WIDTH = 76
"""Columns of a line: few enough to stay readable when it is quoted in a reply."""
_GRAPHEME = regex.compile(r"\X")
_WITHOUT_WIDTH = frozenset(["Mn", "Me", "Cf", "Cc"])
_ADDRESS = re.compile(r"://|@|^(?:mailto|tel):", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\n]+")
_NEVER_FIRST, _NEVER_LAST = frozenset(["Pe", "Pf", "Po"]), frozenset(["Ps", "Pi"])
"""Kinds of signs that begin, or end, no line within a word (UAX 14, classes CL and OP)."""


def columns_of(text: str) -> int:
    """How many columns a text takes: two for a wide letter of East Asia (UAX 11), none for a sign
    that is set above, below or between others, such as the vowels of Arabic.
    """
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(sign: str) -> int:
    if unicodedata.category(sign) in _WITHOUT_WIDTH:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrapped(text: str, first: str = "", rest: str = "", width: int = WIDTH) -> list[str]:
    """The lines of a paragraph.

    A word longer than a line is broken, for such are found where no blanks are written; an address
    is not, so that it still works.

    Args:
        text: the paragraph.
        first, rest: what its first line begins with, and the others.
        width: columns of a line.
    """
    lines, line, used = list[str](), "", 0
    room = max(width - columns_of(rest), 1)
    for word in _BLANKS.split(text.strip(" \t\n")):
        own = columns_of(word)
        if line and used + 1 + own > room:
            lines, line, used = [*lines, line], "", 0
        if own > room and not _ADDRESS.search(word):
            *whole, word = pieces_of(word, room)
            lines += whole
            own = columns_of(word)
        line, used = (f"{line} {word}", used + 1 + own) if line else (word, own)
    lines.append(line)
    return [(rest if n else first) + one for n, one in enumerate(lines)]


def pieces_of(word: str, room: int) -> Iterator[str]:
    """A word, or any line, in pieces that take so many columns at most."""
    piece, used = list[str](), 0
    for sign in _GRAPHEME.findall(word):
        own = columns_of(sign)
        if piece and used + own > room:
            kept = list[str]()
            while len(piece) > 1 and (_is(sign, _NEVER_FIRST) or _is(piece[-1], _NEVER_LAST)):
                sign_before = piece.pop()
                kept = [sign, *kept]
                sign = sign_before
            yield "".join(piece)
            piece = [sign, *kept]
            used = columns_of("".join(piece))
            continue
        piece.append(sign)
        used += own
    yield "".join(piece)


def _is(sign: str, kinds: frozenset[str]) -> bool:
    return unicodedata.category(sign[0]) in kinds
