"""A plain text as Markdown: every word stays; what looks like a heading or a list becomes one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from publisher.text.writing import settled, written

_LONGEST_HEADING = 80
_NUMBERED = re.compile(
    r"(?:(?:section|article|artikel|§)\s*)?(\d+(?:\.\d+)*|[IVXLC]+)[.):]?\s+\S", re.IGNORECASE
)
_BULLET = re.compile(r"\s*[-*•‣–·]\s+(?=\S)")
_ENUMERATED = re.compile(r"\s*\(?([0-9]{1,3}|[a-z]|[ivx]{1,5})[.)]\s+(?=\S)", re.IGNORECASE)
_RULE = re.compile(r"\s*([-=_*])\1{2,}\s*")
_ENDS_A_SENTENCE = tuple(".,;:!?")


def markdown_of_plain_text(text: str) -> str:
    """The text as Markdown.

    A line that stands alone is a heading if it is numbered, underlined or in capitals, or if it is
    short, begins with a capital and ends no sentence. Numbers such as `2.1` say the level.

    Args:
        text: with Unix line ends.
    """
    blocks = [block.split("\n") for block in re.split(r"\n[ \t]*\n+", text.strip("\n"))]
    made = "\n\n".join(_block(block, n == 0) for n, block in enumerate(blocks) if block)
    return f"{settled(made)}\n"


def _block(lines: Sequence[str], first: bool) -> str:
    """A block between blank lines."""
    if len(lines) == 2 and lines[0].strip() and _RULE.fullmatch(lines[1]):
        sign = lines[1].strip()[0]
        return f"{'#' if first and sign == '=' else '##'} {written(lines[0])}"
    if len(lines) == 1 and (level := _heading_level(lines[0].strip(), first)):
        return f"{'#' * level} {written(lines[0])}"
    if len(lines) == 1 and _RULE.fullmatch(lines[0]):
        return "---"
    return "\n".join(_lines(lines))


def _heading_level(line: str, first: bool) -> int:
    """Of a line that stands alone; 0: it is none."""
    if len(line) > _LONGEST_HEADING or not line or line.endswith(_ENDS_A_SENTENCE):
        return 0
    if first and not _NUMBERED.match(line):
        return 1
    if found := _NUMBERED.match(line):
        return min(2 + found[1].count("."), 6)
    letters = [sign for sign in line if sign.isalpha()]
    if letters and all(not sign.islower() for sign in letters):
        return 2
    return 2 if line[0].isupper() and len(line.split()) <= 8 and not _BULLET.match(line) else 0


def _lines(lines: Sequence[str]) -> Iterator[str]:
    """The lines of a paragraph, or of a list and what leads to it."""
    numbers = [found[1] for line in lines if (found := _ENUMERATED.match(line))]
    counted = len(numbers) > 1 and numbers == [str(n) for n in range(1, len(numbers) + 1)]
    inside = ""
    for number, line in enumerate(lines):
        words = line.strip()
        if found := _BULLET.match(line):
            inside = "  "
            yield f"- {written(line[found.end() :])}"
        elif counted and (found := _ENUMERATED.match(line)):
            inside = " " * (len(found[1]) + 2)
            yield from [""] * (number > 0 and found[1] == "1")
            yield f"{found[1]}. {written(line[found.end() :])}"
        elif number and len(numbers) > 1 and _ENUMERATED.match(line):
            # `(a)` is no list of Markdown: each stands alone, as it is lettered.
            inside = ""
            yield from ("", written(words))
        else:
            yield f"{inside}{written(words)}"
