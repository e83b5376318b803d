"""An amendment as a comment on a pull request: Markdown as GitHub renders it.

Words added and cut stand in `ins` and `del`, which GitHub renders: `**` and `~~` open and close
only beside certain characters (CommonMark §6.2), and words are also cut beside others. No
character of a policy can act as Markdown, as HTML or as a mention.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from markupsafe import Markup

from publisher.checks.text_findings import explains
from publisher.compare.amendment import Amendment
from publisher.compare.change import Change
from publisher.compare.operations import Operation
from publisher.compare.spans import Span, SpanKind
from publisher.compare.summary import summary_sentence
from publisher.markup.elements import NOTHING, as_content, element
from publisher.markup.moves import MovedWords
from publisher.policies.policy import Note
from publisher.reports.changes import change_title, kind_in_words, word_signs
from publisher.reports.extracts import Extract, Line, extracts, kind_label, nothing_words
from publisher.reports.phrases import Phrase, beginning_of, cut, end_of, phrase_runs, visible
from publisher.text.clauses import Kind
from publisher.text.parsing import parse
from publisher.wording.words import ENGLISH, Words

LONGEST_COMMENT = 65_536
"""Limit of GitHub on the characters of a comment."""
_ROWS = 0.4
"""Limit on the share of a comment that its table of changes takes."""
_REST = 0.1
"""The share that is reserved for the list of what is left out."""
_WHY = 300
"""Letters of a note that the table of changes shows."""


def markdown_report(
    amendment: Amendment,
    title: str,
    notes: Sequence[Note] = (),
    words: Words = ENGLISH,
    *,
    longest: int = LONGEST_COMMENT,
    origin: str = "",
) -> str:
    """The amendment as Markdown: a table of changes, then the words.

    Args:
        amendment: what differs.
        title: the first line, such as "Privacy Policy: version 1 → draft".
        notes: why it changed.
        words: the language of all that is said about them.
        longest: letters the comment may have; where more would be needed, it ends with the list
            of the sections that are left out.
        origin: where the comparison is from, a sentence; empty: it is not said.
    """
    head = [f"### {escaped(title)}", "", f"{escaped(summary_sentence(amendment, words))}."]
    head += ["", escaped(origin)] if origin else []
    if table := _changes_table(amendment, notes, words, int(longest * _ROWS)):
        head += ["", *table]
    comment = "\n".join(head) + "\n"
    shown, left_out = redline_blocks(amendment, words, int(longest * (1 - _REST)) - len(comment))
    comment += shown
    if left_out:
        # Only a comment on a pull request is ever too short, and that is for the operator.
        comment += (
            f"\n#### Left out here\n\n"
            f"A comment has {longest:,} letters at most. "
            "`publisher diff --format html -o changes.html` shows everything; "
            "these sections changed as well:\n\n"
        )
        room = longest - len(comment)
        more = fitting(left_out, room, lambda number: f"- {and_more(number, words)}")
        comment += "\n".join(more) + "\n"
    return comment


def _changes_table(
    amendment: Amendment, notes: Sequence[Note], words: Words, room: int
) -> list[str]:
    """A table of what happened to each section, and why; empty where nothing did.

    Args:
        amendment, notes, words: as for `markdown_report`.
        room: letters that its rows may have.
    """
    rows = [
        f"| {' | '.join(change_cells(amendment, change, notes, words))} |"
        for change in amendment.changes
    ]
    if not rows:
        return []
    columns = (
        words.gettext("Section"),
        words.pgettext("of a section", "Change"),
        words.pgettext("how many", "Words"),
        words.pgettext("column heading", "Why"),
    )
    head = [f"| {' | '.join(map(escaped, columns))} |", "| --- | --- | --- | --- |"]
    return head + fitting(rows, room, lambda n: f"| {and_more(n, words)} | | | |")


def redline_blocks(amendment: Amendment, words: Words, room: int) -> tuple[str, list[str]]:
    """Every word that changes, by section.

    Args:
        amendment, words: as for `markdown_report`.
        room: letters that it may have.

    Returns:
        The Markdown, and a list item for each section that there is no room for.
    """
    told = ""
    left_out: list[str] = []
    tables = _heads(amendment)
    for extract in extracts(amendment, words):
        name = escaped(extract.title)
        text = f"\n#### {name}\n"
        blocks = list(_blocks(extract, tables, words))
        for number, block in enumerate(blocks):
            if left_out or len(told) + len(text) + len(block) > room:
                left = escaped(words.gettext("(the rest of it)"))
                left_out.append(f"- {as_paragraph(name)}{f' {left}' if number else ''}")
                text = text if number else ""
                break
            text += f"\n{block}\n"
        told += text
    return told, left_out


def and_more(number: int, words: Words) -> str:
    """What stands in place of what there is no room for."""
    return escaped(words.ngettext("… and {count} more", "… and {count} more", number))


def fitting(lines: Sequence[str], room: int, more: Callable[[int], str]) -> list[str]:
    """As many lines as there is room for, then how many more there are."""
    room -= len(more(len(lines)))
    found: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return [*found, more(len(lines) - len(found))]
        found.append(line)
    return found


def change_cells(
    amendment: Amendment, change: Change, notes: Sequence[Note], words: Words
) -> tuple[str, str, str, str]:
    """Which section, what happened to it, how many words came and went, and why: Markdown."""
    note = explains(change, notes)
    why = " ".join(" ".join(clause.text for clause in parse(note.text)).split()) if note else ""
    why = why if len(why) <= _WHY else why[: _WHY - 1].rstrip() + "…"
    name, kind = change_title(amendment, change, words), kind_in_words(amendment, change, words)
    return escaped(name), escaped(kind), word_signs(change).replace(", ", " "), escaped(why)


# ── what changed under one heading ───────────────────────────────────────────────────────────────


_Table = tuple[str, int]
"""A table of the old or of the new text: which of the two, and its number there."""


def _heads(amendment: Amendment) -> dict[_Table, Operation]:
    """By table: the row of its column headings."""
    return {
        table: op
        for op in amendment.operations
        if op.clause.kind is Kind.ROW and op.clause.head
        for table in _tables(op)
    }


def _tables(op: Operation) -> list[_Table]:
    """The tables that a row is in, the new one first."""
    sides = (("new", op.new), ("old", op.old))
    return [(side, clause.table) for side, clause in sides if clause]


def _blocks(extract: Extract, heads: dict[_Table, Operation], words: Words) -> Iterator[str]:
    """The lines as blocks of Markdown; neighbouring rows of a table are one table."""
    rows: list[Line] = []
    for line in extract.lines:
        row = line.op.clause.kind is Kind.ROW
        if rows and (not row or not _together(rows[-1].op, line.op)):
            yield _table(rows, heads, words)
            rows = []
        if row:
            rows.append(line)
        else:
            yield _block(line, words)
    if rows:
        yield _table(rows, heads, words)


def _together(a: Operation, b: Operation) -> bool:
    return bool(set(_tables(a)) & set(_tables(b))) and len(a.cells) == len(b.cells)


def _table(rows: list[Line], heads: dict[_Table, Operation], words: Words) -> str:
    first = rows[0].op
    head = next((heads[table] for table in _tables(first) if table in heads), None)
    if head is None or len(head.cells) != len(first.cells):
        cells = [""] * len(first.cells)
    else:
        cells = [_words(cell, words, rows[0].moves) for cell in head.cells]
    lines = [cells, ["---"] * len(cells)]
    for line in rows:
        if line.op is head:
            continue
        own = [_words(cell, words, line.moves) for cell in line.op.cells]
        lines.append([_before(line, words) + own[0] + _behind(line), *own[1:]])
    return "\n".join(f"> | {' | '.join(cells)} |" for cells in lines)


def _block(line: Line, words: Words) -> str:
    op = line.op
    if line.context:
        return f"> {as_paragraph(escaped(end_of(op)))}"
    if op.clause.kind in (Kind.CODE, Kind.HTML):
        return _code(line, words)
    if op.move and op.new is None:
        said = escaped(beginning_of(op.clause.text))
    else:
        said = _words(op.cells[0], words, line.moves)
    return f"> {as_paragraph(_before(line, words) + (said or _nothing(op, words)) + _behind(line))}"


def _before(line: Line, words: Words) -> str:
    kinds = (Kind.PARAGRAPH, Kind.ROW)
    kind = "" if line.op.clause.kind in kinds else kind_label(line.op.clause.kind, words)
    if any(container.kind == "item" for container in line.op.clause.containers):
        kind = words.gettext("list item")
    label = ", ".join(part for part in (kind, line.place) if part)
    return f"<em>{escaped(label)}:</em> " if label else ""


def _behind(line: Line) -> str:
    return "".join(map(_noted, line.notes))


def _nothing(op: Operation, words: Words) -> str:
    empty = escaped(nothing_words(op.clause, words))
    if op.old and op.new:
        return empty
    return f"<ins>{empty}</ins>" if op.new else f"<del>{empty}</del>"


def _code(line: Line, words: Words) -> str:
    """Code as it is written: inside `pre`, Markdown is not read (CommonMark §4.6, type 1)."""
    tags = {SpanKind.INSERT: "ins", SpanKind.DELETE: "del"}
    html = NOTHING
    for span in line.op.cells[0]:
        text = as_content(visible(span.text))
        tag = tags.get(span.kind)
        html += element(tag, text) if tag else text
    quoted = Markup("\n> ").join(html.rstrip("\n").split("\n"))
    return f"> {(_before(line, words) + _behind(line)).strip()}\n>\n> {element('pre', quoted)}"


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def _words(cell: Sequence[Span], words: Words, moves: MovedWords) -> str:
    runs = phrase_runs(cut(cell, words), words, moves)
    return "".join(_marked(run, words) for run in runs)


def _marked(run: list[Phrase], words: Words) -> str:
    kind = run[0].kind
    if kind is SpanKind.KEEP:
        return "".join(escaped(phrase.text) + _noted(phrase.aside) for phrase in run)
    tag = "ins" if kind is SpanKind.INSERT else "del"
    said = "".join(p.text + (f" {_leading(p.aside, words)}" if p.aside else "") for p in run)
    return f"<{tag}>{escaped(said)}</{tag}>{_noted(run[-1].moved)}"


def _leading(address: str, words: Words) -> str:
    return words.pgettext("link", "(to {address})", address=address)


def _noted(note: str) -> str:
    return f" <em>\\[{escaped(note)}\\]</em>" if note else ""


_PUNCTUATION = re.compile(r"[\\`*_\[\]<>~|&#!]")
_PLAIN = re.compile(r"(?!.*www\.)(?:[^\W_]|[ ,.;:'“”’()%+-])*", re.IGNORECASE)
"""Words in which nothing has to be escaped: most of them."""
_LIST = re.compile(r"^(\d*)([-+.)=])")


def escaped(text: str) -> str:
    """Text escaped so that Markdown reads it as text only; line breaks become `<br>`."""
    if _PLAIN.fullmatch(text):
        return text
    text = _PUNCTUATION.sub(r"\\\g<0>", visible(text))
    if "@" in text or "#" in text:
        # A mention writes to a person, and `#1` to an issue; a space of no width prevents it.
        text = re.sub(r"(?<!\w)(@(?=\w)|\\#(?=\d))", r"\1&#8203;", text)
    # GitHub sets what stands between two dollars as mathematics, except in a `span`.
    text = text.replace("$", "<span>$</span>")
    # An address would become a link before the backslashes in it are read.
    if "://" in text:
        text = re.sub(r"(?i)\b(https?|ftp):(?=//)", r"\1&#58;", text)
    if "." in text:
        text = re.sub(r"(?i)\b(www)\.", r"\1&#46;", text)
    return text.replace("\n", "<br>")


def as_paragraph(text: str) -> str:
    """Escaped text at the beginning of a line, where it might begin a list."""
    return _LIST.sub(r"\1\\\2", text.strip())
