"""A page of the site as a value, and the site as all that is generated for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading
from publisher.policies.organisation import Organisation

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
    label: str = ""
    """What navigation calls it; empty: it is not in the navigation."""
    search: bool = False
    """Whether it is in the search index."""
    noindex: bool = False
    """Whether search engines are to leave it out."""
    modified: dt.date | None = None
    """The day of its last change; None: unknown."""


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
    policies: Markup
    """HTML of the list of the policies."""
    head: Markup = NOTHING
    """HTML for the head of the page with that list."""

    @property
    def modified(self) -> dt.date | None:
        """The day of the last change; None: unknown."""
        return max((page.modified for page in self.pages if page.modified), default=None)

    @property
    def documents(self) -> int:
        """How many PDFs there are."""
        return sum(path.endswith(".pdf") for path in self.files)
