"""Sections: which of the old text became which of the new one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from itertools import product

from publisher.compare.likeness import candidate_pairs, likeness
from publisher.text.clauses import Section
from publisher.text.segmentation import words_in

LIKE_TEXT = 0.7
"""Two sections of other names, wherever they stand, are one from this share of common words."""
SAME_TEXT = 0.5
"""A section in its place under another name is, from this share of common words in its text …"""
SAME_HEADING = 0.76
"""… or surely from this share of common words in its heading …"""
LIKE_HEADING = 0.6
"""… or from this one, if the texts do not speak against it …"""
SOME_TEXT = 0.1
"""… which they do below this share."""
MOST_SECTION_PAIRS = 400
"""So many pairs of sections are told apart by their headings alone at most."""


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
    """How surely a section is the same under another name; 0: it is not.

    Args:
        old, new: the sections.
        kept: how many words went from the text of the one to that of the other.
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
    """The share of words that two headings have in common, but for numbers and the shortest."""
    a, b = (Counter(re.findall(r"[^\W\d_]{3,}", s.title.casefold())) for s in (old, new))
    return 2 * (a & b).total() / max(a.total() + b.total(), 1)
