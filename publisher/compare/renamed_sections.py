"""Renamed sections: which heading became which under other words, once clauses were aligned."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import product

from rapidfuzz.distance import Indel

from publisher.compare.gaps import ClauseLink
from publisher.compare.pairing import Pairing
from publisher.compare.sections import (
    MOST_SECTION_PAIRS,
    sameness,
    sameness_below,
    with_sections_below,
)
from publisher.compare.sequences import MOST_WORD_PAIRS


def with_renamed(
    texts: Pairing, links: Sequence[ClauseLink], moved: Mapping[int, int]
) -> list[ClauseLink]:
    """The links, with those between the headings of sections that were renamed.

    Args:
        texts: the two texts.
        links: of clauses in place, rising on both sides.
        moved: old clauses that moved, to new ones.
    """
    a, b = texts.old.sections, texts.new.sections
    found = list(links)
    olds = {*moved, *(link.old for link in links)}
    news = {*moved.values(), *(link.new for link in links)}
    left = {i for i, s in enumerate(a) if s.heading and s.start not in olds}
    right = {j for j, s in enumerate(b) if s.heading and s.start not in news}
    if not left or not right:
        return found
    of_old, of_new = texts.old.section_of, texts.new.section_of
    flow = Counter[tuple[int, int]]()
    for link in links:
        i, j = of_old[link.old], of_new[link.new]
        if i in left and j in right:
            flow[i, j] += _kept(texts, link.old, link.new)
    few = len(left) * len(right) <= MOST_SECTION_PAIRS
    scored = [
        (-value, i, j)
        for i, j in (product(left, right) if few else flow)
        if (value := sameness(a[i], b[j], flow[i, j])) > 0
    ]
    if few:
        below = _by_sections_below(texts, links, left, right)
        scored += [(-value, i, j) for i, j, value in below]
    for _, i, j in sorted(scored):
        link = ClauseLink(a[i].start, b[j].start)
        at = bisect_left(found, link)
        before = found[at - 1].new if at else -1
        behind = found[at].new if at < len(found) else len(texts.new.clauses)
        if i in left and j in right and before < link.new < behind:
            found.insert(at, link)
            left.remove(i)
            right.remove(j)
    return found


def _by_sections_below(
    texts: Pairing, links: Sequence[ClauseLink], left: Set[int], right: Set[int]
) -> Iterator[tuple[int, int, float]]:
    """The headings without a text of their own that are known by the sections below them.

    Returns:
        (old section, new section, how certain it is).
    """
    a, b = texts.old.sections, texts.new.sections
    pairs = [(i, j) for i, j in product(left, right) if not (a[i].words and b[j].words)]
    if not pairs:
        return
    of_old, of_new = texts.old.section_of, texts.new.section_of
    flow = Counter[tuple[int, int]]()
    for link in links:
        flow[of_old[link.old], of_new[link.new]] += _kept(texts, link.old, link.new)
    for i, j in pairs:
        olds, news = with_sections_below(a, i), with_sections_below(b, j)
        kept = sum([words for (k, m), words in flow.items() if k in olds and m in news])
        value = sameness_below(a, b, (i, j), kept)
        if value > 0:
            yield i, j, value


def _kept(texts: Pairing, i: int, j: int) -> int:
    """How many words an old clause has in common with the new one that it became."""
    old, new = texts.old.clauses[i], texts.new.clauses[j]
    if old.key == new.key:
        return old.words
    a, b = texts.words_of(0, i), texts.words_of(1, j)
    return Indel.similarity(a, b) // 2 if len(a) * len(b) < MOST_WORD_PAIRS else 0
