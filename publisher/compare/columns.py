"""Columns: which column of a table became which, where columns were added or removed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rapidfuzz.distance import Indel

from publisher.compare.spans import Span, SpanKind
from publisher.compare.words import compare_words
from publisher.text.clauses import Clause, Run
from publisher.text.segmentation import Terms, words_in

Columns = tuple[tuple[int | None, int | None], ...]
"""In display order, each column's place in the old and in the new table; None if it is missing."""

ALIKE_COLUMNS = 0.3
"""Two columns are one from this share of common words, on average over the rows."""
ROWS_COMPARED = 20
"""Limit on rows compared: this many are enough to tell."""


class RowName(NamedTuple):
    """The name of a table row."""

    table: tuple[int | None, int | None]
    """The old table and the new one that belongs to it; None if there is none."""
    text: str


def row_names(
    old: Mapping[int, Clause], new: Mapping[int, Clause]
) -> tuple[dict[int, RowName], dict[int, RowName]]:
    """The name of each table row: its text in a column where all rows differ.

    Tables with most in common belong together: first by rows that nobody touched, then by names.
    Of several such columns, the one in which the two tables have most in common counts; without
    another table, the first.

    Args:
        old, new: rows of one table or more by their places, without header rows.
    """
    left, right = _naming_columns(old), _naming_columns(new)
    keys = [[_keys(column, old) for _, column in left], [_keys(column, new) for _, column in right]]
    scored = sorted(
        (-len(keys[0][m] & keys[1][n]), -len({*a.values()} & {*b.values()}), m, n)
        for m, (_, a) in enumerate(left)
        for n, (_, b) in enumerate(right)
    )
    names: tuple[dict[int, RowName], dict[int, RowName]] = ({}, {})
    named: tuple[set[int], set[int]] = (set(), set())
    for untouched, common, m, n in scored:
        (table, a), (other, b) = left[m], right[n]
        if (untouched or common) and table not in named[0] and other not in named[1]:
            both = table, other
            names[0].update({place: RowName(both, text) for place, text in a.items()})
            names[1].update({place: RowName(both, text) for place, text in b.items()})
            named[0].add(table)
            named[1].add(other)
    for side, columns in enumerate((left, right)):
        for table, column in columns:
            if table not in named[side]:
                alone = (table, None) if side == 0 else (None, table)
                names[side].update({place: RowName(alone, text) for place, text in column.items()})
                named[side].add(table)
    return names


def _keys(column: Iterable[int], rows: Mapping[int, Clause]) -> set[str]:
    return {rows[place].key for place in column}


def _naming_columns(rows: Mapping[int, Clause]) -> list[tuple[int, dict[int, str]]]:
    """The columns in which all cells differ: (table, text by row)."""
    tables: dict[int, dict[int, Clause]] = {}
    for place, row in rows.items():
        tables.setdefault(row.table, {})[place] = row
    found: list[tuple[int, dict[int, str]]] = []
    for number, table in tables.items():
        for cells in zip(*(row.cells for row in table.values()), strict=False):
            texts = ["".join([run.text for run in cell]).casefold() for cell in cells]
            if all(texts) and len({*texts}) == len(texts):
                found.append((number, dict(zip(table, texts, strict=True))))
    return found


def align_columns(rows: Sequence[tuple[Clause, Clause]]) -> Columns:
    """The columns of two tables, aligned by their contents; empty if they are one to one.

    Args:
        rows: (old row, new row) for rows that belong together; at least one.
    """
    width_old, width_new = len(rows[0][0].cells), len(rows[0][1].cells)
    changed = [pair for pair in rows if pair[0].key != pair[1].key]
    if width_old == width_new and 2 * len(changed) < len(rows):
        return ()
    rows = (changed or rows)[:ROWS_COMPARED]
    score = [
        [sum(_alike(a.cells[i], b.cells[j]) for a, b in rows) / len(rows) for j in range(width_new)]
        for i in range(width_old)
    ]
    best = [[0.0] * (width_new + 1) for _ in range(width_old + 1)]
    for i in reversed(range(width_old)):
        for j in reversed(range(width_new)):
            both = score[i][j] + best[i + 1][j + 1] if score[i][j] >= ALIKE_COLUMNS else 0.0
            best[i][j] = max(best[i + 1][j], best[i][j + 1], both)
    if width_old == width_new:
        straight = sum(score[i][i] for i in range(width_old))
        if best[0][0] < straight + ALIKE_COLUMNS:
            return ()
    columns: list[tuple[int | None, int | None]] = []
    i = j = 0
    while i < width_old or j < width_new:
        here = i < width_old and j < width_new and score[i][j] >= ALIKE_COLUMNS
        if here and best[i][j] == score[i][j] + best[i + 1][j + 1]:
            columns.append((i, j))
            i, j = i + 1, j + 1
        elif i < width_old and (j == width_new or best[i][j] == best[i + 1][j]):
            columns.append((i, None))
            i += 1
        else:
            columns.append((None, j))
            j += 1
    return tuple(columns)


def _alike(old: Sequence[Run], new: Sequence[Run]) -> float:
    a, b = ("".join(run.text for run in cell) for cell in (old, new))
    return Indel.normalized_similarity(words_in(a), words_in(b)) if a or b else 0.0


def row_cells(
    old: Clause | None,
    new: Clause | None,
    columns: Columns,
    terms: Terms | None = None,
) -> tuple[tuple[Span, ...], ...]:
    """The words of a row, a cell for each column of either table.

    Args:
        old, new: the row on either side; None where there is none.
        columns: the columns of its table.
        terms: defined terms, each compared as one word.
    """
    cells = []
    for i, j in columns:
        before = old.cells[i] if old and i is not None else None
        after = new.cells[j] if new and j is not None else None
        if before is not None and after is not None:
            cells.append(compare_words(before, after, terms))
        else:
            kind = SpanKind.DELETE if before is not None else SpanKind.INSERT
            runs = before if before is not None else after or ()
            cells.append(tuple(Span(kind, run.text, run.marks) for run in runs))
    return tuple(cells)
