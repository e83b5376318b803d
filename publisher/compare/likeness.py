"""Likeness: how much the words of two texts have in common."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set

from rapidfuzz.distance import Indel

from publisher.compare.sequences import MOST_WORD_PAIRS

Triples = Set[tuple[str, ...]]
"""Words in a row, by which a text is found again."""
WITHIN = 0.7
"""The weight of the share of the shorter clause beside the share of both."""
WITHIN_WORDS = 8
"""Only a shorter clause of this many words counts so: fewer occur in a long one by chance."""
COMMON = 8
"""A phrase in more clauses than this says nothing about where one of them went."""


def likeness(a: Sequence[str], b: Sequence[str], within: bool = True) -> float:
    """How much of the words of two clauses is in both in the same order, from 0 to 1.

    Args:
        a, b: the words.
        within: count the share of the shorter clause too, so that one that was only added to, or
            only cut, is taken for the same however much was added.
    """
    # For very long clauses, the words in common in any order are near enough.
    long = len(a) * len(b) > MOST_WORD_PAIRS // 10
    kept = (Counter(a) & Counter(b)).total() if long else Indel.similarity(a, b) // 2
    return share_of(kept, a, b, within)


def at_least(share: float, a: Sequence[str], b: Sequence[str]) -> float:
    """The share of common words of two clauses; 0 where it is smaller than `share`."""
    if 2 * min(len(a), len(b)) < share * (len(a) + len(b)):
        return 0.0
    value = likeness(a, b, within=False)
    return value if value >= share else 0.0


def share_of(kept: int, a: Sequence[str], b: Sequence[str], within: bool = True) -> float:
    """The likeness of two clauses with that many words in common; see `likeness`."""
    if not kept:
        return 0.0
    share = 2 * kept / (len(a) + len(b))
    short = min(len(a), len(b))
    return max(share, kept / short * WITHIN) if within and short >= WITHIN_WORDS else share


def candidate_pairs(
    old: Mapping[int, Triples], new: Mapping[int, Triples]
) -> Iterator[tuple[int, int]]:
    """The pairs of texts that may be alike: they share a phrase that is not found everywhere.

    Args:
        old, new: the phrases of texts, by their places.

    Returns:
        (old place, new place): for each old text, the three new ones that share most with it.
    """
    wanted = set[tuple[str, ...]]().union(*old.values())
    places_of: dict[tuple[str, ...], list[int]] = {}
    for j, text in new.items():
        for phrase in text & wanted:
            places_of.setdefault(phrase, []).append(j)
    for i, text in old.items():
        found = [places_of[phrase] for phrase in text & places_of.keys()]
        shared = Counter(j for places in found if len(places) <= COMMON for j in places)
        for j, _ in sorted(shared.items(), key=lambda item: (-item[1], item[0]))[:3]:
            yield i, j


def phrases_in(text: Sequence[str]) -> Triples:
    """The phrases of three words of a text; of a shorter one: all of it."""
    return set(zip(text, text[1:], text[2:], strict=False)) or {tuple(text)}
