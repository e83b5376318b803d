"""HTML fragments: a document, and a document with its redline.

One renderer makes both, from the same operations, so that the site, the PDF and the letter show
the same text. `ins` and `del` stand only around words inside a block, where HTML allows them
(HTML §4.7); every one carries words for those who do not see colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from publisher.amendment import Amendment
from publisher.policy import Clause, Container, Kind, Mark
from publisher.redline import Operation, Span, SpanKind


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a fragment, for a list of contents."""

    level: int
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a page: HTML and its headings."""

    html: str
    headings: tuple[Heading, ...] = ()


def fragment(clauses: Iterable[Clause]) -> str:
    """Clauses as HTML, without mark-up of changes."""
    return document(clauses).html


def document(clauses: Iterable[Clause], *, permalinks: bool = False) -> Fragment:
    """Clauses as HTML with the list of their headings.

    Args:
        clauses: of one document, in order.
        permalinks: put a link to itself behind each heading.
    """
    renderer = _Renderer(permalinks=permalinks)
    return renderer.fragment(Operation(c, c, _kept(c)) for c in clauses)


def redline(amendment: Amendment, *, fold: bool = False) -> Fragment:
    """The new text with every change marked in it.

    Args:
        amendment: what to show.
        fold: close the text of sections without a change, so that the changes stand out.
    """
    titles = {s.anchor: s.title for s in (*amendment.old.sections, *amendment.new.sections)}
    renderer = _Renderer(marked=True, fold=fold, places=_places(amendment, titles))
    return renderer.fragment(amendment.operations)


def _kept(clause: Clause) -> tuple[tuple[Span, ...], ...]:
    return tuple(
        tuple(Span(SpanKind.KEEP, run.text, run.marks) for run in cell) for cell in clause.cells
    )


def _places(amendment: Amendment, titles: dict[str, str]) -> dict[int, tuple[str, str]]:
    """For each move: (title of the section it left, title of the section it went to)."""
    left: dict[int, str] = {}
    reached: dict[int, str] = {}
    old = new = ""
    for op in amendment.operations:
        if op.old and op.old.kind is Kind.HEADING:
            old = op.old.text
        if op.new and op.new.kind is Kind.HEADING:
            new = op.new.text
        if op.move:
            (left if op.old else reached)[op.move] = old if op.old else new
    return {number: (left[number], reached[number]) for number in left}


@dataclass(slots=True)
class _Open:
    """A container that is open in the output, by its number on either side."""

    kind: str
    old: int | None
    new: int | None
    columns: int
    close: str
    part: str = ""


@dataclass
class _Renderer:
    marked: bool = False
    fold: bool = False
    permalinks: bool = False
    places: dict[int, tuple[str, str]] = field(default_factory=dict)
    out: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    tables: int = 0
    following: bool = False
    """Inside a section that moved as a whole: only its heading says so."""

    def fragment(self, operations: Iterable[Operation]) -> Fragment:
        sections = _by_section(operations)
        for section in sections:
            self._section(section)
        self._close_to(0)
        return Fragment("".join(self.out), tuple(self.headings))

    def _section(self, operations: list[Operation]) -> None:
        head, body = operations[:1], operations[1:]
        if head[0].clause.kind is not Kind.HEADING:
            head, body = [], operations
        self.following = bool(head and head[0].move)
        for op in head:
            self._operation(op)
        if self.following and head[0].new is None:
            body = [op for op in body if not op.move]
        quiet = self.fold and body and all(op.unchanged for op in operations)
        if quiet:
            self._close_to(0)
            self.out.append('<details class="pp-same"><summary>Unchanged text</summary>\n')
        for op in body:
            self._operation(op)
        if quiet:
            self._close_to(0)
            self.out.append("</details>\n")

    # ── blocks ───────────────────────────────────────────────────────────────────────────────────

    def _operation(self, op: Operation) -> None:
        if op.clause.kind is Kind.BLANK:
            return
        if op.move and op.new is None:
            self._close_to(0)
            self._moved_away(op)
            return
        self._enter(op)
        match op.clause.kind:
            case Kind.HEADING:
                self._heading(op)
            case Kind.ROW:
                self._row(op)
            case Kind.CODE:
                self.out.append(f"<pre{self._class(op)}>{self._label(op)}<code>")
                self.out.append(self._words(op, op.cells[0]) + "</code></pre>\n")
            case Kind.RULE:
                self.out.append("<hr>\n")
            case Kind.HTML:
                self.out.append(f"<pre{self._class(op)}>{self._words(op, op.cells[0])}</pre>\n")
            case _:
                words = self._label(op) + self._words(op, op.cells[0])
                if op.clause.tight:
                    self.out.append(f"<div{self._class(op)}>{words}</div>\n" if op.move else words)
                else:
                    self.out.append(f"<p{self._class(op)}>{words}</p>\n")

    def _heading(self, op: Operation) -> None:
        clause = op.clause
        anchor = clause.anchor
        level = max(clause.level, 1)
        if op.move and self.marked:
            left, _ = self.places[op.move]
            self.out.append(
                f'<p class="pp-label" id="moved-{op.move}-here">Section moved here '
                f'<a href="#moved-{op.move}-away">from its old place</a></p>\n'
            )
        words = self._words(op, op.cells[0])
        name = f' id="{escape(anchor)}"' if anchor else ""
        link = ""
        if self.permalinks and anchor:
            title = escape(f"Link to “{clause.text}”")
            link = f' <a class="headerlink" href="#{escape(anchor)}" title="{title}">¶</a>'
        self.out.append(f"<h{level}{name}{self._class(op)}>{words}{link}</h{level}>\n")
        if anchor:
            self.headings.append(Heading(level, anchor, clause.text))

    def _row(self, op: Operation) -> None:
        table = self.stack[-1]
        part = "thead" if op.clause.head else "tbody"
        if table.part != part:
            if table.part:
                self.out.append(f"</{table.part}>\n")
            self.out.append(f"<{part}>\n")
            table.part = part
        self.out.append(f"<tr{self._class(op)}>")
        for index, cell in enumerate(op.cells):
            # An empty heading cell would be announced as a heading of nothing.
            head = op.clause.head and any(span.text.strip() for span in cell)
            align = op.clause.align[index] if index < len(op.clause.align) else ""
            style = f' class="pp-{align}"' if align else ""
            label = self._label(op) if index == 0 else ""
            name, scope = ("th", ' scope="col"') if head else ("td", "")
            self.out.append(f"<{name}{scope}{style}>{label}{self._words(op, cell)}</{name}>")
        self.out.append("</tr>\n")

    def _moved_away(self, op: Operation) -> None:
        if op.clause.kind is not Kind.HEADING and self.following:
            return
        _, reached = self.places[op.move]
        text = op.clause.text
        what = "The section" if op.clause.kind is Kind.HEADING else "The text"
        short = text if len(text) <= 70 else text[:67].rstrip() + "…"
        to = "its new place" if op.clause.kind is Kind.HEADING else f"“{reached}”"
        self.out.append(
            f'<p class="pp-away" id="moved-{op.move}-away">{what} “{escape(short)}” moved to '
            f'<a href="#moved-{op.move}-here">{escape(to)}</a></p>\n'
        )

    def _class(self, op: Operation) -> str:
        if not self.marked or op.unchanged:
            return ""
        if op.move:
            if self.following:
                return ' class="pp-moved"'
            return f' class="pp-moved" id="moved-{op.move}-here"' if op.clause.kind is not Kind.HEADING else ' class="pp-moved"'
        if op.old is None:
            return ' class="pp-added"'
        return ' class="pp-removed"' if op.new is None else ' class="pp-amended"'

    def _label(self, op: Operation) -> str:
        if not self.marked or not op.move or self.following:
            return ""
        left, _ = self.places[op.move]
        verb = "Moved here and amended, from" if op.amended else "Moved here from"
        return (
            f'<a class="pp-label" href="#moved-{op.move}-away">{verb} “{escape(left)}”:</a> '
        )

    # ── containers ───────────────────────────────────────────────────────────────────────────────

    def _enter(self, op: Operation) -> None:
        """Closes and opens lists, items, quotations and tables until those of the clause are open.

        A container of one side joins the open one of the other side where both have a clause in
        common, so that a list with an added item stays one list.
        """
        containers = op.clause.containers
        olds = op.old.containers if op.old else (None,) * len(containers)
        news = op.new.containers if op.new else (None,) * len(containers)
        depth = 0
        for depth_now, (container, old, new) in enumerate(zip(containers, olds, news, strict=True)):
            if depth_now >= len(self.stack) or not _joins(
                self.stack[depth_now], container, old, new
            ):
                break
            depth = depth_now + 1
        self._close_to(depth)
        for level, (container, old, new) in enumerate(zip(containers, olds, news, strict=True)):
            if level < depth:
                self._note_sides(self.stack[level], old, new)
            else:
                self._open(container, old, new, op)

    def _note_sides(self, opened: _Open, old: Container | None, new: Container | None) -> None:
        opened.old = old.number if old else opened.old
        opened.new = new.number if new else opened.new

    def _open(
        self, container: Container, old: Container | None, new: Container | None, op: Operation
    ) -> None:
        start, close = self._tags(container, op)
        self.out.append(start)
        self.stack.append(
            _Open(
                container.kind,
                old.number if old else None,
                new.number if new else None,
                container.start,
                close,
            )
        )

    def _tags(self, container: Container, op: Operation) -> tuple[str, str]:
        match container.kind:
            case "bullet":
                return "<ul>\n", "</ul>\n"
            case "ordered":
                start = f' start="{container.start}"' if container.start != 1 else ""
                return f"<ol{start}>\n", "</ol>\n"
            case "quote":
                return "<blockquote>\n", "</blockquote>\n"
            case "item":
                return f"<li{self._item_class(op)}>", "</li>\n"
        self.tables += 1
        name = f"Table {self.tables}"
        region = f'<div class="pp-table" role="region" tabindex="0" aria-label="{name}">'
        return f'{region}<table class="pp-table-grid">\n', "</table></div>\n"

    def _item_class(self, op: Operation) -> str:
        # A removed item is shown, but must not take a number of the new list.
        removed = self.marked and op.new is None
        return ' class="pp-removed-item"' if removed else ""

    def _close_to(self, depth: int) -> None:
        while len(self.stack) > depth:
            opened = self.stack.pop()
            if opened.part:
                self.out.append(f"</{opened.part}>\n")
            self.out.append(opened.close)

    # ── words ────────────────────────────────────────────────────────────────────────────────────

    def _words(self, op: Operation, cell: Sequence[Span]) -> str:
        if not self.marked:
            return inline(cell, marked=False)
        return inline(cell, marked=True)


def _joins(
    opened: _Open, container: Container, old: Container | None, new: Container | None
) -> bool:
    if opened.kind != container.kind:
        return False
    if container.kind == "table" and opened.columns != container.start:
        return False
    pairs = [(opened.old, old), (opened.new, new)]
    known = [(a, b.number) for a, b in pairs if a is not None and b is not None]
    if any(a != b for a, b in known):
        return False
    # An item of one side may not swallow an item of the other; a list may.
    return bool(known) or container.kind != "item"


def _by_section(operations: Iterable[Operation]) -> list[list[Operation]]:
    sections: list[list[Operation]] = []
    for op in operations:
        if not sections or op.clause.kind is Kind.HEADING:
            sections.append([])
        sections[-1].append(op)
    return sections


_TAGS = {"strong": "strong", "em": "em", "code": "code"}
SAID = {SpanKind.INSERT: "added", SpanKind.DELETE: "removed"}
"""The words that stand beside the colour."""


def inline(spans: Sequence[Span], *, marked: bool = True) -> str:
    """The words of one block or cell.

    Args:
        spans: what to show.
        marked: show what was inserted and deleted; else show the words alone.
    """
    parts: list[str] = []
    for link, group in groupby(_units(spans), key=lambda unit: unit[0]):
        members = [span for _, span in group]
        words = "".join(
            _spoken(kind, was, list(run), marked, linked=not link)
            for (kind, was), run in groupby(members, key=lambda s: (s.kind, s.was))
        )
        parts.append(f'<a href="{escape(link)}">{words}</a>' if link else words)
    return "".join(parts)


def _units(spans: Sequence[Span]) -> list[tuple[str, Span]]:
    """Each span with the link that is to enclose it together with its neighbours.

    A link some of whose words are kept stays one link around its changed words; where all words
    are added or deleted, the mark-up encloses the link, so that it is told of once.
    """
    units: list[tuple[str, Span]] = []
    for link, group in groupby(spans, key=lambda s: _link(s.marks)):
        members = list(group)
        whole = any(span.kind is SpanKind.KEEP for span in members)
        units += [(link if whole else "", span) for span in members]
    return units


def _link(marks: Sequence[Mark]) -> str:
    return next((mark.value for mark in marks if mark.kind == "link"), "")


def _spoken(
    kind: SpanKind,
    was: tuple[Mark, ...] | None,
    spans: list[Span],
    marked: bool,
    linked: bool,
) -> str:
    words = ""
    for link, group in groupby(spans, key=lambda s: _link(s.marks) if linked else ""):
        text = "".join(_formatted(span) for span in group)
        words += f'<a href="{escape(link)}">{text}</a>' if link else text
    if not marked:
        return words
    if kind is SpanKind.KEEP:
        if was is None:
            return words
        return f'<span class="pp-format">{words}{_format_note(was, spans[0].marks)}</span>'
    tag = "ins" if kind is SpanKind.INSERT else "del"
    said = SAID[kind]
    return (
        f'<{tag}><span class="pp-say">[{said}: </span>{words}'
        f'<span class="pp-say"> end of {said}]</span></{tag}>'
    )


def _format_note(was: tuple[Mark, ...], now: tuple[Mark, ...]) -> str:
    old, new = _link(was), _link(now)
    if old != new:
        text = f"link led to {old}" if old else "link added"
    else:
        text = "formatting changed"
    return f'<span class="pp-label"> [{escape(text)}]</span>'


def _formatted(span: Span) -> str:
    text = escape(span.text, quote=False).replace("\n", "<br>\n")
    for mark in reversed(span.marks):
        if mark.kind in _TAGS:
            text = f"<{_TAGS[mark.kind]}>{text}</{_TAGS[mark.kind]}>"
        elif mark.kind == "image":
            text = f"[picture: {text}]"
    return text
