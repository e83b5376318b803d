"""Alignment: which clause of the old text became which clause of the new one.

How it decides: sections are paired by anchor, then by heading, then by content; the heaviest run
of pairs that kept its order stays in place and the other pairs are moved. Between two sections
that stayed, the clauses are aligned as one run, so that text which only changed its heading
(split, merged) is kept. Clauses that nobody touched are paired first. Between them, the words of
all the others are aligned at once: an old clause and a new one that share enough of them belong
together, and a clause may so have become several, or several one. What is left over is looked for
elsewhere: a clause found again is moved.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from rapidfuzz.distance import Indel

from publisher.clauses import Clause, Document, Kind, Section
from publisher.columns import Columns, align_columns
from publisher.segmentation import Place, places, words
from publisher.words import LONGEST, matching_blocks

AMENDED = 0.4
"""Two clauses at the same place are one amended clause from this share of common words."""
MOVED = 0.6
"""Two clauses at different places are one moved clause from this share of common words…"""
MOVED_WORDS = 6
"""… and from this many words, for shorter ones are alike by chance."""
WITHIN = 0.7
"""What the share of the shorter clause counts beside that of both …"""
WITHIN_WORDS = 8
"""… from this many words: shorter ones lie within a long one by chance."""
PHRASE = 3
"""So many words in a row are no chance: only such phrases show that a clause was split …"""
PHRASES = 6
"""… and so many words in phrases are the least that do …"""
DENSE = 0.6
"""… and they are at least this share of the stretch that they lie in."""
PAIRINGS = 400
"""So many pairs of short clauses are weighed against each other at most between two others."""
COMMON = 8
"""A phrase that stands in more clauses than this tells nothing about where one of them went."""
_WORDLESS = (Kind.RULE, Kind.BLANK, Kind.FRONT_MATTER)


class Link(NamedTuple):
    """An old clause and the new one it became, in place."""

    old: int
    new: int
    old_part: Place | None = None
    """The stretch of the old clause's text that became the new clause; None: all of it."""
    new_part: Place | None = None
    """The stretch of the new clause's text that the old clause became; None: all of it."""


@dataclass(frozen=True)
class Alignment:
    """Which clause became which, by their places in the two documents."""

    links: tuple[Link, ...]
    """In place: rising on both sides. A clause that was split or merged is in several."""
    moved: tuple[tuple[int, int], ...]
    """(old, new) of clauses that are elsewhere now, in the order of the new text."""
    columns: tuple[dict[int, Columns], dict[int, Columns]]
    """By old and by new table: its columns, where they are not the same."""


def align(old: Document, new: Document) -> Alignment:
    """Finds which clause became which.

    The same is found whichever of the two texts is the old one.
    """
    if [clause.raw for clause in old.clauses] <= [clause.raw for clause in new.clauses]:
        return _Aligner(old, new).alignment()
    found = _Aligner(new, old).alignment()
    links = tuple([Link(j, i, part, own) for i, j, own, part in found.links])
    moved = tuple(sorted(((j, i) for i, j in found.moved), key=lambda pair: pair[1]))
    before, after = (
        {table: tuple((b, a) for a, b in columns) for table, columns in side.items()}
        for side in found.columns
    )
    return Alignment(links, moved, (after, before))


# ── sections ─────────────────────────────────────────────────────────────────────────────────────


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
        for key, spots in left.items():
            # A name that is there several times is a name only if nobody came or went.
            if key and len(spots) == len(right.get(key, ())):
                pairs.update(zip(spots, right[key], strict=True))
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
    if not left or not right:
        return
    sides = [
        {i: [w for c in sections[i].clauses for w in words(c.text)] for i in chosen}
        for sections, chosen in ((old, left), (new, right))
    ]
    bags = [{i: Counter(text) for i, text in side.items()} for side in sides]
    scored: list[tuple[float, int, int]] = []
    for i, j in _kin(*sides):
        a, b = bags[0][i], bags[1][j]
        score = 2 * (a & b).total() / (a.total() + b.total())
        if score >= MOVED:
            scored.append((-score, i, j))
    for _, i, j in sorted(scored):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)


def _kin(old: dict[int, list[str]], new: dict[int, list[str]]) -> Iterator[tuple[int, int]]:
    """The pairs of texts that share a phrase not found everywhere: for each old one, the three
    new ones it shares most with.
    """
    places_of: dict[tuple[str, ...], list[int]] = {}
    for j, text in new.items():
        for phrase in _phrases(text):
            places_of.setdefault(phrase, []).append(j)
    for i, text in old.items():
        shared = Counter(
            j
            for phrase in _phrases(text)
            if len(found := places_of.get(phrase, ())) <= COMMON
            for j in found
        )
        for j, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:3]:
            yield i, j


def _phrases(text: list[str]) -> set[tuple[str, ...]]:
    return set(zip(text, text[1:], text[2:], strict=False)) or {tuple(text)}


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


# ── clauses ──────────────────────────────────────────────────────────────────────────────────────


def likeness(a: Sequence[str], b: Sequence[str]) -> float:
    """How much the words of two clauses have in common, 0 to 1: the share that stayed in order.

    A clause that was only added to, or only cut, counts by the share of the shorter one, for a
    reader takes it for the same however much was added.
    """
    # Of two very long clauses, the words in common in any order: near enough to tell.
    long = len(a) * len(b) > LONGEST // 10
    return _share((Counter(a) & Counter(b)).total() if long else Indel.similarity(a, b) // 2, a, b)


def _share(kept: int, a: Sequence[str], b: Sequence[str]) -> float:
    if not kept:
        return 0.0
    share = 2 * kept / (len(a) + len(b))
    short = min(len(a), len(b))
    return max(share, kept / short * WITHIN) if short >= WITHIN_WORDS else share


@dataclass(slots=True)
class _Shared:
    """What an old and a new clause have in common where their words were aligned with others."""

    kept: int = 0
    phrases: int = 0
    """Kept words that stand in phrases."""
    first: tuple[int, int] = (0, 0)
    """Places of the first common word in the words of either clause."""
    last: tuple[int, int] = (0, 0)

    def add(self, i: int, j: int, size: int) -> None:
        if not self.kept:
            self.first = i, j
        self.last = i + size - 1, j + size - 1
        self.kept += size
        self.phrases += size if size >= PHRASE else 0

    def dense(self) -> bool:
        stretch = self.last[0] - self.first[0] + self.last[1] - self.first[1] + 2
        return self.phrases >= PHRASES and 2 * self.phrases >= DENSE * stretch


@dataclass
class _Aligner:
    """One alignment; holds what its steps share."""

    old: Document
    new: Document
    links: list[Link] = field(default_factory=list)
    moved: dict[int, int] = field(default_factory=dict)
    """Old clause to new clause."""
    words: tuple[dict[int, list[str]], dict[int, list[str]]] = field(
        default_factory=lambda: ({}, {})
    )
    """The words of the clauses looked at so far, old and new."""

    def alignment(self) -> Alignment:
        a, b = self.old.sections, self.new.sections
        pairs = pair_sections(a, b)
        if all(i - j == pairs[0][0] - pairs[0][1] for i, j in pairs):
            spine, away = pairs, []
        else:
            weights = [1 + sum(c.words for c in a[i].clauses) for i, _ in pairs]
            stay = heaviest_rising(pairs, weights)
            spine = [pair for index, pair in enumerate(pairs) if index in stay]
            away = [pair for index, pair in enumerate(pairs) if index not in stay]
        self._in_place(spine, {i for i, _ in away}, {j for _, j in away})
        for i, j in away:
            self._moved_section(a[i], b[j])
        self._find_moved()
        columns = self._match_columns()
        moved = sorted(self.moved.items(), key=lambda pair: pair[1])
        return Alignment(tuple(self.links), tuple(moved), columns)

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
                self.links.append(Link(left.pop(0), right.pop(0)))
            self.links += self._align(left, right)

    def _moved_section(self, old: Section, new: Section) -> None:
        left = list(range(old.start, old.start + len(old.clauses)))
        right = list(range(new.start, new.start + len(new.clauses)))
        if old.heading and new.heading:
            self.moved[left.pop(0)] = right.pop(0)
        for link in self._align(left, right, whole=True):
            self.moved[link.old] = link.new

    def _align(self, left: list[int], right: list[int], whole: bool = False) -> Iterator[Link]:
        """The links between two runs of clauses.

        Args:
            whole: link only whole clauses, none to several.
        """
        a, b = self.old.clauses, self.new.clauses
        keys, others = [a[i].key for i in left], [b[j].key for j in right]
        if keys == others:
            yield from map(Link, left, right)
            return
        x = y = 0
        for u, v, size in [*matching_blocks(keys, others), (len(left), len(right), 0)]:
            if x < u and y < v:
                yield from self._gap(left[x:u], right[y:v], whole)
            x, y = u + size, v + size
            yield from map(Link, left[u:x], right[v:y])

    def _gap(self, left: list[int], right: list[int], whole: bool) -> Iterator[Link]:
        """The links between clauses that all changed."""
        if len(left) == len(right) == 1:
            if self._score(left[0], right[0]):
                yield Link(left[0], right[0])
            return
        found = self._common(left, right)
        chosen = self._chosen(found, whole)
        x = y = 0
        at_old = {i: n for n, i in enumerate(left)}
        at_new = {j: n for n, j in enumerate(right)}
        for link in self._cut(chosen, found):
            u, v = at_old[link.old], at_new[link.new]
            yield from self._few(left[x:u], right[y:v])
            yield link
            x, y = u + 1, v + 1
        yield from self._few(left[x:], right[y:])

    def _common(self, left: list[int], right: list[int]) -> dict[tuple[int, int], _Shared]:
        """What each old and each new clause have in common, all their words aligned at once."""
        sides = []
        for side, chosen in enumerate((left, right)):
            text: list[str] = []
            owners: list[tuple[int, int]] = []
            for index in chosen:
                own = self._marked_words(side, index)
                owners += [(index, len(text))] * len(own)
                text += own
            sides.append((text, owners))
        (a, of_a), (b, of_b) = sides
        found: dict[tuple[int, int], _Shared] = {}
        for x, y, size in matching_blocks(a, b):
            end = x + size
            while x < end:
                (i, start), (j, begin) = of_a[x], of_b[y]
                left_here = len(self.words[0][i]) - (x - start)
                right_here = len(self.words[1][j]) - (y - begin)
                step = min(end - x, left_here, right_here)
                found.setdefault((i, j), _Shared()).add(x - start, y - begin, step)
                x, y = x + step, y + step
        return found

    def _marked_words(self, side: int, index: int) -> list[str]:
        """The words of a clause; those of a row or of code are not those of a paragraph."""
        clause = (self.old, self.new)[side].clauses[index]
        if clause.anchor or clause.kind in _WORDLESS:
            return []  # headings with anchors are paired by them or not at all
        own = self._words(side, index)
        if clause.kind in (Kind.PARAGRAPH, Kind.HEADING):
            return own
        return [f"{clause.kind}\0{word}" for word in own]

    def _chosen(self, found: dict[tuple[int, int], _Shared], whole: bool) -> list[tuple[int, int]]:
        """The pairs that belong together, in order."""
        chosen: list[tuple[int, int]] = []
        left, right = set[int](), set[int]()
        for (i, j), shared in sorted(found.items(), key=lambda item: -item[1].kept):
            old, new = self.old.clauses[i], self.new.clauses[j]
            if not old.may_become(new):
                continue
            free = i not in left and j not in right
            a, b = self._words(0, i), self._words(1, j)
            if free and _share(shared.kept, a, b) >= AMENDED:
                pass
            elif whole or not (old.kind is new.kind is Kind.PARAGRAPH and shared.dense()):
                continue
            chosen.append((i, j))
            left.add(i)
            right.add(j)
        return sorted(chosen)

    def _cut(
        self, chosen: list[tuple[int, int]], found: dict[tuple[int, int], _Shared]
    ) -> Iterator[Link]:
        """The links with the parts of clauses that are in several of them."""
        olds, news = Counter(i for i, _ in chosen), Counter(j for _, j in chosen)
        ends = {"old": 0, "new": 0}
        for n, (i, j) in enumerate(chosen):
            after = chosen[n + 1] if n + 1 < len(chosen) else (-1, -1)
            here = found[i, j]
            then = found.get(after, here)
            parts: list[Place | None] = []
            for side, name, index, several in ((0, "old", i, olds[i]), (1, "new", j, news[j])):
                if several == 1:
                    parts.append(None)
                    ends[name] = 0
                    continue
                text = (self.old, self.new)[side].clauses[index].text
                start, end, ends[name] = ends[name], len(text), 0
                if after[side] == index:
                    end, ends[name] = _seam(text, here.last[side] + 1, then.first[side])
                parts.append((start, end))
            yield Link(i, j, *parts)

    def _few(self, left: list[int], right: list[int]) -> Iterator[Link]:
        """Pairs clauses in order, so that the pairs have the most words in common."""
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
                yield Link(left[x], right[y])
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
        value = likeness(self._words(0, i), self._words(1, j))
        if value < AMENDED:
            return 0.0
        # Of two that are as like, the one that is set the same way is the same clause.
        return value * (1 + max(old.words, new.words)) * (1.0 if old.shape == new.shape else 0.9)

    def _words(self, side: int, index: int) -> list[str]:
        """The words of a clause; each clause is cut into words once."""
        known = self.words[side]
        if index not in known:
            known[index] = words((self.old, self.new)[side].clauses[index].text)
        return known[index]

    # ── moves ────────────────────────────────────────────────────────────────────────────────────

    def _find_moved(self) -> None:
        gone = {*(link.old for link in self.links), *self.moved}
        come = {*(link.new for link in self.links), *self.moved.values()}
        left, right = (
            {
                i: self._words(side, i)
                for i, c in enumerate(clauses)
                if i not in used and c.kind is not Kind.HEADING and c.words >= MOVED_WORDS
            }
            for side, clauses, used in (
                (0, self.old.clauses, gone),
                (1, self.new.clauses, come),
            )
        )
        scored = [
            (-value, i, j)
            for i, j in _kin(left, right)
            if self.old.clauses[i].may_become(self.new.clauses[j])
            and (value := likeness(left[i], right[j])) >= MOVED
        ]
        for _, i, j in sorted(scored):
            if i not in self.moved and j not in come:
                self.moved[i] = j
                come.add(j)

    # ── columns ──────────────────────────────────────────────────────────────────────────────────

    def _match_columns(self) -> tuple[dict[int, Columns], dict[int, Columns]]:
        """Rows of another width belong together only if their tables do."""
        columns: tuple[dict[int, Columns], dict[int, Columns]] = ({}, {})
        rows: dict[tuple[int, int], list[tuple[Clause, Clause]]] = {}
        for i, j in (*((link.old, link.new) for link in self.links), *self.moved.items()):
            old, new = self.old.clauses[i], self.new.clauses[j]
            if old.kind is Kind.ROW:
                rows.setdefault((old.table, new.table), []).append((old, new))
        became: dict[int, int] = {}
        for (left, right), pairs in sorted(rows.items(), key=lambda item: -len(item[1])):
            if left not in became and right not in became.values():
                became[left] = right
                if len(pairs[0][0].cells) != len(pairs[0][1].cells):
                    columns[0][left] = columns[1][right] = align_columns(pairs)

        def foreign(i: int, j: int) -> bool:
            old, new = self.old.clauses[i], self.new.clauses[j]
            if old.kind is not Kind.ROW or became.get(old.table) == new.table:
                return False
            changed = old.table in columns[0] or new.table in columns[1]
            return changed or len(old.cells) != len(new.cells)

        if rows:
            self.links = [link for link in self.links if not foreign(link.old, link.new)]
            self.moved = {i: j for i, j in self.moved.items() if not foreign(i, j)}
        return columns


def _seam(text: str, first: int, last: int) -> Place:
    """Where a clause was cut: the end of its first part, and the beginning of its next one.

    Args:
        text: of the clause.
        first, last: the cut is before one of these words; before the last one that begins a
            sentence, if any does.
    """
    spots = places(text)
    at = next(
        (n for n in range(last, first, -1) if text[spots[n - 1][1] - 1] in ".!?。:;"),
        last,
    )
    return spots[at - 1][1], spots[at][0]
