"""Sections: which section of the old text became which of the new one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import product

from publisher.compare.likeness import candidate_pairs, likeness
from publisher.text.clauses import Section
from publisher.text.segmentation import words_in

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
            # A name that occurs several times counts only if both texts have it equally often.
            if key and len(spots) == len(right.get(key, ())):
                pairs.update(zip(spots, right[key], strict=True))
                taken.update(right[key])

    if any(s.anchor for s in old):
        match(lambda section: section.anchor)
    if not all(s.anchor for s in (*old, *new)):
        # A section with an anchor is known by it; the others are known by their words.
        match(lambda s: "" if s.anchor else (s.title or "…"))
    if len(pairs) < min(len(old), len(new)):
        match(lambda s: () if s.anchor else tuple([c.key for c in s.body]))
        _match_by_content(old, new, pairs, taken)
    return sorted(pairs.items())


def _match_by_content(
    old: Sequence[Section], new: Sequence[Section], pairs: dict[int, int], taken: set[int]
) -> None:
    # Text before the first heading is left out: it may be the whole text.
    left = [i for i, s in enumerate(old) if i not in pairs and s.heading and not s.anchor]
    right = [j for j, s in enumerate(new) if j not in taken and s.heading and not s.anchor]
    if not left or not right:
        return
    sides = [
        {i: [w for c in sections[i].body for w in words_in(c.text)] for i in chosen}
        for sections, chosen in ((old, left), (new, right))
    ]
    pairs_by_name = (
        (i, j)
        for i, j in (product(left, right) if len(left) * len(right) <= MOST_SECTION_PAIRS else ())
        if _name(old[i], new[j]) >= SAME_HEADING
    )
    scored: list[tuple[float, int, int]] = []
    for i, j in {*candidate_pairs(*sides), *pairs_by_name}:
        share, name = likeness(sides[0][i], sides[1][j], within=False), _name(old[i], new[j])
        if share >= LIKE_TEXT or (name >= SAME_HEADING and share >= SOME_TEXT):
            scored.append((-share - name, i, j))
    for _, i, j in sorted(scored):
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)


def sameness(old: Section, new: Section, kept: int) -> float:
    """How certain it is that a section is the same under another heading; 0: it is not.

    Args:
        old, new: the sections.
        kept: how many words of the one's text are in the other's.
    """
    sizes = [sum(clause.words for clause in section.body) for section in (old, new)]
    share = 2 * kept / max(sum(sizes), 1)
    name = _name(old, new)
    if name >= SAME_HEADING:
        return 2 + name + share
    if share >= SAME_TEXT or (name >= SAME_TEXT and kept >= SAME_TEXT * max(min(sizes), 1)):
        return share + name
    return share + name if name >= LIKE_HEADING and (share >= SOME_TEXT or not min(sizes)) else 0.0


def _name(old: Section, new: Section) -> float:
    """The share of words that two headings have in common, without numbers and short words."""
    a, b = (Counter(re.findall(r"[^\W\d_]{3,}", s.title.casefold())) for s in (old, new))
    return 2 * (a & b).total() / max(a.total() + b.total(), 1)
