"""A key of a TOML file, described once: for its reader, its schema and its documentation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

REQUIRED = "error"
"""What is said of a key that may not be missing."""
BY_LANGUAGE = "translations"
"""The table whose tables are called by the tags of languages; `de` stands for each."""


class KeyKind(StrEnum):
    """What a key has, as `Table` reads it."""

    TEXT = "text"
    WHOLE = "a whole number"
    TEXTS = "a list of texts"
    MAPPING = "a table of texts"
    DAY = "a date"


@dataclass(frozen=True, slots=True)
class Key:
    """What there is to know of a key."""

    path: str
    """The whole path, with dots."""
    kind: KeyKind
    example: str
    """As it stands in the file, TOML."""
    missing: str
    """What holds if it is missing, Markdown; `REQUIRED`: it may not be."""
    says: str
    """What it says, Markdown."""
    choices: Sequence[str] = ()
    """The only values that it may have, or each text of a list; none: it may have any."""
    least: int = 0
    """Of a whole number."""
    most: int = 0
    """Of a whole number; 0: there is no limit here."""

    @property
    def is_required(self) -> bool:
        """Whether it may not be missing from its table, where that is there."""
        return self.missing == REQUIRED

    def unusable(self, value: object) -> tuple[str, str] | None:
        """Why it cannot have a value of its kind, and what helps; None: it can."""
        if isinstance(value, str) and self.choices and value not in self.choices:
            *others, last = self.choices
            named = f"{', '.join(others)} or {last}"
            return f"is {value!r}, not {named}", f"use {named}"
        if isinstance(value, int) and self.most and not self.least <= value <= self.most:
            return f"is {value}", f"use a number from {self.least} to {self.most}"
        return None


def key_of(keys: Mapping[str, Key], path: str) -> Key | None:
    """The description of a key of a file; None: it has none.

    Args:
        keys: those of the file, by their paths.
        path: of the key in a file, whatever language it is about.
    """
    first, _, rest = path.partition(".")
    if first == BY_LANGUAGE and "." in rest:
        path = f"{first}.de.{rest.partition('.')[2]}"
    return keys.get(path)


def by_path(*keys: Key) -> Mapping[str, Key]:
    """The keys of a file, by their paths, in order."""
    return {key.path: key for key in keys}
