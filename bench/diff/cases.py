"""Cases: real texts with one change made to each, and whether a tool shows it well.

Ten kinds, up to ten texts each. Each kind of change is made at the first place of a text that
suits it, so the same folder always gives the same cases.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from measures import Op, Score, markdown, words

PER_KIND = 10
SIZE = range(1500, 12_001)
"""Words of a text that makes a case: long enough to get lost in, short enough for every tool."""
ITEM = "records of the rooms in which a household turns its devices off"
PREFIX = "Limits and purpose of"
HEADING = "What else applies to this"
ADDRESS = "https://terms.example.org/new/place"


class Kind(StrEnum):
    """The one change of a case."""

    SWAPPED = "sections swapped"
    MOVED = "paragraph moved"
    RENAMED = "heading renamed"
    SPLIT = "section split"
    MERGED = "sections merged"
    CELL = "table cell"
    ITEM = "list item"
    LINK = "link target"
    BOLD = "bold"
    TYPO = "typo"


MOVES = frozenset({Kind.SWAPPED, Kind.MOVED})
UNWORDED = frozenset({Kind.LINK, Kind.BOLD})
"""Kinds in which no word changes, only what is behind the words."""
NAMES = {Kind.RENAMED: "renam", Kind.SPLIT: "split", Kind.MERGED: "merg"}
"""What the name of each such change contains."""
TIGHT = frozenset({*NAMES, Kind.CELL, Kind.ITEM, Kind.TYPO})
UNMOVED = frozenset({Kind.RENAMED, Kind.CELL, Kind.ITEM, Kind.LINK, Kind.BOLD, Kind.TYPO})
"""Nothing moved, was split or merged, and nobody should say so."""


class Verdict(StrEnum):
    """How well a tool showed a known change."""

    YES = "yes"
    NAMED = "yes, by its name"
    PARTLY = "partly"
    NO = "no"
    REWRITTEN = "shown, at the expense of words that stayed"
    UNSEEN = "not shown"
    WRONG = "the texts do not come back"


@dataclass(frozen=True)
class Case:
    """A text, the text with one change, and what a good redline of it may cost."""

    kind: Kind
    source: str
    """The name of the pair whose new text it is made from."""
    old: str
    new: str
    spare: int = 0
    """Words that may be marked without harm, if that is more than the least."""
    written: str = ""
    """The only words that are to be marked as inserted."""


class Made(NamedTuple):
    """A changed text; see `Case` for the rest."""

    new: str
    spare: int = 0
    written: str = ""


class Part(NamedTuple):
    """A stretch of lines: an outermost block, or a section."""

    kind: str
    level: int
    start: int
    end: int


class Text:
    """A Markdown text by lines, with its outermost blocks and its sections."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.blocks = [
            Part(
                token.type.removesuffix("_open"),
                int(token.tag[1]) if token.type == "heading_open" else 0,
                *token.map,
            )
            for token in markdown().parse(text)
            if token.level == 0 and token.map and token.nesting >= 0
        ]

    @cached_property
    def headings(self) -> list[Part]:
        return [block for block in self.blocks if block.kind == "heading"]

    @cached_property
    def sections(self) -> list[Part]:
        """Each heading with all below it, up to the next that is as high."""
        found = []
        for number, (_, level, start, _) in enumerate(self.headings):
            later = (h.start for h in self.headings[number + 1 :] if h.level <= level)
            found.append(Part("section", level, start, next(later, len(self.lines))))
        return found

    def part(self, start: int, end: int | None = None) -> str:
        return "\n".join(self.lines[start:end])

    def size(self, part: Part) -> int:
        """In words."""
        return len(words(self.part(part.start, part.end)))

    def title(self, heading: Part) -> str:
        return re.sub(r"^#+\s*|\s*#*$", "", self.lines[heading.start]).strip()

    def instead(self, line: int, text: str) -> str:
        """The text with another line in the place of one."""
        return put(self.part(0, line), text, self.part(line + 1))

    def running(self, block: Part) -> bool:
        """Whether a block is a line of some length without links or emphasis."""
        line = self.part(block.start, block.end)
        plain = not re.search(r"[\[\]<>*_|`\\#]", line)
        return block.kind == "paragraph" and "\n" not in line and plain and len(words(line)) >= 25


def put(*parts: str) -> str:
    """Parts put together, with at most one blank line between them and none around them."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(parts)).strip("\n") + "\n"


# ── the changes ──────────────────────────────────────────────────────────────────────────────────


def _swapped(text: Text) -> Made | None:
    starts = {(s.start, s.level): s for s in text.sections}
    fit = range(60, 1501)
    for one in text.sections:
        two = starts.get((one.end, one.level))
        if two and text.size(one) in fit and text.size(two) in fit:
            parts = (text.part(0, one.start), text.part(two.start, two.end))
            rest = (text.part(one.start, one.end), text.part(two.end))
            return Made(put(parts[0], "", parts[1], "", rest[0], "", rest[1]))
    return None


def _moved(text: Text) -> Made | None:
    for block in filter(text.running, text.blocks):
        later = [heading for heading in text.headings if heading.start > block.end]
        if len(later) >= 4:
            to = later[3].start
            return Made(
                put(
                    text.part(0, block.start),
                    text.part(block.end, to),
                    "",
                    text.part(block.start, block.end),
                    "",
                    text.part(to),
                )
            )
    return None


def _renamed(text: Text) -> Made | None:
    for heading in text.headings[2:]:
        title = text.title(heading)
        named = title.split()
        if 2 <= len(named) <= 9 and not re.search(r"[\[\]*_<>`|]", title):
            renamed = " ".join([PREFIX, *named[: max(1, len(named) // 2)]])
            underlined = heading.end - heading.start == 2
            line = renamed if underlined else f"{'#' * heading.level} {renamed}"
            spare = len(words(title)) + len(words(renamed))
            return Made(text.instead(heading.start, line), spare)
    return None


def _split(text: Text) -> Made | None:
    for section in text.sections[1:]:
        inner = [b for b in text.blocks if section.start < b.start < section.end]
        kinds = {block.kind for block in inner[:4]}
        if len(inner) >= 4 and kinds <= {"paragraph", "bullet_list"}:
            at = inner[2].start
            heading = f"{'#' * section.level} {HEADING}"
            return Made(put(text.part(0, at), "", heading, "", text.part(at)))
    return None


def _merged(text: Text) -> Made | None:
    numbered = [*zip(text.headings, text.sections, strict=True)]
    for (_, before), (heading, section) in pairwise(numbered[1:]):
        neighbours = before.level == section.level and before.end == section.start
        if neighbours and text.size(section) >= 40:
            return Made(put(text.part(0, heading.start), text.part(heading.end)))
    return None


def _cell(text: Text) -> Made | None:
    for table in text.blocks:
        if table.kind != "table" or table.end - table.start < 4:
            continue
        for line in range(table.start + 2, table.end):
            cells = text.lines[line].split("|")
            for index, cell in enumerate(cells[1:-1], 1):
                word = re.search(r"\b[a-z]{4,}\b", cell)
                if word and not re.search(r"[\[\]<>@/]", cell):
                    cells[index] = f"{cell[: word.start()]}replaced{cell[word.end() :]}"
                    return Made(text.instead(line, "|".join(cells)))
    return None


def _item(text: Text) -> Made | None:
    for block in text.blocks:
        items = [n for n in range(block.start, block.end) if re.match(r"[-*+] +\S", text.lines[n])]
        plain = all(len(text.lines[n]) > 30 and "](" not in text.lines[n] for n in items[:4])
        if block.kind == "bullet_list" and len(items) >= 4 and plain:
            at = items[2]
            sign, body = re.findall(r"^([-*+] +)(.*)", text.lines[at])[0]
            # With its neighbour's first words, it is easily taken for the neighbour amended.
            lead = re.sub(r"[\[\]*_`<>]", "", " ".join(body.split()[:3]))
            written = f"{lead} {ITEM}"
            new = put(text.part(0, at), sign + written, text.part(at))
            return Made(new, written=written)
    return None


def _link(text: Text) -> Made | None:
    for number, line in enumerate(text.lines):
        found = re.search(r"\[[^\[\]]{4,60}\]\((https?://[^\s()]+|/[^\s()]+)\)", line)
        if found and not line.startswith("#"):
            spare = len(words(found[1])) + len(words(ADDRESS))
            return Made(
                text.instead(number, line[: found.start(1)] + ADDRESS + line[found.end(1) :]), spare
            )
    return None


def _bold(text: Text) -> Made | None:
    for block in filter(text.running, text.blocks[3:]):
        parts = text.lines[block.start].split(" ")
        if all(re.fullmatch(r"\w+", word) for word in parts[4:7]):
            parts[4:7] = f"**{' '.join(parts[4:7])}**".split(" ")
            return Made(text.instead(block.start, " ".join(parts)))
    return None


def _typo(text: Text) -> Made | None:
    for block in filter(text.running, text.blocks[6:]):
        line = text.lines[block.start]
        for found in re.finditer(r"\b[a-z]{7,}\b", line):
            at = found.start() + 3
            if line[at] != line[at + 1]:
                swapped = line[:at] + line[at + 1] + line[at] + line[at + 2 :]
                return Made(text.instead(block.start, swapped))
    return None


_MAKERS: dict[Kind, Callable[[Text], Made | None]] = {
    Kind.SWAPPED: _swapped,
    Kind.MOVED: _moved,
    Kind.RENAMED: _renamed,
    Kind.SPLIT: _split,
    Kind.MERGED: _merged,
    Kind.CELL: _cell,
    Kind.ITEM: _item,
    Kind.LINK: _link,
    Kind.BOLD: _bold,
    Kind.TYPO: _typo,
}

ALIKE = 0.6
"""Two texts that share more of their words than this are versions of one text."""


def distinct(
    texts: Iterable[tuple[str, str]], paths: dict[str, str] | None = None
) -> list[tuple[str, str]]:
    """The texts of suitable size, one version of each.

    Args:
        texts: (name, text).
        paths: which file each text is a version of, by name; without it, texts that share most of
            their words count as one.
    """
    chosen: list[tuple[str, str]] = []
    bags: list[set[str]] = []
    seen: set[str] = set()
    for name, text in texts:
        found = words(text)
        if len(found) not in SIZE:
            continue
        bag = set(found)
        path = (paths or {}).get(name)
        if path is None:
            known = any(len(bag & other) > ALIKE * len(bag | other) for other in bags)
        else:
            known = path in seen
            seen.add(path)
        if not known:
            bags.append(bag)
            chosen.append((name, text))
    return chosen


def cases(texts: Sequence[tuple[str, str]]) -> list[Case]:
    """The known changes that can be made in some texts, up to ten of a kind."""
    read = [(name, Text(text)) for name, text in texts]
    found = []
    for kind, maker in _MAKERS.items():
        made = (
            Case(kind, name, put(*text.lines), *new)
            for name, text in read
            if (new := maker(text)) is not None
        )
        fit = [case for case in made if case.new != case.old]
        found += fit[:PER_KIND]
    return found


# ── the verdicts ─────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Told:
    """What a tool said of a case."""

    score: Score
    ops: Sequence[Op]
    events: Sequence[str]
    markdown: bool
    """Whether it was given the Markdown source, where an address is text."""
    seen: bool
    """Whether it marks anything, even if only formatting."""


def judge(case: Case, told: Told) -> Verdict:
    """How well a redline shows the one change of a case.

    A move is shown well if at least four fifths of the least change are shown as moved and next to
    nothing else is marked; any other change, if no more words are marked than necessary.
    """
    score = told.score
    least, said = score.least, " ".join(told.events)
    if not score.correct and score.off > 0.02:
        return Verdict.WRONG
    if case.kind in MOVES:
        besides = score.changed - score.moved
        if score.moved >= 0.8 * least and besides <= 0.2 * least + 2:
            return Verdict.YES
        partly = score.moved >= 0.3 * least or "move" in said
        return Verdict.PARTLY if partly else Verdict.NO
    if case.kind in UNWORDED:
        if not told.seen and not score.changed:
            return Verdict.UNSEEN
        spare = case.spare if told.markdown else 0
        return Verdict.YES if score.changed <= max(least + 1, spare) else Verdict.REWRITTEN
    if score.changed > max(least + 1, case.spare):
        return Verdict.NO
    if case.written:
        inserted = [word for fate, text in told.ops if fate == "insert" for word in words(text)]
        if [word for word in inserted if word not in "-*+"] != words(case.written):
            return Verdict.NO
    return Verdict.NAMED if case.kind in NAMES and NAMES[case.kind] in said else Verdict.YES


def invents(moved: int, events: Sequence[str]) -> bool:
    """Whether a move, a split or a merger is reported, by name or by words shown as moved."""
    return moved > 0 or any(part in kind for kind in events for part in ("mov", "split", "merg"))
