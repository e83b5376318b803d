"""An amendment as plain text, as Markdown and as JSON.

The JSON is documented in `docs/diff-json.md`; it is enough to rebuild both texts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

from publisher.amendment import Amendment, Change, ChangeKind, summary
from publisher.clauses import Clause, Kind, Mark
from publisher.notice import explains
from publisher.policy import Note
from publisher.redline import Operation
from publisher.words import Span, SpanKind

FORMAT = "policy-publisher/diff"
VERSION = 1
"""Version of the JSON form; it rises when a reader of the old form would misread the new one."""

SET_DIFFERENTLY = " [set differently]"
"""Behind a clause whose words are as before, but which became a list item, a heading, …"""
_COLOURS = {SpanKind.INSERT: "\x1b[32m", SpanKind.DELETE: "\x1b[31m", SpanKind.KEEP: ""}
_BOLD, _RESET = "\x1b[1m", "\x1b[0m"
_SIGNS = {SpanKind.INSERT: ("{+", "+}"), SpanKind.DELETE: ("[-", "-]"), SpanKind.KEEP: ("", "")}


def marked(amendment: Amendment) -> Iterator[tuple[str, list[Operation]]]:
    """The operations a reader sees, under the title of the section each stands in."""
    title, found = "", list[Operation]()
    following = False
    for op in amendment.operations:
        if op.clause.kind is Kind.HEADING:
            if found:
                yield title, found
            title, found, following = op.clause.text, [], bool(op.move)
        elif following and op.move and not (op.new and op.amended):
            continue  # it moved with its section, which the heading says
        if not op.unchanged:
            found.append(op)
    if found:
        yield title, found


# ── text ─────────────────────────────────────────────────────────────────────────────────────────


def as_text(amendment: Amendment, title: str, *, colour: bool = False) -> str:
    """The amendment for a terminal: one paragraph a change.

    Args:
        amendment: what to tell.
        title: the first line, such as "Privacy Policy: version 1 → draft".
        colour: use ANSI colours beside the signs.
    """
    lines = [_bold(title, colour), f"{summary(amendment)}."]
    lines += [f"  {_change_line(change)}" for change in amendment.changes]
    for heading, operations in marked(amendment):
        lines += ["", _bold(heading or "(before the first heading)", colour)]
        lines += [_line(op, colour) for op in operations]
    return "\n".join(lines) + "\n"


def _bold(text: str, colour: bool) -> str:
    return f"{_BOLD}{text}{_RESET}" if colour else text


def _change_line(change: Change) -> str:
    name = change.title or "(before the first heading)"
    words = [f"+{change.inserted}"] * bool(change.inserted) + [f"−{change.deleted}"] * bool(
        change.deleted
    )
    figures = f" ({', '.join(words)} words)" if words else ""
    if change.kind is ChangeKind.AMENDED and not words:
        figures = " (links, formatting or place only)"
    return f"{name}: {_kind(change)}{figures}"


def _kind(change: Change) -> str:
    others = ", ".join(f"#{other}" for other in change.others if other)
    if change.kind.value == "retitled":
        return f"retitled, was “{change.was}”"
    return f"{change.kind.value} into {others}" if others else change.kind.value


def _line(op: Operation, colour: bool) -> str:
    sign = " ~"
    if op.move:
        sign = " >" if op.new else " <"
    elif op.old is None:
        sign = " +"
    elif op.new is None:
        sign = " -"
    whole = not op.move and (op.old is None or op.new is None)
    words = " | ".join(
        "".join(_signed(span, colour, whole) for span in _joined(cell)) for cell in op.cells
    )
    if op.move and op.new is None:
        words = f"(moved away) {op.clause.text}"
    return f"{sign} {words}{SET_DIFFERENTLY if op.reset else ''}"


def _joined(cell: Iterable[Span]) -> Iterator[Span]:
    """Neighbours that share their fate as one, for here their formatting is not shown."""
    for (kind, was, typography), group in groupby(
        cell, key=lambda span: (span.kind, span.was, span.before is not None)
    ):
        spans = list(group)
        text, before = "".join(span.text for span in spans), "".join(span.old for span in spans)
        yield Span(kind, text, spans[0].marks, was, before if typography else None)


def _signed(span: Span, colour: bool, whole: bool) -> str:
    before, behind = ("", "") if whole else _SIGNS[span.kind]
    note = f" [{format_note(span.was, span.marks)}]" if span.was is not None else ""
    text = f"{before}{span.text}{behind}{note}"
    code = _COLOURS[span.kind]
    return f"{code}{text}{_RESET}" if colour and code else text


def format_note(was: Sequence[Mark], now: Sequence[Mark]) -> str:
    """A change of formatting in words: `link led to #collection`."""
    old, new = (next((m.value for m in side if m.kind == "link"), "") for side in (was, now))
    if old == new:
        return "formatting changed"
    return f"link led to {old}" if old else "link added"


# ── Markdown ─────────────────────────────────────────────────────────────────────────────────────


def as_markdown(amendment: Amendment, title: str, notes: Sequence[Note] = ()) -> str:
    """The amendment as a comment on a pull request: a table of changes, then the words."""
    lines = [f"### {_escaped(title)}", "", f"{summary(amendment)}.", ""]
    if amendment.changes:
        lines += ["| Section | Change | Words | Why |", "| --- | --- | --- | --- |"]
    for change in amendment.changes:
        note = explains(change, notes)
        why = " ".join(note.text.split()) if note else ""
        figures = f"+{change.inserted} −{change.deleted}"
        cells = [_escaped(change.title or "(beginning)"), _escaped(_kind(change)), figures, why]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    for heading, operations in marked(amendment):
        lines += ["", f"#### {_escaped(heading or '(beginning)')}", ""]
        for op in operations:
            lines += [_markdown_line(op), ""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).rstrip("\n") + "\n"


def _markdown_line(op: Operation) -> str:
    words = " / ".join("".join(map(_markdown, _joined(cell))) for cell in op.cells)
    if op.move:
        if op.new is None:
            short = op.clause.text[:60]
            return f"> *moved away:* {_escaped(short)}{'…' if len(op.clause.text) > 60 else ''}"
        return f"> *moved here:* {words}"
    kind = "" if op.clause.kind in (Kind.PARAGRAPH, Kind.HEADING) else f"*{op.clause.kind.value}:* "
    return f"> {kind}{words}"


def _markdown(span: Span) -> str:
    text = _escaped(span.text.replace("\n", " "))
    if span.kind is SpanKind.KEEP:
        note = f" *[{_escaped(format_note(span.was, span.marks))}]*" if span.was is not None else ""
        return text + note
    # Emphasis must touch its words, so the spaces go outside.
    core = text.strip()
    before, behind = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    sign = "**" if span.kind is SpanKind.INSERT else "~~"
    return f"{before}{sign}{core}{sign}{behind}" if core else text


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>~|])", r"\\\1", text)


# ── JSON ─────────────────────────────────────────────────────────────────────────────────────────


def as_json(amendment: Amendment, old: str, new: str, *, seconds: float | None = None) -> str:
    """The amendment as JSON.

    Args:
        amendment: what to tell.
        old, new: what the two versions are called.
        seconds: time the comparison alone took, where the caller wants it told.
    """
    counts = amendment.counts
    value: dict[str, Any] = {
        "format": FORMAT,
        "version": VERSION,
        "old": old,
        "new": new,
        "summary": summary(amendment),
        "words": {
            "inserted": counts.inserted,
            "deleted": counts.deleted,
            "moved": counts.moved,
        },
        "changes": [_change(change) for change in amendment.changes],
        "operations": [_operation(op) for op in amendment.operations],
    }
    if seconds is not None:
        value["seconds"] = seconds
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def rebuild(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """Both source texts, by file name, to the byte, from what `as_json` made."""
    sides: tuple[dict[str, str], dict[str, str]] = ({}, {})
    for op in json.loads(text)["operations"]:
        for side, name in zip(sides, ("old", "new"), strict=True):
            if clause := op.get(name):
                side[clause["file"]] = side.get(clause["file"], "") + clause["markdown"]
    return sides


def _change(change: Change) -> dict[str, Any]:
    return {
        "id": change.id,
        "kind": change.kind.value,
        "anchor": change.anchor,
        "title": change.title,
        "was": change.was,
        "others": list(change.others),
        "inserted": change.inserted,
        "deleted": change.deleted,
    }


def _operation(op: Operation) -> dict[str, Any]:
    kind = "keep" if op.unchanged else "amend"
    if op.old is None or op.new is None:
        kind = "insert" if op.new else "delete"
    value: dict[str, Any] = {"op": kind, "clause": op.clause.kind.value}
    if op.move:
        value["move"] = op.move
    if op.old:
        value["old"] = _clause(op.old)
    if op.new:
        value["new"] = _clause(op.new)
    if op.columns:
        value["columns"] = [list(places) for places in op.columns]
    if kind != "keep":
        value["cells"] = [[_span(span) for span in cell] for cell in op.cells]
    return value


def _clause(clause: Clause) -> dict[str, Any]:
    return {"file": clause.file, "line": clause.line, "markdown": clause.raw}


def _span(span: Span) -> list[Any]:
    value: list[Any] = [span.kind.value, span.text]
    if span.was is not None:
        value.append({"was": _marks(span.was), "now": _marks(span.marks)})
    return value


def _marks(marks: Iterable[Mark]) -> list[list[str]]:
    return [[mark.kind, mark.value] if mark.value else [mark.kind] for mark in marks]
