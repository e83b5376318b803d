"""Moves: where text in a redline came from and went that moved, was split off or was merged."""

from __future__ import annotations

from publisher.compare.amendment import Amendment
from publisher.compare.change import ChangeKind
from publisher.text.clauses import Kind


def move_titles(amendment: Amendment) -> dict[int, tuple[str, str]]:
    """For each move: (title of the section it left, title of the section it went to).

    For a section that moved as a whole: the titles of the sections before it, then and now.
    """
    left: dict[int, str] = {}
    reached: dict[int, str] = {}
    old, new = [""], [""]
    for op in amendment.operations:
        heading = op.clause.kind is Kind.HEADING
        if op.move:
            (left if op.old else reached)[op.move] = old[-1] if op.old else new[-1]
        if heading and op.old:
            old.append(op.old.text)
        if heading and op.new:
            new.append(op.new.text)
    return {number: (left[number], reached[number]) for number in left}


def carried_moves(amendment: Amendment) -> frozenset[int]:
    """The moves of clauses that went with their section, where only its heading mentions it."""
    before: dict[int, int] = {}
    after: dict[int, int] = {}
    old = new = 0
    for op in amendment.operations:
        if op.clause.kind is Kind.HEADING:
            old, new = op.move if op.old else old, op.move if op.new else new
        elif op.move:
            (before if op.old else after)[op.move] = old if op.old else new
    return frozenset(n for n, section in before.items() if section and after[n] == section)


def section_origins(amendment: Amendment, titles: dict[str, str]) -> dict[str, str]:
    """By anchor: what to say above the heading of a section that was split off or merged."""
    origins: dict[str, str] = {}
    for change in amendment.changes:
        if change.kind is ChangeKind.SPLIT:
            origins |= dict.fromkeys(change.others, f"Split off from “{change.title}”")
        elif change.kind is ChangeKind.MERGED:
            into = "”, “".join(titles.get(other, other) for other in change.others)
            origins[change.anchor] = f"Merged into “{into}”"
    origins.pop("", None)  # which section without an anchor it is, nobody can say
    return origins
