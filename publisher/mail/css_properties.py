"""The CSS properties that mail programs write, and which of their values are plain.

A value is plain if words are seen as written in combination with any other plain values. Values are
in lower case, with single spaces, and with commas as the only separators inside parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from publisher.mail.css_colours import Colour, colour_of

Test = Callable[[str], bool]
"""Whether a value is plain."""

SMALLEST_LETTERS, LARGEST_LETTERS = 8.0, 64.0
"""Limits on the size of letters, in pixels: 6 and 48 points."""

SIZES = {
    "xx-small": 9.0, "x-small": 10.0, "small": 13.0, "medium": 16.0, "large": 18.0,
    "x-large": 24.0, "xx-large": 32.0, "xxx-large": 48.0, "initial": 16.0, "revert": 16.0,
}  # fmt: skip
"""Named sizes of letters, in pixels."""

_LENGTH = re.compile(r"([+-]?(?:\d{1,5}(?:\.\d{0,6})?|\.\d{1,6}))([a-z]{0,3}|%)")
_UNITS = {
    "": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "rem": 16.0,
}  # fmt: skip
_OF_LETTERS = {"em": 1.0, "ex": 0.5, "ch": 0.5}


def pixels_of(length: str, letters: float, whole: float = 600) -> float | None:
    """A length in pixels.

    Args:
        length: as written.
        letters: the size of the letters in pixels; 0: unknown.
        whole: what a percentage refers to, in pixels.

    Returns:
        The length; None: it is not a length as mail programs write them.
    """
    found = _LENGTH.fullmatch(length)
    if found is None:
        return None
    number, unit = float(found[1]), found[2]
    if unit == "%":
        return number * whole / 100
    if unit in _OF_LETTERS:
        return number * _OF_LETTERS[unit] * letters if letters else None
    return number * _UNITS[unit] if unit in _UNITS else None


def within(low: float, high: float) -> Test:
    """A test whether a value is one to four lengths within limits, in pixels."""

    def test(value: str) -> bool:
        parts = value.split()
        pixels = [pixels_of(part, 16) for part in parts]
        return 0 < len(parts) <= 4 and all(p is not None and low <= p <= high for p in pixels)

    return test


def _one_of(words: str) -> Test:
    return frozenset(words.split()).__contains__


def _some_of(words: str) -> Test:
    known = frozenset(words.split())
    return lambda value: bool(value) and known.issuperset(value.split())


def _either(*tests: Test) -> Test:
    return lambda value: any(test(value) for test in tests)


_NEAR = within(0, 80)


def is_margin(value: str) -> bool:
    """Whether margins or paddings leave a box about where it is."""
    parts = value.split()
    return len(parts) <= 4 and all(part in ("auto", "normal") or _NEAR(part) for part in parts)


def is_extent(value: str) -> bool:
    """Whether a picture or a table cell may have this height or width."""
    return value in ("auto", "none", "normal") or within(0, 2_000)(value)


def _is_wide(value: str) -> bool:
    if value in ("auto", "none", "fit-content", "max-content"):
        return True
    return within(50 if value.endswith("%") else 200, 2_000)(value)


def _luminance(colour: Colour) -> float | None:
    """How light a colour is, from 0 to 1 (WCAG 2.2, relative luminance)."""
    if colour is None:
        return None
    red, green, blue = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (value / 255 for value in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


_COLOUR = re.compile(
    r"#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{6}ff)|[a-z]+"
    r"|rgba?\(\d{1,3}(?:,\d{1,3}){2}(?:,(?:1(?:\.0+)?|0?\.[89]\d*|100%))?\)"
)


def _light_of(value: str) -> float | None:
    return _luminance(colour_of(value)) if _COLOUR.fullmatch(value) else None


def is_dark(value: str) -> bool:
    """Whether letters of this colour are legible on any light ground."""
    light = _light_of(value)
    return value in ("auto", "currentcolor") or (light is not None and light <= 0.25)


def is_light(value: str) -> bool:
    """Whether dark letters are legible on a ground of this colour."""
    light = _light_of(value)
    return value == "transparent" or (light is not None and light >= 0.7)


def _is_any_colour(value: str) -> bool:
    return bool(re.fullmatch(r"[a-z-]+|#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([\d.,%]*\)", value))


_GROUND_WORDS = frozenset([
    "none", "0", "0px", "0%", "repeat", "no-repeat", "scroll", "auto", "/", "padding-box",
    "border-box", "initial", "left", "top", "center",
])  # fmt: skip


def _is_ground(value: str) -> bool:
    return all(part in _GROUND_WORDS or is_light(part) for part in value.split())


def _is_border(value: str) -> bool:
    return all(_is_any_colour(part) or within(0, 12)(part) for part in value.split())


PICTURES = re.compile(r"ding|symbol|icon|blank|mdl2|marlett|mt extra|barcode|code ?39|emoji")
"""Parts of the names of fonts with pictures, or nothing, in place of letters."""
_FAMILIES = re.compile(r"[\w\s\"'@,.+&\\-]*")
FONT = re.compile(
    r"(?:(?:normal|italic|oblique|bold|bolder|lighter|small-caps|[1-9]00) )*"
    r"([\w.%-]+)(?: ?/ ?([\w.%]+))?(?: (?![\d.])(.*))?"
)


def size_in(name: str, value: str) -> str:
    """The size of letters that a declaration sets; empty: it sets none."""
    if name == "font-size":
        return value
    found = FONT.fullmatch(value) if name == "font" else None
    return found[1] if found else ""


def _is_family(value: str) -> bool:
    plain = _FAMILIES.fullmatch(value) and not re.search(r"\\(?!@)", value)
    return bool(plain) and not PICTURES.search(value)


def _is_size(value: str) -> bool:
    if value in SIZES or value in ("larger", "smaller"):
        return True
    if value.endswith("%"):
        return within(80, 200)(value.replace("%", "px"))
    if re.fullmatch(r"[\d.]+(?:em|ex|ch)", value):
        return within(12.8, 32)(value)
    return within(SMALLEST_LETTERS - 0.01, LARGEST_LETTERS)(value)


def _is_line(value: str) -> bool:
    if value == "normal":
        return True
    if value.endswith("%"):
        return within(90, 300)(value.replace("%", "px"))
    if value[-1:].isdigit():
        return within(0.9, 3)(value)
    return within(10, 80)(value)


def _is_font(value: str) -> bool:
    found = FONT.fullmatch(value)
    return bool(
        found
        and _is_size(found[1])
        and (found[2] is None or _is_line(found[2]))
        and _is_family(found[3] or "")
    )


_KEYWORD = re.compile(r"[a-z-]+(?: [a-z-]+)*").fullmatch


def _keywords(value: str) -> bool:
    return bool(_KEYWORD(value)) or value.isdecimal()


_LISTS = (
    "disc circle square decimal none lower-alpha upper-alpha lower-latin upper-latin lower-roman "
    "upper-roman decimal-leading-zero inside outside"
)
_DISPLAYS = (
    "block inline inline-block list-item table inline-table table-row table-cell table-row-group"
)
PROPERTIES: dict[str, Test] = {
    "color": is_dark, "-webkit-text-fill-color": is_dark,
    "background": _is_ground, "background-color": _is_ground, "background-image": _one_of("none"),
    "background-position": _is_ground, "background-repeat": _is_ground,
    "background-size": _is_ground, "background-attachment": _is_ground,
    "background-origin": _is_ground, "background-clip": _is_ground,
    "display": _one_of(_DISPLAYS), "visibility": _one_of("visible"),
    "text-decoration": _one_of("none underline"),
    "text-decoration-line": _one_of("none underline"),
    "text-decoration-style": _one_of("solid"), "text-decoration-color": _one_of("currentcolor"),
    "text-decoration-thickness": _one_of("auto"), "text-underline-offset": _one_of("auto"),
    "text-decoration-skip-ink": _one_of("auto"), "text-underline": _one_of("none single"),
    "font": _is_font, "font-family": _is_family, "font-size": _is_size, "line-height": _is_line,
    "font-size-adjust": _one_of("none"), "font-feature-settings": _one_of("normal"),
    "font-variation-settings": _one_of("normal"), "font-stretch": _one_of("normal 100%"),
    "margin": is_margin, "text-indent": within(-24, 80),
    "letter-spacing": _either(_one_of("normal"), within(-0.5, 4)),
    "word-spacing": _either(_one_of("normal"), within(0, 8)),
    "width": _is_wide, "max-width": _is_wide, "min-width": is_extent,
    "inline-size": _is_wide, "max-inline-size": _is_wide, "height": _one_of("auto"),
    "max-height": _one_of("none"), "min-height": _either(_one_of("auto"), within(0, 400)),
    "block-size": _one_of("auto"),
    "position": _one_of("static relative"), "float": _one_of("none"), "z-index": _one_of("auto"),
    "overflow": _one_of("visible"), "opacity": _one_of("1 1.0 100%"),
    "zoom": _one_of("1 100% normal"), "transform": _one_of("none"), "filter": _one_of("none"),
    "clip": _one_of("auto"), "clip-path": _one_of("none"), "box-shadow": _one_of("none"),
    "text-shadow": _one_of("none"), "vertical-align": _one_of(
        "baseline top middle bottom text-top text-bottom sub super"
    ),
    "list-style": _some_of(_LISTS), "list-style-type": _some_of(_LISTS),
    "list-style-image": _one_of("none"), "direction": _one_of("ltr"),
    "unicode-bidi": _one_of("normal isolate embed"), "writing-mode": _one_of("horizontal-tb"),
    "border-spacing": within(0, 20), "border-radius": within(0, 100),
    "border-image": _one_of("none"), "border-collapse": _one_of("collapse separate"),
    "table-layout": _one_of("auto"), "caret-color": _is_any_colour,
    "-webkit-tap-highlight-color": _is_any_colour, "outline-color": _is_any_colour,
    "-webkit-text-stroke-width": _one_of("0px 0"), "-webkit-text-stroke": _one_of("0px 0"),
    "-webkit-text-size-adjust": _one_of("auto none 100%"), "font-kerning": _keywords,
    "-ms-text-size-adjust": _one_of("auto none 100%"), "text-size-adjust": _one_of("auto 100%"),
    "tab-stops": lambda value: "(" not in value, "tab-interval": lambda value: "(" not in value,
    "page": str.isalnum, "quotes": _one_of("auto none"), "white-space": _one_of(
        "normal nowrap pre pre-wrap pre-line break-spaces"
    ),
    "text-transform": _one_of("none uppercase lowercase capitalize"),
    **{side: _one_of("auto 0 0px") for side in ("left", "top", "right", "bottom", "inset")},
    **{f"{box}-{side}": is_margin for box in ("margin", "padding") for side in (
        "left", "right", "top", "bottom", "inline", "block", "inline-start", "inline-end",
        "block-start", "block-end",
    )},
    "padding": is_margin,
    **dict.fromkeys((
        "border", "border-left", "border-right", "border-top", "border-bottom", "border-width",
        "border-style", "border-color", "outline", "outline-width", "outline-style",
        *(f"border-{side}-{what}" for side in ("left", "right", "top", "bottom")
          for what in ("width", "style", "color")),
    ), _is_border),
    **dict.fromkeys((
        "-moz-osx-font-smoothing", "-webkit-font-smoothing", "-webkit-line-break",
        "-webkit-nbsp-mode", "-webkit-user-select", "box-sizing", "break-after", "break-before",
        "break-inside", "clear", "cursor", "empty-cells", "font-optical-sizing", "font-style",
        "font-variant", "font-variant-alternates", "font-variant-caps",
        "font-variant-east-asian", "font-variant-emoji", "font-variant-ligatures",
        "font-variant-numeric", "font-variant-position", "font-weight", "hyphens",
        "layout-grid-mode", "line-break", "orphans", "overflow-wrap", "page-break-after",
        "page-break-before", "page-break-inside", "text-align", "text-align-last",
        "text-autospace", "text-justify", "text-rendering", "text-wrap", "text-wrap-mode",
        "text-wrap-style", "user-select", "white-space-collapse", "widows", "word-break",
        "word-wrap", "list-style-position", "punctuation-wrap", "vnd.ms-excel.numberformat",
    ), _keywords),
}  # fmt: skip
"""The properties that mail programs write, and which of their values are plain."""
EXTENTS = frozenset(["width", "height", "min-width", "max-width", "min-height", "max-height"])
OWN = frozenset([
    "color", "-webkit-text-fill-color", "font", "font-size", "font-family", "line-height",
    "opacity", "visibility", "display", "letter-spacing", "word-spacing", "text-decoration",
    "text-decoration-line", "text-indent", "background", "background-color", "mso-hide",
    "content-visibility", "text-transform", "direction", "unicode-bidi", "max-height",
    "max-width", "width", "height", "overflow", "clip", "clip-path", "zoom", "white-space",
    "font-size-adjust", "background-image", "quotes", "font-variant", "font-feature-settings",
])  # fmt: skip
"""Properties that change the words of their own element and no others."""
