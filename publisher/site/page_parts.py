"""What surrounds a text on the site and in the PDFs alike: legend, list of changes, remark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from publisher.checks.text_findings import explains
from publisher.compare.amendment import Amendment
from publisher.compare.change import Change, ChangeKind
from publisher.compare.summary import summary_sentence
from publisher.letters.notice import change_words
from publisher.markup.elements import NOTHING
from publisher.markup.html import (
    ChangePlace,
    Fragment,
    Heading,
    TextLinks,
    clauses_html,
    document_html,
)
from publisher.policies.dates import long_date
from publisher.policies.language import is_right_to_left
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Facts, Note, Policy
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Status
from publisher.text.parsing import parse

_LEGEND = (
    (("<ins>",), Markup("<ins>Added</ins> words that are new")),
    (("<del>",), Markup("<del>Removed</del> words that are gone")),
    (
        ('"pp-moved"', '"pp-away"'),
        Markup(
            '<span class="pp-legend-moved">Moved</span> text that changed its place, told at both'
        ),
    ),
    (
        ('"pp-format"',),
        Markup(
            '<span class="pp-format">Link or style</span> same words, another link or formatting'
        ),
    ),
    (
        ('"pp-type"',),
        Markup(
            '<span class="pp-type">Typography</span> same words, other quotation marks or dashes'
        ),
    ),
    (
        ('"pp-seam"',),
        Markup("<ins>¶</ins> a paragraph was split here, <del>¶</del> two were joined"),
    ),
)
"""Each mark of a redline: what in its HTML shows that it is used, and what it means."""


def legend(html: Markup | None = None) -> Markup:
    """What the marks of a redline mean.

    Args:
        html: the redline, to tell of the marks in it alone; None: all, in the same words.
    """
    items = NOTHING.join(
        Markup("<li>{}</li>").format(words)
        for signs, words in _LEGEND
        if html is None or any(sign in html for sign in signs)
    )
    return Markup('<ul class="pp-legend">{}</ul>\n').format(items) if items else NOTHING


LEGEND = legend()
"""What every mark of a redline means; the same on every page."""


@dataclass(frozen=True, slots=True)
class ChangeEntry:
    """One item of the list of changes: the sections that one note explains."""

    sections: tuple[tuple[Change, ...], ...]
    """The changes of each section, in the order of the text."""
    note: Note | None


def change_entries(changes: Sequence[Change], notes: Sequence[Note]) -> tuple[ChangeEntry, ...]:
    """The changes under the notes that explain them, in the order of the text."""
    groups: dict[str, tuple[Note | None, dict[str, list[Change]]]] = {}
    for change in changes:
        note = explains(change, notes)
        key = note.name if note else f"#{change.anchor or change.title}"
        sections = groups.setdefault(key, (note, {}))[1]
        sections.setdefault(change.anchor or change.title, []).append(change)
    return tuple(
        ChangeEntry(tuple(tuple(s) for s in sections.values()), note)
        for note, sections in groups.values()
    )


def changed_text(
    amendment: Amendment,
    marked: Fragment,
    notes: Sequence[Note],
    language: str,
    tools: Markup = NOTHING,
    marks: Markup = LEGEND,
) -> Markup:
    """The list of the changes with their reasons, then the text with every change marked.

    Args:
        amendment: what differs.
        marked: its redline.
        notes: why.
        language: of the text.
        tools: what stands above the text; see `redline_views`.
        marks: what the marks mean; see `legend`.
    """
    article = Markup('<article class="pp-text pp-redline" lang="{}">\n').format(language)
    return Markup(
        '<h2 id="pp-list">What changes, and why</h2>\n'
        "{}{}"
        '<h2 id="pp-marked">The text with every change marked</h2>\n{}'
        '<div class="pp-views">\n{}{}{}</article>\n</div>\n'
    ).format(
        in_figures(amendment),
        change_list(amendment, notes, marked.places),
        marks,
        tools,
        article,
        marked.html,
    )


CHANGED_HEADINGS = (
    Heading(2, "pp-list", "What changes, and why"),
    Heading(2, "pp-marked", "The text with every change marked"),
)
"""Those of `changed_text`, above those of the text itself."""


def redline_views(marked: Fragment, before: str, after: str) -> Markup:
    """The choices of how a redline is shown, and the steps from change to change.

    The choices work without a script; the steps show themselves when `steps.js` runs.

    Args:
        marked: the redline, made with its views.
        before, after: what the two texts are called.
    """
    count = len(marked.places)
    if not count:
        return NOTHING
    return redline_tools(f"{count} change{'s' if count > 1 else ''}", before, after)


def redline_tools(changes: str, before: str, after: str) -> Markup:
    """The same, of a redline that is not made yet.

    Args:
        changes: how many there are, in words.
        before, after: what the two texts are called.
    """
    layout = _choice(
        "Layout", "pp-layout", (("pp-inline", "Inline"), ("pp-facing", "Side by side"))
    )
    extent = _choice("Show", "pp-extent", (("pp-full", "Full text"), ("pp-only", "Changes only")))
    return Markup(
        '<div class="pp-choices">{}{}</div>\n'
        '<div class="pp-steps" role="group" aria-label="Go from change to change" hidden>'
        '<button type="button" class="pp-step" data-step="-1">Previous</button>'
        '<button type="button" class="pp-step" data-step="1">Next</button>'
        '<span class="pp-here" role="status">{}</span>'
        '<label class="pp-keyboard"><input type="checkbox" checked> '
        "Keys: <kbd>j</kbd> next, <kbd>k</kbd> previous</label></div>\n"
        '<div class="pp-columns" hidden><p>Before: {}</p>'
        "<p>After: {}</p></div>\n"
    ).format(layout, extent, changes, before, after)


def _choice(legend: str, name: str, options: Sequence[tuple[str, str]]) -> Markup:
    items = NOTHING.join(
        Markup('<label><input type="radio" name="{}" id="{}"{}> {}</label>').format(
            name, value, checked, words
        )
        for checked, (value, words) in zip((" checked", ""), options, strict=True)
    )
    return Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(legend, items)


def change_list(
    amendment: Amendment, notes: Sequence[Note], places: Sequence[ChangePlace] = ()
) -> Markup:
    """Every change with a link to its place in the redline, and why it was made."""
    titles = {s.anchor: s.title for s in amendment.new.sections}
    first = {place.section: place.id for place in reversed(places)}
    items = []
    for entry in change_entries(amendment.changes, notes):
        heads = NOTHING.join(_section(changes, titles, first) for changes in entry.sections)
        note = clauses_html(parse(entry.note.text)) if entry.note else NOTHING
        items.append(Markup("<li>{}{}</li>\n").format(heads, note))
    return (
        Markup('<ol class="pp-changes">\n{}</ol>\n').format(NOTHING.join(items))
        if items
        else NOTHING
    )


def _section(
    changes: Sequence[Change], titles: Mapping[str, str], places: Mapping[str, str]
) -> Markup:
    first = changes[0]
    title = first.title or "Beginning of the text"
    place = places.get(first.anchor or first.title, first.anchor)
    name = Markup('<a href="#{}">{}</a>').format(place, title) if place else escape(title)
    kinds = Markup(", ").join(_kind(change, titles) for change in changes)
    return Markup(
        '<p class="pp-change"><strong>{}</strong> <span class="pp-kind">{}</span>{}</p>\n'
    ).format(name, kinds, figures(changes))


def figures(changes: Sequence[Change]) -> Markup:
    """How many words changes add and remove; empty where none."""
    words = ", ".join(
        f"{number:,} {'word' if number == 1 else 'words'} {verb}"
        for number, verb in (
            (sum(c.inserted for c in changes), "added"),
            (sum(c.deleted for c in changes), "removed"),
        )
        if number
    )
    return Markup(' <span class="pp-figures">{}</span>').format(words) if words else NOTHING


def _kind(change: Change, titles: Mapping[str, str]) -> Markup:
    linked = [other for other in change.others if other]
    if change.kind not in (ChangeKind.SPLIT, ChangeKind.MERGED) or not linked:
        return escape(change_words(change))
    places = Markup(", ").join(
        Markup('<a href="#{}">{}</a>').format(other, titles.get(other, other)) for other in linked
    )
    verb = "split: see also" if change.kind is ChangeKind.SPLIT else "merged into"
    return Markup("{} {}").format(verb, places)


def in_figures(amendment: Amendment) -> Markup:
    """The summary as a paragraph."""
    return Markup('<p class="pp-summary">{}.</p>\n').format(summary_sentence(amendment))


def remark(facts: Facts) -> Markup:
    """The remark of `policy.toml`, prominently; empty where there is none."""
    if not facts.remark:
        return NOTHING
    words = NOTHING.join(
        Markup("<p>{}</p>").format(line) for line in facts.remark.splitlines() if line
    )
    return Markup('<div class="pp-remark" role="note">{}</div>\n').format(words)


def general_note(notes: Sequence[Note]) -> Markup:
    """What an amendment is for as a whole; empty where nobody wrote it."""
    text = next((note.text for note in notes if not note.anchors), "")
    return (
        Markup('<div class="pp-why">{}</div>\n').format(clauses_html(parse(text)))
        if text
        else NOTHING
    )


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


def import_facts(release: Release) -> tuple[tuple[str, Markup], ...]:
    """Where a text of the past was found, as rows of (what, HTML); none for other releases."""
    found = release.imported
    if found is None:
        return ()
    moment = f"{found.seen.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
    return (
        ("Found in", Markup("{}<br>{}").format(found.source, found.path)),
        ("Commit", Markup("<code>{}</code><br>{}").format(found.commit, moment)),
    )


def status_words(release: Release, status: Status) -> str:
    """The status as readers are told it: a text of the past was never announced before its day."""
    if release.imported and status is Status.UPCOMING:
        return "not seen yet"
    return status.value


def postal(organisation: Organisation) -> Markup:
    """A name and postal address, line by line."""
    return Markup("<br>\n").join(filter(None, organisation.letterhead))


def spoken(language: str) -> Markup:
    """The attributes that say in which language, and which way, an element is written."""
    way = Markup(' dir="rtl"') if is_right_to_left(language) else NOTHING
    return Markup(' lang="{}"{}').format(language, way)


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
    links = TextLinks(
        permalinks=True,
        stories=stories,
        names=names,
        retired=policy.facts.retired,
        former=former or {},
    )
    return document_html(policy.document.clauses, links)


def text_article(policy: Policy, text: Fragment, kind: str = "pp-text") -> Markup:
    """A policy's text in the language it is written in."""
    return Markup('<article class="{}" lang="{}">\n{}</article>\n').format(
        kind, policy.facts.language, text.html
    )


def contents_list(text: Fragment) -> Markup:
    """The list of contents for narrow screens, where the frame has no room for its own."""
    items = NOTHING.join(
        Markup('<li class="pp-level-{}"><a href="#{}">{}</a></li>\n').format(
            h.level, h.anchor, h.title
        )
        for h in text.headings
    )
    return items and Markup(
        '<details class="pp-contents" data-search-exclude><summary>Contents</summary>\n'
        "<ul>\n{}</ul></details>\n"
    ).format(items)
