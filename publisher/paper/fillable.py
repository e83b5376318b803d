"""The opt-out form as a file: what makes its fields work, and reading back what was filled in.

WeasyPrint places the fields, names and tags them. It leaves it to the reader's program to draw
them, which PDF/A forbids (ISO 19005-3 §6.3.3, §6.4.1): here each gets its own appearance, in a
font that any program can write with.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntFlag
from itertools import islice
from typing import Any

import pydyf  # type: ignore[import-untyped]

from publisher.errors import FormError

RELEASE = "release"
"""The field that says which release a form belongs to: `privacy/2`, a blank, the release's seal."""
DECLARATION = "declaration"
"""The check box that declares the opt-out."""
CUSTOMER = "customer"
"""The field for an e-mail address or a customer number."""


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


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers in a form that came back."""

    release: str
    """Name of the release it belongs to: `privacy/2`."""
    seal: str
    """That release's seal, hexadecimal."""
    declared: bool
    """Whether the declaration was checked."""
    fields: Mapping[str, str]
    """What was written into the other fields, by name."""


# ── making ───────────────────────────────────────────────────────────────────────────────────────

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


# ── reading ──────────────────────────────────────────────────────────────────────────────────────

MOST_FIELDS, LONGEST_VALUE = 50, 1_000
"""Of a file that claims to be a form: fields that are looked at, and characters of each."""


def read_form(data: bytes) -> Answers:
    """The answers in a form that came back as a file.

    Who sent it, and whether they may speak for the customer, the file does not prove.
    What a stranger sent is read only in a process with limits: two kilobytes can unpack to
    gigabytes, and the library that reads them is not ours to bound.

    Args:
        data: the PDF.

    Raises:
        FormError: no PDF, a damaged one, one without fields, not a form of ours, or one that shows
            something else than it says.
        MemoryError, RecursionError: it takes more than the process may have.
    """
    values, plain = _values(data)
    if not values:
        raise FormError(
            "this PDF has no fields",
            remedy="it was printed or scanned: a person has to read it",
        )
    release = re.fullmatch(r"([a-z][a-z0-9-]*/[\d.]+) ([0-9a-f]{64})", values.pop(RELEASE, ""))
    if release is None or DECLARATION not in values:
        raise FormError("this PDF is not an opt-out form of ours")
    if not plain:
        raise FormError("this form shows one thing and says another")
    return Answers(release[1], release[2], _is_checked(values.pop(DECLARATION)), values)


def _values(data: bytes) -> tuple[dict[str, str], bool]:
    """The values of a form's fields by name, and whether they are what each program shows."""
    from pikepdf import Dictionary
    from pikepdf import open as opened

    try:
        # Of a damaged file each program makes something else.
        with opened(io.BytesIO(data), attempt_recovery=False) as pdf:
            form = pdf.Root.get("/AcroForm", Dictionary())
            fields = list(islice(form.get("/Fields", ()), MOST_FIELDS))
            values = {_said(field, "/T"): _said(field, "/V") for field in fields}
            # A box is drawn in the state that is named there, whatever its value (§12.7.4.2.3).
            drawn = {
                _is_checked(_said(field, "/AS")) == _is_checked(_said(field, "/V"))
                for field in fields
                if "/AS" in field
            }
            plain = len(values) == len(fields) and False not in drawn and "/XFA" not in form
    except (MemoryError, RecursionError):
        raise
    except Exception as error:
        # A file from outside may hold anything, and so fail to read in any way.
        raise FormError("this is not a PDF that can be read") from error
    return values, plain


def _is_checked(value: str) -> bool:
    return value not in ("", "/Off")


def _said(field: Any, key: str) -> str:
    value = field.get(key)
    return "" if value is None else str(value)[:LONGEST_VALUE]
