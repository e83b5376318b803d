"""Old wording: what a passage said before, hidden beside it until a reader asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from publisher.markup.blocks import Blocks
from publisher.markup.elements import NEWLINE, attribute, concatenated, element
from publisher.markup.html import Outline, block_cells
from publisher.markup.inline import Style
from publisher.markup.passages import OldClause
from publisher.text.clauses import Kind

_HIDDEN = Markup(" hidden")


def old_wording(frame: Blocks, olds: Iterable[OldClause], style: Style, outline: Outline) -> Markup:
    """Old clauses as HTML.

    Args:
        frame: where to write them; still empty.
        olds: the clauses, with what became of their words.
        style: how their words are shown.
        outline: the headings of the old text up to here.
    """
    for old in olds:
        clause, cells = old.clause, old.cells()
        frame.enter(None, clause, len(cells))
        level = outline.level(clause) if clause.kind is Kind.HEADING else 0
        frame.write(clause, block_cells(clause, cells, style), level=level)
    return frame.html


def hidden_wording(tag: str, old: Markup, *, same: bool = False) -> Markup:
    """The element that holds an old wording, hidden.

    Args:
        tag: its name.
        old: the old wording.
        same: it is also the wording of the new text.
    """
    kind = attribute("class", "pp-was pp-as-now" if same else "pp-was")
    shown = element(tag, concatenated((NEWLINE, old)), concatenated((kind, _HIDDEN)))
    return concatenated((shown, NEWLINE))
