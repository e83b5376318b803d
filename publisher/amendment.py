"""Changes: what the operations between two versions mean, in the words of the glossary."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from publisher.clauses import Clause, Document, Kind, Section
from publisher.redline import Operation, compare
from publisher.words import SpanKind

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

    @property
    def id(self) -> str:
        """Names this change within its amendment; the same whenever it is computed."""
        words = re.sub(r"\W+", "-", self.title.lower()).strip("-")
        name = f"{self.anchor or words or 'beginning'}-{self.kind.value.replace(' ', '-')}"
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
        self._read(_section_of(old), _section_of(new), operations)

    def _read(
        self, of_old: list[int], of_new: list[int], operations: tuple[Operation, ...]
    ) -> None:
        origin = {}
        x = 0
        for op in operations:
            if op.old:
                if op.move:
                    origin[op.move] = (of_old[x], op.old)
                x += 1
        x = y = 0
        for op in operations:
            x, y = x + (op.old is not None), y + (op.new is not None)
            # Of a clause that goes on, its section is that of the clause which began last.
            i, j = of_old[x - 1] if x else -1, of_new[y - 1] if y else -1
            if op.move:
                if op.new:
                    source, clause = origin[op.move]
                    self._both(op, source, j, clause, op.new)
            elif op.continued or (op.old and op.new):
                self._both(op, i, j, op.old, op.new)
            elif op.clause.kind in (Kind.HEADING, Kind.FRONT_MATTER):
                # A heading that comes or goes is its section's change, and told as such.
                continue
            elif op.new:
                self.touched_new.add(j)
                self.inserted[j] += op.new.words
            elif op.old:
                self.touched_old.add(i)
                self.deleted_old[i] += op.old.words

    def _both(self, op: Operation, i: int, j: int, old: Clause | None, new: Clause | None) -> None:
        if old and new and old.kind is new.kind is Kind.HEADING:
            self.pairs[j] = i
            if op.move:
                self.moved.add(j)
            if old.level != new.level:
                self.levels[j] = old.level
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
            if j not in self.pairs and i not in used:
                size = min(_size(self.old[i]), _size(self.new[j]))
                if words >= MOSTLY * max(size, 1):
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
            return Change(ChangeKind.MERGED, section.anchor, section.title, section.title, (into,))
        return Change(
            ChangeKind.REMOVED,
            section.anchor,
            section.title,
            section.title,
            deleted=self.deleted_old[i] + section.clauses[0].words * bool(section.heading),
        )

    def _changes_of(self, j: int, section: Section, split: Mapping[int, int]) -> Iterable[Change]:
        inserted, deleted = self.inserted[j], self.deleted[j]
        if j in split:
            return
        if j not in self.pairs:
            inserted += section.clauses[0].words * bool(section.heading)
            yield Change(ChangeKind.ADDED, section.anchor, section.title, "", inserted=inserted)
            return
        i = self.pairs[j]
        was = self.old[i].title
        deleted += self.deleted_old[i]

        def change(kind: ChangeKind, *others: str, words: bool = False) -> Change:
            return Change(
                kind,
                section.anchor,
                section.title,
                was,
                others,
                inserted if words else 0,
                deleted if words else 0,
            )

        headed = section.heading and self.old[i].heading
        if headed and (section.title != was or section.anchor != self.old[i].anchor):
            yield change(ChangeKind.RETITLED)
        if j in self.levels:
            yield change(ChangeKind.LEVEL_CHANGED)
        off = [k for k, source in split.items() if source == i]
        if off:
            yield change(ChangeKind.SPLIT, *(self.new[k].anchor for k in sorted(off)))
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


def _section_of(document: Document) -> list[int]:
    return [number for number, section in enumerate(document.sections) for _ in section.clauses]


def summary(amendment: Amendment) -> str:
    """One sentence computed from the counts, such as "1 section added, 2 moved; 14 words added"."""
    kinds = Counter(change.kind for change in amendment.changes)
    parts = [f"{kinds[kind]} {kind.value}" for kind in ChangeKind if kinds[kind]]
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
    text = "; ".join(", ".join(group) for group in (parts, words) if group)
    return text or ("No change" if amendment.empty else "Changes of formatting or links only")
