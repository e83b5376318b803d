"""Clauses: a text as headings, paragraphs and table rows, the values that are compared and shown.

Each clause owns whole source lines, so that the clauses of a document, put end to end, are its
source to the byte.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple


class Kind(StrEnum):
    """What a clause is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ROW = "table row"
    CODE = "code"
    RULE = "thematic break"
    HTML = "raw HTML"
    FRONT_MATTER = "front matter"
    """Metadata for a site generator at the top of a file: kept, but no text of the policy."""
    DEFINITION = "link definition"
    """A definition of a link that no link uses (CommonMark §4.7): on no page, but in the text."""
    BLANK = "blank"


UNSEEN = frozenset({Kind.BLANK, Kind.FRONT_MATTER, Kind.DEFINITION})
"""What no page, letter or document shows."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Formatting of a run of text: `strong`, `em`, `code`, `link`, `image`, `html`."""

    kind: str
    value: str = ""
    """The target, for a link or an image."""


def same_marks(one: tuple[Mark, ...], other: tuple[Mark, ...]) -> bool:
    """Whether two formattings look alike: which of their marks is the inner one, nobody sees."""
    return one == other or set(one) == set(other)


@dataclass(frozen=True, slots=True)
class Run:
    """Text with the same formatting throughout. A hard line break is a newline in the text."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Container:
    """A list, a list item, a quotation or a table around a clause."""

    kind: str
    """`bullet`, `ordered`, `item`, `quote` or `table`."""
    number: int
    """Identifies the container within its document, and means nothing else."""
    start: int = 1
    """The first number of an ordered list; how many columns a table has."""


@dataclass(frozen=True)
class Clause:
    """One block of text: a heading, a paragraph (also one in a list), a table row, code."""

    kind: Kind
    raw: str
    """The source lines this clause owns, with the blank lines after it."""
    cells: tuple[tuple[Run, ...], ...]
    """The text: one cell, or one for each column of a table row."""
    containers: tuple[Container, ...] = ()
    line: int = 1
    """First source line, from 1."""
    file: str = ""
    level: int = 0
    """Of a heading: 1 to 6."""
    anchor: str = ""
    """Of a heading: its permanent anchor; empty where it has none."""
    head: bool = False
    """A table row of column headings."""
    align: tuple[str, ...] = ()
    """Of a table row: the alignment of each column, empty where none is set."""
    tight: bool = False
    """In a list whose items have no blank lines between them."""
    number: int = 0
    """Of the first words of a numbered item: its number."""
    begins: str = ""
    """Of the first words of a numbered list: `list`, or `list behind a list`, which restarts the
    numbers; else empty."""
    info: str = ""
    """Of fenced code: its language."""
    text: str = ""
    """The words as read, without formatting; cells are joined by ` | `."""
    words: int = 0
    """How many words the clause has."""
    defines: tuple[str, ...] = ()
    """Defined terms of several words that the clause sets in quotation marks."""
    shape: str = ""
    """What the clause is and what it stands in: a heading, or an item of a list in a quotation."""
    key: str = ""
    """Equal for two clauses that a reader cannot tell apart, wherever they are."""

    @property
    def table(self) -> int:
        """Of a table row: the number of its table."""
        return next((c.number for c in self.containers if c.kind == "table"), 0)

    @property
    def starts_at(self) -> int:
        """Of words in a numbered list: the number of its first item; else 0."""
        found = (c.start for c in reversed(self.containers) if c.kind == "ordered")
        return next(found, 0)

    def may_become(self, new: Clause) -> bool:
        """Whether `new` can be this clause amended: text may become a heading, not a row."""
        if self.kind in _TEXT:
            return new.kind in _TEXT
        return self.kind is new.kind


@dataclass(frozen=True, slots=True)
class Alike:
    """A clause, equal to any other that a reader cannot tell apart from it."""

    key: str
    clause: Clause = field(compare=False)


_TEXT = frozenset({Kind.HEADING, Kind.PARAGRAPH, Kind.HTML, Kind.CODE, Kind.DEFINITION})


@dataclass(frozen=True)
class Document:
    """The clauses of a text, in order."""

    clauses: tuple[Clause, ...]

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        """The document cut at its headings; text before the first heading is a section too."""
        starts = [i for i, clause in enumerate(self.clauses) if clause.kind is Kind.HEADING]
        if self.clauses and (not starts or starts[0] != 0):
            starts.insert(0, 0)
        ends = [*starts[1:], len(self.clauses)]
        return tuple(
            [
                Section(self.clauses[a:b], a, head if head.kind is Kind.HEADING else None)
                for a, b in zip(starts, ends, strict=False)
                if (head := self.clauses[a])
            ]
        )

    @cached_property
    def section_of(self) -> tuple[int, ...]:
        """Of each clause: the place of its section among the sections."""
        return tuple([n for n, section in enumerate(self.sections) for _ in section.clauses])

    @property
    def sources(self) -> dict[str, str]:
        """The source text by file name, to the byte."""
        texts: dict[str, list[str]] = {}
        for clause in self.clauses:
            texts.setdefault(clause.file, []).append(clause.raw)
        return {name: "".join(parts) for name, parts in texts.items()}


class Section(NamedTuple):
    """A heading and its own text, up to the next heading of any level."""

    clauses: tuple[Clause, ...]
    start: int
    """Index of the first clause in the document."""
    heading: Clause | None
    """None for text before the first one."""

    @property
    def anchor(self) -> str:
        """The permanent anchor; empty where there is none."""
        return self.heading.anchor if self.heading else ""

    @property
    def title(self) -> str:
        """The heading's words, in one line; empty for text before the first heading."""
        return self.heading.text.replace("\n", " ") if self.heading else ""

    @property
    def words(self) -> int:
        """How many words its text has, without its heading."""
        return sum([clause.words for clause in self.body])

    @property
    def body(self) -> tuple[Clause, ...]:
        """The section's clauses without its heading."""
        return self.clauses[1:] if self.heading else self.clauses


# ── parts ────────────────────────────────────────────────────────────────────────────────────────

# From one version of a policy to the next hardly anything changes. So a text is read in parts that
# mean the same wherever they stand, and no part is read twice.
