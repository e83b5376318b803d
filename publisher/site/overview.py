"""Every version of a policy on one page, and every policy on another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from markupsafe import Markup

from publisher.compare.amendment import Counts
from publisher.markup.elements import NOTHING
from publisher.policies.dates import long_date
from publisher.releases.address import Addresses
from publisher.releases.number import Materiality, Number
from publisher.releases.periods import Period, announced, applied
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.site import languages, page_head, page_parts
from publisher.site.timeline import timeline_bars, timeline_picture

WIDE, NARROW = 720, 330
"""Widths of the two pictures of a history, in CSS pixels; style shows the one that fits."""


def history_overview(
    releases: Releases, today: dt.date, sizes: Mapping[Number, Counts], at: Addresses
) -> Markup:
    """The timeline, the amendments and, apart from them, the corrections and the imported texts.

    Args:
        releases: all releases of one policy.
        today: the day whose statuses hold.
        sizes: what each release changed, by its number.
        at: addresses as seen from the page.
    """
    imported = [r for r in releases if r.imported]
    own = [r for r in releases if not r.imported]
    material = [r for r in own if r.materiality is Materiality.MATERIAL]
    corrections = [r for r in own if r.materiality is Materiality.EDITORIAL]
    parts = [_figure(releases, today, sizes)]
    if material:
        parts += [
            Markup('<h2 id="pp-amendments">Amendments</h2>\n'),
            Markup(
                "<p>Each amendment is announced to customers before it takes effect, "
                "and they may opt out of it.</p>\n"
            ),
            _table("Amendments", material, releases, today, sizes, at),
        ]
    if corrections:
        parts += [
            Markup('<h2 id="pp-corrections">Corrections</h2>\n'),
            Markup(
                "<p>A correction mends spelling or layout, or moves a date to a later day. "
                "It is listed here; a later date is also announced to customers.</p>\n"
            ),
            _table("Corrections", corrections, releases, today, sizes, at),
        ]
    if imported:
        parts += [
            Markup('<h2 id="pp-imported">Imported texts</h2>\n'),
            Markup(
                "<p>These texts of the past were found in a git repository. Each counts from the "
                "day it was first seen there. When it was announced, and from when it applied, is "
                "unknown.</p>\n"
            ),
            *_by_year(imported, releases, today, sizes, at),
        ]
    return NOTHING.join(parts)


def _by_year(
    imported: Sequence[Release],
    releases: Releases,
    today: dt.date,
    sizes: Mapping[Number, Counts],
    at: Addresses,
) -> Iterator[Markup]:
    """A table for each year, the latest first and open: there may be hundreds of texts."""
    opened = " open"
    for year, found in groupby(reversed(imported), lambda r: r.imported and r.imported.seen.year):
        texts = tuple(found)[::-1]
        count = f"{len(texts)} text{'s' if len(texts) > 1 else ''}"
        table = _table(f"Texts first seen in {year}", texts, releases, today, sizes, at)
        yield (
            Markup('<details class="pp-more"{}><summary>{}, {}</summary>\n{}</details>\n').format(
                opened, year, count, table
            )
        )
        opened = ""


def _figure(releases: Releases, today: dt.date, sizes: Mapping[Number, Counts]) -> Markup:
    found = timeline_bars(releases, today, sizes)
    past = [bool(release.imported) for release in releases]
    force = "seen" if all(past) else "seen, or in force" if any(past) else "in force"
    key = NOTHING.join(
        Markup('<li><span class="pp-key pp-key-{}"></span>{}</li>').format(name, words)
        for name, words in (
            ("force", force),
            ("future", "planned or until further notice"),
            ("notice", "notice period"),
            ("correction", "correction"),
            ("added", "words added"),
            ("removed", "words removed"),
        )
        if name not in ("notice", "correction") or not all(past)
    )
    wide = timeline_picture(found, today, width=WIDE, name="wide")
    narrow = timeline_picture(found, today, width=NARROW, name="narrow")
    return Markup(
        '<figure class="pp-figure">\n{}{}'
        '<figcaption><ul class="pp-keys">{}</ul></figcaption></figure>\n'
    ).format(wide, narrow, key)


_COLUMNS = ("Version", "Published", "In force", "What it changes", "Documents")
_SEEN = ("Version", "Seen", "What it changes", "Documents")


def _table(
    name: str,
    rows: Sequence[Release],
    releases: Releases,
    today: dt.date,
    sizes: Mapping[Number, Counts],
    at: Addresses,
) -> Markup:
    columns = _SEEN if rows[0].imported else _COLUMNS
    head = NOTHING.join(Markup('<th scope="col">{}</th>').format(column) for column in columns)
    body = NOTHING.join(_row(r, releases, today, sizes, at) for r in reversed(rows))
    return Markup(
        '<div class="pp-table" role="region" tabindex="0" aria-label="{}">'
        '<table class="pp-table-grid pp-history"><thead><tr>{}</tr></thead>\n'
        "<tbody>\n{}</tbody></table></div>\n"
    ).format(name, head, body)


def _row(
    release: Release,
    releases: Releases,
    today: dt.date,
    sizes: Mapping[Number, Counts],
    at: Addresses,
) -> Markup:
    number, status = release.number, releases.status(release, today).status
    name = page_head.link_html((release.version, at.release(number)))
    documents = [("Markdown", at.download(number, "policy.md"))] if release.imported else []
    if releases.has_pdf(release):
        documents.append(("PDF", at.download(number, "policy.pdf")))
        if release.previous:
            documents.append(("Changes (PDF)", at.download(number, "changes.pdf")))
    if release.notice:
        documents.append(("Letter", at.notice(number)))
    if release.opt_out:
        documents.append(("Opt-out form", at.opt_out(number)))
    others = [
        languages.language_link(*other)
        for other in languages.version_addresses(release, at).items()
    ][1:]
    links = Markup("<br>").join([*map(page_head.link_html, documents), *others])
    if release.imported:
        dates = Markup("<td>{}</td>").format(page_head.seen_span(release, releases))
    else:
        span = page_head.in_force_span(release, releases)
        dates = Markup("<td>{}</td><td>{}</td>").format(_published(release), span)
    return Markup('<tr><th scope="row">{}<br>{}</th>{}<td>{}</td><td>{}</td></tr>\n').format(
        name,
        page_head.status_chip(release, status),
        dates,
        _changed(release, releases, sizes, at),
        links,
    )


def _published(release: Release) -> str:
    words = page_parts.published_words(release)
    return words if release.published else words.capitalize()


def _changed(
    release: Release, releases: Releases, sizes: Mapping[Number, Counts], at: Addresses
) -> Markup:
    before, size = releases.predecessor(release), sizes.get(release.number)
    if before is None or size is None:
        return Markup("First version")
    link = page_head.link_html((f"Changes since {before.number}", at.changes(release.number)))
    return Markup("{}<br>{:,} words added, {:,} removed").format(link, size.inserted, size.deleted)


def days_overview(releases: Releases, at: Addresses) -> Markup:
    """Which version applied on which day, and which was announced on it.

    The form shows itself when `day.js` runs; without a script the tables answer.

    Args:
        releases: all releases of one policy.
        at: addresses as seen from the page.
    """
    return Markup(
        '<form class="pp-day" hidden>\n<p class="pp-field"><label for="pp-day">Day</label>\n'
        '<input type="date" id="pp-day" name="day" min="0001-01-01" max="9999-12-31" required>\n'
        '<button class="pp-button">Show</button></p></form>\n'
        '<div class="pp-answer" role="status"></div>\n'
        '<h2 id="pp-applied">In force</h2>\n'
        "{}"
        '<h2 id="pp-announced">Announced, not yet in force</h2>\n'
        "{}"
    ).format(
        _periods("In force", applied(releases), at),
        _periods("Announced", announced(releases), at)
        or Markup("<p>None was announced ahead.</p>"),
    )


def _periods(name: str, periods: Sequence[Period], at: Addresses) -> Markup:
    """The periods as a table, the latest first; empty where there are none."""
    rows = NOTHING.join(_period(name, period, at) for period in reversed(periods))
    head = NOTHING.join(
        Markup('<th scope="col">{}</th>').format(column) for column in ("Version", "From", "Until")
    )
    return rows and (
        Markup(
            '<div class="pp-table" role="region" tabindex="0" aria-label="{}">'
            '<table class="pp-table-grid pp-periods"><thead><tr>{}</tr></thead>\n'
            "<tbody>\n{}</tbody></table></div>\n"
        ).format(name, head, rows)
    )


def _period(name: str, period: Period, at: Addresses) -> Markup:
    release = period.release
    language = release.policy.facts.language
    first = long_date(period.first, language)
    if release.imported:
        # Nobody knows whether it applied, only that it was there.
        name = "Text last seen"
        first = f"{first}, when it was first seen" if period.first else first
    last = long_date(period.last, language) if period.last else "further notice"
    ends = Markup('data-from="{}" data-until="{}"').format(period.first or "", period.last or "")
    link = page_head.link_html((release.version, at.release(release.number)))
    return Markup(
        '<tr data-what="{}" {}><th scope="row">{}</th><td>{}</td><td>{}</td></tr>\n'
    ).format(name, ends, link, first, last)


def policy_cards(lines: Sequence[Releases], today: dt.date, root: str) -> Markup:
    """Every policy: which version is in force, since when, and what is coming.

    Args:
        lines: the releases of each policy.
        today: the day whose statuses hold.
        root: the way from the page to the site's root.
    """
    return Markup('<div class="pp-policies">\n{}</div>\n').format(
        NOTHING.join(_card(line, today, root) for line in lines)
    )


def _card(releases: Releases, today: dt.date, root: str) -> Markup:
    at = Addresses(root, releases[0].policy.id)
    current = releases.in_force(today)
    facts = (current or releases[-1]).policy.facts
    standing_words = ""
    if current:
        words = f"Version {current.number}, {page_parts.in_force_words(current)}"
        chip = page_head.status_chip(current, Status.IN_FORCE)
        standing_words = Markup("<p>{} {}</p>\n").format(chip, words)
    links = [("All versions", at.history)]
    if current:
        links.insert(0, ("Read it", at.current))
        if releases.has_pdf(current):
            links.append(("PDF", at.download(current.number, "policy.pdf")))
    return Markup(
        '<section class="pp-policy" aria-labelledby="pp-policy-{}">'
        '<h2 id="pp-policy-{}">{}</h2>\n'
        "{}{}"
        "{}</section>\n"
    ).format(
        policy_id_of(releases),
        policy_id_of(releases),
        page_head.link_html((facts.title, at.current)),
        standing_words,
        page_head.action_row(links, f"Go to the {facts.title}"),
        page_head.announcement(releases, today, at),
    )


def policy_id_of(releases: Releases) -> str:
    """The policy's id."""
    return releases[0].policy.id
