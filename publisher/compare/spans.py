"""Spans: runs of words of one clause that were kept, inserted or deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from publisher.text.clauses import Mark, Run, same_marks


class SpanKind(StrEnum):
    """What happens to a run of words."""

    KEEP = "keep"
    INSERT = "insert"
    DELETE = "delete"


class Span(NamedTuple):
    """Words of one clause with the same kind of change and the same formatting."""

    kind: SpanKind
    text: str
    marks: tuple[Mark, ...] = ()
    was: tuple[Mark, ...] | None = None
    """The old formatting of kept words if it changed, else None."""
    before: str | None = None
    """The old letters of kept words if their typography changed (quotation marks, dashes, spaces,
    case), else None."""
    move: int = 0
    """Of words removed and added: the same number at both places of words that moved, not with all
    of their clause; 0 where they did not move."""

    @property
    def old(self) -> str:
        """The text as it was: empty for words that were inserted."""
        if self.kind is SpanKind.INSERT:
            return ""
        return self.text if self.before is None else self.before

    @property
    def new(self) -> str:
        """The text as it is: empty for words that were deleted."""
        return "" if self.kind is SpanKind.DELETE else self.text


def kept_spans(runs: Sequence[Run]) -> tuple[Span, ...]:
    """Spans of words that did not change."""
    return tuple([Span(SpanKind.KEEP, run.text, run.marks) for run in runs])


def pictures(marks: Sequence[Mark]) -> bool:
    """Whether words of this formatting describe a picture, and are not shown where it is."""
    return any(mark.kind == "image" for mark in marks)


def stretch_of(runs: Sequence[Run], start: int, end: int) -> list[tuple[str, tuple[Mark, ...]]]:
    """A stretch of some runs, with its formatting."""
    part: list[tuple[str, tuple[Mark, ...]]] = []
    at = 0
    for run in runs if end > start else ():
        if at >= end:
            break
        behind = at + len(run.text)
        if behind > start:
            text = run.text[max(start - at, 0) : end - at]
            if part and part[-1][1] == run.marks:
                part[-1] = (part[-1][0] + text, run.marks)
            else:
                part.append((text, run.marks))
        at = behind
    return part


def reformatted(
    was: list[tuple[str, tuple[Mark, ...]]], now: list[tuple[str, tuple[Mark, ...]]]
) -> Iterator[Span]:
    """Kept text, cut where its old or its new formatting changes."""
    if was == now:
        yield from (Span(SpanKind.KEEP, text, marks) for text, marks in now)
        return
    left = right = 0
    i = j = 0
    while i < len(was) and j < len(now):
        size = min(len(was[i][0]) - left, len(now[j][0]) - right)
        marks, own = was[i][1], now[j][1]
        text = now[j][0][right : right + size]
        if pictures(marks) == pictures(own):
            yield Span(SpanKind.KEEP, text, own, None if same_marks(marks, own) else marks)
        else:  # the description of a picture, and the same words to be read
            yield Span(SpanKind.DELETE, text, marks)
            yield Span(SpanKind.INSERT, text, own)
        left, right = left + size, right + size
        if left == len(was[i][0]):
            i, left = i + 1, 0
        if right == len(now[j][0]):
            j, right = j + 1, 0
