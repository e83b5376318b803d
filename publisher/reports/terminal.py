"""An amendment as plain text: for a terminal, and for a mail."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from publisher.compare.amendment import Amendment
from publisher.compare.change import Change
from publisher.compare.operations import Operation
from publisher.compare.spans import SpanKind
from publisher.compare.summary import summary_sentence
from publisher.reports.changes import change_title, kind_in_words, word_signs
from publisher.reports.extracts import Line, extracts, nothing_words
from publisher.reports.phrases import (
    Phrase,
    beginning_of,
    cut,
    end_of,
    joined,
    phrase_runs,
    visible,
)
from publisher.text.clauses import Kind
from publisher.text.wrapping import WIDTH
from publisher.wording.words import ENGLISH

# ── for a terminal ───────────────────────────────────────────────────────────────────────────────

_COLOURS = {SpanKind.INSERT: "\x1b[32m", SpanKind.DELETE: "\x1b[31m", SpanKind.KEEP: ""}
_BOLD, _RESET = "\x1b[1m", "\x1b[0m"
_CHANGED = (SpanKind.INSERT, SpanKind.DELETE)
_SIGNS = {SpanKind.INSERT: ("{+", "+}"), SpanKind.DELETE: ("[-", "-]"), SpanKind.KEEP: ("", "")}


def terminal_report(
    amendment: Amendment, title: str, *, beside: Sequence[str] = (), colour: bool = False
) -> str:
    """The amendment for a terminal: one paragraph a change.

    Args:
        amendment: what differs.
        title: the first line, such as "Privacy Policy: version 1 → draft".
        beside: what differs beside the text, a line each.
        colour: use ANSI colours beside the signs.
    """
    lines = [_bold(visible(title), colour), f"{summary_sentence(amendment, ENGLISH)}."]
    for change in amendment.changes:
        words = f" ({_word_counts(change)})" if word_signs(change) else ""
        name = visible(change_title(amendment, change, ENGLISH))
        lines.append(f"  {name}: {visible(kind_in_words(amendment, change, ENGLISH))}{words}")
    for extract in extracts(amendment, ENGLISH):
        lines += ["", _bold(visible(extract.title), colour)]
        lines += [_line(line, colour) for line in extract.lines]
    if beside:
        lines += ["", _bold("Beside the text", colour), *(f" {visible(each)}" for each in beside)]
    return "\n".join(lines) + "\n"


def _word_counts(change: Change) -> str:
    """How many words came and went: `+1, −2 words`."""
    return f"{word_signs(change)} {'word' if change.inserted + change.deleted == 1 else 'words'}"


def _bold(text: str, colour: bool) -> str:
    return f"{_BOLD}{text}{_RESET}" if colour else text


def _line(line: Line, colour: bool) -> str:
    op = line.op
    if line.context:
        return f"   {_indented(visible(end_of(op)))}"
    place = f"({visible(line.place)}) " if line.place else ""
    notes = "".join(f" [{visible(note)}]" for note in line.notes)
    if op.move and op.new is None:
        words = visible(beginning_of(op.clause.text))
    else:
        whole = not op.move and not op.continued and (op.old is None or op.new is None)
        words = " | ".join(
            "".join(
                _signed(run, colour, whole)
                for run in phrase_runs(joined(cell, ENGLISH), ENGLISH, line.moves)
            )
            for cell in op.cells
        )
    if op.clause.kind is Kind.ROW:
        words = words.replace("\n", " / ")
    return f" {_sign(op)} {place}{_indented(words) or _nothing(op)}{notes}"


def _sign(op: Operation) -> str:
    if op.continued:
        return "¶"
    if op.move:
        return ">" if op.new else "<"
    if op.old and op.new:
        return "~"
    return "+" if op.new else "-"


def _nothing(op: Operation) -> str:
    if op.clause.kind is Kind.RULE:
        return f"({op.clause.kind.value})"
    return nothing_words(op.clause, ENGLISH)


def _indented(text: str) -> str:
    return text.rstrip("\n").replace("\n", "\n   ")


def _signed(run: list[Phrase], colour: bool, whole: bool) -> str:
    kind = run[0].kind
    moved = run[-1].moved
    before, behind = ("", "") if whole and not run[0].move else _SIGNS[kind]
    aside = " [{}]" if kind is SpanKind.KEEP else " <{}>"
    words = "".join(p.text + (aside.format(p.aside) if p.aside else "") for p in run)
    text = f"{before}{visible(words)}{behind}"
    if moved:
        said = visible(words).rstrip()
        text = f"{before}{said}{behind} <{visible(moved)}>{visible(words)[len(said) :]}"
    code = _COLOURS[kind]
    return f"{code}{text}{_RESET}" if colour and code else text


# ── for a mail ───────────────────────────────────────────────────────────────────────────────────


def mail_report(amendment: Amendment) -> str:
    """The words that changed, as they were and as they are now, in plain text for a mail.

    No signs stand in the words, so that each side can be read out and quoted. What changed no
    words (typography, formatting, links) is left out.
    """
    parts: list[str] = []
    for extract in extracts(amendment, ENGLISH):
        blocks = [block for line in extract.lines if (block := _was_now(line))]
        if blocks:
            parts += [visible(extract.title), *blocks]
    return "\n\n".join(parts or ["No words changed."]) + "\n"


def _was_now(line: Line) -> str:
    op = line.op
    if line.context or (op.move and op.new is None):
        return ""
    amended = any(span.kind is not SpanKind.KEEP for cell in op.cells for span in cell)
    if op.becomes_seen or op.becomes_unseen:
        return _said("shown now" if op.becomes_seen else "on no page now", _both_sides(op)[1])
    if not amended and not op.move:
        return ""
    moved = _moved(line)
    if moved and all(span.move for cell in op.cells for span in cell if span.kind in _CHANGED):
        return "\n".join(moved)
    old, new = _both_sides(op)
    where = " (on no page)" if op.clause.kind is Kind.DEFINITION else ""
    if op.old is None and not op.move and not op.continued:
        told = [_said(f"new{where}", new)]
    elif op.new is None and not op.continued:
        told = [_said(f"removed{where}", old)]
    elif not amended:
        told = [_said(f"{line.place}{where}", new)]
    else:
        was = f"{line.place}; was" if op.move and line.place else "was"
        told = [_said(f"{was}{where}", old), _said(f"now{where}", new)]
    return "\n".join([*told, *moved])


def _moved(line: Line) -> list[str]:
    """The words that moved without all of their clause, each with where they went or came from."""
    told: list[str] = []
    for cell in line.op.cells:
        for move, kind in dict.fromkeys((s.move, s.kind) for s in cell if s.move in line.moves):
            own = [span for span in cell if span.kind is kind]
            places = [place for place, span in enumerate(own) if span.move == move]
            # What was amended in it is among its words.
            text = "".join(span.text for span in own[places[0] : places[-1] + 1])
            told.append(_said(line.moves[move][kind is SpanKind.INSERT], text))
    return told


def _both_sides(op: Operation) -> tuple[str, str]:
    """The old and the new words of an operation around what changed, cells parted by ` | `."""
    cells = [cut(cell, ENGLISH) for cell in op.cells]
    columns = op.columns or [(0, 0)] * len(cells)
    pairs = list(zip(cells, columns, strict=True))
    old = ["".join(span.old for span in cell) for cell, (was, _) in pairs if was is not None]
    new = ["".join(span.new for span in cell) for cell, (_, now) in pairs if now is not None]
    return " | ".join(old), " | ".join(new)


def _said(label: str, words: str) -> str:
    text = visible(" ".join(words.split()))
    return textwrap.fill(
        f"  {label}: {text}",
        WIDTH,
        subsequent_indent=" " * 7,
        break_long_words=False,
        break_on_hyphens=False,
    )
