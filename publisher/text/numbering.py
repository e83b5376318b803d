"""Legal numbering: the labels that are typed before a paragraph, `(a)`, `(iv)`, `1.1`.

They are words of the text, for other clauses name them; so nothing counts them, and where one
changes, that is told. CommonMark knows no such lists, and would run lines that begin with them into
one paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_LABEL = re.compile(
    r"(?:(?P<levels>[0-9]{1,3}(?:\.[0-9]{1,3})+)\.?"
    r"|\\?\((?P<in_brackets>[A-Za-z]|[ivx]{2,6}|[IVX]{2,6}|[0-9]{1,2})\\?\)"
    r"|(?P<before_one>[A-Za-z])\\?\))(?=[ \t]+\S)"
)
_ROMAN = {"i": 1, "v": 5, "x": 10}
_ENDS = re.compile(r"(?:[.,;:!?。；：،؛…)\]”»]|(?<!\w)(?:and|or|und|oder|et|ou|y|o|e))[*_ \t\\]*$")
"""How a line ends behind which an item may begin: with a sign, or with what joins two items."""

_Value = tuple[str, tuple[int, ...]]
"""What kind of label one is, and the numbers that it stands for."""


def label_depth(text: str) -> int:
    """How deep a paragraph is set that begins with a label: 1 for `1.1`, 2 for `(a)`, 3 for `(i)`;
    0: it begins with none.

    Args:
        text: its words.
    """
    found = _LABEL.match(text)
    if found is None:
        return 0
    if found["levels"]:
        return min(found["levels"].count("."), 3)
    return 3 if any(kind.endswith("roman") for kind, _ in _values(found)) else 2


def item_lines(lines: Sequence[str]) -> list[int]:
    """The lines of one paragraph, by their places, at which items with labels begin.

    A label counts if it follows another one or is the first of its kind, and does not stand amid a
    sentence (the first of a kind may, if the second does not); and only where there are two.

    Args:
        lines: of the paragraph, as they are typed.
    """
    last: dict[tuple[str, tuple[int, ...]], int] = {}
    found: list[int] = []
    for place, line in enumerate(lines):
        label = _LABEL.match(line.lstrip(" \t"))
        if label is None:
            continue
        fitting = [v for v in _values(label) if not place or _follows(v, last)]
        if place and not _ended(lines, place):
            fitting = [v for v in fitting if _goes_on(v, lines, place)]
        if not fitting:
            continue
        last |= {(kind, numbers[:-1]): numbers[-1] for kind, numbers in fitting}
        found.append(place)
    return [place for place in found if place] if len(found) > 1 else []


def _values(label: re.Match[str]) -> Iterator[_Value]:
    """What a label may stand for: `(i)` is the ninth letter, or the first number."""
    if label["levels"]:
        yield "levels", tuple(map(int, label["levels"].split(".")))
        return
    sign = label["in_brackets"] or label["before_one"]
    case = "upper " if sign.isupper() else ""
    if sign.isdigit():
        yield "number", (int(sign),)
    elif set(sign.lower()) <= set(_ROMAN):
        yield f"{case}roman", (_roman(sign),)
    if len(sign) == 1 and sign.isalpha():
        yield f"{case}letter", (ord(sign.lower()) - ord("a") + 1,)


def _ended(lines: Sequence[str], place: int) -> bool:
    return bool(_ENDS.search(lines[place - 1].rstrip()))


def _goes_on(value: _Value, lines: Sequence[str], place: int) -> bool:
    """Whether the first label of its kind, amid a sentence, is followed by the second, which does
    not stand in one: `use it to` before `(i) sell it, or` and `(ii) rent it`.
    """
    kind, numbers = value
    wanted = kind, (*numbers[:-1], 2)
    return numbers[-1] == 1 and any(
        (label := _LABEL.match(lines[later].lstrip(" \t")))
        and wanted in _values(label)
        and _ended(lines, later)
        for later in range(place + 1, len(lines))
    )


def _follows(value: _Value, last: dict[tuple[str, tuple[int, ...]], int]) -> bool:
    kind, numbers = value
    return numbers[-1] == 1 or last.get((kind, numbers[:-1])) == numbers[-1] - 1


def _roman(sign: str) -> int:
    numbers = [_ROMAN[letter] for letter in sign.lower()]
    following = [*numbers[1:], 0]
    return sum(-a if a < b else a for a, b in zip(numbers, following, strict=True))
