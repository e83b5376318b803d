"""What every document that becomes a PDF has around what it says: its head, title and language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.paper.wide_tables import fitted_tables
from publisher.releases.beginning import Beginning
from publisher.releases.release import Release
from publisher.site.release_words import in_force_words
from publisher.wording.words import Words


@dataclass(frozen=True)
class PaperFrame:
    """The page that a document is, without what it says."""

    words: Words
    author: str
    """Empty: nobody in particular."""
    title: str

    def sheet(self, head: str, parts: Sequence[Markup], *, spoken: bool = False) -> Markup:
        """A document; `head` runs above each of its pages.

        `spoken`: what is only read aloud of a redline is seen as well.
        """
        by = NOTHING
        if self.author:
            by = Markup('<meta name="author" content="{}">').format(self.author)
        return Markup(
            '<!DOCTYPE html>\n<html{}><head><meta charset="utf-8">'
            "<title>{}</title>{}</head>\n"
            '<body{} data-head="{}" style="{}">\n{}</body></html>\n'
        ).format(
            self.words.attributes,
            self.title,
            by,
            _SPOKEN if spoken else NOTHING,
            head,
            self._put_in(),
            fitted_tables(NOTHING.join(parts)),
        )

    def _put_in(self) -> str:
        """The words that the style sheet puts around the number of a page."""
        said = self.words.gettext("(page {number})", number="\f").partition("\f")
        before, behind = (re.sub(r'["\\\s]', _escape, words) for words in said[::2])
        return f'--page-before: "{before}"; --page-behind: "{behind}"'


_SPOKEN = Markup(' class="pp-spoken"')


def _escape(found: re.Match[str]) -> str:
    """A character in a string of a style sheet (CSS Syntax §4.3.7)."""
    return f"\\{ord(found[0]):x} "


def document_title(publisher: str, title: str, line: str) -> Markup:
    """The title of a document, with who publishes it above and which version it is below.

    Either of these may be empty.
    """
    above = Markup('<p class="publisher">{}</p>\n').format(publisher) if publisher else NOTHING
    below = Markup('<p class="version">{}</p>').format(line) if line else NOTHING
    return Markup("<header>{}<h1>{}</h1>\n{}</header>\n").format(above, title, below)


def facts_list(*rows: tuple[str, str]) -> Markup:
    """Rows of (what, words or HTML)."""
    cells = NOTHING.join(
        Markup('<li><span class="what">{}</span> <span>{}</span></li>\n').format(what, value)
        for what, value in rows
    )
    return Markup('<ul class="facts">\n{}</ul>\n').format(cells)


def version_line(release: Release, words: Words, begins: Beginning | None = None) -> str:
    """`Version 2, in force from 1 March 2027`; `begins`: by what is known now."""
    when = in_force_words(release, words, begins)
    return words.gettext("Version {number}, {when}", number=release.number, when=when)


def running_head(
    release: Release, words: Words, kind: str = "", begins: Beginning | None = None
) -> str:
    """The running head of every page.

    Args:
        release: which version it is about.
        words: in which language.
        kind: what the document is, where it is not the text.
        begins: from when the version is in force; None: as it was sealed.
    """
    parts = (release.policy.facts.title, version_line(release, words, begins), kind)
    return " — ".join(filter(None, parts))
