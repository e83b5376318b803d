"""Extracts: which lines of an amendment a reader is shown under which heading, and their notes.

Every report for people is made from these: text and mail in `terminal`, Markdown in
`pull_request`. So they show the same and say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from publisher.compare.amendment import Amendment
from publisher.compare.operations import Operation
from publisher.compare.spans import Span
from publisher.reports.changes import section_label
from publisher.reports.phrases import beginning_of
from publisher.text.clauses import Clause, Kind

MOST_SPELLINGS = 3
"""Limit on the old spellings that are named for one clause."""


class Line(NamedTuple):
    """What a reader is shown of one operation."""

    op: Operation
    place: str = ""
    """Where it came from or went to, in words; empty where it stayed."""
    notes: tuple[str, ...] = ()
    """What changed beside words: the level, how it is set, typography."""
    context: bool = False
    """Shown only because the next line speaks of it."""


class Extract(NamedTuple):
    """What changed under one heading."""

    title: str
    lines: tuple[Line, ...]


# ── what is shown ────────────────────────────────────────────────────────────────────────────────


def extracts(amendment: Amendment) -> list[Extract]:
    """Every operation that a reader is shown, in reading order, by the heading above it."""
    return _Extractor(amendment).extracts()


class _Extractor:
    """Knows the section of each operation, old and new, and so what to say of it."""

    def __init__(self, amendment: Amendment) -> None:
        self.amendment = amendment
        self.old, self.new = amendment.old.sections, amendment.new.sections
        self.now: dict[int, int] = {}
        """Old section to the new one in its place."""
        if self.old and self.new and not (self.old[0].heading or self.new[0].heading):
            self.now[0] = 0
        self.left: dict[int, int] = {}
        self.reached: dict[int, int] = {}
        """Old and new section of each move."""
        self.heads_old: dict[int, int] = {}
        self.heads_new: dict[int, int] = {}
        """By section, old and new: the move of its heading."""
        for op, (i, j) in zip(amendment.operations, amendment.sections, strict=True):
            heading = op.clause.kind is Kind.HEADING
            if op.move and op.old:
                self.left[op.move] = i
                self.heads_old |= {i: op.move} if heading else {}
            elif op.move:
                self.reached[op.move] = j
                self.heads_new |= {j: op.move} if heading else {}
            elif op.old and op.new and op.old.kind is op.new.kind is Kind.HEADING:
                self.now[i] = j
        self.carried = {
            move for move, i in self.left.items() if self._together(i, self.reached[move])
        }
        """Moves of what went with its section; its heading tells of them."""

    def extracts(self) -> list[Extract]:
        found: list[tuple[tuple[str, int], list[Line]]] = []
        goes_on: dict[str, Operation] = {}
        flowing: set[tuple[str, int]] = set()
        last: Operation | None = None
        for op, (i, j) in zip(self.amendment.operations, self.amendment.sections, strict=True):
            under = ("new", j) if j >= 0 else ("old", i)
            if j < 0 and i in self.now:
                under = ("new", self.now[i])
            # Where text flows over many lines, a section shows one of those without a changed word.
            silent = op.flows and not op.rewritten
            if self._is_shown(op) and not (silent and under in flowing):
                flowing |= {under} if silent else set()
                if not found or found[-1][0] != under:
                    found.append((under, []))
                lines = found[-1][1]
                place = self._place(op)
                if silent:
                    place = "lines break elsewhere"
                elif op.continued and not op.flows:
                    origin = goes_on["old" if op.new else "new"]
                    above = origin is last
                    if above and origin.unchanged:
                        lines.append(Line(origin, context=True))
                    place = _went_on(op, "" if above else origin.clause.text)
                lines.append(Line(op, place, _notes(op)))
            goes_on |= {"old": op} if op.old or op.continued else {}
            goes_on |= {"new": op} if op.new or op.continued else {}
            last = op
        return [Extract(self._title(under), tuple(lines)) for under, lines in found]

    def _is_shown(self, op: Operation) -> bool:
        if op.unchanged:
            return False
        heading = op.clause.kind is Kind.HEADING
        carried = op.move in self.carried and not heading
        return not carried or (op.new is not None and op.amended)

    def _together(self, i: int, j: int) -> bool:
        """Whether an old section is a new one that moved."""
        return i in self.heads_old and self.heads_old[i] == self.heads_new.get(j)

    def _title(self, under: tuple[str, int]) -> str:
        side, number = under
        return section_label((self.new if side == "new" else self.old)[number])

    def _place(self, op: Operation) -> str:
        if not op.move or (op.move in self.carried and op.clause.kind is not Kind.HEADING):
            return ""
        i, j = self.left[op.move], self.reached[op.move]
        if op.clause.kind is Kind.HEADING:
            if self._together(i - 1, j - 1):
                return f"moved with “{self.new[j - 1].title}”"
            at = self.new[j - 1].title if op.old and j else self.old[i - 1].title if i else ""
            at = f"behind “{at}”" if at else "at the beginning"
            return f"moved; stands {at} now" if op.old else f"moved here; stood {at}"
        if self.now.get(i) == j:
            return "moved within this section" if op.old else "moved here within this section"
        title = self.new[j].title if op.old else self.old[i].title
        where = f"“{title}”" if title else "the beginning"
        return f"moved to {where}" if op.old else f"moved here from {where}"


def _went_on(op: Operation, origin: str) -> str:
    """From what an operation was split off, or to what it was joined.

    Args:
        origin: the words of that clause; empty where it is the one above.
    """
    verb = "split off from" if op.new else "joined to"
    item = any(container.kind == "item" for container in op.clause.containers)
    above = f"the {'item' if item else 'paragraph'} above"
    return f"{verb} “{beginning_of(origin)}”" if origin else f"{verb} {above}"


def _notes(op: Operation) -> tuple[str, ...]:
    notes: list[str] = []
    if op.old and op.new and op.reset:
        before, now = _setting(op.old), _setting(op.new)
        notes.append(f"was {before}, now {now}" if before != now else "set differently")
    if op.old and op.new and op.old.kind is op.new.kind is Kind.HEADING:
        if op.old.level != op.new.level:
            notes.append(f"heading of level {op.new.level}, was {op.old.level}")
        if op.old.anchor != op.new.anchor:
            notes.append(f"anchor {_anchor(op.new)}, was {_anchor(op.old)}")
    if spellings := list(dict.fromkeys(s for cell in op.cells for s in _spellings(cell))):
        named = [f"“{spelling}”" for spelling in spellings[:MOST_SPELLINGS] if spelling.strip()]
        more = len(spellings) - len(named)
        if not named:
            notes.append("typography: spaces")
        else:
            rest = f" and {more} more" if more else ""
            notes.append(f"typography: was {', '.join(named)}{rest}")
    return tuple(notes)


def _anchor(heading: Clause) -> str:
    return f"#{heading.anchor}" if heading.anchor else "none"


def _spellings(cell: Sequence[Span]) -> Iterator[str]:
    """The old words whose typography changed; of mere spaces: a space."""
    text = "".join(span.old for span in cell)
    at = last = 0
    for span in cell:
        end = at + len(span.old)
        if span.before is not None and end > last:
            core = span.before.strip()
            before = re.search(r"\S*$", text[:at]) if core else None
            behind = re.match(r"\S*", text[end:]) if core else None
            last = end + (len(behind[0]) if behind else 0)
            yield (before[0] if before else "") + span.before + (behind[0] if behind else "")
        at = end


def _setting(clause: Clause) -> str:
    """How a clause is set, in words: `a paragraph`, `a list item in a quotation`."""
    around = [container.kind for container in clause.containers]
    depth = around.count("item")
    if clause.kind is Kind.ROW:
        name = "a row of column headings" if clause.head else "a table row"
    elif clause.kind is Kind.PARAGRAPH and depth:
        ordered = "ordered" in around
        name = f"{'a numbered' if ordered else 'a list'} item" + f" of level {depth}" * (depth > 1)
    else:
        name = f"a {clause.kind.value}"
    return f"{name} in a quotation" if "quote" in around else name


# ── words ────────────────────────────────────────────────────────────────────────────────────────
