"""Our comparison, as the operations that every tool is measured by.

    python bench/diff/ours.py OLD NEW

prints one JSON object for two Markdown files: `ops`, `events`, `html`, `seconds` and `basis`.
`seconds` is the least of several runs of the comparison alone, without reading Markdown.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from measures import Fate, Op
from rapidfuzz.distance import Indel

from publisher.compare.amendment import Amendment, amend
from publisher.compare.change import ChangeKind
from publisher.compare.spans import Span, SpanKind
from publisher.markup.exact import exact
from publisher.text import parsing
from publisher.text.clauses import Document, Kind
from publisher.text.parsing import parse

EVENTS = {
    ChangeKind.RETITLED: "section_renamed",
    ChangeKind.SPLIT: "section_split",
    ChangeKind.MERGED: "section_merged",
    ChangeKind.MOVED: "section_moved",
    ChangeKind.MOVED_AND_AMENDED: "section_moved",
}
"""Changes of structure, with the names they go by in the answer."""
ENOUGH = 1.0
"""Seconds after which a comparison is not repeated again."""
_AWAY: dict[Fate, Fate] = {"delete": "move_from", "insert": "move_to"}
"""What becomes of words that moved without all of their clause."""
_PIECE = re.compile(r"\w+|\s+|[^\w\s]")


@dataclass(frozen=True)
class Measured:
    """An amendment and how long it took, in seconds."""

    amendment: Amendment
    alone: float
    """The comparison alone."""
    whole: float
    """With reading the Markdown of both texts."""


def document(text: str) -> Document:
    """A Markdown text, read."""
    return Document(parse(text, "policy.md"))


def measure(old: str, new: str, repeats: int = 5) -> Measured:
    """Compares two Markdown texts, up to `repeats` times; the shortest times count.

    Both texts are read anew each time: no run finds what the one before it kept.
    """
    alone: list[float] = []
    whole: list[float] = []
    amendment = None
    while amendment is None or (len(whole) < repeats and sum(whole) < ENOUGH):
        parsing._read.cache_clear()
        start = time.perf_counter()
        sides = document(old), document(new)
        read = time.perf_counter()
        amendment = amend(*sides)
        end = time.perf_counter()
        alone.append(end - read)
        whole.append(end - start)
    return Measured(amendment, min(alone), min(whole))


def operations(amendment: Amendment) -> list[Op]:
    """An amendment as operations over the text that a reader of the page sees.

    Every clause and every cell is a line. A moved clause is at both its places: at the old one
    with the words that were cut from it, at the new one with those added to it.
    """
    arrived: dict[int, list[Sequence[Span]]] = {}
    for op in amendment.operations:
        if op.move and op.new:
            arrived.setdefault(op.move, []).extend(op.cells)
    ops: list[Op] = []
    for op in amendment.operations:
        if op.move and op.old:
            # A clause that went to several places is listed once.
            ops += _lines(arrived.pop(op.move, []), "move_from", "delete")
        elif op.move:
            ops += _lines(op.cells, "move_to", "insert")
        else:
            ops += _lines(op.cells, "equal", "delete", "insert")
    return ops


def _lines(cells: Iterable[Sequence[Span]], kept: Fate, *changed: Fate) -> Iterator[Op]:
    """The cells, a line each: kept words as `kept`, and changed words with one of these fates."""
    for cell in cells:
        yield Op("equal", "\n")
        for span in cell:
            # The alternative text of a picture is not text of the rendered page.
            if any(mark.kind == "image" for mark in span.marks):
                continue
            for fate, text in _fates(span):
                if fate == "equal":
                    yield Op(kept, text)
                elif fate in changed:
                    yield Op(_AWAY[fate] if span.move else fate, text)
        yield Op("equal", "\n")


def _fates(span: Span) -> Iterator[Op]:
    if span.kind is SpanKind.INSERT:
        yield Op("insert", span.text)
    elif span.kind is SpanKind.DELETE:
        yield Op("delete", span.text)
    elif span.before is None:
        yield Op("equal", span.text)
    else:
        yield from _letters(span.before, span.text)


def _letters(before: str, now: str) -> Iterator[Op]:
    """Words whose letters changed slightly: those that differ are struck and written."""
    old, new = _PIECE.findall(before), _PIECE.findall(now)
    for step in Indel.opcodes(old, new):
        struck = "".join(old[step.src_start : step.src_end])
        written = "".join(new[step.dest_start : step.dest_end])
        if step.tag == "equal":
            yield Op("equal", written)
        else:
            yield Op("delete", struck)
            yield Op("insert", written)


def events(amendment: Amendment) -> list[str]:
    """The changes of structure that the amendment names, each once, sorted."""
    named = {EVENTS[change.kind] for change in amendment.changes if change.kind in EVENTS}
    if any(op.move and op.clause.kind is not Kind.HEADING for op in amendment.operations):
        named.add("paragraph_moved")
    if any(span.move for op in amendment.operations for cell in op.cells for span in cell):
        named.add("sentence_moved")
    return sorted(named)


def markup(amendment: Amendment) -> str:
    """The redline in HTML that machines read."""
    # Changes of formatting under a name that does not tell whose redline it is.
    return exact(amendment).html.replace(" data-was=", ' class="diff-format" data-was=')


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    old, new = (Path(name).read_text("utf-8") for name in sys.argv[1:])
    measured = measure(old, new)
    answer = {
        "ops": [{"op": op.fate, "text": op.text} for op in operations(measured.amendment)],
        "events": [{"kind": kind} for kind in events(measured.amendment)],
        "html": markup(measured.amendment),
        "seconds": measured.alone,
        "basis": "html",
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
