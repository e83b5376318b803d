"""The layout of the plain text of a letter: what is folded, out of sight or torn apart in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from publisher.policies.finding import Severity

MOST_BLANK_LINES, WIDEST_GAP = 10, 60
"""Blank lines in a row, and blanks in a line, after which words may be out of sight."""
_SHOWN = 8
"""Words of a place that are shown."""
_MARKS = re.compile(r"[ \t]*(?:>[ \t]?)*")
_FROM = re.compile(r">+From ")
"""A line that begins with `From `, as mailboxes of some kinds quote it (RFC 4155)."""
_BLANK_LINES = re.compile(r"(?:\n[^\S\n]*+){2,}")
_GAP = re.compile(rf"(?<=\S)[^\S\n]{{{WIDEST_GAP},}}|^[^\S\n]{{{WIDEST_GAP},}}(?=\S)", re.MULTILINE)
_USUAL = frozenset(" \t\r\n\xa0")


class _Word(NamedTuple):
    word: str
    depth: int
    """Marks of a quotation before its line."""
    rule: bool
    """Whether its line is `--`, below which mail programs expect a signature, and fold it."""
    apart: bool
    """Whether a blank line is before it."""


def strange_signs(text: str, sealed: str) -> list[str]:
    """The blanks other than usual ones, and the signs without a form, that a text has anew.

    Args:
        text: of a part of the letter.
        sealed: that part, as it was sealed.

    Returns:
        The names of their characters: `U+3000`.
    """
    signs = sorted(set(text) - set(sealed) - _USUAL)
    strange = (s for s in signs if s.isspace() or unicodedata.category(s) in ("Cc", "Cf", "Co"))
    return [f"U+{ord(sign):04X}" for sign in strange]


def layout_faults(text: str, sealed: str, name: str, own: int) -> Iterator[tuple[Severity, str]]:
    """What is laid out otherwise than in the sealed letter, of a text with the same words.

    Where lines end does not matter.

    Args:
        text: the plain text.
        sealed: that of the sealed letter, with the same fields filled in.
        name: whom it addresses.
        own: words of the text that belong to the letter; what follows is a list's.
    """
    new, old = _placed(text)[:own], _placed(sealed)
    pairs = list(zip(new, old, strict=False))
    for at in _begins([one.depth > was.depth for one, was in pairs]):
        yield Severity.ERROR, f"its plain text has the mark of a quotation before {_at(new, at)}"
    for at in _begins([one.depth < was.depth for one, was in pairs]):
        yield Severity.CUE, f"its plain text lacks the mark of a quotation before {_at(new, at)}"
    for at in _begins([one.rule and not was.rule for one, was in pairs]):
        what = "has a line “--”, below which mail programs fold what follows"
        yield Severity.ERROR, f"its plain text {what}: {_at(new, at)}"
    for at in _begins([one.apart != was.apart for one, was in pairs]):
        yield Severity.CUE, f"its plain text has other paragraphs at {_at(new, at)}"
    yield from _out_of_sight(text.replace("\r\n", "\n"), sealed)
    torn = re.compile(r"\s+".join(map(re.escape, name.split()))) if name.split() else None
    if torn and any(_BLANK_LINES.search(found[0]) for found in torn.finditer(text)):
        yield Severity.ERROR, f"addresses “{name}” in more than one paragraph: that is no name"


def _out_of_sight(text: str, sealed: str) -> Iterator[tuple[Severity, str]]:
    most = max((one[0].count("\n") for one in _BLANK_LINES.finditer(sealed)), default=0)
    for found in _BLANK_LINES.finditer(text.rstrip()):
        # Some relays write each line end twice.
        if (lines := found[0].count("\n")) > 2 * most + MOST_BLANK_LINES:
            yield Severity.ERROR, f"its plain text has {lines - 1} blank lines in a row"
            break
    if _GAP.search(text) and not _GAP.search(sealed):
        yield Severity.ERROR, f"its plain text has more than {WIDEST_GAP} blanks in a row"


def _placed(text: str) -> list[_Word]:
    found, blank = list[_Word](), False
    for line in unicodedata.normalize("NFC", text).splitlines():
        marks = _MARKS.match(line)
        begin = marks.end() if marks else 0
        depth = 0 if _FROM.match(line) else line[:begin].count(">")
        words = line[begin:].split()
        for number, word in enumerate(words):
            rule = words == ["--"]
            found.append(_Word(word, depth, rule, blank and not number))
        blank = not words
    return found


def _begins(differs: list[bool]) -> list[int]:
    """Where runs of differences begin; the first few."""
    found, at = list[int](), 0
    for one, run in groupby(differs):
        found += [at] if one else []
        at += len(list(run))
    return found[:_SHOWN]


def _at(words: list[_Word], at: int) -> str:
    return f"“{' '.join(one.word for one in words[at : at + _SHOWN])}”"
