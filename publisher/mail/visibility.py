"""The part of CSS that hides, moves or strikes out the words of an HTML mail.

This finds what is certainly hidden, so that it is not read. Whether the rest is seen as written is
decided by the closed sets in `css_plain` and `html_elements`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from publisher.mail.css_colours import NAMED_COLOURS, Colour, colour_of

SHEET = "its style sheet may hide text or show other text"


@dataclass(frozen=True, slots=True)
class Look:
    """How the words of an element look, as far as this decides whether they are read."""

    ink: Colour = (0, 0, 0)
    ground: Colour = (255, 255, 255)
    tiny: bool = False
    struck: bool = False
    moved: bool = False
    """Whether its words may be seen in another place or form than they are written."""
    kept: bool = False
    """Whether line ends in its text are shown."""

    @property
    def unsure(self) -> bool:
        """Whether it is unknown what is seen of it."""
        return self.moved or self.ink is None or self.ground is None

    @property
    def faint(self) -> bool:
        """Whether nobody can read it."""
        return self.tiny or _near(self.ink, self.ground)


def look_of(tag: str, attributes: Mapping[str, str | None], around: Look) -> tuple[Look, bool]:
    """How the words of an element look.

    Args:
        tag: its name.
        attributes: as written.
        around: how the words of the element around it look.

    Returns:
        The look, and whether the element is hidden with everything inside it.
    """
    look, hidden = around, "hidden" in attributes
    if ground := attributes.get("bgcolor"):
        look = replace(look, ground=colour_of(ground, look.ground, look.ground))
    ink = attributes.get("color" if tag == "font" else "text" if tag == "body" else "")
    if ink:
        look = replace(look, ink=colour_of(ink, look.ink, look.ground))
    if tag == "font" and _PICTURES.search((attributes.get("face") or "").lower()):
        look = replace(look, moved=True)
    if style := attributes.get("style"):
        rules = _rules(style)
        return _styled(look, rules), hidden or _hides(rules)
    return look, hidden


_BLOCK = re.compile(r"\{([^{}]*)\}")
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


def sheet_doubt(sheet: str) -> str:
    """Why a style sheet may show other words than are written; empty: it does not.

    Args:
        sheet: CSS; the content of a `style` element.
    """
    sheet = _COMMENT.sub(" ", sheet)
    if "@import" in sheet.lower():
        return SHEET
    for block in _BLOCK.finditer(sheet):
        rules = _rules(block[1])
        look = _styled(Look(), rules)
        content = rules.get("content", "none").strip("'\" ")
        if _hides(rules) or look.faint or look.struck or look.unsure or content not in _NO_CONTENT:
            return SHEET
    return ""


_NO_CONTENT = frozenset(["", "none", "normal", "inherit", "initial"])


# ── declarations ─────────────────────────────────────────────────────────────────────────────────


def _rules(style: str) -> dict[str, str]:
    """The declarations of a style in lower case; of a repeated property, the last."""
    rules: dict[str, str] = {}
    for rule in _COMMENT.sub(" ", style).lower().split(";"):
        name, colon, value = map(str.strip, rule.partition(":"))
        value = value.partition("!")[0].strip()
        if colon and rules.get(name, value) != value and name in _WEIGHED:
            # Which one applies depends on which ones a mail program understands.
            rules[_TWICE] = name
        if colon:
            rules[name] = value
    return rules


_TWICE = "(twice)"


def _styled(look: Look, rules: Mapping[str, str]) -> Look:
    if ground := rules.get("background-color") or _ground_of(rules.get("background", "")):
        look = replace(look, ground=colour_of(ground, look.ground, look.ground))
    for name in ("color", "-webkit-text-fill-color"):
        if name in rules:
            look = replace(look, ink=colour_of(rules[name], look.ink, look.ground))
    size = rules.get("font-size") or _size_of(rules.get("font", ""))
    if size:
        look = replace(look, tiny=_is_tiny(size, look.tiny))
    if "white-space" in rules:
        look = replace(look, kept=rules["white-space"] in _KEPT)
    return replace(
        look,
        struck=look.struck or "line-through" in "".join(map(rules.get, _DECORATIONS, _NOTHING)),
        moved=look.moved or _is_moved(rules),
    )


_KEPT = frozenset(["pre", "pre-wrap", "pre-line", "break-spaces"])
_DECORATIONS = ("text-decoration", "text-decoration-line")
_NOTHING = ("", "")
_SIZE = re.compile(r"(?<![\w.#-])(\d*\.?\d+)(px|pt|pc|in|cm|mm|em|rem|ex|ch|%|vw|vh)?(?![\w.])")
_PIXELS = {
    "": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "em": 16.0,
    "rem": 16.0, "ex": 8.0, "ch": 8.0, "%": 0.16, "vw": 10.0, "vh": 8.0,
}  # fmt: skip


def _pixels(length: str) -> float | None:
    """A length in pixels, roughly; None: it is not a length."""
    found = re.fullmatch(r"([+-]?\d{0,9}\.?\d{1,9})([a-z%]*)", length)
    return float(found[1]) * _PIXELS[found[2]] if found and found[2] in _PIXELS else None


def _ground_of(background: str) -> str:
    """The colour in the shorthand property `background`; empty: none."""
    found = _COLOUR.search(background)
    words = (word for word in background.split() if word in NAMED_COLOURS)
    return found[0] if found else next(words, "")


_COLOUR = re.compile(r"#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([^()]*\)")


def _size_of(font: str) -> str:
    """The size in the shorthand property `font`."""
    sizes = [found[0] for found in _SIZE.finditer(font[:200]) if found[2] or float(found[1]) < 100]
    return sizes[0] if sizes else ""


def _is_tiny(size: str, around: bool) -> bool:
    pixels = _pixels(size)
    relative = size.endswith(("em", "%")) and not size.endswith("rem")
    return pixels is not None and (pixels < 4 or (around and relative))


_THIN = ("height", "width", "max-height", "max-width")
_FAR = 200.0
"""Pixels after which words are out of sight."""
_PLACES = (
    "text-indent", "margin-left", "margin-top", "margin", "left", "top", "right", "bottom",
)  # fmt: skip


def _hides(rules: Mapping[str, str]) -> bool:
    if (
        rules.get("display") == "none"
        or rules.get("visibility") in ("hidden", "collapse")
        or rules.get("mso-hide") == "all"
        or rules.get("content-visibility") == "hidden"
        or rules.get("clip", "auto") not in ("auto", "inherit", "initial")
        or rules.get("clip-path", "none") not in ("none", "inherit", "initial")
    ):
        return True
    if (opacity := _pixels(rules.get("opacity", "1"))) is not None and opacity <= 0.1:
        return True
    if any((size := _pixels(rules.get(name, ""))) is not None and size < 3 for name in _THIN):
        return True
    if _pixels(rules.get("zoom", "1")) == 0:
        return True
    places = (part for name in _PLACES for part in rules.get(name, "").split())
    return any(abs(_pixels(place) or 0) >= _FAR and _is_far(place) for place in places)


def _is_far(place: str) -> bool:
    return place.startswith("-") or abs(_pixels(place) or 0) >= 10 * _FAR


_MOVING = {
    "transform": "none", "scale": "none", "rotate": "none", "translate": "none", "filter": "none",
    "-webkit-transform": "none", "mask": "none", "mask-image": "none", "-webkit-mask": "none",
    "unicode-bidi": "normal", "-webkit-text-security": "none", "order": "0",
    "mix-blend-mode": "normal", "writing-mode": "horizontal-tb", "shape-outside": "none",
}  # fmt: skip
"""Properties that show words in another place or form, with the value that does not."""
_PICTURES = re.compile(r"wingdings|webdings|dingbats")
"""Fonts with pictures in place of letters."""
_WEIGHED = frozenset([
    *_MOVING, *_THIN, *_PLACES, *_DECORATIONS, "display", "visibility", "mso-hide", "opacity",
    "content-visibility", "clip", "clip-path", "zoom", "color", "-webkit-text-fill-color", "font",
    "font-size", "background", "background-color", "position", "float", "flex-direction",
    "letter-spacing", "line-height",
])  # fmt: skip
"""Properties that are weighed here."""
_HOW = re.compile(r"\\|(?:calc|min|max|clamp|env|attr)\(")
"""Values that are not computed here; letters may be escaped (CSS Syntax §4.3.7)."""
_HARMLESS = frozenset(["", "inherit", "initial", "unset", "normal", "none", "isolate", "embed"])


def _is_moved(rules: Mapping[str, str]) -> bool:
    for name, harmless in _MOVING.items():
        value = rules.get(name, harmless)
        if value != harmless and value not in _HARMLESS:
            return True
    spacing = _pixels(rules.get("letter-spacing", "0")) or 0
    height = rules.get("line-height", "1")
    high = (_pixels(height) or 0) * (1 if height[-1:].isalpha() else 16)
    return (
        rules.get("position") in ("absolute", "fixed", "sticky")
        or "reverse" in rules.get("flex-direction", "") + rules.get("flex-flow", "")
        or rules.get("float") == "right"
        or spacing <= -4
        or (high < 3 and height[:1] in "0.123456789")
        or _TWICE in rules
        or bool(_PICTURES.search(rules.get("font-family", rules.get("font", ""))))
        or any("\\" in name or (name in _WEIGHED and _HOW.search(rules[name])) for name in rules)
    )


def _near(one: Colour, other: Colour) -> bool:
    """Whether letters of one colour are illegible on the other."""
    if one is None or other is None:
        return False
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) < 30
