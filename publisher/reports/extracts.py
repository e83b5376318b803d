"""Extracts: what a reader is shown of an amendment, and what is said of it in words.

Every form that is made for people is made from these: text and mail in `report`, Markdown in
`comment`. So they show the same and say the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from publisher.compare.amendment import Amendment
from publisher.compare.change import Change, ChangeKind
from publisher.compare.operations import Operation
from publisher.compare.spans import Span, SpanKind
from publisher.text.clauses import Clause, Kind, Mark, Section
from publisher.text.segmentation import words_in

CONTEXT = 80
"""So many letters of unchanged words are shown beside a change where the rest is left out."""
SHORT = 70
"""So many letters are enough to know again what is shown in full elsewhere."""
NAMED = 3
"""So many old spellings are told of one clause."""


class Line(NamedTuple):
    """What a reader is shown of one operation."""

    op: Operation
    place: str = ""
    """Where it came from or went to, in words; empty where it stayed."""
    notes: tuple[str, ...] = ()
    """What changed beside words: the level, how it is set, typography."""
    context: bool = False
    """Shown only because the next line speaks of it."""


class Extract(NamedTuple):
    """What changed under one heading."""

    title: str
    lines: tuple[Line, ...]


# ── what is shown ────────────────────────────────────────────────────────────────────────────────


def extracts(amendment: Amendment) -> list[Extract]:
    """Every operation that a reader sees, under the heading it stands below, in reading order."""
    return _Teller(amendment).extracts()


class _Teller:
    """Knows where each operation stands, and so what to say of it."""

    def __init__(self, amendment: Amendment) -> None:
        self.amendment = amendment
        self.old, self.new = amendment.old.sections, amendment.new.sections
        self.now: dict[int, int] = {}
        """Old section to the new one in its place."""
        if self.old and self.new and not (self.old[0].heading or self.new[0].heading):
            self.now[0] = 0
        self.left: dict[int, int] = {}
        self.reached: dict[int, int] = {}
        """Old and new section of each move."""
        self.heads_old: dict[int, int] = {}
        self.heads_new: dict[int, int] = {}
        """By section, old and new: the move of its heading."""
        for op, (i, j) in zip(amendment.operations, amendment.sections, strict=True):
            heading = op.clause.kind is Kind.HEADING
            if op.move and op.old:
                self.left[op.move] = i
                self.heads_old |= {i: op.move} if heading else {}
            elif op.move:
                self.reached[op.move] = j
                self.heads_new |= {j: op.move} if heading else {}
            elif heading and op.old and op.new:
                self.now[i] = j
        self.carried = {
            move for move, i in self.left.items() if self._together(i, self.reached[move])
        }
        """Moves of what went with its section; its heading tells of them."""

    def extracts(self) -> list[Extract]:
        found: list[tuple[tuple[str, int], list[Line]]] = []
        goes_on: dict[str, Operation] = {}
        last: Operation | None = None
        for op, (i, j) in zip(self.amendment.operations, self.amendment.sections, strict=True):
            under = ("new", j) if j >= 0 else ("old", i)
            if j < 0 and i in self.now:
                under = ("new", self.now[i])
            if self._is_shown(op):
                if not found or found[-1][0] != under:
                    found.append((under, []))
                lines = found[-1][1]
                place = self._place(op)
                if op.continued:
                    origin = goes_on["old" if op.new else "new"]
                    above = origin is last
                    if above and origin.unchanged:
                        lines.append(Line(origin, context=True))
                    place = _went_on(op, "" if above else origin.clause.text)
                lines.append(Line(op, place, _notes(op)))
            goes_on |= {"old": op} if op.old or op.continued else {}
            goes_on |= {"new": op} if op.new or op.continued else {}
            last = op
        return [Extract(self._title(under), tuple(lines)) for under, lines in found]

    def _is_shown(self, op: Operation) -> bool:
        if op.unchanged:
            return False
        heading = op.clause.kind is Kind.HEADING
        carried = op.move in self.carried and not heading
        return not carried or (op.new is not None and op.amended)

    def _together(self, i: int, j: int) -> bool:
        """Whether an old section is a new one that moved."""
        return i in self.heads_old and self.heads_old[i] == self.heads_new.get(j)

    def _title(self, under: tuple[str, int]) -> str:
        side, number = under
        return _title((self.new if side == "new" else self.old)[number])

    def _place(self, op: Operation) -> str:
        if not op.move or (op.move in self.carried and op.clause.kind is not Kind.HEADING):
            return ""
        i, j = self.left[op.move], self.reached[op.move]
        if op.clause.kind is Kind.HEADING:
            if self._together(i - 1, j - 1):
                return f"moved with “{self.new[j - 1].title}”"
            at = self.new[j - 1].title if op.old and j else self.old[i - 1].title if i else ""
            at = f"behind “{at}”" if at else "at the beginning"
            return f"moved; stands {at} now" if op.old else f"moved here; stood {at}"
        if self.now.get(i) == j:
            return "moved within this section" if op.old else "moved here within this section"
        title = self.new[j].title if op.old else self.old[i].title
        where = f"“{title}”" if title else "the beginning"
        return f"moved to {where}" if op.old else f"moved here from {where}"


def _went_on(op: Operation, origin: str) -> str:
    """From what an operation was split off, or to what it was joined.

    Args:
        origin: the words of that clause; empty where it is the one above.
    """
    verb = "split off from" if op.new else "joined to"
    item = any(container.kind == "item" for container in op.clause.containers)
    above = f"the {'item' if item else 'paragraph'} above"
    return f"{verb} “{shortened(origin)}”" if origin else f"{verb} {above}"


def _notes(op: Operation) -> tuple[str, ...]:
    notes: list[str] = []
    if op.old and op.new and op.reset:
        before, now = _setting(op.old), _setting(op.new)
        notes.append(f"was {before}, now {now}" if before != now else "set differently")
    if op.old and op.new and op.old.kind is op.new.kind is Kind.HEADING:
        if op.old.level != op.new.level:
            notes.append(f"heading of level {op.new.level}, was {op.old.level}")
        if op.old.anchor != op.new.anchor:
            notes.append(f"anchor {_anchor(op.new)}, was {_anchor(op.old)}")
    if spellings := list(dict.fromkeys(s for cell in op.cells for s in _spellings(cell))):
        named = [f"“{spelling}”" for spelling in spellings[:NAMED] if spelling.strip()]
        more = len(spellings) - len(named)
        if not named:
            notes.append("typography: spaces")
        else:
            rest = f" and {more} more" if more else ""
            notes.append(f"typography: was {', '.join(named)}{rest}")
    return tuple(notes)


def _anchor(heading: Clause) -> str:
    return f"#{heading.anchor}" if heading.anchor else "none"


def _spellings(cell: Sequence[Span]) -> Iterator[str]:
    """The old words whose typography changed; of mere spaces: a space."""
    text = "".join(span.old for span in cell)
    at = last = 0
    for span in cell:
        end = at + len(span.old)
        if span.before is not None and end > last:
            core = span.before.strip()
            before = re.search(r"\S*$", text[:at]) if core else None
            behind = re.match(r"\S*", text[end:]) if core else None
            last = end + (len(behind[0]) if behind else 0)
            yield (before[0] if before else "") + span.before + (behind[0] if behind else "")
        at = end


def _setting(clause: Clause) -> str:
    """How a clause is set, in words: `a paragraph`, `a list item in a quotation`."""
    around = [container.kind for container in clause.containers]
    depth = around.count("item")
    if clause.kind is Kind.ROW:
        name = "a row of column headings" if clause.head else "a table row"
    elif clause.kind is Kind.PARAGRAPH and depth:
        ordered = "ordered" in around
        name = f"{'a numbered' if ordered else 'a list'} item" + f" of level {depth}" * (depth > 1)
    else:
        name = f"a {clause.kind.value}"
    return f"{name} in a quotation" if "quote" in around else name


def _format_note(was: Sequence[Mark], now: Sequence[Mark]) -> str:
    """A change of formatting in words: `link to #use, was #collection`; `now bold`."""
    old, new = _link(was), _link(now)
    if old != new:
        if not old:
            return f"link to {new} added"
        return f"link to {new}, was {old}" if new else f"link to {old} removed"
    names = {"strong": "bold", "em": "italic", "code": "code"}
    kinds = [{mark.kind for mark in side} & names.keys() for side in (was, now)]
    gained, lost = (sorted(names[kind] for kind in a - b) for a, b in (kinds[::-1], kinds))
    parts = ["now " + " and ".join(gained)] * bool(gained)
    parts += ["no longer " + " and ".join(lost)] * bool(lost)
    return ", ".join(parts) or "formatting changed"


def _link(marks: Iterable[Mark]) -> str:
    return next((mark.value for mark in marks if mark.kind == "link"), "")


def kind_in_words(amendment: Amendment, change: Change) -> str:
    """What happened to a section: `retitled, was “Use”`, `amended (typography only)`."""
    match change.kind:
        case ChangeKind.RETITLED:
            if change.title != change.was:
                return f"retitled, was “{change.was}”"
            old = amendment.old.sections[change.old_sections[0]].anchor
            return f"anchor changed, was {f'#{old}' if old else 'none'}"
        case ChangeKind.LEVEL_CHANGED:
            levels = [
                section.heading.level
                for section in (
                    amendment.old.sections[change.old_sections[0]],
                    amendment.new.sections[change.new_sections[0]],
                )
                if section.heading
            ]
            return f"level changed from {' to '.join(map(str, levels))}"
        case ChangeKind.SPLIT:
            off = (amendment.new.sections[j].title for j in change.new_sections[1:])
            return "split, with " + ", ".join(f"“{title}”" for title in off) + " split off"
        case ChangeKind.MERGED:
            into = amendment.new.sections[change.new_sections[0]].title
            return f"merged into “{into}”" if into else "merged into the beginning"
        case ChangeKind.AMENDED | ChangeKind.MOVED_AND_AMENDED:
            if change.inserted or change.deleted:
                return change.kind.value
            return f"{change.kind.value} ({_beside_words(amendment, change)} only)"
    return change.kind.value


def _beside_words(amendment: Amendment, change: Change) -> str:
    """What changed in a section in which no word did: `typography and links`."""
    operations = amendment.operations_of(change)
    spans = [span for op in operations for cell in op.cells for span in cell]
    formats = [(span.was, span.marks) for span in spans if span.was is not None]
    found = {
        "typography": any(span.before is not None for span in spans),
        "links": any(_link(was) != _link(now) for was, now in formats),
        "formatting": any(_link(was) == _link(now) for was, now in formats),
        "setting": any(op.reset for op in operations),
        "paragraphs": any(op.continued for op in operations),
        "thematic breaks": any(op.clause.kind is Kind.RULE for op in operations),
    }
    names = [name for name, true in found.items() if true] or ["place"]
    return " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)


def title_of(amendment: Amendment, change: Change) -> str:
    """What the section of a change is called, for people."""
    if change.kind in (ChangeKind.MERGED, ChangeKind.REMOVED):
        return _title(amendment.old.sections[change.old_sections[0]])
    return _title(amendment.new.sections[change.new_sections[0]])


def _title(section: Section) -> str:
    return section.title or ("(empty heading)" if section.heading else "(before the first heading)")


def figures(change: Change) -> str:
    """Its words in figures: `+1, −2 words`; empty where there are none."""
    parts = [f"+{change.inserted}"] * bool(change.inserted)
    parts += [f"−{change.deleted}"] * bool(change.deleted)
    noun = "word" if change.inserted + change.deleted == 1 else "words"
    return f"{', '.join(parts)} {noun}" if parts else ""


# ── words ────────────────────────────────────────────────────────────────────────────────────────


def joined(cell: Iterable[Span]) -> list[Span]:
    """Neighbours of which the same is told, as one span."""
    found: list[Span] = []
    for _, group in groupby(cell, key=_told):
        spans = list(group)
        text, before = "".join(span.text for span in spans), "".join(span.old for span in spans)
        typography = spans[0].before is not None
        found.append(spans[0]._replace(text=text, before=before if typography else None))
    return found


def _told(span: Span) -> tuple[SpanKind, str, str, bool]:
    link = "" if span.kind is SpanKind.KEEP else _link(span.marks)
    return span.kind, _note(span), link, span.before is not None


class Phrase(NamedTuple):
    """Words that share their fate, and what is said behind them."""

    kind: SpanKind
    text: str
    aside: str = ""
    """Of kept words: how their formatting changed; of others: where they lead."""


def phrases(spans: Sequence[Span]) -> list[list[Phrase]]:
    """The words of a cell, in runs that share their fate.

    Args:
        spans: as `joined` or `cut` returned them.
    """
    kept = [span for span in spans if span.kind is SpanKind.KEEP]
    seen = 0
    found: list[Phrase] = []
    for span in spans:
        seen += span.kind is SpanKind.KEEP
        aside = _aside(span, kept[max(seen - 1, 0) : seen], kept[seen : seen + 1])
        found.append(Phrase(span.kind, span.text, aside))
    return [list(group) for _, group in groupby(found, key=lambda phrase: phrase.kind)]


def _aside(span: Span, before: Sequence[Span], behind: Sequence[Span]) -> str:
    """What is said behind a span, if the kept words before or behind it do not say the same."""
    if span.kind is SpanKind.KEEP:
        note = _note(span)
        return "" if [note] == [_note(other) for other in behind] else note
    link = _link(span.marks)
    around = [
        other.marks if span.kind is SpanKind.INSERT or other.was is None else other.was
        for other in (*before, *behind)
    ]
    evident = link.removeprefix("mailto:") == span.text or link in map(_link, around)
    return "" if evident else link


def _note(span: Span) -> str:
    return "" if span.was is None else _format_note(span.was, span.marks)


def cut(cell: Sequence[Span]) -> list[Span]:
    """The spans of a cell, joined; of long stretches that nothing happened to, only the ends."""
    spans = joined(cell)
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
    """The last words of an operation, for a line that speaks of what went on behind them."""
    return _ends("".join(span.new for span in op.cells[-1]), head=False, tail=True)


def shortened(text: str) -> str:
    """The beginning of a text, enough to know it again, in one line."""
    words = " ".join(text.split())
    return words if len(words) <= SHORT else words[: SHORT - 1].rstrip() + "…"


_INVISIBLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def visible(text: str) -> str:
    """The text without control characters, which would act on a terminal instead of being read."""
    return _INVISIBLE.sub("�", text)
