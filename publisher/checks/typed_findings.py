"""What readers see of a text as it is typed: signs of other kinds of Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from publisher.text.clauses import Clause, Kind
from publisher.text.parsing import source_lines


def quoted_beginning(text: str) -> str:
    """The beginning of a text, in one line."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"


_LONGEST_QUOTE = 60


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
_LABELS = ("lettered list", "numbered list with levels")
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
            # At the beginning of a paragraph it is set as a label (`text.numbering`).
            own = lines if clause.tight or name not in _LABELS else lines[1:]
            if name == "numbered list with levels":
                # What a sentence goes on with may look like a number of a section.
                own = lines[: clause.tight]
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
