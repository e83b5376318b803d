"""What stands around a text, on the site and in the PDFs alike: legend, list of changes, remark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from publisher.compare.amendment import Amendment, Change, ChangeKind, summary
from publisher.markup.html import Fragment, Heading, Place, document, fragment
from publisher.notices.notice import explains, long_date, said
from publisher.policies.language import right_to_left
from publisher.policies.policy import Facts, Note, Policy
from publisher.policies.release import Materiality, Release, Status
from publisher.text.clauses import parse

_LEGEND = (
    (("<ins",), "<ins>Added</ins> words that are new"),
    (("<del",), "<del>Removed</del> words that are gone"),
    (
        ('"pp-moved"', '"pp-away"'),
        '<span class="pp-legend-moved">Moved</span> text that changed its place, told at both',
    ),
    (
        ('"pp-format"',),
        '<span class="pp-format">Link or style</span> same words, another link or formatting',
    ),
    (
        ('"pp-type"',),
        '<span class="pp-type">Typography</span> same words, other quotation marks or dashes',
    ),
    (
        ('"pp-seam"',),
        "<ins>¶</ins> a paragraph was split here, <del>¶</del> two were joined",
    ),
)
"""Each mark of a redline: what in its HTML shows that it is used, and what it means."""


def legend(html: str | None = None) -> str:
    """What the marks of a redline mean.

    Args:
        html: the redline, to tell of the marks in it alone; None: all, in the same words.
    """
    items = "".join(
        f"<li>{words}</li>"
        for signs, words in _LEGEND
        if html is None or any(sign in html for sign in signs)
    )
    return f'<ul class="pp-legend">{items}</ul>\n' if items else ""


LEGEND = legend()
"""What every mark of a redline means; the same on every page."""


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


def changed_text(
    amendment: Amendment,
    marked: Fragment,
    notes: Sequence[Note],
    language: str,
    tools: str = "",
    marks: str = LEGEND,
) -> str:
    """The list of the changes with their reasons, then the text with every change marked.

    Args:
        amendment: what differs.
        marked: its redline.
        notes: why.
        language: of the text.
        tools: what stands above the text; see `views`.
        marks: what the marks mean; see `legend`.
    """
    article = f'<article class="pp-text pp-redline" lang="{escape(language)}">\n'
    return (
        '<h2 id="pp-list">What changes, and why</h2>\n'
        f"{in_figures(amendment)}{change_list(amendment, notes, marked.places)}"
        f'<h2 id="pp-marked">The text with every change marked</h2>\n{marks}'
        f'<div class="pp-views">\n{tools}{article}{marked.html}</article>\n</div>\n'
    )


CHANGED_HEADINGS = (
    Heading(2, "pp-list", "What changes, and why"),
    Heading(2, "pp-marked", "The text with every change marked"),
)
"""Those of `changed_text`, above those of the text itself."""


def views(marked: Fragment, before: str, after: str) -> str:
    """The choices of how a redline is shown, and the steps from change to change.

    The choices work without a script; the steps show themselves when `steps.js` runs.

    Args:
        marked: the redline, made with its views.
        before, after: what the two texts are called.
    """
    count = len(marked.places)
    if not count:
        return ""
    return tools(f"{count} change{'s' if count > 1 else ''}", before, after)


def tools(changes: str, before: str, after: str) -> str:
    """The same, of a redline that is not made yet.

    Args:
        changes: how many there are, in words.
        before, after: what the two texts are called.
    """
    layout = _choice(
        "Layout", "pp-layout", (("pp-inline", "Inline"), ("pp-facing", "Side by side"))
    )
    extent = _choice("Show", "pp-extent", (("pp-full", "Full text"), ("pp-only", "Changes only")))
    return (
        f'<div class="pp-choices">{layout}{extent}</div>\n'
        '<div class="pp-steps" role="group" aria-label="Go from change to change" hidden>'
        '<button type="button" class="pp-step" data-step="-1">Previous</button>'
        '<button type="button" class="pp-step" data-step="1">Next</button>'
        f'<span class="pp-here" role="status">{changes}</span>'
        '<label class="pp-keyboard"><input type="checkbox" checked> '
        "Keys: <kbd>j</kbd> next, <kbd>k</kbd> previous</label></div>\n"
        f'<div class="pp-columns" hidden><p>Before: {escape(before)}</p>'
        f"<p>After: {escape(after)}</p></div>\n"
    )


def _choice(legend: str, name: str, options: Sequence[tuple[str, str]]) -> str:
    items = "".join(
        f'<label><input type="radio" name="{name}" id="{value}"{checked}> {words}</label>'
        for checked, (value, words) in zip((" checked", ""), options, strict=True)
    )
    return f"<fieldset><legend>{legend}</legend>{items}</fieldset>"


def change_list(amendment: Amendment, notes: Sequence[Note], places: Sequence[Place] = ()) -> str:
    """Every change with a link to its place in the redline, and why it was made."""
    titles = {s.anchor: s.title for s in amendment.new.sections}
    first = {place.section: place.id for place in reversed(places)}
    items = []
    for entry in entries(amendment.changes, notes):
        heads = "".join(_section(changes, titles, first) for changes in entry.sections)
        note = fragment(parse(entry.note.text)) if entry.note else ""
        items.append(f"<li>{heads}{note}</li>\n")
    return f'<ol class="pp-changes">\n{"".join(items)}</ol>\n' if items else ""


def _section(
    changes: Sequence[Change], titles: Mapping[str, str], places: Mapping[str, str]
) -> str:
    first = changes[0]
    title = escape(first.title or "Beginning of the text")
    place = places.get(first.anchor or first.title, first.anchor)
    name = f'<a href="#{escape(place)}">{title}</a>' if place else title
    kinds = ", ".join(_kind(change, titles) for change in changes)
    return (
        f'<p class="pp-change"><strong>{name}</strong> '
        f'<span class="pp-kind">{kinds}</span>{figures(changes)}</p>\n'
    )


def figures(changes: Sequence[Change]) -> str:
    """How many words changes add and remove; empty where none."""
    words = ", ".join(
        f"{number:,} {'word' if number == 1 else 'words'} {verb}"
        for number, verb in (
            (sum(c.inserted for c in changes), "added"),
            (sum(c.deleted for c in changes), "removed"),
        )
        if number
    )
    return f' <span class="pp-figures">{words}</span>' if words else ""


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
    if release.imported:
        return f"{when_words(release)}; from when it applied is unknown"
    return when_words(release)


def when_words(release: Release) -> str:
    """The same in short, for lists: of a text of the past, when it was first seen."""
    if release.imported:
        seen = long_date(release.imported.seen.date(), release.policy.facts.language)
        return f"first seen on {seen}"
    if release.effective is None:
        return "effective date unknown"
    return f"in force from {long_date(release.effective, release.policy.facts.language)}"


def kind_words(release: Release) -> str:
    """What sort of version a release is, for people who do not know our words."""
    if release.imported:
        # Which text it was made from, or whether it meant to amend one, nobody recorded.
        return f"seen after version {release.previous}" if release.previous else "first text known"
    if release.previous is None:
        return "first version"
    correction = release.materiality is Materiality.EDITORIAL
    return f"{'corrects' if correction else 'amends'} version {release.previous}"


def published_words(release: Release) -> str:
    """When it was announced, as people write it."""
    if release.published is None:
        return "unknown"
    return long_date(release.published.date(), release.policy.facts.language)


def origin(release: Release) -> tuple[tuple[str, str], ...]:
    """Where a text of the past was found, as rows of (what, HTML); none for other releases."""
    found = release.imported
    if found is None:
        return ()
    moment = f"{found.seen.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return (
        ("Found in", f"{escape(found.source)}<br>{escape(found.path)}"),
        ("Commit", f"<code>{escape(found.commit)}</code><br>{moment}"),
    )


def status_words(release: Release, status: Status) -> str:
    """The status as readers are told it: a text of the past was never announced before its day."""
    if release.imported and status is Status.UPCOMING:
        return "not seen yet"
    return status.value


def postal(organisation: str, address: str) -> str:
    """A postal address, line by line."""
    return "<br>\n".join(escape(part) for part in (organisation, *address.splitlines()) if part)


def spoken(language: str) -> str:
    """The attributes that say in which language, and which way, an element is written."""
    way = ' dir="rtl"' if right_to_left(language) else ""
    return f' lang="{escape(language)}"{way}'


def text_of(
    policy: Policy,
    stories: str = "",
    names: Sequence[str] = (),
    former: Mapping[str, Sequence[str]] | None = None,
) -> Fragment:
    """A policy's text for the site, with a link to each heading.

    Args:
        policy: whose text.
        stories: address of the page with the history of each section; empty: link to none.
        names: the permanent names of its clauses, for a link to each.
        former: by anchor or name: the names of clauses that are gone, to which links lead there.
    """
    return document(
        policy.document.clauses,
        permalinks=True,
        retired=policy.facts.retired,
        stories=stories,
        names=names,
        former=former,
    )


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
