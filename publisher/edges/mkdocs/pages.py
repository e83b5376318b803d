"""What is generated, as MkDocs knows pages and files."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import get_toc

from publisher.edges.mkdocs.templates import as_html
from publisher.edges.mkdocs.toc import toc_items
from publisher.markup.elements import NOTHING
from publisher.site.page import Body, Page

UNKNOWN = "1970-01-01"
"""In place of a day that nobody knows, for MkDocs asks every page for one; the sitemap has none."""


class GeneratedPage(MkDocsPage):
    """A page whose HTML is not made by MkDocs."""

    def __init__(self, made: Page, file: File, config: MkDocsConfig) -> None:
        super().__init__(as_html(made.labelled(made.words)), file, config)
        self.made = made
        self.update_date = lastmod(made.modified)
        self.body = Body(NOTHING)
        if made.same_as and config.site_url:
            self.canonical_url = urljoin(config.site_url, made.same_as)

    def read_source(self, config: MkDocsConfig) -> None:
        """There is no Markdown; the facts for the theme are where MkDocs looks for them."""
        self.markdown = ""
        self.open()

    def open(self) -> None:
        """Makes its content, and the facts that the theme looks for."""
        self.body = self.made.body()
        self.meta = {
            "title": as_html(self.made.title),
            "description": as_html(self.body.description),
        }
        if not self.made.search:
            self.meta["search"] = {"exclude": True}

    def render(self, config: MkDocsConfig, files: Files) -> None:
        """Hands over the finished HTML and its list of contents."""
        self.content = self.body.html
        self.toc = get_toc(toc_items(self.body.headings))  # type: ignore[arg-type]

    @property
    def present_anchor_ids(self) -> set[str]:
        """The anchors that other pages may link."""
        return set(re.findall(r'\bid="([^"]+)"', self.made.body().html))

    @present_anchor_ids.setter
    def present_anchor_ids(self, value: set[str] | None) -> None:
        """MkDocs finds none in Markdown that is not there."""


class GeneratedFile(File):
    """A file that is made when it is written, whatever its name says of it."""

    make: Callable[[], bytes]

    def is_documentation_page(self) -> bool:
        """To MkDocs every .md file is a page to be rendered; these are to be downloaded."""
        return False

    def copy_file(self, dirty: bool = False) -> None:
        """Makes and writes it."""
        path, data = Path(self.abs_dest_path), self.make()
        try:
            path.write_bytes(data)
        except FileNotFoundError:
            path.parent.mkdir(parents=True)
            path.write_bytes(data)


def lastmod(modified: dt.date | None) -> str:
    """A day as MkDocs wants it: it dates the sitemap, which would name the day of the build."""
    return modified.isoformat() if modified else UNKNOWN
