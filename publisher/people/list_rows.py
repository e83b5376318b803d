"""The rows of a list, as CSV: read in a stream, under columns that its first line names."""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from publisher.errors import RecipientsError
from publisher.people.list_text import ListName, ListText

_DELIMITERS = ",;\t"
_MOST_LINES = 3
"""Lines that a row may go on over. More mean that a quote was opened which nobody closed."""


class ListRows:
    """The rows of a list, read once, in a stream."""

    def __init__(self, blocks: Iterable[bytes], name: ListName, known: Collection[str]) -> None:
        """Reads the first line.

        Args:
            blocks: the bytes of a CSV file in UTF-8, in pieces of any size; its cells are
                separated by `,`, `;` or tabs, or by what an Excel's first line `sep=` names.
            name: of the list.
            known: the columns that a list like this has: what separates most of them separates
                cells.

        Raises:
            RecipientsError: it is no text in UTF-8, or no CSV.
        """
        self._name = name.name
        lines = iter(ListText(blocks, name))
        delimiter, head, self._before = _dialect(lines, known)
        self._reader = csv.reader(
            chain([head], lines), delimiter=delimiter, strict=True, skipinitialspace=True
        )
        _, names = next(iter(self), (0, list[str]()))
        cells = [] if isinstance(names, str) else names
        self.columns = [cell.strip().lower() for cell in cells]
        """Their names, some of which may be empty."""

    @property
    def line(self) -> int:
        """The number of the line that was read last."""
        return max(1, self._reader.line_num + self._before)

    def __iter__(self) -> Iterator[tuple[int, list[str] | str]]:
        """Each row that is not blank, with the number of its first line: its cells, or why it is no
        CSV.

        Raises:
            RecipientsError: the list is not text in UTF-8, or a quote is not closed.
        """
        reader, before = self._reader, self._before
        start, more = reader.line_num + before + 1, True
        while more:
            try:
                for cells in reader:
                    line, start = start, reader.line_num + before + 1
                    if start - line > _MOST_LINES:
                        raise self._opened(line)
                    if cells and (cells[0] or any(cell.strip() for cell in cells)):
                        yield line, cells
                more = False
            except csv.Error as error:
                line, start = start, reader.line_num + before + 1
                if start - line > 1 or "unexpected end" in str(error):
                    raise self._opened(line) from None
                yield line, f"not CSV: {error}"

    def _opened(self, line: int) -> RecipientsError:
        """For a quote that has taken in lines which may be other customers."""
        return RecipientsError(
            "a quote is opened on this line and not closed on it or soon after; nothing was taken",
            where=f"{self._name}:{line}",
            remedy="correct the quotes in this line and import the list again",
        )


def _dialect(lines: Iterator[str], known: Collection[str]) -> tuple[str, str, int]:
    """What separates cells, the first line with any, and how many lines come before that."""
    before, delimiter = 0, ""
    for line in lines:
        words = line.strip("\r\n").strip('"')
        if not delimiter and words[:4].lower() == "sep=" and _separates(words[4:5]):
            # Excel writes it for itself, where the list has not what its country separates by.
            delimiter = words[4]
        elif words.strip(f" {_DELIMITERS}"):
            most = max(_DELIMITERS, key=lambda sign: _known(line, sign, known))
            return delimiter or most, line, before
        before += 1
    return ",", "", before


def _separates(sign: str) -> bool:
    return bool(sign) and not sign.isalnum() and sign != '"'


def _known(head: str, delimiter: str, known: Collection[str]) -> int:
    """How many columns of the first line are ones we know, if this separates them."""
    return sum(cell.strip(' "\r\n').lower() in known for cell in head.split(delimiter))
