"""Change places: where changes begin in a redline, each with an address of its own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from publisher.compare.amendment import Amendment
from publisher.markup.html import ChangePlace
from publisher.markup.moves import carried_moves
from publisher.markup.passages import Block, blocks_of
from publisher.text.clauses import Kind


def changed_places(amendment: Amendment) -> tuple[ChangePlace, ...]:
    """The places in a redline where something changed, without writing it."""
    return tuple(named_places(blocks_of(amendment.operations), carried_moves(amendment)))


def named_places(blocks: Sequence[Block], carried: frozenset[int]) -> Iterable[ChangePlace]:
    """Gives a place to each block where a change begins.

    Blocks in a row that were all added, all removed or all moved are one change.

    Args:
        blocks: of a redline, in reading order; their places are set here.
        carried: the moves that only followed their section, as `carried_moves` gives them.
    """
    seen = Counter[str]()
    before = ""
    for block in blocks:
        op = block.op
        if block.unchanged:
            before = ""
            continue
        if block.away or op.clause.kind is Kind.RULE or (op.continued and not op.amended):
            continue
        what = "moved" if op.move else "added" if op.new else "removed"
        heading = op.clause.kind is Kind.HEADING
        alone = bool(op.move) and not heading and (op.move not in carried or op.amended)
        if (op.old and op.new) or op.continued or alone:
            what = ""
        goes_on = what and what == before and not heading
        before = what
        if not goes_on:
            name = re.sub(r"\W+", "-", block.section.lower()).strip("-") or "beginning"
            seen[name] += 1
            block.place = f"change-{name}-{seen[name]}"
            yield ChangePlace(block.place, block.section)
