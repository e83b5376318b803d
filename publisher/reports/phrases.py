"""The words of a change as people are shown them: kept, added or cut, the unchanged shortened.

Every report is made from these, so that all of them show and say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple

from publisher.compare.operations import Operation
from publisher.compare.spans import Span, SpanKind, pictures
from publisher.markup.moves import MovedWords
from publisher.text.addresses import plain_address, shown_addresses
from publisher.text.clauses import Mark
from publisher.text.segmentation import words_in
from publisher.wording.words import Words

CONTEXT = 80
"""Letters of unchanged words shown beside a change where the rest is left out."""
SHORT = 70
"""Letters that are enough to recognise what is shown in full elsewhere."""


def joined(cell: Iterable[Span], words: Words) -> list[Span]:
    """The spans of a cell, with neighbours merged that are described in the same way."""
    found: list[Span] = []
    for _, group in groupby(cell, key=lambda span: _told(span, words)):
        spans = list(group)
        text, before = "".join(span.text for span in spans), "".join(span.old for span in spans)
        typography = spans[0].before is not None
        found.append(spans[0]._replace(text=text, before=before if typography else None))
    return found


def _told(span: Span, words: Words) -> tuple[SpanKind, str, str, bool, int]:
    link = "" if span.kind is SpanKind.KEEP else link_of(span.marks)
    return span.kind, _note(span, words), link, span.before is not None, span.move


class Phrase(NamedTuple):
    """Words that were all kept, all added or all cut, and the remark behind them."""

    kind: SpanKind
    text: str
    aside: str = ""
    """Of kept words: how their formatting changed; of others: where they lead."""
    move: int = 0
    """Of words that moved without all of their clause: the number of the move."""
    moved: str = ""
    """Where they went, or came from; behind the last of them."""


def phrase_runs(spans: Sequence[Span], words: Words, moves: MovedWords) -> list[list[Phrase]]:
    """The words of a cell, in runs that were all kept, all added, all cut or all moved.

    Args:
        spans: as `joined` or `cut` returned them.
        words: the language of the remarks.
        moves: what is said of words that moved.
    """
    kept = [span for span in spans if span.kind is SpanKind.KEEP]
    seen = 0
    found: list[Phrase] = []
    last = {(span.kind, span.move): place for place, span in enumerate(spans)}
    for at, span in enumerate(spans):
        seen += span.kind is SpanKind.KEEP
        before, behind = kept[max(seen - 1, 0) : seen], kept[seen : seen + 1]
        aside = _aside(span, before, behind, words)
        move = span.move if span.move in moves else 0
        ends = move and last[span.kind, move] == at
        place = moves[move][span.kind is SpanKind.INSERT] if ends else ""
        found.append(Phrase(span.kind, _shown(span, words), aside, move, place))
    return [list(group) for _, group in groupby(found, key=lambda each: (each.kind, each.move))]


def _shown(span: Span, words: Words) -> str:
    """The words of a span; those of a picture that came or went are its description."""
    if span.kind is SpanKind.KEEP or not pictures(span.marks):
        return span.text
    return words.gettext("[picture: {description}]", description=span.text)


def _aside(span: Span, before: Sequence[Span], behind: Sequence[Span], words: Words) -> str:
    """The remark behind a span, unless the kept words before or behind it have the same."""
    if span.kind is SpanKind.KEEP:
        note = _note(span, words)
        return "" if [note] == [_note(other, words) for other in behind] else note
    link = link_of(span.marks)
    around = [
        other.marks if span.kind is SpanKind.INSERT or other.was is None else other.was
        for other in (*before, *behind)
    ]
    evident = link.removeprefix("mailto:") == span.text or link in map(link_of, around)
    return "" if evident else plain_address(link)


def _note(span: Span, words: Words) -> str:
    return "" if span.was is None else _format_note(span.was, span.marks, words)


def _format_note(was: Sequence[Mark], now: Sequence[Mark], words: Words) -> str:
    """A change of formatting in words: `link to #use, was #collection`; `now bold`."""
    old, new = shown_addresses(link_of(was), link_of(now))
    if old != new:
        if not old:
            return words.gettext("link to {address} added", address=new)
        if not new:
            return words.gettext("link to {address} removed", address=old)
        return words.gettext("link to {address}, was {before}", address=new, before=old)
    before, address = shown_addresses(picture_of(was), picture_of(now))
    if before != address:
        return words.gettext("picture {address}, was {before}", address=address, before=before)
    names = {
        "strong": words.gettext("bold"),
        "em": words.gettext("italic"),
        "code": words.gettext("code"),
    }
    kinds = [{mark.kind for mark in side} & names.keys() for side in (was, now)]
    gained, lost = (
        words.listed(sorted(names[kind] for kind in a - b)) for a, b in (kinds[::-1], kinds)
    )
    if gained and lost:
        return words.gettext("now {gained}, no longer {lost}", gained=gained, lost=lost)
    if gained:
        return words.gettext("now {gained}", gained=gained)
    if lost:
        return words.gettext("no longer {lost}", lost=lost)
    return words.gettext("formatting changed")


def link_of(marks: Iterable[Mark]) -> str:
    """Where a link among some marks leads; empty where there is none."""
    return next((mark.value for mark in marks if mark.kind == "link"), "")


def picture_of(marks: Iterable[Mark]) -> str:
    """The address of the picture that words describe; empty where they describe none."""
    return next((mark.value for mark in marks if mark.kind == "image"), "")


def cut(cell: Sequence[Span], words: Words) -> list[Span]:
    """The spans of a cell, joined; of long unchanged stretches only the ends."""
    spans = joined(cell, words)
    last = len(spans) - 1
    return [
        span._replace(text=_ends(span.text, head=n > 0 or n == last, tail=n < last))
        if span.kind is SpanKind.KEEP and span.was is None and span.before is None
        else span
        for n, span in enumerate(spans)
    ]


def _ends(text: str, *, head: bool, tail: bool) -> str:
    if len(text) <= CONTEXT * (head + tail) + len(" … "):
        return text
    start, end = text[:CONTEXT], text[-CONTEXT:]
    # The word at the edge may be the rest of one.
    start = start[: start.rindex((words_in(start) or [""])[-1])].rstrip()
    first = (words_in(end) or [""])[0]
    end = end[end.index(first) + len(first) :].lstrip()
    if head and tail:
        return f"{start} … {end}"
    return f"{start} …" if head else f"… {end}"


def end_of(op: Operation) -> str:
    """The last words of an operation, for a line about what was split off or joined behind them."""
    return _ends("".join(span.new for span in op.cells[-1]), head=False, tail=True)


def beginning_of(text: str) -> str:
    """The beginning of a text, enough to recognise it, in one line."""
    words = " ".join(text.split())
    return words if len(words) <= SHORT else words[: SHORT - 1].rstrip() + "…"


_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """The text without control characters, which a terminal would obey instead of showing."""
    return _INVISIBLE.sub("�", text)
