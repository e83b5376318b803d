"""Passages: operations gathered into what belongs together on a page.

A block shows one clause; if paragraphs were joined, the words of several. A passage is the least
that can be shown beside its old wording: a paragraph, an item of an outermost list with everything
in it, a whole table, a whole quotation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter

from publisher.compare.operations import Cells, Operation
from publisher.compare.spans import Span, SpanKind, kept_spans
from publisher.markup.blocks import LIST_KINDS, Blocks
from publisher.text.clauses import UNSEEN, Clause, Kind

LONGEST_UNFOLDED = 3
"""More unchanged clauses than this between two changes are folded."""


@dataclass(slots=True)
class OldClause:
    """An old clause, and in order the operations that say what became of its words."""

    clause: Clause
    operations: list[Operation]

    def cells(self) -> Cells:
        """Its words, with marks for what was removed and for what changed about the others.

        Text and formatting of each span are the old ones; `was` and `before` are those of now,
        where they differ.
        """
        first = self.operations[0]
        if len(self.operations) > 1:
            # Only a clause of one cell is split.
            parts = [[*_old(op.cells[0])] for op in self.operations]
            gaps = seams(self.clause, ["".join([s.text for s in part]) for part in parts])
            blanks = [[Span(SpanKind.KEEP, gap)] if gap else [] for gap in gaps]
            whole = [span for gap, part in zip(blanks, parts, strict=True) for span in gap + part]
            return (tuple(whole),)
        if first.spans is None:
            gone = not first.new
            runs = self.clause.cells
            spans = [kept_spans(cell) for cell in runs]
            return tuple(
                tuple([span._replace(kind=SpanKind.DELETE) if gone else span for span in cell])
                for cell in spans
            )
        columns = first.columns or [(0, 0)] * len(first.spans)
        there = zip(first.spans, columns, strict=True)
        return tuple(tuple(_old(cell)) for cell, (old, _) in there if old is not None)


def _old(spans: Iterable[Span]) -> Iterable[Span]:
    for span in spans:
        if span.kind is not SpanKind.INSERT:
            marks = span.marks if span.was is None else span.was
            was = None if span.was is None else span.marks
            before = None if span.before is None else span.text
            yield Span(span.kind, span.old, marks, was, before)


def seams(clause: Clause, parts: Sequence[str]) -> list[str]:
    """The spaces before each part of a clause that was split or merged from others."""
    found: list[str] = []
    at = 0
    for part in parts:
        blank = clause.text[at : clause.text.find(part, at)]
        found.append(blank if blank.isspace() else "")
        at += len(found[-1]) + len(part)
    return found


@dataclass(slots=True)
class Block:
    """One block of a redline."""

    op: Operation
    joined: list[Operation] = field(default_factory=list)
    """The operations of further old clauses that were merged into its new clause."""
    split: bool = False
    """The paragraph ends here; in the old text it went on."""
    olds: list[OldClause] = field(default_factory=list)
    """The old clauses that begin here."""
    section: str = ""
    """The anchor of its section, else the title; of a removed section, the old one."""
    place: str = ""
    """The id of the change that begins here; empty if none does."""

    @property
    def unchanged(self) -> bool:
        """Whether a reader sees no change in this block."""
        return self.op.unchanged and not self.joined and not self.split

    @property
    def away(self) -> bool:
        """Whether its clause moved away from here."""
        return bool(self.op.move) and self.op.new is None


Passages = tuple[list[Block] | None, list[list[Block]]]
"""A section: its heading, which is a passage, and the passages after it."""


def reading_order(operations: Iterable[Operation]) -> list[Operation]:
    """The operations that readers see, with tables and lists kept whole.

    In a gap, everything removed comes before everything new: a new row would be parted from its
    table by a paragraph that was removed after it. Both sides keep their order.
    """
    found: list[Operation] = []
    around: tuple[str, int] | None = None
    gap = 0
    for op in operations:
        if not _is_shown(op):
            continue
        place = len(found)
        goes_on = around is not None and op.new and _outermost(op.new) == around
        if goes_on and not op.old and not op.continued:
            kind = op.clause.containers[0].kind
            inside = (n for n in range(gap, place) if not _within(found[n].clause, kind))
            place = next(inside, place)
        found.insert(place, op)
        if op.new:
            around, gap = _outermost(op.new), place + 1
        elif op.continued:
            gap = len(found)
    return found


def _is_shown(op: Operation) -> bool:
    """Whether readers see a clause, or are told of it: of a definition, when it changed."""
    told = op.clause.kind is Kind.DEFINITION and not op.unchanged
    return told or op.clause.kind not in UNSEEN


def _outermost(clause: Clause) -> tuple[str, int] | None:
    return (clause.file, clause.containers[0].number) if clause.containers else None


def _within(clause: Clause, kind: str) -> bool:
    return bool(clause.containers) and clause.containers[0].kind == kind


def blocks_of(operations: Iterable[Operation]) -> list[Block]:
    """The blocks that readers see, in reading order, each with its section."""
    blocks: list[Block] = []
    holder: Block | None = None
    source: tuple[OldClause, Block] | None = None
    moved: dict[int, OldClause] = {}
    section = ""
    for op in reading_order(operations):
        if op.continued and op.old and holder:
            holder.joined.append(op)
            holder.olds.append(OldClause(op.old, [op]))
            source = holder.olds[-1], holder
            continue
        if op.clause.kind is Kind.HEADING and not (op.move and op.new is None):
            section = op.clause.anchor or op.clause.text
        block = Block(op, section=section)
        blocks.append(block)
        if op.new:
            holder = block
        if op.old:
            block.olds.append(OldClause(op.old, [op]))
            source = block.olds[-1], block
            if op.move:
                moved[op.move] = block.olds[-1]
        elif op.continued and source:
            old, before = source
            before.split = True
            old.operations.append(op)
            source = old, block
    for block in blocks:
        if block.op.move in moved and block.op.new:
            moved[block.op.move].operations[0] = block.op
    return blocks


def passages_of(blocks: Sequence[Block]) -> list[list[Block]]:
    """The blocks, cut wherever nothing continues but an outermost list."""
    found: list[list[Block]] = []
    frame = Blocks({}, {})
    for block in blocks:
        if not block.op.clause.containers:
            frame.close_to(0)
            found.append([block])
            continue
        old, new, width = block.op.old, block.op.new, len(block.op.cells)
        depth = frame.enter(old, new, width)
        if not found or depth == 0 or (depth == 1 and frame.stack[0].kind in LIST_KINDS):
            found.append([])
        found[-1].append(block)
        if block.op.clause.kind is Kind.ROW:
            frame.part(block.op.clause.head)
    return found


def foldable_stretches(found: Sequence[list[Block]]) -> list[tuple[bool, list[list[Block]]]]:
    """The passages of one section, in stretches: (whether it is folded, its passages)."""
    runs: list[tuple[bool, list[list[Block]]]] = []
    for passage in found:
        same = all(block.unchanged for block in passage)
        if not runs or runs[-1][0] != same:
            runs.append((same, []))
        runs[-1][1].append(passage)
    whole = len(runs) == 1
    return [(same and (whole or sum(map(len, run)) > LONGEST_UNFOLDED), run) for same, run in runs]


def hidden_sections(
    found: Sequence[Passages],
) -> list[tuple[bool, list[Passages]]]:
    """Sections in stretches: (whether nothing changed in them, they).

    One in whose subsections something changed counts as changed: its heading says where they are.
    """
    shown: list[bool] = []
    below = 0
    for heading, section in reversed(found):
        level = heading[0].op.clause.level if heading else 0
        changed = not all(block.unchanged for passage in section for block in passage)
        changed |= heading is not None and not all(block.unchanged for block in heading)
        above = bool(heading) and level < below
        shown.append(changed or above)
        if changed or above:
            below = level
    pairs = zip(reversed(shown), found, strict=True)
    return [
        (not changed, [section for _, section in group])
        for changed, group in groupby(pairs, key=itemgetter(0))
    ]


def by_section(found: Iterable[list[Block]]) -> Iterable[Passages]:
    """For each section: its heading, which is a passage, and the passages after it."""
    heading: list[Block] | None = None
    for is_heading, group in groupby(found, key=lambda p: p[0].op.clause.kind is Kind.HEADING):
        if not is_heading:
            yield heading, list(group)
            heading = None
            continue
        for passage in group:
            if heading:
                yield heading, []
            heading = passage
    if heading:
        yield heading, []
