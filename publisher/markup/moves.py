"""Moves: where text in a redline came from and went that moved, was split off or was merged."""

from __future__ import annotations

from publisher.compare.amendment import Amendment
from publisher.compare.change import ChangeKind
from publisher.compare.sections import heading_words
from publisher.text.clauses import Clause, Kind
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


def place_words(section: str, words: Words) -> str:
    """Where a text went that moved: `to “Use”`.

    Args:
        section: the title of its section now; empty: it stands before the first one.
        words: in which language.
    """
    if section:
        return words.gettext("to “{section}”", section=section)
    return words.gettext("to the beginning")


def origin_words(section: str, words: Words, *, amended: bool = False) -> str:
    """Where a text came from that moved: `Moved here from “Use”:`.

    Args:
        section: the title of its section then; empty: it stood before the first one.
        words: in which language.
        amended: it was amended as well.
    """
    if section and amended:
        return words.gettext("Moved here and amended, from “{section}”:", section=section)
    if section:
        return words.gettext("Moved here from “{section}”:", section=section)
    if amended:
        return words.gettext("Moved here and amended, from the beginning:")
    return words.gettext("Moved here from the beginning:")
