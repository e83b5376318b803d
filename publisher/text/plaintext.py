"""Clauses as plain text, for the text part of a letter and for terminals."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from urllib.parse import unquote

from publisher.text.clauses import Clause, Kind, Run
from publisher.text.wrapping import WIDTH, columns_of, pieces_of, wrapped

_STOPS = frozenset(".,;:!?…)”»。،؛؟")
_ON_THE_WEB = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def as_plain_text(clauses: Iterable[Clause], *, apart: bool = False) -> str:
    """The words of clauses, with links written out, wrapped at `WIDTH` columns.

    An address longer than a line is not broken, so that it still works.

    Args:
        clauses: of a text, in order.
        apart: each address has a line of its own below the words that lead there; else it stands
            behind them, and a character counts as a column, as in letters of earlier programs.
    """
    blocks: list[str] = []
    previous: Clause | None = None
    numbers: dict[int, int] = {}
    written = _block_with_links if apart else _block
    for clause in clauses:
        if clause.kind is Kind.DEFINITION:
            continue
        text = written(clause, numbers)
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


# ── each address on a line of its own ────────────────────────────────────────────────────────────


def _block_with_links(clause: Clause, numbers: dict[int, int]) -> str:
    """One clause as lines, each address on one of its own; arguments as for `_block`."""
    first, rest = _indents(clause, numbers)
    if clause.kind is Kind.RULE:
        return first + "-" * 20
    if clause.kind is Kind.CODE:
        room = WIDTH - columns_of(rest) - 4
        code = [
            piece
            for line in clause.text.rstrip("\n").split("\n")
            for piece in pieces_of(line, room)
        ]
        return textwrap.indent("\n".join(code), first + "    ")
    text = " | ".join(_with_addresses_apart(cell) for cell in clause.cells)
    lines = [line for part in text.split("\n") for line in wrapped(part, rest, rest)]
    lines[0] = first + lines[0][len(rest) :]
    if clause.kind is Kind.HEADING:
        rule = "=" if clause.level == 1 else "-"
        lines.append(rule * max(map(columns_of, lines)))
    return "\n".join([*lines, *_addresses_below(clause, rest)])


def _with_addresses_apart(runs: Sequence[Run]) -> str:
    """The words of a cell; an address that is written out among them is a line."""
    text, after = "", False
    for link, members in groupby(runs, key=_link_of):
        words = "".join(run.text for run in members)
        if alone := bool(link) and words == link and bool(_ON_THE_WEB.match(link)):
            text = f"{text.rstrip()}\n" if text.strip() else ""
        elif after and not _STOPS.issuperset(words.strip()):
            text, words = f"{text}\n", words.lstrip()
        elif after:
            words = ""  # a stop would be taken for a part of the address
        text, after = text + words, alone
    return text


def _addresses_below(clause: Clause, indent: str) -> Iterator[str]:
    """Lines with the addresses that the words of a clause lead to, and do not say."""
    found: dict[str, str] = {}
    for cell in clause.cells:
        for link, members in groupby(cell, key=_link_of):
            words, address = "".join(run.text for run in members), address_of(link)
            if address and address != words:
                found.setdefault(address, words.replace("\n", " ").strip())
    for address, words in found.items():
        if len(found) > 1 and words:
            yield from wrapped(f"{words}:", indent, indent)
        yield indent + address


def _link_of(run: Run) -> str:
    return next((mark.value for mark in run.marks if mark.kind == "link"), "")


def address_of(link: str) -> str:
    """What is shown of where a link leads; of `mailto:`, the mailbox (RFC 6068 §2).

    Returns:
        Empty: to a place in the same text.
    """
    scheme, colon, rest = link.partition(":")
    if colon and scheme.lower() == "mailto":
        return unquote(rest.partition("?")[0])
    return "" if link.startswith("#") else link
