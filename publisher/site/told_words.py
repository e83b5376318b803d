"""Where a comparison is from, in words: that people were told by it, and when, or that it was
computed; on pages, in feeds and in PDFs alike.
"""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from publisher.compare.amendment import Amendment
from publisher.site.change_summary import ChangeSummary
from publisher.site.page_head import link_html
from publisher.wording.words import Words

ANEW, WHOLE = "anew/", "whole/"
"""The page of what this program finds, from the page of what was told; and that of the whole of
what the letters of a correction told, from the page of what it corrects."""


def told_words(known: Amendment, words: Words) -> str:
    """A sentence on where a comparison is from: `As told on 23 November 2026.`"""
    if known.told:
        return _day_words(known.told, words, untold=known.untold)
    return words.gettext("Computed from the two texts: no comparison was sealed with them.")


def told_day_words(short: ChangeSummary, words: Words) -> str:
    """The day on which people were told figures, as a sentence; empty: they were computed."""
    day = dt.date.fromisoformat(short.told) if short.told else None
    return _day_words(day, words, untold=short.untold) if day else ""


def _day_words(told: dt.date, words: Words, *, untold: bool) -> str:
    day = words.day(told)
    if untold:
        return words.gettext("As sealed on {day}; nobody was told of it.", day=day)
    return words.gettext("As told on {day}.", day=day)


def told_line(known: Amendment, words: Words, *, linked: bool = False) -> Markup:
    """The same as a paragraph.

    Args:
        known: the comparison.
        words: of the page.
        linked: whether there is a page beside it of what this program finds, if that is something
            else.
    """
    said = Markup("{}").format(told_words(known, words))
    if linked and known.anew:
        link = link_html((words.gettext("the comparison computed anew"), ANEW))
        said += " " + words.markup(
            "Compared by today’s rules it reads differently: {link}.", link=link
        )
    return Markup('<p class="pp-told">{}</p>\n').format(said)


def anew_title(title: str, words: Words) -> str:
    """The title of the page of what this program finds, from that of what was told."""
    return words.gettext("{title}, computed anew", title=title)


def anew_line(told: dt.date, words: Words) -> Markup:
    """The paragraph on what this program finds where something else was told.

    Args:
        told: when people were told by the other.
        words: of the page.
    """
    link = link_html((words.gettext("As told on {day}", day=words.day(told)), "../"))
    return Markup('<p class="pp-told">{} {}</p>\n').format(
        words.gettext("Computed from the two texts by today’s rules; nobody was told this."),
        words.markup("What was told: {link}.", link=link),
    )
