"""Untouched passages: those without a change, which are the same in one redline after another.

Hardly anything changes from one version of a policy to the next, so most passages of a redline are
those of the redline before it, and each is written once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from markupsafe import Markup

from publisher.compare.operations import Operation
from publisher.markup.blocks import Blocks, ItemNumbers
from publisher.markup.elements import concatenated
from publisher.markup.html import Outline, block_cells
from publisher.markup.inline import Style
from publisher.markup.old_wording import hidden_wording, old_wording
from publisher.markup.passages import Block, OldClause
from publisher.text.clauses import Container, Kind


@dataclass(frozen=True, slots=True)
class UntouchedPassage:
    """A passage without a change, equal to any other that is written the same way."""

    setting: tuple[object, ...]
    """Everything that decides how it is written: words, containers, numbers."""
    depth: int
    """How many containers are open before it: 1 in an outermost list, else 0."""
    both_ways: bool
    """The text may run from right to left."""
    operations: tuple[Operation, ...] = field(compare=False)
    numbers: tuple[ItemNumbers, ItemNumbers] = field(compare=False)
    """The numbers of its items in the old and in the new text."""


def untouched_passage(
    passage: Sequence[Block], depth: int, both_ways: bool, numbers: tuple[ItemNumbers, ItemNumbers]
) -> UntouchedPassage | None:
    """A passage as a value; None if something changed in it, or it has a heading or a table.

    Args:
        passage: its blocks.
        depth: how many containers are open before it.
        both_ways: whether the text may run from right to left.
        numbers: the numbers of all items in the old and in the new text.
    """
    if not all(block.unchanged for block in passage):
        return None
    operations = tuple([block.op for block in passage])
    if any(op.clause.kind in (Kind.HEADING, Kind.ROW) for op in operations):
        return None  # these have names and numbers that must be unique on the page
    own: tuple[dict[tuple[str, int], int], ...] = ({}, {})
    setting = tuple(_setting(operations, numbers, own))
    return UntouchedPassage(setting, depth, both_ways, operations, (own[0], own[1]))


def _setting(
    operations: Sequence[Operation],
    numbers: tuple[ItemNumbers, ItemNumbers],
    own: Sequence[dict[tuple[str, int], int]],
) -> Iterator[object]:
    """What decides how clauses are written; puts the numbers of their items into `own`."""
    places: dict[int, int] = {}
    for op in operations:
        assert op.old
        assert op.new
        yield op.new.key
        yield op.old.tight, op.new.tight
        for before, now in zip(op.old.containers, op.new.containers, strict=True):
            yield now.kind, places.setdefault(now.number, len(places)), before.start, now.start
            if now.kind == "item":
                yield _numbered(op.old.file, before, numbers[0], own[0])
                yield _numbered(op.new.file, now, numbers[1], own[1])


def _numbered(
    file: str, item: Container, numbers: ItemNumbers, own: dict[tuple[str, int], int]
) -> int | None:
    number = numbers.get((file, item.number))
    if number is not None:
        own[file, item.number] = number
    return number


@lru_cache(maxsize=1 << 14)
def untouched_html(passage: UntouchedPassage) -> Markup:
    """A passage without a change as HTML, with its old wording before it.

    The result depends on the passage alone; the 16,384 that were asked for last are kept.
    """
    old_numbers, new_numbers = passage.numbers
    first, depth = passage.operations[0], passage.depth
    text = Blocks({}, new_numbers, both_ways=passage.both_ways)
    text.enter(first.old, first.new, len(first.cells), depth=depth)
    begun = len(text.out)
    olds = [OldClause(op.old, [op]) for op in passage.operations if op.old]
    frame = Blocks({}, old_numbers, both_ways=passage.both_ways)
    noted = Style(noted=False, both_ways=passage.both_ways)
    old = old_wording(frame, olds, noted, Outline(0))
    text.out.append(hidden_wording("li" if depth else "div", old, same=True))
    if depth:
        # So that it does not matter whether browsers count hidden items.
        text.stack[-1].next = -1
    style = Style(both_ways=passage.both_ways)
    for op in passage.operations:
        text.enter(op.old, op.new, len(op.cells))
        text.write(op.clause, block_cells(op.clause, op.cells, style))
    text.close_to(depth)
    return concatenated(text.out[begun:])
