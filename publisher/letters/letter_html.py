"""The text of a letter as HTML: its blocks, and its buttons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from markupsafe import Markup

from publisher.compare.spans import kept_spans
from publisher.letters.design import button_places
from publisher.markup.blocks import Blocks, Cell, item_numbers
from publisher.markup.html import block_cells, has_right_to_left
from publisher.markup.inline import Style, inline
from publisher.text.clauses import UNSEEN, Clause, Run
from publisher.wording.language import is_right_to_left


def letter_html(clauses: Sequence[Clause], language: str, *, paper: bool = False) -> Markup:
    """The text of a letter.

    Args:
        clauses: the letter's.
        language: of the letter, BCP 47: it decides about the direction, not the first letter of a
            paragraph, which may be that of a Latin name.
        paper: for a PDF, where buttons are paragraphs.
    """
    shown = [clause for clause in clauses if clause.kind not in UNSEEN]
    reverse, style = is_right_to_left(language), Style(marked=False, paper=paper)
    both_ways = not reverse and has_right_to_left(shown)
    blocks = Blocks({}, item_numbers(shown), both_ways=both_ways, bare=True)
    buttons = [] if paper else button_places(shown)
    for place, clause in enumerate(shown):
        blocks.enter(None, clause, len(clause.cells))
        if place in buttons:
            (runs,) = clause.cells
            blocks.out.append(_button(runs, style, first=place == buttons[0]))
        else:
            cells = block_cells(clause, [kept_spans(runs) for runs in clause.cells], style)
            if reverse and _is_left_to_right(clause):
                cells = [_left_to_right(cell) for cell in cells]
            blocks.write(clause, cells, level=max(clause.level, 1))
    return blocks.html


def _is_left_to_right(clause: Clause) -> bool:
    """Whether a clause has letters, and none that goes from right to left.

    Of a postal address, say, the number would come to stand behind the place.
    """
    return not has_right_to_left([clause]) and any(map(str.isalpha, clause.text))


def _left_to_right(cell: Cell) -> Cell:
    return cell._replace(html=Markup('<span dir="ltr">{}</span>').format(cell.html))


def _button(runs: Sequence[Run], style: Style, *, first: bool) -> Markup:
    """A link as a button that needs no picture and no style sheet, in Outlook too.

    Args:
        runs: the words, all of which are one link.
        style: how they are shown.
        first: whether it is the first one, which is filled; the others are outlined.
    """
    link = next(mark.value for mark in runs[0].marks if mark.kind == "link")
    ground = "#d6e4ff" if first else "#ffffff"
    words = [replace(run, marks=tuple(m for m in run.marks if m.kind != "link")) for run in runs]
    # A line ends before what is personal, and the style stands before it: so that lines of quoted
    # printable end alike in all letters of a run, and little has to be kept of each.
    return Markup(
        '<table class="button" role="presentation" border="0" cellpadding="0" cellspacing="0">\n'
        '<tr><td class="{}" height="44" align="center" bgcolor="{}">\n'
        '<a style="" href="{}">{}</a></td></tr></table>\n'
    ).format("first" if first else "other", ground, link, inline(kept_spans(words), style))
