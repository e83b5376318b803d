"""Untouched passages: those without a change, which are the same in one redline after another.

Hardly anything changes from one version of a policy to the next, so most passages of a redline are
those of the redline before it, and each is written once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from publisher.wording.words import Words

_UNIQUE = (Kind.HEADING, Kind.ROW)
"""What has a name or a number that no other on the page has."""


@dataclass(frozen=True, slots=True)
class UntouchedPassage:
    """A passage without a change, equal to any other that is written the same way."""

    setting: tuple[object, ...]
    """Everything that decides how it is written, except numbers."""
    numbers: tuple[tuple[int | None, int | None], ...]
    """The old and the new number of each container around its clauses, in order; None if it is no
    list item."""
    operations: tuple[Operation, ...] = field(compare=False)


def untouched_passage(
    passage: Sequence[Block], old: ItemNumbers, new: ItemNumbers
) -> UntouchedPassage | None:
    """A passage as a value; None if something changed in it, or it has a heading or a table.

    Args:
        passage: its blocks.
        old, new: the numbers of all items in the old and in the new text.
    """
    setting: list[object] = []
    numbers: list[tuple[int | None, int | None]] = []
    places: dict[int, int] = {}
    for block in passage:
        was, now = block.op.old, block.op.new
        if was is None or now is None or now.kind in _UNIQUE or not block.unchanged:
            return None
        setting += (now.key, was.tight, now.tight)
        for a, b in zip(was.containers, now.containers, strict=True):
            setting += (b.kind, places.setdefault(b.number, len(places)), a.start, b.start)
            numbers.append((old.get((was.file, a.number)), new.get((now.file, b.number))))
    operations = tuple([block.op for block in passage])
    return UntouchedPassage(tuple(setting), tuple(numbers), operations)


def _item_numbers(
    clauses: Iterable[Clause], numbers: Iterable[int | None]
) -> dict[tuple[str, int], int]:
    places = ((clause.file, around.number) for clause in clauses for around in clause.containers)
    found = zip(places, numbers, strict=True)
    return {place: number for place, number in found if number is not None}


@lru_cache(maxsize=1 << 14)
def untouched_html(passage: UntouchedPassage, depth: int, both_ways: bool, words: Words) -> Markup:
    """A passage without a change as HTML, with its old wording before it.

    The result depends on the arguments alone; the 16,384 that were asked for last are kept.

    Args:
        passage: what to write.
        depth: how many containers are open before it: 1 in an outermost list, else 0.
        both_ways: whether the text may run from right to left.
        words: our own among those of the text.
    """
    operations = passage.operations
    olds, news = [op.old for op in operations if op.old], [op.clause for op in operations]
    old_numbers = _item_numbers(olds, (old for old, _ in passage.numbers))
    new_numbers = _item_numbers(news, (new for _, new in passage.numbers))
    text = Blocks({}, new_numbers, both_ways=both_ways)
    text.enter(olds[0], news[0], len(news[0].cells), depth=depth)
    begun = len(text.out)
    frame = Blocks({}, old_numbers, both_ways=both_ways)
    noted = Style(noted=False, both_ways=both_ways, words=words)
    before = map(OldClause, olds, ([op] for op in operations))
    old = old_wording(frame, before, noted, Outline(0))
    text.out.append(hidden_wording("li" if depth else "div", old, same=True))
    if depth:
        # So that it does not matter whether browsers count hidden items.
        text.stack[-1].next = -1
    style = Style(both_ways=both_ways, words=words)
    for op in operations:
        text.enter(op.old, op.new, len(op.cells))
        text.write(op.clause, block_cells(op.clause, op.cells, style))
    text.close_to(depth)
    return concatenated(text.out[begun:])
