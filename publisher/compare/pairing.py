"""Pairing: whether a clause of one text may be a clause of the other, amended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from publisher.compare.columns import RowName, row_names
from publisher.compare.likeness import Triples, likeness, phrases_in
from publisher.compare.sections import bare_words, heading_words
from publisher.compare.sequences import common_start
from publisher.text.clauses import Document, Kind
from publisher.text.segmentation import parts_in, without_typography, words_in

AMENDED = 0.4
"""Two clauses at the same place are one amended clause from this share of common words."""
HARDLY = 0.75
"""From this share of common words two clauses hardly differ: they are one, wherever they are."""
NEAR = 0.8
"""Paragraphs that share this much of their letters at both ends are not compared further."""
MOVED_WORDS = 6
"""The least number of words in a clause that is known again elsewhere: shorter ones are alike by
chance."""
_WORDLESS = (Kind.RULE, Kind.BLANK, Kind.FRONT_MATTER)


@dataclass
class Pairing:
    """Two texts, and which clause may have become which; clauses are given by their places."""

    old: Document
    new: Document
    _known: tuple[dict[int, list[str]], dict[int, list[str]]] = field(
        default_factory=lambda: ({}, {})
    )
    """The words of the clauses looked at so far, old and new."""
    _phrases: tuple[dict[int, Triples], dict[int, Triples]] = field(
        default_factory=lambda: ({}, {})
    )
    """Their phrases."""

    def words_of(self, side: int, index: int) -> list[str]:
        """The words of a clause, which is cut into words once."""
        known = self._known[side]
        if index not in known:
            known[index] = parts_in((self.old, self.new)[side].clauses[index].text)
        return known[index]

    def phrases_of(self, side: int, index: int) -> Triples:
        """The phrases of a clause, which are looked for once."""
        known = self._phrases[side]
        if index not in known:
            known[index] = phrases_in(self.words_of(side, index))
        return known[index]

    def marked_words(self, side: int, index: int) -> list[str]:
        """The words of a clause, marked in rows so that they equal none of a paragraph."""
        clause = (self.old, self.new)[side].clauses[index]
        if clause.kind is Kind.HEADING or clause.kind in _WORDLESS:
            return []  # a heading is a name, known by what it names
        own = self.words_of(side, index)
        if clause.kind in (Kind.PARAGRAPH, Kind.CODE, Kind.DEFINITION):
            return own
        return [f"{clause.kind}\0{word}" for word in own]

    def near(self, i: int, j: int) -> bool:
        """Whether two paragraphs begin and end so much alike that no more need be compared."""
        old, new = self.old.clauses[i], self.new.clauses[j]
        if not old.kind is new.kind is Kind.PARAGRAPH:
            return False
        a, b = old.text, new.text
        start = common_start(a, b)
        end = common_start(a[start:][::-1], b[start:][::-1])
        return start + end >= NEAR * max(len(a), len(b))

    def score(self, i: int, j: int) -> float:
        """How good a pair two clauses are, to be compared with other pairs; 0 if they are none."""
        old, new = self.old.clauses[i], self.new.clauses[j]
        if not self.free(i, j):
            return 0.0
        value = likeness(self.words_of(0, i), self.words_of(1, j))
        if value < self.least(i, j):
            return 0.0
        # Of two that are equally alike, the one that is set the same way is the same clause.
        return value * (1 + max(old.words, new.words)) * (1.0 if old.shape == new.shape else 0.9)

    def free(self, i: int, j: int) -> bool:
        """Whether their words alone decide if a clause is the other one, amended."""
        old, new = self.old.clauses[i], self.new.clauses[j]
        if old.kind in _WORDLESS or not self.may_become(i, j):
            return False
        # A heading is a name, known by what it names, unless its words became plain text.
        if old.kind is new.kind is Kind.HEADING:
            return False
        anchored = old.anchor or new.anchor
        return not anchored or heading_words(old.text) == heading_words(new.text)

    def least(self, i: int, j: int) -> float:
        """The share of common words that makes two clauses one; more if they differ otherwise."""
        old, new = self.old.clauses[i], self.new.clauses[j]
        if old.kind is not new.kind or self.elsewhere(0, i) or self.elsewhere(1, j):
            return HARDLY
        if old.kind is not Kind.ROW:
            return AMENDED
        names, others = self._row_names
        if i not in names or j not in others:
            return AMENDED
        was, now = words_in(names[i].text), words_in(others[j].text)
        return AMENDED if {*was} & {*now} else HARDLY

    def may_become(self, i: int, j: int) -> bool:
        """Whether a clause may be the other one, amended, by everything but its words."""
        if not self.old.clauses[i].may_become(self.new.clauses[j]):
            return False
        if self.old.clauses[i].kind is not Kind.ROW:
            return True
        names, others = self._row_names
        was, now = names.get(i), others.get(j)
        # A row that is elsewhere under its own name is not this one under another.
        return was == now or not (was in self._named[1] or now in self._named[0])

    def named_rows(self, left: Sequence[int], right: Sequence[int]) -> list[tuple[int, int]]:
        """The rows that changed, each with the row of the same name."""
        names, others = self._row_names
        found = {others[j]: j for j in right if j in others}
        return [
            (i, j)
            for i in left
            if i in names
            and (j := found.get(names[i], -1)) >= 0
            and self.old.clauses[i].key != self.new.clauses[j].key
        ]

    def dressed(self, left: Sequence[int], right: Sequence[int]) -> list[tuple[int, int]]:
        """The lines of plain text that are headings now, and the headings that are such lines.

        They have the same words, but for capitals and a stop or colon at their end.
        """
        sides: list[dict[tuple[bool, str], list[int]]] = []
        olds, news = self.old.clauses, self.new.clauses
        for places, clauses, theirs in (
            (left, olds, {news[j].key for j in right}),
            (right, news, {olds[i].key for i in left}),
        ):
            own: dict[tuple[bool, str], list[int]] = {}
            for k in places:
                heading = clauses[k].kind is Kind.HEADING
                if heading or clauses[k].kind is Kind.PARAGRAPH:
                    words = bare_words(clauses[k].text) if clauses[k].key not in theirs else ""
                    if words:
                        own.setdefault((heading, words), []).append(k)
            sides.append(own)
        return [
            pair
            for (heading, words), own in sides[0].items()
            if len(own) == len(others := sides[1].get((not heading, words), []))
            for pair in zip(own, others, strict=True)
        ]

    def run_in(self, side: int, index: int, heading: int) -> int:
        """How many words at the head of a paragraph, in bold or italics, are a heading elsewhere.

        Args:
            side, index: the paragraph, of the old text (0) or the new one (1).
            heading: the place of a clause of the other text.
        """
        clause = (self.old, self.new)[side].clauses[index]
        title = (self.new, self.old)[side].clauses[heading]
        if title.kind is not Kind.HEADING or clause.kind is not Kind.PARAGRAPH:
            return 0
        first = next(iter(clause.cells[0]), None)
        if first is None or first.text.strip() == clause.text.strip():
            return 0
        marked = any(mark.kind in ("strong", "em") for mark in first.marks)
        words = bare_words(title.text)
        if not marked or not words or bare_words(first.text) != words:
            return 0
        return len(parts_in(first.text))

    @cached_property
    def ruled(self) -> bool:
        """Whether both texts have lines between clauses."""
        return all(any(c.kind is Kind.RULE for c in d.clauses) for d in (self.old, self.new))

    def elsewhere(self, side: int, index: int) -> bool:
        """Whether a clause that is not in its place stands word for word in the other text.

        Short ones are alike by chance.
        """
        clause = (self.old, self.new)[side].clauses[index]
        return clause.words >= MOVED_WORDS and clause.key in self.single

    @cached_property
    def single(self) -> set[str]:
        """The keys of the clauses that each text has exactly once."""
        sides = [Counter(c.key for c in d.clauses) for d in (self.old, self.new)]
        return {key for key, n in sides[0].items() if n == 1 == sides[1].get(key)}

    def retyped(
        self, left: Sequence[int], right: Sequence[int]
    ) -> tuple[dict[int, str], dict[int, str]]:
        """The paragraphs of which only typography, formatting or links changed.

        Of several with the same words any may be meant: their order among the others decides.

        Returns:
            Of old and of new clauses: what is the same on both sides.
        """
        olds, news = self.old.clauses, self.new.clauses
        keys, others = {olds[i].key for i in left}, {news[j].key for j in right}
        sides: list[dict[int, str]] = []
        for places, clauses, theirs in ((left, olds, others), (right, news, keys)):
            changed = [
                k
                for k in places
                if clauses[k].kind is Kind.PARAGRAPH and clauses[k].key not in theirs
            ]
            sides.append({k: without_typography(clauses[k].text) for k in changed})
        known = {*sides[0].values()} & {*sides[1].values()}
        if not known:
            return {}, {}
        sizes = {
            clauses[k].words
            for side, clauses in zip(sides, (olds, news), strict=True)
            for k, words in side.items()
            if words in known
        }
        found: list[dict[int, str]] = []
        for places, clauses in ((left, olds), (right, news)):
            plain = ((k, clauses[k]) for k in places)
            found.append(
                {
                    k: words
                    for k, clause in plain
                    if clause.kind is Kind.PARAGRAPH
                    and clause.words in sizes
                    and (words := without_typography(clause.text)) in known
                }
            )
        # Where one side has more of them, those that nobody touched are the same.
        counts = [Counter(side.values()) for side in found]
        even = {words for words in known if counts[0][words] == counts[1][words]}
        for side, own in zip(found, sides, strict=True):
            for k in [k for k, words in side.items() if words not in even and k not in own]:
                del side[k]
        return found[0], found[1]

    @cached_property
    def _row_names(self) -> tuple[dict[int, RowName], dict[int, RowName]]:
        old, new = (
            {k: c for k, c in enumerate(d.clauses) if c.kind is Kind.ROW and not c.head}
            for d in (self.old, self.new)
        )
        return row_names(old, new)

    @cached_property
    def _named(self) -> tuple[set[RowName], set[RowName]]:
        old, new = ({*names.values()} for names in self._row_names)
        return old, new
