"""Seams: where a clause was cut, and whether its text flows on over the end of a line."""

from __future__ import annotations

from publisher.text.clauses import Clause
from publisher.text.segmentation import Stretch

SENTENCE_ENDS = ".!?。:;"


def breaks_off(text: str) -> bool:
    """Whether a text ends in the middle of a sentence."""
    end = text.rstrip(" \n\"'”’»)")[-1:]
    return end.isalnum() or end == ","


def goes_on(above: Clause, below: Clause) -> bool:
    """Whether the sentence that one line ends in goes on in the line below it."""
    return (
        breaks_off(above.text) and below.text[:1].islower() and above.containers == below.containers
    )


def seam_in(found: list[str], starts: list[int], first: int, last: int) -> Stretch:
    """Where a clause was cut: the end of its first part, and the beginning of its next one.

    Args:
        found, starts: the words of the clause, and where each begins.
        first, last: the cut is before one of the words from `first` to `last`, if possible at the
            last place where a sentence begins.
    """
    at = next((n for n in range(last, first, -1) if found[n - 1] in SENTENCE_ENDS), last)
    return starts[at - 1] + len(found[at - 1]), starts[at]
