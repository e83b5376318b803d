"""What the script of the compare page finds, and what this program finds, in the same words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from publisher.compare.amendment import amend
from publisher.compare.naming import Naming, first, follow
from publisher.compare.redline import Operation
from publisher.compare.words import Span, SpanKind
from publisher.edges import pdf
from publisher.markup.html import HIDDEN
from publisher.site import theme
from publisher.site.comparable import mark, written
from publisher.text.clauses import Clause, Document

KINDS = {SpanKind.KEEP: "", SpanKind.INSERT: "ins", SpanKind.DELETE: "del"}


class Word(NamedTuple):
    """Words of one cell that share their fate: as `Span`, in the words of the script."""

    kind: str
    text: str
    marks: str
    was: str | None = None
    before: str | None = None


class Part(NamedTuple):
    """A clause, by its place among those that readers see."""

    place: int
    on: bool = False
    """Whether this is what remains of it behind a cut."""


class Op(NamedTuple):
    """One operation."""

    old: Part | None
    new: Part | None
    move: int
    cells: tuple[tuple[Word, ...], ...]


class Found(NamedTuple):
    """What the script found."""

    operations: tuple[Op, ...]
    html: str
    ms: float
    """CPU milliseconds that it took."""


class Script:
    """The script, running in Node as it does in a worker."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._versions: list[bytes] = []

    def ask(self, line: Any) -> Any:
        """Asks for one thing and waits for the answer."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(line) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        assert answer, "the script broke down; what it said stands above"
        return json.loads(answer)

    def compare(self, old: bytes, new: bytes) -> Found:
        """What it finds between two versions."""
        places = []
        for version in (old, new):
            if version not in self._versions:
                self._versions.append(version)
                self.ask({"version": version.decode()})
            places.append(self._versions.index(version))
        answer = self.ask({"pair": places})
        operations = tuple(
            Op(
                old and Part(*old),
                new and Part(*new),
                move,
                _joined([[Word(*word) for word in cell] for cell in cells]),
            )
            for old, new, move, cells in answer["operations"]
        )
        return Found(operations, answer["html"], answer["ms"])


@contextmanager
def running(rules: dict[str, object], folder: Path) -> Iterator[Script]:
    """Runs the script as it is published.

    Args:
        rules: what comes with the page.
        folder: where to put it.
    """
    node = shutil.which("node")
    if node is None:
        why = "no Node on this machine: apt-get install nodejs"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    path = folder / "compare.js"
    path.write_text(theme.packed_script(pdf.style("compare.js")))
    command = [node, str(Path(__file__).with_name("comparing.cjs"))]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        script = Script(process)
        script.ask({"script": str(path), "rules": {**rules, "names": ["old", "new"]}})
        yield script
        assert process.stdin
        process.stdin.close()


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


class Version(NamedTuple):
    """A text, and how it is written down for the script."""

    document: Document
    data: bytes
    naming: Naming


def history(documents: Sequence[Document]) -> list[Version]:
    """The versions of one policy."""
    found: list[Version] = []
    for document in documents:
        if found:
            naming = follow(found[-1].naming, amend(found[-1].document, document))
        else:
            naming = first(document)
        found.append(Version(document, written(document, naming), naming))
    return found


def shown(document: Document) -> list[Clause]:
    """The clauses that readers see."""
    return [clause for clause in document.clauses if clause.kind not in HIDDEN]


# ── operations ───────────────────────────────────────────────────────────────────────────────────


def operations(old: Document, new: Document, found: Iterable[Operation]) -> tuple[Op, ...]:
    """The operations of this program in the words of the script."""
    places = [{id(clause): n for n, clause in enumerate(shown(side))} for side in (old, new)]
    last = [-1, -1]
    told: list[Op] = []
    for op in found:
        if op.clause.kind in HIDDEN:
            continue
        parts: list[Part | None] = []
        for side, clause in enumerate((op.old, op.new)):
            if clause:
                last[side] = places[side][id(clause)]
            there = clause or op.continued
            parts.append(Part(last[side], clause is None) if there else None)
        cells = _joined([[_word(span) for span in cell] for cell in op.cells])
        told.append(Op(parts[0], parts[1], op.move, cells))
    return tuple(told)


def _word(span: Span) -> Word:
    was = None if span.was is None else "".join(map(mark, span.was))
    return Word(KINDS[span.kind], span.text, "".join(map(mark, span.marks)), was, span.before)


def _joined(cells: Iterable[Iterable[Word]]) -> tuple[tuple[Word, ...], ...]:
    """Neighbours of which the same is told, as one: they are shown alike."""
    found = []
    for cell in cells:
        words: list[Word] = []
        for word in cell:
            last = words[-1] if words else None
            if last and last._replace(text="") == word._replace(text="") and word.before is None:
                words[-1] = last._replace(text=last.text + word.text)
            elif word.text or word.before:
                words.append(word)
        found.append(tuple(words))
    return tuple(found)


def pairs_of(found: Iterable[Op]) -> dict[tuple[Part, Part], tuple[tuple[Word, ...], ...]]:
    """The words of each pair of clauses that belong together."""
    found = tuple(found)
    left = {op.move: op.old for op in found if op.move and op.old}
    pairs = ((left.get(op.move) if op.move else op.old, op.new, op.cells) for op in found)
    return {(old, new): cells for old, new, cells in pairs if old and new}


def sides(found: Iterable[Op]) -> tuple[list[str], list[str]]:
    """What rejecting and accepting the operations gives: the text of each clause, without spaces.

    Where a clause was cut, a space is no part of any operation.
    """
    texts: tuple[list[str], list[str]] = ([], [])
    for op in found:
        for side, (part, drop) in enumerate(((op.old, "ins"), (op.new, "del"))):
            words = [word for cell in op.cells for word in cell if word.kind != drop]
            text = "".join(
                word.text if side or word.before is None else word.before for word in words
            )
            if part:
                texts[side].append(texts[side].pop() + text if part.on else text)
    old, new = (["".join(text.split()) for text in side] for side in texts)
    return old, new


def text_of(document: Document) -> list[str]:
    """The text of each clause that readers see, without spaces."""
    runs = (("".join(r.text for cell in c.cells for r in cell)) for c in shown(document))
    return ["".join(text.split()) for text in runs]
