"""Regions: the words that clauses lost and gained, wherever they stand in their clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from publisher.compare.operations import Operation
from publisher.compare.seams import SENTENCE_ENDS
from publisher.compare.spans import SpanKind
from publisher.text.clauses import Kind
from publisher.text.segmentation import Stretch, parts_in, starts_of, without_typography

BETWEEN = 2
"""The least number of words that stand between two places; else they are the same place."""
SEED = 4
"""What moved is found by a phrase of this many words that is struck once and written once."""
BESIDE = 8
"""How many letters beside the words are looked at, for the end of a sentence."""
_KINDS = (Kind.PARAGRAPH, Kind.ROW)


@dataclass
class Region:
    """Words of one cell that were struck, or written, one behind the other."""

    cell: tuple[int, int]
    """Its operation, and its place there."""
    kind: SpanKind
    text: str
    start: int
    """Where they begin in the cell, on their side."""
    before: str
    behind: str
    """What stands beside them in the cell, on the same side: as much as is looked at."""
    place: tuple[int, int]
    """Which moved clause they are in, if any, and how many words stand before them."""

    @cached_property
    def _cut(self) -> tuple[list[str], list[int]]:
        found = parts_in(self.text)
        return found, starts_of(found, self.text)

    @cached_property
    def words(self) -> list[str]:
        """The words by which they are known again."""
        return [
            word.casefold() if word.isascii() else without_typography(word) for word in self._cut[0]
        ]

    def phrases(self) -> Iterator[tuple[str, ...]]:
        """The phrases by which they are found, in order."""
        return zip(*(self.words[n:] for n in range(SEED)), strict=False)

    def begins(self, at: int, signs: str = SENTENCE_ENDS) -> bool:
        """Whether a sentence begins at a word, or what else begins behind some signs."""
        last = self.words[at - 1] if at else self.before.rstrip()[-1:]
        return last in signs

    def ends(self, end: int, signs: str = SENTENCE_ENDS) -> bool:
        """Whether a sentence ends before a word, or what else is parted by some signs."""
        behind = self.words[end] if end < len(self.words) else self.behind.lstrip()[:1]
        return self.words[end - 1] in signs or behind in signs

    def stretch(self, start: int, end: int) -> Stretch:
        """The letters of some of the words, with the spaces that belong to nothing else."""
        _, starts = self._cut
        return starts[start] if start else 0, starts[end] if end < len(starts) else len(self.text)

    def near(self, other: Region) -> bool:
        """Whether hardly a word stands between this region and another."""
        (move, place), (theirs, there) = self.place, other.place
        return move == theirs and abs(place - there) < BETWEEN


def regions_of(operations: Sequence[Operation]) -> Iterator[Region]:
    """All words that were struck or written, but for those of headings and of code."""
    stood: Counter[int] = Counter()
    for number, op in enumerate(operations):
        if op.move and op.old:
            continue  # its words are told where it went
        if op.kept_whole:
            stood[0] += max(op.clause.words, BETWEEN)
            continue
        looked_at = op.clause.kind in _KINDS
        for place, cell in enumerate(op.cells):
            at = [0, 0]
            sides = ["".join(s.old for s in cell), "".join(s.new for s in cell)]
            for kept, spans in groupby(cell, key=lambda span: span.kind is SpanKind.KEEP):
                members = list(spans)
                parts = ["".join(s.old for s in members), "".join(s.new for s in members)]
                ends = [start + len(part) for start, part in zip(at, parts, strict=True)]
                if kept:
                    stood[op.move] += len(parts[1].split())
                else:
                    for side, kind in enumerate((SpanKind.DELETE, SpanKind.INSERT)):
                        if looked_at and parts[side]:
                            start, end = at[side], ends[side]
                            around = (
                                sides[side][max(start - BESIDE, 0) : start],
                                sides[side][end : end + BESIDE],
                            )
                            where = op.move, stood[op.move]
                            yield Region((number, place), kind, parts[side], start, *around, where)
                at = ends
