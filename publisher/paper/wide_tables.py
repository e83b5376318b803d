"""Tables that are too wide for a page: words are broken, set smaller, and the page is turned."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from markupsafe import Markup

_ROOM = 100
"""Letters of a table that stand side by side on a page, as wide as letters are on average."""
_BETWEEN = 3
"""Letters for which there would be room where two columns meet."""
_MOST_LARGE, _MOST_UPRIGHT = 4, 6
"""Columns that a table with broken words may have in letters as large as others, and on a page that
stands upright."""

_TABLE = re.compile(r"<table\b[^>]*>.*?</table>", re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
_CLASS = re.compile(r'(<table\b[^>]*?)(?: class="([^"]*)")?([^>]*>)')


def fitted_tables(html: Markup) -> Markup:
    """A document whose tables all have room: those that are too wide have a class that says how
    they get it.

    Args:
        html: the document; no table is within another.
    """
    if "<table" not in html:
        return html
    return Markup(_TABLE.sub(_fitted, html))  # noqa: S704 - classes of ours, put into HTML


def _fitted(found: re.Match[str]) -> str:
    table = found[0]
    rows = [[_longest_word(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(table)]
    columns = max(map(len, rows), default=0)
    widest = [max(column) for column in zip(*(r for r in rows if len(r) == columns), strict=True)]
    if sum(widest) + _BETWEEN * columns <= _ROOM:
        return table
    names = ["pp-tight"]
    names += ["pp-small"] * (columns > _MOST_LARGE) + ["pp-turned"] * (columns > _MOST_UPRIGHT)
    return _CLASS.sub(lambda tag: _classed(tag, names), table, count=1)


def _classed(tag: re.Match[str], names: list[str]) -> str:
    before, own, behind = tag.groups()
    known = [own] if own else []
    return f'{before} class="{" ".join([*known, *names])}"{behind}'


def _longest_word(cell: str) -> int:
    """How wide the longest word of a cell is, in letters."""
    words = unescape(re.sub(r"<[^>]*>", " ", cell)).split()
    return max(map(_width, words), default=0)


def _width(word: str) -> int:
    if word.isascii():
        return len(word)
    # A line may end between two signs that are as wide as they are high.
    narrow = [sign for sign in word if unicodedata.east_asian_width(sign) not in "WF"]
    return len(narrow) if narrow else 2
