"""Segmentation: text cut into the words that a comparison keeps whole.

What a reader takes for one word is one word here: a number, an amount, a date, the address of a
page or a mailbox, a defined term. Other text is cut by Unicode's rules for word boundaries
(UAX #29 §4), which also hold combining marks and the parts of an emoji together and cut Chinese
and Japanese, which set no spaces, between their characters.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import Any

Place = tuple[int, int]
"""Where a word begins in its text, and where it ends."""

_PAGE = r"https?://[^\s<>]*[^\s<>.,;:!?)]"
_MAILBOX = r"[\w.+-]*\w@[\w-]+(?:\.[\w-]+)+"
_DATE = (
    r"\d{1,2}(?:st|nd|rd|th|\.)? [^\W\d_]{3,12}\.?,? \d{4}\b"
    r"|[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?, \d{4}\b"
)
_AMOUNT = r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CHF)) ?\d+(?:[.,]\d+)*"
_NUMBER = r"\d+(?:[.,:/]\d+)*(?:%|\w*)"
_WORD = r"\w+(?:['’]\w+)*"

_BEYOND = re.compile("[^\x00-\u024f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2122]")
"""What is beyond the Latin scripts and their punctuation."""


@cache
def _latin(addresses: bool, years: bool, numbers: bool, apostrophes: bool) -> re.Pattern[str]:
    """Looking for an address or a date at each word costs time; few clauses have one."""
    parts = [_PAGE, _MAILBOX] * addresses + [_DATE] * years + [_AMOUNT, _NUMBER] * numbers
    return re.compile("|".join([*parts, _WORD if apostrophes else r"\w+", r"\S"]))


@cache
def _unicode() -> Any:
    import regex

    parts = [_PAGE, _MAILBOX, _DATE, _AMOUNT, _NUMBER, r"(?=\S).+?\b"]
    return regex.compile("|".join(parts), regex.WORD | regex.DOTALL)


def places(text: str) -> list[Place]:
    """Where the words of a text are, in order; every other character is a space.

    Args:
        text: any text.
    """
    if _BEYOND.search(text):
        return [found.span() for found in _unicode().finditer(text)]
    return [found.span() for found in _pattern(text).finditer(text)]


def words(text: str) -> list[str]:
    """The words, numbers and punctuation marks of a text, without the spaces."""
    if _BEYOND.search(text):
        return [found.group() for found in _unicode().finditer(text)]
    return _pattern(text).findall(text)


def _pattern(text: str) -> re.Pattern[str]:
    numbers = bool(_DIGIT.search(text))
    years = numbers and bool(_YEAR.search(text))
    return _latin("@" in text or "://" in text, years, numbers, "'" in text or "’" in text)


_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r" \d{4}\b")
_TERM = re.compile(r"[“\"]([A-Z][\w-]*(?: [A-Z][\w-]*){1,4})[,.]?[”\"]")


def defined_terms(texts: Iterable[str]) -> frozenset[str]:
    """The terms of several words that a text defines by setting them in quotation marks.

    Args:
        texts: of the clauses.

    Returns:
        Terms such as "Personal Data".
    """
    found: set[str] = set()
    for text in texts:
        if "“" in text or '"' in text:
            found.update(_TERM.findall(text))
    return frozenset(found)


def join_terms(text: str, found: list[Place], terms: frozenset[str]) -> list[Place]:
    """The places of the words, those of each defined term made one.

    Args:
        text: as given to `places`.
        found: what `places` returned for it.
        terms: defined terms of several words.
    """
    here = [term for term in terms if term in text] if terms else []
    if not here:
        return found
    pattern = re.compile("|".join(map(re.escape, sorted(here, key=len, reverse=True))))
    starts, ends = {start for start, _ in found}, {end for _, end in found}
    spots = [s for m in pattern.finditer(text) if (s := m.span())[0] in starts and s[1] in ends]
    joined: list[Place] = []
    until = 0
    following = iter([*spots, (len(text) + 1, 0)])
    next_ = next(following)
    for place in found:
        if place[0] < until:
            continue
        if place[0] == next_[0]:
            joined.append(next_)
            until, next_ = next_[1], next(following)
        else:
            joined.append(place)
    return joined


_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‘’‚‛‹›′", "'"),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
        "…": "...",
        "\u00ad": None,
        "\u200b": None,
        "\u2060": None,
    }
)


def plain(text: str) -> str:
    """The text without typography: quotation marks, dashes, special spaces and case made alike."""
    return unicodedata.normalize("NFKC", text.translate(_TYPOGRAPHY)).casefold()
