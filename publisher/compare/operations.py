"""Operations: how the clauses and words of one text become those of another.

The operations are one list in reading order. Those with a new clause give the new text, those with
an old clause give the old text, each in its own order: that is what makes accepting and rejecting
exact. So a moved clause is in the list twice, once where it was and once where it is, with the same
move number. A clause that was split is in the operation of the first clause it became, and goes on
in the operations of the others. Clauses that were merged are the same, the other way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

from publisher.compare.alignment import Alignment, align
from publisher.compare.columns import Columns, row_cells
from publisher.compare.seams import breaks_off, goes_on
from publisher.compare.spans import Span, SpanKind, kept_spans
from publisher.compare.words import compare_words
from publisher.text.clauses import Clause, Document, Kind, Run
from publisher.text.segmentation import Stretch, count_words, terms_by_first_word

Cells = tuple[tuple[Span, ...], ...]


MOST_CUT = 5
"""So many paragraphs may be cut in two amid a sentence, or joined there; of more, the lines are
those of a printed page."""
_COUNTED = (SpanKind.INSERT, SpanKind.DELETE, SpanKind.KEEP)


class WordCounts(NamedTuple):
    """How many words an operation adds, removes and keeps."""

    inserted: int
    deleted: int
    kept: int
    moved: int = 0
    """How many came from elsewhere, without their clause; they are neither added nor removed."""


class Operation(NamedTuple):
    """One clause kept, amended, added, deleted, or (twice in the list) moved."""

    old: Clause | None
    new: Clause | None
    spans: Cells | None = None
    """The words, if they are not all kept, all added or all deleted; see `cells`."""
    move: int = 0
    """The same number at both places of a moved clause; 0 if it did not move."""
    columns: Columns = ()
    """Of a row in a table whose columns changed: the columns its cells are in; else empty."""
    flows: bool = False
    """The line that its words were on before, or are on now, ends in the middle of a sentence, or
    is a heading on one side: they went on with the text, and nothing was split or merged."""
    continued: bool = False
    """The clause that is missing here began in an earlier operation and goes on here: it was split,
    if it is the old one, or others were merged into it, if it is the new one."""

    @property
    def cells(self) -> Cells:
        """The words; at the new place of a moved clause, compared with those at its old place."""
        if self.spans is not None:
            return self.spans
        if self.old and self.new:
            return tuple([kept_spans(cell) for cell in self.new.cells])
        kind = SpanKind.DELETE if self.old else SpanKind.INSERT
        return tuple(
            tuple([Span(kind, run.text, run.marks) for run in cell]) for cell in self.clause.cells
        )

    @property
    def word_counts(self) -> WordCounts:
        """How many words are added, removed and kept; a moved clause counts at both its places.

        They are those of the cells: no bar between two of them is one, and a word of which a part
        is set in other letters is one.
        """
        return self.words_counted(count_words)

    def words_counted(self, count: Callable[[str], int]) -> WordCounts:
        """Its `word_counts`, where `count` gives how many words a text has."""
        totals = dict.fromkeys(SpanKind, 0)
        moved = 0
        for cell in self.cells:
            for (kind, move), spans in groupby(cell, lambda span: (span.kind, span.move)):
                number = count("".join([span.text for span in spans]))
                if not move:
                    totals[kind] += number
                elif kind is SpanKind.INSERT:
                    moved += number
        added, removed, kept = (totals[kind] for kind in _COUNTED)
        return WordCounts(added, removed, kept, moved)

    @property
    def unchanged(self) -> bool:
        """Whether a reader sees no change in this clause."""
        old, new = self.old, self.new
        if old and new and old.key == new.key and self.spans is None:
            return True
        if self.clause.kind is Kind.FRONT_MATTER:
            return True
        if old is None or new is None:
            return False
        same = old.level == new.level and old.anchor == new.anchor
        return same and not self.reset and not self.renumbered and not self.amended

    @property
    def kept_whole(self) -> bool:
        """Whether a clause is where it was, and every word of it: nothing else is to be said."""
        return bool(self.old and self.new and self.spans is None and not self.move)

    @property
    def reset(self) -> bool:
        """Whether the clause is set differently, such as a paragraph that became a list item."""
        return self.old is not None and self.new is not None and self.old.shape != self.new.shape

    @property
    def becomes_seen(self) -> bool:
        """Whether words that were on no page are before their readers now."""
        old, new = self.old, self.new
        return bool(old and new) and _hidden(old) and not _hidden(new)

    @property
    def becomes_unseen(self) -> bool:
        """Whether words that were before their readers are on no page now."""
        old, new = self.old, self.new
        return bool(old and new) and _hidden(new) and not _hidden(old)

    @property
    def renumbered(self) -> bool:
        """Whether a list starts at another number here, or restarts: what does not follow from an
        item put in or taken out.
        """
        old, new = self.old, self.new
        if old is None or new is None or not (old.number and new.number):
            return False
        if old.number == new.number or not (old.begins or new.begins):
            return False
        if old.begins != new.begins and "list behind a list" in (old.begins, new.begins):
            return True
        return bool(new.begins) and old.starts_at != new.starts_at

    @property
    def amended(self) -> bool:
        """Whether words, typography or formatting inside the clause changed."""
        if self.spans is None:
            return self.old is None or self.new is None
        return any(
            span.kind is not SpanKind.KEEP or span.was is not None or span.before is not None
            for cell in self.spans
            for span in cell
        )

    @property
    def rewritten(self) -> bool:
        """Whether words were added or removed, more than those that moved."""
        counts = self.word_counts
        return counts.inserted > 0 or counts.deleted > 0

    @property
    def clause(self) -> Clause:
        """The new clause, or the old one where there is no new one."""
        clause = self.new or self.old
        assert clause is not None
        return clause


def _hidden(clause: Clause | None) -> bool:
    return clause is not None and clause.kind is Kind.DEFINITION


def accept(operations: Iterable[Operation]) -> dict[str, str]:
    """The new source text, by file name, to the byte."""
    return Document(tuple(op.new for op in operations if op.new)).sources


def reject(operations: Iterable[Operation]) -> dict[str, str]:
    """The old source text, by file name, to the byte."""
    return Document(tuple(op.old for op in operations if op.old)).sources


def compare_documents(old: Document, new: Document) -> tuple[Operation, ...]:
    """The operations that turn `old` into `new`.

    Args:
        old, new: two documents; neither needs anchors.

    Returns:
        Operations in reading order, as the first lines of this module say.
    """
    return tuple(_Comparison(old, new, align(old, new)).operations())


class _Comparison:
    """Both documents in one reading order: what was removed is before what took its place."""

    def __init__(self, old: Document, new: Document, alignment: Alignment) -> None:
        self.old, self.new = old.clauses, new.clauses
        self.alignment = alignment
        self.terms = terms_by_first_word([t for c in (*self.old, *self.new) for t in c.defines])
        self.plain = not any(alignment.columns)
        moved = enumerate(alignment.moved, 1)
        self.gone = {i: number for number, (i, _) in moved}
        self.come = {j: (i, self.gone[i]) for i, j in alignment.moved}

    @cached_property
    def flowing(self) -> set[int]:
        """The places of the links where text goes on that was not split or merged: over lines that
        end amid sentences, and behind words that are a heading on one side.
        """
        links = self.alignment.links
        olds, news = (Counter(link[side] for link in links) for side in (0, 1))
        headed: set[int] = set()
        found: set[int] = set()
        cut: set[int] = set()
        for place, (before, here) in enumerate(pairwise(links), 1):
            split, merged = before.old == here.old, before.new == here.new
            if not (split or merged):
                continue
            both = [olds[link.old] > 1 < news[link.new] for link in (before, here)]
            ends = self.old[before.old], self.new[before.new]
            if any(clause.kind is Kind.HEADING for clause in ends):
                headed.add(place)  # the words that it began with are its heading, or were
            elif any(both):
                found |= {place} if any(breaks_off(clause.text) for clause in ends) else set()
            elif (split and goes_on(ends[1], self.new[here.new])) or (
                merged and goes_on(ends[0], self.old[here.old])
            ):
                found.add(place)
                cut |= {place} if max(olds[here.old], news[here.new]) == 2 else set()
        # Where lines end amid sentences all over, they are printed lines; else a few paragraphs
        # were cut in two there, or joined.
        return headed if found == cut and len(cut) <= MOST_CUT else headed | found

    def operations(self) -> Iterator[Operation]:
        """All operations, in reading order."""
        x = y = 0
        for place, (i, j, part, own) in enumerate(self.alignment.links):
            if i > x or j > y:
                yield from self._between(x, i, y, j)
            old, new = self.old[i], self.new[j]
            first, fresh = i >= x, j >= y
            x, y = i + 1, j + 1
            if old.key == new.key and self.plain and not part and not own:
                yield Operation(old, new)
                continue
            spans = self._words(old, new, part, own)
            yield Operation(
                old if first else None,
                new if fresh else None,
                spans,
                0,
                self._columns(old, new),
                flows=not (first and fresh) and place in self.flowing,
                continued=not (first and fresh),
            )
        yield from self._between(x, len(self.old), y, len(self.new))

    def _between(self, x: int, i: int, y: int, j: int) -> Iterator[Operation]:
        """What is only in the old text, then what is only in the new one or moved there."""
        for k in range(x, i):
            yield self._one(self.old[k], None, self.gone.get(k, 0))
        for k in range(y, j):
            if k not in self.come:
                yield self._one(None, self.new[k])
                continue
            source, number = self.come[k]
            old, new = self.old[source], self.new[k]
            spans = self._words(old, new) or tuple([kept_spans(cell) for cell in new.cells])
            yield Operation(None, new, spans, number, self._columns(old, new))

    def _one(self, old: Clause | None, new: Clause | None, move: int = 0) -> Operation:
        columns = self._columns(old, new)
        spans = row_cells(old, new, columns, self.terms) if columns else None
        return Operation(old, new, spans, move, columns)

    def _words(
        self, old: Clause, new: Clause, part: Stretch | None = None, own: Stretch | None = None
    ) -> Cells | None:
        """The words of two clauses, or of a part of each; None if they are the same."""
        if columns := self._columns(old, new):
            return row_cells(old, new, columns, self.terms)
        if old.key == new.key and not part and not own:
            return None
        a, b = old.cells, new.cells
        if part or own:
            a = (_part(a[0], part),) if part else a
            b = (_part(b[0], own),) if own else b
        return tuple([compare_words(p, q, self.terms) for p, q in zip(a, b, strict=True)])

    def _columns(self, old: Clause | None, new: Clause | None) -> Columns:
        if self.plain:
            return ()
        for clause, known in zip((old, new), self.alignment.columns, strict=True):
            if clause and clause.kind is Kind.ROW and clause.table in known:
                return known[clause.table]
        return ()


def _part(runs: tuple[Run, ...], part: Stretch) -> tuple[Run, ...]:
    """A stretch of a clause's words."""
    start, end = part
    found: list[Run] = []
    at = 0
    for run in runs:
        if text := run.text[max(start - at, 0) : max(end - at, 0)]:
            found.append(Run(text, run.marks))
        at += len(run.text)
    return tuple(found)
