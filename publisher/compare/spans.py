"""Spans: runs of words of one clause that were kept, inserted or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from publisher.text.clauses import Mark, Run


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
