"""Which language a visitor's browser asks for, among those that there are."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MOST_RANGES = 32
"""Languages that are looked at in one header; browsers send a handful."""
_LONGEST_HEADER = 1_000
_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q=([01](?:\.\d{0,3})?))?\s*"
)


def asked_language(header: str, known: Iterable[str]) -> str | None:
    """The language that a visitor likes best (RFC 9110 §12.5.4, RFC 4647 §3.4).

    Args:
        header: `Accept-Language`, as whoever it is sent it.
        known: tags of the languages that there are, the usual one first (BCP 47).

    Returns:
        One of these; None: none of them is asked for.
    """
    tags = {tag.lower(): tag for tag in known}
    for wanted in _by_liking(header):
        parts = wanted.lower().split("-")
        for end in range(len(parts), 0, -1):
            if (found := "-".join(parts[:end])) in tags:
                return tags[found]
        kinds = (tag for low, tag in tags.items() if low.startswith(f"{parts[0]}-"))
        if kind := next(kinds, None):
            return kind
    return None


def _by_liking(header: str) -> list[str]:
    liked: list[tuple[float, str]] = []
    for part in header[:_LONGEST_HEADER].split(",")[:_MOST_RANGES]:
        found = _RANGE.fullmatch(part.strip())
        weight = float(found[2] or 1) if found else 0
        if found and 0 < weight <= 1:
            liked.append((weight, found[1]))
    # What is liked as well as another keeps its place.
    return [tag for _, tag in sorted(liked, key=lambda one: -one[0])]
