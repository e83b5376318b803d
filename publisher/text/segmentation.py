"""Segmentation: text cut into the words that a comparison keeps whole.

What a reader takes for one word is one word here: a number, an amount, a date, the address of a
page or a mailbox, a defined term. Other text is cut by Unicode's rules for word boundaries
(UAX #29 §4), which also hold combining marks and the parts of an emoji together and cut Chinese
and Japanese, which use no spaces, between their characters.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

Stretch = tuple[int, int]
"""Where a stretch of a text begins and ends."""
Terms = Mapping[str, tuple[str, ...]]
"""The defined terms of several words by their first word, the longest first."""

_PAGE = r"https?://[^\s<>]*[^\s<>.,;:!?)]"
_MAILBOX = r"[\w.+-]*\w@[\w-]+(?:\.[\w-]+)+"
_DATE = (
    r"\d{1,2}(?:st|nd|rd|th|\.)? [^\W\d_]{3,12}\.?,? \d{4}\b"
    r"|[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?, \d{4}\b"
)
_CODE = r"\b(?:USD|EUR|GBP|CHF) ?\d+(?:[.,]\d+)*"
_WORD = r"[^\W\d]\w*"
_WORDS = r"[^\W\d]\w*(?:['’]\w+)*"
_NUMBER = r"(?:[$€£¥₹] ?)?\d+(?:[.,:/]\d+)*(?:%|\w*)"

_BEYOND = re.compile("[^\x00-\u024f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2122]")
"""A character beyond the Latin scripts and their punctuation."""
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r" \d{4}\b")


@cache
def _latin(
    addresses: bool, years: bool, codes: bool, apostrophes: bool, numbers: bool
) -> re.Pattern[str]:
    """The pattern of a word, with those alternatives only that a text can need.

    Looking for an address or a date at each word costs time, and few clauses have one.
    """
    parts = [_PAGE, _MAILBOX] * addresses + [_DATE] * years + [_CODE] * codes
    parts += [_WORDS if apostrophes else _WORD] + [_NUMBER] * numbers
    return re.compile("|".join([*parts, r"\S"]))


@cache
def _unicode(whole: bool = True) -> Any:
    import regex

    parts = [_PAGE, _MAILBOX] + [_DATE] * whole + [_CODE, _NUMBER, r"(?=\S).+?\b"]
    return regex.compile("|".join(parts), regex.WORD | regex.DOTALL)


def beyond_latin(text: str) -> bool:
    """Whether a text has a character beyond the Latin scripts, and so is cut by Unicode's rules."""
    return _BEYOND.search(text) is not None


def words_in(text: str, by_unicode: bool | None = None) -> list[str]:
    """The words, numbers and punctuation marks of a text, without the spaces.

    Args:
        text: any text.
        by_unicode: whether to cut it by Unicode's rules; None: if `beyond_latin` says so.
    """
    if beyond_latin(text) if by_unicode is None else by_unicode:
        return [found.group() for found in _unicode().finditer(text)]
    numbers = _DIGIT.search(text) is not None
    return _latin(
        "@" in text or "://" in text,
        numbers and _YEAR.search(text) is not None,
        numbers and any(code in text for code in ("USD", "EUR", "GBP", "CHF")),
        "'" in text or "’" in text,
        numbers,
    ).findall(text)


def parts_in(text: str) -> list[str]:
    """The words of a text by which it is known again: a date counts as its parts.

    Two dates of one month are two words to a reader, and yet more alike than any other two.
    """
    if beyond_latin(text):
        return [found.group() for found in _unicode(whole=False).finditer(text)]
    numbers = _DIGIT.search(text) is not None
    return _latin(
        "@" in text or "://" in text, False, False, "'" in text or "’" in text, numbers
    ).findall(text)


def starts_of(found: Iterable[str], text: str) -> list[int]:
    """Where each of the words of a text begins."""
    starts: list[int] = []
    at = 0
    for word in found:
        at = text.index(word, at)
        starts.append(at)
        at += len(word)
    return starts


def segment(
    text: str, terms: Terms | None = None, by_unicode: bool | None = None
) -> tuple[list[str], list[int]]:
    """The words of a text and where each of them begins; every other character is a space.

    Args:
        text: any text.
        terms: defined terms, each of which is one word.
        by_unicode: see `words_in`.
    """
    found = words_in(text, by_unicode)
    starts = starts_of(found, text)
    if terms and any(map(terms.__contains__, found)):
        return _joined(text, found, starts, terms)
    return found, starts


def _joined(
    text: str, found: list[str], starts: list[int], terms: Terms
) -> tuple[list[str], list[int]]:
    joined: list[str] = []
    places: list[int] = []
    done = 0
    for n in [n for n, word in enumerate(found) if word in terms]:
        if n < done:
            continue
        for term in terms[found[n]]:
            end = starts[n] + len(term)
            after = bisect_left(starts, end)
            whole = starts[after - 1] + len(found[after - 1]) <= end
            if whole and text.startswith(term, starts[n]):
                joined += [*found[done:n], term]
                places += starts[done : n + 1]
                done = after
                break
    return joined + found[done:], places + starts[done:]


_TERM = re.compile(r"[“\"]([A-Z][\w-]*(?: [A-Z][\w-]*){1,4})[,.]?[”\"]")


def defined_terms(text: str) -> tuple[str, ...]:
    """The terms of several words that a text has in quotation marks, such as "Personal Data"."""
    return tuple(_TERM.findall(text)) if "“" in text or '"' in text else ()


def terms_by_first_word(found: Iterable[str]) -> Terms:
    """Defined terms in the form that `segment` takes."""
    terms: dict[str, tuple[str, ...]] = {}
    for term in sorted(set(found), key=lambda term: (-len(term), term)):
        first = words_in(term)[0]
        terms[first] = (*terms.get(first, ()), term)
    return terms


TYPOGRAPHY = {
    **dict.fromkeys("“”„‟«»″", '"'),
    **dict.fromkeys("‘’‚‛‹›′", "'"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("\u00a0\u2007\u2009\u202f", " "),
    "…": "...",
    **dict.fromkeys("\u00ad\u200b\u2060", ""),
    "--": "-",
    "---": "-",
}
_SIGN = re.compile("---?|[" + "".join(sign for sign in TYPOGRAPHY if len(sign) == 1) + "]")


def without_typography(text: str) -> str:
    """The text without typography: quotation marks, dashes, spaces and case made uniform."""
    text = _SIGN.sub(lambda found: TYPOGRAPHY[found[0]], text)
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
