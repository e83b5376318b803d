"""Frames: what the theme puts around a page, rendered once for all pages that look alike in it.

The pages of versions are in no navigation, so on all of a policy that are of one depth the theme
writes the same but for title, description, address, list of contents and text. It is rendered once
with stand-ins in their places. The second page that goes into a frame is rendered by the theme as
well; where the two differ, a theme of your own does more than a frame can, and it renders every
page itself.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import get_toc

from publisher.edges.mkdocs.pages import GeneratedPage
from publisher.edges.mkdocs.toc import toc_items
from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading
from publisher.site.page import Body

_CONTENTS = (
    '{% import "partials/language.html" as lang with context %}{% include "partials/toc.html" %}'
)
_SLOTS = ("title", "description", "canonical", "contents", "html", "head")
_SLOT = re.compile("ppslot(" + "|".join(_SLOTS) + ")ppslot")

Finish = Callable[[str, Markup], str]
"""Mends a page as the theme wrote it, and puts HTML into its head."""


@dataclass(frozen=True)
class Theme:
    """What MkDocs renders a page with."""

    env: Environment
    config: MkDocsConfig
    files: Files
    navigation: Navigation

    def context(self, page: MkDocsPage) -> Mapping[str, Any]:
        """What a page is rendered from."""
        context = get_context(self.navigation, self.files, self.config, page)
        return self.config.plugins.on_page_context(
            context, page=page, config=self.config, nav=self.navigation
        )


class Frames:
    """The frames of one build."""

    def __init__(self, theme: Theme, finish: Finish) -> None:
        self._theme, self._finish = theme, finish
        self._frames: dict[object, _Frame] = {}
        self._contents = lru_cache(maxsize=256)(self._listed)
        self._list = theme.env.from_string(_CONTENTS)
        self._context: Mapping[str, Any] = {}

    def framed(self, page: GeneratedPage, body: Body) -> str:
        """A page as it is written to disk.

        Args:
            page: as the theme knows it; its title and description are in `meta`.
            body: the content of the frame.
        """
        folder, _, rest = page.url.partition("/")
        parts = (body.description, body.headings, "<h1" in body.html)
        like = (rest.count("/"), folder, page.made.words.language, *map(bool, parts))
        frame = self._frames.get(like)
        if frame is None:
            whole = self._rendered(page, body, body.head)
            self._frames[like] = _Frame(self._frame(page, body))
            return whole
        if frame.parts is None:
            return self._rendered(page, body, body.head)
        fill = {
            "title": page.meta["title"],
            "description": page.meta["description"],
            "canonical": page.canonical_url or "",
            "html": body.html,
            "head": body.head,
            "contents": self._contents(body.headings),
        }
        filled = "".join([fill[p] if n % 2 else p for n, p in enumerate(frame.parts)])
        if not frame.checked:
            frame.checked, whole = True, self._rendered(page, body, body.head)
            if whole != filled:
                frame.parts = None
                return whole
        return filled

    def _frame(self, page: MkDocsPage, body: Body) -> list[str] | None:
        """The frame around pages like this one, cut at its slots: text and slot by turns."""
        standin = copy.copy(page)
        standin.meta = {**page.meta, "title": _slot("title")}
        standin.meta["description"] = _slot("description") if body.description else ""
        standin.canonical_url = _slot("canonical")
        heading = (Heading(2, _slot("contents"), _slot("contents")),)
        start = Markup("<h1>") if "<h1" in body.html else NOTHING
        content = Body(start + _slot("html"), heading)
        whole = self._rendered(standin, content, escape(_slot("head")))
        listed = self._contents(heading)
        if whole.count(listed) != 1:
            return None
        whole = whole.replace(listed, _slot("contents")).replace(
            start + _slot("html"), _slot("html")
        )
        return _SLOT.split(whole)

    def _rendered(self, page: MkDocsPage, body: Body, head: Markup) -> str:
        shown = copy.copy(page)
        shown.content, shown.toc = body.html, get_toc(toc_items(body.headings))  # type: ignore[arg-type]
        self._context = self._theme.context(shown)
        return self._finish(self._theme.env.get_template("main.html").render(self._context), head)

    def _listed(self, headings: tuple[Heading, ...]) -> str:
        """The list of contents beside a page, as the theme writes it."""
        page = {"toc": get_toc(toc_items(headings))}  # type: ignore[arg-type]
        return self._finish(self._list.render({**self._context, "page": page}), NOTHING).strip()


@dataclass
class _Frame:
    parts: list[str] | None
    """Text and slot by turns; None: it cannot be cut."""
    checked: bool = False
    """Whether the theme was seen to write the same around another page."""


def _slot(name: str) -> str:
    return f"ppslot{name}ppslot"
