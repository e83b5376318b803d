"""Measures: what one redline is worth, computed from its operations alone.

A word is a run of letters, digits and underscores, or a single other sign that is no space; the
same for every tool. A tool is held to the text it was given: to the Markdown source, or to the
text of the HTML rendered from it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from html.parser import HTMLParser
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from markdown_it import MarkdownIt
from mdit_py_plugins.front_matter import front_matter_plugin
from rapidfuzz.distance import Indel

from publisher.text.numbering import item_lines
from publisher.text.segmentation import without_typography

WORD = re.compile(r"\w+|[^\w\s]")
BREAK = 3
"""What a change costs a reader before its first word, in words."""
NEAR = 2
"""Kept words between two changes on a line are an island if there are no more than this."""

Fate = Literal["equal", "insert", "delete", "move_from", "move_to"]
OLD: tuple[Fate, ...] = ("equal", "delete", "move_from")
NEW: tuple[Fate, ...] = ("equal", "insert", "move_to")


class Op(NamedTuple):
    """One step of a redline: what becomes of a piece of text."""

    fate: Fate
    text: str


def words(text: str) -> list[str]:
    """The words and signs of a text, in order."""
    return WORD.findall(text)


def distance(old: Sequence[str], new: Sequence[str]) -> int:
    """The least number of words to delete and insert: exact, by longest common subsequence."""
    numbers: dict[str, int] = {}
    a, b = ([numbers.setdefault(word, len(numbers)) for word in side] for side in (old, new))
    return Indel.distance(a, b)


@dataclass(frozen=True)
class Reference:
    """The two texts that a redline has to give back."""

    old: str
    new: str

    @cached_property
    def sides(self) -> tuple[list[str], list[str]]:
        """The words of either text."""
        return words(self.old), words(self.new)

    @cached_property
    def least(self) -> int:
        """The least number of words to strike and to write."""
        return distance(*self.sides)


@dataclass(frozen=True)
class Score:
    """One redline, measured; the counts are in words unless they say otherwise."""

    correct: bool
    """Dropping what was inserted gives the old words, dropping what was deleted the new ones."""
    letters: bool
    """The same without regard to white space: some tools run words together."""
    off: float
    """How far the words given back are from the true ones, as a share of these; 0: not at all."""
    changed: int
    """Words struck and words written, those of moved text among them."""
    moved: int
    """How many of these are shown as moved."""
    least: int
    """The fewest words that could have been struck and written."""
    runs: int
    """Changes: places where kept words stop being neighbours."""
    islands: int
    """Changes no more than `NEAR` words from the one before, on the same line."""

    @property
    def cost(self) -> int:
        """Words to read and changes to stop at."""
        return self.changed + BREAK * self.runs


# ── a redline as operations ──────────────────────────────────────────────────────────────────────


class _Piece(NamedTuple):
    """A stretch of one side's text; `shift` leads to the same stretch of the other side."""

    start: int
    end: int
    shift: int


class _Side:
    """One side of a redline: its text, where its words stand, which stretches were moved."""

    def __init__(self, ops: Iterable[Op], fates: Sequence[Fate]) -> None:
        parts: list[str] = []
        self.moved: list[_Piece] = []
        at = 0
        for op in ops:
            if op.fate in fates:
                if op.fate == fates[2]:
                    self.moved.append(_Piece(at, at + len(op.text), 0))
                parts.append(op.text)
                at += len(op.text)
        self.text = "".join(parts)
        self.spans = [found.span() for found in WORD.finditer(self.text)]

    @cached_property
    def words(self) -> list[str]:
        return [self.text[a:b] for a, b in self.spans]

    def moved_words(self) -> int:
        return sum(_around(self.moved, a, b) is not None for a, b in self.spans)


def _around(pieces: Sequence[_Piece], start: int, end: int) -> _Piece | None:
    """The piece that holds all of a stretch; pieces are in order and do not overlap."""
    index = bisect_right(pieces, start, key=lambda piece: piece.start) - 1
    if index < 0 or pieces[index].end < end:
        return None
    return pieces[index]


def _kept_pieces(ops: Iterable[Op]) -> list[_Piece]:
    """The stretches of old text that are kept; those that touch on both sides are one."""
    pieces: list[_Piece] = []
    old = new = 0
    for fate, text in ops:
        if fate == "equal" and text:
            if pieces and pieces[-1].end == old and pieces[-1].shift == new - old:
                pieces[-1] = pieces[-1]._replace(end=old + len(text))
            else:
                pieces.append(_Piece(old, old + len(text), new - old))
        old += len(text) * (fate in OLD)
        new += len(text) * (fate in NEW)
    return pieces


def _kept_words(ops: Sequence[Op], old: _Side, new: _Side) -> list[tuple[int, int]]:
    """Index pairs of the words that are whole words of both sides, wholly within kept text."""
    index = {span: j for j, span in enumerate(new.spans)}
    pieces = _kept_pieces(ops)
    pairs = []
    for i, (start, end) in enumerate(old.spans):
        piece = _around(pieces, start, end)
        if piece:
            j = index.get((start + piece.shift, end + piece.shift))
            if j is not None:
                pairs.append((i, j))
    return pairs


def score(ops: Sequence[Op], reference: Reference) -> Score:
    """Measures one redline.

    Args:
        ops: the redline, in reading order.
        reference: the texts it should give back.
    """
    old, new = _Side(ops, OLD), _Side(ops, NEW)
    sides = list(zip((old, new), reference.sides, (reference.old, reference.new), strict=True))
    correct = all(side.words == true for side, true, _ in sides)
    wrong = 0 if correct else sum(distance(side.words, true) for side, true, _ in sides)
    kept = _kept_words(ops, old, new)
    blocks = _blocks(kept)
    runs, islands = _runs(blocks, old, new)
    moved = bool(old.moved or new.moved)
    return Score(
        correct=correct,
        letters=correct or all(_bare(side.text) == _bare(text) for side, _, text in sides),
        off=wrong / max(1, sum(len(true) for _, true, _ in sides)),
        changed=len(old.spans) + len(new.spans) - 2 * len(kept),
        moved=old.moved_words() + new.moved_words() if moved else 0,
        least=reference.least,
        runs=runs,
        islands=islands,
    )


def _bare(text: str) -> str:
    return "".join(text.split())


def _blocks(kept: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """Kept words that are neighbours on both sides: (first old, first new, how many)."""
    blocks: list[tuple[int, int, int]] = []
    for i, j in kept:
        if blocks:
            a, b, n = blocks[-1]
            if (i, j) == (a + n, b + n):
                blocks[-1] = (a, b, n + 1)
                continue
        blocks.append((i, j, 1))
    return blocks


def _runs(blocks: Sequence[tuple[int, int, int]], old: _Side, new: _Side) -> tuple[int, int]:
    """How many changes there are around the kept blocks, and how many follow an island."""
    edges = (len(old.spans), len(new.spans))
    if not blocks:
        return int(edges != (0, 0)), 0
    first, (a, b, n) = blocks[0], blocks[-1]
    opening, closing = first[:2] != (0, 0), (a + n, b + n) != edges
    # Each block has a change before and behind it, but for the outermost two.
    between = blocks[0 if opening else 1 : None if closing else -1]
    # A change of typography is a place to look at, but no word to read: it parts no phrase.
    ends = [(0, 0), *((i + n, j + n) for i, j, n in blocks)]
    begins = [*(block[:2] for block in blocks), edges]
    worded = [
        not _same_but_for_typography(old.words[i:k], new.words[j:m])
        for (i, j), (k, m) in zip(ends, begins, strict=True)
    ]
    if not opening:
        worded = worded[1:]
    islands = sum(
        n <= NEAR
        and worded[place]
        and worded[place + 1]
        and "\n" not in new.text[new.spans[j][0] : new.spans[j + n - 1][1]]
        for place, (_, j, n) in enumerate(between)
    )
    return len(blocks) - 1 + opening + closing, islands


def _same_but_for_typography(old: Sequence[str], new: Sequence[str]) -> bool:
    return without_typography("".join(old)) == without_typography("".join(new))


# ── Markdown and HTML ────────────────────────────────────────────────────────────────────────────


@cache
def markdown() -> MarkdownIt:
    """The reader that renders both texts for the tools that compare HTML."""
    reader = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    return reader.use(front_matter_plugin)


_TYPED_BREAK = re.compile(r"&lt;br\s*/?&gt;", re.IGNORECASE)


def render(text: str) -> str:
    """Markdown as HTML; a break that was typed as HTML is one, the only HTML that pages show."""
    return _TYPED_BREAK.sub("<br>", str(markdown().render(text)))


_LEAVES = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "td", "th", "pre", "blockquote"}
_TABLES = {"table", "thead", "tbody", "tr"}
_LISTS = {"ul", "ol", "dl", "dt", "dd"}
_BLOCKS = _LEAVES | _TABLES | _LISTS | {"div", "section", "article", "body", "html", "hr", "br"}
_VOID = {"br", "hr", "img", "input", "meta", "link", "col", "wbr"}
_ELEMENTS: dict[str, Fate] = {"ins": "insert", "del": "delete", "strike": "delete"}
_CLASSES: dict[str, Fate] = {
    "diff_insert": "insert",
    "vdd-added": "insert",
    "html-diff-create": "insert",
    "redline-inserted": "insert",
    "diff_delete": "delete",
    "vdd-removed": "delete",
    "html-diff-delete": "delete",
    "redline-deleted": "delete",
}
"""Class names that tools use instead of `ins` and `del`."""
_SHOWN = re.compile(
    r"<ins\b|<del\b|diff_insert|diff_delete|html-diff-|vdd-|diffmod|tagdiff_|class=\"mod\"|"
    r"data-diff-node|data-(?:old-href|href-old|href-new)|diff-format"
)
"""What tools write to show that a link or the formatting changed."""


class Leaf(NamedTuple):
    """An innermost block of a page: its element and its pieces of text."""

    element: str
    parts: list[Op]


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Op] = []
        self.leaves: list[Leaf] = []
        self._open: list[tuple[str, Fate | None, Leaf | None]] = []

    @property
    def _fate(self) -> Fate:
        marks = {mark for _, mark, _ in self._open}
        return "delete" if "delete" in marks else "insert" if "insert" in marks else "equal"

    def _text(self, text: str) -> None:
        part = Op(self._fate, text)
        self.parts.append(part)
        leaf = next((leaf for *_, leaf in reversed(self._open) if leaf), None)
        if leaf:
            leaf.parts.append(part)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._text("\n")
        if tag in _VOID:
            return
        leaf = Leaf(tag, []) if tag in _LEAVES else None
        if leaf:
            self.leaves.append(leaf)
        self._open.append((tag, _mark(tag, dict(attrs).get("class") or ""), leaf))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        # Not every tool nests what it writes: whichever of that name was opened last ends here.
        places = [index for index, (name, *_) in enumerate(self._open) if name == tag]
        if places:
            del self._open[places[-1]]
        if tag in _BLOCKS:
            self._text("\n")

    def handle_data(self, data: str) -> None:
        self._text(data)


def _mark(tag: str, classes: str) -> Fate | None:
    if "vdd-modified" in classes or classes == "mod":
        return None  # kept words, set differently
    named = (fate for name, fate in _CLASSES.items() if name in classes)
    return _ELEMENTS.get(tag) or next(named, None)


@dataclass(frozen=True)
class Page:
    """HTML read back."""

    ops: list[Op]
    leaves: list[Leaf]

    @property
    def text(self) -> str:
        """All its text; blocks end in line breaks."""
        return "".join(op.text for op in self.ops)

    def blocks(self, without: Fate | None = None) -> list[tuple[str, list[str]]]:
        """The innermost blocks that have words, less the text of one fate: (element, words)."""
        found = (
            (leaf.element, words(item))
            for leaf in self.leaves
            for item in _items(
                leaf.element, "".join(text for fate, text in leaf.parts if fate != without)
            )
        )
        return [block for block in found if block[1]]


def _items(element: str, text: str) -> list[str]:
    """A paragraph cut where lines begin with labels of legal numbering, `(a)`, as we read it."""
    lines = re.split("\n+", text)  # a break is a sign and a line end
    starts = item_lines(lines) if element == "p" else []
    return ["\n".join(lines[a:b]) for a, b in pairwise([0, *starts, len(lines)])]


def read_page(html: str) -> Page:
    """Reads a redline back from its HTML: `ins`, `del`, and what else tools use for them."""
    page = _Page()
    page.feed(html)
    page.close()
    joined = groupby(page.parts, key=lambda op: op.fate)
    ops = [Op(fate, "".join(op.text for op in group)) for fate, group in joined]
    return Page(ops, page.leaves)


def shows_change(html: str) -> bool:
    """Whether a redline in HTML marks anything at all, even if only a link or formatting."""
    return bool(_SHOWN.search(html))
