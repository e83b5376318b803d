"""Blocks: paragraphs, headings, rows and code as HTML, and the lists and tables around them.

A text, plain or with its changes, is written one clause after another; the lists, items, quotations
and tables that clauses have in common stay open between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from publisher.markup.elements import NEWLINE, NOTHING, attribute, concatenated, element, start_tag
from publisher.text.clauses import Clause, Container, Kind
from publisher.text.numbering import label_depth

LIST_KINDS = ("bullet", "ordered")
ItemNumbers = Mapping[tuple[str, int], int]
"""The number of each list item, by its file and the number of its container."""


_AUTO, _COLUMN = attribute("dir", "auto"), attribute("scope", "col")
_PART_STARTS = {"thead": Markup("<thead>\n"), "tbody": Markup("<tbody>\n")}
_ENDS = {tag: Markup("</{}>\n").format(tag) for tag in ("ul", "ol", "li", "blockquote")}
_PART_ENDS = {"thead": Markup("</thead>\n"), "tbody": Markup("</tbody>\n")}


class Cell(NamedTuple):
    """The words of a block, or of one cell of a row."""

    html: Markup
    attributes: Markup = NOTHING
    empty: bool = False
    """It has no words: as a column heading it would be announced as a heading of nothing."""


@dataclass(slots=True)
class _Open:
    """A container that is open in the output, with its number on either side."""

    kind: str
    old: int | None
    new: int | None
    columns: int
    close: Markup
    part: str = ""
    next: int = 1
    """Of an ordered list: the number that browsers give its next item."""


def item_numbers(clauses: Iterable[Clause]) -> ItemNumbers:
    """The numbers of all list items, ordered or not."""
    found: dict[tuple[str, int], int] = {}
    following: dict[tuple[str, int], int] = {}
    for clause in clauses:
        around: Container | None = None
        for container in clause.containers:
            key = (clause.file, container.number)
            if container.kind == "item" and around and key not in found:
                whole = (clause.file, around.number)
                found[key] = following.setdefault(whole, around.start)
                following[whole] += 1
            around = container
    return found


class Blocks:
    """Writes blocks one after another, and keeps track of the containers that are open."""

    def __init__(
        self,
        old: ItemNumbers,
        new: ItemNumbers,
        *,
        both_ways: bool = False,
        tables: Callable[[int], str] | None = None,
        counted: int = 0,
        bare: bool = False,
    ) -> None:
        """An empty text.

        Args:
            old, new: the numbers of the items on either side.
            both_ways: the text may run from right to left: each block goes by its own letters.
            tables: what the scrolling region around a table is called, by its number; None: there
                are none.
            counted: how many bear that name already.
            bare: without what only says how a block is set.
        """
        self.out: list[Markup] = []
        self.stack: list[_Open] = []
        self._numbers = (old, new)
        self._both_ways, self._bare = both_ways, bare
        self.tables, self._called = counted, tables

    @property
    def html(self) -> Markup:
        """Everything written so far, with its containers closed."""
        self.close_to(0)
        return concatenated(self.out)

    # ── containers ───────────────────────────────────────────────────────────────────────────────

    def enter(
        self,
        old: Clause | None,
        new: Clause | None,
        width: int,
        *,
        item: Callable[[str, Container], Markup] = lambda file, item: NOTHING,
        depth: int | None = None,
    ) -> int:
        """Closes and opens containers until those of a clause are open.

        A container of one side goes on as that of the other where they have a clause in common, so
        that a list with an added item stays one list.

        Args:
            old, new: the clause on either side.
            width: how many cells it has.
            item: gives the attributes of a list item, by its file and container.
            depth: limit on containers to open; None for all.

        Returns:
            How many of the open containers went on.
        """
        clause = _clause(old, new)
        if not clause.containers:
            self.close_to(0)
            return 0
        around = _around(old, new)
        known = self._known(around, clause.head, width)
        self.close_to(known)
        for opened, (_, before, after) in zip(self.stack, around[:depth], strict=False):
            opened.old = before.number if before else opened.old
            opened.new = after.number if after else opened.new
        for level in range(known, len(around) if depth is None else min(depth, len(around))):
            container, before, after = around[level]
            inside = clause.containers[level + 1 :]
            self._open(
                container, inside, clause.file, new is not None, item(clause.file, container)
            )
            self.stack[-1].old = before.number if before else None
            self.stack[-1].new = after.number if after else None
            self.stack[-1].columns = width
        return known

    def _known(self, around: Sequence[_Around], head: bool, width: int) -> int:
        depth = 0
        for opened, (container, before, after) in zip(self.stack, around, strict=False):
            if not _joins(opened, container, before, after, head, width):
                break
            depth += 1
        return depth

    def _open(
        self, container: Container, inside: Sequence[Container], file: str, new: bool, named: Markup
    ) -> None:
        numbers = self._numbers[new]
        way = self.way
        opened = _Open(container.kind, None, None, 0, NOTHING)
        match container.kind:
            case "bullet":
                begun, opened.close = start_tag("ul", way), _ENDS["ul"]
            case "ordered":
                first = numbers.get((file, inside[0].number), 1) if inside else container.start
                told = attribute("start", str(first)) if first != 1 else NOTHING
                begun, opened.close = start_tag("ol", concatenated((told, way))), _ENDS["ol"]
                opened.next = first
            case "quote":
                begun, opened.close = start_tag("blockquote", way), _ENDS["blockquote"]
            case "item":
                number = numbers.get((file, container.number), 1)
                begun = start_tag("li", concatenated((named, self.value(number))))
                opened.close = _ENDS["li"]
            case _:
                begun, opened.close = self._table(way)
        self.out.append(begun)
        if container.kind in ("bullet", "ordered", "quote"):
            self.out.append(NEWLINE)
        self.stack.append(opened)

    def _table(self, way: Markup) -> tuple[Markup, Markup]:
        if not self._called:
            return Markup("<table>\n"), Markup("</table>\n")
        self.tables += 1
        start = Markup(
            '<div class="pp-table" role="region" tabindex="0" aria-label="{}">'
            '<table class="pp-table-grid"{}>\n'
        ).format(self._called(self.tables), way)
        return start, Markup("</table></div>\n")

    def value(self, number: int) -> Markup:
        """The attribute of an item of the innermost list, if browsers would count differently."""
        around = self.stack[-1]
        if around.kind != "ordered":
            return NOTHING
        told = attribute("value", str(number)) if number != around.next else NOTHING
        around.next = number + 1
        return told

    @property
    def way(self) -> Markup:
        """The attribute of an outermost block that may run from right to left."""
        return _AUTO if self._both_ways and not self.stack else NOTHING

    def close_to(self, depth: int) -> None:
        """Closes containers until `depth` of them are open."""
        while len(self.stack) > depth:
            opened = self.stack.pop()
            if opened.part:
                self.out.append(_PART_ENDS[opened.part])
            self.out.append(opened.close)

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def write(
        self, clause: Clause, cells: Sequence[Cell], attributes: Markup = NOTHING, level: int = 0
    ) -> None:
        """Writes one block, whose containers are open.

        Args:
            clause: says what it is.
            cells: its words; in a row, one for each column.
            attributes: those of its element; a tight list item has none of its own.
            level: the level of a heading.
        """
        words, way = cells[0].html if cells else NOTHING, self.way
        match clause.kind:
            case Kind.HEADING:
                self._line(f"h{level}", words, concatenated((attributes, way)))
            case Kind.ROW:
                self.part(clause.head)
                row = concatenated([_cell(cell, clause.head) for cell in cells])
                self._line("tr", row, attributes)
            case Kind.CODE | Kind.HTML:
                words = words.replace("<br>\n", "\n") + NEWLINE * (clause.kind is Kind.CODE)
                self._line("pre", element("code", words), attributes)
            case Kind.RULE:
                self.out.append(start_tag("hr", attributes) + NEWLINE)
            case _ if clause.tight:
                self.out.append(words)
            case _:
                depth = 0 if self._bare else label_depth(clause.text)
                deep = attribute("data-level", str(depth)) if depth else NOTHING
                self._line("p", words, concatenated((attributes, deep, way)))

    def _line(self, tag: str, content: Markup, attributes: Markup) -> None:
        self.out += (element(tag, content, attributes), NEWLINE)

    def part(self, head: bool) -> None:
        """Opens the head or the body of the table for the next row."""
        table = self.stack[-1]
        part = "thead" if head else "tbody"
        if table.part != part:
            if table.part:
                self.out.append(_PART_ENDS[table.part])
            self.out.append(_PART_STARTS[part])
            table.part = part


def _cell(cell: Cell, head: bool) -> Markup:
    if head and not cell.empty:
        return element("th", cell.html, concatenated((_COLUMN, cell.attributes)))
    return element("td", cell.html, cell.attributes)


def _clause(old: Clause | None, new: Clause | None) -> Clause:
    clause = new or old
    assert clause is not None
    return clause


_Around = tuple[Container, Container | None, Container | None]
"""A container around a clause, and what it is on either side."""


def _around(old: Clause | None, new: Clause | None) -> list[_Around]:
    """Each container around a clause, the outermost first."""
    containers = _clause(old, new).containers
    if not containers:
        return []
    nothing = (None,) * len(containers)
    # A clause that is set differently goes by its containers of now.
    alike = not (old and new) or old.shape == new.shape
    olds = old.containers if old and alike else nothing
    news = new.containers if new else nothing
    return list(zip(containers, olds, news, strict=True))


def _joins(
    opened: _Open,
    container: Container,
    old: Container | None,
    new: Container | None,
    head: bool,
    width: int,
) -> bool:
    if opened.kind != container.kind:
        return False
    # A table has one head, which comes first (HTML §4.9.1).
    late_head = head and opened.part == "tbody"
    if container.kind == "table" and (opened.columns != width or late_head):
        return False
    pairs = [(opened.old, old), (opened.new, new)]
    known = [(a, b.number) for a, b in pairs if a is not None and b is not None]
    if any(a != b for a, b in known):
        return False
    # An item of one side may not swallow an item of the other; a list may.
    return bool(known) or container.kind != "item"
