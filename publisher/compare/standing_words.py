"""Whether words stand in the lines of a text, however these are read."""

from __future__ import annotations

import html
import re

_MARKUP = re.compile(
    r"""\]\([^)]*\)            # where a link leads, CommonMark §6.3
    | \]\[[^\]]*\]
    | \{[^{}\n]*\}             # an anchor
    | <[^<>\n]*>               # HTML, an address
    | ^[ \t>]*\[[^\]\n]+\]:.*$ # a reference, CommonMark §4.7
    | ^[ \t>]*(?:```|~~~).*$   # a fence and its language
    """,
    re.VERBOSE | re.MULTILINE,
)
_MARKER = re.compile(r"^[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)+", re.MULTILINE)
"""What begins an item of a list."""
_WORD = re.compile(r"\w+")


def same_letters(said: str, text: str) -> bool:
    """Whether two texts differ in nothing but the space between their words."""
    return said == text or "".join(said.split()) == "".join(text.split())


def stand_in(said: str, source: str) -> bool:
    """Whether words are all those of some lines of Markdown, in their order, whatever of the rest
    is markup.
    """
    spoken = _words(said)
    bare = _MARKUP.sub(" ", html.unescape(source))
    return spoken in (_words(bare), _words(_MARKER.sub("", bare)), _words(source))


def alike(old: str, new: str) -> bool:
    """Whether two stretches of Markdown say the same, but for how the lines are set."""
    return old.rstrip() == new.rstrip() or _said(old) == _said(new)


def _said(source: str) -> list[str]:
    """The words of some lines, with where their links lead."""
    return _WORD.findall(_MARKER.sub("", html.unescape(source)))


def _words(text: str) -> list[str]:
    return _WORD.findall(_MARKUP.sub(" ", text).replace("_", " "))
