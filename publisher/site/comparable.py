r"""A version written down so that a browser can compare it with any other of its policy.

A clause bears the name that it always had, so that no browser need find out what became of it.
What a word is only this program knows: most are what a simple rule takes for one, and the others
are named. How a clause is set is written down as the tags that it stands in.

As JSON:

    {"words": [word, …], "cuts": [cut, …], "containers": [tag, …], "clauses": [clause, …]}
    words: what the simple rule does not take for one word, and defined terms; as patterns
    cuts: where clauses were split or merged; see `clause_names`
    containers: the tag of each list, item, quotation, table and part of a table
    clause: [name, words, shape, containers, tags, cell, …]
        name: of a heading its anchor, or "~" and a name of its own where it has none
        words: how many; of a heading, those of its whole section
        shape: equal where a clause is set alike; "#" and the level begin that of a heading
        containers: their places in the list of all, the outermost first
    cell: [tags, [text, tags], …], each with the tags around it

`compare.js` reads it, with the rules that the page hands over: see `compare_rules`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from itertools import count, groupby
from operator import itemgetter

import regex
from markupsafe import Markup

from publisher.compare.change import section_name
from publisher.compare.clause_names import ClauseNames
from publisher.markup.blocks import item_numbers
from publisher.markup.elements import NOTHING, attribute, concatenated
from publisher.markup.html import (
    Outline,
    earlier_table_name,
    has_right_to_left,
    table_name,
)
from publisher.text.clauses import UNSEEN, Alike, Clause, Document, Kind, Mark, Run
from publisher.text.numbering import label_depth
from publisher.text.segmentation import COUNTED, TYPOGRAPHY, words_in
from publisher.wording.words import Words

COMPARABLE_FORMAT = 14
"""To be raised whenever the same text is written down otherwise, or another script reads it: no
browser then uses a stale copy."""

_OTHER_CUTS = ("Han", "Hiragana", "Thai", "Lao", "Khmer", "Myanmar")
"""Scripts of which not every run of letters is a word."""
_LETTER = "(?![" + "".join([rf"\p{{{name}}}" for name in _OTHER_CUTS]) + r"])[\p{L}\p{M}\p{N}_]"
_SIMPLE = rf"(?!\p{{Nd}})(?:{_LETTER})+(?:['’](?:{_LETTER})+)*|(?:{_LETTER})+|\S"
_SPACE = r"[^\S\ufeff]"
"""To browsers a byte order mark is a space."""
_PIECE = regex.compile(_SIMPLE, regex.V0)
_LATIN = re.compile(r"[^\W\d]\w*(?:'\w+)*|\w+|\S")
"""The simple rule as it is for plain letters, and quicker."""


def compare_rules() -> dict[str, object]:
    """What `compare.js` must know of words, beside their names in each version."""
    return {
        "rest": _script(rf")(?!{_LETTER})|{_SIMPLE}|\ufeff"),
        "lead": rf"^{_SPACE}*",
        "tail": rf"{_SPACE}*$",
        "counted": _script(COUNTED),
        "typography": [list(rule) for rule in TYPOGRAPHY],
    }


_LETTERS = (
    (r"[^\W\d_]", r"\p{L}"),
    (r"[^\w\s]", r"[^\p{L}\p{N}_\s]"),
    (r"\d{4}\b", r"\d{4}(?![\p{L}\p{N}_])"),
)


def _script(pattern: str) -> str:
    """A pattern as browsers understand it: they want to be told that these names are scripts, and
    to them only the letters of ASCII are any.
    """
    for ours, theirs in _LETTERS:
        pattern = pattern.replace(ours, theirs)
    return re.sub(rf"\\p\{{({'|'.join(_OTHER_CUTS)})\}}", r"\\p{sc=\1}", pattern)


def comparable_text(document: Document, naming: ClauseNames, words: Words) -> bytes:
    """A version as JSON.

    Args:
        document: its text.
        naming: the names of its clauses.
        words: those around it.
    """
    shown = [
        (clause, name)
        for clause, name in zip(document.clauses, naming.names, strict=True)
        if clause.kind not in UNSEEN
    ]
    text = _Text([clause for clause, _ in shown], words)
    clauses = [text.clause(clause, name) for clause, name in shown]
    value = {
        "words": sorted({"\0", *map(_pattern, _words([clause for clause, _ in shown]))}),
        "cuts": [list(cut[:5]) for cut in naming.cuts],
        "containers": text.containers,
        "clauses": clauses,
    }
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


class _Text:
    """A text while it is written down."""

    def __init__(self, clauses: Sequence[Clause], words: Words) -> None:
        self._words = words
        self.containers: list[str] = []
        self._known: dict[tuple[str, int, str], int] = {}
        self._items = item_numbers(clauses)
        self._way = attribute("dir", "auto") if has_right_to_left(clauses) else NOTHING
        self._outline = Outline(2)
        self._taken: set[str] = set()
        self._tables = 0
        self._sizes = _sizes(clauses)

    def clause(self, clause: Clause, name: str) -> list[object]:
        around = list(self._around(clause))
        way = NOTHING if around else self._way
        size, tags = clause.words, _TAGS.get(clause.kind, Markup("<p>"))
        if clause.kind is Kind.HEADING:
            level = self._outline.level(clause)
            size, name = next(self._sizes), self._heading(clause)
            anchor = NOTHING if name.startswith("~") else attribute("id", name)
            tags = Markup("<h{}{}>").format(level, anchor)
        if depth := label_depth(clause.text) if clause.kind is Kind.PARAGRAPH else 0:
            tags = Markup('<p data-level="{}">').format(depth)
        if clause.tight:
            tags = NOTHING
        tags = tags.replace(">", way + Markup(">"), 1)
        cells = _cells(Alike(clause.key, clause), self._words)
        return [name, size, _shape(clause), around, tags, *cells]

    def _heading(self, clause: Clause) -> str:
        """Its anchor; else a name that no other heading has."""
        name = clause.anchor
        if not name or name in self._taken:
            own = f"~{section_name(clause.anchor, clause.text)}"
            names = (f"{own}~{n}" if n > 1 else own for n in count(1))
            name = next(n for n in names if n not in self._taken)
        self._taken.add(name)
        return name

    def _around(self, clause: Clause) -> Iterator[int]:
        ordered, way = False, self._way
        for container in clause.containers:
            key = (clause.file, container.number)
            match container.kind:
                case "item":
                    value = attribute("value", str(self._items[key])) if ordered else NOTHING
                    yield self._container(*key, Markup("<li{}>").format(value))
                case "table":
                    grid = Markup('<table class="pp-table-grid"{}>').format(way)
                    part = Markup("<thead>") if clause.head else Markup("<tbody>")
                    yield self._container(*key, _TABLE)
                    yield self._container(*key, grid)
                    yield self._container(*key, part)
                case kind:
                    yield self._container(*key, Markup("<{}{}>").format(_LISTS[kind], way))
            ordered, way = container.kind == "ordered", NOTHING

    def _container(self, file: str, number: int, tag: Markup) -> int:
        key = (file, number, tag)
        if key not in self._known:
            self._known[key] = len(self.containers)
            if tag == _TABLE:
                self._tables += 1
                tag = Markup(
                    '<div class="pp-table" role="region" tabindex="0"'
                    ' aria-label="{}" data-was="{}">'
                ).format(
                    table_name(self._words, self._tables),
                    earlier_table_name(self._words, self._tables),
                )
            self.containers.append(tag)
        return self._known[key]


_LISTS = {"bullet": "ul", "ordered": "ol", "quote": "blockquote"}
_TAGS = {
    Kind.ROW: Markup("<tr>"),
    Kind.CODE: Markup("<pre><code>"),
    Kind.HTML: Markup("<pre><code>"),
    Kind.RULE: Markup("<hr>"),
}
_TABLE = Markup("Table")
"""Stands for the region around a table, which is called by its number."""


def _sizes(clauses: Sequence[Clause]) -> Iterator[int]:
    """How many words each section has that has a heading."""
    for section in Document(tuple(clauses)).sections:
        if section.heading:
            yield sum(clause.words for clause in section.clauses)


def _shape(clause: Clause) -> str:
    if clause.kind is Kind.HEADING:
        return f"#{clause.level}{clause.shape}"
    # A list that starts elsewhere than at 1, or restarts, is set otherwise.
    ordinary = clause.begins == "list" and clause.number == 1
    return f"{clause.shape} {clause.number}" if clause.begins and not ordinary else clause.shape


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def _words(clauses: Sequence[Clause]) -> set[str]:
    """The words that the simple rule takes for something else, and the defined terms."""
    found: set[str] = set()
    for clause in clauses:
        found.update(clause.defines)
        for cell in clause.cells:
            found.update(_special("".join([run.text for run in cell])))
    return found


@lru_cache(maxsize=1 << 14)
def _special(text: str) -> tuple[str, ...]:
    found = words_in(text)
    if found == (_LATIN if text.isascii() else _PIECE).findall(text):
        return ()
    return tuple({word for word in found if _PIECE.findall(word) != [word]})


@cache
def _pattern(word: str) -> str:
    return re.sub(r"[\\^$.*+?()\[\]{}|/]", r"\\\g<0>", word)


# ── cells ────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=1 << 14)
def _cells(alike: Alike, words: Words) -> tuple[object, ...]:
    clause = alike.clause
    return tuple([_cell(clause, n, cell, words) for n, cell in enumerate(clause.cells)])


def _cell(clause: Clause, column: int, runs: Sequence[Run], words: Words) -> list[object]:
    tags = NOTHING
    if clause.kind is Kind.ROW:
        align = clause.align[column] if column < len(clause.align) else ""
        name = attribute("class", f"pp-{align}") if align else NOTHING
        named = clause.head and any(run.text.strip() for run in runs)
        tags = (Markup('<th scope="col"{}>') if named else Markup("<td{}>")).format(name)
    marked = [(run.text, tags_of(run.marks, words)) for run in runs]
    alike = groupby(marked, key=itemgetter(1))
    return [tags, *[["".join([text for text, _ in group]), marks] for marks, group in alike]]


def _kind_of(own: Mark) -> str:
    return own.kind


def tags_of(marks: Iterable[Mark], words: Words) -> Markup:
    """The tags of words, in one order: which of two is the inner one, nobody sees."""
    return concatenated([mark(own, words) for own in sorted(marks, key=_kind_of)])


def mark(own: Mark, words: Words) -> Markup:
    """The tag of some formatting; a picture is its description, with our own words around it."""
    match own.kind:
        case "link":
            return Markup('<a href="{}">').format(own.value)
        case "image":
            said = words.gettext("[picture: {description}]", description="\0").partition("\0")
            return Markup(
                '<span class="pp-picture" data-href="{}" data-before="{}" data-after="{}">'
            ).format(own.value, said[0], said[2])
        case "html":
            return Markup("<span>")
    return Markup("<{}>").format(own.kind)
