"""Readings: what a tool writes, turned into the operations that every tool is measured by."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from html.parser import HTMLParser
from importlib import import_module
from typing import Any

from measures import Fate, Op

Block = tuple[int, int, int]
"""Kept words: the first one's place in the old and in the new text, and how many."""
Cut = list[tuple[str, str]]
"""A text as words, each with the white space behind it."""

_CUT = re.compile(r"(\w+|[^\w\s])(\s*)")


# ── sequences of words ───────────────────────────────────────────────────────────────────────────


def cut(text: str) -> Cut:
    """A text as words and the white space behind each; the space before the first is left out."""
    return _CUT.findall(text)


def numbered(*texts: Cut) -> list[list[int]]:
    """The words of several texts as numbers: the same word, the same number."""
    numbers: dict[str, int] = {}
    return [[numbers.setdefault(word, len(numbers)) for word, _ in text] for text in texts]


def aligned(old: Cut, new: Cut, blocks: Iterable[Block]) -> list[Op]:
    """The operations of an alignment of words; white space that changed changes by itself."""
    ops: list[Op] = []
    i = j = 0
    for x, y, count in [*blocks, (len(old), len(new), 0)]:
        ops.append(Op("delete", _joined(old[i:x])))
        ops.append(Op("insert", _joined(new[j:y])))
        i, j = x + count, y + count
        kept: list[str] = []
        for (word, was), (_, now) in zip(old[x:i], new[y:j], strict=True):
            kept.append(word)
            if was == now:
                kept.append(now)
            else:
                ops += [Op("equal", "".join(kept)), Op("delete", was), Op("insert", now)]
                kept = []
        ops.append(Op("equal", "".join(kept)))
    return [op for op in ops if op.text]


def _joined(part: Cut) -> str:
    return "".join(word + space for word, space in part)


def between(hunks: Iterable[Block], ends: tuple[int, int], sizes: Iterable[int]) -> list[Block]:
    """The kept blocks around hunks.

    Args:
        hunks: where each begins in the old and the new text, and how much it takes of the old.
        ends: how long both texts are.
        sizes: how much each hunk takes of the new text.
    """
    blocks = []
    i = j = 0
    for (x, y, gone), come in zip([*hunks, (*ends, 0)], [*sizes, 0], strict=True):
        blocks.append((i, j, x - i))
        i, j = x + gone, y + come
    return blocks


def as_letters(*texts: list[int]) -> list[str]:
    """Numbered words as a letter each, for tools that compare letters only."""
    return ["".join(chr(n + 33 if n + 33 < 0xD800 else n + 0x821) for n in text) for text in texts]


def counted(steps: Iterable[tuple[str, int]]) -> list[Block]:
    """The kept blocks of steps such as ("=", 3), ("-", 1), ("+", 2)."""
    blocks = []
    i = j = 0
    for sign, count in steps:
        if sign == "=":
            blocks.append((i, j, count))
        i += count * (sign != "+")
        j += count * (sign != "-")
    return blocks


# ── marked text ──────────────────────────────────────────────────────────────────────────────────


def marked(text: str, marks: dict[str, Fate]) -> list[Op]:
    """Text with marks in it, each of which says what becomes of the text behind it."""
    ops: list[Op] = []
    fate: Fate = "equal"
    for part in re.split("(" + "|".join(map(re.escape, marks)) + ")", text):
        if part in marks:
            fate = marks[part]
        elif part:
            ops.append(Op(fate, part))
    return ops


INS_DEL: dict[str, Fate] = {
    "<ins>": "insert",
    "<del>": "delete",
    "</ins>": "equal",
    "</del>": "equal",
}
CONTROLS: dict[str, Fate] = {"\x01": "delete", "\x02": "equal", "\x03": "insert", "\x04": "equal"}
"""Marks that no text has, for tools that let one choose."""


def git_words(report: str, new: str) -> list[Op]:
    """What `git diff --word-diff=porcelain` writes; nothing, where nothing differs."""
    signs: dict[str, Fate] = {" ": "equal", "+": "insert", "-": "delete"}
    ops = [Op("equal", new)] if not report else []
    for line in _hunk(report):
        if line == "~":
            ops.append(Op("equal", "\n"))
        elif line[:1] in signs:
            ops.append(Op(signs[line[0]], line[1:]))
    return ops


def git_lines(report: str, new: str) -> list[Op]:
    """What `git diff --color-moved` writes: red 31, green 32, moved away 34, moved here 36."""
    colours: dict[str, Fate] = {"31": "delete", "32": "insert", "34": "move_from", "36": "move_to"}
    ops = [Op("equal", new)] if not report else []
    for line in _hunk(report):
        colour = re.match(r"\x1b\[(\d+)m", line)
        plain = re.sub(r"\x1b\[\d*m", "", line)
        if not plain.startswith("\\"):
            fate = colours.get(colour[1], "equal") if colour and plain[:1] in "+-" else "equal"
            ops.append(Op(fate, plain[1:] + "\n"))
    return ops


def _hunk(report: str) -> Iterator[str]:
    """The lines behind the head of a report with one hunk."""
    lines = iter(report.split("\n"))
    for line in lines:
        if "@@" in line[:8]:
            break
    yield from lines


# ── tools with formats of their own ──────────────────────────────────────────────────────────────


class _Cell(HTMLParser):
    """One side of a row that prosediff shows: its pieces, kept, changed or moved."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[tuple[str, str]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        if tag in ("ins", "del"):
            state = "changed"
        elif "print-note" in classes:
            state = "note"
        else:
            state = "moved" if "moved" in classes else ""
        self._open.append((tag, state))

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index]
                return

    def handle_data(self, data: str) -> None:
        states = {state for _, state in self._open}
        if "note" not in states:
            state = next((s for s in ("changed", "moved") if s in states), "equal")
            self.pieces.append((state, data))


def _pieces(cell: str) -> list[tuple[str, str]]:
    reader = _Cell()
    reader.feed(cell)
    reader.close()
    return reader.pieces


_GONE: dict[str, Fate] = {"changed": "delete", "equal": "delete", "moved": "move_from"}
_COME: dict[str, Fate] = {"changed": "insert", "equal": "insert", "moved": "move_to"}


def prose_rows(rows: Iterable[Any]) -> list[Op]:
    """prosediff's rows, side by side."""
    ops: list[Op] = []
    for row in rows:
        left, right = _pieces(str(row.left)), _pieces(str(row.right))
        match row.kind:
            case "equal":
                ops.append(Op("equal", "".join(text for _, text in right)))
            case "replace":
                ops += _side_by_side(left, right)
            case "delete":
                ops += [Op(_GONE[state], text) for state, text in left]
            case "insert":
                ops += [Op(_COME[state], text) for state, text in right]
            case "moved-out":
                ops += [Op(_GONE[state if state == "changed" else "moved"], t) for state, t in left]
            case "moved-in":
                ops += [
                    Op(_COME[state if state == "changed" else "moved"], t) for state, t in right
                ]
            case _:
                continue
        ops.append(Op("equal", "\n"))
    return ops


def _side_by_side(left: list[tuple[str, str]], right: list[tuple[str, str]]) -> Iterator[Op]:
    """Two cells of one line as one run: the pieces kept on both sides hold them together."""
    left, right = left[::-1], right[::-1]  # to be taken from the end
    while left or right:
        if left and (left[-1][0] != "equal" or not right):
            state, text = left.pop()
            yield Op(_GONE[state], text)
        elif right and (right[-1][0] != "equal" or not left):
            state, text = right.pop()
            yield Op(_COME[state], text)
        else:
            (_, a), (_, b) = left.pop(), right.pop()
            size = min(len(a), len(b))
            if a[:size] == b[:size]:
                yield Op("equal", a[:size])
            else:
                yield Op("delete", a[:size])
                yield Op("insert", b[:size])
            left += [("equal", a[size:])] if a[size:] else []
            right += [("equal", b[size:])] if b[size:] else []


def segments(steps: Sequence[Any], old: Sequence[Any], new: Sequence[Any]) -> list[Op]:
    """The steps of deltas, in new order; what was kept out of order counts as moved."""
    equal = [step for step in steps if step.name == "equal"]
    stay = _heaviest([(step.a1, step.b2 - step.b1) for step in equal])
    moved = {id(step) for index, step in enumerate(equal) if index not in stay}

    def text(tokens: Sequence[Any]) -> str:
        return "".join(map(str, tokens))

    left: list[tuple[int, Op]] = [
        (step.a1, Op("delete" if step.name == "delete" else "move_from", text(old[step.a1 : end])))
        for step in steps
        if step.name == "delete" or id(step) in moved
        for end in (step.a2,)
    ]
    left.sort(key=lambda item: -item[0])
    ops: list[Op] = []
    for step in steps:
        if step.name == "insert" or id(step) in moved:
            fate: Fate = "insert" if step.name == "insert" else "move_to"
            ops.append(Op(fate, text(new[step.b1 : step.b2])))
        elif step.name == "equal":
            while left and left[-1][0] < step.a1:
                ops.append(left.pop()[1])
            ops.append(Op("equal", text(new[step.b1 : step.b2])))
    return [*ops, *(op for _, op in reversed(left))]


def _heaviest(items: Sequence[tuple[int, int]]) -> set[int]:
    """Of (place, weight): the indices of the heaviest run whose places rise."""
    runs: list[tuple[int, int]] = []
    for index, (place, weight) in enumerate(items):
        before = [(runs[k][0], k) for k in range(index) if items[k][0] < place]
        total, last = max(before, default=(0, -1))
        runs.append((total + weight, last))
    chosen: set[int] = set()
    index = max(range(len(runs)), key=lambda k: runs[k][0], default=-1)
    while index >= 0:
        chosen.add(index)
        index = runs[index][1]
    return chosen


def govern_changes(changes: Iterable[Any]) -> list[Op]:
    """governdiff's changes, a block each."""
    ops: list[Op] = []
    for change in changes:
        old = change.old_block.text if change.old_block else ""
        new = change.new_block.text if change.new_block else ""
        if change.change_type == "moved":
            ops += [Op("move_from", old), Op("equal", "\n"), Op("move_to", new)]
        elif change.word_diff:
            for step in change.word_diff:
                if step.operation == "equal":
                    ops.append(Op("equal", step.new_text))
                else:
                    ops += [Op("delete", step.old_text or ""), Op("insert", step.new_text or "")]
        elif old and new:
            ops.append(Op("equal", new))
        else:
            ops += [Op("delete", old), Op("insert", new)]
        ops.append(Op("equal", "\n\n"))
    return ops


_WIKI: dict[int, Fate] = {0: "equal", 1: "insert", 2: "delete", 4: "move_from"}


def wiki_lines(report: str, new: str) -> list[Op]:
    """wikidiff2's lines, in base64: whole ones, changed ones (3) and those that arrived (5)."""
    if not report:
        return [Op("equal", new)]
    ops: list[Op] = []
    for line in json.loads(base64.b64decode(report).decode("utf-8", "replace"))["diff"]:
        kind, text = line["type"], line["text"].encode()
        if kind in _WIKI:
            ops.append(Op(_WIKI[kind], line["text"]))
        else:
            ops += _wiki_words(text, line.get("highlightRanges", ()), arrived=kind == 5)
        ops.append(Op("equal", "\n"))
    return ops


def _wiki_words(text: bytes, ranges: Iterable[dict[str, int]], *, arrived: bool) -> Iterator[Op]:
    kept: Fate = "move_to" if arrived else "equal"
    at = 0
    for found in ranges:
        start, end = found["start"], found["start"] + found["length"]
        yield Op(kept, text[at:start].decode("utf-8", "replace"))
        piece = text[start:end].decode("utf-8", "replace")
        if found["type"] == 0:
            yield Op("insert", piece)
        elif not arrived:  # the words cut from a line that moved stand where it left
            yield Op("delete", piece)
        at = end
    yield Op(kept, text[at:].decode("utf-8", "replace"))


_NAMESPACE = "{http://namespaces.shoobx.com/diff}"


def xml_marks(report: str) -> str:
    """xmldiff's report as HTML: its elements and attributes become `ins` and `del`."""
    etree: Any = import_module("lxml.etree")
    report = re.sub(r"<(/?)diff:insert[^>]*>", r"<\1ins>", report)
    report = re.sub(r"<(/?)diff:delete[^>]*>", r"<\1del>", report)
    if "xmlns:diff" not in report:
        report = f'<x xmlns:diff="{_NAMESPACE.strip("{}")}">{report}</x>'
    tree = etree.fromstring(report)
    for element in [*tree.iter()]:
        for name, tag in (("insert", "ins"), ("delete", "del")):
            if element.attrib.pop(_NAMESPACE + name, None) is not None:
                inner = etree.Element(tag)
                inner.text, element.text = element.text, None
                inner.extend([*element])
                element.append(inner)
        own = [name for name in element.attrib if str(name).startswith(_NAMESPACE)]
        for name in own:
            del element.attrib[name]
        if own:
            element.set("class", "diff-format")
    html = etree.tostring(tree, encoding="unicode", method="html")
    return re.sub(r"^<x[^>]*>|</x>$|</?body[^>]*>", "", str(html))


def without_link_notes(html: str) -> str:
    """lxml's redline without the addresses that it writes behind changed links."""
    return re.sub(r" Link: [^<\s]+", "", html)
