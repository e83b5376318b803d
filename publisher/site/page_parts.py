"""What surrounds a text on the site and in the PDFs alike: legend, list of changes, remark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup, escape

from publisher.checks.text_findings import explains
from publisher.compare.amendment import Amendment
from publisher.compare.change import Change, ChangeKind
from publisher.compare.change_words import change_words
from publisher.compare.summary import words_in_figures
from publisher.markup.elements import NOTHING
from publisher.markup.html import (
    ChangePlace,
    Fragment,
    Heading,
    HeadingLabel,
    TextLinks,
    clauses_html,
    document_html,
)
from publisher.policies.organisation import Organisation
from publisher.policies.policy import Facts, Note, Policy
from publisher.reports.changes import kind_in_words
from publisher.site.release_words import spoken
from publisher.text.parsing import parse
from publisher.wording.words import Words


def legend(words: Words, html: Markup | None = None) -> Markup:
    """What the marks of a redline mean.

    Args:
        words: of the page.
        html: the redline, to tell of the marks in it alone; None: all, in the same words on every
            page, folded until somebody asks.
    """
    items = NOTHING.join(
        Markup("<li>{}</li>").format(meaning)
        for signs, meaning in _marks(words)
        if html is None or any(sign in html for sign in signs)
    )
    told = Markup('<ul class="pp-legend">{}</ul>\n').format(items) if items else NOTHING
    return told if html is not None else _folded(words.gettext("What the marks mean"), told)


def _folded(title: str, html: Markup) -> Markup:
    return Markup('<details class="pp-more"><summary>{}</summary>\n{}</details>\n').format(
        title, html
    )


def _marks(words: Words) -> Iterator[tuple[tuple[str, ...], Markup]]:
    """Each mark of a redline: what in its HTML shows that it is used, and what it means."""
    mark = Markup("<ins>{}</ins>").format(words.pgettext("mark", "Added"))
    yield ("<ins>",), words.markup("{mark} words that are new", mark=mark)
    mark = Markup("<del>{}</del>").format(words.pgettext("mark", "Removed"))
    yield ("<del>",), words.markup("{mark} words that are gone", mark=mark)
    mark = _mark("pp-legend-moved", words.pgettext("mark", "Moved"))
    moved = words.markup("{mark} text that changed its place, told at both", mark=mark)
    yield ('"pp-moved"', '"pp-away"', '"pp-shifted"'), moved
    mark = _mark("pp-format", words.pgettext("mark", "Link or style"))
    yield ('"pp-format"',), words.markup("{mark} same words, another link or formatting", mark=mark)
    mark = _mark("pp-type", words.pgettext("mark", "Typography"))
    yield (
        ('"pp-type"',),
        words.markup("{mark} same words, other quotation marks or dashes", mark=mark),
    )
    split, joined = Markup("<ins>¶</ins>"), Markup("<del>¶</del>")
    seam = words.markup(
        "{split} a paragraph was split here, {joined} two were joined", split=split, joined=joined
    )
    yield ('"pp-seam"',), seam


def _mark(kind: str, name: str) -> Markup:
    return Markup('<span class="{}">{}</span>').format(kind, name)


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


class Explained(NamedTuple):
    """What is said of an amendment by those who made it, and of it as a whole."""

    said: str
    """It in figures, a sentence without its full stop."""
    notes: Sequence[Note]
    """Why."""
    language: str
    """Of the text, and of the notes where they do not say otherwise."""
    origin: Markup = NOTHING
    """Where the comparison is from, as a paragraph (see `told_line`)."""


def changed_text(
    amendment: Amendment,
    marked: Fragment,
    told: Explained,
    words: Words,
    tools: Markup = NOTHING,
) -> Markup:
    """The list of the changes with their reasons, then the text with every change marked.

    Args:
        amendment: what differs.
        marked: its redline.
        told: what is said of it.
        words: of the page.
        tools: what stands above the text (see `redline_views`): the legend then tells of every
            mark, so that it is the same on all pages, and else of those that are used.
    """
    opened = Markup('<article class="pp-text pp-redline"{}>\n').format(spoken(told.language))
    listed, full = changed_headings(words)
    return Markup(
        '<h2 id="{}">{}</h2>\n{}{}{}<h2 id="{}">{}</h2>\n{}'
        '<div class="pp-views">\n{}{}{}</article>\n</div>\n'
    ).format(
        listed.anchor,
        listed.title,
        in_figures(told.said),
        told.origin,
        change_list(amendment, told.notes, told.language, words, marked.places),
        full.anchor,
        full.title,
        legend(words, None if tools else marked.html),
        tools,
        opened,
        marked.html,
    )


def changed_headings(words: Words) -> tuple[Heading, Heading]:
    """Those of `changed_text`, above those of the text itself."""
    return (
        Heading(2, "pp-list", words.gettext("What changes, and why")),
        Heading(2, "pp-marked", words.gettext("The text with every change marked")),
    )


def redline_views(marked: Fragment, before: str, after: str, words: Words) -> Markup:
    """The choices of how a redline is shown, and the steps from change to change.

    The choices work without a script; the steps show themselves when `steps.js` runs.

    Args:
        marked: the redline, made with its views.
        before, after: what the two texts are called.
        words: of the page.
    """
    count = len(marked.places)
    if not count:
        return NOTHING
    changes = words.ngettext("{count} change", "{count} changes", count)
    return redline_tools(changes, before, after, words)


def redline_tools(changes: str, before: str, after: str, words: Words) -> Markup:
    """The same, of a redline that is not made yet.

    Args:
        changes: how many there are, in words.
        before, after: what the two texts are called.
        words: of the page.
    """
    layout = _choice(
        words.gettext("Layout"),
        "pp-layout",
        (("pp-inline", words.gettext("Inline")), ("pp-facing", words.gettext("Side by side"))),
    )
    extent = _choice(
        words.pgettext("choice", "Show"),
        "pp-extent",
        (("pp-full", words.gettext("Full text")), ("pp-only", words.gettext("Changes only"))),
    )
    j, k = Markup("<kbd>j</kbd>"), Markup("<kbd>k</kbd>")
    return Markup(
        '<div class="pp-choices">{}{}</div>\n'
        '<div class="pp-steps" role="group" aria-label="{}" data-told="{}" hidden>'
        '<button type="button" class="pp-step" data-step="-1">{}</button>'
        '<button type="button" class="pp-step" data-step="1">{}</button>'
        '<span class="pp-here" role="status">{}</span>'
        '<label class="pp-keyboard"><input type="checkbox" checked> {}</label></div>\n'
        '<div class="pp-columns" hidden><p>{}</p><p>{}</p></div>\n'
    ).format(
        layout,
        extent,
        words.gettext("Go from change to change"),
        # The script fills it in.
        words.gettext("Change {count} of {total}: {section}", count="%1", total="%2", section="%3"),
        words.pgettext("change", "Previous"),
        words.pgettext("change", "Next"),
        changes,
        words.markup("Keys: {next} next, {previous} previous", next=j, previous=k),
        words.gettext("Before: {text}", text=before),
        words.gettext("After: {text}", text=after),
    )


def _choice(legend: str, name: str, options: Sequence[tuple[str, str]]) -> Markup:
    items = NOTHING.join(
        Markup('<label><input type="radio" name="{}" id="{}"{}> {}</label>').format(
            name, value, checked, label
        )
        for checked, (value, label) in zip((" checked", ""), options, strict=True)
    )
    return Markup("<fieldset><legend>{}</legend>{}</fieldset>").format(legend, items)


def change_list(
    amendment: Amendment,
    notes: Sequence[Note],
    language: str,
    words: Words,
    places: Sequence[ChangePlace] = (),
) -> Markup:
    """Every change with a link to its place in the redline, and why it was made.

    Args:
        amendment: what differs.
        notes: why.
        language: that of the notes where they do not say otherwise.
        words: of the page.
        places: of the changes, in the redline.
    """
    first = {place.section: place.id for place in reversed(places)}
    items = []
    for entry in change_entries(amendment.changes, notes):
        heads = NOTHING.join(
            _section(amendment, changes, first, words) for changes in entry.sections
        )
        note = _reason(entry.note, language, words) if entry.note else NOTHING
        items.append(Markup("<li>{}{}</li>\n").format(heads, note))
    return (
        Markup('<ol class="pp-changes">\n{}</ol>\n').format(NOTHING.join(items))
        if items
        else NOTHING
    )


def _reason(note: Note, language: str, words: Words) -> Markup:
    html, attributes = clauses_html(parse(note.text)), spoken(note.language or language, words)
    return Markup("<div{}>\n{}</div>\n").format(attributes, html) if attributes else html


def _section(
    amendment: Amendment, changes: Sequence[Change], places: Mapping[str, str], words: Words
) -> Markup:
    first = changes[0]
    title = first.title or words.gettext("Beginning of the text")
    place = places.get(first.anchor or first.title, first.anchor)
    name = Markup('<a href="#{}">{}</a>').format(place, title) if place else escape(title)
    # Sections of one name share a row: what happened to several is said once.
    kinds = Markup(", ").join(dict.fromkeys(_kind(amendment, change, words) for change in changes))
    return Markup(
        '<p class="pp-change"><strong>{}</strong> <span class="pp-kind">{}</span>{}</p>\n'
    ).format(name, kinds, figures(changes, words))


def figures(changes: Sequence[Change], words: Words) -> Markup:
    """How many words changes add and remove; empty where none."""
    said = words_in_figures(
        sum(c.inserted for c in changes), sum(c.deleted for c in changes), words
    )
    return Markup(' <span class="pp-figures">{}</span>').format(said) if said else NOTHING


_AMENDED = ChangeKind.AMENDED, ChangeKind.MOVED_AND_AMENDED


def _kind(amendment: Amendment, change: Change, words: Words) -> Markup:
    if change.kind in _AMENDED and not (change.inserted or change.deleted):
        # What else it was, for there are no figures that say so.
        return escape(kind_in_words(amendment, change, words))
    titles = {s.anchor: s.title for s in amendment.new.sections}
    linked = [other for other in change.others if other]
    if change.kind not in (ChangeKind.SPLIT, ChangeKind.MERGED) or not linked:
        return escape(change_words(change, words))
    places = Markup(", ").join(
        Markup('<a href="#{}">{}</a>').format(other, titles.get(other, other)) for other in linked
    )
    if change.kind is ChangeKind.SPLIT:
        return words.markup("split: see also {sections}", sections=places)
    return words.markup("merged into {sections}", sections=places)


def in_figures(said: str) -> Markup:
    """The summary of what changes, a sentence without its full stop, as a paragraph."""
    return Markup('<p class="pp-summary">{}.</p>\n').format(said)


def remark(facts: Facts) -> Markup:
    """The remark of `policy.toml`, prominently; empty where there is none."""
    if not facts.remark:
        return NOTHING
    words = NOTHING.join(
        Markup("<p>{}</p>").format(line) for line in facts.remark.splitlines() if line
    )
    attributes = spoken(facts.language)
    return Markup('<div class="pp-remark" role="note"{}>{}</div>\n').format(attributes, words)


def general_note(notes: Sequence[Note], language: str, words: Words) -> Markup:
    """What an amendment is for as a whole; empty where nobody wrote it.

    Args:
        notes: those of the amendment.
        language: theirs where they do not say otherwise.
        words: of the page.
    """
    note = next((note for note in notes if not note.anchors), None)
    if note is None or not note.text:
        return NOTHING
    attributes = spoken(note.language or language, words)
    return Markup('<div class="pp-why"{}>{}</div>\n').format(
        attributes, clauses_html(parse(note.text))
    )


def postal(organisation: Organisation) -> Markup:
    """A name and postal address, line by line."""
    return Markup("<br>\n").join(filter(None, organisation.letterhead))


def text_of(
    policy: Policy,
    words: Words,
    stories: str = "",
    names: Sequence[str] = (),
    former: Mapping[str, Sequence[str]] | None = None,
    notes: Mapping[str, HeadingLabel] | None = None,
) -> Fragment:
    """A policy's text for the site, with a link to each heading.

    Args:
        policy: whose text.
        words: those around it.
        stories: address of the page with the history of each section; empty: link to none.
        names: the permanent names of its clauses, for a link to each.
        former: by anchor or name: the names of clauses that are gone, to which links lead there.
        notes: by anchor: what the site says beneath the heading of a section.
    """
    links = TextLinks(
        permalinks=True,
        stories=stories,
        names=names,
        retired=policy.facts.retired,
        former=former or {},
    )
    return document_html(policy.document.clauses, links, words=words, labels=notes)


def text_article(policy: Policy, text: Fragment, kind: str = "pp-text") -> Markup:
    """A policy's text in the language it is written in."""
    return Markup('<article class="{}"{}>\n{}</article>\n').format(
        kind, spoken(policy.facts.language), text.html
    )


def contents_list(text: Fragment, words: Words) -> Markup:
    """The list of contents for narrow screens, where the frame has no room for its own."""
    items = NOTHING.join(
        Markup('<li class="pp-level-{}"><a href="#{}">{}</a></li>\n').format(
            h.level, h.anchor, h.title
        )
        for h in text.headings
    )
    return items and Markup(
        '<details class="pp-contents" data-search-exclude><summary>{}</summary>\n'
        "<ul>\n{}</ul></details>\n"
    ).format(words.gettext("Contents"), items)
