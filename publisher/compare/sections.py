"""Sections: which section of the old text became which of the new one."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Container, Hashable, Sequence
from itertools import pairwise, product

from publisher.compare.likeness import Triples, candidate_pairs, likeness
from publisher.compare.sequences import heaviest_rising, matching_blocks
from publisher.text.clauses import Section
from publisher.text.segmentation import without_typography

LIKE_TEXT = 0.7
"""Sections with different headings, wherever they are, are one from this share of common words."""
SAME_TEXT = 0.5
"""Two sections in one place are one from this share of common words in their texts."""
SAME_HEADING = 0.76
"""Two sections in one place are one from this share of common words in their headings."""
LIKE_HEADING = 0.6
"""From this share of common words in their headings they are one if their texts agree a little."""
SOME_TEXT = 0.1
"""The least share of common words by which two texts agree a little."""
MOST_SECTION_PAIRS = 400
"""Limit on pairs of sections compared by their headings; beyond it only their texts count."""


def pair_sections(
    old: Sequence[Section],
    new: Sequence[Section],
    words_of: Callable[[int, int], list[str]],
    phrases_of: Callable[[int, int], Triples],
) -> list[tuple[int, int]]:
    """Which section became which: index pairs, by anchor, else by heading, else by content.

    Args:
        old, new: the sections.
        words_of, phrases_of: the words and the phrases of a clause of the old text (0) or of the
            new one (1), by its place.
    """
    found = _Pairs(old, new)
    if any(s.anchor for s in old):
        found.match(lambda section: section.anchor)
    if not all(s.anchor for s in (*old, *new)):
        # A section with an anchor is known by it; the others are known by their words.
        if found.several():
            found.match_untouched()
        found.match(lambda s: "" if s.anchor else (s.title or "…"))
        if len(found.pairs) < min(len(old), len(new)):
            found.match_between(lambda s: "" if s.anchor else s.title)
            found.match(
                lambda s: "" if s.anchor or not s.heading else f"{s.heading.level} {s.title}"
            )
            found.match(lambda s: "" if s.anchor else bare_words(s.title))
    if len(found.pairs) < min(len(old), len(new)):
        found.forget_plain()
        found.match(lambda s: tuple([c.key for c in s.body]), above=True)
        found.match_by_content(words_of, phrases_of)
    return sorted(found.pairs.items())


class _Pairs:
    """The sections of two texts while they find each other."""

    def __init__(self, old: Sequence[Section], new: Sequence[Section]) -> None:
        self.old, self.new = old, new
        self.pairs: dict[int, int] = {}
        """Old section to new one."""
        self.taken: set[int] = set()
        self.plain: tuple[set[int], set[int]] = (set(), set())
        """The sections of either text that are not looked for by what is in them."""

    def add(self, i: int, j: int) -> None:
        self.pairs[i] = j
        self.taken.add(j)

    def match(
        self,
        name: Callable[[Section], Hashable],
        olds: range | None = None,
        news: range | None = None,
        above: bool = False,
    ) -> None:
        """Pairs the sections that have the same name.

        Args:
            name: the name of a section; what is empty is none.
            olds, news: only these sections.
            above: see `named_above`.
        """
        left: dict[Hashable, list[int]] = {}
        right: dict[Hashable, list[int]] = {}
        for i in olds or range(len(self.old)):
            if i not in self.pairs and i not in self.plain[0]:
                left.setdefault(name(self.old[i]), []).append(i)
        for j in news or range(len(self.new)):
            if j not in self.taken and j not in self.plain[1]:
                right.setdefault(name(self.new[j]), []).append(j)
        for key, spots in left.items():
            # A name that occurs several times counts only if both texts have it equally often.
            if key and len(spots) == len(right.get(key, ())):
                for i, j in zip(spots, right[key], strict=True):
                    if above:
                        pair = named_above(self.old, self.new, (i, j), (self.pairs, self.taken))
                        self.add(*pair)
                    else:
                        self.add(i, j)

    def several(self) -> bool:
        """Whether a heading occurs more often in one text than in the other, which has it too."""
        counts = [Counter(s.title for s in side) for side in (self.old, self.new)]
        return any(n != counts[1].get(title, n) for title, n in counts[0].items())

    def match_untouched(self) -> None:
        """Pairs the sections that nobody touched and that kept their order."""
        keys = [
            [
                "\0".join(["" if k in known else s.title, *[c.key for c in s.clauses]])
                for k, s in enumerate(side)
            ]
            for side, known in ((self.old, self.pairs), (self.new, self.taken))
        ]
        for x, y, size in matching_blocks(*keys):
            for i, j in zip(range(x, x + size), range(y, y + size), strict=True):
                if i not in self.pairs and j not in self.taken:
                    self.add(i, j)

    def staying(self) -> list[tuple[int, int]]:
        """The pairs found so far that kept their order."""
        found = sorted(self.pairs.items())
        weights = [1 + len(self.old[i].clauses) for i, _ in found]
        return [found[n] for n in sorted(heaviest_rising(found, weights))]

    def match_between(self, name: Callable[[Section], Hashable]) -> None:
        """Pairs the sections of one name that stand between the same others."""
        bounds = [(-1, -1), *self.staying(), (len(self.old), len(self.new))]
        for (i, j), (k, m) in pairwise(bounds):
            if i + 1 < k and j + 1 < m:
                self.match(name, range(i + 1, k), range(j + 1, m))

    def forget_plain(self) -> None:
        """Leaves out the sections that have an anchor, an empty heading, or one that goes on.

        A heading that is a line of plain text on the other side is no other heading renamed.
        """
        sides = self.old, self.new
        titles = [
            {len(s.title.split()) for k, s in enumerate(side) if k not in known}
            for side, known in zip(sides, (self.pairs, self.taken), strict=True)
        ]
        lines = [
            {
                bare_words(clause.text)
                for section in side
                for clause in section.body
                if lengths & {clause.words - 1, clause.words, clause.words + 1}
            }
            for side, lengths in zip(sides, titles[::-1], strict=True)
        ]
        for side, own, others in zip(sides, self.plain, lines[::-1], strict=True):
            for place, section in enumerate(side):
                if place in (self.pairs, self.taken)[own is self.plain[1]]:
                    continue
                words = bare_words(section.title)
                if section.anchor or (section.heading and (not words or words in others)):
                    own.add(place)

    def match_by_content(
        self,
        words_of: Callable[[int, int], list[str]],
        phrases_of: Callable[[int, int], Triples],
    ) -> None:
        """Pairs the sections whose words are mostly the same; of equals, those in order."""
        old, new, pairs, taken = self.old, self.new, self.pairs, self.taken
        # Text before the first heading is left out: it may be the whole text.
        left = [
            i for i, s in enumerate(old) if i not in pairs and s.heading and i not in self.plain[0]
        ]
        right = [
            j for j, s in enumerate(new) if j not in taken and s.heading and j not in self.plain[1]
        ]
        if not left or not right:
            return
        sides = [
            {k: [w for at in _body(sections[k]) for w in words_of(side, at)] for k in chosen}
            for side, (sections, chosen) in enumerate(((old, left), (new, right)))
        ]
        pairs_by_name = (
            (i, j)
            for i, j in (
                product(left, right) if len(left) * len(right) <= MOST_SECTION_PAIRS else ()
            )
            if _name(old[i], new[j]) >= SAME_HEADING
        )
        # A pair that changes places with others is a worse one than a pair that stays between them.
        spine = [list(side) for side in zip(*self.staying(), strict=True)] or [[], []]
        scored: list[tuple[float, int, int, int]] = []
        phrases = (
            {k: _phrases(sections[k], side, phrases_of) for k in chosen}
            for side, (sections, chosen) in enumerate(((old, left), (new, right)))
        )
        for i, j in {*candidate_pairs(*phrases), *pairs_by_name}:
            share, name = likeness(sides[0][i], sides[1][j], within=False), _name(old[i], new[j])
            if share >= LIKE_TEXT or (name >= SAME_HEADING and share >= SOME_TEXT):
                crossed = abs(bisect_left(spine[0], i) - bisect_left(spine[1], j))
                scored.append((-share - name, crossed, i, j))
        for *_, i, j in sorted(scored):
            if i not in pairs and j not in taken:
                self.add(*named_above(old, new, (i, j), (pairs, taken)))


def _phrases(section: Section, side: int, phrases_of: Callable[[int, int], Triples]) -> Triples:
    return {phrase for place in _body(section) for phrase in phrases_of(side, place)}


def _body(section: Section) -> range:
    """The places of the clauses of a section without its heading."""
    first = section.start + (section.heading is not None)
    return range(first, section.start + len(section.clauses))


def sameness(old: Section, new: Section, kept: int) -> float:
    """How certain it is that a section is the same under another heading; 0: it is not.

    Args:
        old, new: the sections.
        kept: how many words of the one's text are in the other's.
    """
    if any(section.heading and not heading_words(section.title) for section in (old, new)):
        return 0.0  # an empty heading is no name
    sizes = [old.words, new.words]
    share = 2 * kept / max(sum(sizes), 1)
    name = _name(old, new)
    if name >= SAME_HEADING:
        return 2 + name + share
    if share >= SAME_TEXT or (name >= SAME_TEXT and kept >= SAME_TEXT * max(min(sizes), 1)):
        return share + name
    return share + name if name >= LIKE_HEADING and (share >= SOME_TEXT or not min(sizes)) else 0.0


def named_above(
    old: Sequence[Section],
    new: Sequence[Section],
    pair: tuple[int, int],
    known: tuple[Container[int], Container[int]],
) -> tuple[int, int]:
    """Two sections with the same text; or, where the text has got a heading of its own below the
    one whose name goes on, or lost one, that heading with that name.

    Args:
        old, new: the sections of both texts.
        pair: the old section and the new one with the same text.
        known: the old sections, and the new ones, of which it is known what became of them.
    """
    i, j = pair
    a, b = _above(old, i), _above(new, j)
    name = _name(old[i], new[j])
    lost = a >= 0 and a not in known[0] and name < _name(old[a], new[j]) >= SAME_TEXT
    got = b >= 0 and b not in known[1] and name < _name(old[i], new[b]) >= SAME_TEXT
    return (a if lost and not got else i), (b if got and not lost else j)


def _above(sections: Sequence[Section], place: int) -> int:
    """The heading right above a section, if it is of a higher level; else -1."""
    above = place - 1
    headed = above >= 0 and sections[above].heading is not None
    return above if headed and _level(sections[above]) < _level(sections[place]) else -1


def with_sections_below(sections: Sequence[Section], place: int) -> range:
    """A section and those below it: up to the next heading of its level or a higher one."""
    level = _level(sections[place])
    later = range(place + 1, len(sections))
    return range(place, next((k for k in later if _level(sections[k]) <= level), len(sections)))


def sameness_below(
    old: Sequence[Section], new: Sequence[Section], pair: tuple[int, int], kept: int
) -> float:
    """How certain it is that a section is the same under another heading, by those below it, too.

    Args:
        old, new: the sections of both texts.
        pair: the old section and the new one, of which one at least has no text of its own.
        kept: how many words of the one and those below it are in the other and those below that.
    """
    i, j = pair
    sizes = [
        sum(sections[k].words for k in with_sections_below(sections, place))
        for sections, place in ((old, i), (new, j))
    ]
    share, name = 2 * kept / max(sum(sizes), 1), _name(old[i], new[j])
    alike = not (old[i].words or new[j].words) and _level(old[i]) == _level(new[j])
    return share + name if share >= SAME_TEXT and (alike or name >= SAME_TEXT) else 0.0


def _level(section: Section) -> int:
    return section.heading.level if section.heading else 0


def heading_words(title: str) -> str:
    """What makes two headings the same: the words, without typography, and spaces as one."""
    return " ".join(without_typography(title).split())


def bare_words(title: str) -> str:
    """The words of a heading as a line of plain text has them: no stop or colon ends them."""
    return heading_words(title).rstrip(" .:。")


def other_heading(old: str, new: str) -> bool:
    """Whether a heading has other words than before."""
    return old != new and bare_words(old) != bare_words(new)


def _name(old: Section, new: Section) -> float:
    """The share of words that two headings have in common, without numbers and short words."""
    a, b = (Counter(re.findall(r"[^\W\d_]{3,}", s.title.casefold())) for s in (old, new))
    return 2 * (a & b).total() / max(a.total() + b.total(), 1)
