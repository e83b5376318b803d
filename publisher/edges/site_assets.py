"""Fonts, style sheets and scripts of the site, as browsers are sent them."""

from __future__ import annotations

import re
from functools import partial
from string import ascii_uppercase

from rjsmin import jsmin  # type: ignore[import-untyped]

from publisher.edges.assets import asset_text
from publisher.edges.webfonts import web_font_faces, web_font_files
from publisher.site.page import FileMaker
from publisher.site.version_pages import REDLINE_STYLE

_FOLDER = "assets/publisher"
SITE_SHEET = f"{_FOLDER}/site.css"
"""The style sheet of the site, from its root."""
_SHEETS = "marks.css", "screen.css"
_REDLINE_SHEETS = "views.css", "compare.css", "redline.css"

_PARTS = {"compare.js": ("moved_words.js", "compare.js")}
"""Scripts that are kept in several files, for each is about one thing."""


def site_assets() -> dict[str, FileMaker]:
    """What makes each of them, by its path from the site's root."""
    files: dict[str, FileMaker] = {
        f"{_FOLDER}/fonts/{path.name}": path.read_bytes for path in web_font_files()
    }
    files[SITE_SHEET] = lambda: _sheet(*_SHEETS, before=web_font_faces("fonts/"))
    files[REDLINE_STYLE] = lambda: _sheet(*_REDLINE_SHEETS)
    for name in ("anchors.js", "steps.js", "day.js", "until.js", "compare.js"):
        files[f"{_FOLDER}/{name}"] = partial(_script, name)
    return files


def _sheet(*names: str, before: str = "") -> bytes:
    """Style sheets in one, for one is fetched sooner than five."""
    return packed("".join([before, *map(asset_text, names)])).encode()


def site_script(name: str) -> str:
    """A script of the site, as browsers are sent it."""
    return packed_script("".join(map(asset_text, _PARTS.get(name, (name,)))))


def _script(name: str) -> bytes:
    return site_script(name).encode()


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
    letters = iter([*ascii_uppercase, *(f"${letter}" for letter in ascii_uppercase)])
    for name in _FUNCTION.findall(source):
        # A word that is also the name of a property, or stands in quotation marks, stays.
        if name in _CALLED_BY_TESTS or re.search(rf"[.\"'`]{name}\b|[{{,]{name}[:,}}]", text):
            continue
        text = re.sub(rf"\b{name}\b", next(letters), text)
    return text
