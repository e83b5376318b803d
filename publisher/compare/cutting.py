"""How a text is cut into clauses, written down with a comparison, and cut so again by a program
that would cut it otherwise.

`h2:2 p:3 r:1` is a heading of level 2 that owns two lines of the source, a paragraph of three, a
row of one. Lines are those of Markdown, blank ones included; the files of a text follow one
another.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from publisher.text.clauses import Clause, Container, Document, Kind, Run
from publisher.text.parsing import parse, source_lines, split_anchor

_LETTERS = {
    Kind.HEADING: "h",
    Kind.PARAGRAPH: "p",
    Kind.ROW: "r",
    Kind.CODE: "c",
    Kind.RULE: "l",
    Kind.HTML: "x",
    Kind.FRONT_MATTER: "f",
    Kind.BLANK: "b",
    Kind.DEFINITION: "d",
}
_KINDS = {letter: kind for kind, letter in _LETTERS.items()}
_PIECE = re.compile(r"([hprclxfbd])([1-6]?):(\d{1,6})")
_DIVIDES = re.compile(r"^[ \t|:-]*-[ \t|:-]*$", re.MULTILINE)
"""The line under the column headings of a table."""


class UncutError(ValueError):
    """A text cannot be cut as it is said to have been; says why."""


class _Piece(NamedTuple):
    """One clause, as it is written down."""

    kind: Kind
    level: int
    lines: int


def cut_of(text: Document) -> str:
    """How a text is cut."""
    return " ".join(
        f"{_LETTERS[clause.kind]}{clause.level or ''}:{len(source_lines(clause.raw))}"
        for clause in text.clauses
    )


def recut(text: Document, cut: str) -> Document:
    """A text cut as it was: the same source, and its clauses in other places.

    Args:
        text: as this program cuts it.
        cut: as another one did.

    Raises:
        UncutError: it is no cut, or one of a text with other lines.
    """
    if cut == cut_of(text):
        return text
    found = [_PIECE.fullmatch(word) for word in cut.split()]
    if not all(found):
        raise UncutError("is no list of clauses")
    pieces = [_Piece(_KINDS[m[1]], int(m[2] or 0), int(m[3])) for m in found if m]
    clauses: list[Clause] = []
    for file, source in text.sources.items():
        own = [clause for clause in text.clauses if clause.file == file]
        clauses += _Cutter(file, source_lines(source), own).cut(pieces)
    if pieces:
        raise UncutError("has more lines than its text")
    return Document(tuple(clauses))


class _Cutter:
    """One file of a text, and its clauses of today with their first lines."""

    def __init__(self, file: str, lines: Sequence[str], clauses: Sequence[Clause]) -> None:
        self.file, self.lines = file, lines
        self.today: list[tuple[int, int, Clause]] = []
        at = 0
        for clause in clauses:
            end = at + len(source_lines(clause.raw))
            self.today.append((at, end, clause))
            at = end

    def cut(self, pieces: list[_Piece]) -> Iterator[Clause]:
        """Its clauses; takes what belongs to it from the beginning of `pieces`."""
        at = 0
        # A clause without a line of its own stands behind the one that has it.
        while pieces and (at < len(self.lines) or (at and not pieces[0].lines)):
            piece = pieces.pop(0)
            if at + piece.lines > len(self.lines):
                raise UncutError("has more lines than its text")
            yield self._clause(piece, at, at + piece.lines)
            at += piece.lines
        if at < len(self.lines):
            raise UncutError("has fewer lines than its text")

    def _clause(self, piece: _Piece, start: int, end: int) -> Clause:
        for place, (a, b, clause) in enumerate(self.today):
            if (a, b, clause.kind, clause.level) == (start, end, piece.kind, piece.level):
                if a == b:
                    del self.today[place]  # the next one there is another
                return clause
        inside = [each for a, b, each in self.today if start <= a and b <= end and a < b]
        raw = "".join(self.lines[start:end])
        if "".join(each.raw for each in inside) != raw:
            inside = list(parse(raw, self.file))
        around = next((each for a, b, each in self.today if a <= start < b), None)
        blank = next((n for n, line in enumerate(self.lines[start:end]) if line.strip()), 0)
        made = Clause(
            piece.kind, raw, (), around.containers if around else (), start + blank + 1, self.file
        )
        return _named(_worded(made, inside, piece.level))


def _worded(made: Clause, inside: Sequence[Clause], level: int) -> Clause:
    """A clause with the words of those in whose place it is."""
    if made.kind is not Kind.DEFINITION:
        # What no link used belonged to the lines of the clause above it, and was none of its words.
        inside = [each for each in inside if each.kind is not Kind.DEFINITION]
    cells = [cell for each in inside for cell in each.cells if cell]
    runs = tuple(run for n, cell in enumerate(cells) for run in ((Run(" "),) * bool(n) + cell))
    around = made.containers
    tables = [n for n, container in enumerate(around) if container.kind == "table"]
    if made.kind is Kind.ROW:
        if tables and len(inside) == 1 and inside[0].kind is Kind.ROW:
            return replace(made, cells=inside[0].cells, align=inside[0].align, head=inside[0].head)
        words = _DIVIDES.sub("", made.raw).strip().strip("|").split("|")
        own = around if tables else (*around, Container("table", -1, len(words)))
        head = bool(_DIVIDES.search(made.raw))
        row = tuple((Run(word.strip()),) for word in words)
        return replace(made, cells=row, containers=own, head=head, align=("",) * len(row))
    if tables:
        around = around[: tables[0]]
    tight = bool(around) and made.kind is Kind.PARAGRAPH and any(c.tight for c in inside)
    made = replace(made, cells=(runs,), containers=around, tight=tight)
    if made.kind is not Kind.HEADING:
        return made
    heading = next((each for each in inside if each.kind is Kind.HEADING), None)
    if heading and len(inside) == 1:
        return replace(made, level=level, anchor=heading.anchor)
    text = re.sub(r"\A\s*#+\s*", "", "".join(run.text for run in runs))
    _, anchor = split_anchor(made.raw.strip().split("\n")[0])
    return replace(made, cells=((Run(split_anchor(text)[0]),),), level=level, anchor=anchor or "")


def _named(made: Clause) -> Clause:
    """A clause with what follows from its words."""
    text = " | ".join("".join(run.text for run in cell) for cell in made.cells)
    shape = "/".join([made.kind, *[around.kind for around in made.containers]])
    runs = [repr(run) for cell in made.cells for run in cell]
    key = "\0".join([shape, str(made.level), made.anchor, *runs])
    return replace(made, text=text, words=len(text.split()), shape=shape, key=key)
