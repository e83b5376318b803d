"""Changes: what the operations between two versions mean, in the words of the glossary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from publisher.compare.redline import Operation, compare
from publisher.compare.sections import sameness
from publisher.compare.words import SpanKind
from publisher.text.clauses import Clause, Document, Kind, Section

MOSTLY = 0.5
"""A new section came out of an old one if this share of its words did."""


class ChangeKind(StrEnum):
    """What happened to a section."""

    ADDED = "added"
    REMOVED = "removed"
    AMENDED = "amended"
    MOVED = "moved"
    MOVED_AND_AMENDED = "moved and amended"
    RETITLED = "retitled"
    LEVEL_CHANGED = "level changed"
    SPLIT = "split"
    MERGED = "merged"


def name_of(anchor: str, title: str) -> str:
    """What names a section within its text: its anchor, else the words of its heading."""
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
    """Anchors of the sections split off, or of the section it was merged into."""
    inserted: int = 0
    """Words added."""
    deleted: int = 0
    """Words removed."""
    nth: int = 1
    """Which one it is of several to sections of one name, where there are no anchors."""
    old_sections: tuple[int, ...] = ()
    """Places, among the sections of the old text, of those it is about."""
    new_sections: tuple[int, ...] = ()
    """The same of the new text. Of a split: first what goes on, then what was split off."""

    @property
    def id(self) -> str:
        """Names this change within its amendment; the same whenever it is computed."""
        name = f"{name_of(self.anchor, self.title)}-{self.kind.value.replace(' ', '-')}"
        return f"{name}-{self.nth}" if self.nth > 1 else name

    @property
    def anchors(self) -> tuple[str, ...]:
        """Every section that this change is about."""
        return (self.anchor, *self.others) if self.anchor else self.others


@dataclass(frozen=True, slots=True)
class Counts:
    """How much changed, in words."""

    inserted: int
    deleted: int
    moved: int


@dataclass(frozen=True)
class Amendment:
    """Everything that differs between two versions."""

    old: Document
    new: Document
    operations: tuple[Operation, ...]
    changes: tuple[Change, ...]

    @cached_property
    def counts(self) -> Counts:
        """Words added, removed and moved in the whole text."""
        inserted = deleted = moved = 0
        for op in self.operations:
            if op.move and op.new is None:
                continue  # its words are counted where they went
            own = _words(op)
            inserted += own.inserted
            deleted += own.deleted
            moved += own.kept if op.move else 0
        return Counts(inserted, deleted, moved)

    @cached_property
    def sections(self) -> tuple[tuple[int, int], ...]:
        """Of each operation: the place of its old section and of its new one; -1: it has none."""
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
    def told(self) -> tuple[tuple[Change, ...], ...]:
        """Of each operation: the changes that it is part of; none where a reader sees none."""
        by_old: dict[int, list[Change]] = {}
        by_new: dict[int, list[Change]] = {}
        for change in self.changes:
            old, new = _own(change)
            for i in old:
                by_old.setdefault(i, []).append(change)
            for j in new:
                by_new.setdefault(j, []).append(change)
        return tuple(
            ()
            if op.unchanged
            else _telling(op, dict.fromkeys((*by_old.get(i, ()), *by_new.get(j, ()))))
            for op, (i, j) in zip(self.operations, self.sections, strict=True)
        )

    def operations_of(self, change: Change) -> tuple[Operation, ...]:
        """The operations that a change tells of, in reading order."""
        return tuple(self._by_change.get(change.id, ()))

    @cached_property
    def _by_change(self) -> dict[str, list[Operation]]:
        found: dict[str, list[Operation]] = {}
        for op, changes in zip(self.operations, self.told, strict=True):
            for change in changes:
                found.setdefault(change.id, []).append(op)
        return found

    @property
    def empty(self) -> bool:
        """Whether a reader sees no change at all."""
        return all(op.unchanged for op in self.operations)


def amend(old: Document, new: Document) -> Amendment:
    """The amendment that leads from `old` to `new`."""
    operations = compare(old, new)
    changes = _Changes(old, new, operations).changes()
    return Amendment(old, new, operations, tuple(_numbered(changes)))


def _numbered(changes: Iterable[Change]) -> Iterable[Change]:
    seen = Counter[str]()
    for change in changes:
        seen[change.id] += 1
        yield replace(change, nth=seen[change.id])


def _own(change: Change) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The sections, old and new, whose operations a change tells of."""
    if change.kind is ChangeKind.SPLIT:
        return (), change.new_sections[1:]
    if change.kind is ChangeKind.MERGED:
        return change.old_sections, ()
    return change.old_sections, change.new_sections


def _telling(op: Operation, changes: Iterable[Change]) -> tuple[Change, ...]:
    """Those of the changes to its section that tell of an operation.

    What a section is called is told of its heading, that it was amended of what stands below.
    """
    heading = all(clause.kind is Kind.HEADING for clause in (op.old, op.new) if clause)
    others = (ChangeKind.AMENDED,) if heading else (ChangeKind.RETITLED, ChangeKind.LEVEL_CHANGED)
    found = tuple(changes)
    return tuple(change for change in found if change.kind not in others) or found


class _Words(NamedTuple):
    inserted: int
    deleted: int
    kept: int


def _words(op: Operation) -> _Words:
    """How many words an operation adds, cuts and keeps."""
    if op.spans is None:
        words = op.clause.words
        if op.old and op.new:
            return _Words(0, 0, words)
        return _Words(words, 0, 0) if op.new else _Words(0, words, 0)
    totals = dict.fromkeys(SpanKind, 0)
    for cell in op.spans:
        for span in cell:
            totals[span.kind] += len(span.text.split())
    return _Words(totals[SpanKind.INSERT], totals[SpanKind.DELETE], totals[SpanKind.KEEP])


class _Changes:
    """Reads the changes of the sections off the operations."""

    def __init__(self, old: Document, new: Document, operations: tuple[Operation, ...]) -> None:
        self.old, self.new = old.sections, new.sections
        self.pairs: dict[int, int] = {}
        """New section to the old one it was."""
        self.flow: dict[tuple[int, int], int] = Counter()
        """(old section, new section): words that went from one to the other unchanged."""
        self.touched_old: set[int] = set()
        self.touched_new: set[int] = set()
        self.moved: set[int] = set()
        """New sections whose heading moved."""
        self.inserted = Counter[int]()
        self.deleted = Counter[int]()
        """Words by new section (inserted, deleted inside a clause) …"""
        self.deleted_old = Counter[int]()
        """… and by old section (whole clauses deleted)."""
        self.levels: dict[int, int] = {}
        """New sections whose heading had another level: that one."""
        self._read(old.section_of, new.section_of, operations)

    def _read(
        self, of_old: Sequence[int], of_new: Sequence[int], operations: tuple[Operation, ...]
    ) -> None:
        origin = {}
        old_clauses = (op for op in operations if op.old)
        for x, op in enumerate(old_clauses):
            if op.move and op.old:
                origin[op.move] = (of_old[x], op.old)
        x = y = 0
        for op in operations:
            old, new = op.old, op.new
            x, y = x + (old is not None), y + (new is not None)
            # Of a clause that goes on, its section is that of the clause which began last.
            i, j = of_old[x - 1] if x else -1, of_new[y - 1] if y else -1
            if old and new and old.key == new.key and old.kind is not Kind.HEADING:
                self.flow[i, j] += max(new.words, 1)
            elif op.move:
                if new:
                    source, clause = origin[op.move]
                    self._both(op, source, j, clause, new)
            elif op.continued or (old and new):
                self._both(op, i, j, old, new)
            elif op.clause.kind in (Kind.HEADING, Kind.FRONT_MATTER):
                # A heading that comes or goes is its section's change, and told as such.
                continue
            elif new:
                self.touched_new.add(j)
                self.inserted[j] += new.words
            elif old:
                self.touched_old.add(i)
                self.deleted_old[i] += old.words

    def _both(self, op: Operation, i: int, j: int, old: Clause | None, new: Clause | None) -> None:
        if old and new and old.kind is new.kind is Kind.HEADING:
            self.pairs[j] = i
            if op.move:
                self.moved.add(j)
            if old.level != new.level:
                self.levels[j] = old.level
            if old.text == new.text and (old.anchor != new.anchor or (op.spans and op.amended)):
                self.touched_new.add(j)
            return
        counts = _words(op)
        self.flow[i, j] += max(counts.kept, 1)
        self.inserted[j] += counts.inserted
        self.deleted[j] += counts.deleted
        if op.move:
            if op.amended or not self._with_its_section(i, j):
                self.touched_new.add(j)
        elif not op.unchanged:
            self.touched_new.add(j)

    def _with_its_section(self, i: int, j: int) -> bool:
        return self.pairs.get(j) == i and j in self.moved

    def changes(self) -> Iterable[Change]:
        self._pair_renamed()
        headless = self.old and self.new and not (self.old[0].heading or self.new[0].heading)
        if headless and 0 not in self.pairs and 0 not in self.pairs.values():
            # What stands before the first heading is the same part of either text.
            self.pairs[0] = 0
        split, merged = self._split(), self._merged()
        for i, j in self.flow:
            if self.pairs.get(j) != i and j not in split and i not in merged:
                self.touched_old.add(i)
                self.touched_new.add(j)
        became = {i: j for j, i in self.pairs.items()}
        gone = [i for i in range(len(self.old)) if i not in became]
        for j, section in enumerate(self.new):
            while gone and _stood_before(
                gone[0], self.pairs.get(j, len(self.old)), j in self.moved
            ):
                yield self._end_of(gone.pop(0), merged)
            yield from self._changes_of(j, section, split)
        for i in gone:
            yield self._end_of(i, merged)

    def _pair_renamed(self) -> None:
        """A section whose anchor is gone but whose words stayed together under a new one."""
        used = set(self.pairs.values())
        for (i, j), words in sorted(self.flow.items(), key=lambda item: -item[1]):
            free = j not in self.pairs and i not in used
            if free and sameness(self.old[i], self.new[j], words):
                self.pairs[j] = i
                used.add(i)

    def _split(self) -> dict[int, int]:
        """New sections that came out of an old one which goes on."""
        on = set(self.pairs.values())
        return {
            j: i
            for (i, j), words in self.flow.items()
            if j not in self.pairs and i in on and words >= MOSTLY * max(_size(self.new[j]), 1)
        }

    def _merged(self) -> dict[int, int]:
        """Old sections whose words went into a section that was there before."""
        on = set(self.pairs.values())
        return {
            i: j
            for (i, j), words in self.flow.items()
            if i not in on and j in self.pairs and words >= MOSTLY * max(_size(self.old[i]), 1)
        }

    def _end_of(self, i: int, merged: Mapping[int, int]) -> Change:
        section = self.old[i]
        if i in merged:
            into = self.new[merged[i]].anchor
            return Change(
                ChangeKind.MERGED,
                section.anchor,
                section.title,
                section.title,
                (into,),
                old_sections=(i,),
                new_sections=(merged[i],),
            )
        return Change(
            ChangeKind.REMOVED,
            section.anchor,
            section.title,
            section.title,
            deleted=self.deleted_old[i] + section.clauses[0].words * bool(section.heading),
            old_sections=(i,),
        )

    def _changes_of(self, j: int, section: Section, split: Mapping[int, int]) -> Iterable[Change]:
        inserted, deleted = self.inserted[j], self.deleted[j]
        if j in split:
            return
        if j not in self.pairs:
            inserted += section.clauses[0].words * bool(section.heading)
            yield Change(
                ChangeKind.ADDED,
                section.anchor,
                section.title,
                "",
                inserted=inserted,
                new_sections=(j,),
            )
            return
        i = self.pairs[j]
        was = self.old[i].title
        deleted += self.deleted_old[i]
        off = sorted(k for k, source in split.items() if source == i)

        def change(kind: ChangeKind, *others: str, words: bool = False) -> Change:
            return Change(
                kind,
                section.anchor,
                section.title,
                was,
                others,
                inserted if words else 0,
                deleted if words else 0,
                old_sections=(i,),
                new_sections=(j, *off) if words or others else (j,),
            )

        headed = section.heading and self.old[i].heading
        if headed and section.title != was:
            yield change(ChangeKind.RETITLED)
        if j in self.levels:
            yield change(ChangeKind.LEVEL_CHANGED)
        if off:
            yield change(ChangeKind.SPLIT, *(self.new[k].anchor for k in off))
        amended = j in self.touched_new or i in self.touched_old
        amended |= not headed and section.title != was
        amended |= any(k in self.touched_new for k in off)
        if j in self.moved:
            kind = ChangeKind.MOVED_AND_AMENDED if amended else ChangeKind.MOVED
            yield change(kind, words=amended)
        elif amended:
            inserted += sum(self.inserted[k] for k in off)
            yield change(ChangeKind.AMENDED, words=True)


def _stood_before(gone: int, now: int, moved: bool) -> bool:
    """Whether a section that is gone is told of before the one that now stands here."""
    return gone < now and not moved


def _size(section: Section) -> int:
    return sum(clause.words for clause in section.body)


def summary(amendment: Amendment) -> str:
    """One sentence computed from the counts, such as "1 section added, 2 moved; 14 words added"."""
    kinds = Counter(change.kind for change in amendment.changes)
    level = {ChangeKind.LEVEL_CHANGED: "at another level"}
    parts = [f"{kinds[kind]} {level.get(kind, kind.value)}" for kind in ChangeKind if kinds[kind]]
    if parts:
        number, rest = parts[0].split(" ", 1)
        parts[0] = f"{number} {'section' if number == '1' else 'sections'} {rest}"
    counts = amendment.counts
    words = [
        f"{number:,} {verb}"
        for number, verb in (
            (counts.inserted, "added"),
            (counts.deleted, "removed"),
            (counts.moved, "moved"),
        )
        if number
    ]
    if words:
        number, verb = words[0].split(" ", 1)
        words[0] = f"{number} {'word' if number == '1' else 'words'} {verb}"
    if not words and not amendment.empty and set(kinds) <= {ChangeKind.AMENDED}:
        seen = [op for op in amendment.operations if not op.unchanged]
        if all(op.old and op.new and not op.reset for op in seen):
            return "No words changed: typography, formatting or links only"
        words = ["no words changed"]
    return "; ".join(", ".join(group) for group in (parts, words) if group) or "No change"
