"""A page in HTML as Markdown: the text that its reader sees, without what surrounds it."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, Tag
from markdownify import MarkdownConverter

from publisher.policies.anchoring import ANCHOR

_UNREAD = "script, style, template, noscript, iframe, svg, nav"
"""What is no part of a text, wherever it stands."""
_AROUND = "body > header, body > footer"
"""What stands around a text that no element marks."""
_MARKED = re.compile("[ \t]*\ue000(.*?)\ue001")
"""Where an anchor is to stand behind a heading."""
_INSIDE = re.compile("^#")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


def markdown_of_html(data: bytes) -> str:
    """The text of a page as Markdown.

    The element `main`, `article` or `body` counts; anchors that headings have are kept, a link that
    leads to no heading of the page keeps its words, and a picture is told by its alternative text.

    Args:
        data: the page, in the encoding that it says itself.
    """
    page = BeautifulSoup(data, "html.parser")
    marked = page.find("main") or page.find("article")
    text = marked or page.body or page
    for part in page.select(_UNREAD if marked else f"{_UNREAD}, {_AROUND}"):
        part.decompose()
    _without_permalinks(text)
    anchors = _anchor_headings(text)
    for picture in text.find_all("img"):
        picture.replace_with(str(picture.get("alt") or ""))
    for link in text.find_all("a"):
        target = str(link.get("href") or "")
        if not target or (target.startswith("#") and target[1:] not in anchors):
            link.unwrap()
    made = MarkdownConverter(
        heading_style="ATX", bullets="-", escape_misc=True, newline_style="backslash"
    ).convert_soup(text)
    made = _MARKED.sub(lambda found: f" {{#{found[1].replace(chr(92), '')}}}", made)
    lines = [line.rstrip() for line in made.replace("\u00a0", " ").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _without_permalinks(text: Tag | BeautifulSoup) -> None:
    """Takes the signs out of headings by which readers copy their addresses, `¶` say."""
    for heading in text.find_all(_HEADINGS):
        for link in heading.find_all("a", href=_INSIDE):
            if not any(sign.isalnum() for sign in link.get_text()):
                if (name := link.get("id") or link.get("name")) and not heading.get("id"):
                    heading["id"] = str(name)
                link.decompose()


def _anchor_headings(text: Tag | BeautifulSoup) -> set[str]:
    """Writes the anchors of headings behind their words; which there are."""
    found: set[str] = set()
    for heading in text.find_all(_HEADINGS):
        named = [heading, *heading.find_all(id=True), *heading.find_all("a", attrs={"name": True})]
        names = [str(each.get("id") or each.get("name") or "") for each in named]
        own = next((n for n in names if ANCHOR.fullmatch(n) and n not in found), "")
        if own:
            found.add(own)
            heading.append(f"\ue000{own}\ue001")
    return found
