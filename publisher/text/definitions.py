"""Definitions of links that no link uses: in the text, though Markdown shows them nowhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from markdown_it.token import Token

from publisher.text.markdown import markdown_reader


class UnusedDefinition(NamedTuple):
    """Where a definition of a link is that no link uses (CommonMark §4.7)."""

    start: int
    """Its first line, from 0."""
    end: int
    """The line behind its last one."""


def read_markdown(text: str) -> tuple[list[Token], list[UnusedDefinition]]:
    """A text as the Markdown reader reads it, and the definitions in it that nobody uses, or that
    come too late: of two with one name the first counts.

    Args:
        text: Markdown.
    """
    if "]:" not in text:
        return markdown_reader(raw_html=True).parse(text), []
    found: dict[str, Any] = {}
    tokens = markdown_reader(raw_html=True, labels=True).parse(text, found)
    used = {
        token.meta["label"]
        for block in tokens
        for token in _within(block.children or ())
        if "label" in token.meta
    }
    references: Mapping[str, Any] = found.get("references", {})
    unused = [one["map"] for name, one in references.items() if name not in used]
    unused += [one["map"] for one in found.get("duplicate_refs", ())]
    return tokens, [UnusedDefinition(*lines) for lines in sorted(unused)]


def _within(tokens: Iterable[Token]) -> Iterator[Token]:
    """Tokens, and those of the descriptions of pictures among them."""
    for token in tokens:
        yield token
        yield from _within(token.children or ())
