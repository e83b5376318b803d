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
    for name in ("anchors.js", "steps.js", "day.js", "compare.js"):
        files[f"{_FOLDER}/{name}"] = partial(_script, name)
    return files


def _sheet() -> bytes:
    """All style sheets of the site in one, for one is fetched sooner than five."""
    sheets = map(asset_text, ("marks.css", "views.css", "compare.css", "screen.css"))
    return packed("".join([web_font_faces("fonts/"), *sheets])).encode()


def _script(name: str) -> bytes:
    return packed_script(asset_text(name)).encode()


def packed(sheet: str) -> str:
    """A style sheet without its comments, empty lines and indents."""
    lines = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL).splitlines()
    return "".join(f"{line.strip()}\n" for line in lines if line.strip())


def packed_script(source: str) -> str:
    """A script of ours without comments, and without spaces that it does not need."""
    return str(jsmin(source))
