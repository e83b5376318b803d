"""The opt-out form as a file: what makes its fields work.

WeasyPrint places the fields, names and tags them. It leaves it to the reader's program to draw
them, which PDF/A forbids (ISO 19005-3 §6.3.3, §6.4.1): here each gets its own appearance, in a
font that any program can write with.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Any

import pydyf  # type: ignore[import-untyped]


class Flag(IntFlag):
    """Flags of a field (ISO 32000-1 table 221)."""

    READ_ONLY = 1
    REQUIRED = 2


@dataclass(frozen=True, slots=True)
class Field:
    """A field that WeasyPrint placed."""

    widget: Any
    """Its `pydyf.Dictionary`; changed in place."""
    flags: Flag


_FONT = "Field"
_FIRST, _LAST = 32, 255


def complete(pdf: Any, fields: Sequence[Field], program: bytes) -> None:
    """Makes the fields of a form work everywhere, and on paper.

    Args:
        pdf: a `pydyf.PDF` that is about to be written; changed in place.
        fields: its fields.
        program: the TrueType font they are written with, which the PDF already holds whole.
    """
    font = _font(pdf, program)
    fonts = pydyf.Dictionary({"Font": pydyf.Dictionary({_FONT: font})})
    form = pdf.catalog["AcroForm"]
    form.pop("NeedAppearances", None)
    form["DR"] = fonts
    for field in fields:
        widget = field.widget
        widget["Ff"] = int(widget.get("Ff", 0)) | field.flags
        if widget["FT"] == "/Btn":
            _check_box(pdf, widget)
        else:
            _text(pdf, widget, fonts)


def _font(pdf: Any, program: bytes) -> bytes:
    """The font once more, as a simple one: with a composite font few programs can write."""
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    descriptor = next(
        thing
        for thing in pdf.objects
        if isinstance(thing, dict)
        and thing.get("Type") == "/FontDescriptor"
        and pdf.objects[int(thing["FontFile2"].split()[0])].stream == [program]
    )
    whole = TTFont(io.BytesIO(program))
    glyphs, metrics, em = whole.getBestCmap(), whole["hmtx"], whole["head"].unitsPerEm
    signs = [bytes([code]).decode("cp1252", "replace") for code in range(_FIRST, _LAST + 1)]
    widths = [metrics[glyphs.get(ord(sign), ".notdef")][0] * 1000 / em for sign in signs]
    # Of the subset tag nothing is true any more: the font is whole.
    name = b"/" + descriptor["FontName"].rpartition(b"+")[2].rstrip(b",")
    simple = pydyf.Dictionary(descriptor | {"FontName": name, "Flags": 1 << 5})
    pdf.add_object(simple)
    font = pydyf.Dictionary(
        {
            "Type": "/Font",
            "Subtype": "/TrueType",
            "BaseFont": name,
            "Encoding": "/WinAnsiEncoding",
            "FirstChar": _FIRST,
            "LastChar": _LAST,
            "Widths": pydyf.Array(widths),
            "FontDescriptor": simple.reference,
        }
    )
    pdf.add_object(font)
    return bytes(font.reference)


def _check_box(pdf: Any, widget: Any) -> None:
    """WeasyPrint draws the check; PDF programs expect it to be called `Yes`."""
    drawn = widget["AP"]["N"]
    empty = _appearance(pdf, widget, [], pydyf.Dictionary())
    widget["AP"]["N"] = pydyf.Dictionary({"Yes": drawn["on"], "Off": empty})
    widget["AS"] = widget["V"] = "/Off"


def _text(pdf: Any, widget: Any, fonts: Any) -> None:
    size = re.search(rb"([\d.]+) Tf", widget["DA"].data)
    points = float(size[1]) if size else 0.0
    widget["DA"] = pydyf.String(f"/{_FONT} {points:g} Tf 0.114 0.137 0.169 rg")
    value = widget["V"].string
    _, height = _size(widget)
    written = value.encode("cp1252", "replace").hex()
    # A third of the size below the middle, letters look centred.
    drawn = [
        b"/Tx BMC q BT",
        f"/{_FONT} {points:g} Tf 0.114 0.137 0.169 rg".encode(),
        f"2 {height / 2 - points / 3:.3f} Td <{written}> Tj".encode(),
        b"ET Q EMC",
    ]
    content = drawn if value else [b"/Tx BMC EMC"]
    widget["AP"] = pydyf.Dictionary({"N": _appearance(pdf, widget, content, fonts)})
    widget["MK"] = pydyf.Dictionary()


def _appearance(pdf: Any, widget: Any, content: list[bytes], resources: Any) -> bytes:
    width, height = _size(widget)
    stream = pydyf.Stream(
        content,
        {
            "Type": "/XObject",
            "Subtype": "/Form",
            "BBox": pydyf.Array([0, 0, width, height]),
            "Resources": resources,
        },
    )
    pdf.add_object(stream)
    return bytes(stream.reference)


def _size(widget: Any) -> tuple[float, float]:
    left, one, right, other = widget["Rect"]
    return abs(right - left), abs(other - one)
