"""Inline: the words of one block as HTML, with those that were added and removed marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from markupsafe import Markup

from publisher.compare.spans import Span, SpanKind
from publisher.markup.elements import (
    NOTHING,
    as_content,
    as_lines,
    attribute,
    concatenated,
    element,
)
from publisher.text.addresses import shown_addresses
from publisher.text.clauses import Mark
from publisher.wording.words import ENGLISH, Words

_TAGS = {"strong": "strong", "em": "em", "code": "code"}
NO_BREAK_SPACE = "\N{NO-BREAK SPACE}"
_SPACES = ("", "")
"""Stands for a change of mere spaces."""
MOST_TYPOGRAPHY = 4
"""Limit on changes of typography listed for one block; a longer list is of no use."""


_WAYS = {way: attribute("dir", way) for way in ("ltr", "rtl")}
_SAY, _LABEL, _WORDS, _TYPE, _FORMAT = (
    attribute("class", f"pp-{name}") for name in ("say", "label", "words", "type", "format")
)
_SHIFTED = attribute("class", "pp-shifted")
_END = Markup("</span>")
_SPACE = Markup(" ")


@dataclass(frozen=True, slots=True)
class Style:
    """How words are shown."""

    marked: bool = True
    """Mark what was inserted and deleted; else show the words alone."""
    in_words: bool = True
    """Say in words, too, what was inserted and deleted."""
    noted: bool = True
    """Mark kept words whose link, formatting or typography changed, with what it was before."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """The titles of the sections by anchor, to say where a link led."""
    paper: bool = False
    """Put links innermost, one for each run: the tags of a link in a PDF reach no deeper."""
    pictures: bool = False
    """Show pictures as elements; else their description in brackets, as on every page."""
    both_ways: bool = False
    """The text may run from right to left, so our own words must not decide its direction."""
    isolated: bool = False
    """Keep the parts of a date or a telephone number in their order among letters that
    go from right to left: there, a hyphen parts two numbers, the first on the right (UAX #9)."""
    words: Words = ENGLISH
    """Our own words among those of the text."""
    moves: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """What is said of words that moved without all of their clause, where they stood and where
    they stand; it links the two."""

    @property
    def way(self) -> Markup:
        """The attribute that our own words need."""
        return _WAYS[self.words.direction] if self.both_ways else NOTHING


def inline(spans: Sequence[Span], style: Style | None = None) -> Markup:
    """The words of one block or cell.

    Args:
        spans: what to show.
        style: how; None: with marks for what was inserted and deleted.
    """
    style = style or Style()
    parts: list[Markup] = []
    told: set[tuple[SpanKind, int]] = set()
    units = [("", span) for span in spans] if style.paper else _units(spans)
    for link, group in groupby(units, key=lambda unit: unit[0]):
        members = [span for _, span in group]
        runs: list[Markup] = []
        for (kind, _, _, move), own in groupby(members, key=lambda s: _change(s, style)):
            place = (kind, move)
            label = _place(kind, move, style, not link) if move and place not in told else None
            told.add(place)
            runs.append(_run(list(own), style, not link, label))
        parts.append(_anchored(link, concatenated(runs)))
    if style.marked and style.in_words and style.noted:
        changes = typography_changes(spans, style.words)
        if changes:
            said = style.words.gettext("[typography changed: {changes}]", changes=changes)
            # A browser shows it where a reader points; paper shows it or does not.
            parts.append((own_words if style.paper else read_aloud)(f" {said}", style))
    html = concatenated(parts)
    if style.paper:
        # Between removed words and those that took their place: one run of our own words.
        start = read_aloud("", style).removesuffix(_END)
        for _, end in (_spoken(kind, True, style.words) for kind in _CHANGED):
            html = html.replace(f"{end}{_END}{start}", end)
    return html


def _change(span: Span, style: Style) -> tuple[SpanKind, tuple[Mark, ...] | None, str | None, int]:
    """What happened to a span: neighbours of which the same is said are shown together."""
    return span.kind, span.was, span.before, span.move if span.move in style.moves else 0


def _place(kind: SpanKind, move: int, style: Style, linked: bool) -> tuple[Markup, Markup]:
    """What is said of the first words of a move, and the name of their place.

    Args:
        kind, move: which of the two places of which move.
        style: how, and with what words.
        linked: lead to the other place; else the words stand in a link themselves.
    """
    away, here = f"moved-{move}-away", f"moved-{move}-here"
    own, other = (here, away) if kind is SpanKind.INSERT else (away, here)
    said = f"[{style.moves[move][kind is SpanKind.INSERT]}]"
    name = attribute("id", own)
    if not linked:
        return own_words(said, style), name
    link = attribute("class", "pp-label") + attribute("href", f"#{other}")
    return element("a", as_content(said), link + style.way), name


def read_aloud(words: str, style: Style) -> Markup:
    """Words for readers who do not see the marks."""
    return element("span", as_content(words), concatenated((_SAY, style.way)))


def own_words(words: str, style: Style) -> Markup:
    """Our own words among those of the text."""
    return element("span", as_content(words), concatenated((_LABEL, style.way)))


_CHANGED = (SpanKind.INSERT, SpanKind.DELETE)


@cache
def _spoken(kind: SpanKind, paper: bool, words: Words) -> tuple[str, str]:
    """What is said before and behind words that were added or removed, beside their colour."""
    if kind is SpanKind.INSERT:
        start, end = words.gettext("[added:"), words.gettext("end of added]")
    else:
        start, end = words.gettext("[removed:"), words.gettext("end of removed]")
    # On paper, the words behind are not torn apart.
    return f"{start} ", f" {end.replace(' ', NO_BREAK_SPACE) if paper else end}"


def typography_changes(spans: Iterable[Span], words: Words) -> str:
    """The earlier typography of kept words, such as `“ was ", ” was "`; each change once."""
    pairs: dict[tuple[str, str], None] = {}
    for span in spans:
        if span.before is None:
            continue
        signs = [(a, b) for a, b in zip(span.text, span.before, strict=False) if a != b]
        if "".join(span.text.split()) == "".join(span.before.split()):
            pairs[_SPACES] = None
        elif len(span.text) == len(span.before) and not any(
            map(str.isalnum, "".join(sum(signs, ())))
        ):
            pairs |= dict.fromkeys(signs)
        else:
            pairs[span.text.strip(), span.before.strip()] = None
    told = [
        words.pgettext("typography", "spaces")
        if pair == _SPACES
        else words.pgettext("typography", "{now} was {before}", now=pair[0], before=pair[1])
        for pair in pairs
    ]
    said = ", ".join(told[:MOST_TYPOGRAPHY])
    more = len(told) > MOST_TYPOGRAPHY
    return words.pgettext("typography", "{changes}, and more", changes=said) if more else said


def _anchored(link: str, words: Markup) -> Markup:
    return element("a", words, attribute("href", link)) if link else words


def _units(spans: Sequence[Span]) -> list[tuple[str, Span]]:
    """Each span with the link that is to enclose it together with its neighbours.

    A link some of whose words are kept stays one link around its changed words; if all its words
    are added or deleted, the marks enclose the link, so that it is announced once.
    """
    units: list[tuple[str, Span]] = []
    for link, group in groupby(spans, key=lambda s: _link(s.marks)):
        members = list(group)
        whole = any(span.kind is SpanKind.KEEP for span in members)
        units += [(link if whole else "", span) for span in members]
    return units


def _link(marks: Sequence[Mark]) -> str:
    if not marks:
        return ""  # most words have none
    return next((mark.value for mark in marks if mark.kind == "link"), "")


def _picture(marks: Sequence[Mark]) -> str:
    return next((mark.value for mark in marks if mark.kind == "image"), "")


def _run(
    spans: list[Span], style: Style, linked: bool, place: tuple[Markup, Markup] | None = None
) -> Markup:
    """Words with the same kind of change; `place`: see `_place`."""
    kind, was, before = spans[0].kind, spans[0].was, spans[0].before
    parts: list[Markup] = []
    for link, group in groupby(spans, key=lambda s: _link(s.marks) if linked else ""):
        if style.paper:
            parts += [_formatted(span, style, link) for span in group]
        else:
            parts.append(_anchored(link, concatenated([_formatted(span, style) for span in group])))
    words = concatenated(parts)
    if not style.marked:
        return words
    if kind is SpanKind.KEEP:
        return _noted(words, was, before, spans[0].marks, style)
    tag = "ins" if kind is SpanKind.INSERT else "del"
    if not style.in_words:
        return element(tag, words)
    start, end = (read_aloud(said, style) for said in _spoken(kind, style.paper, style.words))
    label, name = place or (NOTHING, NOTHING)
    if place:
        # The space before the words is before what is said of them, too.
        spaced = spans[0].text.startswith(" ")
        label = concatenated((_SPACE, label) if spaced else (label, _SPACE))
    if spans[0].move in style.moves:
        name = _SHIFTED + name
    if style.paper:
        # Beside, not inside: half the boxes to lay out, and nothing to keep underlines off.
        return concatenated((label, start, element(tag, words, name), end))
    said = concatenated((label, start, element("span", words, _WORDS), end))
    return element(tag, said, name)


def _noted(
    words: Markup,
    was: tuple[Mark, ...] | None,
    before: str | None,
    now: tuple[Mark, ...],
    style: Style,
) -> Markup:
    """Kept words, with what they were before."""
    if before is not None:
        title = NOTHING
        if style.noted:
            title = attribute("title", style.words.gettext("Was: {words}", words=before))
        words = element("span", words, _TYPE + title) if style.in_words else words
    if was is not None and not style.in_words:
        marks = "; ".join(f"{mark.kind} {mark.value}".strip() for mark in was)
        words = element("span", words, attribute("data-was", marks))
    elif was is not None:
        note = NOTHING
        if style.noted:
            note = own_words(f" [{_format_note(was, now, style)}]", style)
        words = element("span", concatenated((words, note)), _FORMAT)
    return words


def _format_note(was: tuple[Mark, ...], now: tuple[Mark, ...], style: Style) -> str:
    old, new = _link(was), _link(now)
    words = style.words
    if old == new:
        before, address = _picture(was), _picture(now)
        if before != address:
            before, _ = shown_addresses(before, address)
            return words.gettext("another picture, was {address}", address=before)
        return words.gettext("formatting changed")
    if not old:
        return words.gettext("link added")
    title = style.titles.get(old.removeprefix("#")) if old.startswith("#") else None
    if title:
        return words.gettext("the link led to “{section}”", section=title)
    return words.gettext("the link led to {address}", address=shown_addresses(old, new)[0])


def _formatted(span: Span, style: Style, link: str = "") -> Markup:
    text = _in_order(span.text) if style.isolated else as_lines(span.text)
    if not span.marks:
        return _anchored(link, text)
    picture = next((mark for mark in span.marks if mark.kind == "image"), None)
    if picture and style.pictures:
        text = Markup('<img src="{}" alt="{}">').format(picture.value, span.text)
    elif picture:
        text = style.words.markup("[picture: {description}]", description=text)
    text = _anchored(link, text)
    for mark in reversed(span.marks):
        if mark.kind in _TAGS:
            text = element(_TAGS[mark.kind], text)
    return text


_PARTED = re.compile(r"\+[0-9]+(?:[ ./-][0-9]+)*|(?<![0-9-])[0-9]+(?:-[0-9]+){2,}(?![0-9-])")
"""A number of a telephone, a date in digits, a serial number."""


def _in_order(text: str) -> Markup:
    parts: list[Markup] = []
    at = 0
    for found in _PARTED.finditer(text):
        number = element("bdi", as_content(found[0]), _WAYS["ltr"])
        parts += [as_lines(text[at : found.start()]), number]
        at = found.end()
    return concatenated([*parts, as_lines(text[at:])])
