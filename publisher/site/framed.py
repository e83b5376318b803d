"""HTML of one file as it is shown in a frame of another: in the light or in the dark, whatever the
reader's device is set to, and with links that lead nowhere.
"""

from __future__ import annotations

import re
from enum import StrEnum

from markupsafe import Markup

_DARK = re.compile(r"\(\s*prefers-color-scheme:\s*dark\s*\)")
_LIGHT = re.compile(r"\(\s*prefers-color-scheme:\s*light\s*\)")
_EITHER = re.compile(r"light dark")
_LINK = re.compile(r'(<a\b[^>]*?)\shref="([^"]*)"')


class Shade(StrEnum):
    """In which colours something is shown."""

    LIGHT = "light"
    DARK = "dark"


def frame(html: str, title: str, width: int, shade: Shade) -> Markup:
    """A frame with a whole document in it, which needs no other file and runs no script.

    Args:
        html: the document.
        title: of the frame, for those who listen.
        width: CSS pixels.
        shade: whose colours it has.
    """
    return Markup(
        '<figure><figcaption>{} px, {}</figcaption><iframe sandbox="" width="{}" height="812" '
        'title="{}" srcdoc="{}"></iframe></figure>\n'
    ).format(width, shade.value, width, f"{title}, {width} pixels, {shade}", shaded(html, shade))


def shaded(html: str, shade: Shade) -> str:
    """A document that has the colours of one shade on every device, its links disarmed.

    Args:
        html: the document.
        shade: whose colours.
    """
    # Either is true, or false, of every screen, also in the middle of a longer query.
    always, never = "(min-width: 0px)", "(max-width: 0px)"
    html = _DARK.sub(always if shade is Shade.DARK else never, html)
    html = _LIGHT.sub(always if shade is Shade.LIGHT else never, html)
    return _LINK.sub(r'\1 href="#" title="\2"', _EITHER.sub(shade.value, html))
