"""What a text has that no reader sees, or sees as it is typed: link definitions that nothing uses,
and signs of other kinds of Markdown.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from publisher.text.clauses import Clause, Kind
from publisher.text.markdown import markdown_reader
from publisher.text.parsing import source_lines


def quoted_beginning(text: str) -> str:
    """The beginning of a text, in one line."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"


_LONGEST_QUOTE = 60


class UnusedDefinition(NamedTuple):
    """A link definition that no link uses (CommonMark §4.7): it is on no page and in no PDF."""

    line: int
    """Its first line, from 1."""
    source: str
    """Its lines."""


def unused_definitions(text: str) -> list[UnusedDefinition]:
    """The link definitions of a Markdown text that nobody uses, or that come too late: of two with
    one name the first counts.
    """
    if "]:" not in text:
        return []
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
    lines = source_lines(text)
    return [
        UnusedDefinition(start + 1, "".join(lines[start:end]).strip())
        for start, end in sorted(unused)
    ]


def changed_definitions(old: Iterable[str], new: Iterable[str]) -> list[str]:
    """What came, went or changed of the link definitions that nobody uses, a line each.

    Args:
        old, new: the Markdown of the files of two texts.
    """
    sides = [
        Counter(one.source for text in texts for one in unused_definitions(text))
        for texts in (old, new)
    ]
    gone, come = sides[0] - sides[1], sides[1] - sides[0]
    return [
        f"{what}: `{source}`, a link definition that no link uses"
        for what, found in (("removed", gone), ("added", come))
        for source in found.elements()
    ]


def _within(tokens: Iterable[Any]) -> Iterator[Any]:
    """Tokens, and those of the descriptions of pictures among them."""
    for token in tokens:
        yield token
        yield from _within(token.children or ())


class Typed(NamedTuple):
    """Something that is shown as it is typed, where other kinds of Markdown read more into it."""

    line: int
    """Of the clause in which it comes first."""
    sign: str
    """What is typed there."""
    name: str
    """What it would be elsewhere."""
    times: int
    """In how many clauses it comes."""


_IN_LINES = {
    "lettered list": re.compile(r"\(?[A-Za-z]\)(?=[ \t])|\((?:[ivx]+|[a-z]{2})\)(?=[ \t])"),
    "numbered list with levels": re.compile(r"\d+(?:\.\d+)+\.?(?=[ \t]+\S)"),
    "list of definitions": re.compile(r":(?=[ \t]+\S)"),
    "box": re.compile(r"(?:!!!|\?\?\?)(?=[+ ]?)"),
    "table of contents": re.compile(r"\[TOC\](?=\s*$)|\[\[toc\]\](?=\s*$)", re.IGNORECASE),
}
"""What is looked for at the beginning of lines."""
_IN_WORDS = {
    "footnote": re.compile(r"\[\^[^\]\s]+\]"),
    "strike-through": re.compile(r"~~[^~\s][^~]*~~"),
    "variable": re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL),
}
"""What is looked for anywhere in the words."""


def typed_signs(clauses: Iterable[Clause]) -> list[Typed]:
    """What readers of a text see as it is typed, each kind once, in the order of the text."""
    found: dict[str, Typed] = {}
    for clause in clauses:
        for name, sign in _signs(clause):
            known = found.get(name, Typed(clause.line, sign, name, 0))
            found[name] = known._replace(times=known.times + 1)
    return list(found.values())


def _signs(clause: Clause) -> Iterator[tuple[str, str]]:
    if clause.kind not in (Kind.PARAGRAPH, Kind.ROW, Kind.HEADING):
        return
    if clause.kind is Kind.PARAGRAPH:
        lines = [line.lstrip(" \t>") for line in source_lines(clause.raw)]
        for name, pattern in _IN_LINES.items():
            # What a sentence goes on with may look like a number of a section.
            own = lines[:1] if name == "numbered list with levels" else lines
            if sign := next(filter(None, map(pattern.match, own)), None):
                yield name, sign[0]
    words = "".join(
        run.text
        for cell in clause.cells
        for run in cell
        if all(m.kind != "code" for m in run.marks)
    )
    for name, pattern in _IN_WORDS.items():
        if sign := pattern.search(words):
            yield name, sign[0]
