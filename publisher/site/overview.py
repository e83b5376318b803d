"""Every version of a policy on one page, and what applied on which day on another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading
from publisher.releases.address import Addresses
from publisher.releases.beginning import beginning, correction_of
from publisher.releases.number import Materiality
from publisher.releases.periods import Period, announced, applied
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site import languages, page_head
from publisher.site.context import PolicyOnDay
from publisher.site.release_words import (
    change_sentence,
    in_force_span,
    pdf_words,
    published_words,
    seen_span,
    shown_status,
    version_words,
    when_words,
)
from publisher.site.standing import called
from publisher.site.timeline import timeline_bars, timeline_picture
from publisher.site.told_words import told_day_words
from publisher.wording.words import Words

WIDE, NARROW = 720, 330
"""Widths of the two pictures of a history, in CSS pixels; style shows the one that fits."""
_IMPORTED = "pp-imported"


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the history: its heading, what it is, and the releases that belong there."""

    anchor: str
    title: str
    explained: str
    releases: tuple[Release, ...]


def _parts(releases: Releases, words: Words) -> Iterator[_Part]:
    imported = tuple(r for r in releases if r.imported)
    own = [r for r in releases if not r.imported]
    yield _Part(
        "pp-amendments",
        words.gettext("Amendments"),
        words.gettext(
            "Each amendment is announced to customers before it takes effect, "
            "and they may opt out of it."
        ),
        tuple(r for r in own if r.materiality is Materiality.MATERIAL),
    )
    yield _Part(
        "pp-corrections",
        words.gettext("Corrections"),
        words.gettext(
            "A correction mends spelling or layout, or moves a date to a later day. "
            "It is listed here; a later date is also announced to customers."
        ),
        tuple(r for r in own if r.materiality is Materiality.EDITORIAL),
    )
    yield _Part(
        _IMPORTED,
        words.gettext("Imported texts"),
        words.gettext(
            "These texts of the past were found in a git repository. Each counts from the "
            "day it was first seen there. When it was announced, and from when it applied, is "
            "unknown."
        ),
        imported,
    )


def history_headings(releases: Releases, words: Words) -> tuple[Heading, ...]:
    """The headings of `history_overview`."""
    found = _parts(releases, words)
    return tuple(Heading(2, part.anchor, part.title) for part in found if part.releases)


def history_overview(policy: PolicyOnDay, at: Addresses) -> Markup:
    """The timeline, the amendments and, apart from them, the corrections and the imported texts.

    Args:
        policy: on which day.
        at: addresses as seen from the page.
    """
    parts = [_figure(policy)]
    for part in _parts(policy.releases, policy.words):
        if not part.releases:
            continue
        parts.append(
            Markup('<h2 id="{}">{}</h2>\n<p>{}</p>\n').format(
                part.anchor, part.title, part.explained
            )
        )
        if part.anchor == _IMPORTED:
            parts += _by_year(policy, part.releases, at)
        else:
            parts.append(_table(policy, part.title, part.releases, at))
    return NOTHING.join(parts)


def _by_year(policy: PolicyOnDay, imported: Sequence[Release], at: Addresses) -> Iterator[Markup]:
    """A table for each year, the latest first and open: there may be hundreds of texts."""
    opened, words = " open", policy.words
    for year, found in groupby(reversed(imported), lambda r: r.imported and r.imported.seen.year):
        texts = tuple(found)[::-1]
        said = words.ngettext(
            "{year}, {count} text", "{year}, {count} texts", len(texts), year=str(year)
        )
        name = words.gettext("Texts first seen in {year}", year=str(year))
        table = _table(policy, name, texts, at)
        yield Markup('<details class="pp-more"{}><summary>{}</summary>\n{}</details>\n').format(
            opened, said, table
        )
        opened = ""


def _figure(policy: PolicyOnDay) -> Markup:
    releases, today, words = policy.releases, policy.today, policy.words
    sizes = {number: short.figures.counts for number, short in policy.summaries.items()}
    found = timeline_bars(releases, today, sizes)
    key = NOTHING.join(
        Markup('<li><span class="pp-key pp-key-{}"></span>{}</li>').format(name, said)
        for name, said in _key(releases, words)
    )
    wide = timeline_picture(found, today, words, width=WIDE, name="wide")
    narrow = timeline_picture(found, today, words, width=NARROW, name="narrow")
    return Markup(
        '<figure class="pp-figure">\n{}{}'
        '<figcaption><ul class="pp-keys">{}</ul></figcaption></figure>\n'
    ).format(wide, narrow, key)


def _key(releases: Releases, words: Words) -> Iterator[tuple[str, str]]:
    """What each colour of the timeline means."""
    past = [bool(release.imported) for release in releases]
    if all(past):
        yield "force", words.pgettext("key", "seen")
    elif any(past):
        yield "force", words.pgettext("key", "seen, or in force")
    else:
        yield "force", words.pgettext("key", "in force")
    yield "future", words.gettext("planned or until further notice")
    if not all(past):
        yield "notice", words.pgettext("key", "notice period")
        yield "correction", words.pgettext("key", "correction")
    yield "added", words.pgettext("key", "words added")
    yield "removed", words.pgettext("key", "words removed")


def _columns(words: Words, *, imported: bool) -> tuple[str, ...]:
    changes, documents = words.gettext("What it changes"), words.gettext("Documents")
    if imported:
        return words.gettext("Version"), words.pgettext("column", "Seen"), changes, documents
    published = words.pgettext("column", "Published")
    in_force = words.pgettext("column", "In force")
    return words.gettext("Version"), published, in_force, changes, documents


def _table(policy: PolicyOnDay, name: str, rows: Sequence[Release], at: Addresses) -> Markup:
    columns = _columns(policy.words, imported=bool(rows[0].imported))
    head = NOTHING.join(Markup('<th scope="col">{}</th>').format(column) for column in columns)
    body = NOTHING.join(_row(policy, r, at) for r in reversed(rows))
    return Markup(
        '<div class="pp-table" role="region" tabindex="0" aria-label="{}">'
        '<table class="pp-table-grid pp-history"><thead><tr>{}</tr></thead>\n'
        "<tbody>\n{}</tbody></table></div>\n"
    ).format(name, head, body)


def _row(policy: PolicyOnDay, release: Release, at: Addresses) -> Markup:
    words, releases = policy.words, policy.releases
    status, name = shown_status(release, releases, policy.today), version_words(release, words)
    link = page_head.link_html((name, at.release(release.number)))
    if by := correction_of(release, releases, policy.today):
        link = words.markup("{version} (corrected: {number})", version=link, number=by)
    if release.imported:
        dates = Markup("<td>{}</td>").format(seen_span(release, releases, words))
    else:
        span = in_force_span(release, releases, words)
        dates = Markup("<td>{}</td><td>{}</td>").format(published_words(release, words), span)
    return Markup('<tr><th scope="row">{}<br>{}</th>{}<td>{}</td><td>{}</td></tr>\n').format(
        link,
        page_head.status_chip(release, status, words),
        dates,
        _changed(policy, release, at),
        _documents(policy, release, at, words),
    )


def _documents(policy: PolicyOnDay, release: Release, at: Addresses, words: Words) -> Markup:
    number, releases = release.number, policy.releases
    links: list[tuple[str, str]] = []
    if release.imported:
        links.append((words.gettext("Markdown"), at.download(number, "policy.md")))
    if releases.has_pdf(release):
        said = pdf_words(release, releases, policy.today, words, short=True)
        links.append((said, at.download(number, "policy.pdf")))
        if releases.predecessor(release):
            links.append((words.gettext("Changes (PDF)"), at.download(number, "changes.pdf")))
    if release.notice:
        links.append((words.pgettext("document", "Letter"), at.notice(number)))
    if release.opt_out:
        links.append((words.gettext("Opt-out form"), at.opt_out(number)))
    others = [
        languages.language_link(*other)
        for other in languages.version_addresses(release, at).items()
    ][1:]
    return Markup("<br>").join([*map(page_head.link_html, links), *others])


def _changed(policy: PolicyOnDay, release: Release, at: Addresses) -> Markup:
    words, before = policy.words, policy.releases.predecessor(release)
    short = policy.summaries.get(release.number)
    if before is None or short is None:
        return words.markup("First version")
    said = words.gettext("Changes since version {number}", number=before.number)
    link, counts = page_head.link_html((said, at.changes(release.number))), short.figures.counts
    told = change_sentence(before, release, short.figures, words)
    day = Markup("<br>{}").format(said) if (said := told_day_words(short, words)) else NOTHING
    if told != short.sentence(words) or short.figures.empty:
        return Markup("{}<br>{}{}").format(link, told, day)
    added = words.ngettext("{count} word added", "{count} words added", counts.inserted)
    removed = words.ngettext("{count} word removed", "{count} words removed", counts.deleted)
    return Markup("{}<br>{}<br>{}{}").format(link, added, removed, day)


def days_overview(releases: Releases, at: Addresses, words: Words) -> Markup:
    """Which version applied on which day, and which was announced on it.

    The form shows itself when `day.js` runs; without a script the tables answer.

    Args:
        releases: all releases of one policy.
        at: addresses as seen from the page.
        words: of the page.
    """
    none = Markup("<p>{}</p>").format(words.gettext("None was announced ahead."))
    here, ahead = days_headings(words)
    announced_words = words.pgettext("on a day", "Announced")

    def said(name: str, period: Period, words: Words) -> str:
        return _said_announced(name, period, releases, words)

    return Markup(
        '<form class="pp-day" data-none="{}" hidden>\n'
        '<p class="pp-field"><label for="pp-day">{}</label>\n'
        '<input type="date" id="pp-day" name="day" min="0001-01-01" max="9999-12-31" required>\n'
        '<button class="pp-button">{}</button></p></form>\n'
        '<div class="pp-answer" role="status"></div>\n'
        '<h2 id="{}">{}</h2>\n{}<h2 id="{}">{}</h2>\n{}'
    ).format(
        words.gettext("No version is known for this day."),
        words.gettext("Day"),
        words.pgettext("button", "Show"),
        here.anchor,
        here.title,
        _periods(here.title, applied(releases), at, words, _said_applied),
        ahead.anchor,
        ahead.title,
        _periods(announced_words, announced(releases), at, words, said) or none,
    )


def days_headings(words: Words) -> tuple[Heading, Heading]:
    """The headings of `days_overview`."""
    return (
        Heading(2, "pp-applied", words.pgettext("on a day", "In force")),
        Heading(2, "pp-announced", words.gettext("Announced, not yet in force")),
    )


_Said = Callable[[str, Period, Words], str]


def _periods(
    name: str, periods: Sequence[Period], at: Addresses, words: Words, said: _Said
) -> Markup:
    """The periods as a table, the latest first; empty where there are none."""
    rows = NOTHING.join(_period(name, period, at, words, said) for period in reversed(periods))
    columns = (
        words.gettext("Version"),
        words.pgettext("column", "From"),
        words.pgettext("column", "Until"),
    )
    head = NOTHING.join(Markup('<th scope="col">{}</th>').format(column) for column in columns)
    return rows and (
        Markup(
            '<div class="pp-table" role="region" tabindex="0" aria-label="{}">'
            '<table class="pp-table-grid pp-periods"><thead><tr>{}</tr></thead>\n'
            "<tbody>\n{}</tbody></table></div>\n"
        ).format(name, head, rows)
    )


def _period(name: str, period: Period, at: Addresses, words: Words, said: _Said) -> Markup:
    release = period.release
    first = words.day(period.first)
    if release.imported:
        # Nobody knows whether it applied, only that it was there.
        name = words.pgettext("on a day", "Text last seen")
        if period.first:
            first = words.gettext("{day}, when it was first seen", day=first)
    last = words.day(period.last) if period.last else words.gettext("further notice")
    told = said(name, period, words)
    ends = Markup('data-from="{}" data-until="{}"').format(period.first or "", period.last or "")
    link = page_head.link_html((version_words(release, words), at.release(release.number)))
    return Markup(
        '<tr data-what="{}" {} data-said="{}" data-called="{}">'
        '<th scope="row">{}</th><td>{}</td><td>{}</td></tr>\n'
    ).format(name, ends, told, called(release, words), link, first, last)


def _said_applied(name: str, period: Period, words: Words) -> str:
    """What the script of the page says of a version that applied; `$` stands for the version."""
    named = {"status": name, "version": "$"}
    if period.first is None or period.release.imported:
        return words.gettext("{status}: {version}", **named)
    first = words.day(period.first)
    if period.last is None:
        return words.gettext("{status}: {version}, from {first}", **named, first=first)
    last = words.day(period.last)
    return words.gettext(
        "{status}: {version}, from {first} until {last}", **named, first=first, last=last
    )


def _said_announced(name: str, period: Period, releases: Releases, words: Words) -> str:
    """The same of a version that was announced: from when it is in force, as it holds now."""
    when = when_words(period.release, words, beginning(period.release, releases))
    return words.gettext("{status}: {version}, {when}", status=name, version="$", when=when)
