"""The fonts of the site, cut into parts, so that a browser fetches no more than a page needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from publisher.edges.assets import FONTS
from publisher.edges.fonts import RANGES

_FAMILIES = {
    "policy-sans": "Policy Sans",
    "policy-serif": "Policy Serif",
    "policy-code": "Policy Code",
    "source-sans-3": "Policy Sans",
    "source-serif-4": "Policy Serif",
    "source-code-pro": "Policy Code",
}
"""What the style sheets call a font, by how its files are named."""
BASIC = "U+0-7F, U+A0, U+A7, U+A9, U+B6, U+2013-2014, U+2018-2019, U+201C-201D, U+2022, U+2026"
"""Characters of the first part of each Latin font: what English is written with, line ends too."""
MORE = (
    "U+80-9F, U+A1-A6, U+A8, U+AA-B5, U+B7-FF, U+131, U+152-153, U+2BB-2BC, U+2C6, U+2DA, "
    "U+2DC, U+304, U+308, U+329, U+2000-2012, U+2015-2017, U+201A-201B, U+201E-2021, U+2023-2025, "
    "U+2027-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD"
)
"""Those of the second part: all other Latin ones that its font has."""
_FACE = re.compile(r"(.+?)-(basic|more|latin-ext|greek|cyrillic)-(\d+)-(\w+)")


def web_font_files() -> list[Path]:
    """The font files of the site."""
    whole = (path for path in FONTS.glob("*.woff2") if not re.search(r"-latin-\d", path.name))
    return sorted([*whole, *(FONTS / "screen").glob("*.woff2")])


def web_font_faces(prefix: str) -> str:
    """The `@font-face` rules of the site.

    Args:
        prefix: the beginning of each font's address, before its file name.
    """
    return "".join(_rules(prefix))


def _rules(prefix: str) -> Iterator[str]:
    ranges = {**RANGES, "basic": BASIC, "more": MORE}
    for path in web_font_files():
        found = _FACE.fullmatch(path.stem)
        assert found, path.name
        source, part, weight, style = found.groups()
        yield (
            f'@font-face{{font-family:"{_FAMILIES[source]}";font-weight:{weight};font-style:{style};'
            f'font-display:swap;src:url("{prefix}{path.name}") format("woff2");'
            f"unicode-range:{ranges[part].replace(', ', ',')}}}\n"
        )
