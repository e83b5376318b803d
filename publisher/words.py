"""Words: how the text of one clause becomes that of another, as spans kept, inserted, deleted.

The words are aligned by an exact longest common subsequence, which is then cleaned up for readers:
changes parted by next to nothing are one change, and a text with hardly anything in common is
replaced whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby, pairwise
from operator import itemgetter

from rapidfuzz.distance import Indel

from publisher.clauses import Mark, Run

LEGIBLE = 0.3
"""Below this share of kept letters a text is replaced whole …"""
LEGIBLE_WORDS = 6
"""… if its two sides have more tokens than this on average; in a short one, all can be seen."""


LONGEST = 1_000_000_000
"""So many pairs of words are aligned exactly at most: 125 MB."""


class SpanKind(StrEnum):
    """What happens to a run of words."""

    KEEP = "keep"
    INSERT = "insert"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Span:
    """Words of one clause that share their fate and their formatting."""

    kind: SpanKind
    text: str
    marks: tuple[Mark, ...] = ()
    was: tuple[Mark, ...] | None = None
    """The old formatting of kept words, where it changed; None where it did not."""


_TOKEN = re.compile(
    r"https?://[^\s<>]*[^\s<>.,;:!?)]"  # an address of a page
    r"|[\w.+-]*\w@[\w-]+(?:\.[\w-]+)+"  # an address of a mailbox
    r"|\d+(?:[.,:/]\d+)*%?"  # a number, an amount, a date, a time
    r"|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # scripts that set no spaces
    r"|[^\W\d_]+(?:['’][^\W\d_]+)*"
    r"|\s+"
    r"|.",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    marks: tuple[Mark, ...]

    @property
    def space(self) -> bool:
        return self.text.isspace()


@dataclass(slots=True)
class _Segment:
    """Tokens kept (`kept`: pairs of old and new), or replaced (`old` by `new`)."""

    kept: list[tuple[_Token, _Token]] = field(default_factory=list)
    old: list[_Token] = field(default_factory=list)
    new: list[_Token] = field(default_factory=list)


def _tokens(runs: Sequence[Run]) -> list[_Token]:
    return [_Token(word, run.marks) for run in runs for word in _TOKEN.findall(run.text)]


def tokens(text: str) -> list[str]:
    """The words, numbers and punctuation marks of a text, without the spaces."""
    return [word for word in _TOKEN.findall(text) if not word.isspace()]


def compare_words(old: Sequence[Run], new: Sequence[Run]) -> tuple[Span, ...]:
    """The spans that turn the text of `old` into that of `new`.

    The texts of the spans kept and deleted, joined, are the old text; of those kept and inserted,
    the new one.
    """
    if tuple(old) == tuple(new):
        return tuple(Span(SpanKind.KEEP, run.text, run.marks) for run in old)
    a, b = _tokens(old), _tokens(new)
    segments = _slide(_clean(_segments(a, b)))
    kept = sum(len(t.text) for s in segments for t, _ in s.kept if not t.space)
    total = sum(len(t.text) for t in (*a, *b) if not t.space)
    if len(a) + len(b) > 2 * LEGIBLE_WORDS and 2 * kept < LEGIBLE * total:
        segments = [_Segment(old=a, new=b)]
    return _spans(segments)


def _segments(a: list[_Token], b: list[_Token]) -> list[_Segment]:
    at = [i for i, token in enumerate(a) if not token.space]
    bt = [j for j, token in enumerate(b) if not token.space]
    pairs = [(at[i], bt[j]) for i, j in common([a[i].text for i in at], [b[j].text for j in bt])]
    segments: list[_Segment] = []
    i = j = 0
    for x, y in [*pairs, (len(a), len(b))]:
        _gap(segments, a[i:x], b[j:y])
        if x < len(a):
            _keep(segments, [(a[x], b[y])])
        i, j = x + 1, y + 1
    return segments


def _keep(segments: list[_Segment], pairs: list[tuple[_Token, _Token]]) -> None:
    if not pairs:
        return
    if not segments or segments[-1].old or segments[-1].new:
        segments.append(_Segment())
    segments[-1].kept.extend(pairs)


def _gap(segments: list[_Segment], old: list[_Token], new: list[_Token]) -> None:
    """What lies between two kept words; the spaces that both sides have at its ends are kept."""
    before = int(bool(old and new and old[0].space and old[0].text == new[0].text))
    _keep(segments, list(zip(old[:before], new[:before], strict=True)))
    old, new = old[before:], new[before:]
    behind = int(bool(old and new and old[-1].space and old[-1].text == new[-1].text))
    if old[: len(old) - behind] or new[: len(new) - behind]:
        segments.append(_Segment(old=old[: len(old) - behind], new=new[: len(new) - behind]))
    if behind:
        _keep(segments, [(old[-1], new[-1])])


def common(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Index pairs of a longest common subsequence; of very long texts, of a common subsequence."""
    numbers: dict[Hashable, int] = {}
    a = [numbers.setdefault(item, len(numbers)) for item in old]
    b = [numbers.setdefault(item, len(numbers)) for item in new]
    pairs: list[tuple[int, int]] = []
    for i, k, j, m in _pieces(a, b):
        pairs += [
            (i + op.src_start + n, j + op.dest_start + n)
            for op in Indel.opcodes(a[i:k], b[j:m])
            if op.tag == "equal"
            for n in range(op.src_end - op.src_start)
        ]
    return pairs


def _pieces(a: list[int], b: list[int]) -> list[tuple[int, int, int, int]]:
    """Cuts two texts where they surely agree, if they are too long to be aligned at once.

    The exact alignment takes a bit of memory for each pair of words. Texts longer than that allows
    are cut before words that each has once, in the longest run of such words that kept its order.
    """
    if len(a) * len(b) <= LONGEST:
        return [(0, len(a), 0, len(b))]
    once = {word for word, n in Counter(a).items() if n == 1}
    once &= {word for word, n in Counter(b).items() if n == 1}
    place = {word: j for j, word in enumerate(b) if word in once}
    sure = rising([(i, place[word]) for i, word in enumerate(a) if word in once])
    cuts = [(0, 0), *sure, (len(a), len(b))]
    pieces = [(i, k, j, m) for (i, j), (k, m) in pairwise(cuts)]
    return [piece for piece in pieces if (piece[1] - piece[0]) * (piece[3] - piece[2]) <= LONGEST]


def rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
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


def _clean(segments: list[_Segment]) -> list[_Segment]:
    """Joins changes that are parted by next to nothing: readers follow phrases, not confetti."""
    joined: list[_Segment] = []
    for index, segment in enumerate(segments):
        inner = joined and joined[-1].kept == [] and index + 1 < len(segments)
        if segment.kept and inner and _light(segment, joined[-1], segments[index + 1]):
            joined[-1].old.extend(old for old, _ in segment.kept)
            joined[-1].new.extend(new for _, new in segment.kept)
        elif not segment.kept and joined and not joined[-1].kept:
            joined[-1].old.extend(segment.old)
            joined[-1].new.extend(segment.new)
        else:
            joined.append(segment)
    return joined


def _slide(segments: list[_Segment]) -> list[_Segment]:
    """Moves the edges of what was only added or only cut to where a sentence or phrase begins.

    "once you cancel[. Else you stay]." says the same as "once you cancel.[ Else you stay.]", and
    reads worse.
    """
    for before, change, behind in zip(segments, segments[1:], segments[2:], strict=False):
        if before.kept and behind.kept and bool(change.old) != bool(change.new):
            # Only at the end of a clause may nothing be left behind the change.
            spare = 0 if behind is segments[-1] else 1
            _slide_one(before.kept, change, behind.kept, spare)
    return segments


def _slide_one(
    before: list[tuple[_Token, _Token]],
    change: _Segment,
    behind: list[tuple[_Token, _Token]],
    spare: int,
) -> None:
    run, own = (change.old, 0) if change.old else (change.new, 1)
    steps = best = 0
    grade = _begins(before[-1][own], run)
    reach = min(len(behind) - spare, len(run))
    while steps < reach and run[0] == behind[0][own]:
        pair = behind.pop(0)
        kept = (run.pop(0), pair[1]) if own == 0 else (pair[0], run.pop(0))
        before.append(kept)
        run.append(pair[own])
        steps += 1
        if (now := _begins(before[-1][own], run)) > grade:
            grade, best = now, steps
    for _ in range(steps - best):
        behind.insert(0, before.pop())
        run.insert(0, run.pop())


def _begins(last: _Token, run: Sequence[_Token]) -> int:
    """How well a run begins behind `last`: as a sentence, as a phrase, as a word."""
    if last.text in (".", "!", "?", "。") and run[0].space:
        return 3
    if last.text in (",", ";", ":") and run[0].space:
        return 2
    return 1 if run[0].space or last.space else 0


def _light(between: _Segment, before: _Segment, behind: _Segment) -> bool:
    """Whether so little is kept between two changes that they read better as one.

    Never between two mere insertions or two mere deletions: there, a word would be struck and
    written again that a reader can see was left alone.
    """
    if any("\n" in token.text for token, _ in between.kept):
        return False
    if not (before.old or behind.old) or not (before.new or behind.new):
        return False
    words = sum(not token.space for token, _ in between.kept)
    return words <= 1 or (words == 2 and min(_size(before), _size(behind)) >= 2)


def _size(segment: _Segment) -> int:
    return max(sum(not token.space for token in side) for side in (segment.old, segment.new))


def _spans(segments: Iterable[_Segment]) -> tuple[Span, ...]:
    spans: list[Span] = []
    for (kind, marks, was), group in groupby(_fates(segments), key=itemgetter(0, 1, 2)):
        spans.append(Span(kind, "".join(text for *_, text in group), marks, was))
    return tuple(spans)


_Fate = tuple[SpanKind, tuple[Mark, ...], tuple[Mark, ...] | None, str]


def _fates(segments: Iterable[_Segment]) -> Iterator[_Fate]:
    """Each token: what becomes of it, its formatting, the old one if that changed, its text."""
    for segment in segments:
        for token in segment.old:
            yield SpanKind.DELETE, token.marks, None, token.text
        for token in segment.new:
            yield SpanKind.INSERT, token.marks, None, token.text
        for old, new in segment.kept:
            yield SpanKind.KEEP, new.marks, None if old.marks == new.marks else old.marks, new.text
