"""Where an HTML mail leads, and what in it no letter of ours has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from publisher.mail.html_cost import is_costly
from publisher.mail.html_elements import TEXT_ELEMENTS

MOST_TARGETS = 2_000
"""Limit on the links that are told."""
_PLAIN = (TEXT_ELEMENTS - {"img"}) | {"head", "title", "meta", "style"}
"""Elements that hold words, and nothing that is loaded, sent or run."""
_HARMLESS_META = frozenset(["", "content-type"])


class Target(NamedTuple):
    """A link as its reader sees it, and where it leads."""

    words: str
    address: str


def targets_of_html(html: str) -> tuple[list[Target], list[str]]:
    """The links of an HTML mail in order, and the elements that no letter of ours has.

    Args:
        html: a document, or a part of one.

    Returns:
        The links; and the names of strange elements, each once. Of HTML that takes too long to
        read, nothing is told here: `shown_by_html` doubts it.
    """
    if is_costly(html):
        return [], []
    targets, strange = list[Target](), dict[str, None]()
    for node in _elements(LexborHTMLParser(html).root):
        tag, named = node.tag or "", node.attributes
        if tag == "a":
            words = " ".join((node.text() or "").split())
            targets += [Target(words, (named.get("href") or "").strip())] if "href" in named else []
            strange |= dict.fromkeys(f"a {name}" for name in named if name in ("ping", "onclick"))
        elif tag == "meta":
            refreshes = (named.get("http-equiv") or "").strip().lower() not in _HARMLESS_META
            strange |= {"meta http-equiv": None} if refreshes else {}
        elif tag not in _PLAIN:
            strange[tag] = None
    return targets[:MOST_TARGETS], list(strange)


def _elements(root: LexborNode | None) -> Iterator[LexborNode]:
    if root is not None:
        yield from (node for node in root.traverse() if not (node.tag or "-").startswith("-"))
