"""Extracts: which lines of an amendment a reader is shown under which heading, and their notes.

Every report for people is made from these: text and mail in `terminal`, Markdown in
`pull_request`. So they show the same and say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from types import MappingProxyType
from typing import NamedTuple

from publisher.compare.amendment import Amendment
from publisher.compare.operations import Operation
from publisher.compare.spans import Span
from publisher.markup.moves import (
    MovedWords,
    came_words,
    moved_words,
    sections_that_stayed,
    went_words,
)
from publisher.reports.changes import named_section, section_label
from publisher.reports.phrases import beginning_of
from publisher.text.clauses import Clause, Kind
from publisher.wording.words import Words, noop

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
    moves: MovedWords = MappingProxyType({})
    """What is said of words that moved without all of their clause."""


class Extract(NamedTuple):
    """What changed under one heading."""

    title: str
    lines: tuple[Line, ...]


# ── what is shown ────────────────────────────────────────────────────────────────────────────────


def extracts(amendment: Amendment, words: Words) -> list[Extract]:
    """Every operation that a reader is shown, in reading order, by the heading above it."""
    return _Extractor(amendment, words).extracts()


class _Extractor:
    """Knows the section of each operation, old and new, and so what to say of it."""

    def __init__(self, amendment: Amendment, words: Words) -> None:
        self.amendment, self.words = amendment, words
        self.old, self.new = amendment.old.sections, amendment.new.sections
        self.now = sections_that_stayed(amendment)
        """Old section to the new one in its place."""
        self.moves = moved_words(amendment, words)
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
            told = silent and (under in flowing or _below_its_heading(op, last))
            if self._is_shown(op) and not told:
                flowing |= {under} if silent else set()
                if not found or found[-1][0] != under:
                    found.append((under, []))
                lines = found[-1][1]
                place = self._place(op)
                if silent:
                    place = self.words.gettext("lines break elsewhere")
                elif op.continued and not op.flows:
                    origin = goes_on["old" if op.new else "new"]
                    above = origin is last
                    if above and origin.unchanged:
                        lines.append(Line(origin, context=True))
                    place = _went_on(op, "" if above else origin.clause.text, self.words)
                lines.append(Line(op, place, _notes(op, self.words), moves=self.moves))
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
        return section_label((self.new if side == "new" else self.old)[number], self.words)

    def _place(self, op: Operation) -> str:
        if not op.move or (op.move in self.carried and op.clause.kind is not Kind.HEADING):
            return ""
        i, j, words = self.left[op.move], self.reached[op.move], self.words
        if op.clause.kind is Kind.HEADING:
            if self._together(i - 1, j - 1):
                return words.gettext("moved with “{section}”", section=self.new[j - 1].title)
            before = self.new[j - 1] if op.old and j else self.old[i - 1] if i else None
            at = named_section(before, words) if before else ""
            return _stands(at, words) if op.old else _stood(at, words)
        if self.now.get(i) == j:
            if op.old:
                return words.gettext("moved within this section")
            return words.gettext("moved here within this section")
        if op.old:
            return went_words(named_section(self.new[j], words), words)
        return came_words(named_section(self.old[i], words), words)


def _below_its_heading(op: Operation, last: Operation | None) -> bool:
    """Whether nothing happened to a paragraph but to the words before it, which are its heading,
    or were.
    """
    clauses = (last.old, last.new) if last and op.continued and not op.amended else ()
    return any(clause is not None and clause.kind is Kind.HEADING for clause in clauses)


def _stands(before: str, words: Words) -> str:
    """Where a section went; `before`: the title of the one before it now."""
    if before:
        return words.gettext("moved; stands behind “{section}” now", section=before)
    return words.gettext("moved; stands at the beginning now")


def _stood(before: str, words: Words) -> str:
    if before:
        return words.gettext("moved here; stood behind “{section}”", section=before)
    return words.gettext("moved here; stood at the beginning")


def _went_on(op: Operation, origin: str, words: Words) -> str:
    """From what an operation was split off, or to what it was joined.

    Args:
        op: the operation.
        origin: the words of that clause; empty where it is the one above.
        words: in which language.
    """
    item = any(container.kind == "item" for container in op.clause.containers)
    begins = beginning_of(origin)
    match bool(op.new), item, bool(origin):
        case True, _, True:
            return words.gettext("split off from “{words}”", words=begins)
        case True, True, False:
            return words.gettext("split off from the item above")
        case True, False, False:
            return words.gettext("split off from the paragraph above")
        case False, _, True:
            return words.gettext("joined to “{words}”", words=begins)
        case False, True, False:
            return words.gettext("joined to the item above")
        case _:
            return words.gettext("joined to the paragraph above")


def _notes(op: Operation, words: Words) -> tuple[str, ...]:
    notes: list[str] = []
    if op.clause.kind is Kind.DEFINITION and not op.reset:
        notes.append(words.gettext("a definition that no link uses, on no page"))
    if op.old and op.new and op.reset:
        before, now = _setting(op.old, words), _setting(op.new, words)
        notes.append(
            words.gettext("was {before}, now {now}", before=before, now=now)
            if before != now
            else words.gettext("set differently")
        )
    if op.old and op.new and op.renumbered:
        number, was = op.new.number, op.old.number
        notes.append(words.gettext("number {number}, was {before}", number=number, before=was))
    if op.old and op.new and op.old.kind is op.new.kind is Kind.HEADING:
        notes += _about_heading(op.old, op.new, words)
    if spellings := list(dict.fromkeys(s for cell in op.cells for s in _spellings(cell))):
        notes.append(_about_typography(spellings, words))
    return tuple(notes)


def _about_heading(old: Clause, new: Clause, words: Words) -> Iterator[str]:
    if old.level != new.level:
        yield words.gettext(
            "heading of level {level}, was {before}", level=new.level, before=old.level
        )
    if old.anchor != new.anchor:
        names = _anchor(new, words), _anchor(old, words)
        yield words.gettext("anchor {anchor}, was {before}", anchor=names[0], before=names[1])


def _about_typography(spellings: Sequence[str], words: Words) -> str:
    named = [
        words.pgettext("quoted words", "“{words}”", words=spelling)
        for spelling in spellings[:MOST_SPELLINGS]
        if spelling.strip()
    ]
    if not named:
        return words.gettext("typography: spaces")
    listed, more = ", ".join(named), len(spellings) - len(named)
    if not more:
        return words.gettext("typography: was {spellings}", spellings=listed)
    return words.ngettext(
        "typography: was {spellings} and {count} more",
        "typography: was {spellings} and {count} more",
        more,
        spellings=listed,
    )


def _anchor(heading: Clause, words: Words) -> str:
    return f"#{heading.anchor}" if heading.anchor else words.pgettext("anchor", "none")


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


def _setting(clause: Clause, words: Words) -> str:
    """How a clause is set, in words: `a paragraph`, `a list item in a quotation`."""
    around = [container.kind for container in clause.containers]
    depth = around.count("item")
    if clause.kind is Kind.ROW and clause.head:
        name = words.gettext("a row of column headings")
    elif clause.kind is Kind.PARAGRAPH and depth:
        name = _item(depth, words, ordered="ordered" in around)
    else:
        name = words.gettext(_SETTINGS[clause.kind])
    return words.gettext("{setting} in a quotation", setting=name) if "quote" in around else name


def _item(depth: int, words: Words, *, ordered: bool) -> str:
    if depth == 1:
        return words.gettext("a numbered item") if ordered else words.gettext("a list item")
    if ordered:
        return words.gettext("a numbered item of level {level}", level=depth)
    return words.gettext("a list item of level {level}", level=depth)


_SETTINGS = {
    Kind.HEADING: noop("a heading"),
    Kind.PARAGRAPH: noop("a paragraph"),
    Kind.ROW: noop("a table row"),
    Kind.CODE: noop("a code block"),
    Kind.HTML: noop("raw HTML"),
    Kind.RULE: noop("a thematic break"),
    Kind.DEFINITION: noop("a definition that no link uses, on no page"),
}
"""What readers see, by its kind."""


def kind_label(kind: Kind, words: Words) -> str:
    """What a clause is, in words, where it is nothing but itself: `thematic break`."""
    return words.pgettext("kind of text", _KINDS[kind])


def nothing_words(clause: Clause, words: Words) -> str:
    """What stands for a clause in which there is no word to read."""
    if "](" in clause.raw:
        return words.gettext("(a link without words, which no reader sees)")
    return words.gettext("(empty)")


_KINDS = {
    Kind.HEADING: noop("heading"),
    Kind.PARAGRAPH: noop("paragraph"),
    Kind.ROW: noop("table row"),
    Kind.CODE: noop("code"),
    Kind.HTML: noop("raw HTML"),
    Kind.RULE: noop("thematic break"),
    Kind.FRONT_MATTER: noop("front matter"),
    Kind.BLANK: noop("blank"),
    Kind.DEFINITION: noop("link definition"),
}
