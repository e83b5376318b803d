"""Letters that become PDFs: the one about a version, and one that was sent."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from html import unescape

from markupsafe import Markup

from publisher.errors import RenderError
from publisher.letters.design import LetterDesign, design_of
from publisher.letters.fields import fill, page_values
from publisher.letters.kinds import letter_language
from publisher.letters.letter_html import letter_html
from publisher.letters.message import LetterHeader
from publisher.letters.notice import changes_since
from publisher.letters.seal_line import with_own_line, with_seal
from publisher.markup.elements import NOTHING
from publisher.markup.html import is_written_right_to_left
from publisher.paper.letter_links import spelt_out, with_addresses
from publisher.paper.paper_frame import PaperFrame, running_head
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.text.parsing import parse
from publisher.wording.dates import long_date
from publisher.wording.language import is_right_to_left
from publisher.wording.words import Words


def notice_sheet(
    release: Release,
    organisation: Organisation,
    words: Words,
    values: Mapping[str, str] | None = None,
    addressee: str = "",
    day: dt.date | None = None,
) -> Markup:
    """The letter about a version.

    Args:
        release: a release that has a notice.
        organisation: who writes.
        words: those around the letter.
        values: the fields of one recipient; None: addressed to no one in particular.
        addressee: whose name stands above it; empty: nobody's.
        day: its date; None: that of the release's publication.
    """
    facts = release.policy.facts
    at = Addresses(organisation.site, release.policy.id)
    own = facts.language if facts.language in release.telling.forms else ""
    if design_of(release) is LetterDesign.BUTTONS:
        changes = changes_since(None, release, organisation.site, own)
    else:  # letters of earlier programs speak of the version that their reader was last told of
        changes = at.compared(own) if own else at.compare
    links = at.opt_out(release.number, language=own), changes
    shown = values or page_values(links, organisation.reply, letter_language(release))
    day = day or release.published_day
    parts = [
        _letterhead(organisation.letterhead, facts.language),
        _addressed(addressee, day, facts.language),
        notice_text(release, shown, personal=bool(values)),
    ]
    title = words.gettext(
        "{policy}: letter about version {number}", policy=facts.title, number=release.number
    )
    head = running_head(release, words, words.pgettext("document", "Letter"))
    return PaperFrame(words, organisation.name, title).sheet(head, parts)


def notice_text(release: Release, values: Mapping[str, str], *, personal: bool) -> Markup:
    """The words of the letter about a version, each link with its address.

    Args:
        release: a release that has a notice.
        values: its fields.
        personal: whether these are those of one recipient, whose letter has the seal in a line.
    """
    text, language = fill(release.notice, values), release.policy.facts.language
    text = with_seal(text, release) if personal else with_own_line(text, release)
    return _letter_text(letter_html(with_addresses(parse(text)), language, paper=True), language)


_LETTER = re.compile(
    r'<html lang="(?P<language>[^"]*)".*?<title>(?P<title>.*?)</title>'
    r".*<main[^>]*>(?P<text>.*)</main>",
    re.DOTALL,
)


def sent_letter_sheet(html: str, header: LetterHeader) -> Markup:
    """A letter that was sent, with the words and links that it had.

    Args:
        html: its HTML part, as this program or an earlier one composed it.
        header: who wrote it, to whom and when.

    Raises:
        RenderError: it is none of ours.
    """
    found = _LETTER.search(html)
    if found is None:
        raise RenderError("the letter has no HTML part of ours", remedy="use --format eml")
    text = Markup(spelt_out(found["text"]))  # noqa: S704 - we composed it, and it was kept
    title, language = unescape(found["title"]), found["language"]
    parts = [
        _letterhead((header.sender,), language),
        _addressed(header.addressee, header.day, language),
        _letter_text(text, language),
    ]
    return PaperFrame(Words(language), "", title).sheet(title, parts)


def _letterhead(lines: Sequence[str], language: str) -> Markup:
    """Who writes: a name, and a postal address where it is known."""
    name, *address = map(written_line, lines)
    below = Markup("<p>{}</p>\n").format(Markup("<br>\n").join(address)) if address else NOTHING
    return Markup('<div class="letterhead"{}><p class="publisher">{}</p>\n{}</div>\n').format(
        text_way(language), name, below
    )


def written_line(words: str) -> Markup:
    """Words by which way they go, whatever that of the letter."""
    way = "rtl" if is_written_right_to_left(words) else "ltr"
    return Markup('<span dir="{}">{}</span>').format(way, words)


def _addressed(addressee: str, day: dt.date | None, language: str) -> Markup:
    """To whom a letter is, and of which day."""
    to = (
        Markup('<p class="addressee">{}</p>\n').format(written_line(addressee))
        if addressee
        else NOTHING
    )
    of = Markup('<p class="day">{}</p>\n').format(long_date(day, language)) if day else NOTHING
    return Markup('<div class="addressed"{}>{}{}</div>\n').format(text_way(language), to, of)


def _letter_text(text: Markup, language: str) -> Markup:
    way = text_way(language)
    return Markup('<article class="text letter"{}>\n{}</article>\n').format(way, text)


def text_way(language: str) -> Markup:
    """The attribute of an element whose words go from right to left, as those of a language may."""
    return Markup(' dir="rtl"') if is_right_to_left(language) else NOTHING
