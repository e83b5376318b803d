"""Frames: what the theme puts around a page, rendered once for all pages that look alike in it.

The pages of versions are in no navigation, so on all of a policy that are of one depth the theme
writes the same but for title, description, address, list of contents and text. It is rendered once
with stand-ins in their places. The first page that goes into a frame is also rendered by the theme;
where the two differ, a theme of your own does more than a frame can, and it renders every page
itself.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from html import escape
from typing import Any

from jinja2 import ChoiceLoader, DictLoader, Environment
from mkdocs.structure.pages import Page as MkDocsPage
from mkdocs.structure.toc import get_toc

from publisher.markup.html import Heading
from publisher.site.view import Body

TEMPLATE = "publisher-framed.html"
"""Writes a page that is in its frame already."""
_CONTENTS = (
    '{% import "partials/language.html" as lang with context %}{% include "partials/toc.html" %}'
)
_SLOTS = ("title", "description", "canonical", "contents", "html", "head")
_SLOT = re.compile("ppslot(" + "|".join(_SLOTS) + ")ppslot")

Context = Mapping[str, Any]
Finish = Callable[[str, str], str]
"""Mends a page as the theme wrote it, and puts HTML into its head."""


class Frames:
    """The frames of one build."""

    def __init__(self, env: Environment, finish: Finish) -> None:
        assert env.loader
        env.loader = ChoiceLoader([env.loader, DictLoader({TEMPLATE: "{{ framed }}"})])
        self._env, self._finish = env, finish
        self._frames: dict[object, list[str] | None] = {}
        self._contents = lru_cache(maxsize=256)(self._listed)
        self._context: Context = {}

    def framed(self, page: MkDocsPage, context: Context, body: Body) -> str:
        """A page as it is written to disk.

        Args:
            page: as the theme knows it; its title and description are in `meta`.
            context: what the theme is given.
            body: what stands in the frame.
        """
        self._context = context
        folder = page.url.partition("/")[0]
        like = (context["base_url"], folder, bool(body.description), "<h1" in body.html)
        fill = {
            "title": page.meta["title"],
            "description": page.meta["description"],
            "canonical": page.canonical_url or "",
            "html": body.html,
            "head": body.head,
        }
        if like not in self._frames:
            whole = self._rendered(page, body, body.head)
            self._frames[like] = frame = self._frame(page, body)
            if frame and _filled(frame, fill, self._contents(body.headings)) != whole:
                self._frames[like] = None
            return whole
        frame = self._frames[like]
        if frame is None:
            return self._rendered(page, body, body.head)
        return _filled(frame, fill, self._contents(body.headings))

    def _frame(self, page: MkDocsPage, body: Body) -> list[str] | None:
        """The frame around pages like this one, cut at its slots: text and slot by turns."""
        standin = copy.copy(page)
        standin.meta = {**page.meta, "title": _slot("title")}
        standin.meta["description"] = _slot("description") if body.description else ""
        standin.canonical_url = _slot("canonical")
        heading = (Heading(2, _slot("contents"), _slot("contents")),)
        start = "<h1>" * ("<h1" in body.html)
        whole = self._rendered(standin, Body(start + _slot("html"), heading), _slot("head"))
        listed = self._contents(heading)
        if whole.count(listed) != 1:
            return None
        whole = whole.replace(listed, _slot("contents")).replace(
            start + _slot("html"), _slot("html")
        )
        return _SLOT.split(whole)

    def _rendered(self, page: MkDocsPage, body: Body, head: str) -> str:
        shown = copy.copy(page)
        shown.content, shown.toc = body.html, get_toc(contents(body.headings))  # type: ignore[arg-type]
        template = self._env.get_template("main.html")
        return self._finish(template.render({**self._context, "page": shown}), head)

    def _listed(self, headings: tuple[Heading, ...]) -> str:
        """The list of contents beside a page, as the theme writes it."""
        page = {"toc": get_toc(contents(headings))}  # type: ignore[arg-type]
        listed = self._env.from_string(_CONTENTS).render({**self._context, "page": page})
        return self._finish(listed, "").strip()


def _slot(name: str) -> str:
    return f"ppslot{name}ppslot"


def _filled(frame: list[str], fill: Mapping[str, str], listed: str) -> str:
    parts = {**fill, "contents": listed}
    return "".join(
        [parts[part] if place % 2 else part for place, part in enumerate(frame)],
    )


def contents(headings: tuple[Heading, ...]) -> list[dict[str, Any]]:
    """The headings as MkDocs nests them, below the title of the page."""
    top: dict[str, Any] = {"level": 1, "id": "pp-top", "name": "", "children": []}
    stack = [top]
    for heading in headings:
        name = escape(heading.title, quote=False)
        item = {"level": heading.level, "id": heading.anchor, "name": name, "children": []}
        while stack[-1]["level"] >= heading.level and len(stack) > 1:
            stack.pop()
        stack[-1]["children"].append(item)
        stack.append(item)
    return [top]
