"""Moves: where text in a redline came from and went that moved, was split off or was merged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from publisher.compare.amendment import Amendment
from publisher.compare.change import ChangeKind
from publisher.compare.operations import Operation
from publisher.compare.sections import heading_words
from publisher.compare.spans import SpanKind
from publisher.text.clauses import Clause, Kind, Section
from publisher.wording.words import Words


def move_titles(amendment: Amendment, words: Words) -> dict[int, tuple[str, str]]:
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
            old.append(_title(op.old, words))
        if heading and op.new:
            new.append(_title(op.new, words))
    return {number: (left[number], reached[number]) for number in left}


def _title(heading: Clause, words: Words) -> str:
    """What a section is called: one whose heading is empty is not the beginning."""
    title = heading.text.replace("\n", " ")
    return title if heading_words(title) else words.gettext("(empty heading)")


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


def moves_within(amendment: Amendment) -> frozenset[int]:
    """The moves of whole clauses that only changed their place in their own section."""
    stayed = sections_that_stayed(amendment)
    left: dict[int, int] = {}
    found: set[int] = set()
    # Of a move the new place may stand before the old one.
    for op, (i, _) in zip(amendment.operations, amendment.sections, strict=True):
        if op.move and op.old:
            left[op.move] = i
    for op, (_, j) in zip(amendment.operations, amendment.sections, strict=True):
        if op.move and op.new and stayed.get(left[op.move]) == j:
            found.add(op.move)
    return frozenset(found)


def section_origins(amendment: Amendment, titles: dict[str, str], words: Words) -> dict[str, str]:
    """By anchor: what to say above the heading of a section that was split off or merged."""
    origins: dict[str, str] = {}
    for change in amendment.changes:
        if change.kind is ChangeKind.SPLIT:
            said = words.gettext("Split off from “{section}”", section=change.title)
            origins |= dict.fromkeys(change.others, said)
        elif change.kind is ChangeKind.MERGED:
            others = (titles.get(other, other) for other in change.others)
            quoted = [words.pgettext("section", "“{title}”", title=other) for other in others]
            origins[change.anchor] = words.gettext(
                "Merged into {sections}", sections=words.listed(quoted)
            )
    origins.pop("", None)  # which section without an anchor it is, nobody can say
    return origins


def sections_that_stayed(amendment: Amendment) -> dict[int, int]:
    """Each old section that goes on without having moved, with the new one that it is."""
    old, new = amendment.old.sections, amendment.new.sections
    stayed = {0: 0} if old and new and not (old[0].heading or new[0].heading) else {}
    for op, (i, j) in zip(amendment.operations, amendment.sections, strict=True):
        if op.old and op.new and op.old.kind is op.new.kind is Kind.HEADING:
            stayed[i] = j
    return stayed


MovedWords = Mapping[int, tuple[str, str]]
"""By number of a move of less than a clause: what is said where the words stood, and where they
stand: `moved to “Use”`, `moved here from “Storage”`."""


def moved_words(amendment: Amendment, words: Words) -> MovedWords:
    """What is said of the words that moved without all of their clause."""
    ends: tuple[dict[int, int], dict[int, int]] = ({}, {})
    left: dict[int, int] = {}
    for op, (i, j) in zip(amendment.operations, amendment.sections, strict=True):
        if op.move and op.old:
            left[op.move] = i
            continue
        for kind, move in _moves_in(op):
            if kind is SpanKind.DELETE:
                ends[0].setdefault(move, left.get(op.move, i))
            else:
                ends[1].setdefault(move, j)
    stayed = sections_that_stayed(amendment)
    old, new = amendment.old.sections, amendment.new.sections
    found: dict[int, tuple[str, str]] = {}
    for move, i in ends[0].items():
        j = ends[1].get(move, -1)
        if i < 0 or j < 0:
            continue
        if stayed.get(i) == j:
            found[move] = (
                words.gettext("moved within this section"),
                words.gettext("moved here within this section"),
            )
        else:
            there, here = _named(new[j], words), _named(old[i], words)
            found[move] = went_words(there, words), came_words(here, words)
    return found


def _moves_in(op: Operation) -> Iterator[tuple[SpanKind, int]]:
    return ((span.kind, span.move) for cell in op.cells for span in cell if span.move)


def _named(section: Section, words: Words) -> str:
    return _title(section.heading, words) if section.heading else ""


def went_words(section: str, words: Words) -> str:
    """Where a text went; `section`: the title of its section now, empty before the first one."""
    if section:
        return words.gettext("moved to “{section}”", section=section)
    return words.gettext("moved to the beginning")


def came_words(section: str, words: Words) -> str:
    """Where a text came from; `section`: the title of its section then."""
    if section:
        return words.gettext("moved here from “{section}”", section=section)
    return words.gettext("moved here from the beginning")


def place_words(section: str, words: Words, *, same: bool = False) -> str:
    """Where a text went that moved: `to “Use”`.

    Args:
        section: the title of its section now; empty: it stands before the first one.
        words: in which language.
        same: it is the section that it stood in.
    """
    if same:
        return words.gettext("within this section")
    if section:
        return words.gettext("to “{section}”", section=section)
    return words.gettext("to the beginning")


def origin_words(section: str, words: Words, *, amended: bool = False, same: bool = False) -> str:
    """Where a text came from that moved: `Moved here from “Use”:`.

    Args:
        section: the title of its section then; empty: it stood before the first one.
        words: in which language.
        amended: it was amended as well.
        same: it is the section that it stands in now.
    """
    if same and amended:
        return words.gettext("Moved here and amended, within this section:")
    if same:
        return words.gettext("Moved here within this section:")
    if section and amended:
        return words.gettext("Moved here and amended, from “{section}”:", section=section)
    if section:
        return words.gettext("Moved here from “{section}”:", section=section)
    if amended:
        return words.gettext("Moved here and amended, from the beginning:")
    return words.gettext("Moved here from the beginning:")
