"""Lists as programs take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from publisher.answers.list_forms import ListForm, Values, csv_list, json_list, no_formula
from publisher.cli import console

_FOREIGN = "reply"
"""The column with words of somebody else, which no spreadsheet is to carry out."""


def print_programs(
    form: str,
    schema: str,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Values],
    at: dt.datetime,
) -> bool:
    """Prints a list for programs, if it is wanted so; whether it was.

    Args:
        form: one of `ListForm`.
        schema: the `$id` of its JSON Schema.
        name: under which its rows stand.
        columns: of the CSV file.
        rows: they.
        at: when it was asked for.
    """
    if form == ListForm.TABLE:
        return False
    console.print_stream(program_list(form, schema, name, columns, rows, at))
    return True


def program_list(
    form: str,
    schema: str,
    name: str,
    columns: Sequence[str],
    rows: Iterable[Values],
    at: dt.datetime,
) -> Iterator[str]:
    """A list for programs, piece by piece; its arguments are those of `print_programs`."""
    if form == ListForm.JSON:
        return json_list(schema, name, rows, at)
    return csv_list(columns, map(_harmless, rows))


def _harmless(row: Values) -> Values:
    said = row.get(_FOREIGN)
    return {**row, _FOREIGN: no_formula(said)} if isinstance(said, str) else row
