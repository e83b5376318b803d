"""A comparison as it was written down, read back to what it was: the amendment that people were
told, whatever a later program would find.

The form is that of `diff_form`, in full or abridged; `exchange` writes both.

A program may cut texts into clauses otherwise, or read the words of one otherwise, than the one by
which people were told. So the abridged form says how both were cut, and which words it is about:
the texts are cut so again, and each word that it tells of has to stand in the lines it tells it of.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from publisher.compare.amendment import Amendment, Otherwise
from publisher.compare.change import Change, ChangeKind
from publisher.compare.cutting import UncutError, recut
from publisher.compare.diff_form import diff_flaw, text_digest_of, text_digests
from publisher.compare.operations import Cells, Operation
from publisher.compare.spans import Span, SpanKind
from publisher.compare.standing_words import alike, same_letters, stand_in
from publisher.compare.summary import amendment_figures
from publisher.text.clauses import Clause, Document, Mark, Section

_NUMBER = re.compile(r"\d+(?:\D\d{3}(?!\d))*")
"""A number in a sentence, with what sets its thousands apart."""


class MisfitError(ValueError):
    """A comparison does not fit its texts, or contradicts itself; says how."""


def read_comparison(text: str, old: Document, new: Document) -> Amendment:
    """The amendment that a comparison in that form tells of.

    Args:
        text: JSON.
        old, new: the two texts.

    Raises:
        MisfitError: it has another form, is one of other texts, or contradicts itself.
    """
    if flaw := diff_flaw(text):
        raise MisfitError(flaw)
    if text_digests(text) != tuple(text_digest_of(t.sources.values()) for t in (old, new)):
        raise MisfitError("compares other texts than these")
    value = json.loads(text)
    cuts = value.get("texts", {}).get("cuts")
    today = old, new
    if cuts:
        try:
            old, new = recut(old, cuts["old"]), recut(new, cuts["new"])
        except UncutError as error:
            raise MisfitError(f"`texts.cuts` {error}") from error
    reader = _Operations(old, new)
    operations = tuple(reader.read(value["operations"]))
    changes = tuple(_changes(value["changes"], old, new))
    found = Amendment(old, new, operations, changes, engine=value.get("engine", ""))
    named = tuple(_named(value["operations"]))
    if strange := next(_strangers(named, found), ""):
        raise MisfitError(f"contradicts itself: {strange}")
    due = tuple(tuple(c.id for c in each) for each in found.changes_of_operations)
    if (old, new) != today or reader.inexact or named != due:
        exact = not reader.inexact and named == due
        found = replace(found, otherwise=Otherwise(*today, named, exact))
    if value["words"] != _figures(found):
        spaced = replace(found, count=_between_spaces)
        found = spaced if value["words"] == _figures(spaced) else found
    if contradiction := next(_contradictions(value, found), ""):
        raise MisfitError(f"contradicts itself: {contradiction}")
    return found


def _between_spaces(text: str) -> int:
    """How many words a text has, as programs counted them to which a date was several."""
    return len(text.split())


def _figures(found: Amendment) -> dict[str, int]:
    counts = found.counts
    return {"inserted": counts.inserted, "deleted": counts.deleted, "moved": counts.moved}


def _named(values: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """For each operation, the changes that it says it is part of."""
    for value in values:
        yield from [()] * value["clauses"] if "clauses" in value else [tuple(value["changes"])]


def _strangers(named: Sequence[Sequence[str]], found: Amendment) -> Iterator[str]:
    """Operations that say they are part of what changes elsewhere, or of nothing."""
    for op, ids, near in zip(found.operations, named, found.changes_about, strict=True):
        if not {change.id for change in near}.issuperset(ids) or (
            near and not ids and not op.kept_whole and op.rewritten
        ):
            yield "its operations are not part of the changes that they name"


# ── operations ───────────────────────────────────────────────────────────────────────────────────


@dataclass
class _Side:
    """One of the two texts: where in it the operations are, and what they said of the clause."""

    text: Document
    place: int = 0
    said: list[str] = field(default_factory=list)
    shuffled: bool = False
    """Whether the cells of the clause, a row, have other places now."""
    inexact: bool = False
    """Whether words are read otherwise than they were."""
    open: tuple[Clause, str] | None = None
    """The clause whose words are being told, and by which operation it was begun."""

    @property
    def ended(self) -> bool:
        return self.place == len(self.text.clauses)

    def take(self, value: Mapping[str, Any], name: str) -> Clause:
        """The next clause, which is where the value says."""
        self.close()
        found = None if self.ended else self.text.clauses[self.place]
        if found is None or (found.file, found.line) != (value["file"], value["line"]):
            raise MisfitError(f"{name} tells of a clause where its text has none")
        self.place += 1
        self.open = found, name
        return found

    def close(self) -> None:
        """Holds what was said of the last clause to its words."""
        if self.open is None:
            return
        (clause, name), said = self.open, self.said
        cells = ["".join(run.text for run in cell) for cell in clause.cells]
        if self.shuffled:
            said, cells = sorted(said), sorted(cells)
        if not same_letters("".join(said), "".join(cells)):
            if not stand_in(" ".join(self.said), clause.raw):
                raise MisfitError(f"{name} tells of words that do not stand in its text")
            self.inexact = True
        self.open, self.said, self.shuffled = None, [], False


class _Operations:
    """The clauses of both texts, each taken once, in order."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old, self.new = _Side(old), _Side(new)
        self.lax = False

    @property
    def inexact(self) -> bool:
        """Whether some words are read otherwise than they were when the comparison was made."""
        return self.lax or self.old.inexact or self.new.inexact

    def read(self, values: Sequence[Mapping[str, Any]]) -> Iterator[Operation]:
        for place, value in enumerate(values):
            name = f"`operations[{place}]`"
            if "clauses" in value:
                for _ in range(value["clauses"]):
                    yield self._kept(name)
                continue
            old = self.old.take(value["old"], name) if "old" in value else None
            new = self.new.take(value["new"], name) if "new" in value else None
            op = Operation(
                old,
                new,
                _cells(value["cells"]) if "cells" in value else None,
                value.get("move", 0),
                tuple((was, now) for was, now in value.get("columns", ())),
                value.get("flows", False),
                "continued" in value,
            )
            self._hear(op)
            yield _plain(op)
        self.old.close()
        self.new.close()
        if not (self.old.ended and self.new.ended):
            raise MisfitError("does not tell of all clauses of its texts")

    def _kept(self, name: str) -> Operation:
        sides = self.old, self.new
        for side in sides:
            side.close()
            if side.ended:
                raise MisfitError(f"{name} keeps a clause that the two texts do not have in common")
        old, new = (side.text.clauses[side.place] for side in sides)
        for side in sides:
            side.place += 1
        if old.key != new.key:
            if not alike(old.raw, new.raw):
                raise MisfitError(f"{name} keeps a clause that the two texts do not have in common")
            # Told as kept: what it is called by today's rules is no change that anybody was told.
            self.lax = True
            old = replace(new, raw=old.raw, file=old.file, line=old.line)
        return Operation(old, new)

    def _hear(self, op: Operation) -> None:
        """Notes the words that an operation says of either text."""
        columns = op.columns or ((0, 0),) * len(op.cells)
        for side, own in enumerate((self.old, self.new)):
            if own.open is None or (side == 0 and op.move and op.new):
                continue  # of a moved clause, the old words are told where it was
            for cell, places in zip(op.cells, columns, strict=True):
                if places[side] is not None:
                    own.said.append("".join(span.new if side else span.old for span in cell))
            own.shuffled = own.shuffled or bool(op.columns)


def _cells(values: Sequence[Sequence[Mapping[str, Any]]]) -> Cells:
    return tuple(tuple(_span(span) for span in cell) for cell in values)


def _span(value: Mapping[str, Any]) -> Span:
    return Span(
        SpanKind(value["kind"]),
        value["text"],
        _marks(value.get("marks", ())),
        _marks(value["was"]) if "was" in value else None,
        value.get("before"),
        value.get("move", 0),
    )


def _marks(values: Sequence[Mapping[str, str]]) -> tuple[Mark, ...]:
    return tuple(Mark(value["kind"], value.get("to", "")) for value in values)


def _plain(op: Operation) -> Operation:
    """An operation without words that its clause says itself: the form in full repeats them."""
    if op.columns or (op.move and op.new) or op.continued or (op.old and op.new):
        return op
    plain = op._replace(spans=None)
    return plain if op.spans == plain.cells else op


# ── changes ──────────────────────────────────────────────────────────────────────────────────────


def _changes(values: Sequence[Mapping[str, Any]], old: Document, new: Document) -> Iterator[Change]:
    places = [{_start(section): n for n, section in enumerate(t.sections)} for t in (old, new)]
    seen = Counter[str]()
    for number, value in enumerate(values):
        sides = []
        for side, known in zip(("old", "new"), places, strict=True):
            starts = [(section["file"], section["line"]) for section in value[side]]
            if strange := [start for start in starts if start not in known]:
                where = ":".join(map(str, strange[0]))
                raise MisfitError(f"`changes[{number}]` tells of no section: {where}")
            sides.append(tuple(known[start] for start in starts))
        change = Change(
            ChangeKind(value["kind"]),
            value["anchor"],
            value["title"],
            value["was"],
            tuple(value["others"]),
            value["inserted"],
            value["deleted"],
            old_sections=sides[0],
            new_sections=sides[1],
        )
        seen[change.id] += 1
        yield replace(change, nth=seen[change.id])


def _start(section: Section) -> tuple[str, int]:
    return section.clauses[0].file, section.clauses[0].line


# ── figures ──────────────────────────────────────────────────────────────────────────────────────


def _contradictions(value: Mapping[str, Any], found: Amendment) -> Iterator[str]:
    """Figures that are not those of the words, and changes that are not those of the operations."""
    counts = found.counts
    words = _figures(found)
    if dict(value["words"]) != words:
        yield f"`words` are {_told(value['words'])}, and those of its operations {_told(words)}"
    for number, (own, change) in enumerate(zip(value["changes"], found.changes, strict=True)):
        if own["id"] != change.id:
            yield f"`changes[{number}].id` is {own['id']}, and would be {change.id}"
        moved = found.moved_words(change)
        if own["moved"] != moved:
            yield f"`changes[{number}].moved` is {own['moved']}, and is {moved} in its operations"
    figures = amendment_figures(found)
    allowed = Counter([*figures.sections.values(), counts.inserted, counts.deleted, counts.moved])
    said = Counter(int(re.sub(r"\D", "", n)) for n in _NUMBER.findall(value["summary"]))
    if strange := said - allowed:
        yield f"`summary` says {min(strange)}, which is none of its figures"


def _told(words: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {name}" for name, number in words.items())
