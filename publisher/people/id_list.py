"""A list of customers' ids."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from itertools import chain

from publisher.errors import RecipientsError
from publisher.people.list_text import ListName, ListText

_COLUMN = "customer"


def read_ids(blocks: Iterable[bytes], name: ListName) -> Iterator[tuple[int, str]]:
    """The ids in a list, each with the number of its line.

    Args:
        blocks: its bytes, in pieces of any size: an id on each line, or a CSV file with a column
            `customer`.
        name: of the list.

    Raises:
        RecipientsError: it is not text in UTF-8, or not CSV.
    """
    lines = iter(ListText(blocks, name))
    head = next(lines, "")
    for sign in ",;\t":
        columns = [cell.strip(' "\r\n').lower() for cell in head.split(sign)]
        if _COLUMN in columns:
            yield from _in_column(lines, sign, columns.index(_COLUMN), name)
            return
    for number, line in enumerate(chain([head], lines), 1):
        if found := line.strip():
            yield number, found


def _in_column(
    lines: Iterator[str], sign: str, place: int, name: ListName
) -> Iterator[tuple[int, str]]:
    reader = csv.reader(lines, delimiter=sign, strict=True, skipinitialspace=True)
    line = 2
    try:
        for cells in reader:
            if len(cells) > place and cells[place].strip():
                yield line, cells[place].strip()
            line = reader.line_num + 2
    except csv.Error as error:
        raise RecipientsError(
            f"not CSV: {error}; nobody was removed",
            where=f"{name.name}:{line}",
            remedy="correct the quotes in this line",
        ) from None
