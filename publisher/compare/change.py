"""Changes: what happened to a section, in the words of the glossary."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class ChangeKind(StrEnum):
    """What happened to a section."""

    ADDED = "added"
    REMOVED = "removed"
    AMENDED = "amended"
    MOVED = "moved"
    MOVED_AND_AMENDED = "moved and amended"
    RETITLED = "retitled"
    LEVEL_CHANGED = "level changed"
    GIVEN_A_HEADING = "given a heading"
    """Words that stood in a section as plain text are a heading now."""
    LEFT_WITHOUT_A_HEADING = "left without a heading"
    """The words of its heading are plain text now."""
    SPLIT = "split"
    MERGED = "merged"


def section_name(anchor: str, title: str) -> str:
    """The name of a section within its text: its anchor, else the words of its heading."""
    return anchor or re.sub(r"\W+", "-", title.lower()).strip("-") or "beginning"


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one section."""

    kind: ChangeKind
    anchor: str
    """Of the section as it is now; of a removed one, as it was."""
    title: str
    was: str
    """The title before; empty where the section is new."""
    others: tuple[str, ...] = ()
    """Anchors of the sections split off, or of the section it was merged into or stands in now."""
    inserted: int = 0
    """Words added."""
    deleted: int = 0
    """Words removed."""
    nth: int = 1
    """Counts the changes of one kind to sections of one name, where there are no anchors."""
    old_sections: tuple[int, ...] = ()
    """The sections of the old text that it is about, by their places."""
    new_sections: tuple[int, ...] = ()
    """The same of the new text. Of a split: first what goes on, then what was split off."""

    @property
    def id(self) -> str:
        """The name of this change within its amendment; the same whenever it is computed."""
        name = f"{section_name(self.anchor, self.title)}-{self.kind.value.replace(' ', '-')}"
        return f"{name}-{self.nth}" if self.nth > 1 else name

    @property
    def anchors(self) -> tuple[str, ...]:
        """Every section that this change is about."""
        return (self.anchor, *self.others) if self.anchor else self.others
