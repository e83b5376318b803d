"""The opt-out form as a file that came back: what was filled in."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from publisher.errors import FormError

RELEASE_FIELD = "release"
"""The field that says which release a form belongs to: `privacy/2`, a blank, the release's seal."""


DECLARATION_FIELD = "declaration"
"""The check box that declares the opt-out."""


CUSTOMER_FIELD = "customer"
"""The field for an e-mail address or a customer number."""


@dataclass(frozen=True, slots=True)
class ReturnedForm:
    """The answers in a form that came back."""

    release: str
    """Name of the release it belongs to: `privacy/2`."""
    seal: str
    """That release's seal, hexadecimal."""
    declared: bool
    """Whether the declaration was checked."""
    fields: Mapping[str, str]
    """What was written into the other fields, by name."""


MOST_FIELDS = 50
"""Fields that are looked at in a file that claims to be a form."""


LONGEST_VALUE = 1_000
"""Characters that are read of each."""


def read_form(data: bytes) -> ReturnedForm:
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
    release = re.fullmatch(
        r"([a-z][a-z0-9-]*/[\d.]+) ([0-9a-f]{64})", values.pop(RELEASE_FIELD, "")
    )
    if release is None or DECLARATION_FIELD not in values:
        raise FormError("this PDF is not an opt-out form of ours")
    if not plain:
        raise FormError("this form shows one thing and says another")
    return ReturnedForm(release[1], release[2], _is_checked(values.pop(DECLARATION_FIELD)), values)


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
