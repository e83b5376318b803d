"""Does the time grow with the length of a text, whatever is in it?

    python bench/diff/hostile.py

compares texts made to be hard, at two lengths, and prints how many times as long the longer one
takes: as many times as it is longer, if the time grows with the length.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from random import Random

from rich.console import Console
from rich.progress import track
from rich.table import Table

from publisher.compare.amendment import amend
from publisher.compare.operations import accept, reject
from publisher.text.clauses import Document
from publisher.text.parsing import parse

TIMES = 4
"""How many times as long as the shorter text the longer one is."""
WORDS = 40_000
"""Words in the shorter one: the longer one has a megabyte, about."""

Pair = tuple[str, str]


def one_word(n: int) -> Pair:
    """The same word all over, in one line."""
    return "word " * n, "word " * (n - n // 100)


def all_different(n: int) -> Pair:
    """No word in common."""
    return " ".join(f"w{i}" for i in range(n)), " ".join(f"v{i}" for i in range(n))


def reversed_words(n: int) -> Pair:
    """All words in common, none in order."""
    words = [f"w{i}" for i in range(n)]
    return " ".join(words), " ".join(reversed(words))


def one_line(n: int) -> Pair:
    """One line of few different words, one in fifty changed."""
    random = Random(1)
    words = [f"w{random.randrange(3000)}" for _ in range(n)]
    changed = ["changed" if random.random() < 0.02 else word for word in words]
    return " ".join(words), " ".join(changed)


def headings(n: int) -> Pair:
    """Many sections, all amended."""
    rows = [f"## Title {i}\n\nSome text {{}} here.\n\n" for i in range(n // 8)]
    return tuple("".join(row.format(word) for row in rows) for word in ("stood", "stands"))  # type: ignore[return-value]


def headings_reversed(n: int) -> Pair:
    """Many sections, in the other order."""
    rows = [f"## Title {i}\n\nSome text of section {i} here.\n\n" for i in range(n // 8)]
    return "".join(rows), "".join(reversed(rows))


def same_headings(n: int) -> Pair:
    """Many sections of one name."""
    row = "## Title\n\nSome text here.\n\n"
    return row * (n // 8), row * (n // 8 - 10)


def paragraphs_reversed(n: int) -> Pair:
    """Many paragraphs that are nearly alike, in the other order."""
    rows = [f"Paragraph {i} of the text, like all the others.\n\n" for i in range(n // 9)]
    return "".join(rows), "".join(reversed(rows))


def like_items(n: int) -> Pair:
    """A list whose items are nearly alike, all amended."""
    rows = [f"- item {i} of the long list that we {{}}\n" for i in range(n // 9)]
    return tuple("".join(row.format(word) for row in rows) for word in ("keep", "kept"))  # type: ignore[return-value]


def rows_shuffled(n: int) -> Pair:
    """A table whose rows changed places."""
    rows = [f"| name {i} | text {i % 7} that stays |\n" for i in range(n // 6)]
    other = list(rows)
    Random(2).shuffle(other)
    head = "| Name | Text |\n| --- | --- |\n"
    return head + "".join(rows), head + "".join(other)


def split(n: int) -> Pair:
    """One paragraph that became as many as it has sentences."""
    sentences = [f"Sentence {i} says that it is {i * 7}." for i in range(n // 7)]
    return " ".join(sentences), "\n\n".join(sentences)


def rewritten(n: int) -> Pair:
    """Paragraphs that have only the most common words in common."""
    random = Random(3)
    light = ["the", "of", "and", "to", "in", "or", "a", "we"]

    def text(letter: str) -> str:
        return "\n\n".join(
            " ".join(
                random.choice(light) if random.random() < 0.5 else f"{letter}{random.randrange(n)}"
                for _ in range(40)
            )
            for _ in range(n // 40)
        )

    return text("a"), text("b")


SHAPES: list[Callable[[int], Pair]] = [
    one_word,
    all_different,
    reversed_words,
    one_line,
    headings,
    headings_reversed,
    same_headings,
    paragraphs_reversed,
    like_items,
    rows_shuffled,
    split,
    rewritten,
]


def seconds(old: str, new: str) -> float:
    """Of the comparison alone, the best of two; neither text may be lost in it."""
    best = float("inf")
    for _ in range(2):
        documents = [Document(parse(text, "p")) for text in (old, new)]
        start = time.perf_counter()
        operations = amend(*documents).operations
        best = min(best, time.perf_counter() - start)
        if accept(operations).get("p", "") != new or reject(operations).get("p", "") != old:
            raise AssertionError("a text was lost")
    return best


def main() -> None:
    """Prints the table."""
    table = Table("text", "seconds", f"{TIMES} × as long", "times as much")
    for shape in track(SHAPES, "Comparing", console=Console(stderr=True)):
        short, long = (seconds(*shape(n)) for n in (WORDS, WORDS * TIMES))
        what = (shape.__doc__ or "").rstrip(".")
        table.add_row(what, f"{short:.2f}", f"{long:.2f}", f"{long / short:.1f}")
    Console().print(table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"At most {peak} MB of memory.")


if __name__ == "__main__":
    main()
