"""A page of the site as a value, and the site as all that is generated for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading
from publisher.policies.finding import Finding
from publisher.policies.organisation import Organisation
from publisher.wording.words import ENGLISH, Words

Label = Callable[[Words], str]
"""What a page is called in a language."""

FileMaker = Callable[[], bytes]
"""Makes the bytes of a file when they are needed."""


@dataclass(frozen=True, slots=True)
class Body:
    """The content of a page, without the frame of the theme."""

    html: Markup
    headings: tuple[Heading, ...] = ()
    """For its list of contents."""
    description: str = ""
    head: Markup = NOTHING
    """HTML for its head: what it tells machines."""


@dataclass(frozen=True)
class Page:
    """One page, without the frame that the theme puts around it."""

    path: str
    """From the site's root, ending in `/`: `privacy/2/changes/`."""
    title: str
    """For the browser's tab and for search engines."""
    body: Callable[[], Body]
    """Makes its content: of hundreds of pages, one is held in memory at a time."""
    label: str | Label = ""
    """What navigation calls it, in each language; empty: it is not in the navigation."""
    group: Label = lambda words: ""
    """What navigation calls the pages of the policy in each language, where this is the first of
    them; empty: it is not."""
    search: bool = False
    """Whether it is in the search index."""
    noindex: bool = False
    """Whether search engines are to leave it out."""
    same_as: str = ""
    """The path of the page that says the same and is the one to be found; empty: none does."""
    modified: dt.date | None = None
    """The day of its last change; None: unknown."""
    words: Words = ENGLISH
    """In which language the theme speaks around it: that of the page."""
    footer: Markup = NOTHING
    """HTML of its foot."""

    def labelled(self, words: Words) -> str:
        """What navigation calls it in a language; its title where it has no label."""
        return self.label(words) if callable(self.label) else self.label or self.title


@dataclass(frozen=True, slots=True)
class HomePage:
    """What stands on the pages that are about all policies, and in which language."""

    words: Words
    """Those of the pages."""
    title: str
    """Of the page with the list, where nobody wrote one."""
    policies: Markup
    """HTML of the list of the policies."""
    lost: Markup
    """HTML of the page for addresses that do not exist."""
    footer: Callable[[str], Markup]
    """Makes the HTML of their foot, from the way to the site's root."""
    head: Markup = NOTHING
    """HTML for the head of the page with the list."""


@dataclass(frozen=True)
class GeneratedSite:
    """Everything that is generated for the site."""

    organisation: Organisation
    """Who publishes."""
    pages: tuple[Page, ...]
    files: Mapping[str, FileMaker]
    """What makes the downloads, fonts and styles, by their path from the site's root."""
    styles: tuple[str, ...]
    """Paths of the style sheets, in order."""
    home: HomePage
    """What is about all policies."""
    until: dt.datetime | None = None
    """The moment at which another day begins for one of the policies; None: unknown."""
    findings: tuple[Finding, ...] = ()
    """What operators have to see to by then, so that it will say what they mean it to."""

    @property
    def languages(self) -> tuple[str, ...]:
        """Those of the texts that a search finds, each once."""
        found = [page.words.language for page in self.pages if page.search]
        return tuple(dict.fromkeys(found))

    @property
    def modified(self) -> dt.date | None:
        """The day of the last change; None: unknown."""
        return max((page.modified for page in self.pages if page.modified), default=None)

    @property
    def documents(self) -> int:
        """How many PDFs there are."""
        return sum(path.endswith(".pdf") for path in self.files)
