"""HTML: a text as a fragment of a page, without marks for changes.

The site, the PDF and the letter show a text by these fragments and a redline by those of `redline`.
Both write the same blocks, so page, PDF and letter cannot disagree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from itertools import chain, repeat

from markupsafe import Markup

from publisher.compare.spans import Span, SpanKind, kept_spans
from publisher.markup.blocks import Blocks, Cell, item_numbers
from publisher.markup.elements import NOTHING, attribute, concatenated, element
from publisher.markup.inline import Style, inline
from publisher.text.clauses import UNSEEN, Alike, Clause, Kind
from publisher.wording.words import ENGLISH, Words

_RETIRED, _PILCROW = attribute("class", "pp-retired"), attribute("class", "pp-pilcrow")
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of a fragment, for a list of contents."""

    level: int
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class HeadingLabel:
    """What readers are told of a section, right after its heading."""

    html: Markup
    language: str = ""
    """The language of the heading, if it is not that of the text."""


@dataclass(frozen=True, slots=True)
class ChangePlace:
    """A place of a fragment where something changed."""

    id: str
    """The id of its element: `change-retention-2` is the second change in section `retention`."""
    section: str
    """The anchor of its section; its title if it has no anchor."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of a page: HTML, its headings, and the places where something changed."""

    html: Markup
    headings: tuple[Heading, ...] = ()
    places: tuple[ChangePlace, ...] = ()


@dataclass(frozen=True, slots=True)
class TextLinks:
    """The addresses inside a text, and the links that stand beside its words."""

    permalinks: bool = False
    """Put a link to itself after each heading."""
    stories: str = ""
    """The address of the page with the history of each section, linked from each heading."""
    names: Sequence[str] = ()
    """The permanent name of each clause, if each is to have an address."""
    retired: Mapping[str, str] = field(default_factory=dict)
    """Anchors of removed sections, each with the anchor that takes its place: links to the old one
    lead to the new one."""
    former: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By anchor or name: names of removed clauses, links to which lead here."""


class Outline:
    """The headings of a text while it is written: their levels and names."""

    def __init__(self, top: int) -> None:
        """No heading yet; `top` is the level of the uppermost, 0 keeps the levels as written."""
        self.headings: list[Heading] = []
        self._top = top
        self._levels: list[int] = []
        self._taken: set[str] = set()

    def level(self, clause: Clause) -> int:
        """The level to show: none is skipped, for those who read by headings."""
        if not self._top:
            return max(clause.level, 1)
        while self._levels and self._levels[-1] >= clause.level:
            self._levels.pop()
        self._levels.append(clause.level)
        return min(self._top + len(self._levels) - 1, 6)

    def name(self, clause: Clause, level: int) -> Markup:
        """The attribute that names a heading, which is added to the list; no name is used twice."""
        anchor = clause.anchor
        if not anchor or anchor in self._taken:
            return NOTHING
        self._taken.add(anchor)
        self.headings.append(Heading(level, anchor, clause.text))
        return attribute("id", anchor)


def clauses_html(
    clauses: Iterable[Clause], words: Words = ENGLISH, *, paper: bool = False
) -> Markup:
    """Clauses as HTML, without marks for changes.

    Args:
        clauses: of one document, in order.
        words: those around it.
        paper: for a PDF.
    """
    return document_html(clauses, words=words, top=0, paper=paper).html


def document_html(
    clauses: Iterable[Clause],
    links: TextLinks | None = None,
    *,
    words: Words = ENGLISH,
    top: int = 2,
    paper: bool = False,
    labels: Mapping[str, HeadingLabel] | None = None,
) -> Fragment:
    """Clauses as HTML with the list of their headings.

    Args:
        clauses: of one document, in order.
        links: the addresses inside it and the links beside its words; None for just its anchors.
        words: those around it.
        top: the level of its uppermost headings; 0 keeps the levels as written.
        paper: for a PDF.
        labels: what follows the heading of a section, by its anchor.
    """
    links = links or TextLinks()
    named = zip(clauses, chain(links.names, repeat("")), strict=False)
    shown = [(clause, name) for clause, name in named if clause.kind not in UNSEEN]
    text = _Text([clause for clause, _ in shown], links, words, top)
    for clause, name in shown:
        text.blocks.enter(None, clause, len(clause.cells))
        cells = _cells(Alike(clause.key, clause), paper, words)
        if clause.kind is Kind.HEADING:
            text.heading(clause, cells[0].html, (labels or {}).get(clause.anchor))
        elif name:
            text.named(clause, cells, name)
        else:
            text.blocks.write(clause, cells)
    return Fragment(text.blocks.html, tuple(text.outline.headings))


@lru_cache(maxsize=1 << 14)
def _cells(alike: Alike, paper: bool, words: Words) -> tuple[Cell, ...]:
    """The words of a clause as HTML.

    The result depends on the arguments alone; the 16,384 that were asked for last are kept.
    """
    clause = alike.clause
    cells = [kept_spans(cell) for cell in clause.cells]
    return tuple(block_cells(clause, cells, Style(marked=False, paper=paper, words=words)))


class _Text:
    """A text while it is written."""

    def __init__(self, clauses: Sequence[Clause], links: TextLinks, words: Words, top: int) -> None:
        self.blocks = Blocks(
            {},
            item_numbers(clauses),
            both_ways=has_right_to_left(clauses),
            tables=partial(table_name, words),
        )
        self.outline = Outline(top)
        self.links, self.words = links, words

    def heading(self, clause: Clause, html: Markup, label: HeadingLabel | None) -> None:
        """A heading with its anchor, the anchors that lead to it, its links and its label."""
        links, level = self.links, self.outline.level(clause)
        attributes = self.outline.name(clause, level)
        replaced = (old for old, new in links.retired.items() if new and new == clause.anchor)
        before = _places((*replaced, *links.former.get(clause.anchor, ())))
        link = self._permalink(clause) if links.permalinks and attributes else NOTHING
        link += self._story(clause) if links.stories and attributes else NOTHING
        if label and label.language:
            attributes += attribute("lang", label.language)
        self.blocks.write(clause, [Cell(concatenated((before, html, link)))], attributes, level)
        if label:
            self.blocks.close_to(0)
            self.blocks.out.append(label.html)

    def named(self, clause: Clause, cells: Sequence[Cell], name: str) -> None:
        """A block with its address, and the link that shows it."""
        where, link = attribute("id", name), NOTHING
        if clause.kind not in (Kind.CODE, Kind.HTML, Kind.RULE):
            own = where if clause.tight else NOTHING
            said = self.words.gettext("Link to paragraph {name}", name=name)
            where_to = (attribute("href", f"#{name}"), attribute("aria-label", said))
            link = element("a", NOTHING, concatenated((_PILCROW, own, *where_to)))
        first, *others = cells or [Cell(NOTHING)]
        former = _places(self.links.former.get(name, ()))
        first = first._replace(html=concatenated((former, first.html)))
        whole = [first, *others]
        whole[-1] = whole[-1]._replace(html=concatenated((whole[-1].html, link)))
        self.blocks.write(clause, whole, where)

    def _permalink(self, clause: Clause) -> Markup:
        said = self.words.gettext("Link to “{section}”", section=clause.text)
        return Markup(' <a class="headerlink" href="#{}" title="{}" aria-label="{}">¶</a>').format(
            clause.anchor, said, said
        )

    def _story(self, clause: Clause) -> Markup:
        words = self.words
        return Markup(
            ' <a class="pp-story" href="{}#{}" aria-label="{}" '
            'title="{}" data-search-exclude>{}</a>'
        ).format(
            self.links.stories,
            clause.anchor,
            words.gettext("History of this section: {section}", section=clause.text),
            words.gettext("History of this section"),
            words.pgettext("of a section", "History"),
        )


def table_name(words: Words, number: int) -> str:
    """What the scrolling region around a table is called."""
    return words.gettext("Table {number}", number=number)


def earlier_table_name(words: Words, number: int) -> str:
    """The same of a table as it was before."""
    return words.gettext("Table {number} as it was before", number=number)


def _places(names: Iterable[str]) -> Markup:
    named = (concatenated((_RETIRED, attribute("id", name))) for name in names)
    return concatenated([element("span", NOTHING, attributes) for attributes in named])


def has_right_to_left(clauses: Iterable[Clause]) -> bool:
    """Whether any letter is written from right to left."""
    return any(is_written_right_to_left(clause.text) for clause in clauses)


def is_written_right_to_left(text: str) -> bool:
    """Whether any letter of a text is written from right to left."""
    return not text.isascii() and bool(_RIGHT_TO_LEFT.search(text))


def block_cells(
    clause: Clause, cells: Sequence[Sequence[Span]], style: Style, align: Sequence[str] = ()
) -> list[Cell]:
    """The words of a clause as HTML.

    Args:
        clause: whose words.
        cells: the words.
        style: how they are shown.
        align: the alignment of each column; empty: as the clause says.
    """
    found = []
    columns = align or clause.align
    if style.in_words and is_written_right_to_left(clause.text):
        style = replace(style, isolated=True)
    for index, cell in enumerate(cells):
        names = [f"pp-{columns[index]}"] if index < len(columns) and columns[index] else []
        if style.marked and cell and all(span.kind is SpanKind.DELETE for span in cell):
            names.append("pp-out")
        row = clause.kind is Kind.ROW
        named = attribute("class", " ".join(names)) if names and row else NOTHING
        empty = not any(span.text.strip() for span in cell)
        found.append(Cell(inline(cell, style), named, empty))
    return found
