"""Clauses as plain text, for the text part of a letter and for terminals."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from publisher.text.clauses import Clause, Kind, Run

WIDTH = 76
"""Characters in a line: short enough to stay readable when it is quoted in a reply."""


def as_plain_text(clauses: Iterable[Clause]) -> str:
    """The words of clauses, with links written out, wrapped at `WIDTH` characters.

    An address longer than a line is not broken, so that it still works.
    """
    blocks: list[str] = []
    previous: Clause | None = None
    numbers: dict[int, int] = {}
    for clause in clauses:
        text = _block(clause, numbers)
        close = previous is not None and clause.tight and previous.tight
        close |= previous is not None and clause.kind is Kind.ROW is previous.kind
        blocks.append(("\n" if close else "\n\n") + text if previous else text)
        previous = clause
    return "".join(blocks) + "\n"


def _block(clause: Clause, numbers: dict[int, int]) -> str:
    """One clause as lines.

    Args:
        clause: any clause.
        numbers: the last number given in each ordered list; updated here.
    """
    first, rest = _indents(clause, numbers)
    if clause.kind is Kind.HEADING:
        text = _written(clause.cells[0])
        rule = "=" if clause.level == 1 else "-"
        lines = textwrap.wrap(text, WIDTH) or [""]
        return "\n".join([*lines, rule * max(map(len, lines))])
    if clause.kind is Kind.RULE:
        return first + "-" * 20
    if clause.kind is Kind.ROW:
        cells = [_written(cell) for cell in clause.cells]
        return _wrap(" | ".join(cells), first, rest)
    if clause.kind is Kind.CODE:
        return textwrap.indent(clause.text.rstrip("\n"), first + "    ")
    return _wrap(_written(clause.cells[0]), first, rest)


def _wrap(text: str, first: str, rest: str) -> str:
    lines: list[str] = []
    for line in text.split("\n"):
        lines += textwrap.wrap(
            line,
            WIDTH,
            initial_indent=rest if lines else first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        ) or [first.rstrip()]
    return "\n".join(lines)


def _indents(clause: Clause, numbers: dict[int, int]) -> tuple[str, str]:
    first = rest = ""
    ordered = 0
    for container in clause.containers:
        if container.kind == "quote":
            first, rest = first + "> ", rest + "> "
        elif container.kind == "ordered":
            ordered = container.number
            numbers.setdefault(ordered, container.start - 1)
        elif container.kind == "bullet":
            ordered = 0
        elif container.kind == "item":
            new = container.number not in numbers
            numbers.setdefault(container.number, 0)
            if new and ordered:
                numbers[ordered] += 1
            sign = f"{numbers[ordered]}. " if ordered else "- "
            first += sign if new else " " * len(sign)
            rest += " " * len(sign)
    return first, rest


def _written(runs: Sequence[Run]) -> str:
    parts: list[str] = []
    for run in runs:
        link = next((mark.value for mark in run.marks if mark.kind == "link"), "")
        shown = link.removeprefix("mailto:")
        if link and not link.startswith("#") and shown != run.text:
            parts.append(f"{run.text}: {link}" if len(run.text) > 1 else link)
        else:
            parts.append(run.text)
    return "".join(parts)
