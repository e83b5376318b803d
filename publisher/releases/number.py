"""The number of a release, and whether people are told of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Number:
    """`3` for a material release, `3.1` for its first correction."""

    major: int
    minor: int = 0

    @classmethod
    def parse(cls, text: str) -> Number | None:
        """The number written in `text`, or None if it is none."""
        found = re.fullmatch(r"([1-9][0-9]{0,3})(?:\.([1-9][0-9]{0,3}))?", text)
        return cls(int(found[1]), int(found[2] or 0)) if found else None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}" if self.minor else str(self.major)


class Materiality(StrEnum):
    """Whether people are told."""

    MATERIAL = "material"
    """People are told and may opt out."""
    EDITORIAL = "editorial"
    """A correction: listed, not announced."""


def number_after(last: Number | None, materiality: Materiality) -> Number:
    """The number that the next release gets.

    Args:
        last: of the latest release; None: there is none.
        materiality: of the next.
    """
    if last is None:
        return Number(1)
    if materiality is Materiality.MATERIAL:
        return Number(last.major + 1)
    return Number(last.major, last.minor + 1)
