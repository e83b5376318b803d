"""Gaps: which clause became which between two that nobody touched.

All their words are aligned at once, so that a clause may have become several, or several one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from publisher.compare.likeness import at_least, candidate_pairs, likeness, share_of
from publisher.compare.pairing import HARDLY, Pairing
from publisher.compare.seams import breaks_off, seam_in
from publisher.compare.sequences import heaviest_rising, matching_blocks
from publisher.text.clauses import Kind
from publisher.text.segmentation import Stretch, starts_of

SPLIT_PHRASE = 3
"""Only phrases of this many words or more, which are no chance, show that a clause was split."""
SPLIT_WORDS = 6
"""A clause was split only if this many words are in such phrases."""
SPLIT_DENSITY = 0.6
"""A clause was split only if this share of the stretch is in such phrases."""
SPLIT_SURELY = 8
SPLIT_SHARE = 0.5
"""A clause was split only if so many words are in such phrases, or this share of the shorter one of
the two: fewer may be a name that both have."""
LIKE_ROW = 0.7
"""Clauses in a row are those in the same places from this share of common words on average."""
MOST_CLAUSE_PAIRS = 400
"""Limit on pairs of clauses scored in one gap; beyond it the gap is left unpaired."""
FLOWING = 0.6
"""The end of a line became the beginning of another from this share of common words."""
_SEVERAL = frozenset({Kind.PARAGRAPH, Kind.CODE})
"""What may become several, or several it: also a list that four spaces make code."""


class ClauseLink(NamedTuple):
    """An old clause and the new one it became, in place."""

    old: int
    new: int
    old_part: Stretch | None = None
    """The stretch of the old clause's text that became the new clause; None for all of it."""
    new_part: Stretch | None = None
    """The stretch of the new clause's text that the old clause became; None for all of it."""


@dataclass(slots=True)
class _Shared:
    """What an old and a new clause have in common, their words aligned together with others."""

    kept: int = 0
    phrases: int = 0
    """How many of the kept words are in phrases."""
    first: tuple[int, int] = (0, 0)
    """Places of the first common word among the words of either clause; of the first common phrase,
    if there is one."""
    last: tuple[int, int] = (0, 0)
    """The same of the last one."""

    def add(self, i: int, j: int, size: int) -> None:
        phrase = size >= SPLIT_PHRASE
        if not self.kept or (phrase and not self.phrases):
            self.first = i, j
        if phrase or not self.phrases:
            self.last = i + size - 1, j + size - 1
        self.kept += size
        self.phrases += size if phrase else 0

    def dense(self) -> bool:
        stretch = self.last[0] - self.first[0] + self.last[1] - self.first[1] + 2
        return self.phrases >= SPLIT_WORDS and 2 * self.phrases >= SPLIT_DENSITY * stretch


@dataclass
class Gap:
    """Some clauses of the old text, and those of the new one in their place."""

    texts: Pairing
    left: list[int]
    right: list[int]
    whole: bool = False
    """Link whole clauses only: none is split or merged."""
    _found: dict[tuple[int, int], _Shared] = field(default_factory=dict)

    def links(self) -> Iterator[ClauseLink]:
        """Which clause became which, in order."""
        left, right = self.left, self.right
        if len(left) == len(right) == 1:
            if self.texts.near(left[0], right[0]) or self.texts.score(left[0], right[0]):
                yield ClauseLink(left[0], right[0])
            return
        if self._one_by_one():
            yield from map(ClauseLink, left, right)
            return
        sure = self._hardly_changed()
        self._look(sure)
        x = y = 0
        at_old = {i: n for n, i in enumerate(left)}
        at_new = {j: n for n, j in enumerate(right)}
        for link in self._cut(self._chosen(sure)):
            u, v = at_old[link.old], at_new[link.new]
            yield from self._few(left[x:u], right[y:v])
            yield link
            x, y = u + 1, v + 1
        yield from self._few(left[x:], right[y:])

    def _one_by_one(self) -> bool:
        """Whether each short clause hardly differs from the one in its place: a list of dates."""
        if len(self.left) != len(self.right):
            return False
        olds, news = self.texts.old.clauses, self.texts.new.clauses
        if any(olds[i].words >= SPLIT_WORDS for i in self.left):
            return False
        if any(news[j].words >= SPLIT_WORDS for j in self.right):
            return False
        total = 0.0
        for i, j in zip(self.left, self.right, strict=True):
            if not self.texts.score(i, j):
                return False
            total += likeness(self.texts.words_of(0, i), self.texts.words_of(1, j), within=False)
        return total >= LIKE_ROW * len(self.left)

    def _hardly_changed(self) -> list[tuple[int, int]]:
        """The clauses that are nearly as they were and kept their order."""
        texts = self.texts
        a = {i: texts.words_of(0, i) for i in self.left}
        b = {j: texts.words_of(1, j) for j in self.right}
        scored = sorted(
            (-value, i, j)
            for i, j in candidate_pairs(
                {i: texts.phrases_of(0, i) for i in a}, {j: texts.phrases_of(1, j) for j in b}
            )
            if texts.free(i, j) and (value := at_least(HARDLY, a[i], b[j]))
        )
        pairs: dict[int, int] = {}
        taken: set[int] = set()
        for _, i, j in scored:
            if i not in pairs and j not in taken:
                pairs[i] = j
                taken.add(j)
        found = sorted(pairs.items())
        weights = [1 + texts.old.clauses[i].words + texts.new.clauses[j].words for i, j in found]
        return [found[n] for n in sorted(heaviest_rising(found, weights))]

    def _look(self, sure: list[tuple[int, int]]) -> None:
        """Finds what old and new clauses share, all their words aligned at once.

        Args:
            sure: pairs that hardly changed: they belong together, and other clauses can share only
                what these two do not share with each other.
        """
        for i, j in sure:
            shared = self._found[i, j] = _Shared()
            words = self.texts.words_of(0, i), self.texts.words_of(1, j)
            for x, y, size in matching_blocks(*words):
                shared.add(x, y, size)
        ends = (self.left[-1] + 1, self.right[-1] + 1)
        x, y = self.left[0] - 1, self.right[0] - 1
        for i, j in [*sure, ends]:
            own = places_between(self.left, x, i), places_between(self.right, y, j)
            if own[0] or own[1]:
                self._share(own, (x, y), (i, j))
            x, y = i, j

    def _share(
        self, own: tuple[list[int], list[int]], before: tuple[int, int], behind: tuple[int, int]
    ) -> None:
        """Aligns the words of some clauses, and those that their neighbours do not share."""
        found = self._found
        sides: list[list[str]] = []
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
                words = self.texts.marked_words(side, index)
                words = words[start:] if end < 0 else words[:end]
                owner += [(index, len(text) - start, len(text) + len(words))] * len(words)
                text += words
            sides.append(text)
            owners.append(owner)
        for x, y, size in matching_blocks(*sides):
            at, to, end = x, y, x + size
            while at < end:
                (i, start, stop), (j, begin, last) = owners[0][at], owners[1][to]
                step = min(end - at, stop - at, last - to)
                if (i, j) not in (before, behind):
                    found.setdefault((i, j), _Shared()).add(at - start, to - begin, step)
                at, to = at + step, to + step

    def _chosen(self, sure: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The pairs that belong together, in order."""
        texts = self.texts
        chosen = list(sure)
        known = set(sure)
        left, right = {i for i, _ in sure}, {j for _, j in sure}
        for (i, j), shared in sorted(self._found.items(), key=lambda item: -item[1].kept):
            old, new = texts.old.clauses[i], texts.new.clauses[j]
            if (i, j) in known or not texts.may_become(i, j):
                continue
            free = i not in left and j not in right
            share = share_of(shared.kept, texts.words_of(0, i), texts.words_of(1, j))
            if not (free and share >= texts.least(i, j)):
                several = not self.whole and {old.kind, new.kind} <= _SEVERAL
                # What stands elsewhere is not given away, unless all of it stands here as well.
                sizes = len(texts.words_of(0, i)), len(texts.words_of(1, j))
                apart = texts.elsewhere(0, i) or texts.elsewhere(1, j)
                several = several and not (apart and shared.kept < min(sizes))
                several = several and shared.phrases >= min(SPLIT_SURELY, SPLIT_SHARE * min(sizes))
                if not (several and shared.dense()):
                    continue
            chosen.append((i, j))
            left.add(i)
            right.add(j)
        chosen.sort()
        if self.whole:
            return chosen
        chosen = sorted([*chosen, *self._flowing(chosen), *self._run_in(chosen)])
        for side in (0, 1):
            chosen = sorted([*chosen, *self._rests(chosen, side)])
        return chosen

    def _rests(self, chosen: list[tuple[int, int]], side: int) -> Iterator[tuple[int, int]]:
        """The pairs of a clause with others, however short, that are the rest of it: what it does
        not share with those that it is paired with.

        Args:
            side: on which side the clause is that became several.
        """
        texts, other = self.texts, 1 - side
        theirs = (self.left, self.right)[other]
        bounds = [(-1, -1), *chosen, (self.left[-1] + 1, self.right[-1] + 1)]
        for before, behind in pairwise(bounds):
            free = places_between(theirs, before[other], behind[other])
            if not free:
                continue
            for whole, pair in ((before[side], before), (behind[side], behind)):
                again = pair is behind and before[side] == whole
                if again or not free or pair not in self._found:
                    continue
                end = len(texts.words_of(side, whole))
                stretch = (
                    self._found[before].last[side] + 1 if before[side] == whole else 0,
                    self._found[behind].first[side] if behind[side] == whole else end,
                )
                used = list(self._parts(side, whole, stretch, free))
                free = free[free.index(used[-1]) + 1 :] if used else free
                yield from ((whole, k) if side == 0 else (k, whole) for k in used)

    def _parts(self, side: int, whole: int, stretch: Stretch, free: list[int]) -> Iterator[int]:
        """The clauses of which a stretch of one consists, each given with what they share."""
        texts, other = self.texts, 1 - side
        start, end = stretch
        words = texts.words_of(side, whole)[start:end]
        parts = [texts.words_of(other, k) for k in free]
        clauses = (texts.old.clauses, texts.new.clauses)
        if not words or clauses[side][whole].kind is not Kind.PARAGRAPH:
            return
        owner = [(n, at) for n, part in enumerate(parts) for at in range(len(part))]
        shared = [_Shared() for _ in parts]
        for x, y, size in matching_blocks(words, [word for part in parts for word in part]):
            done = 0
            while done < size:
                n, at = owner[y + done]
                step = min(size - done, len(parts[n]) - at)
                places = (start + x + done, at) if side == 0 else (at, start + x + done)
                shared[n].add(*places, step)
                done += step
        for k, part, own in zip(free, parts, shared, strict=True):
            clause = clauses[other][k]
            if clause.kind is not Kind.PARAGRAPH or texts.elsewhere(other, k):
                continue
            flows = breaks_off(clause.text) or (k and breaks_off(clauses[other][k - 1].text))
            most = FLOWING * len(words) <= own.kept > 1 if flows else part == words != part[:1]
            if (own.phrases or most) and own.kept >= (FLOWING if flows else 1.0) * len(part):
                self._found[(whole, k) if side == 0 else (k, whole)] = own
                yield k

    def _run_in(self, chosen: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The pairs of a paragraph with the heading that was, or is now, its first words."""
        for before, pair in pairwise([(-1, -1), *chosen]):
            for side in (0, 1):
                other = 1 - side
                title = pair[other] - 1
                free = before[side] < pair[side] and before[other] < title
                if free and title in (self.left, self.right)[other]:
                    n = self.texts.run_in(side, pair[side], title)
                    if n and self._found[pair].first[side] >= n:
                        found = (pair[0], title) if side == 0 else (title, pair[1])
                        self._found[found] = _Shared(n, n, (0, 0), (n - 1, n - 1))
                        yield found
                        break

    def _flowing(self, chosen: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The pairs that the end of one line has with the beginning of the next.

        Where lines break in the middle of sentences, text flows over them.
        """
        olds, news = self.texts.old.clauses, self.texts.new.clauses
        for (i, j), (k, m) in pairwise(chosen):
            if i == k or j == m or not (breaks_off(olds[i].text) or breaks_off(news[j].text)):
                continue
            kinds = {clause.kind for clause in (olds[i], olds[k], news[j], news[m])}
            if kinds != {Kind.PARAGRAPH}:
                continue
            here, then = self._found[i, j], self._found[k, m]
            a = self.texts.words_of(0, i)
            if self._flows((i, m), (here.last[0] + 1, len(a)), (0, then.first[1])):
                yield i, m
            elif self._flows(
                (k, j),
                (0, then.first[0]),
                (here.last[1] + 1, len(self.texts.words_of(1, j))),
            ):
                yield k, j

    def _flows(self, pair: tuple[int, int], own: tuple[int, int], other: tuple[int, int]) -> bool:
        """Whether the end of the one clause is the beginning of the other, as a rule."""
        a = self.texts.words_of(0, pair[0])
        b = self.texts.words_of(1, pair[1])
        tail, head = a[own[0] : own[1]], b[other[0] : other[1]]
        if not tail or not head or min(len(a), len(b)) < SPLIT_WORDS:
            return False
        shared = _Shared()
        for x, y, size in matching_blocks(tail, head):
            shared.add(own[0] + x, other[0] + y, size)
        if shared.kept < FLOWING * max(len(tail), len(head)):
            return False
        self._found[pair] = shared
        return True

    def _cut(self, chosen: list[tuple[int, int]]) -> Iterator[ClauseLink]:
        """The links, with the part of each clause that is in several of them."""
        olds, news = Counter(i for i, _ in chosen), Counter(j for _, j in chosen)
        ends = {"old": 0, "new": 0}
        cut: dict[tuple[int, int], tuple[list[str], list[int]]] = {}
        for n, (i, j) in enumerate(chosen):
            after = chosen[n + 1] if n + 1 < len(chosen) else (-1, -1)
            here = self._found[i, j]
            then = self._found.get(after, here)
            parts: list[Stretch | None] = []
            for side, name, index, several in ((0, "old", i, olds[i]), (1, "new", j, news[j])):
                if several == 1:
                    parts.append(None)
                    ends[name] = 0
                    continue
                text = (self.texts.old, self.texts.new)[side].clauses[index].text
                start, end, ends[name] = ends[name], len(text), 0
                if after[side] == index:
                    if (side, index) not in cut:
                        words = self.texts.words_of(side, index)
                        cut[side, index] = words, starts_of(words, text)
                    seam = here.last[side] + 1, then.first[side]
                    end, ends[name] = seam_in(*cut[side, index], *seam)
                parts.append((start, end))
            yield ClauseLink(i, j, *parts)

    def _few(self, left: list[int], right: list[int]) -> Iterator[ClauseLink]:
        """Pairs clauses in order, so that the pairs have the most words in common."""
        if not left or not right or len(left) * len(right) > MOST_CLAUSE_PAIRS:
            return
        best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
        score = [[self.texts.score(i, j) for j in right] for i in left]
        for x in range(len(left) - 1, -1, -1):
            for y in range(len(right) - 1, -1, -1):
                best[x][y] = max(best[x + 1][y], best[x][y + 1], score[x][y] + best[x + 1][y + 1])
        x = y = 0
        while x < len(left) and y < len(right):
            if score[x][y] and best[x][y] == score[x][y] + best[x + 1][y + 1]:
                yield ClauseLink(left[x], right[y])
                x, y = x + 1, y + 1
            elif best[x][y] == best[x + 1][y]:
                x += 1
            else:
                y += 1


def places_between(places: list[int], after: int, before: int) -> list[int]:
    """The places that lie between two others; `places` rises."""
    return places[bisect_right(places, after) : bisect_left(places, before)]
