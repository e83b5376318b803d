"""How letters look: which of the designs that this program knows a letter has."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from publisher.releases.release import Release
from publisher.text.clauses import Clause, Kind, Run
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text


class LetterDesign(StrEnum):
    """How a letter looks; each stays as it is, for letters are composed anew to be verified."""

    PLAIN = "plain"
    """Of letters whose release was sealed by a program that did not record its wording: links stand
    among the words."""
    BUTTONS = "buttons"
    """What its reader can do are buttons; in its plain part, each address has its own line."""


def design_of(release: Release) -> LetterDesign:
    """How the letters of a release look, whichever program sends them."""
    return LetterDesign.BUTTONS if release.telling.wording else LetterDesign.PLAIN


def plain_part(text: str, design: LetterDesign) -> str:
    """The plain part of a letter.

    Args:
        text: the letter's Markdown, its fields filled in.
        design: how it looks.
    """
    return as_plain_text(parse(text), apart=design is LetterDesign.BUTTONS)


def button_places(clauses: Sequence[Clause]) -> list[int]:
    """The places of the paragraphs that are shown as buttons, in order.

    Those are nothing but one link, and stand by themselves before the first heading of the second
    level: at the beginning a letter says what its reader can do.
    """
    ends = (n for n, each in enumerate(clauses) if each.kind is Kind.HEADING and each.level > 1)
    end = next(ends, len(clauses))
    return [place for place in lone_links(clauses) if place < end]


def lone_links(clauses: Sequence[Clause]) -> list[int]:
    """The places of the paragraphs that are nothing but one link, in no list and no quotation."""
    return [
        place
        for place, clause in enumerate(clauses)
        if clause.kind is Kind.PARAGRAPH and not clause.containers and _is_one_link(clause.cells)
    ]


def _is_one_link(cells: Sequence[Sequence[Run]]) -> bool:
    links = {
        mark.value for cell in cells for run in cell for mark in run.marks if mark.kind == "link"
    }
    whole = all(any(mark.kind == "link" for mark in run.marks) for cell in cells for run in cell)
    return whole and len(links) == 1 and any(run.text.strip() for cell in cells for run in cell)
