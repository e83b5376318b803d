"""What git knows by name: commits and tags."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Revision:
    """A commit."""

    id: str
    author: str
    when: dt.datetime
    subject: str

    def __str__(self) -> str:
        return f"{self.id[:10]} by {self.author}, {self.when:%Y-%m-%d}: {self.subject}"


@dataclass(frozen=True, slots=True)
class Tag:
    """An annotated tag."""

    name: str
    commit: str
    message: str
    signed: bool
