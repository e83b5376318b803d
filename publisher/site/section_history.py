"""The history of each section: which releases touched it, and how.

A section is followed by its anchor, which it keeps wherever it goes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from publisher.compare.change import Change, ChangeKind, section_name
from publisher.compare.change_words import change_words
from publisher.markup.elements import NOTHING
from publisher.markup.html import ChangePlace, Heading
from publisher.releases.address import Addresses
from publisher.releases.beginning import Beginning, beginning
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site import page_head, page_parts
from publisher.site.change_summary import ChangeSummary
from publisher.site.release_words import kind_words, version_words, when_words
from publisher.wording.words import Words

MOST_EVENTS = 6
"""Limit on the releases listed below a section; older ones are folded away."""
MOST_CLAUSES = 200
"""Limit on the clauses of a section whose links lead here without a script."""
_HERE, _GONE = "pp-here", "pp-gone"


@dataclass(frozen=True, slots=True)
class SectionEvent:
    """What one release did to a section."""

    release: Release
    changes: tuple[Change, ...]
    """Those that tell of the section; none: it was in the first text."""
    begins: Beginning | None = None
    """From when the release is in force; None: as it was sealed."""


@dataclass(frozen=True, slots=True)
class SectionHistory:
    """The history of one section."""

    name: str
    """Its anchor; of a section without one, what `section_name` makes of its title."""
    title: str
    """What it is called; of a section that is gone, what it was called at last."""
    events: tuple[SectionEvent, ...]
    """The newest first."""
    into: str = ""
    """Of a section that is gone: the name of the one that takes its place, if there is one."""


def section_histories(
    releases: Releases, first: Mapping[str, str], changed: Mapping[Number, ChangeSummary]
) -> tuple[tuple[SectionHistory, ...], tuple[SectionHistory, ...]]:
    """The sections of the latest release, in the order of its text; and those that are gone, the
    last to go first.

    Args:
        releases: all releases of one policy.
        first: the sections of the first, name and title.
        changed: what each of the others changes against the one before it, by its number.
    """
    titles, latest = dict(first), first
    events: dict[str, list[SectionEvent]] = {
        name: [SectionEvent(releases[0], (), beginning(releases[0], releases))] for name in titles
    }
    for release in releases[1:]:
        short = changed[release.number]
        latest = short.titles
        titles = {**titles, **latest}
        found: dict[str, list[Change]] = {}
        for change in short.changes:
            for name in _names(change, short.before):
                found.setdefault(name, []).append(change)
        begins = beginning(release, releases)
        for name, changes in found.items():
            events.setdefault(name, []).insert(0, SectionEvent(release, tuple(changes), begins))
    retired = releases[-1].policy.facts.retired

    def history(name: str, into: str = "") -> SectionHistory:
        return SectionHistory(
            name, titles[name], tuple(events.get(name, ())), into if into in titles else NOTHING
        )

    gone = [
        history(n, retired.get(n) or _went(events.get(n, ()))) for n in titles if n not in latest
    ]
    order = {release.number: place for place, release in enumerate(releases)}
    gone.sort(key=lambda s: order[s.events[0].release.number] if s.events else -1, reverse=True)
    return tuple(map(history, latest)), tuple(gone)


def _own(change: Change) -> str:
    return section_name(change.anchor, change.title)


def _names(change: Change, before: Sequence[str]) -> dict[str, None]:
    """Every section that a change tells of, also one that goes on under another name."""
    olds = (before[place] for place in change.old_sections)
    return dict.fromkeys((_own(change), *filter(None, change.others), *olds))


def _went(events: Sequence[SectionEvent]) -> str:
    """Where the words of a section went that was merged at last."""
    last = events[0].changes if events else ()
    gone = (ChangeKind.MERGED, ChangeKind.LEFT_WITHOUT_A_HEADING)
    return next((c.others[0] for c in last if c.kind in gone and c.others), "")


# ── the page ─────────────────────────────────────────────────────────────────────────────────────


def history_of_sections(
    here: Sequence[SectionHistory],
    gone: Sequence[SectionHistory],
    words: Words,
    places: Mapping[Number, Sequence[ChangePlace]],
    at: Addresses,
    given: Mapping[str, int] | None = None,
) -> Markup:
    """The histories of all sections as HTML.

    Args:
        here, gone: of the sections; see `section_histories`.
        words: of the page.
        places: the places in the redline of each release, by its number.
        at: addresses as seen from the page.
        given: how many clauses each section ever had; a link to one leads to its section.
    """
    writer = _Writer({s.name: s.title for s in (*here, *gone)}, places, at, given or {}, words)
    parts = []
    for head, found in _parts(here, gone, words):
        parts.append(Markup('<h2 id="{}">{}</h2>\n').format(head.anchor, head.title))
        parts += map(writer.section, found)
    return NOTHING.join(parts)


def section_headings(
    here: Sequence[SectionHistory], gone: Sequence[SectionHistory], words: Words
) -> Iterator[Heading]:
    """The headings of the page, in order."""
    for head, found in _parts(here, gone, words):
        yield head
        for history in found:
            yield Heading(3, history.name, shown_title(history.title, words))


def _parts(
    here: Sequence[SectionHistory], gone: Sequence[SectionHistory], words: Words
) -> Iterator[tuple[Heading, Sequence[SectionHistory]]]:
    yield Heading(2, _HERE, words.gettext("In the latest text")), here
    if gone:
        yield Heading(2, _GONE, words.gettext("No longer in it")), gone


def shown_title(title: str, words: Words) -> str:
    """What a section is called, also one without a heading."""
    return title or words.gettext("Beginning of the text")


class _Writer:
    def __init__(
        self,
        titles: Mapping[str, str],
        places: Mapping[Number, Sequence[ChangePlace]],
        at: Addresses,
        given: Mapping[str, int],
        words: Words,
    ) -> None:
        self.titles, self.at, self.given, self.words = titles, at, given, words
        self.first = {
            number: {place.section: place.id for place in reversed(found)}
            for number, found in places.items()
        }

    def section(self, history: SectionHistory) -> Markup:
        """One section with what was done to it."""
        items = [self._event(history.name, event) for event in history.events]
        older = NOTHING
        if len(items) > MOST_EVENTS:
            oldest = history.events[-1].release.number
            more = self.words.ngettext(
                "{count} more, back to version {number}",
                "{count} more, back to version {number}",
                len(items) - MOST_EVENTS,
                number=oldest,
            )
            folded = Markup('<ul class="pp-events">\n{}</ul>').format(
                NOTHING.join(items[MOST_EVENTS:])
            )
            older = Markup('<details class="pp-more"><summary>{}</summary>\n{}</details>\n').format(
                more, folded
            )
        events = NOTHING.join(items[:MOST_EVENTS])
        went = (
            Markup("<p>{}</p>\n").format(
                self.words.markup("In its place: {section}.", section=self._link(history.into))
            )
            if history.into
            else NOTHING
        )
        clauses = NOTHING.join(
            Markup('<span class="pp-retired" id="{}"></span>').format(f"{history.name}.{number}")
            for number in range(1, min(self.given.get(history.name, 0), MOST_CLAUSES) + 1)
        )
        return Markup('<h3 id="{}">{}{}</h3>\n{}<ul class="pp-events">\n{}</ul>\n{}').format(
            history.name, clauses, shown_title(history.title, self.words), went, events, older
        )

    def _event(self, name: str, event: SectionEvent) -> Markup:
        release = event.release
        words = self.words
        when, version = when_words(release, words, event.begins), version_words(release, words)
        if not event.changes:
            link = page_head.link_html((version, self.at.release(release.number)))
            what = kind_words(release, self.words)
            dated = self._dated(link, when)
            return Markup("<li>{}<br>{}</li>\n").format(dated, what)
        place = self._place(name, event)
        link = page_head.link_html((version, f"{self.at.changes(release.number)}{place}"))
        kinds = Markup(", ").join(
            dict.fromkeys(self._kind(name, change) for change in event.changes)
        )
        own = [change for change in event.changes if _own(change) == name]
        return Markup("<li>{}<br>{}{}</li>\n").format(
            self._dated(link, when), kinds, page_parts.figures(own, self.words)
        )

    def _dated(self, link: Markup, when: str) -> Markup:
        day = Markup('<span class="pp-when">{}</span>').format(when)
        return self.words.markup("{version}, {when}", version=link, when=day)

    def _place(self, name: str, event: SectionEvent) -> str:
        """The place in the redline where the section, or what it came from, first changes."""
        first = self.first.get(event.release.number, {})
        names = [name, *(change.anchor or change.title for change in event.changes)]
        return next((f"#{first[n]}" for n in names if n in first), "")

    def _kind(self, name: str, change: Change) -> Markup:
        own = _own(change)
        others = Markup(", ").join(map(self._link, filter(None, change.others)))
        if name == own:
            if change.kind is ChangeKind.SPLIT and others:
                return self.words.markup("split, a part became {sections}", sections=others)
            if change.kind is ChangeKind.MERGED and others:
                return self.words.markup("merged into {sections}", sections=others)
            return escape(change_words(change, self.words))
        link = self._link(own)
        if name not in change.others:
            return self.words.markup("goes on as {section}", section=link)
        if change.kind is ChangeKind.SPLIT:
            return self.words.markup("split off from {section}", section=link)
        return self.words.markup("took in {section}", section=link)

    def _link(self, name: str) -> Markup:
        if name not in self.titles:
            return escape(name)
        return page_head.link_html((shown_title(self.titles[name], self.words), f"#{name}"))
