"""Lists for people and for programs: a table, a CSV file, or one document of JSON."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (OWASP, CSV Injection)."""


class ListForm(StrEnum):
    """In which form a list is wanted."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


Values = Mapping[str, object]
"""A row for programs: text, numbers, true or false, and None by the names of its columns."""


def csv_list(columns: Sequence[str], rows: Iterable[Values]) -> Iterator[str]:
    """A list as CSV (RFC 4180), piece by piece: its columns first.

    Args:
        columns: their names.
        rows: each with a value for every column.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in columns])
        if buffer.tell() > _PIECE:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


_PIECE = 1 << 16
"""Characters that are handed on at once."""


def json_list(schema: str, name: str, rows: Iterable[Values], at: dt.datetime) -> Iterator[str]:
    """A list as one document of JSON, piece by piece, a row a line.

    Args:
        schema: the `$id` of its JSON Schema.
        name: under which the rows stand.
        rows: they.
        at: when it was asked for.
    """
    head = {"$schema": schema, "at": utc_second(at)}
    pieces, size = [json.dumps(head, indent=1)[:-2] + f',\n "{name}": ['], 0
    first = before = "\n  "
    for row in rows:
        pieces.append(before + json.dumps(row, ensure_ascii=False))
        before, size = ",\n  ", size + len(pieces[-1])
        if size > _PIECE:
            yield "".join(pieces)
            pieces, size = [], 0
    yield "".join([*pieces, "]\n}\n" if before == first else "\n ]\n}\n"])


def no_formula(text: str) -> str:
    """Words of somebody else for a cell of a CSV file, which no spreadsheet carries out."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def utc_second(moment: dt.datetime) -> str:
    """RFC 3339, in UTC, to the second."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"


def utc_minute(moment: dt.datetime) -> str:
    """As people read it: `2027-01-10 09:30 UTC`."""
    return f"{moment.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
