"""How the words of an HTML mail are set: size of letters, line height, indent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from publisher.mail.css import css_declarations
from publisher.mail.css_plain import hangs_out, is_plain_declaration
from publisher.mail.css_properties import (
    FONT,
    LARGEST_LETTERS,
    OWN,
    SIZES,
    SMALLEST_LETTERS,
    pixels_of,
    size_in,
    within,
)
from publisher.mail.html_elements import WITHOUT_WORDS, is_known_element, is_plain_attribute


@dataclass(frozen=True, slots=True)
class Layout:
    """How the words of an element are set, as far as this decides whether they are seen."""

    size: float = 16.0
    """Size of its letters in CSS pixels (1/96 inch)."""
    scaled: int = 0
    """How many sizes, one inside the other, were relative to the size around them."""
    leading: float = 0.0
    """Line height in pixels; 0: normal."""
    indent: float = 0.0
    """Distance from the edge of the window, in pixels."""
    strange: bool = False
    """Whether anything unknown applies to its words."""

    @property
    def plain(self) -> bool:
        """Whether its words are known to be seen as written."""
        return (
            not self.strange
            and SMALLEST_LETTERS <= self.size <= LARGEST_LETTERS
            and self.scaled <= 2
            and (not self.leading or self.leading >= 0.8 * self.size)
            and self.indent <= FURTHEST
        )


FURTHEST = 600.0
"""Limit on the distance from the edge of the window, in pixels."""


def layout_of(
    tag: str, attributes: Mapping[str, str | None], around: Layout
) -> tuple[Layout, bool]:
    """How the words of an element are set.

    Args:
        tag: its name.
        attributes: as written.
        around: how the words around it are set.

    Returns:
        The layout, and whether the element may also change how the words outside it are seen.
    """
    layout = _scaled_by_tag(tag, attributes, around)
    strange = not is_known_element(tag) or not all(
        is_plain_attribute(tag, name, (value or "").strip().lower())
        for name, value in attributes.items()
    )
    rules = css_declarations(attributes.get("style") or "")
    if rules is None:
        return replace(layout, strange=True), True
    odd = [(name, value) for name, value in rules if not is_plain_declaration(tag, name, value)]
    layout = _set(layout, rules)
    # Only the size of letters can be undone by an element inside.
    lasting = any(name != "font-size" for name, _ in odd)
    strange = strange or layout.strange or lasting or hangs_out(rules)
    moves = tag == "meta" and _darkens(attributes)
    return replace(layout, strange=strange), moves or any(_moves(tag, *one) for one in odd)


def _darkens(attributes: Mapping[str, str | None]) -> bool:
    """Whether a `meta` element makes the window dark, whatever the reader prefers."""
    scheme = "color-scheme" in (attributes.get("name") or "").lower()
    content = (attributes.get("content") or "").lower().split()
    return scheme and "dark" in content and content[:1] != ["light"]


def _moves(tag: str, name: str, value: str) -> bool:
    """Whether a declaration that is not plain may change what is seen outside its element."""
    if name in ("height", "width", "max-height", "max-width", "font-size", "line-height"):
        return not within(0, 400)(value)
    return name not in OWN or tag in WITHOUT_WORDS


def _scaled_by_tag(tag: str, attributes: Mapping[str, str | None], layout: Layout) -> Layout:
    if tag == "font" and (number := re.fullmatch(r"([+-]?)([1-7])", attributes.get("size") or "")):
        step = int("".join(number.groups())) + (3 if number[1] else 0)
        return replace(layout, size=_FONT_SIZES[min(max(step, 1), 7) - 1], scaled=0)
    share = _SHARES.get(tag)
    if share:
        layout = replace(layout, size=layout.size * share, scaled=layout.scaled + 1)
    return replace(layout, indent=layout.indent + 40) if tag in _INDENTED else layout


_SHARES = {
    "small": 0.83, "sub": 0.83, "sup": 0.83, "big": 1.2, "h1": 2.0, "h2": 1.5, "h3": 1.17,
    "h5": 0.83, "h6": 0.67,
}  # fmt: skip
_FONT_SIZES = (10.0, 13.0, 16.0, 18.0, 24.0, 32.0, 48.0)
"""Sizes of `<font size>` in pixels (HTML standard, rules for parsing a legacy font size)."""
_INDENTED = frozenset(["blockquote", "dd", "dir", "menu", "ol", "ul", "figure"])


def _set(layout: Layout, rules: list[tuple[str, str]]) -> Layout:
    """A layout after declarations that set sizes and distances."""
    for name, value in rules:
        if size := size_in(name, value):
            layout = _sized(layout, size)
        if name in ("font", "line-height"):
            layout = replace(layout, leading=_leading(name, value, layout))
        if name in ("margin-left", "padding-left", "margin-inline-start", "padding-inline-start"):
            layout = replace(layout, indent=layout.indent + (pixels_of(value, layout.size) or 0))
        if name in ("margin", "padding") and value:
            parts = value.split()
            left = parts[-1] if len(parts) in (1, 2, 4) else parts[1]
            layout = replace(layout, indent=layout.indent + (pixels_of(left, layout.size) or 0))
    return layout


def _sized(layout: Layout, size: str) -> Layout:
    if size in ("inherit", "unset", "1em", "100%"):
        return layout
    if size in ("larger", "smaller"):
        size = "1.2em" if size == "larger" else ".83em"
    if size in SIZES:
        return replace(layout, size=SIZES[size], scaled=0)
    pixels = pixels_of(size, layout.size, whole=layout.size)
    if pixels is None:
        return replace(layout, strange=True)
    if size.endswith(("em", "%", "ex", "ch")) and not size.endswith("rem"):
        fitting = 0.8 <= pixels / (layout.size or 1) <= 2
        return replace(
            layout, size=pixels, scaled=layout.scaled + 1, strange=layout.strange or not fitting
        )
    return replace(layout, size=pixels, scaled=0)


def _leading(name: str, value: str, layout: Layout) -> float:
    found = FONT.fullmatch(value) if name == "font" else None
    height = (found[2] or "") if found else value if name == "line-height" else ""
    if not height or height == "normal" or height[-1].isdigit() or height == "initial":
        return 0.0
    if height in ("inherit", "unset"):
        return layout.leading
    return pixels_of(height, layout.size, whole=layout.size) or 0.0
