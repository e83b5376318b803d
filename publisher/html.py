"""HTML fragments: a document, and a document with its redline.

One renderer makes both, from the same operations, so that the site, the PDF and the letter show
the same text. `ins` and `del` stand only around words inside a block, where HTML allows them
(HTML §4.7); every one carries words for those who do not see colour.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from publisher.amendment import Amendment, ChangeKind
from publisher.clauses import Clause, Container, Kind
from publisher.inline import Style
from publisher.inline import inline as inline
from publisher.redline import Operation
from publisher.words import Span


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


def fragment(clauses: Iterable[Clause], *, paper: bool = False) -> str:
    """Clauses as HTML, without mark-up of changes; `paper`: for a PDF."""
    return document(clauses, top=0, paper=paper).html


def document(
    clauses: Iterable[Clause],
    *,
    permalinks: bool = False,
    top: int = 2,
    retired: Mapping[str, str] | None = None,
    paper: bool = False,
) -> Fragment:
    """Clauses as HTML with the list of their headings.

    Args:
        clauses: of one document, in order.
        permalinks: put a link to itself behind each heading.
        top: the level of its uppermost headings; 0: the levels as they are written.
        retired: anchors of removed sections, each with the anchor that takes its place; a link to
            the old one leads to the new one.
        paper: for a PDF.
    """
    style = Style(marked=False, paper=paper)
    renderer = _Renderer(style, permalinks=permalinks, top=top, retired=retired or {})
    return renderer.fragment(Operation(c, c) for c in clauses)


def redline(
    amendment: Amendment, *, fold: bool = False, top: int = 2, paper: bool = False
) -> Fragment:
    """The new text with every change marked in it.

    Args:
        amendment: what to show.
        fold: close the text of sections without a change, so that the changes stand out.
        top: the level of its uppermost headings; 0: the levels as they are written.
        paper: for a PDF.
    """
    titles = {s.anchor: s.title for s in (*amendment.old.sections, *amendment.new.sections)}
    origins: dict[str, str] = {}
    for change in amendment.changes:
        if change.kind is ChangeKind.SPLIT:
            origins |= dict.fromkeys(change.others, f"Split off from “{change.title}”")
        elif change.kind is ChangeKind.MERGED:
            into = "”, “".join(titles.get(other, other) for other in change.others)
            origins[change.anchor] = f"Merged into “{into}”"
    style = Style(titles=titles, paper=paper)
    renderer = _Renderer(
        style,
        fold=fold,
        top=top,
        places=_places(amendment),
        carried=_carried(amendment),
        origins=origins,
    )
    return renderer.fragment(amendment.operations)


def _places(amendment: Amendment) -> dict[int, tuple[str, str]]:
    """For each move: (title of the section it left, title of the section it went to).

    Of a section that moved as a whole: the titles of the sections it stood and stands behind.
    """
    left: dict[int, str] = {}
    reached: dict[int, str] = {}
    old, new = [""], [""]
    for op in amendment.operations:
        heading = op.clause.kind is Kind.HEADING
        if op.move:
            (left if op.old else reached)[op.move] = old[-1] if op.old else new[-1]
        if heading and op.old:
            old.append(op.old.text)
        if heading and op.new:
            new.append(op.new.text)
    return {number: (left[number], reached[number]) for number in left}


def _carried(amendment: Amendment) -> frozenset[int]:
    """The moves of clauses that went with their section: only its heading says so."""
    before: dict[int, int] = {}
    after: dict[int, int] = {}
    old = new = 0
    for op in amendment.operations:
        if op.clause.kind is Kind.HEADING:
            old, new = op.move if op.old else old, op.move if op.new else new
        elif op.move:
            (before if op.old else after)[op.move] = old if op.old else new
    return frozenset(n for n, section in before.items() if section and after[n] == section)


@dataclass(slots=True)
class _Open:
    """A container that is open in the output, by its number on either side."""

    kind: str
    old: int | None
    new: int | None
    columns: int
    close: str
    part: str = ""
    next: int = 1
    """Of an ordered list: the number of its next item in the new text …"""
    skewed: bool = False
    """… and whether browsers would count otherwise."""


@dataclass
class _Renderer:
    style: Style
    fold: bool = False
    permalinks: bool = False
    top: int = 0
    retired: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    carried: frozenset[int] = frozenset()
    """Moves that need no words of their own; see `_carried`."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """What to say above the heading of a section that was split off or merged, by anchor."""
    levels: list[int] = field(default_factory=list)
    out: list[str] = field(default_factory=list)
    stack: list[_Open] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    tables: int = 0

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
        for op in head:
            self._operation(op)
        body = [op for op in body if op.new or op.move not in self.carried]
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
        if op.clause.kind in (Kind.BLANK, Kind.FRONT_MATTER):
            return
        if op.move and op.new is None and op.clause.kind is Kind.HEADING:
            self._close_to(0)
            self._gone(op, self.places[op.move][1])
            return
        self._enter(op)
        if op.move and op.new is None:
            self._gone(op, self.places[op.move][1])
            return
        match op.clause.kind:
            case Kind.HEADING:
                self._heading(op)
            case Kind.ROW:
                self._row(op)
            case Kind.CODE | Kind.HTML:
                words = self._words(op, op.cells[0]).replace("<br>\n", "\n")
                self.out.append(f"<pre{self._class(op)}>{self._label(op)}")
                self.out.append(f"<code>{words}</code></pre>\n")
            case Kind.RULE:
                self.out.append("<hr>\n")
            case _:
                words = self._label(op) + self._words(op, op.cells[0])
                if op.clause.tight:
                    self.out.append(f"<div{self._class(op)}>{words}</div>\n" if op.move else words)
                else:
                    self.out.append(f"<p{self._class(op)}>{words}</p>\n")

    def _heading(self, op: Operation) -> None:
        clause = op.clause
        anchor, level = clause.anchor, self._level(clause)
        if op.move and self.style.marked:
            left, _ = self.places[op.move]
            before = f"It stood behind “{escape(left)}”" if left else "It stood at the beginning"
            self.out.append(
                f'<p class="pp-label" id="moved-{op.move}-here">This section moved here. '
                f'<a href="#moved-{op.move}-away">{before}</a>.</p>\n'
            )
        if self.style.marked and anchor in self.origins and not (op.old and op.new):
            self.out.append(f'<p class="pp-label">{escape(self.origins[anchor])}.</p>\n')
        words = self._words(op, op.cells[0])
        name = f' id="{escape(anchor)}"' if anchor else ""
        old = "".join(
            f'<span class="pp-retired" id="{escape(old)}"></span>'
            for old, new in self.retired.items()
            if new and new == anchor
        )
        link = ""
        if self.permalinks and anchor:
            title = escape(f"Link to “{clause.text}”")
            link = (
                f' <a class="headerlink" href="#{escape(anchor)}" '
                f'title="{title}" aria-label="{title}">¶</a>'
            )
        self.out.append(f"<h{level}{name}{self._class(op)}>{old}{words}{link}</h{level}>\n")
        if anchor:
            self.headings.append(Heading(level, anchor, clause.text))

    def _level(self, clause: Clause) -> int:
        """The level to show: none is skipped, for readers who go from heading to heading."""
        if not self.top:
            return max(clause.level, 1)
        while self.levels and self.levels[-1] >= clause.level:
            self.levels.pop()
        self.levels.append(clause.level)
        return min(self.top + len(self.levels) - 1, 6)

    def _row(self, op: Operation) -> None:
        self._part(op)
        self.out.append(f"<tr{self._class(op)}>")
        for index, cell in enumerate(op.cells):
            # An empty heading cell would be announced as a heading of nothing.
            head = op.clause.head and any(span.text.strip() for span in cell)
            align = _align(op, index)
            style = f' class="pp-{align}"' if align else ""
            label = self._label(op) if index == 0 else ""
            name, scope = ("th", ' scope="col"') if head else ("td", "")
            self.out.append(f"<{name}{scope}{style}>{label}{self._words(op, cell)}</{name}>")
        self.out.append("</tr>\n")

    def _part(self, op: Operation) -> None:
        table = self.stack[-1]
        part = "thead" if op.clause.head else "tbody"
        if table.part != part:
            if table.part:
                self.out.append(f"</{table.part}>\n")
            self.out.append(f"<{part}>\n")
            table.part = part

    def _gone(self, op: Operation, reached: str) -> None:
        """Says at its old place where a clause went."""
        section = op.clause.kind is Kind.HEADING
        text = op.clause.text
        short = text if len(text) <= 70 else text[:67].rstrip() + "…"
        if section:
            to = f"now stands behind “{reached}”" if reached else "now stands at the beginning"
            words = f"The section “{escape(short)}” moved: it "
        else:
            to = f"to “{reached}”" if reached else "to the beginning"
            words = f"The text “{escape(short)}” moved "
        link = f'<a href="#moved-{op.move}-here">{escape(to)}</a>.'
        name = f' class="pp-away" id="moved-{op.move}-away"'
        if op.clause.kind is Kind.ROW:
            self._part(op)
            columns = len(op.cells)
            self.out.append(f'<tr{name}><td colspan="{columns}">{words}{link}</td></tr>\n')
        else:
            self.out.append(f"<p{name}>{words}{link}</p>\n")

    def _class(self, op: Operation) -> str:
        if not self.style.marked or op.unchanged:
            return ""
        if op.move:
            if op.move in self.carried or op.clause.kind is Kind.HEADING:
                return ' class="pp-moved"'
            return f' class="pp-moved" id="moved-{op.move}-here"'
        if op.old is None:
            return ' class="pp-added"'
        return ' class="pp-removed"' if op.new is None else ' class="pp-amended"'

    def _label(self, op: Operation) -> str:
        if self.style.marked and op.reset:
            return '<span class="pp-label">Set differently:</span> '
        if not self.style.marked or not op.move or op.move in self.carried:
            return ""
        left, _ = self.places[op.move]
        verb = "Moved here and amended, from" if op.amended else "Moved here from"
        return f'<a class="pp-label" href="#moved-{op.move}-away">{verb} “{escape(left)}”:</a> '

    # ── containers ───────────────────────────────────────────────────────────────────────────────

    def _enter(self, op: Operation) -> None:
        """Closes and opens lists, items, quotations and tables until those of the clause are open.

        A container of one side joins the open one of the other side where both have a clause in
        common, so that a list with an added item stays one list.
        """
        containers = op.clause.containers
        nothing = (None,) * len(containers)
        # A clause that is set differently now stands where it stands now.
        olds = op.old.containers if op.old and not op.reset else nothing
        news = op.new.containers if op.new else nothing
        depth = 0
        for depth_now, (container, old, new) in enumerate(zip(containers, olds, news, strict=True)):
            if depth_now >= len(self.stack) or not _joins(
                self.stack[depth_now], container, old, new, op
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
        if new and opened.new is None and opened.kind == "ordered":
            opened.next, opened.skewed = new.start, True
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
                len(op.cells),
                close,
                next=container.start,
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
                return f"<li{self._item(op)}>", "</li>\n"
        self.tables += 1
        name = f"Table {self.tables}"
        region = f'<div class="pp-table" role="region" tabindex="0" aria-label="{name}">'
        return f'{region}<table class="pp-table-grid">\n', "</table></div>\n"

    def _item(self, op: Operation) -> str:
        """The attributes of a list item: one that is gone takes no number of the new list."""
        around = self.stack[-1]
        if self.style.marked and op.new is None:
            around.skewed = True
            return ' class="pp-removed-item"'
        number = around.next
        around.next += 1
        return f' value="{number}"' if around.skewed and around.kind == "ordered" else ""

    def _close_to(self, depth: int) -> None:
        while len(self.stack) > depth:
            opened = self.stack.pop()
            if opened.part:
                self.out.append(f"</{opened.part}>\n")
            self.out.append(opened.close)

    # ── words ────────────────────────────────────────────────────────────────────────────────────

    def _words(self, op: Operation, cell: Sequence[Span]) -> str:
        return inline(cell, self.style)


def _align(op: Operation, index: int) -> str:
    """The alignment of a column: that of the new table where the column is in it."""
    old, new = op.columns[index] if op.columns else (index, index)
    for clause, column in ((op.new, new), (op.old, old)):
        if clause and column is not None and column < len(clause.align):
            return clause.align[column]
    return ""


def _joins(
    opened: _Open,
    container: Container,
    old: Container | None,
    new: Container | None,
    op: Operation,
) -> bool:
    if opened.kind != container.kind:
        return False
    # A table has one head, and it stands first (HTML §4.9.1).
    late_head = op.clause.head and opened.part == "tbody"
    if container.kind == "table" and (opened.columns != len(op.cells) or late_head):
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
