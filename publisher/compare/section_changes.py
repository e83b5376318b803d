"""Section changes: how the operations on clauses are told as changes of sections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from publisher.compare.change import Change, ChangeKind
from publisher.compare.operations import Operation
from publisher.compare.sections import (
    bare_words,
    heading_words,
    named_above,
    other_heading,
    sameness,
)
from publisher.compare.spans import SpanKind
from publisher.text.clauses import Clause, Document, Kind, Section
from publisher.text.segmentation import count_words

MOSTLY = 0.5
"""A section was split off from another, or merged into it, if this share of its words was."""


def section_changes(
    old: Document, new: Document, operations: tuple[Operation, ...]
) -> Iterable[Change]:
    """What happened to each section, in the order of the new text.

    Args:
        old, new: the two texts.
        operations: what turns the one into the other.

    Returns:
        The changes; those of a section that is gone stand before the section that followed it.
    """
    return _Changes(old, new, operations).changes()


class _Changes:
    """The changes of sections, read off the operations."""

    def __init__(self, old: Document, new: Document, operations: tuple[Operation, ...]) -> None:
        self.old, self.new = old.sections, new.sections
        self.pairs: dict[int, int] = {}
        """New section to the old one it was."""
        self.flow: dict[tuple[int, int], int] = Counter()
        """By (old section, new section): how many words went from one to the other."""
        self.carried: dict[tuple[int, int], int] = Counter()
        """The same of words that went by sentences, without their clause."""
        self.touched_old: set[int] = set()
        self.touched_new: set[int] = set()
        self.moved: set[int] = set()
        """New sections whose heading moved."""
        self.inserted = Counter[int]()
        self.deleted = Counter[int]()
        """By new section: words inserted, and words deleted inside a clause that goes on."""
        self.deleted_old = Counter[int]()
        """By old section: words of whole clauses that were deleted."""
        self.headed: dict[int, int] = {}
        """New sections whose heading was plain text, each with the old section that had it."""
        self.unheaded: dict[int, int] = {}
        """Old sections whose heading is plain text now, each with the new section that has it."""
        self.levels: dict[int, int] = {}
        """By new section: the old level of its heading, where it is another now."""
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
        left, reached = dict[int, int](), dict[int, tuple[int, int]]()
        for op in operations:
            old, new = op.old, op.new
            x, y = x + (old is not None), y + (new is not None)
            # A clause that goes on belongs to the section of the clause that began last.
            i, j = of_old[x - 1] if x else -1, of_new[y - 1] if y else -1
            if not (op.move and old):
                for span in (span for cell in op.spans or () for span in cell if span.move):
                    if span.kind is SpanKind.DELETE:
                        left[span.move] = origin[op.move][0] if op.move else i
                    else:
                        words = reached.get(span.move, (j, 0))[1] + count_words(span.text)
                        reached[span.move] = j, words
            if old and new and old.key == new.key and old.kind is not Kind.HEADING:
                self.flow[i, j] += max(new.words, 1)
            elif op.move:
                if new:
                    source, clause = origin[op.move]
                    self._both(op, source, j, clause, new)
            elif op.continued or (old and new):
                self._both(op, i, j, old, new)
            elif op.clause.kind in (Kind.HEADING, Kind.FRONT_MATTER):
                # A heading that comes or goes is a change of its section.
                continue
            elif new:
                self.touched_new.add(j)
                self.inserted[j] += op.word_counts.inserted
            elif old:
                self.touched_old.add(i)
                self.deleted_old[i] += op.word_counts.deleted

        for move, (j, words) in reached.items():
            self.carried[left[move], j] += words

    def _both(self, op: Operation, i: int, j: int, old: Clause | None, new: Clause | None) -> None:
        if old and new and old.kind is new.kind is Kind.HEADING:
            self.pairs[j] = i
            if op.move:
                self.moved.add(j)
            if old.level != new.level:
                self.levels[j] = old.level
            renamed = other_heading(old.text, new.text)
            if not renamed and (old.anchor != new.anchor or (op.spans and op.amended)):
                self.touched_new.add(j)
            return
        counts = op.word_counts
        self.inserted[j] += counts.inserted
        self.deleted[j] += counts.deleted
        if old and new and (old.kind is Kind.HEADING or new.kind is Kind.HEADING):
            if old.kind is Kind.HEADING:
                self.unheaded[i] = j
            else:
                self.headed[j] = i
            # A stop or colon at its end comes and goes with the dress.
            if _worded_otherwise(op):
                self.touched_new.add(j)
            return
        self.flow[i, j] += max(counts.kept, 1)
        if op.move:
            if op.amended or not self._with_its_section(i, j):
                self.touched_new.add(j)
        elif op.amended if op.flows and self._dressed_from(i, j) else not op.unchanged:
            self.touched_new.add(j)

    def _dressed_from(self, i: int, j: int) -> bool:
        """Whether the heading of the one section is a line of text of the other."""
        return self.headed.get(j) == i or self.unheaded.get(i) == j

    def _with_its_section(self, i: int, j: int) -> bool:
        return self.pairs.get(j) == i and j in self.moved

    def changes(self) -> Iterable[Change]:
        self._pair_renamed()
        headless = self.old and self.new and not (self.old[0].heading or self.new[0].heading)
        if headless and 0 not in self.pairs and 0 not in self.pairs.values():
            # What stands before the first heading is the same part of either text.
            self.pairs[0] = 0
        self.flow = Counter(self.flow) + Counter(self.carried)
        split, merged = self._split(), self._merged()
        for i, j in self.flow:
            known = self.pairs.get(j) == i or j in split or i in merged
            if not known and not self._dressed_from(i, j):
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
        """Pairs sections whose anchor is gone but whose words stayed together under a new one."""
        used = set(self.pairs.values())
        for (i, j), words in sorted(self.flow.items(), key=lambda item: -item[1]):
            free = j not in {*self.pairs, *self.headed} and i not in {*used, *self.unheaded}
            if free and sameness(self.old[i], self.new[j], words):
                known = {*used, *self.unheaded}, {*self.pairs, *self.headed}
                same, now = named_above(self.old, self.new, (i, j), known)
                self.pairs[now] = same
                used.add(same)

    def _split(self) -> dict[int, int]:
        """By new section: the old one that it was split off from, which goes on."""
        on = set(self.pairs.values())
        return {
            j: i
            for (i, j), words in self.flow.items()
            if j not in {*self.pairs, *self.headed}
            and i in on
            and (not self.new[j].heading or heading_words(self.new[j].title))
            and words >= MOSTLY * max(self.new[j].words, 1)
        }

    def _merged(self) -> dict[int, int]:
        """By old section: the new one that it was merged into, which was there before."""
        on = set(self.pairs.values())
        return {
            i: j
            for (i, j), words in self.flow.items()
            if i not in {*on, *self.unheaded}
            and j in self.pairs
            and heading_words(self.old[i].title)
            and words >= MOSTLY * max(self.old[i].words, 1)
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
        if i in self.unheaded:
            j = self.unheaded[i]
            return Change(
                ChangeKind.LEFT_WITHOUT_A_HEADING,
                section.anchor,
                section.title,
                section.title,
                (self.new[j].anchor,),
                deleted=self.deleted_old[i],
                old_sections=(i,),
                new_sections=(j,),
            )
        return Change(
            ChangeKind.REMOVED,
            section.anchor,
            section.title,
            section.title,
            deleted=self.deleted_old[i] + count_words(section.title),
            old_sections=(i,),
        )

    def _added(self, j: int, section: Section) -> Change:
        return Change(
            ChangeKind.ADDED,
            section.anchor,
            section.title,
            "",
            inserted=self.inserted[j] + count_words(section.title),
            new_sections=(j,),
        )

    def _dressed(self, j: int, section: Section) -> Iterable[Change]:
        """The changes of a section whose heading was plain text, or that took in such text."""
        if j in self.headed:
            yield Change(
                ChangeKind.GIVEN_A_HEADING,
                section.anchor,
                section.title,
                section.title,
                old_sections=(self.headed[j],),
                new_sections=(j,),
            )
        if j in self.touched_new:
            yield Change(
                ChangeKind.AMENDED,
                section.anchor,
                section.title,
                section.title,
                inserted=self.inserted[j],
                deleted=self.deleted[j],
                new_sections=(j,),
            )

    def _changes_of(self, j: int, section: Section, split: Mapping[int, int]) -> Iterable[Change]:
        inserted, deleted = self.inserted[j], self.deleted[j]
        if j in split:
            return
        if j in self.headed or (not section.heading and j in self.unheaded.values()):
            yield from self._dressed(j, section)
            return
        if j not in self.pairs:
            yield self._added(j, section)
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
        if headed and other_heading(was, section.title):
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
    """Whether a section that is gone is listed before the one that is here now."""
    return gone < now and not moved


def _worded_otherwise(op: Operation) -> bool:
    """Whether a line has other words than the heading that it is now, or was."""
    spans = [span for cell in op.cells for span in cell]
    was, now = ("".join(side) for side in ([s.old for s in spans], [s.new for s in spans]))
    return bare_words(was) != bare_words(now)
