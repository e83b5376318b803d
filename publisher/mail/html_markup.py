"""The elements of an HTML mail with their attributes, and its words, as one row to be compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from publisher.mail.html import each_node
from publisher.mail.html_cost import TAG, is_costly

MOST_ITEMS = 50_000
"""Limit on the elements and words of a mail that are told."""
MOST_COMMENTS = 20
_WITH_TEXT = frozenset(["title", "style", "script", "noscript", "template"])
"""Elements whose text is no word of the mail, and is told with the element."""
_WITHOUT_END = frozenset(["meta", "br", "hr", "img", "input", "link", "base", "wbr", "col"])
_AROUND_SIGNS = re.compile(r"\s*([:;,{}])\s*")
_ATTRIBUTE = re.compile(r"([^\s\"'>/=]++)(?:\s*+=\s*+(?:\"[^\"]*+\"?|'[^']*+'?|[^\s>]++))?")


class HtmlMarkup(NamedTuple):
    """What an HTML mail is made of."""

    items: list[str]
    """Its words, `<p style="margin:0">` where an element begins, `</p>` where it ends."""
    comments: list[str]
    """The comments with words in them."""
    twice: list[str]
    """Tags that say something twice, or at their end, which programs read in different ways."""


def markup_of_html(html: str) -> HtmlMarkup:
    """The elements of an HTML mail with their attributes, its words, and its comments.

    White space and quotation marks do not matter, nor the addresses of links, which
    `targets_of_html` has.

    Args:
        html: a document, or a part of one.

    Returns:
        What it is made of; of HTML that takes too long to read, nothing: `shown_by_html` doubts it.
    """
    items, comments = list[str](), list[str]()
    root = None if is_costly(html) else LexborHTMLParser(html).root
    if root is None:
        return HtmlMarkup([], [], [])
    for node, opens in (pair for top in _top(root) for pair in each_node(top)):
        tag = node.tag or "-instruction"
        if len(items) + len(comments) > MOST_ITEMS:
            break
        if tag == "-text" and (node.parent is None or node.parent.tag not in _WITH_TEXT):
            items += [word.replace("<", "&lt;") for word in (node.text_content or "").split()]
        elif tag in ("-comment", "-instruction"):
            said = node.comment_content if tag == "-comment" else node.html
            comments += [" ".join((said or "").split())]
        elif not tag.startswith("-") and (opens or tag not in _WITHOUT_END):
            items.append(_begin(node, tag) if opens else _in_brackets(f"/{tag}"))
    said_words = [one for one in comments if re.search(r"\w", one)]
    return HtmlMarkup(items, said_words[:MOST_COMMENTS], _said_twice(html))


def _begin(node: LexborNode, tag: str) -> str:
    named = {
        name: _normal(name, value or "")
        for name, value in node.attributes.items()
        if (tag, name) != ("a", "href")
    }
    said = "".join(f' {name}="{value}"' for name, value in sorted(named.items()))
    text = _normal(tag, node.text() or "") if tag in _WITH_TEXT else ""
    return f"{_in_brackets(tag + said)}{text}"


def _in_brackets(inside: str) -> str:
    return f"<{inside}>"


def _normal(name: str, value: str) -> str:
    value = " ".join(value.split()).replace('"', "'")
    return _AROUND_SIGNS.sub(r"\1", value).strip("; ") if name == "style" else value


def _said_twice(html: str) -> list[str]:
    found = dict[str, None]()
    for tag in TAG.finditer(html):
        closing, name, attributes = tag.groups()
        if name is None:
            continue
        names = Counter(one[1].lower() for one in _ATTRIBUTE.finditer(attributes))
        if (closing and names) or any(count > 1 for count in names.values()):
            found[tag[0][:200]] = None
    return list(found)[:MOST_COMMENTS]


def _top(root: LexborNode) -> Iterator[LexborNode]:
    """The root and what stands before and after it."""
    node = root.parent.first_child if root.parent is not None else root
    while node is not None:
        yield node
        node = node.next
