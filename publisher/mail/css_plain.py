"""The closed set of declarations and style sheets that are known to show words as written.

A list of what hides words would never be complete. So whatever is not known here makes the words in
doubt, and a person reads them. The values of properties are in `css_properties`.
"""

from __future__ import annotations

import re

from publisher.letters.letter_style import KEPT_SHEETS
from publisher.mail.css import LONGEST_STYLE, css_declarations, css_rules, without_strings
from publisher.mail.css_properties import (
    EXTENTS,
    LARGEST_LETTERS,
    PROPERTIES,
    SIZES,
    is_extent,
    is_margin,
    pixels_of,
    size_in,
)
from publisher.mail.html_elements import CELLS, TEXT_ELEMENTS, WITHOUT_WORDS

LONGEST_SHEET = 100_000
"""Limit on the characters of style sheets that are read."""


def is_plain_sheet(sheet: str) -> bool:
    """Whether a style sheet is known not to change which words are seen.

    Args:
        sheet: CSS; the content of a `style` element.
    """
    if len(sheet) > LONGEST_SHEET:
        return False
    text = without_strings(re.sub(r"<!--|-->", " ", sheet))
    if text is None:
        return False
    text = " ".join(text.split())
    for dark in _DARK:
        text = text.replace(dark, " ")
    # `!important` would show what is hidden at its place.
    if "!" in text:
        return False
    return all(_is_plain_rule(head, body) for head, body in css_rules(text))


_INVERTS = re.compile(r"scheme|forced|inverted|contrast|mono")
"""Media features that may mean a dark window, on which dark letters are not seen."""


def _is_plain_rule(head: str, body: str) -> bool:
    if ";" in head or len(head) > LONGEST_STYLE:
        return False
    if head.startswith("@media") and not _INVERTS.search(head):
        return all(not h.startswith("@") and _is_plain_rule(h, b) for h, b in css_rules(body))
    if "{" in body:
        return False
    rules = css_declarations(body)
    if rules is None:
        return False
    if head.startswith("@page"):
        return True
    if head.startswith("@list"):
        return all(name[:4] != "mso-" or _is_words_property(name, v) for name, v in rules)
    if head == "@font-face":
        return all(_names_a_font(name) for name, _ in rules)
    if "@" in head or "\\" in head or hangs_out(rules):
        return False
    return all(_is_plain_for(head, name, value) for name, value in rules)


def _names_a_font(name: str) -> bool:
    return name in ("font-family", "panose-1", "font-style", "font-weight") or name[:4] == "mso-"


_LAST = re.compile(r"(?:.*[\s>+~])?([a-z][a-z0-9]*)(?:[.:#][\w-]+)*", re.DOTALL)


def _is_plain_for(selectors: str, name: str, value: str) -> bool:
    """Whether a declaration is plain for every element that the selectors may match."""
    if name == "display":
        # It would show the content of an element that is not shown.
        for selector in selectors.split(","):
            last = _LAST.fullmatch(selector.strip())
            if last is None or last[1] not in TEXT_ELEMENTS:
                return False
    if name == "white-space" and value == "pre":
        return False
    if name in ("font-size", "font") and (size := size_in(name, value)):
        # An element inside another of the same rule would be scaled twice.
        pixels = pixels_of(size, 0)
        if size not in ("1em", "100%", "1rem") and (
            pixels is None or not 9 <= pixels <= LARGEST_LETTERS
        ):
            return size in SIZES
    return is_plain_declaration("", name, value)


_DARK = [" ".join(sheet.split()) for sheet in KEPT_SHEETS]
"""The rules for dark windows in our own letters."""


# ── declarations ─────────────────────────────────────────────────────────────────────────────────


def is_plain_declaration(tag: str, name: str, value: str) -> bool:
    """Whether a declaration is known to leave words as written.

    Args:
        tag: the name of the element it is for; empty: any element.
        name, value: of the property, as `css_declarations` gives them.
    """
    if name.startswith("mso-"):
        return _is_words_property(name, value)
    if name.startswith("--"):
        return True
    if tag in WITHOUT_WORDS and name == "display":
        return value == "none"
    if tag in CELLS and name in EXTENTS:
        return is_extent(value)
    test = PROPERTIES.get(name)
    return test is not None and (value in _GLOBAL or test(value))


_GLOBAL = frozenset(["inherit", "initial", "unset", "revert"])


def _is_words_property(name: str, value: str) -> bool:
    """Whether a property that only Word knows leaves words as written."""
    if name in ("mso-hide", "mso-text-raise", "mso-font-width", "mso-text-animation"):
        return value in ("none", "0", "0pt", "100%")
    if name == "mso-level-text":
        return not re.search(r"[^\W\d_]{2}", re.sub(r"\\[0-9a-f]{4}|%\d", "", value))
    if name.endswith("-alt") and re.match(r"mso-(?:margin|padding|line-height|text-indent)", name):
        return is_margin(value)
    return True


def hangs_out(rules: list[tuple[str, str]]) -> bool:
    """Whether the first line begins to the left of its element."""
    values = dict(rules)
    indent = pixels_of(values.get("text-indent", "0"), 16) or 0
    margin = values.get("margin", "0").split()
    left = values.get("margin-left") or (margin[3] if len(margin) == 4 else "0")
    return indent < 0 and -indent > (pixels_of(left, 16) or 0)
