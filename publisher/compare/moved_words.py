"""Moved words: sentences struck in one clause and written, word for word, in another place.

A clause that moved is found by the alignment. What is looked for here is less than a clause, among
all the words that the clauses lost and gained.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from publisher.compare.changed_regions import SEED, Region, regions_of
from publisher.compare.likeness import at_least
from publisher.compare.operations import Operation
from publisher.compare.pairing import HARDLY
from publisher.compare.seams import SENTENCE_ENDS
from publisher.compare.sequences import matching_blocks
from publisher.compare.spans import Span, SpanKind
from publisher.text.clauses import Document
from publisher.text.segmentation import Stretch

MOVED_SENTENCE = 6
"""The least number of words in a whole sentence that moved."""
MOVED_PHRASE = 10
"""The least number of words where they begin or end as a sentence, and end or begin as a phrase."""
MOVED_ANYWHERE = 16
"""The least number of words that moved, wherever they begin and end: fewer are a formula."""
MOVED_LETTERS = 20
"""The least number of letters that moved: there are scripts in which a word has one or two."""
BETWEEN_PHRASES = 3
"""Limit on the words that changed between two phrases that moved as one."""
MOST_BESIDE = 2
"""Limit on the words of a sentence beside those that were found, as a multiple of these."""
MOST_LOOKED_FOR = 400
"""Limit on what is looked for in both texts: of more, the longest."""
_PHRASE_ENDS = SENTENCE_ENDS + ",()"


class _Match(NamedTuple):
    """Words that were struck in one region and written in another."""

    old: int
    new: int
    """The regions."""
    start: int
    begin: int
    """The place of the first of them among the words of either."""
    size: int


def with_moved_words(
    operations: Sequence[Operation], old: Document, new: Document
) -> tuple[Operation, ...]:
    """The operations, with the spans marked whose words moved.

    Args:
        operations: what turns the old text into the new one.
        old, new: the two texts.
    """
    regions = list(regions_of(operations))
    found = list(_Search(regions, old, new).found())
    if not found:
        return tuple(operations)
    number = max(op.move for op in operations)
    cuts: dict[int, list[tuple[Stretch, int]]] = {}
    for group in sorted(found, key=lambda group: (group[0].new, group[0].begin)):
        number += 1
        for match in group:
            for region, at in ((match.old, match.start), (match.new, match.begin)):
                stretch = regions[region].stretch(at, at + match.size)
                cuts.setdefault(region, []).append((stretch, number))
    return tuple(_marked(operations, regions, cuts))


class _Search:
    """The search for what was struck in one region and written in another."""

    def __init__(self, regions: Sequence[Region], old: Document, new: Document) -> None:
        self.regions = regions
        self.texts = old, new

    def found(self) -> Iterator[list[_Match]]:
        """What moved: each as the phrases that it consists of."""
        used: dict[int, list[Stretch]] = {}
        groups = sorted(self._grouped(self._matches()), key=self._rank)
        for group in groups[:MOST_LOOKED_FOR]:
            first, last = group[0], group[-1]
            spans = (
                (first.old, first.start, last.start + last.size),
                (first.new, first.begin, last.begin + last.size),
            )
            free = all(
                end <= a or b <= start
                for region, start, end in spans
                for a, b in used.get(region, ())
            )
            if free and self._once(max(group, key=lambda match: match.size)):
                for region, start, end in spans:
                    used.setdefault(region, []).append((start, end))
                yield group

    def _rank(self, group: Sequence[_Match]) -> tuple[int, list[str]]:
        """The longest first; of those as long, the same one whichever text is the old one."""
        words = [
            word
            for match in group
            for word in self.regions[match.old].words[match.start : match.start + match.size]
        ]
        return -len(words), words

    def _matches(self) -> Iterator[_Match]:
        """The words in a row around each phrase that both sides have once."""
        olds = self._once_in(SpanKind.DELETE)
        news = self._once_in(SpanKind.INSERT, olds)
        reached: dict[tuple[int, int, int], int] = {}
        for phrase, (j, begin) in sorted(news.items(), key=lambda item: olds[item[0]]):
            i, start = olds[phrase]
            way = (i, j, start - begin)
            if start < reached.get(way, 0) or self.regions[i].near(self.regions[j]):
                continue
            match = self._widened(_Match(i, j, start, begin, SEED))
            reached[way] = match.start + match.size
            yield match

    def _once_in(
        self, kind: SpanKind, wanted: Container[tuple[str, ...]] | None = None
    ) -> dict[tuple[str, ...], tuple[int, int]]:
        """The phrases that stand once in all regions of a kind, with the region and their place.

        Args:
            kind: what was struck, or what was written.
            wanted: look for these only.
        """
        found: dict[tuple[str, ...], tuple[int, int]] = {}
        several: set[tuple[str, ...]] = set()
        for number, region in enumerate(self.regions):
            if region.kind is not kind:
                continue
            for at, phrase in enumerate(region.phrases()):
                if wanted is not None and phrase not in wanted:
                    continue
                if found.setdefault(phrase, (number, at)) != (number, at):
                    several.add(phrase)
        return {phrase: place for phrase, place in found.items() if phrase not in several}

    def _widened(self, match: _Match) -> _Match:
        """A match and the words beside it that both regions have too."""
        i, j, start, begin, size = match
        a, b = self.regions[i].words, self.regions[j].words
        while start and begin and a[start - 1] == b[begin - 1]:
            start, begin, size = start - 1, begin - 1, size + 1
        most = min(len(a) - start, len(b) - begin)
        while size < most and a[start + size] == b[begin + size]:
            size += 1
        return _Match(i, j, start, begin, size)

    def _grouped(self, matches: Iterable[_Match]) -> Iterator[list[_Match]]:
        """Phrases that moved together, so much of each as a reader would call moved."""
        for _, own in groupby(sorted(matches), key=lambda match: match[:2]):
            group: list[_Match] = []
            for match in own:
                last = group[-1] if group else None
                if last:
                    gaps = (
                        match.start - last.start - last.size,
                        match.begin - last.begin - last.size,
                    )
                    if not all(0 <= gap <= BETWEEN_PHRASES for gap in gaps):
                        yield from self._whole(group)
                        group = []
                group.append(match)
            yield from self._whole(group)

    def _whole(self, group: Sequence[_Match]) -> Iterator[list[_Match]]:
        """A group without the crumbs of other sentences at its ends, if it is enough to tell of."""
        old, new = self.regions[group[0].old], self.regions[group[0].new]
        words = [(m.start + n, m.begin + n) for m in group for n in range(m.size)]
        words = _with_its_end(_in_sentence(_trimmed(words, old, new), old, new), old, new)
        said = [old.words[i] for i, _ in words if any(map(str.isalnum, old.words[i]))]
        if words and len(said) >= _least(words, old, new) and sum(map(len, said)) >= MOVED_LETTERS:
            yield list(_runs(words, group[0].old, group[0].new))

    def _once(self, match: _Match) -> bool:
        """Whether the words stand once in either text: they are no formula, and no copy is left."""
        for text, region, at in zip(
            self.texts, (match.old, match.new), (match.start, match.begin), strict=True
        ):
            own = self.regions[region]
            start, end = own.stretch(at, at + match.size)
            words = own.text[start:end].strip()
            if sum(clause.text.count(words) for clause in text.clauses) > 1:
                return False
        return True


def _trimmed(words: list[tuple[int, int]], old: Region, new: Region) -> list[tuple[int, int]]:
    """Some words without what is too short to be told at either end: parts of other sentences.

    Args:
        words: their places in both regions.
        old, new: the regions.
    """
    first, last = 0, len(words)
    if not _begin(words[0], old, new):
        first = next((n for n, pair in enumerate(words) if _begin(pair, old, new)), 0)
    if not _end(words[-1], old, new):
        last = next((n + 1 for n in reversed(range(last)) if _end(words[n], old, new)), last)
    if last - first >= MOVED_SENTENCE:
        first = first if first < MOVED_ANYWHERE else 0
        last = last if len(words) - last < MOVED_ANYWHERE else len(words)
        words = words[first:last]
    while words and old.words[words[0][0]] in _PHRASE_ENDS and old.words[words[0][0]] != "(":
        del words[0]
    while words and old.words[words[-1][0]] in ",(":
        del words[-1]
    return words


def _in_sentence(words: list[tuple[int, int]], old: Region, new: Region) -> list[tuple[int, int]]:
    """Some words and the others of their sentence, if most of it moved with them.

    Args:
        words: their places in both regions, or none.
        old, new: the regions.
    """
    if not words or (_begin(words[0], old, new) and _end(words[-1], old, new)):
        return words
    (i, j), (k, m) = words[0], words[-1]
    most = MOST_BESIDE * len(words)
    start, begin = _sentence_start(old, i, most), _sentence_start(new, j, most)
    end, stop = _sentence_end(old, k, most), _sentence_end(new, m, most)
    a, b = old.words[start:end], new.words[begin:stop]
    if start is None or begin is None or end is None or stop is None or not at_least(HARDLY, a, b):
        return words
    return [
        (start + x + n, begin + y + n) for x, y, size in matching_blocks(a, b) for n in range(size)
    ]


def _with_its_end(words: list[tuple[int, int]], old: Region, new: Region) -> list[tuple[int, int]]:
    """Some words and the full stop behind them, where both have one."""
    if not words:
        return words
    ends = [
        region.words[at + 1] if at + 1 < len(region.words) else ""
        for region, at in zip((old, new), words[-1], strict=True)
    ]
    if ends[0] and ends[0] == ends[1] and ends[0] in SENTENCE_ENDS:
        return [*words, (words[-1][0] + 1, words[-1][1] + 1)]
    return words


def _sentence_start(region: Region, at: int, most: int) -> int | None:
    """The first word of the sentence that a word is in, `most` words before it; None: of none."""
    return next((n for n in range(at, max(at - most, 0) - 1, -1) if region.begins(n)), None)


def _sentence_end(region: Region, at: int, most: int) -> int | None:
    """Behind the last word of the sentence that a word is in; see `_sentence_start`."""
    last = min(at + most, len(region.words)) + 1
    return next((n for n in range(at + 1, last) if region.ends(n)), None)


def _begin(pair: tuple[int, int], old: Region, new: Region) -> bool:
    return old.begins(pair[0]) and new.begins(pair[1])


def _end(pair: tuple[int, int], old: Region, new: Region) -> bool:
    return old.ends(pair[0] + 1) and new.ends(pair[1] + 1)


def _least(words: Sequence[tuple[int, int]], old: Region, new: Region) -> int:
    """How many words they have to be to be told of as moved."""
    begins, ends = _begin(words[0], old, new), _end(words[-1], old, new)
    if begins and ends:
        return MOVED_SENTENCE
    (i, j), (k, m) = words[0], words[-1]
    begun = old.begins(i, _PHRASE_ENDS) and new.begins(j, _PHRASE_ENDS)
    ended = old.ends(k + 1, _PHRASE_ENDS) and new.ends(m + 1, _PHRASE_ENDS)
    return MOVED_PHRASE if (begins and ended) or (begun and ends) else MOVED_ANYWHERE


def _runs(words: Iterable[tuple[int, int]], old: int, new: int) -> Iterator[_Match]:
    """The words in a row among some pairs of them."""
    run: _Match | None = None
    for i, j in words:
        if run and (i, j) == (run.start + run.size, run.begin + run.size):
            run = run._replace(size=run.size + 1)
            continue
        if run:
            yield run
        run = _Match(old, new, i, j, 1)
    if run:
        yield run


def _marked(
    operations: Sequence[Operation],
    regions: Sequence[Region],
    cuts: Mapping[int, list[tuple[Stretch, int]]],
) -> Iterator[Operation]:
    """The operations, their spans cut where words that moved begin and end."""
    by_cell: dict[tuple[int, int], dict[SpanKind, list[tuple[int, int, int]]]] = {}
    for place, found in cuts.items():
        region = regions[place]
        own = by_cell.setdefault(region.cell, {}).setdefault(region.kind, [])
        at = region.start
        own += [(at + start, at + end, number) for (start, end), number in found]
    touched = {number for number, _ in by_cell}
    for number, op in enumerate(operations):
        if number not in touched:
            yield op
            continue
        cells = [
            tuple(_cut(cell, by_cell.get((number, place), {})))
            for place, cell in enumerate(op.cells)
        ]
        yield op._replace(spans=tuple(cells))


def _cut(
    cell: Iterable[Span], cuts: Mapping[SpanKind, Sequence[tuple[int, int, int]]]
) -> Iterator[Span]:
    """The spans of a cell, cut where words that moved begin and end."""
    at = dict.fromkeys(SpanKind, 0)
    for span in cell:
        start = at[span.kind]
        if span.kind is SpanKind.KEEP:
            at[SpanKind.DELETE] += len(span.old)
            at[SpanKind.INSERT] += len(span.new)
            yield span
            continue
        end = at[span.kind] = start + len(span.text)
        done = start
        for begin, behind, number in sorted(cuts.get(span.kind, ())):
            left, right = max(begin, done), min(behind, end)
            if left >= right:
                continue
            if done < left:
                yield span._replace(text=span.text[done - start : left - start])
            yield span._replace(text=span.text[left - start : right - start], move=number)
            done = right
        if done < end:
            yield span._replace(text=span.text[done - start :])
