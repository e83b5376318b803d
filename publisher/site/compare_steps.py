"""The versions of a text that a reader can compare, and the pages that need no script for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.site.page_head import link_html
from publisher.wording.words import Words

STEPS_HEADING = "pp-steps"
"""The id of the heading above the comparisons that need no script."""


@dataclass(frozen=True)
class ComparableLine:
    """The versions of a text in one language, any two of which a reader can compare."""

    language: str
    """Of the text."""
    words: Words
    """Those around it."""
    releases: Sequence[Release]
    """In order."""
    absent: Sequence[Release]
    """Those of the policy that the text is not in, in order …"""
    original: tuple[str, str]
    """… and where they can be compared: the address of the page of the authoritative text, from
    that of this one, and its language. Empty where this is that page."""
    when: Callable[[Release], str]
    """From when each is in force, in words."""
    file_of: Callable[[Release], str]
    """The name of the file with a version as a browser compares it, from the folder of the page."""
    changes_of: Callable[[Release, Release], str]
    """The address of what a version changes against the one before it; empty: it has no page."""
    gone: Collection[Number] = ()
    """Those that were retracted: nobody is offered them first."""
    before: Callable[[Release], Release | None] = lambda _: None
    """The version that each has its page of changes against, where that is not its neighbour."""
    turn: tuple[Release | None, Release | None] = (None, None)
    """The version in force, and the next one that is coming."""
    known_of: Callable[[Release], Mapping[Number, Markup]] = lambda _: {}
    """What this program knows of changes against other versions than the neighbour: figures, by
    the number of the other."""

    @property
    def chosen(self) -> tuple[Release, Release]:
        """The two that are compared at first: what is in force and what is coming, or else the
        last ones that stand.
        """
        now, then = self.turn
        if now and then and now in self.releases and then in self.releases:
            return now, then
        standing = [one for one in self.releases if one.number not in self.gone]
        found = standing if len(standing) > 1 else self.releases
        return found[-2], found[-1]


def chain(line: ComparableLine) -> Markup:
    """The links to the pages of what each version changes, one after the other."""
    words = line.words
    items = NOTHING.join(_step(line, old, new) for old, new in pairwise(line.releases))
    if not items:
        return Markup("<p>{}</p>\n").format(words.gettext("There is only one version yet."))
    return Markup('<h2 id="{}">{}</h2>\n<p>{}</p>\n<ol class="pp-chain">\n{}</ol>\n').format(
        STEPS_HEADING,
        words.gettext("Step by step"),
        words.gettext(
            "Each version against the one before it, with the reasons. These pages need no script."
        ),
        items,
    ) + _apart(line)


def _apart(line: ComparableLine) -> Markup:
    """Links to the pages that compare a version with one that is not its neighbour: what stood
    between them was retracted, or was held. Empty: there is none.
    """
    found = [
        link_html((_from_to(old, new, line.words), line.changes_of(old, new)))
        for before, new in pairwise(line.releases)
        if (old := line.before(new)) and old is not before and line.changes_of(old, new)
    ]
    items = NOTHING.join(Markup("<li>{}</li>\n").format(link) for link in found)
    return Markup("<ul>{}</ul>\n").format(items) if items else NOTHING


def _from_to(old: Release, new: Release, words: Words) -> str:
    return words.gettext("From version {old} to version {new}", old=old.number, new=new.number)


def _step(line: ComparableLine, old: Release, new: Release) -> Markup:
    words, address = line.words, line.changes_of(old, new)
    said = _from_to(old, new, words)
    step = words.markup(
        "{step}, {when}",
        step=link_html((said, address)) if address else said,
        when=line.when(new),
    )
    return Markup('<li data-number="{}">{}</li>\n').format(new.number, step)
