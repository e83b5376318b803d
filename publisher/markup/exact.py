"""The exact redline, for machines: blocks with `ins` and `del` inside them, and nothing else.

Without each `del` and its words it is the new text, without each `ins` the old one, block by block
(blocks left without words do not count). So a clause that moved, is set differently, was split or
was merged is shown in full on both sides, and so are kept words whose typography changed. Kept
words with another formatting or link have that of the new text, and the old one in an attribute:
`data-was="link #use; strong"`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from publisher.compare.amendment import Amendment
from publisher.compare.operations import Cells, Operation
from publisher.compare.spans import Span, SpanKind
from publisher.markup.blocks import Blocks, item_numbers
from publisher.markup.elements import NOTHING
from publisher.markup.html import Fragment, Outline, block_cells
from publisher.markup.inline import Style
from publisher.markup.passages import reading_order
from publisher.text.clauses import UNSEEN, Clause, Kind

_STYLE = Style(in_words=False, noted=False, pictures=True)


def exact(amendment: Amendment) -> Fragment:
    """The redline from which both texts can be read back.

    Args:
        amendment: what to show.

    Returns:
        Blocks as `document_html` makes them, with the levels as they are written. As in Markdown,
        a picture is an element and raw HTML a paragraph of text.
    """
    old, new = (item_numbers(text.clauses) for text in (amendment.old, amendment.new))
    blocks, outline = Blocks(old, new, bare=True), Outline(0)
    for op in reading_order(_sorted(_simple(amendment.operations))):
        clause = op.clause
        blocks.enter(op.old, op.new, len(op.cells))
        cells = [
            cell._replace(attributes=NOTHING) for cell in block_cells(clause, op.cells, _STYLE)
        ]
        heading = clause.kind is Kind.HEADING
        level = outline.level(clause) if heading else 0
        name = outline.name(clause, level) if heading and op.new else NOTHING
        blocks.write(_as_text(clause), cells, name, level)
    return Fragment(blocks.html, tuple(outline.headings))


def _as_text(clause: Clause) -> Clause:
    return replace(clause, kind=Kind.PARAGRAPH) if clause.kind is Kind.HTML else clause


def _simple(operations: Sequence[Operation]) -> Iterator[Operation]:
    """Operations reduced to clauses kept or amended in place, removed, and added."""
    shared = _shared(operations)
    for number, op in enumerate(operations):
        if op.old and op.new and number not in shared and _set_alike(op):
            cells = tuple(tuple(_apart(cell)) for cell in op.cells)
            yield op._replace(spans=cells)
            continue
        if op.old:
            yield Operation(op.old, None, _alone(op, SpanKind.DELETE), columns=op.columns)
        if op.new:
            yield Operation(None, op.new, _alone(op, SpanKind.INSERT), columns=op.columns)


def _sorted(operations: Iterable[Operation]) -> Iterator[Operation]:
    """What was removed before what is new, between kept clauses: no list is torn needlessly."""
    come: list[Operation] = []
    for op in operations:
        if op.clause.kind in UNSEEN:
            continue
        if op.new and not op.old:
            come.append(op)
            continue
        if op.new:
            yield from come
            come = []
        yield op
    yield from come


def _shared(operations: Sequence[Operation]) -> set[int]:
    """The operations of clauses that were split or merged."""
    found: set[int] = set()
    began: dict[bool, int] = {}
    for number, op in enumerate(operations):
        if op.continued:
            found |= {number, began.get(op.new is None, number)}
        if op.old:
            began[False] = number
        if op.new:
            began[True] = number
    return found


def _set_alike(op: Operation) -> bool:
    assert op.old
    assert op.new
    return not op.reset and (op.old.level, op.old.tight) == (op.new.level, op.new.tight)


def _apart(spans: Sequence[Span]) -> Iterator[Span]:
    """The words, with those whose typography changed as they were and as they are."""
    for span in spans:
        if span.before is None:
            yield span
        else:
            marks = span.marks if span.was is None else span.was
            yield Span(SpanKind.DELETE, span.before, marks)
            yield Span(SpanKind.INSERT, span.text, span.marks)


def _alone(op: Operation, kind: SpanKind) -> Cells | None:
    """The words of a row on one side, in the columns of both; None if they are the clause's own."""
    if not op.columns or op.spans is None:
        return None
    was = kind is SpanKind.DELETE
    return tuple(
        tuple(
            [
                Span(kind, text, span.was if was and span.was is not None else span.marks)
                for span in cell
                if (text := span.old if was else span.new)
            ]
        )
        for cell in op.spans
    )
