"""Parsing: a Markdown text read into clauses.

markdown-it-py reads the text once; the clauses made from its tokens are what is compared and what
is rendered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, pairwise
from typing import Any, NamedTuple

from markdown_it.token import Token

from publisher.text.clauses import Clause, Container, Kind, Mark, Run
from publisher.text.definitions import UnusedDefinition, read_markdown
from publisher.text.numbering import item_lines
from publisher.text.segmentation import defined_terms

_ANCHOR_SUFFIX = re.compile(r"[ \t]*\{#([^{}\s]*)\}\s*$")


def split_anchor(heading: str) -> tuple[str, str | None]:
    """A heading's words and its anchor: `"Contact {#contact}"` gives `("Contact", "contact")`."""
    found = _ANCHOR_SUFFIX.search(heading)
    return (heading[: found.start()], found[1]) if found else (heading, None)


def source_lines(text: str) -> list[str]:
    """The lines of a text with their ends, cut where Markdown cuts them."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)


def parse(text: str, file: str = "", numbers: Iterator[int] | None = None) -> tuple[Clause, ...]:
    """The clauses of a Markdown text; their `raw` put end to end is `text`.

    Args:
        text: Markdown.
        file: the name to record in each clause.
        numbers: where its containers get their numbers; the texts of one document share it, so
            that a table of one is never taken for a table of another. None: from 1.
    """
    numbers = numbers or count(1)
    found: list[Clause] = []
    line = 1
    # A byte order mark is no letter: what follows it is the beginning of the text.
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    for part in _parts(text.removeprefix(mark)):
        read = _read(part)
        named = [next(numbers) for _ in range(read.containers)]
        for start, raw, around, facts in read.blocks:
            inside = tuple([Container(kind, named[n], first) for kind, n, first in around])
            raw, mark = mark + raw, ""
            found.append(Clause(raw=raw, line=line + start, file=file, containers=inside, **facts))
        line += read.lines
    if not found and text:
        return (Clause(Kind.BLANK, text, ((),), file=file),)
    return tuple(found)


# ── parts ────────────────────────────────────────────────────────────────────────────────────────

# Hardly anything changes from one version of a policy to the next. So a text is read in parts that
# mean the same wherever they are, and each part is read once.

_BEGINS = re.compile(r"\n[ \t]*\n(?=[^\s>|])(?!---|[-+*](?:[ \t\n]|\Z)|\d+[.)])")
"""The beginning of a line after a blank one that continues nothing above it.

It is not indented like the content of a list, and begins neither an item nor a quotation
(CommonMark §5.2). Nor does it begin with `---`: that is front matter at the top of a text."""
_REACHES_ON = re.compile(r"^[ \t>*+\-\d.)]*(?:```|~~~|<[A-Za-z/!?])", re.MULTILINE)
"""What may extend beyond blank lines: fenced code and HTML (CommonMark §4.5, §4.6)."""


def _parts(text: str) -> list[str]:
    """A text cut where nothing above affects how the rest is read."""
    # A reference may be defined anywhere (CommonMark §4.7); front matter may hold blank lines.
    apart = "]:" not in text and "\r" not in text and not text.startswith("---")
    if apart and any(sign in text for sign in ("```", "~~~", "<")):
        apart = not _REACHES_ON.search(text)
    if not apart:
        return [text]
    ends = [found.end() for found in _BEGINS.finditer(text)]
    if ends and not text[: ends[0]].strip(" \t\n"):
        ends = ends[1:]
    return [text[a:b] for a, b in pairwise([0, *ends, len(text)]) if a < b]


class _Block(NamedTuple):
    """One clause of a part, wherever in a text the part is."""

    line: int
    """Its first line, counted from the beginning of the part."""
    raw: str
    around: tuple[tuple[str, int, int], ...]
    """The containers around it: kind, number within the part, start."""
    facts: dict[str, Any]


class _Part(NamedTuple):
    """A part of a text, read."""

    blocks: tuple[_Block, ...]
    lines: int
    containers: int


@lru_cache(maxsize=1 << 14)
def _read(text: str) -> _Part:
    """A part of a text, read.

    The result depends on the text alone; the 16,384 parts that were asked for last are kept.
    """
    numbers = count()
    reader = _Reader(numbers)
    tokens, unused = read_markdown(text)
    lines = source_lines(text)
    reader.read(tokens)
    reader.define(unused, lines)
    starts = [start for start, _ in reader.found]
    ends = [*starts[1:], len(lines)][: len(starts)]
    blocks = []
    for n, ((start, facts), end) in enumerate(zip(reader.found, ends, strict=True)):
        around = tuple((c.kind, c.number, c.start) for c in facts.pop("containers"))
        blocks.append(_Block(start, "".join(lines[start * bool(n) : end]), around, facts))
    return _Part(tuple(blocks), len(lines), next(numbers))


@dataclass
class _Numbering:
    """A numbered list that is open."""

    start: int
    behind: bool
    """Whether it follows another one without a word between them."""
    items: int = 0


_USUAL = (1, "list")
"""The number at which lists begin."""


class _Reader:
    """Walks markdown-it's tokens and collects (first line, facts of the clause) of each block."""

    def __init__(self, numbers: Iterator[int]) -> None:
        self.found: list[tuple[int, dict[str, Any]]] = []
        self._around: list[Container] = []
        self._numbers = numbers
        self._item_leaves: list[tuple[int, int]] = []
        self._numbering: list[_Numbering] = []
        self._row: list[tuple[Run, ...]] = []
        self._align: list[str] = []
        self._head = False
        self._open = _at(0)
        self._entered: list[tuple[Sequence[int], tuple[Container, ...]]] = []
        """Every container with those around it, and the lines that it reaches over."""

    def _enter(self, token: Token, kind: str, start: int = 1) -> None:
        self._around.append(Container(kind, next(self._numbers), start))
        self._entered.append((token.map or (0, 0), tuple(self._around)))

    def _enter_numbered(self, token: Token, behind: bool) -> None:
        start = int(token.attrs.get("start", 1))
        self._numbering.append(_Numbering(start, behind))
        self._enter(token, "ordered", start)

    def _count_item(self) -> None:
        if self._around[-2].kind == "ordered":
            self._numbering[-1].items += 1

    def _add(self, token: Token, kind: Kind, cells: Sequence[tuple[Run, ...]], **more: Any) -> None:
        start = token.map[0] if token.map else (self.found[-1][0] if self.found else 0)
        head = more.get("head", False)
        shape = "/".join([kind, *[around.kind for around in self._around], "head" * head])
        numbering = self._numbered()
        text = " | ".join(["".join([run.text for run in cell]) for cell in cells])
        runs = [run for cell in cells for run in (*cell, _END)]
        setting = [str(more[name]) for name in ("level", "anchor", "align", "info") if name in more]
        if numbering.get("begins") and (numbering["number"], numbering["begins"]) != _USUAL:
            setting.append("{number} {begins}".format_map(numbering))
        facts = {
            "kind": kind,
            "cells": tuple(cells),
            "containers": tuple(self._around),
            "text": text,
            "words": len(text.split()),
            "defines": defined_terms(text),
            "shape": shape,
            "key": "\0".join([shape, *setting, *[repr(r) if r.marks else r.text for r in runs]]),
            **numbering,
            **more,
        }
        self.found.append((start, facts))

    def _numbered(self) -> dict[str, Any]:
        """The number of an item that begins here, if it has one, and whether its list does."""
        if not self._item_leaves or self._item_leaves[-1][0] != len(self.found):
            return {}
        if self._around[-1].kind != "item" or self._around[-2].kind != "ordered":
            return {}
        own = self._numbering[-1]
        begins = "" if own.items > 1 else "list behind a list" if own.behind else "list"
        return {"number": own.start + own.items - 1, "begins": begins}

    def read(self, tokens: Sequence[Token]) -> None:
        for index, token in enumerate(tokens):
            match token.type:
                case "bullet_list_open":
                    self._enter(token, "bullet")
                case "ordered_list_open":
                    behind = bool(index) and tokens[index - 1].type == "ordered_list_close"
                    self._enter_numbered(token, behind)
                case "blockquote_open":
                    self._enter(token, "quote")
                case "list_item_open":
                    self._enter(token, "item")
                    self._item_leaves.append((len(self.found), token.map[0] if token.map else 0))
                    self._count_item()
                case "list_item_close":
                    leaves, line = self._item_leaves.pop()
                    if leaves == len(self.found):
                        # An empty item has no block of its own, but readers see it.
                        self._add(_at(line), Kind.PARAGRAPH, ((),), tight=True)
                    self._around.pop()
                case "table_open":
                    self._enter(token, "table", _columns(tokens, index))
                case (
                    "bullet_list_close" | "ordered_list_close" | "blockquote_close" | "table_close"
                ):
                    if self._around.pop().kind == "ordered":
                        self._numbering.pop()
                case "thead_open" | "thead_close":
                    self._head = token.type == "thead_open"
                case "tr_open":
                    self._row, self._align, self._open = [], [], token
                case "th_open" | "td_open":
                    style = str(token.attrs.get("style", ""))
                    self._align.append(style.removeprefix("text-align:"))
                case "tr_close":
                    self._add(
                        self._open, Kind.ROW, self._row, head=self._head, align=tuple(self._align)
                    )
                case "paragraph_open" | "heading_open":
                    self._open = token
                case "inline":
                    self._inline(token)
                case "fence" | "code_block":
                    self._code(token)
                case "front_matter":
                    self._add(token, Kind.FRONT_MATTER, ((),))
                case "hr":
                    self._add(token, Kind.RULE, ((),))
                case "html_block":
                    self._add(token, Kind.HTML, ((Run(token.content, (Mark("html"),)),),))

    def define(self, unused: Iterable[UnusedDefinition], lines: Sequence[str]) -> None:
        """Adds what no link uses, each where it is among the clauses.

        Args:
            unused: the definitions.
            lines: of the source.
        """
        for start, end in unused:
            around = [own for (first, last), own in self._entered if first <= start < last]
            self._around = list(around[-1]) if around else []
            words = " ".join([line.strip(" \t>\r\n") for line in lines[start:end]])
            self._add(_at(start), Kind.DEFINITION, ((Run(words.strip()),),))
        # What begins in one line stays in order.
        self.found.sort(key=lambda found: found[0])

    def _code(self, token: Token) -> None:
        # The end of its last line is no part of the words: a paragraph of the same ones has none.
        words = Run(token.content.removesuffix("\n"))
        self._add(token, Kind.CODE, ((words,),), info=token.info.strip())

    def _inline(self, token: Token) -> None:
        children = token.children or []
        if self._open.type == "tr_open":
            self._row.append(_runs(children))
        elif self._open.type == "heading_open":
            runs = _runs(children)
            words, anchor = split_anchor(runs[-1].text) if runs else ("", None)
            if anchor is not None:
                runs = (*runs[:-1], Run(words, runs[-1].marks)) if words else runs[:-1]
            level = int(self._open.tag[1])
            self._add(self._open, Kind.HEADING, (runs,), level=level, anchor=anchor or "")
        else:
            items = _items(token)
            # Items of their own would run into one another in a list without blank lines.
            tight = self._open.hidden and len(items) == 1
            line = self._open.map[0] if self._open.map else 0
            for start, own in items:
                at = _at(line + start) if start else self._open
                self._add(at, Kind.PARAGRAPH, (_runs(own),), tight=tight)


def _items(paragraph: Token) -> list[tuple[int, Sequence[Token]]]:
    """A paragraph cut where lines begin with labels: their places, and the words from there on."""
    children = paragraph.children or []
    lines = paragraph.content.split("\n")
    starts = item_lines(lines) if len(lines) > 1 else []
    breaks = [n for n, token in enumerate(children) if token.type in ("softbreak", "hardbreak")]
    # A line may end amid code or in the address of a link; and marks may go on in the next.
    if (
        not starts
        or len(breaks) != len(lines) - 1
        or any(children[breaks[s - 1]].level for s in starts)
    ):
        return [(0, children)]
    cuts = [-1, *[breaks[start - 1] for start in starts], len(children)]
    parts = [children[a + 1 : b] for a, b in pairwise(cuts)]
    return list(zip([0, *starts], parts, strict=True))


_END = Run("|")
"""Ends each cell in the key of a clause."""


def _at(line: int) -> Token:
    return Token("paragraph_open", "p", 1, map=[line, line])


def _columns(tokens: Sequence[Token], start: int) -> int:
    count = 0
    for token in tokens[start:]:
        if token.type == "tr_close":
            break
        count += token.type in ("th_open", "td_open")
    return count


_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
"""The line break that is written as HTML: in a cell of a table there is no other way."""


def _runs(children: Sequence[Token]) -> tuple[Run, ...]:
    runs: list[Run] = []
    marks: list[Mark] = []

    def add(text: str, *own: Mark) -> None:
        all_marks = (*marks, *own)
        if not text:
            return
        if runs and runs[-1].marks == all_marks and not own:
            runs[-1] = Run(runs[-1].text + text, all_marks)
        else:
            runs.append(Run(text, all_marks))

    for token in children:
        match token.type:
            case "text" | "text_special":
                add(re.sub(r"[ \t]+", " ", token.content))
            case "softbreak":
                add(" ")
            case "hardbreak":
                add("\n")
            case "code_inline":
                add(token.content, Mark("code"))
            case "image":
                add(token.content or "image", Mark("image", str(token.attrs.get("src", ""))))
            case "html_inline" if _LINE_BREAK.fullmatch(token.content):
                add("\n")
            case "html_inline":
                add(token.content, Mark("html"))
            case "strong_open":
                marks.append(Mark("strong"))
            case "em_open":
                # Which of the two is the inner one nobody sees: as in `***words***`, bold is.
                outer = next((n for n, mark in enumerate(marks) if mark.kind == "strong"), None)
                marks.insert(len(marks) if outer is None else outer, Mark("em"))
            case "link_open":
                marks.append(Mark("link", str(token.attrs.get("href", ""))))
            case "strong_close" | "em_close" | "link_close":
                marks.remove(next(m for m in reversed(marks) if m.kind == token.type[:-6]))
    return tuple(runs)
