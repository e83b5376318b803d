"""What it costs to parse HTML that a stranger wrote, estimated before it is parsed."""

from __future__ import annotations

import re
from collections import Counter

MOST_STEPS, MOST_REOPENED = 20_000_000, 300_000
"""Steps of a parser, and formatting elements that it opens anew, as `is_costly` estimates."""

TAG = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(/?)([a-zA-Z][^\s/>]*+)((?:[^>\"']++|\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z))*+)(?:>|\Z)",
    re.DOTALL,
)
"""A tag or a comment, as a parser sees it: `/` if it closes, its name, its attributes."""
_VALUE = re.compile(r"\"[^\"]*+\"?|'[^']*+'?")
_FORMATTING = frozenset([
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt",
    "u",
])  # fmt: skip
_CLOSED_BY_ITSELF = frozenset([
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track",
    "wbr", "p", "li", "dd", "dt", "td", "th", "tr", "tbody", "thead", "tfoot", "option",
])  # fmt: skip


def is_costly(html: str) -> bool:
    """Whether parsing takes far longer than the length of the HTML suggests.

    A parser that follows the HTML standard walks all open elements for many tags, compares each
    attribute of an element with all others, and reopens formatting elements in each block.
    """
    opened: Counter[str] = Counter()
    depth = formatting = steps = reopened = 0
    for found in TAG.finditer(html):
        closing, name, attributes = found.groups()
        if name is None:
            continue
        name = name.lower()
        step = _step(name, bool(closing), opened)
        opened[name] += step
        depth += step
        formatting += step * (name in _FORMATTING)
        steps += depth + _attribute_steps(name, attributes)
        reopened += formatting
        if steps > MOST_STEPS or reopened > MOST_REOPENED:
            return True
    return False


def _step(name: str, closing: bool, opened: Counter[str]) -> int:
    """By how much a tag changes the number of open elements."""
    if name in _CLOSED_BY_ITSELF or (closing and not opened[name]):
        return 0
    return -1 if closing else 1


def _attribute_steps(name: str, attributes: str) -> int:
    many = len(_VALUE.sub("", attributes)) // 2
    # Attributes of further elements with these names are added to the first one.
    return many * many // 2 + (1_000 * many if name in ("html", "body") else 0)


def strip_tags(html: str) -> str:
    """HTML with a space in place of each tag and comment; nothing in it is decoded."""
    return TAG.sub(" ", html)
