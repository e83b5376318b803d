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

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from publisher.compare.columns import Columns, align_columns
from publisher.compare.gaps import ClauseLink, Gap, places_between
from publisher.compare.likeness import at_least, candidate_pairs, likeness
from publisher.compare.pairing import AMENDED, MOVED_WORDS, Pairing
from publisher.compare.renamed_sections import with_renamed
from publisher.compare.sections import pair_sections
from publisher.compare.sequences import heaviest_rising, matching_blocks
from publisher.text.clauses import Clause, Document, Kind, Section

MOVED = 0.6
"""Clauses at different places are one clause that moved from this share of common words."""


_SECTION = 10**8
"""How much more than a clause a section counts, which stays or moves as a whole."""
_SHARED = 10**16
"""What a clause counts that was split or merged: it stays, whatever moves."""


@dataclass(frozen=True)
class Alignment:
    """Which clause became which, by their places in the two documents."""

    links: tuple[ClauseLink, ...]
    """Of clauses in place, rising on both sides. A split or merged clause is in several."""
    moved: tuple[tuple[int, int], ...]
    """(old, new) of clauses that moved, in the order of the new text."""
    columns: tuple[dict[int, Columns], dict[int, Columns]]
    """By old and by new table: its columns, where they changed."""


def align(old: Document, new: Document) -> Alignment:
    """Finds which clause became which.

    Swapping the two texts gives the same links, the other way round.
    """
    if _letters(old) <= _letters(new):
        return _Aligner(old, new, Pairing(old, new)).alignment()
    found = _Aligner(new, old, Pairing(new, old)).alignment()
    links = tuple([ClauseLink(j, i, part, own) for i, j, own, part in found.links])
    moved = tuple(sorted(((j, i) for i, j in found.moved), key=lambda pair: pair[1]))
    before, after = (
        {table: tuple((b, a) for a, b in columns) for table, columns in side.items()}
        for side in found.columns
    )
    return Alignment(links, moved, (after, before))


def _letters(text: Document) -> tuple[str, list[str]]:
    """What decides which of two texts is looked at first: what of it is read, then its source."""
    words: list[str] = []
    for clause in text.clauses:
        if clause.kind not in (Kind.BLANK, Kind.FRONT_MATTER):
            for cell in clause.cells:
                words.append("")
                for run in cell:
                    words += [run.text, "".join([f"<{mark.kind}" for mark in run.marks])]
    return ",".join(words), [clause.raw for clause in text.clauses]


@dataclass
class _Aligner:
    """One alignment: the state that its steps share."""

    old: Document
    new: Document
    texts: Pairing
    links: list[ClauseLink] = field(default_factory=list)
    """Of clauses in place, rising on both sides."""
    moved: dict[int, int] = field(default_factory=dict)
    """Old clause to new clause."""

    def alignment(self) -> Alignment:
        a, b = self.old.sections, self.new.sections
        pairs = pair_sections(a, b, self.texts.words_of, self.texts.phrases_of)
        if all(i - j == pairs[0][0] - pairs[0][1] for i, j in pairs):
            spine, away = pairs, []
        else:
            sizes = [[sum(c.words for c in s.clauses) for s in side] for side in (a, b)]
            weights = [1 + sizes[0][i] + sizes[1][j] for i, j in pairs]
            stay = heaviest_rising(pairs, weights)
            spine = [pair for index, pair in enumerate(pairs) if index in stay]
            away = [pair for index, pair in enumerate(pairs) if index not in stay]
        self._in_place(spine, {i for i, _ in away}, {j for _, j in away})
        for i, j in away:
            self._moved_section(a[i], b[j])
        self.links = with_renamed(self.texts, self.links, self.moved)
        self._find_moved()
        self._settle()
        columns = self._match_columns()
        moved = sorted(self.moved.items(), key=lambda pair: pair[1])
        return Alignment(tuple(self.links), tuple(moved), columns)

    def _range(
        self, sections: Sequence[Section], start: int, end: int, away: set[int]
    ) -> list[int]:
        """The clauses of the sections `start` to `end`, without those that moved away."""
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
                self.links.append(ClauseLink(left.pop(0), right.pop(0)))
            self.links += self._align(left, right)

    def _moved_section(self, old: Section, new: Section) -> None:
        left = list(range(old.start, old.start + len(old.clauses)))
        right = list(range(new.start, new.start + len(new.clauses)))
        if old.heading and new.heading:
            self.moved[left.pop(0)] = right.pop(0)
        for link in self._align(left, right, whole=True):
            self.moved[link.old] = link.new

    def _align(
        self, left: list[int], right: list[int], whole: bool = False
    ) -> Iterable[ClauseLink]:
        """The links between two runs of clauses.

        Args:
            whole: link whole clauses only: none is split or merged.
        """
        keys = [self.old.clauses[i].key for i in left]
        others = [self.new.clauses[j].key for j in right]
        if keys == others:
            return map(ClauseLink, left, right)
        at_old, at_new = ({k: n for n, k in enumerate(side)} for side in (left, right))
        texts = self.texts
        for i, j in (*texts.named_rows(left, right), *texts.dressed(left, right)):
            keys[at_old[i]] = others[at_new[j]] = f"{i} is {j}"
        for side, at, own in zip(
            texts.retyped(left, right), (at_old, at_new), (keys, others), strict=True
        ):
            for k, words in side.items():
                own[at[k]] = f"words\0{words}"
        rules = [
            [k for k in side if document.clauses[k].kind is Kind.RULE]
            for side, document in ((left, self.old), (right, self.new))
            if texts.ruled
        ] or [[], []]
        # A line between clauses is known by them.
        for i in rules[0]:
            keys[at_old[i]] = f"old {i}"
        for j in rules[1]:
            others[at_new[j]] = f"new {j}"
        links: list[ClauseLink] = []
        x = y = 0
        for u, v in [*self._same(left, keys, others), (len(left), len(right))]:
            if x < u and y < v:
                links += Gap(texts, left[x:u], right[y:v], whole).links()
            if u < len(left):
                links.append(ClauseLink(left[u], right[v]))
            x, y = u + 1, v + 1
        if rules[0] and rules[1]:
            ends = ClauseLink(left[-1] + 1, right[-1] + 1)
            found = [
                ClauseLink(i, j)
                for before, behind in pairwise([ClauseLink(-1, -1), *links, ends])
                for i, j in zip(
                    places_between(rules[0], before.old, behind.old),
                    places_between(rules[1], before.new, behind.new),
                    strict=False,
                )
            ]
            links = sorted([*links, *found], key=lambda link: (link.old, link.new))
        return links

    def _same(
        self, left: list[int], keys: list[str], others: list[str]
    ) -> Iterator[tuple[int, int]]:
        """Places of the clauses that nobody touched.

        Where clauses changed places, those with more words stay and the others have moved.
        """
        blocks = matching_blocks(keys, others)
        if sum(size for *_, size in blocks) == (Counter(keys) & Counter(others)).total():
            yield from ((i + n, j + n) for i, j, size in blocks for n in range(size))
            return
        once = {key for key, n in Counter(keys).items() if n == 1}
        place = {key: j for j, key in enumerate(others) if key in once}
        once -= {key for key, n in Counter(others).items() if n > 1}
        pairs = [(i, place[key]) for i, key in enumerate(keys) if key in once and key in place]
        weights = [1 + 2 * self.old.clauses[left[i]].words for i, _ in pairs]
        stay = sorted(heaviest_rising(pairs, weights))
        x = y = 0
        for u, v in [*(pairs[n] for n in stay), (len(keys), len(others))]:
            for i, j, size in matching_blocks(keys[x:u], others[y:v]):
                yield from ((x + i + n, y + j + n) for n in range(size))
            if u < len(keys):
                yield u, v
            x, y = u + 1, v + 1

    # ── moves ────────────────────────────────────────────────────────────────────────────────────

    def _find_moved(self) -> None:
        gone = {*(link.old for link in self.links), *self.moved}
        come = {*(link.new for link in self.links), *self.moved.values()}
        left, right = (
            {
                i: self.texts.words_of(side, i)
                for i, c in enumerate(clauses)
                if i not in used and c.kind is not Kind.HEADING and c.words >= 2
            }
            for side, clauses, used in (
                (0, self.old.clauses, gone),
                (1, self.new.clauses, come),
            )
        )
        longer = (
            {i: self.texts.phrases_of(side, i) for i, w in s.items() if len(w) >= MOVED_WORDS}
            for side, s in enumerate((left, right))
        )
        scored = [
            (-value, i, j)
            for i, j in candidate_pairs(*longer)
            if self.texts.may_become(i, j) and (value := at_least(MOVED, left[i], right[j]))
        ]
        scored += [
            (-2.0, i, j)
            for i, j in self.texts.named_rows(list(left), list(right))
            if likeness(left[i], right[j]) >= AMENDED
        ]
        scored += [(-1.0, i, j) for i, j in self._same_elsewhere(list(left), list(right))]
        found: dict[int, int] = {}
        for _, i, j in sorted(scored):
            if i not in found and j not in come:
                found[i] = j
                come.add(j)
        self.moved |= self._with_evidence(found)

    def _with_evidence(self, found: dict[int, int]) -> dict[int, int]:
        """The moves that a reader would accept.

        A few words that two places have in common moved only within one section, or along with a
        clause beside them.
        """
        olds, news = self.old.clauses, self.new.clauses
        of_old, of_new = self.old.section_of, self.new.section_of
        pairs = {(link.old, link.new) for link in self.links} | {*self.moved.items()}
        a, b = self.old.sections, self.new.sections
        places = {(i, j) for i, j in pairs if olds[i].kind is news[j].kind is Kind.HEADING}
        same = {(of_old[i], of_new[j]) for i, j in places}
        if a and b and not (a[0].heading or b[0].heading):
            same.add((0, 0))

        def enough(i: int, j: int) -> bool:
            return (
                min(olds[i].words, news[j].words) >= MOVED_WORDS
                or olds[i].kind is Kind.ROW
                or (of_old[i], of_new[j]) in same
            )

        sure = {(i, j) for i, j in found.items() if enough(i, j)}
        left = {*found.items()} - sure
        reached = [*sure, *self.moved.items()]
        while reached:
            i, j = reached.pop()
            for beside in ((i - 1, j - 1), (i + 1, j + 1)):
                if beside in left:
                    left.remove(beside)
                    sure.add(beside)
                    reached.append(beside)
        return dict(sorted(sure))

    def _same_elsewhere(self, left: list[int], right: list[int]) -> list[tuple[int, int]]:
        """The clauses, however short, that nobody touched and that each text has once."""
        olds, news = self.old.clauses, self.new.clauses
        only = self.texts.single
        place = {news[j].key: j for j in right if news[j].key in only}
        return [(i, place[olds[i].key]) for i in left if olds[i].key in place]

    def _settle(self) -> None:
        """Of clauses that changed places, those with fewer words have moved, and no other.

        Where the same words stand several times, which of them stayed shows only now.
        """
        shared = [Counter(link[side] for link in self.links) for side in (0, 1)]
        links = {(link.old, link.new): link for link in self.links}
        pairs = sorted({*links, *self.moved.items()})
        weights: list[int] = []
        for i, j in pairs:
            old, new = self.old.clauses[i], self.new.clauses[j]
            weight = 2 * (1 + old.words + new.words) + (old.key == new.key)
            if old.kind is new.kind is Kind.HEADING:
                weight = _SECTION * (1 + self._size(0, i) + self._size(1, j))
            if shared[0][i] > 1 or shared[1][j] > 1:
                weight = _SHARED
            weights.append(weight)
        # A clause that was split or merged is in several pairs: they are in order as they stand.
        ranks = {pair: n for n, pair in enumerate(sorted(pairs, key=lambda pair: pair[::-1]))}
        stay = heaviest_rising([(i, ranks[i, j]) for i, j in pairs], weights)
        self.links = [links.get(pairs[n], ClauseLink(*pairs[n])) for n in sorted(stay)]
        self.moved = {i: j for n, (i, j) in enumerate(pairs) if n not in stay}

    def _size(self, side: int, place: int) -> int:
        """How many words the section has that a heading is of."""
        text = (self.old, self.new)[side]
        return sum(clause.words for clause in text.sections[text.section_of[place]].clauses)

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
