"""An amendment as JSON, for other programs.

The format is documented in `docs/diff-json.md` and specified by `docs/diff.schema.json`. Both texts
can be rebuilt from it.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from publisher.compare.amendment import Amendment
from publisher.compare.change import Change, section_name
from publisher.compare.diff_form import DIFF_FORMAT, DIFF_SCHEMA, DIFF_VERSION
from publisher.compare.operations import Operation
from publisher.compare.spans import Span
from publisher.compare.summary import summary_sentence
from publisher.text.clauses import Clause, Kind, Mark, Section
from publisher.wording.words import ENGLISH, Words


def diff_json(
    amendment: Amendment,
    old: str,
    new: str,
    *,
    words: Words = ENGLISH,
    seconds: float | None = None,
) -> str:
    """The amendment as JSON.

    Args:
        amendment: what differs.
        old, new: what the two versions are called.
        words: the language of its summary.
        seconds: time the comparison alone took; None: it is left out.
    """
    head = comparison_head(amendment, old, new, words)
    if amendment.told and not amendment.untold:
        head |= {"told": amendment.told.isoformat()}
    if amendment.engine:
        head |= {"engine": amendment.engine}
    # Joined once: it is longer than both texts, and each step on the way would copy it.
    parts = ["{\n", *(f'"{key}": {_written(value)},\n' for key, value in head.items())]
    changes = (_written(change_value(amendment, change)) for change in amendment.changes)
    parts += ['"changes": ', *_listed(changes), ',\n"operations": ']
    parts += _listed(_operations(amendment))
    if seconds is not None:
        parts.append(f',\n"seconds": {_written(seconds)}')
    return "".join([*parts, "\n}\n"])


def comparison_head(amendment: Amendment, old: str, new: str, words: Words) -> dict[str, Any]:
    """What the form has above the changes; arguments as for `diff_json`."""
    counts = amendment.counts
    return {
        "$schema": DIFF_SCHEMA,
        "format": DIFF_FORMAT,
        "version": DIFF_VERSION,
        "old": old,
        "new": new,
        "summary": summary_sentence(amendment, words),
        "words": {"inserted": counts.inserted, "deleted": counts.deleted, "moved": counts.moved},
    }


def _written(value: object) -> str:
    return _ENCODER.encode(value)


def _listed(items: Iterable[str]) -> Iterator[str]:
    """A list with each item on a line of its own."""
    start = "[\n"
    for item in items:
        yield start
        yield item
        start = ",\n"
    yield "[]" if start == "[\n" else "\n]"


_ENCODER = json.JSONEncoder(ensure_ascii=False)


# ── changes ──────────────────────────────────────────────────────────────────────────────────────


def change_value(amendment: Amendment, change: Change) -> dict[str, Any]:
    """One of the changes of an amendment, as the form has it."""
    old = [amendment.old.sections[i] for i in change.old_sections]
    new = [amendment.new.sections[j] for j in change.new_sections]
    return {
        "id": change.id,
        "kind": change.kind.value,
        "anchor": change.anchor,
        "title": change.title,
        "was": change.was,
        "others": list(change.others),
        "inserted": change.inserted,
        "deleted": change.deleted,
        "moved": amendment.moved_words(change),
        "old": [section_value(section) for section in old],
        "new": [section_value(section) for section in new],
    }


def section_value(section: Section) -> dict[str, Any]:
    """A section with its text, as all our JSON formats write it."""
    return {
        "anchor": section.anchor,
        "title": section.title,
        "level": section.heading.level if section.heading else 0,
        "file": section.clauses[0].file,
        "line": section.clauses[0].line,
        "text": "\n\n".join(clause.text for clause in section.clauses if _reads(clause)),
        "markdown": "".join(clause.raw for clause in section.clauses),
    }


def _reads(clause: Clause) -> bool:
    return bool(clause.text) and clause.kind is not Kind.DEFINITION


# ── operations ───────────────────────────────────────────────────────────────────────────────────


def _operations(amendment: Amendment) -> Iterator[str]:
    for name, op, changes in _named(amendment):
        if op.kept_whole and op.old and op.new:
            yield _kept(name, op.old, op.new)
        else:
            yield _written({"id": name} | _operation(op, changes))


def operation_values(amendment: Amendment) -> Iterator[dict[str, Any]]:
    """The operations of an amendment, as the form has them."""
    for name, op, changes in _named(amendment):
        yield {"id": name} | _operation(op, changes)


def _named(amendment: Amendment) -> Iterator[tuple[str, Operation, tuple[Change, ...]]]:
    """Each operation with its name and the changes that it is part of."""
    seen = Counter[str]()
    rows = zip(
        amendment.operations, amendment.sections, amendment.changes_of_operations, strict=True
    )
    for op, (i, j), changes in rows:
        section = amendment.new.sections[j] if j >= 0 else amendment.old.sections[i]
        name = f"{section_name(section.anchor, section.title)}-{_digest(op)}"
        seen[name] += 1
        yield (f"{name}-{seen[name]}" if seen[name] > 1 else name), op, changes


def _kept(name: str, old: Clause, new: Clause) -> str:
    """The same as `_operation`, for an unchanged clause; most are unchanged."""
    words = _text(new.text)
    sides = (
        f'"{side}": {{"file": {_text(clause.file)}, "line": {clause.line}, '
        f'"markdown": {_text(clause.raw)}}}'
        for side, clause in (("old", old), ("new", new))
    )
    return (
        f'{{"id": {_text(name)}, "op": "keep", "clause": {_text(new.kind.value)}, "changes": [], '
        f'{", ".join(sides)}, "was": {words}, "now": {words}}}'
    )


@lru_cache(maxsize=1 << 14)
def _text(text: str) -> str:
    return _written(text)


def _digest(op: Operation) -> str:
    """Eight letters that depend on what an operation says, and on nothing else in the texts."""
    if op.spans is None and op.old and op.new:
        return _digest_of(op.old.key, op.new.key, op.new.text, op.new.text, bool(op.move))
    keys = [clause.key if clause else None for clause in (op.old, op.new)]
    return _digest_of(*keys, _words(op, 0), _words(op, 1), bool(op.move))


@lru_cache(maxsize=1 << 14)
def _digest_of(*said: object) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:8]


def _operation(op: Operation, changes: Iterable[Change]) -> dict[str, Any]:
    kind = "keep" if op.unchanged else "amend"
    if not op.continued and (op.old is None or op.new is None):
        kind = "insert" if op.new else "delete"
    value: dict[str, Any] = {
        "op": kind,
        "clause": op.clause.kind.value,
        "changes": [change.id for change in changes],
    }
    if op.move:
        value["move"] = op.move
    if op.continued:
        value["continued"] = "split" if op.new else "merged"
    if op.flows:
        value["flows"] = True
    if op.old:
        value["old"] = _clause(op.old)
    if op.new:
        value["new"] = _clause(op.new)
    value["was"], value["now"] = _words(op, 0), _words(op, 1)
    if op.columns:
        value["columns"] = [list(places) for places in op.columns]
    if kind != "keep":
        value["cells"] = span_cells(op)
    return value


def span_cells(op: Operation) -> list[list[dict[str, Any]]]:
    """The words of an operation, as the form has them."""
    return [[_span(span) for span in cell] for cell in op.cells]


def _words(op: Operation, side: int) -> str | None:
    """The old (0) or the new (1) words of an operation, to the letter; None: it has none."""
    if op.spans is None and op.old and op.new:
        return op.new.text
    moved_here = op.move and side == 0
    if (op.old, op.new)[side] is None and not op.continued and not moved_here:
        return None
    columns = op.columns or ((0, 0),) * len(op.cells)
    cells = [
        "".join(span.new if side else span.old for span in cell)
        for cell, places in zip(op.cells, columns, strict=True)
        if places[side] is not None
    ]
    return " | ".join(cells)


def _clause(clause: Clause) -> dict[str, Any]:
    return {"file": clause.file, "line": clause.line, "markdown": clause.raw}


def _span(span: Span) -> dict[str, Any]:
    value: dict[str, Any] = {"kind": span.kind.value, "text": span.text}
    if span.marks:
        value["marks"] = _marks(span.marks)
    if span.was is not None:
        value["was"] = _marks(span.was)
    if span.before is not None:
        value["before"] = span.before
    if span.move:
        value["move"] = span.move
    return value


def _marks(marks: Sequence[Mark]) -> list[dict[str, str]]:
    return [
        {"kind": mark.kind, "to": mark.value} if mark.value else {"kind": mark.kind}
        for mark in marks
    ]
