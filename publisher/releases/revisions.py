"""What git knows by name: commits and tags."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.releases.number import Number


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


@dataclass(frozen=True, slots=True)
class TagObject:
    """The tag of a release as git has it, whatever kind it is of."""

    name: str
    """As git knows it."""
    id: str
    """Of the tag object; of a tag that is none, of what it names."""
    annotated: bool
    """Whether it is an object with a message, which can be signed; else it only names one."""
    named: str
    """What it says that it is called; a tag object keeps that wherever it is put."""
    target: str
    """Id of what it names."""
    target_kind: str
    """`commit`, if nobody meddled."""
    message: str
    by: str
    """Who made it, and when."""
    made: dt.date | None = None
    """The day that it says it was made on; None: it says none that can be one."""

    @property
    def signed(self) -> bool:
        """Whether there is a signature on it, good or bad."""
        return self.annotated and "\n-----BEGIN " in f"\n{self.message}"


@dataclass(frozen=True, slots=True)
class TaggedCommit:
    """What git knows of the commit that the tag of a release names."""

    seal: str | None
    """Of the release as that commit has it; empty: it has none. None: that cannot be told."""
    parents: tuple[str, ...]
    """The commits that it was made on, as far as this clone has them."""
    merged: bool
    """Whether it is in the history of the current branch."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A release of another branch under the number of one that is here."""

    branch: str
    number: Number
    upstream: bool
    """Whether it is the branch that the current one follows."""
