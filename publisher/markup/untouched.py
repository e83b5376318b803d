"""Untouched passages: those without a change, which are the same in one redline after another.

Hardly anything changes from one version of a policy to the next, so most passages of a redline are
those of the redline before it, and each is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from publisher.text.clauses import Clause, Kind


@dataclass(frozen=True, slots=True)
class UntouchedPassage:
    """A passage without a change, equal to any other that is written the same way."""

    depth: int
    """How many containers are open before it: 1 in an outermost list, else 0."""
    both_ways: bool
    """The text may run from right to left."""
    setting: tuple[object, ...]
    """Its words and what they stand in."""
    numbers: tuple[tuple[int | None, ...], tuple[int | None, ...]]
    """In the old and in the new text: the number of each container around its clauses, in order;
    None if it is no list item."""
    olds: tuple[Clause, ...] = field(compare=False)
    operations: tuple[Operation, ...] = field(compare=False)


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
    olds = tuple([op.old for op in operations if op.old])
    news = [op.clause for op in operations]
    own = _own_numbers(olds, numbers[0]), _own_numbers(news, numbers[1])
    return UntouchedPassage(depth, both_ways, tuple(_setting(olds, news)), own, olds, operations)


def _own_numbers(clauses: Iterable[Clause], numbers: ItemNumbers) -> tuple[int | None, ...]:
    return tuple([numbers.get(place) for place in _containers(clauses)])


def _containers(clauses: Iterable[Clause]) -> Iterator[tuple[str, int]]:
    """The containers around some clauses, in order, as (file, number)."""
    return ((clause.file, around.number) for clause in clauses for around in clause.containers)


def _setting(olds: Sequence[Clause], news: Sequence[Clause]) -> Iterator[object]:
    places: dict[int, int] = {}
    for old, new in zip(olds, news, strict=True):
        yield new.key, old.tight, new.tight
        for before, now in zip(old.containers, new.containers, strict=True):
            yield now.kind, places.setdefault(now.number, len(places)), before.start, now.start


def _item_numbers(
    clauses: Iterable[Clause], numbers: Sequence[int | None]
) -> dict[tuple[str, int], int]:
    places = zip(_containers(clauses), numbers, strict=True)
    return {place: number for place, number in places if number is not None}


@lru_cache(maxsize=1 << 14)
def untouched_html(passage: UntouchedPassage) -> Markup:
    """A passage without a change as HTML, with its old wording before it.

    The result depends on the passage alone; the 16,384 that were asked for last are kept.
    """
    old_numbers = _item_numbers(passage.olds, passage.numbers[0])
    new_numbers = _item_numbers((op.clause for op in passage.operations), passage.numbers[1])
    first, depth = passage.operations[0], passage.depth
    text = Blocks({}, new_numbers, both_ways=passage.both_ways)
    text.enter(first.old, first.new, len(first.cells), depth=depth)
    begun = len(text.out)
    olds = map(OldClause, passage.olds, ([op] for op in passage.operations))
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
