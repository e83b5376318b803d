"""Lists as programs take them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

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
    if form == ListForm.JSON:
        console.print_stream(json_list(schema, name, rows, at))
    else:
        console.print_stream(csv_list(columns, map(_harmless, rows)))
    return True


def _harmless(row: Values) -> Values:
    said = row.get(_FOREIGN)
    return {**row, _FOREIGN: no_formula(said)} if isinstance(said, str) else row
