"""Fonts, style sheets and scripts of the site, as browsers are sent them."""

from __future__ import annotations

import re
from functools import partial

from rjsmin import jsmin  # type: ignore[import-untyped]

from publisher.edges.assets import asset_text
from publisher.edges.webfonts import web_font_faces, web_font_files
from publisher.site.page import FileMaker

_FOLDER = "assets/publisher"
SITE_SHEET = f"{_FOLDER}/site.css"
"""The style sheet of the site, from its root."""


def site_assets() -> dict[str, FileMaker]:
    """What makes each of them, by its path from the site's root."""
    files: dict[str, FileMaker] = {
        f"{_FOLDER}/fonts/{path.name}": path.read_bytes for path in web_font_files()
    }
    files[SITE_SHEET] = _sheet
    for name in ("anchors.js", "steps.js", "day.js", "until.js", "compare.js"):
        files[f"{_FOLDER}/{name}"] = partial(_script, name)
    return files


def _sheet() -> bytes:
    """All style sheets of the site in one, for one is fetched sooner than five."""
    sheets = map(asset_text, ("marks.css", "views.css", "compare.css", "screen.css"))
    return packed("".join([web_font_faces("fonts/"), *sheets])).encode()


def _script(name: str) -> bytes:
    return packed_script(asset_text(name)).encode()


def packed(sheet: str) -> str:
    """A style sheet without comments, and without the spaces that it does not need."""
    text = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    # Never before a colon, or a brace of a selector: there a space is a descendant.
    for spaced, plain in (
        (r"\s*\{\s*", "{"),
        (r";?\s*\}\s*", "}"),
        (r"(?<=[{;])\s*([\w-]+):\s+", r"\1:"),
        (r"([;,])\s+", r"\1"),
    ):
        text = re.sub(spaced, plain, text)
    return text.strip()


_FUNCTION = re.compile(r"^(?:function |const )(\w{6,})(?: = )?\(", re.MULTILINE)
_CALLED_BY_TESTS = ("operations", "compared")


def packed_script(source: str) -> str:
    """A script of ours without comments, without spaces that it does not need, and with short names
    for its functions.
    """
    text = str(jsmin(source)).replace(";}", "}")
    letters = iter("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for name in _FUNCTION.findall(source):
        # A word that is also the name of a property, or stands in quotation marks, stays.
        if name in _CALLED_BY_TESTS or re.search(rf"[.\"'`]{name}\b|[{{,]{name}[:,}}]", text):
            continue
        text = re.sub(rf"\b{name}\b", next(letters), text)
    return text
