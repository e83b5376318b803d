"""Measures the comparison on a folder of pairs, beside two peers, as ratios in one run.

    python bench/diff/measure.py FOLDER

FOLDER has one folder a pair, with `old.md` and `new.md` in it. README.md says what is measured.
"""

from __future__ import annotations

import argparse
import difflib
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz.distance import Indel

from publisher.amendment import Amendment, amend
from publisher.clauses import Clause, Document, parse
from publisher.redline import accept, reject
from publisher.words import SpanKind

WORD = re.compile(r"\w+|[^\w\s]")
Op = tuple[str, str]
"""What happens (equal, insert, delete, move_from, move_to) to which text."""


@dataclass
class Tally:
    """Sums over pairs."""

    pairs: int = 0
    right: int = 0
    changed: int = 0
    moved: int = 0
    runs: int = 0
    islands: int = 0
    least: int = 0

    @property
    def row(self) -> str:
        if not self.least or not self.runs:
            return f"{self.right}/{self.pairs}"
        cost = (self.changed + 3 * self.runs) / self.least
        net = (self.changed - self.moved + 3 * self.runs) / self.least
        islands = 100 * self.islands / self.runs
        return f"{self.right}/{self.pairs} | {cost:.3f} | {net:.3f} | {islands:.1f}"


def text_of(clauses: tuple[Clause, ...]) -> str:
    """The words that a reader sees, a line for each clause or cell."""
    cells = (cell for clause in clauses for cell in clause.cells)
    return "".join("\n" + "".join(run.text for run in cell) + "\n" for cell in cells)


def ours(amendment: Amendment) -> Iterator[Op]:
    """The spans of an amendment; a moved clause is marked at both its places."""
    arrived = {op.move: op for op in amendment.operations if op.move and op.new}
    names = {SpanKind.KEEP: "equal", SpanKind.INSERT: "insert", SpanKind.DELETE: "delete"}
    for op in amendment.operations:
        left = bool(op.move and op.old)
        for cell in (arrived[op.move] if left else op).cells:
            yield "equal", "\n"
            for span in cell:
                skipped = SpanKind.INSERT if left else SpanKind.DELETE
                if op.move and span.kind is skipped:
                    continue
                kept = ("move_from" if left else "move_to") if op.move else "equal"
                yield (kept if span.kind is SpanKind.KEEP else names[span.kind]), span.text
            yield "equal", "\n"


def by_opcodes(
    old: str,
    new: str,
    opcodes: Callable[[list[str], list[str]], list[tuple[str, int, int, int, int]]],
) -> Iterator[Op]:
    """A peer that gives opcodes over words and the spaces between them."""
    a, b = (re.findall(r"\w+|\s+|[^\w\s]", text) for text in (old, new))
    for tag, i, k, j, m in opcodes(a, b):
        if tag == "equal":
            yield "equal", "".join(a[i:k])
        else:
            yield "delete", "".join(a[i:k])
            yield "insert", "".join(b[j:m])


def add(tally: Tally, ops: list[Op], old: str, new: str) -> None:
    """Adds one pair: is it right, how many words changed, in how many runs."""
    sides = [
        WORD.findall("".join(text for kind, text in ops if kind in ("equal", *own)))
        for own in (("delete", "move_from"), ("insert", "move_to"))
    ]
    truth = [WORD.findall(old), WORD.findall(new)]
    tally.pairs += 1
    tally.right += sides == truth
    tally.least += Indel.distance(*truth)
    open_run = False
    kept: list[str] | None = None
    for kind, text in ops:
        words = WORD.findall(text)
        if kind == "equal":
            if words or "\n" in text:
                if open_run:
                    kept = []
                open_run = False
                if kept is not None:
                    kept = None if "\n" in text else [*kept, *words]
        elif words:
            tally.changed += len(words)
            tally.moved += len(words) * kind.startswith("move")
            if not open_run:
                tally.runs += 1
                tally.islands += kept is not None and 0 < len(kept) <= 2
            open_run = True


def timed(act: Callable[[], object], times: int = 3) -> float:
    """The least of several runs, seconds."""
    found = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        found.append(time.perf_counter() - start)
    return min(found)


def floor(folder: Path) -> None:
    """What nobody can do without: read both files, cut them in words, number the words."""
    numbers: dict[str, int] = {}
    for name in ("old.md", "new.md"):
        for word in WORD.findall((folder / name).read_text("utf-8")):
            numbers.setdefault(word, len(numbers))


def parsed(text: str) -> Document:
    return Document(parse(text, "p.md"))


def structure(amendment: Amendment) -> bool:
    """Both sources come back to the byte."""
    back = reject(amendment.operations), accept(amendment.operations)
    return back == (amendment.old.sources, amendment.new.sources)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    pairs = sorted(p.parent for p in arguments.parse_args().folder.glob("*/old.md"))
    if not pairs:
        sys.exit("no pair there: expected FOLDER/NAME/old.md and FOLDER/NAME/new.md")
    own, exact, ratcliff = Tally(), Tally(), Tally()
    times: list[tuple[int, float, float, float]] = []
    exactly = 0
    for number, folder in enumerate(pairs, 1):
        texts = [(folder / name).read_text("utf-8") for name in ("old.md", "new.md")]
        documents = [parsed(text) for text in texts]
        amendment = amend(*documents)
        exactly += structure(amendment)
        old, new = (text_of(document.clauses) for document in documents)
        add(own, list(ours(amendment)), old, new)
        add(exact, list(by_opcodes(old, new, lambda a, b: Indel.opcodes(a, b).as_list())), old, new)
        if len(old) < 60_000:
            matcher = lambda a, b: difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes()  # noqa: E731
            add(ratcliff, list(by_opcodes(old, new, matcher)), old, new)
        base = timed(lambda folder=folder: floor(folder))
        alone = timed(lambda documents=documents: amend(*documents))
        whole = timed(lambda texts=texts: amend(*map(parsed, texts)))
        times.append((len(old) + len(new), alone / base, whole / base, alone))
        if sys.stderr.isatty():
            print(f"\r{number} of {len(pairs)}", end="", file=sys.stderr)
    report(own, exact, ratcliff, times, exactly)
    growth(pairs)


def report(
    own: Tally,
    exact: Tally,
    ratcliff: Tally,
    times: list[tuple[int, float, float, float]],
    exactly: int,
) -> None:
    print(f"\nsources rebuilt to the byte: {exactly} of {own.pairs}\n")
    print(
        "| | right | cost | net of moved | islands in 100 runs |\n| --- | --- | --- | --- | --- |"
    )
    print(f"| publisher | {own.row} |")
    print(f"| rapidfuzz, exact LCS of words | {exact.row} |")
    print(f"| difflib words, without the largest | {ratcliff.row} |")
    largest = sorted(times, reverse=True)[:10]
    print("\n| time, × floor | median pair | ten largest |\n| --- | --- | --- |")
    for name, place in (("comparison alone", 1), ("with parsing", 2)):
        middle = statistics.median(row[place] for row in times)
        big = statistics.median(row[place] for row in largest)
        print(f"| {name} | {middle:.1f} | {big:.1f} |")
    print(f"\nworst pair, comparison alone: {1000 * max(row[3] for row in times):.0f} ms")


def growth(pairs: list[Path]) -> None:
    """Time of a text eight times as long, as a multiple."""
    folder = min(pairs, key=lambda p: abs((p / "new.md").stat().st_size - 25_000))
    texts = [(folder / name).read_text("utf-8").strip("\n") for name in ("old.md", "new.md")]
    once, eight = (
        timed(lambda n=n: amend(*(parsed("\n\n".join([text] * n)) for text in texts)), 5)
        for n in (1, 8)
    )
    print(f"a text eight times as long, with parsing: × {eight / once:.1f}")


if __name__ == "__main__":
    main()
