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

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise, product
from typing import NamedTuple

from rapidfuzz.distance import Indel

from publisher.clauses import Clause, Document, Kind, Section
from publisher.columns import Columns, align_columns, row_names
from publisher.segmentation import Place, plain, segment, words
from publisher.words import LONGEST, alike, matching_blocks

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
LIKE = 0.7
"""Two sections of other names, wherever they stand, are one from this share of common words."""
SAME = 0.5
"""A section in its place under another name is, from this share of common words in its text …"""
SAME_NAME = 0.76
"""… or surely from this share of common words in its heading …"""
NAMED = 0.6
"""… or from this one, if the texts do not speak against it …"""
HINT = 0.1
"""… which they do below this share."""
PHRASE = 3
"""So many words in a row are no chance: only such phrases show that a clause was split …"""
PHRASES = 6
"""… and so many words in phrases are the least that do …"""
DENSE = 0.6
"""… and they are at least this share of the stretch that they lie in."""
HARDLY = 0.75
"""Two clauses hardly differ from this share of common words: they are one, whatever surrounds."""
NEAR = 0.8
"""Paragraphs whose ends have this share of their letters in common need no further look."""
PAIRINGS = 400
"""So many pairs of short clauses are weighed against each other at most between two others."""
COMMON = 8
"""A phrase that stands in more clauses than this tells nothing about where one of them went."""
SENTENCE_ENDS = ".!?。:;"
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

    if any(s.anchor for s in old):
        match(lambda section: section.anchor)
    if not all(s.anchor for s in (*old, *new)):
        # A section with an anchor is what its anchor says; the others are known by their words.
        match(lambda s: "" if s.anchor else (s.title or "…"))
    if len(pairs) < min(len(old), len(new)):
        match(lambda s: () if s.anchor else tuple([c.key for c in s.body]))
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
        {i: [w for c in sections[i].body for w in words(c.text)] for i in chosen}
        for sections, chosen in ((old, left), (new, right))
    ]
    pairs_by_name = (
        (i, j)
        for i, j in (product(left, right) if len(left) * len(right) <= PAIRINGS else ())
        if _name(old[i], new[j]) >= SAME_NAME
    )
    scored: list[tuple[float, int, int]] = []
    for i, j in {*_kin(*sides), *pairs_by_name}:
        share, name = likeness(sides[0][i], sides[1][j], within=False), _name(old[i], new[j])
        if share >= LIKE or (name >= SAME_NAME and share >= HINT):
            scored.append((-share - name, i, j))
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


def sameness(old: Section, new: Section, kept: int) -> float:
    """How surely a section is the same under another name; 0: it is not.

    Args:
        old, new: the sections.
        kept: how many words went from the text of the one to that of the other.
    """
    sizes = [sum(clause.words for clause in section.body) for section in (old, new)]
    share = 2 * kept / max(sum(sizes), 1)
    name = _name(old, new)
    if name >= SAME_NAME:
        return 2 + name + share
    if share >= SAME or (name >= SAME and kept >= SAME * max(min(sizes), 1)):
        return share + name
    return share + name if name >= NAMED and (share >= HINT or not min(sizes)) else 0.0


def _name(old: Section, new: Section) -> float:
    """The share of words that two headings have in common, but for numbers and the shortest."""
    a, b = (Counter(re.findall(r"[^\W\d_]{3,}", s.title.casefold())) for s in (old, new))
    return 2 * (a & b).total() / max(a.total() + b.total(), 1)


# ── clauses ──────────────────────────────────────────────────────────────────────────────────────


def likeness(a: Sequence[str], b: Sequence[str], within: bool = True) -> float:
    """How much the words of two clauses have in common, 0 to 1: the share that stayed in order.

    Args:
        a, b: the words.
        within: a clause that was only added to, or only cut, counts by the share of the shorter
            one, for in its place a reader takes it for the same however much was added.
    """
    # Of two very long clauses, the words in common in any order: near enough to tell.
    long = len(a) * len(b) > LONGEST // 10
    kept = (Counter(a) & Counter(b)).total() if long else Indel.similarity(a, b) // 2
    return _share(kept, a, b, within)


def _at_least(share: float, a: Sequence[str], b: Sequence[str]) -> float:
    """The share of common words of two clauses; 0 where it is smaller than `share`."""
    if 2 * min(len(a), len(b)) < share * (len(a) + len(b)):
        return 0.0
    value = likeness(a, b, within=False)
    return value if value >= share else 0.0


def _share(kept: int, a: Sequence[str], b: Sequence[str], within: bool = True) -> float:
    if not kept:
        return 0.0
    share = 2 * kept / (len(a) + len(b))
    short = min(len(a), len(b))
    return max(share, kept / short * WITHIN) if within and short >= WITHIN_WORDS else share


@dataclass(slots=True)
class _Shared:
    """What an old and a new clause have in common where their words were aligned with others."""

    kept: int = 0
    phrases: int = 0
    """Kept words that stand in phrases."""
    first: tuple[int, int] = (0, 0)
    """Places of the first common word, in the words of either clause; that of the first common
    phrase, if there is one."""
    last: tuple[int, int] = (0, 0)
    """The same of the last one."""

    def add(self, i: int, j: int, size: int) -> None:
        phrase = size >= PHRASE
        if not self.kept or (phrase and not self.phrases):
            self.first = i, j
        if phrase or not self.phrases:
            self.last = i + size - 1, j + size - 1
        self.kept += size
        self.phrases += size if phrase else 0

    def dense(self) -> bool:
        stretch = self.last[0] - self.first[0] + self.last[1] - self.first[1] + 2
        return self.phrases >= PHRASES and 2 * self.phrases >= DENSE * stretch


@dataclass
class _Aligner:
    """One alignment; holds what its steps share."""

    old: Document
    new: Document
    links: list[Link] = field(default_factory=list)
    """In place; rising on both sides."""
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
        self._pair_renamed()
        self._find_moved()
        columns = self._match_columns()
        moved = sorted(self.moved.items(), key=lambda pair: pair[1])
        return Alignment(tuple(self.links), tuple(moved), columns)

    def _range(
        self, sections: Sequence[Section], start: int, end: int, away: set[int]
    ) -> list[int]:
        """The clauses of the sections from `start` to `end` but for those that moved away."""
        return [
            k
            for i in range(max(start, 0), end)
            if i not in away
            for k in range(sections[i].start, sections[i].start + len(sections[i].clauses))
        ]

    def _in_place(
        self, spine: list[tuple[int, int]], old_away: set[int], new_away: set[int]
    ) -> None:
        a, b = self.old.sections, self.new.sections
        bounds = [(-1, -1), *spine, (len(a), len(b))]
        for (i, j), (k, m) in pairwise(bounds):
            left, right = self._range(a, i, k, old_away), self._range(b, j, m, new_away)
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

    def _align(self, left: list[int], right: list[int], whole: bool = False) -> Iterable[Link]:
        """The links between two runs of clauses.

        Args:
            whole: link only whole clauses, none to several.
        """
        keys = [self.old.clauses[i].key for i in left]
        others = [self.new.clauses[j].key for j in right]
        if keys == others:
            return map(Link, left, right)
        at_old, at_new = ({k: n for n, k in enumerate(side)} for side in (left, right))
        for i, j in (*self._named_rows(left, right), *self._retyped(left, right)):
            keys[at_old[i]] = others[at_new[j]] = f"{i} is {j}"
        links: list[Link] = []
        x = y = 0
        for u, v in [*self._same(left, keys, others), (len(left), len(right))]:
            if x < u and y < v:
                links += self._gap(left[x:u], right[y:v], whole)
            if u < len(left):
                links.append(Link(left[u], right[v]))
            x, y = u + 1, v + 1
        return links

    def _named_rows(self, left: Sequence[int], right: Sequence[int]) -> list[tuple[int, int]]:
        """Rows that changed, each with the one of the same name."""
        names, others = self._row_names
        found = {others[j]: j for j in right if j in others}
        return [
            (i, j)
            for i in left
            if i in names
            and (j := found.get(names[i], -1)) >= 0
            and self.old.clauses[i].key != self.new.clauses[j].key
        ]

    def _retyped(self, left: Sequence[int], right: Sequence[int]) -> Iterator[tuple[int, int]]:
        """Paragraphs of which the typography alone changed."""
        olds, news = self.old.clauses, self.new.clauses
        same = {olds[i].key for i in left} & {news[j].key for j in right}
        found: dict[str, int] = {}
        for j in right:
            if news[j].kind is Kind.PARAGRAPH and news[j].key not in same:
                found[plain(news[j].text)] = j
        for i in left if found else ():
            if olds[i].kind is Kind.PARAGRAPH and olds[i].key not in same:
                j = found.pop(plain(olds[i].text), -1)
                if j >= 0:
                    yield i, j

    @cached_property
    def _row_names(self) -> tuple[dict[int, str], dict[int, str]]:
        old, new = (
            {k: c for k, c in enumerate(d.clauses) if c.kind is Kind.ROW and not c.head}
            for d in (self.old, self.new)
        )
        return row_names(old, new)

    def _free(self, i: int, j: int) -> bool:
        """Whether only their words tell if a clause is the other one amended."""
        old, new = self.old.clauses[i], self.new.clauses[j]
        if old.kind in _WORDLESS or not self._may_become(i, j):
            return False
        # A heading is a name, and told by what it names.
        return not (old.kind is new.kind is Kind.HEADING or old.anchor or new.anchor)

    @cached_property
    def _named(self) -> tuple[set[str], set[str]]:
        old, new = ({*names.values()} for names in self._row_names)
        return old, new

    def _least(self, i: int, j: int) -> float:
        """The share of common words that makes two clauses one: more, if they differ otherwise."""
        old, new = self.old.clauses[i], self.new.clauses[j]
        if old.kind is not new.kind:
            return HARDLY
        if old.kind is not Kind.ROW:
            return AMENDED
        names, others = self._row_names
        was, now = words(names.get(i, "")), words(others.get(j, ""))
        return AMENDED if {*was} & {*now} or not was or not now else HARDLY

    def _may_become(self, i: int, j: int) -> bool:
        """Whether a clause may be the other one amended, for all that is known but its words."""
        if not self.old.clauses[i].may_become(self.new.clauses[j]):
            return False
        if self.old.clauses[i].kind is not Kind.ROW:
            return True
        names, others = self._row_names
        was, now = names.get(i, ""), others.get(j, "")
        # A row that stands elsewhere under its own name is not this one under another.
        return was == now or not (was in self._named[1] or now in self._named[0])

    def _same(
        self, left: list[int], keys: list[str], others: list[str]
    ) -> Iterator[tuple[int, int]]:
        """Places of the clauses that nobody touched.

        Of clauses that changed places those with more words stay, and the others have moved.
        """
        blocks = matching_blocks(keys, others)
        if sum(size for *_, size in blocks) == (Counter(keys) & Counter(others)).total():
            yield from ((i + n, j + n) for i, j, size in blocks for n in range(size))
            return
        once = {key for key, n in Counter(keys).items() if n == 1}
        place = {key: j for j, key in enumerate(others) if key in once}
        once -= {key for key, n in Counter(others).items() if n > 1}
        pairs = [(i, place[key]) for i, key in enumerate(keys) if key in once and key in place]
        weights = [1 + self.old.clauses[left[i]].words for i, _ in pairs]
        stay = sorted(heaviest_rising(pairs, weights))
        x = y = 0
        for u, v in [*(pairs[n] for n in stay), (len(keys), len(others))]:
            for i, j, size in matching_blocks(keys[x:u], others[y:v]):
                yield from ((x + i + n, y + j + n) for n in range(size))
            if u < len(keys):
                yield u, v
            x, y = u + 1, v + 1

    def _gap(self, left: list[int], right: list[int], whole: bool) -> Iterator[Link]:
        """The links between clauses that all changed."""
        if len(left) == len(right) == 1:
            if self._near(left[0], right[0]) or self._score(left[0], right[0]):
                yield Link(left[0], right[0])
            return
        sure = self._hardly_changed(left, right)
        found = self._common(left, right, sure)
        x = y = 0
        at_old = {i: n for n, i in enumerate(left)}
        at_new = {j: n for n, j in enumerate(right)}
        for link in self._cut(self._chosen(found, sure, whole), found):
            u, v = at_old[link.old], at_new[link.new]
            yield from self._few(left[x:u], right[y:v])
            yield link
            x, y = u + 1, v + 1
        yield from self._few(left[x:], right[y:])

    def _hardly_changed(self, left: list[int], right: list[int]) -> list[tuple[int, int]]:
        """The clauses that are nearly as they were, and that kept their order."""
        a, b = ({i: self._words(side, i) for i in c} for side, c in ((0, left), (1, right)))
        scored = sorted(
            (-value, i, j)
            for i, j in _kin(a, b)
            if self._free(i, j) and (value := _at_least(HARDLY, a[i], b[j]))
        )
        pairs: dict[int, int] = {}
        taken: set[int] = set()
        for _, i, j in scored:
            if i not in pairs and j not in taken:
                pairs[i] = j
                taken.add(j)
        found = sorted(pairs.items())
        weights = [1 + self.old.clauses[i].words for i, _ in found]
        return [found[n] for n in sorted(heaviest_rising(found, weights))]

    def _common(
        self, left: list[int], right: list[int], sure: list[tuple[int, int]]
    ) -> dict[tuple[int, int], _Shared]:
        """What each old and each new clause have in common, all their words aligned at once.

        Args:
            left, right: clauses that all changed.
            sure: those of them that hardly did: they belong together, and others can have no more
                than what these two do not share.
        """
        found: dict[tuple[int, int], _Shared] = {}
        for i, j in sure:
            shared = found[i, j] = _Shared()
            for x, y, size in matching_blocks(self._words(0, i), self._words(1, j)):
                shared.add(x, y, size)
        ends = (left[-1] + 1, right[-1] + 1)
        x, y = left[0] - 1, right[0] - 1
        for i, j in [*sure, ends]:
            own = _within(left, x, i), _within(right, y, j)
            if own[0] or own[1]:
                self._share(found, own, (x, y), (i, j))
            x, y = i, j
        return found

    def _share(
        self,
        found: dict[tuple[int, int], _Shared],
        own: tuple[list[int], list[int]],
        before: tuple[int, int],
        behind: tuple[int, int],
    ) -> None:
        """Aligns the words of some clauses, and what their neighbours do not share themselves."""
        texts: list[list[str]] = []
        owners: list[list[tuple[int, int, int]]] = []
        for side in (0, 1):
            stretches = [(k, 0, -1) for k in own[side]]
            if before in found:
                stretches.insert(0, (before[side], found[before].last[side] + 1, -1))
            if behind in found:
                stretches.append((behind[side], 0, found[behind].first[side]))
            text: list[str] = []
            owner: list[tuple[int, int, int]] = []
            for index, start, end in stretches:
                words = self._marked_words(side, index)
                words = words[start:] if end < 0 else words[:end]
                owner += [(index, len(text) - start, len(text) + len(words))] * len(words)
                text += words
            texts.append(text)
            owners.append(owner)
        for x, y, size in matching_blocks(*texts):
            at, to, end = x, y, x + size
            while at < end:
                (i, start, stop), (j, begin, last) = owners[0][at], owners[1][to]
                step = min(end, stop) - at
                step = min(step, last - to)
                if (i, j) not in (before, behind):
                    found.setdefault((i, j), _Shared()).add(at - start, to - begin, step)
                at, to = at + step, to + step

    def _marked_words(self, side: int, index: int) -> list[str]:
        """The words of a clause; those of a row or of code are not those of a paragraph."""
        clause = (self.old, self.new)[side].clauses[index]
        if clause.kind is Kind.HEADING or clause.kind in _WORDLESS:
            return []  # a heading is a name, and told by what it names
        own = self._words(side, index)
        if clause.kind is Kind.PARAGRAPH:
            return own
        return [f"{clause.kind}\0{word}" for word in own]

    def _chosen(
        self,
        found: dict[tuple[int, int], _Shared],
        sure: list[tuple[int, int]],
        whole: bool,
    ) -> list[tuple[int, int]]:
        """The pairs that belong together, in order."""
        chosen = list(sure)
        known = set(sure)
        left, right = {i for i, _ in sure}, {j for _, j in sure}
        for (i, j), shared in sorted(found.items(), key=lambda item: -item[1].kept):
            old, new = self.old.clauses[i], self.new.clauses[j]
            if (i, j) in known or not self._may_become(i, j):
                continue
            free = i not in left and j not in right
            share = _share(shared.kept, self._words(0, i), self._words(1, j))
            if not (free and share >= self._least(i, j)):
                several = not whole and old.kind is new.kind is Kind.PARAGRAPH
                if not (several and shared.dense()):
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
        cut: dict[tuple[int, int], tuple[list[str], list[int]]] = {}
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
                    if (side, index) not in cut:
                        cut[side, index] = segment(text)
                    seam = here.last[side] + 1, then.first[side]
                    end, ends[name] = _seam(*cut[side, index], *seam)
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
        if not self._free(i, j):
            return 0.0
        value = likeness(self._words(0, i), self._words(1, j))
        if value < self._least(i, j):
            return 0.0
        # Of two that are as like, the one that is set the same way is the same clause.
        return value * (1 + max(old.words, new.words)) * (1.0 if old.shape == new.shape else 0.9)

    def _near(self, i: int, j: int) -> bool:
        """Whether two paragraphs begin and end so much alike that no further look is needed."""
        old, new = self.old.clauses[i], self.new.clauses[j]
        if not old.kind is new.kind is Kind.PARAGRAPH:
            return False
        a, b = old.text, new.text
        start = alike(a, b)
        end = alike(a[start:][::-1], b[start:][::-1])
        return start + end >= NEAR * max(len(a), len(b))

    def _words(self, side: int, index: int) -> list[str]:
        """The words of a clause; each clause is cut into words once."""
        known = self.words[side]
        if index not in known:
            known[index] = words((self.old, self.new)[side].clauses[index].text)
        return known[index]

    # ── names ────────────────────────────────────────────────────────────────────────────────────

    def _pair_renamed(self) -> None:
        """Pairs the headings of sections that are called otherwise now."""
        a, b = self.old.sections, self.new.sections
        olds = {*self.moved, *(link.old for link in self.links)}
        news = {*self.moved.values(), *(link.new for link in self.links)}
        left = {i for i, s in enumerate(a) if s.heading and s.start not in olds}
        right = {j for j, s in enumerate(b) if s.heading and s.start not in news}
        if not left or not right:
            return
        of_old, of_new = self.old.section_of, self.new.section_of
        flow = Counter[tuple[int, int]]()
        for link in self.links:
            i, j = of_old[link.old], of_new[link.new]
            if i in left and j in right:
                flow[i, j] += self._kept(link)
        pairs = flow if len(left) * len(right) > PAIRINGS else product(left, right)
        scored = [
            (-value, i, j) for i, j in pairs if (value := sameness(a[i], b[j], flow[i, j])) > 0
        ]
        for _, i, j in sorted(scored):
            link = Link(a[i].start, b[j].start)
            at = bisect_left(self.links, link)
            before = self.links[at - 1].new if at else -1
            behind = self.links[at].new if at < len(self.links) else len(self.new.clauses)
            if i in left and j in right and before < link.new < behind:
                self.links.insert(at, link)
                left.remove(i)
                right.remove(j)

    def _kept(self, link: Link) -> int:
        """How many words a clause kept."""
        old, new = self.old.clauses[link.old], self.new.clauses[link.new]
        if old.key == new.key:
            return old.words
        a, b = self._words(0, link.old), self._words(1, link.new)
        return Indel.similarity(a, b) // 2 if len(a) * len(b) < LONGEST else 0

    # ── moves ────────────────────────────────────────────────────────────────────────────────────

    def _find_moved(self) -> None:
        gone = {*(link.old for link in self.links), *self.moved}
        come = {*(link.new for link in self.links), *self.moved.values()}
        left, right = (
            {
                i: self._words(side, i)
                for i, c in enumerate(clauses)
                if i not in used and c.kind is not Kind.HEADING and c.words >= 2
            }
            for side, clauses, used in (
                (0, self.old.clauses, gone),
                (1, self.new.clauses, come),
            )
        )
        longer = ({i: w for i, w in s.items() if len(w) >= MOVED_WORDS} for s in (left, right))
        scored = [
            (-value, i, j)
            for i, j in _kin(*longer)
            if self._may_become(i, j) and (value := _at_least(MOVED, left[i], right[j]))
        ]
        scored += [
            (-2.0, i, j)
            for i, j in self._named_rows(list(left), list(right))
            if likeness(left[i], right[j]) >= AMENDED
        ]
        scored += [(-1.0, i, j) for i, j in self._same_elsewhere(list(left), list(right))]
        for _, i, j in sorted(scored):
            if i not in self.moved and j not in come:
                self.moved[i] = j
                come.add(j)

    def _same_elsewhere(self, left: list[int], right: list[int]) -> list[tuple[int, int]]:
        """The clauses, however short, that nobody touched and that each text has once."""
        olds, news = self.old.clauses, self.new.clauses
        keys = Counter(clause.key for clauses in (olds, news) for clause in clauses)
        place = {news[j].key: j for j in right if keys[news[j].key] == 2}
        return [(i, place[olds[i].key]) for i in left if olds[i].key in place]

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
                if found := align_columns(pairs):
                    columns[0][left] = columns[1][right] = found

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


def _within(places: list[int], after: int, before: int) -> list[int]:
    """Those of some rising places that lie between two others."""
    return places[bisect_right(places, after) : bisect_left(places, before)]


def _seam(found: list[str], starts: list[int], first: int, last: int) -> Place:
    """Where a clause was cut: the end of its first part, and the beginning of its next one.

    Args:
        found, starts: the words of the clause, and where each begins.
        first, last: the cut is before one of these words; before the last one that begins a
            sentence, if any does.
    """
    at = next((n for n in range(last, first, -1) if found[n - 1] in SENTENCE_ENDS), last)
    return starts[at - 1] + len(found[at - 1]), starts[at]
