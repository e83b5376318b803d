"""Letters to post: one behind the other, each with its address where an envelope has its window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.paper.letter_sheets import notice_text, text_way, written_line
from publisher.paper.paper_frame import PaperFrame, running_head
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release
from publisher.wording.dates import long_date
from publisher.wording.words import Words


@dataclass(frozen=True, slots=True)
class PostedLetter:
    """A letter to one recipient, before it is set."""

    told: Release
    """What it is about, with the letter that is theirs as its notice."""
    values: Mapping[str, str]
    """Its fields."""
    address: Sequence[str]
    """The lines in the window, the name first."""
    customer: str
    """The id that is printed beside the window, so that who encloses it can tell whose it is."""
    words: Words
    """Those around it."""


def posted_letters_sheet(
    letters: Sequence[PostedLetter], organisation: Organisation, day: dt.date
) -> Markup:
    """All of some letters, each beginning on the front of a sheet.

    The window is that of DIN 5008, form B, as envelopes DL and C6/5 have it: 45 mm from the upper
    edge, 20 mm from the left one, 85 × 45 mm, with the sender in a line at its top.

    Args:
        letters: they; at least one.
        organisation: who writes.
        day: their date.
    """
    first = letters[0]
    title = first.told.policy.facts.title
    parts = [_posted(one, organisation, day) for one in letters]
    return PaperFrame(first.words, organisation.name, title).sheet("", parts)


def _posted(letter: PostedLetter, organisation: Organisation, day: dt.date) -> Markup:
    facts = letter.told.policy.facts
    head = running_head(letter.told, letter.words, letter.words.pgettext("document", "Letter"))
    return Markup(
        '<section class="posted" lang="{}" data-head="{}" data-sender="{}">\n'
        '<div class="envelope">{}{}{}</div>\n{}</section>\n'
    ).format(
        facts.language,
        head,
        organisation.name,
        _FOLDS,
        _window(letter.address, organisation),
        _beside(letter, organisation, day),
        notice_text(letter.told, letter.values, personal=True),
    )


_ROWS = 6
"""So many rows does the window have room for below the sender's."""
_ROW = 42
"""Small letters in a row."""
_WIDER = 1.5
_FOLDS = Markup('<div class="fold upper"></div><div class="fold lower"></div>')


def _window(address: Sequence[str], organisation: Organisation) -> Markup:
    """The sender in a line, and the lines of the address, from left to right in any language."""
    back = " · ".join(organisation.letterhead)
    name, *below = address
    rows = sum(map(_rows, below))
    small = rows >= _ROWS
    # A name may be as long as it likes, and is cut: where the letter goes stands below it.
    room = 2 if rows + 2 <= _ROWS else 1
    lines = Markup("<br>\n").join(written_line(line) for line in below)
    return Markup(
        '<div class="window"><p class="back">{}</p>\n'
        '<p class="address" data-small="{:d}"><span data-rows="{}">{}</span>\n{}</p></div>\n'
    ).format(written_line(back), small, room, written_line(name), lines)


def _rows(line: str) -> int:
    """How many rows of the window a line takes, at most: capitals are wider."""
    return 1 + int(sum(1 if one.islower() or one == " " else _WIDER for one in line) / _ROW)


def _beside(letter: PostedLetter, organisation: Organisation, day: dt.date) -> Markup:
    """Who writes, whose letter it is and of which day."""
    name, *address = map(written_line, organisation.letterhead)
    language = letter.told.policy.facts.language
    number = letter.words.pgettext(
        "letter", "Customer number: {customer}", customer=letter.customer
    )
    below = Markup("<br>\n").join(address)
    return Markup(
        '<div class="beside"{}><p class="publisher">{}</p>\n{}<p>{}</p>\n<p>{}</p></div>\n'
    ).format(
        text_way(language),
        name,
        Markup("<p>{}</p>\n").format(below) if address else NOTHING,
        number,
        long_date(day, language),
    )
