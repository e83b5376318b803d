"""How many there are of something, in words."""

from __future__ import annotations

from collections.abc import Iterable


def amount(number: int, noun: str, plural: str = "") -> str:
    """`1 event`, `2 events`.

    Args:
        number, noun: how many, and of what.
        plural: of the noun; empty: with an `s`.
    """
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def enumeration(noun: str, names: Iterable[object]) -> str:
    """`message 3`, `messages 3 and 5`, `messages 3, 5 and 8`; the first dozen of more."""
    words = [str(name) for name in names]
    if len(words) > _MOST:
        words[_MOST:] = [f"{len(words) - _MOST} more"]
    some = " and ".join([part for part in (", ".join(words[:-1]), words[-1]) if part])
    return f"{noun if len(words) == 1 else noun + 's'} {some}"


_MOST = 12
