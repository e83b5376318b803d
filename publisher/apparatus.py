"""What stands around a text, on the site and in the PDFs alike: legend, list of changes, remark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from publisher.amendment import Amendment, Change, ChangeKind, summary
from publisher.clauses import parse
from publisher.html import Fragment, document, fragment
from publisher.notice import explains, long_date, said
from publisher.policy import Facts, Note, Policy
from publisher.release import Materiality, Release

LEGEND = (
    '<ul class="pp-legend">'
    "<li><ins>Added</ins> words that are new</li>"
    "<li><del>Removed</del> words that are gone</li>"
    '<li><span class="pp-legend-moved">Moved</span> text that changed its place, told at both</li>'
    '<li><span class="pp-format">Link or style</span> same words, another link or formatting</li>'
    "</ul>\n"
)
"""What the marks of a redline mean; the same everywhere."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of the list of changes: the sections that one note explains."""

    sections: tuple[tuple[Change, ...], ...]
    """The changes of each section, in the order of the text."""
    note: Note | None


def entries(changes: Sequence[Change], notes: Sequence[Note]) -> tuple[Entry, ...]:
    """The changes under the notes that explain them, in the order of the text."""
    groups: dict[str, tuple[Note | None, dict[str, list[Change]]]] = {}
    for change in changes:
        note = explains(change, notes)
        key = note.name if note else f"#{change.anchor or change.title}"
        sections = groups.setdefault(key, (note, {}))[1]
        sections.setdefault(change.anchor or change.title, []).append(change)
    return tuple(
        Entry(tuple(tuple(s) for s in sections.values()), note)
        for note, sections in groups.values()
    )


def change_list(amendment: Amendment, notes: Sequence[Note]) -> str:
    """Every change with a link to its place in the redline, and why it was made."""
    titles = {s.anchor: s.title for s in amendment.new.sections}
    items = []
    for entry in entries(amendment.changes, notes):
        heads = "".join(_section(changes, titles) for changes in entry.sections)
        note = fragment(parse(entry.note.text)) if entry.note else ""
        items.append(f"<li>{heads}{note}</li>\n")
    return f'<ol class="pp-changes">\n{"".join(items)}</ol>\n' if items else ""


def _section(changes: Sequence[Change], titles: Mapping[str, str]) -> str:
    first = changes[0]
    title = escape(first.title or "Beginning of the text")
    name = f'<a href="#{escape(first.anchor)}">{title}</a>' if first.anchor else title
    kinds = ", ".join(_kind(change, titles) for change in changes)
    words = ", ".join(
        f"{number:,} {'word' if number == 1 else 'words'} {verb}"
        for number, verb in (
            (sum(c.inserted for c in changes), "added"),
            (sum(c.deleted for c in changes), "removed"),
        )
        if number
    )
    figures = f' <span class="pp-figures">{words}</span>' if words else ""
    return (
        f'<p class="pp-change"><strong>{name}</strong> '
        f'<span class="pp-kind">{kinds}</span>{figures}</p>\n'
    )


def _kind(change: Change, titles: Mapping[str, str]) -> str:
    linked = [other for other in change.others if other]
    if change.kind not in (ChangeKind.SPLIT, ChangeKind.MERGED) or not linked:
        return escape(said(change))
    places = ", ".join(
        f'<a href="#{escape(other)}">{escape(titles.get(other, other))}</a>' for other in linked
    )
    verb = "split: see also" if change.kind is ChangeKind.SPLIT else "merged into"
    return f"{verb} {places}"


def in_figures(amendment: Amendment) -> str:
    """The summary as a paragraph."""
    return f'<p class="pp-summary">{escape(summary(amendment))}.</p>\n'


def remark(facts: Facts) -> str:
    """The remark of `policy.toml`, prominently; empty where there is none."""
    if not facts.remark:
        return ""
    words = "".join(f"<p>{escape(line)}</p>" for line in facts.remark.splitlines() if line)
    return f'<div class="pp-remark" role="note">{words}</div>\n'


def general_note(notes: Sequence[Note]) -> str:
    """What an amendment is for as a whole; empty where nobody wrote it."""
    text = next((note.text for note in notes if not note.anchors), "")
    return f'<div class="pp-why">{fragment(parse(text))}</div>\n' if text else ""


def in_force_words(release: Release) -> str:
    """`in force from 1 March 2027`: true on every day, so that it can be frozen and printed."""
    if release.effective is None:
        return "effective date unknown"
    return f"in force from {long_date(release.effective, release.policy.facts.language)}"


def kind_words(release: Release) -> str:
    """What sort of version a release is, for people who do not know our words."""
    if release.previous is None:
        return "first version"
    correction = release.materiality is Materiality.EDITORIAL
    return f"{'corrects' if correction else 'amends'} version {release.previous}"


def published_words(release: Release) -> str:
    """When it was announced, as people write it."""
    if release.published is None:
        return "unknown"
    return long_date(release.published.date(), release.policy.facts.language)


def postal(organisation: str, address: str) -> str:
    """A postal address, line by line."""
    return "<br>\n".join(escape(part) for part in (organisation, *address.splitlines()) if part)


def text_of(policy: Policy) -> Fragment:
    """A policy's text for the site, with a link to each heading."""
    return document(policy.document.clauses, permalinks=True, retired=policy.facts.retired)


def article(policy: Policy, text: Fragment, kind: str = "pp-text") -> str:
    """A policy's text in the language it is written in."""
    return (
        f'<article class="{kind}" lang="{escape(policy.facts.language)}">\n{text.html}</article>\n'
    )


def contents(text: Fragment) -> str:
    """The list of contents for narrow screens, where the frame has no room for its own."""
    items = "".join(
        f'<li class="pp-level-{h.level}"><a href="#{escape(h.anchor)}">{escape(h.title)}</a></li>\n'
        for h in text.headings
    )
    return (
        '<details class="pp-contents" data-search-exclude><summary>Contents</summary>\n'
        f"<ul>\n{items}</ul></details>\n"
        if items
        else ""
    )
