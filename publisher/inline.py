"""The words of one block as HTML, with what was added and removed among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from publisher.clauses import Mark
from publisher.words import Span, SpanKind

_TAGS = {"strong": "strong", "em": "em", "code": "code"}
SAID = {SpanKind.INSERT: "added", SpanKind.DELETE: "removed"}
"""The words that stand beside the colour."""


@dataclass(frozen=True, slots=True)
class Style:
    """How words are shown."""

    marked: bool = True
    """Show what was inserted and deleted; else show the words alone."""
    titles: Mapping[str, str] = field(default_factory=dict)
    """Titles of the sections by anchor, to say where a link led."""
    paper: bool = False
    """Links innermost and one for each run: what tags a link in a PDF reaches no deeper."""


def inline(spans: Sequence[Span], style: Style | None = None) -> str:
    """The words of one block or cell.

    Args:
        spans: what to show.
        style: how; None: with what was inserted and deleted.
    """
    style = style or Style()
    parts: list[str] = []
    units = [("", span) for span in spans] if style.paper else _units(spans)
    for link, group in groupby(units, key=lambda unit: unit[0]):
        members = [span for _, span in group]
        words = "".join(
            _spoken(kind, was, list(run), style, not link)
            for (kind, was), run in groupby(members, key=lambda s: (s.kind, s.was))
        )
        parts.append(_anchored(link, words))
    return "".join(parts)


def _anchored(link: str, words: str) -> str:
    return f'<a href="{escape(link)}">{words}</a>' if link else words


def _units(spans: Sequence[Span]) -> list[tuple[str, Span]]:
    """Each span with the link that is to enclose it together with its neighbours.

    A link some of whose words are kept stays one link around its changed words; where all words
    are added or deleted, the mark-up encloses the link, so that it is told of once.
    """
    units: list[tuple[str, Span]] = []
    for link, group in groupby(spans, key=lambda s: _link(s.marks)):
        members = list(group)
        whole = any(span.kind is SpanKind.KEEP for span in members)
        units += [(link if whole else "", span) for span in members]
    return units


def _link(marks: Sequence[Mark]) -> str:
    return next((mark.value for mark in marks if mark.kind == "link"), "")


def _spoken(
    kind: SpanKind, was: tuple[Mark, ...] | None, spans: list[Span], style: Style, linked: bool
) -> str:
    words = ""
    for link, group in groupby(spans, key=lambda s: _link(s.marks) if linked else ""):
        if style.paper:
            words += "".join(_formatted(span, link) for span in group)
        else:
            words += _anchored(link, "".join(_formatted(span) for span in group))
    if not style.marked:
        return words
    if kind is SpanKind.KEEP:
        if was is None:
            return words
        note = _format_note(was, spans[0].marks, style.titles)
        return f'<span class="pp-format">{words}{note}</span>'
    tag = "ins" if kind is SpanKind.INSERT else "del"
    said = SAID[kind]
    return (
        f'<{tag}><span class="pp-say">[{said}: </span><span class="pp-words">{words}</span>'
        f'<span class="pp-say"> end of {said}]</span></{tag}>'
    )


def _format_note(was: tuple[Mark, ...], now: tuple[Mark, ...], titles: Mapping[str, str]) -> str:
    old, new = _link(was), _link(now)
    if old == new:
        text = "formatting changed"
    elif old:
        title = titles.get(old.removeprefix("#")) if old.startswith("#") else None
        text = f"the link led to “{title}”" if title else f"the link led to {old}"
    else:
        text = "link added"
    return f'<span class="pp-label"> [{escape(text)}]</span>'


def _formatted(span: Span, link: str = "") -> str:
    text = escape(span.text, quote=False).replace("\n", "<br>\n")
    text = _anchored(link, text)
    for mark in reversed(span.marks):
        if mark.kind in _TAGS:
            text = f"<{_TAGS[mark.kind]}>{text}</{_TAGS[mark.kind]}>"
        elif mark.kind == "image":
            text = f"[picture: {text}]"
    return text
