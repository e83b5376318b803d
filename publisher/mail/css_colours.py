"""CSS colours as numbers."""

from __future__ import annotations

import colorsys
import re

Colour = tuple[int, int, int] | None
"""Red, green and blue from 0 to 255; None: unknown."""

NAMED_COLOURS: dict[str, Colour] = {
    "black": (0, 0, 0), "windowtext": (0, 0, 0), "canvastext": (0, 0, 0), "white": (255, 255, 255),
    "window": (255, 255, 255), "canvas": (255, 255, 255), "snow": (255, 250, 250),
    "ivory": (255, 255, 240), "ghostwhite": (248, 248, 255), "floralwhite": (255, 250, 240),
    "whitesmoke": (245, 245, 245), "mintcream": (245, 255, 250), "azure": (240, 255, 255),
    "red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "navy": (0, 0, 128),
    "gray": (128, 128, 128), "grey": (128, 128, 128), "silver": (192, 192, 192),
    "maroon": (128, 0, 0), "purple": (128, 0, 128), "teal": (0, 128, 128), "olive": (128, 128, 0),
    "orange": (255, 165, 0), "yellow": (255, 255, 0), "darkblue": (0, 0, 139),
    "darkred": (139, 0, 0), "darkgreen": (0, 100, 0), "brown": (165, 42, 42),
    "dimgray": (105, 105, 105), "darkgray": (169, 169, 169), "lightgray": (211, 211, 211),
    "lightgrey": (211, 211, 211), "fuchsia": (255, 0, 255), "magenta": (255, 0, 255),
    "aqua": (0, 255, 255), "cyan": (0, 255, 255), "lime": (0, 255, 0),
}  # fmt: skip
_UNCHANGED = frozenset(["inherit", "initial", "unset", "revert", "currentcolor", "auto", ""])
_CLEAR = 0.15
"""Opacity below which nothing is seen."""


def colour_of(value: str, unchanged: Colour = None, clear: Colour = None) -> Colour:
    """Reads a colour.

    Args:
        value: as written.
        unchanged: the colour if the value leaves it as it is (`inherit` and the like).
        clear: the colour if the value is transparent.

    Returns:
        The colour; None: it is unknown.
    """
    value = value.strip().lower()[:100]
    if value in _UNCHANGED or value.startswith("var("):
        return unchanged
    if value == "transparent":
        return clear
    if digits := re.fullmatch(r"#?([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})", value):
        return _from_digits(digits[1], clear)
    if function := re.fullmatch(r"(rgb|hsl)a?\(([^)]*)\)", value):
        return _from_function(function[1], function[2], unchanged, clear)
    return NAMED_COLOURS.get(value)


def _from_digits(digits: str, clear: Colour) -> Colour:
    if len(digits) < 6:
        digits = "".join(2 * digit for digit in digits)
    red, green, blue, *alpha = (int(digits[at : at + 2], 16) for at in range(0, len(digits), 2))
    return clear if alpha and alpha[0] < 255 * _CLEAR else (red, green, blue)


def _from_function(name: str, values: str, unchanged: Colour, clear: Colour) -> Colour:
    parts = re.findall(r"(\d{0,9}\.?\d{1,9})(%?)", values)
    numbers = [float(number) / (100 if percent else 1) for number, percent in parts]
    if len(numbers) not in (3, 4):
        return unchanged
    if len(numbers) == 4 and numbers[3] < _CLEAR:
        return clear
    if name == "hsl":
        found = colorsys.hls_to_rgb(numbers[0] % 360 / 360, min(numbers[2], 1), min(numbers[1], 1))
        shares = [255 * share for share in found]
    else:
        shares = [
            255 * number if percent else number
            for number, (_, percent) in zip(numbers, parts, strict=True)
        ]
    red, green, blue = (int(min(share, 255)) for share in shares[:3])
    return red, green, blue
