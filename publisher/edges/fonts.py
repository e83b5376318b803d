"""The fonts that PDFs are set in: which files there are, and which of them a document needs.

Each font is cut into files by script. A browser gets the same fonts in other parts, see `webfonts`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache
from html import unescape
from pathlib import Path
from typing import NamedTuple

from publisher.edges.assets import FONTS, asset_text

SCHEME = "publisher-font:"
"""Begins the address of a font: `publisher-font:source-sans-3-latin-400-normal.woff2`."""
_FURTHER = "Further"
"""The family of all fonts beside our three: those of a project, and that with the signs of many
scripts. The style sheet names it behind each of ours."""
_FAMILIES = {
    "source-sans-3": "Source Sans 3",
    "source-serif-4": "Source Serif 4",
    "source-code-pro": "Source Code Pro",
}
RANGES = {
    "latin": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, "
    "U+0308, U+0329, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD",
    "latin-ext": "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+0304, "
    "U+0308, U+0329, U+1D00-1DBF, U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, "
    "U+2113, U+2C60-2C7F, U+A720-A7FF",
    "greek": "U+0370-03FF",
    "cyrillic": "U+0301, U+0400-045F, U+0490-0491, U+04B0-04B1, U+2116",
}
"""Characters of each of the files into which a font is cut."""
SIGNS = {
    "signs": FONTS / "paper" / "dejavu-sans-signs.ttf",
    "emoji": FONTS / "paper" / "noto-emoji.ttf",
}
"""For PDFs alone: a screen has fonts of its own for what ours lack. So they are not packed, which
saves a second of unpacking in each process."""
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\ufe0f\u20e3\u231a\u231b\u23e9-\u23fa\u24c2\u25fd\u25fe"
    "\u2614\u2615\u261d\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab\u26bd\u26be\u26c4-\u26c8\u26ce-"
    "\u26d4\u26e9-\u26fd\u2705\u270a-\u270d\u2728\u274c\u274e\u2753-\u2757\u2795-\u2797\u27b0\u27bf"
    "\u2934\u2935\u2b1b\u2b1c\u2b50\u2b55\u3030\u303d\u3297\u3299]"
)
"""Characters that Pango wants in an emoji font, or that our other fonts lack."""


def font_files() -> list[Path]:
    """The files of our three fonts, without those in `SIGNS`."""
    return sorted(FONTS.glob("*.woff2"))


def own_fonts(root: Path) -> tuple[Path, ...]:
    """The fonts of a project, for scripts that ours do not have: those in its folder `fonts/`."""
    found = (path for path in (root / "fonts").glob("*") if path.suffix.lower() in _KINDS)
    return tuple(sorted(found))


_KINDS = {".woff2", ".woff", ".otf", ".ttf"}


class _Face(NamedTuple):
    """A file of one of our fonts."""

    path: Path
    family: str
    subset: str
    weight: str
    style: str


@cache
def _faces() -> tuple[_Face, ...]:
    found = []
    for path in font_files():
        key = next(key for key in _FAMILIES if path.stem.startswith(f"{key}-"))
        subset, weight, style = path.stem.removeprefix(f"{key}-").rsplit("-", 2)
        found.append(_Face(path, _FAMILIES[key], subset, weight, style))
    return tuple(found)


def _rule(face: _Face) -> str:
    """Its `@font-face` rule, under a family of its own."""
    return (
        f'@font-face {{ font-family: "{_own_family(face)}"; font-weight: {face.weight}; '
        f"font-style: {face.style}; font-display: swap; "
        f'src: url("{SCHEME}{face.path.name}") format("woff2"); '
        f"unicode-range: {RANGES[face.subset]}; }}\n"
    )


def is_known(family: str) -> bool:
    """Whether a font of this family is ours or the project's, and not one that the machine has."""
    return family.startswith((*_FAMILIES.values(), _FURTHER))


def _own_family(face: _Face) -> str:
    return f"{face.family} {face.subset}"


def print_style(subsets: Iterable[str], further: Sequence[str]) -> str:
    """The style sheet for paper, with a `@font-face` rule for each font.

    Args:
        subsets: the parts of our fonts, see `subsets_of`.
        further: addresses of fonts that are not ours by design, the preferred first.

    WeasyPrint takes two files of one family and weight for one font, and so draws the letters of
    one with the numbers of the other: each file gets a family of its own.
    """
    faces = [face for face in _faces() if face.subset in subsets]
    rules = [_rule(face) for face in faces]
    rules += [
        f'@font-face {{ font-family: "{_FURTHER} {number}"; src: url("{address}"); }}\n'
        for number, address in enumerate(further)
    ]
    text = asset_text("print.css")
    for family in _FAMILIES.values():
        found = dict.fromkeys(f'"{_own_family(f)}"' for f in faces if f.family == family)
        text = text.replace(f'"{family}"', ", ".join(found))
    behind = "".join(f' "{_FURTHER} {number}",' for number in range(len(further)))
    return "".join(rules) + text.replace(f" {_FURTHER},", behind)


def subsets_of(html: str) -> tuple[str, ...]:
    """The parts of our fonts that an HTML document may need: keys of `RANGES` and `SIGNS`.

    To unpack all of them would take as long as the rest.
    """
    signs = set(unescape(html))
    emoji = any(map(_EMOJI.match, signs))
    found = ["latin"]
    for name in RANGES:
        here = {sign for sign in signs if _pattern(name).match(sign)}
        signs -= here
        if here and name not in found:
            found.append(name)
    if emoji or signs - set("\n\t\r"):
        found.append("signs")
    if emoji:
        found.append("emoji")
    return tuple(found)


def is_covered(sign: str) -> bool:
    """Whether a character is one of those that our fonts are cut by."""
    return any(_pattern(name).match(sign) for name in RANGES)


@cache
def _pattern(subset: str) -> re.Pattern[str]:
    ranges = re.sub(r"U\+(\w+)", lambda found: f"\\U{found[1]:0>8}", RANGES[subset])
    ranges = re.sub(r"-(\w+)", lambda found: f"-\\U{found[1]:0>8}", ranges).replace(", ", "")
    return re.compile(f"[{ranges}]")
