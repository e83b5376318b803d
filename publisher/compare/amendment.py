"""Amendments: everything that differs between two versions, word by word and section by section."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from publisher.compare.change import Change, ChangeKind
from publisher.compare.moved_words import with_moved_words
from publisher.compare.operations import Operation, compare_documents
from publisher.compare.section_changes import section_changes
from publisher.text.clauses import Document, Kind
from publisher.text.segmentation import count_words


@dataclass(frozen=True, slots=True)
class Counts:
    """How much changed, in words."""

    inserted: int
    deleted: int
    moved: int


@dataclass(frozen=True)
class Otherwise:
    """How this program reads two texts, where people were told by one that read them otherwise."""

    old: Document
    new: Document
    named: tuple[tuple[str, ...], ...]
    """For each operation: the ids of the changes that it was told to be part of."""
    exact: bool
    """Whether only the cut is another: every word is read as it was."""


@dataclass(frozen=True)
class Amendment:
    """Everything that differs between two versions."""

    old: Document
    new: Document
    operations: tuple[Operation, ...]
    changes: tuple[Change, ...]
    told: dt.date | None = field(default=None, compare=False)
    """The day on which people were told by it; None: it was computed."""
    untold: bool = field(default=False, compare=False)
    """Whether it was retracted before anybody was told; the day is that on which it was sealed."""
    engine: str = field(default="", compare=False)
    """The version of the program that compared, where people were told by it."""
    otherwise: Otherwise | None = field(default=None, compare=False)
    """How this program reads the two texts, if that is another way; the texts here are cut as they
    were when people were told."""

    count: Callable[[str], int] = field(default=count_words, compare=False)
    """How many words a text has: as people were told it, where that is otherwise than today."""

    @cached_property
    def anew(self) -> Amendment | None:
        """What this program finds, where people were told something else; None: it finds the same,
        or they were told nothing.
        """
        found = amend(self.as_read.old, self.as_read.new) if self.told else self
        return None if _but_for_figures(found) == _but_for_figures(self) else found

    @cached_property
    def as_read(self) -> Amendment:
        """It, between the two texts as this program cuts them; computed, if that is otherwise."""
        return amend(self.otherwise.old, self.otherwise.new) if self.otherwise else self

    @cached_property
    def counts(self) -> Counts:
        """Words added, removed and moved in the whole text."""
        inserted = deleted = moved = 0
        for op in self.operations:
            if op.move and op.new is None:
                continue  # its words are counted where they went
            own = op.words_counted(self.count)
            inserted += own.inserted
            deleted += own.deleted
            moved += own.moved + (own.kept if op.move else 0)
        return Counts(inserted, deleted, moved)

    @cached_property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """For each operation: the places of its old and its new section; -1 where it has none."""
        of_old, of_new = self.old.section_of, self.new.section_of
        found: list[tuple[int, int]] = []
        x = y = 0
        for op in self.operations:
            x, y = x + (op.old is not None), y + (op.new is not None)
            i = of_old[x - 1] if op.old or op.continued else -1
            j = of_new[y - 1] if op.new or op.continued else -1
            found.append((i, j))
        return tuple(found)

    @cached_property
    def changes_about(self) -> tuple[tuple[Change, ...], ...]:
        """For each operation: the changes to the sections that it is in."""
        by_old: dict[int, list[Change]] = {}
        by_new: dict[int, list[Change]] = {}
        for change in self.changes:
            old, new = _own(change)
            for i in old:
                by_old.setdefault(i, []).append(change)
            for j in new:
                by_new.setdefault(j, []).append(change)
        return tuple(
            tuple(dict.fromkeys((*by_old.get(i, ()), *by_new.get(j, ())))) for i, j in self.sections
        )

    @cached_property
    def changes_of_operations(self) -> tuple[tuple[Change, ...], ...]:
        """For each operation: the changes that it is part of; none if a reader sees no change."""
        if self.otherwise:
            named = {change.id: change for change in self.changes}
            return tuple(tuple(named[one] for one in ids) for ids in self.otherwise.named)
        return tuple(
            () if op.unchanged else _telling(op, near)
            for op, near in zip(self.operations, self.changes_about, strict=True)
        )

    def operations_of(self, change: Change) -> tuple[Operation, ...]:
        """The operations that make up a change, in reading order."""
        return tuple(self._by_change.get(change.id, ()))

    def moved_words(self, change: Change) -> int:
        """How many words of a change moved."""
        moved = 0
        for op in self.operations_of(change):
            if op.move and op.new is None:
                continue  # its words are counted where they went
            own = op.words_counted(self.count)
            moved += own.moved + (own.kept if op.move else 0)
        return moved

    @cached_property
    def _by_change(self) -> dict[str, list[Operation]]:
        found: dict[str, list[Operation]] = {}
        for op, changes in zip(self.operations, self.changes_of_operations, strict=True):
            for change in changes:
                found.setdefault(change.id, []).append(op)
        return found

    @property
    def empty(self) -> bool:
        """Whether a reader sees no change at all."""
        return all(op.unchanged for op in self.operations)


def amend(old: Document, new: Document) -> Amendment:
    """The amendment that leads from `old` to `new`."""
    operations = with_moved_words(compare_documents(old, new), old, new)
    changes = section_changes(old, new, operations)
    return Amendment(old, new, operations, tuple(_numbered(changes)))


def _numbered(changes: Iterable[Change]) -> Iterable[Change]:
    seen = Counter[str]()
    for change in changes:
        seen[change.id] += 1
        yield replace(change, nth=seen[change.id])


def _but_for_figures(found: Amendment) -> Amendment:
    """An amendment without the figures of its changes: one may count words otherwise."""
    return replace(
        found, changes=tuple(replace(change, inserted=0, deleted=0) for change in found.changes)
    )


def _own(change: Change) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The sections, old and new, whose operations make up a change."""
    if change.kind is ChangeKind.SPLIT:
        return (), change.new_sections[1:]
    if change.kind is ChangeKind.GIVEN_A_HEADING:
        return (), change.new_sections
    if change.kind in (ChangeKind.MERGED, ChangeKind.LEFT_WITHOUT_A_HEADING):
        return change.old_sections, ()
    return change.old_sections, change.new_sections


_OF_HEADINGS = (
    ChangeKind.RETITLED,
    ChangeKind.LEVEL_CHANGED,
    ChangeKind.GIVEN_A_HEADING,
    ChangeKind.LEFT_WITHOUT_A_HEADING,
)


def _telling(op: Operation, changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes to its section that an operation is part of.

    A change of title, of level or to plain text belongs to the heading, an amendment to the text
    below it.
    """
    heading = any(clause.kind is Kind.HEADING for clause in (op.old, op.new) if clause)
    others = (ChangeKind.AMENDED,) if heading else _OF_HEADINGS
    found = tuple(changes)
    return tuple(change for change in found if change.kind not in others) or found
