"""A letter or a form as Markdown of GitHub and GitLab: quoted, so that it reads as it would, and no
character of it can act as Markdown, as HTML or as a mention.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from publisher.reports.pull_request import as_paragraph, escaped
from publisher.text.clauses import Clause, Kind, Run
from publisher.text.parsing import parse

_TAGS = {"strong": "strong", "em": "em", "code": "code"}


def quotation(text: str) -> str:
    """A text as a block quotation.

    Args:
        text: Markdown. Where a link leads is said behind its words, without its query.
    """
    items = set[int]()
    lines: list[str] = []
    tight = False
    for clause in parse(text):
        if clause.kind in (Kind.BLANK, Kind.DEFINITION):
            continue
        if lines and not (tight and clause.tight):
            lines.append(">")
        lines += [f"> {line}".rstrip() for line in _block(clause, items)]
        tight = clause.tight
    return "\n".join(lines)


def _block(clause: Clause, items: set[int]) -> list[str]:
    words = " | ".join(_words(cell) for cell in clause.cells).strip()
    if clause.kind is Kind.RULE:
        return ["---"]
    if clause.kind is Kind.HEADING:
        return [f"<strong>{escaped(clause.text)}</strong>"]
    if clause.kind in (Kind.CODE, Kind.HTML, Kind.FRONT_MATTER):
        words = escaped(clause.text.rstrip("\n"))
    words = as_paragraph(words.replace(" | ", " \\| ") if clause.kind is Kind.ROW else words)
    around = [container for container in clause.containers if container.kind == "item"]
    if not around:
        return [words]
    indent = "  " * (len(around) - 1)
    first = around[-1].number not in items
    items.add(around[-1].number)
    return [f"{indent}- {words}" if first else f"{indent}  {words}"]


def _words(cell: Sequence[Run]) -> str:
    return "".join(_spoken(cell))


def _spoken(cell: Sequence[Run]) -> Iterator[str]:
    for place, run in enumerate(cell):
        text = escaped(run.text)
        for mark in reversed(run.marks):
            if tag := _TAGS.get(mark.kind):
                text = f"<{tag}>{text}</{tag}>"
        yield text
        link = _link(run)
        if link and (place + 1 == len(cell) or _link(cell[place + 1]) != link):
            address = link.partition("?")[0]
            if address.removeprefix("mailto:") != run.text:
                yield f" <em>({escaped(address)})</em>"


def _link(run: Run) -> str:
    return next((mark.value for mark in run.marks if mark.kind == "link"), "")
