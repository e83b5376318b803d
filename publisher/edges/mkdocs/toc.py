"""The list of contents of a page, as MkDocs nests it."""

from __future__ import annotations

import re
from typing import Any

from publisher.edges.mkdocs.templates import as_html
from publisher.markup.html import Heading

_ENDS_A_TEXT = re.compile(r'["\\\n]')
"""What no anchor has that an import or `check` let pass: the theme's script looks each up between
quotation marks, and stops altogether where one is in it."""


def toc_items(headings: tuple[Heading, ...]) -> list[dict[str, Any]]:
    """The headings as MkDocs nests them, below the title of the page."""
    top: dict[str, Any] = {"level": 1, "id": "pp-top", "name": "", "children": []}
    stack = [top]
    for heading in headings:
        if _ENDS_A_TEXT.search(heading.anchor):
            continue
        words = {"id": as_html(heading.anchor), "name": as_html(heading.title)}
        item = {"level": heading.level, **words, "children": []}
        while stack[-1]["level"] >= heading.level and len(stack) > 1:
            stack.pop()
        stack[-1]["children"].append(item)
        stack.append(item)
    return [top]
