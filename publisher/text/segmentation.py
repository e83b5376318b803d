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

_UNSPACED = "\u3005-\u3007\u3041-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f"
"""Chinese and Japanese letters: whether a space parts them from letters and figures of other
scripts, decides who sets them."""
_PAGE = r"https?://[^\s<>]*[^\s<>.,;:!?)]"
_PAGE_UNSPACED = rf"https?://[^\s<>\u3001-\u3011\uff00-\uff65{_UNSPACED}]+(?<![.,;:!?)])"
_MAILBOX = r"[\w.+-]*\w@[\w-]+(?:\.[\w-]+)+"
_DATE = (
    r"\d{1,2}(?:st|nd|rd|th|\.)? [^\W\d_]{3,12}\.?,? \d{4}\b"
    r"|[^\W\d_]{3,9}\.? \d{1,2}(?:st|nd|rd|th)?, \d{4}\b"
)
_CODE = r"\b(?:USD|EUR|GBP|CHF) ?\d+(?:[.,]\d+)*"
_WORD = r"[^\W\d]\w*"
_WORDS = r"[^\W\d]\w*(?:['’]\w+)*"
_NUMBER = r"(?:[$€£¥₹] ?)?\d+(?:[.,:/]\d+)*(?:%|\w*)"
_NUMBER_UNSPACED = _NUMBER.replace(r"\w*", rf"(?:(?![{_UNSPACED}])\w)*")

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

    parts = [_PAGE_UNSPACED, _MAILBOX] + [_DATE] * whole + [_CODE, _NUMBER_UNSPACED, r"(?=\S).+?\b"]
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


COUNTED = rf"[^\w\s]*(?:{_DATE})\S*|\S+"
"""What counts as one word where readers are told how many changed."""
_COUNTED = re.compile(COUNTED)


def count_words(text: str) -> int:
    """How many words a text has, as readers are told: a date is one, and so is what stands between
    two spaces.
    """
    if _DIGIT.search(text) and _YEAR.search(text):
        return len(_COUNTED.findall(text))
    return len(text.split())


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


SINGLE_QUOTES = "\u0027\u2018\u2019\u201a\u201b\u2039\u203a\u2032\u02bc\u0060\u00b4"
"""Apostrophes and single quotation marks."""
DOUBLE_QUOTES = (
    "\u00ab\u00bb\u201c\u201d\u201e\u201f\u2033\u2e02\u2e03\u2e04\u2e05\u2e09"
    "\u2e0a\u2e0c\u2e0d\u2e1c\u2e1d\u2e20\u2e21\u300c\u300d\u300e\u300f\u301d"
    "\u301e\u301f"
)
"""Double quotation marks: the other signs of the categories Pi and Pf, and those of East Asia."""
DASHES = (
    "\u058a\u05be\u1400\u1806\u2010\u2011\u2012\u2013\u2014\u2015\u2e17\u2e1a"
    "\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\ufe31\ufe32\ufe58\ufe63\uff0d"
    "\U00010ead\u2212"
)
"""Dashes: the category Pd without the hyphen, and the minus sign."""
SPACES = (
    "\u0020\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008"
    "\u2009\u200a\u202f\u205f\u3000"
)
"""Spaces: the category Zs."""
UNSEEN_SIGNS = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
    "\u2061\u2062\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
"""What no reader sees; but not the joiners, which decide how letters and emoji look."""
_OTHERS = "()0-9A-Za-z\u00c0-\u024f\uff08\uff09\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"
"""Letters, figures and brackets of other scripts beside Chinese and Japanese ones."""
TYPOGRAPHY = (
    (f"[{SPACES}]+", " "),
    (f"(?<=[{_UNSPACED}]) (?=[{_OTHERS}])|(?<=[{_OTHERS}]) (?=[{_UNSPACED}])", ""),
    (" (?=[:;!?»›%])|(?<=[«‹]) ", ""),
    (f"[{DOUBLE_QUOTES}]", '"'),
    (f"[{SINGLE_QUOTES}]", "'"),
    (f"-{{2,3}}|[{DASHES}]", "-"),
    ("…", "..."),
    (f"[{UNSEEN_SIGNS}]", ""),
)
"""Patterns, and what each is when typography does not count, one after the other.

Quotation marks, dashes and spaces are those of Unicode's categories; the spaces that French and
German set before or within other signs are none, nor those that some set between Chinese or
Japanese letters and others; nor is what no reader sees."""
_RULES = [(re.compile(pattern), plain) for pattern, plain in TYPOGRAPHY]
_SET = re.compile(
    f"[{SPACES[1:]}{DOUBLE_QUOTES}{SINGLE_QUOTES[1:]}{DASHES}{UNSEEN_SIGNS}…]|--|  | [:;!?%]"
    f"|[{_UNSPACED}] | [{_UNSPACED}]"
)
"""What the patterns can find; most texts have none of it."""


def without_typography(text: str) -> str:
    """The text without typography: quotation marks, dashes, spaces and case made uniform."""
    if _SET.search(text):
        for pattern, plain in _RULES:
            text = pattern.sub(plain, text)
    return text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
