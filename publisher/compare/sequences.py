"""Sequences: what two have in common in the same order, and which pairs kept their order."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from itertools import pairwise

from rapidfuzz.distance import Indel

UNIQUE_PHRASE = 8
"""Phrases of this many words are unique in a text, as a rule."""
MOST_WORD_PAIRS = 1_000_000_000
"""Limit on pairs of words aligned exactly, a bit of memory for each: 125 MB."""


def common_start(a: str, b: str) -> int:
    """How many letters two texts begin with in common."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while low < high - 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low


def matching_blocks(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int, int]]:
    """The runs that two sequences have in common: (place in the old, place in the new, length).

    Together they are a longest common subsequence; of very long sequences, a common subsequence.
    Swapping the two sequences gives the same runs.
    """
    if old > new:  # type: ignore[operator]  # both are of words, or both of keys: strings
        return [(i, j, n) for j, i, n in matching_blocks(new, old)]
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    start = end = 0
    if len(a) * len(b) > MOST_WORD_PAIRS:
        # What both begin and end with is common, however long; only the rest has to be cut.
        start = _alike(a, b)
        end = _alike(a[start:][::-1], b[start:][::-1])
    left, right = a[start : len(a) - end], b[start : len(b) - end]
    inner = [
        (start + i + block.a, start + j + block.b, block.size)
        for i, k, j, m in _cut(left, right)
        for block in Indel.opcodes(left[i:k], right[j:m]).as_matching_blocks()
        if block.size
    ]
    ends = [(0, 0, start), (len(a) - end, len(b) - end, end)]
    return [block for block in (ends[0], *inner, ends[1]) if block[2]]


def _alike(a: list[int], b: list[int]) -> int:
    """How many numbers two lists have in common at the beginning."""
    pairs = enumerate(zip(a, b, strict=False))
    return next((n for n, (x, y) in pairs if x != y), min(len(a), len(b)))


def _cut(a: list[int], b: list[int]) -> list[tuple[int, int, int, int]]:
    """Cuts two texts where they surely agree, if they are too long to be aligned at once.

    Exact alignment takes a bit of memory for each pair of words. Texts too long for that are cut
    before phrases that occur once in each, in the longest run of such phrases that kept its order;
    if there are none, before words that occur once in each.
    """
    if len(a) * len(b) <= MOST_WORD_PAIRS:
        return [(0, len(a), 0, len(b))]
    for size in (UNIQUE_PHRASE, 1):
        if cuts := _sure(a, b, size):
            break
    bounds = [(0, 0), *cuts, (len(a), len(b))]
    pieces = [(i, k, j, m) for (i, j), (k, m) in pairwise(bounds)]
    return [
        piece
        for piece in pieces
        if (piece[1] - piece[0]) * (piece[3] - piece[2]) <= MOST_WORD_PAIRS
    ]


def _sure(a: list[int], b: list[int], size: int) -> list[tuple[int, int]]:
    """The longest rising run of places where phrases begin that occur once in each text.

    Args:
        a, b: the texts, their words as numbers.
        size: words in a phrase.
    """
    sides = [list(zip(*(text[n:] for n in range(size)), strict=False)) for text in (a, b)]
    once = {phrase for phrase, n in Counter(sides[0]).items() if n == 1}
    once &= {phrase for phrase, n in Counter(sides[1]).items() if n == 1}
    place = {phrase: j for j, phrase in enumerate(sides[1]) if phrase in once}
    return longest_rising(
        [(i, place[phrase]) for i, phrase in enumerate(sides[0]) if phrase in once]
    )


def longest_rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs, rising in the first number, that rises in the second as well."""
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for index, (_, place) in enumerate(pairs):
        at = bisect_left(ends, place)
        before.append(last[at - 1] if at else -1)
        ends[at : at + 1] = [place]
        last[at : at + 1] = [index]
    chosen: list[tuple[int, int]] = []
    index = last[-1] if last else -1
    while index >= 0:
        chosen.append(pairs[index])
        index = before[index]
    return chosen[::-1]


def heaviest_rising(pairs: Sequence[tuple[int, int]], weights: Sequence[int]) -> set[int]:
    """The pairs that kept their order: indices of the heaviest run with rising second numbers.

    Args:
        pairs: (old place, new place), rising in the first; the second numbers are all different.
        weights: the weight of each pair, at least 1.
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
