"""Operations: how the clauses and words of one text become those of another.

The operations are one list in reading order. Taking every operation that has a new clause gives
the new text, taking every one that has an old clause gives the old text, each in its own order:
that is what makes accepting and rejecting exact. A moved clause therefore stands in the list
twice, once where it was and once where it is, and both carry the same move number.

How it decides: sections are paired by anchor, then by heading, then by content; the heaviest run
of pairs that kept its order stays in place and the other pairs are moved. Between two sections
that stayed, the clauses are aligned as one run, so that text which only changed its heading
(split, merged) is kept. What is left over is looked for elsewhere: a clause found again is moved.
Inside two clauses that belong together, the words are aligned by an exact longest common
subsequence and cleaned up for readers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from rapidfuzz.distance import Indel

from publisher.clauses import Clause, Document, Kind, Section
from publisher.columns import Columns, align_columns, row_cells
from publisher.words import LONGEST, Span, SpanKind, common, compare_words, tokens

AMENDED = 0.4
"""Two clauses at the same place are one amended clause from this share of common words."""
MOVED = 0.6
"""Two clauses at different places are one moved clause from this share of common words…"""
MOVED_WORDS = 6
"""… and from this many words, for shorter ones are alike by chance."""
_WORDLESS = (Kind.RULE, Kind.BLANK, Kind.FRONT_MATTER)
WITHIN = 0.7
"""What the share of the shorter clause counts beside that of both …"""
WITHIN_WORDS = 8
"""… from this many words: shorter ones lie within a long one by chance."""
PAIRINGS = 20_000
"""So many pairs of clauses are compared at most to find those that belong together."""


Cells = tuple[tuple[Span, ...], ...]


@dataclass(frozen=True)
class Operation:
    """One clause kept, amended, added, deleted, or (twice in the list) moved."""

    old: Clause | None
    new: Clause | None
    cells: Cells
    """The words; of a moved clause at its new place: compared with those at its old place."""
    move: int = 0
    """The same number at both places of a moved clause; 0: not moved."""
    columns: Columns = ()
    """Of a row of a table whose columns changed: what each cell is of; empty: one to one."""

    @cached_property
    def unchanged(self) -> bool:
        """Whether a reader sees no change in this clause."""
        if self.clause.kind is Kind.FRONT_MATTER:
            return True
        if self.old is None or self.new is None:
            return False
        same = self.old.level == self.new.level and self.old.anchor == self.new.anchor
        return same and not self.reset and not self.amended

    @property
    def reset(self) -> bool:
        """Whether the clause is set differently: a paragraph that became a list item, say."""
        return self.old is not None and self.new is not None and self.old.shape != self.new.shape

    @cached_property
    def amended(self) -> bool:
        """Whether words or formatting inside the clause changed."""
        return any(
            span.kind is not SpanKind.KEEP or span.was is not None
            for cell in self.cells
            for span in cell
        )

    @property
    def clause(self) -> Clause:
        """The new clause, or the old one where there is no new one."""
        clause = self.new or self.old
        assert clause is not None
        return clause


def accept(operations: Iterable[Operation]) -> dict[str, str]:
    """The new source text, by file name, to the byte."""
    return Document(tuple(op.new for op in operations if op.new)).sources


def reject(operations: Iterable[Operation]) -> dict[str, str]:
    """The old source text, by file name, to the byte."""
    return Document(tuple(op.old for op in operations if op.old)).sources


def compare(old: Document, new: Document) -> tuple[Operation, ...]:
    """The operations that turn `old` into `new`.

    Args:
        old, new: two documents; neither needs anchors.

    Returns:
        Operations in reading order; see the module's first lines.
    """
    return _Comparison(old, new).operations()


# ── clauses and sections ─────────────────────────────────────────────────────────────────────────


def likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """How much the words of two clauses have in common, 0 to 1: the share that stayed in order.

    A clause that was only added to, or only cut, counts by the share of the shorter one, for a
    reader takes it for the same however much was added.
    """
    # Of two very long clauses, the words in common in any order: near enough to tell.
    long = len(a) * len(b) > LONGEST // 10
    kept = (Counter(a) & Counter(b)).total() if long else Indel.similarity(a, b) / 2
    if not kept:
        return 0.0
    share = 2 * kept / (len(a) + len(b))
    short = min(len(a), len(b))
    return max(share, kept / short * WITHIN) if short >= WITHIN_WORDS else share


def _cells(old: Clause, new: Clause) -> Cells:
    return tuple(compare_words(a, b) for a, b in zip(old.cells, new.cells, strict=True))


def _all(clause: Clause, kind: SpanKind) -> Cells:
    return tuple(tuple(Span(kind, run.text, run.marks) for run in cell) for cell in clause.cells)


def pair_sections(old: Sequence[Section], new: Sequence[Section]) -> list[tuple[int, int]]:
    """Which section became which: index pairs, by anchor, else by heading, else by content."""
    pairs: dict[int, int] = {}
    taken: set[int] = set()

    def match(name: Callable[[Section], Hashable]) -> None:
        left: dict[Hashable, list[int]] = {}
        right: dict[Hashable, list[int]] = {}
        for i, section in enumerate(old):
            if i not in pairs:
                left.setdefault(name(section), []).append(i)
        for j, section in enumerate(new):
            if j not in taken:
                right.setdefault(name(section), []).append(j)
        for key, places in left.items():
            # A name that is there several times is a name only if nobody came or went.
            if key and len(places) == len(right.get(key, ())):
                pairs.update(zip(places, right[key], strict=True))
                taken.update(right[key])

    match(lambda section: section.anchor)
    if not all(s.anchor for s in (*old, *new)):
        # A section with an anchor is what its anchor says; the others are known by their words.
        match(lambda s: "" if s.anchor else (s.title or "…"))
        match(lambda s: () if s.anchor else tuple(c.key for c in s.body))
        _match_by_content(old, new, pairs, taken)
    return sorted(pairs.items())


def _match_by_content(
    old: Sequence[Section], new: Sequence[Section], pairs: dict[int, int], taken: set[int]
) -> None:
    # What stands before the first heading is no section of its own: it may be the whole text.
    left = [i for i, s in enumerate(old) if i not in pairs and s.heading and not s.anchor]
    right = [j for j, s in enumerate(new) if j not in taken and s.heading and not s.anchor]
    if len(left) * len(right) > PAIRINGS:
        return
    bags = {j: Counter(w for c in new[j].clauses for w in tokens(c.text)) for j in right}
    scored: list[tuple[float, int, int]] = []
    for i in left:
        bag = Counter(w for c in old[i].clauses for w in tokens(c.text))
        for j in right:
            total = bag.total() + bags[j].total()
            score = 2 * (bag & bags[j]).total() / total if total else 0.0
            if score >= MOVED:
                scored.append((-score, i, j))
    for _, i, j in sorted(scored):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)


def heaviest_rising(pairs: Sequence[tuple[int, int]], weights: Sequence[int]) -> set[int]:
    """The pairs that kept their order: indices of the heaviest run with rising second numbers.

    Args:
        pairs: (old place, new place), rising in the first; the second numbers are all different.
        weights: what each pair weighs, from 1.
    """
    ends: list[int] = []
    best: list[tuple[int, int]] = []
    before: list[int] = []
    # `ends` rises, and so do the weights in `best`: (weight of the run, its last pair).
    for index, ((_, place), weight) in enumerate(zip(pairs, weights, strict=True)):
        at = bisect_left(ends, place)
        total, previous = best[at - 1] if at else (0, -1)
        before.append(previous)
        total += weight
        drop = at
        while drop < len(best) and best[drop][0] <= total:
            drop += 1
        ends[at:drop] = [place]
        best[at:drop] = [(total, index)]
    chosen: set[int] = set()
    index = best[-1][1] if best else -1
    while index >= 0:
        chosen.add(index)
        index = before[index]
    return chosen


class _Comparison:
    """One comparison; holds what its steps share."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = old, new
        self.partner: dict[int, int] = {}
        """Old clause to new clause, in place."""
        self.moved: dict[int, int] = {}
        """Old clause to new clause, moved."""
        self.tokens: tuple[dict[int, list[str]], dict[int, list[str]]] = ({}, {})
        """The words of the clauses looked at so far, old and new."""
        self.columns: tuple[dict[int, Columns], dict[int, Columns]] = ({}, {})
        """The columns by old and by new table, where they are not the same."""

    def operations(self) -> tuple[Operation, ...]:
        a, b = self.old.sections, self.new.sections
        pairs = pair_sections(a, b)
        weights = [1 + sum(c.words for c in a[i].clauses) for i, _ in pairs]
        stay = heaviest_rising(pairs, weights)
        spine = [pair for index, pair in enumerate(pairs) if index in stay]
        away = [pair for index, pair in enumerate(pairs) if index not in stay]
        old_away, new_away = {i for i, _ in away}, {j for _, j in away}
        self._in_place(spine, old_away, new_away)
        for i, j in away:
            self._moved_section(a[i], b[j])
        self._find_moved()
        self._match_columns()
        return tuple(self._merged())

    def _range(self, sections: Sequence[Section], chosen: Iterable[int]) -> list[int]:
        return [
            k
            for i in chosen
            for k in range(sections[i].start, sections[i].start + len(sections[i].clauses))
        ]

    def _in_place(
        self, spine: list[tuple[int, int]], old_away: set[int], new_away: set[int]
    ) -> None:
        a, b = self.old.sections, self.new.sections
        bounds = [(-1, -1), *spine, (len(a), len(b))]
        for (i, j), (k, m) in pairwise(bounds):
            left = self._range(a, [x for x in range(max(i, 0), k) if x not in old_away])
            right = self._range(b, [y for y in range(max(j, 0), m) if y not in new_away])
            if i >= 0 and a[i].heading and b[j].heading:
                self.partner[left.pop(0)] = right.pop(0)
            self._align(left, right, self.partner)

    def _moved_section(self, old: Section, new: Section) -> None:
        left = list(range(old.start, old.start + len(old.clauses)))
        right = list(range(new.start, new.start + len(new.clauses)))
        if old.heading and new.heading:
            self.moved[left.pop(0)] = right.pop(0)
        self._align(left, right, self.moved)

    def _align(self, left: list[int], right: list[int], into: dict[int, int]) -> None:
        a, b = self.old.clauses, self.new.clauses
        same = common([a[i].key for i in left], [b[j].key for j in right])
        x = y = 0
        for u, v in [*same, (len(left), len(right))]:
            self._pair_gap(left[x:u], right[y:v], into)
            if u < len(left):
                into[left[u]] = right[v]
            x, y = u + 1, v + 1

    def _pair_gap(self, left: list[int], right: list[int], into: dict[int, int]) -> None:
        """Pairs amended clauses in order, so that the pairs have the most words in common."""
        if not left or not right or len(left) * len(right) > PAIRINGS:
            return
        best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
        score = [[self._score(i, j) for j in right] for i in left]
        for x in range(len(left) - 1, -1, -1):
            for y in range(len(right) - 1, -1, -1):
                best[x][y] = max(best[x + 1][y], best[x][y + 1], score[x][y] + best[x + 1][y + 1])
        x = y = 0
        while x < len(left) and y < len(right):
            if score[x][y] and best[x][y] == score[x][y] + best[x + 1][y + 1]:
                into[left[x]] = right[y]
                x, y = x + 1, y + 1
            elif best[x][y] == best[x + 1][y]:
                x += 1
            else:
                y += 1

    def _score(self, i: int, j: int) -> float:
        old, new = self.old.clauses[i], self.new.clauses[j]
        if not old.may_become(new) or old.kind in _WORDLESS:
            return 0.0
        if old.anchor or new.anchor:
            return 0.0  # headings with anchors are paired by them or not at all
        value = self._likeness(i, j)
        if value < AMENDED:
            return 0.0
        # Of two that are as like, the one that is set the same way is the same clause.
        return value * (1 + max(old.words, new.words)) * (1.0 if old.shape == new.shape else 0.9)

    def _likeness(self, i: int, j: int) -> float:
        """That of an old and a new clause; each is cut into words once."""
        for side, document, index in zip(self.tokens, (self.old, self.new), (i, j), strict=True):
            if index not in side:
                side[index] = tokens(document.clauses[index].text)
        return likeness(self.tokens[0][i], self.tokens[1][j])

    def _find_moved(self) -> None:
        gone = {*self.partner, *self.moved}
        come = {*self.partner.values(), *self.moved.values()}

        def movable(clauses: Sequence[Clause], used: set[int]) -> list[int]:
            return [
                i
                for i, c in enumerate(clauses)
                if i not in used and c.kind is not Kind.HEADING and c.words >= MOVED_WORDS
            ]

        left, right = movable(self.old.clauses, gone), movable(self.new.clauses, come)
        scored = [
            (-value, i, j)
            for i, j in self._candidates(left, right)
            if (value := self._likeness(i, j)) >= MOVED
        ]
        for _, i, j in sorted(scored):
            if i not in self.moved and j not in come:
                self.moved[i] = j
                come.add(j)

    def _candidates(self, left: list[int], right: list[int]) -> list[tuple[int, int]]:
        a, b = self.old.clauses, self.new.clauses
        if len(left) * len(right) <= PAIRINGS:
            return [(i, j) for i in left for j in right if a[i].may_become(b[j])]
        where = {b[j].key: j for j in right}
        return [(i, where[a[i].key]) for i in left if a[i].key in where]

    def _match_columns(self) -> None:
        """Rows of another width belong together only if their tables do."""
        rows: dict[tuple[int, int], list[tuple[int, int]]] = {}
        for i, j in (*self.partner.items(), *self.moved.items()):
            if self.old.clauses[i].kind is Kind.ROW:
                tables = self.old.clauses[i].table, self.new.clauses[j].table
                rows.setdefault(tables, []).append((i, j))
        became: dict[int, int] = {}
        for (old, new), pairs in sorted(rows.items(), key=lambda item: -len(item[1])):
            if old not in became and new not in became.values():
                became[old] = new
                sides = [(self.old.clauses[i], self.new.clauses[j]) for i, j in pairs]
                if len(sides[0][0].cells) != len(sides[0][1].cells):
                    self.columns[0][old] = self.columns[1][new] = align_columns(sides)
        for (old, new), pairs in rows.items():
            for i, j in pairs:
                same = len(self.old.clauses[i].cells) == len(self.new.clauses[j].cells)
                changed = old in self.columns[0] or new in self.columns[1]
                if became.get(old) != new and (changed or not same):
                    self.partner.pop(i, None)
                    self.moved.pop(i, None)

    def _operation(self, old: Clause | None, new: Clause | None, move: int = 0) -> Operation:
        """One operation; of a moved clause, the one at the place it left has no new clause."""
        columns = self._columns_of(old, new)
        if columns:
            return Operation(old, new, row_cells(old, new, columns), move, columns)
        if old and new:
            return Operation(old, new, _cells(old, new), move)
        if old:
            return Operation(old, None, _all(old, SpanKind.DELETE), move)
        assert new is not None
        return Operation(None, new, _all(new, SpanKind.INSERT), move)

    def _columns_of(self, old: Clause | None, new: Clause | None) -> Columns:
        for clause, known in zip((old, new), self.columns, strict=True):
            if clause and clause.kind is Kind.ROW and clause.table in known:
                return known[clause.table]
        return ()

    def _merged(self) -> Iterable[Operation]:
        """Both documents in one reading order: what is gone stands before what took its place."""
        numbers = {
            i: n for n, (i, _) in enumerate(sorted(self.moved.items(), key=lambda p: p[1]), 1)
        }
        origin = {j: i for i, j in self.moved.items()}
        fixed = sorted(self.partner.items())
        x = y = 0
        for i, j in [*fixed, (len(self.old.clauses), len(self.new.clauses))]:
            for k in range(x, i):
                yield self._operation(self.old.clauses[k], None, numbers.get(k, 0))
            for k in range(y, j):
                if k in origin:
                    before = self.old.clauses[origin[k]]
                    moved = self._operation(before, self.new.clauses[k], numbers[origin[k]])
                    yield replace(moved, old=None)
                else:
                    yield self._operation(None, self.new.clauses[k])
            if i < len(self.old.clauses):
                yield self._operation(self.old.clauses[i], self.new.clauses[j])
            x, y = i + 1, j + 1
