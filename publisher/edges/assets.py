"""The files that come with the program: style sheets, scripts, fonts."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

_ASSETS = Path(__file__).parents[1] / "assets"
FONTS = _ASSETS / "fonts"
"""The folder of our fonts; those for screens or for paper alone are in folders inside it."""


def asset_text(name: str) -> str:
    """One of our style sheets or scripts, by its file name: `print.css`, `compare.js`."""
    return (_ASSETS / "style" / name).read_text("utf-8")


def asset_html(name: str) -> Markup:
    """The same, as it stands inside an HTML page."""
    return Markup(asset_text(name))  # noqa: S704
