"""The heads of the site's pages: where the reader is, what this version is, whether it applies."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.policies.dates import long_date, moved
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.site.page_parts import in_force_words, spoken, status_words, when_words

TextLink = tuple[str, str]
"""Words and address."""


def link_html(link: TextLink, kind: str = "") -> Markup:
    """A link as HTML."""
    name = Markup(' class="{}"').format(kind) if kind else NOTHING
    return Markup('<a{} href="{}">{}</a>').format(name, link[1], link[0])


def crumbs(trail: Sequence[TextLink], here: str) -> Markup:
    """The way from the home page to this one."""
    items = NOTHING.join(Markup("<li>{}</li>").format(link_html(link)) for link in trail)
    return Markup(
        '<nav class="pp-crumbs" aria-label="Breadcrumb" data-search-exclude><ol>'
        '{}<li aria-current="page">{}</li></ol></nav>\n'
    ).format(items, here)


def page_title(title: str, kicker: str, line: Markup = NOTHING, language: str = "") -> Markup:
    """The title of a page, with what it belongs to above it and a line of HTML below.

    Args:
        title, kicker, line: the three.
        language: of the title, where it is not that of the page.
    """
    below = Markup('<p class="pp-line">{}</p>\n').format(line) if line else NOTHING
    return Markup(
        '<header class="pp-head"><p class="pp-kicker">{}</p>\n'
        '<h1 id="pp-top"{}>{}</h1>\n'
        "{}</header>\n"
    ).format(kicker, spoken(language) if language else NOTHING, title, below)


def fact_list(rows: Sequence[tuple[str, Markup]]) -> Markup:
    """Rows of (what, HTML) in two columns."""
    cells = NOTHING.join(
        Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(what, value) for what, value in rows
    )
    return Markup('<dl class="pp-facts" data-search-exclude>{}</dl>\n').format(cells)


def action_row(links: Sequence[TextLink], label: str) -> Markup:
    """What a reader can go to from here, as a row of buttons."""
    items = NOTHING.join(Markup("<li>{}</li>").format(link_html(link)) for link in links)
    return Markup(
        '<nav class="pp-actions" aria-label="{}" data-search-exclude><ul>{}</ul></nav>\n'
    ).format(label, items)


def message_box(kind: str, title: str, body: Markup = NOTHING) -> Markup:
    """A framed message; `kind` is `upcoming`, `superseded`, `draft` or `note`."""
    return Markup(
        '<div class="pp-box pp-box-{}" role="note" data-search-exclude>'
        '<p class="pp-box-title">{}</p>\n{}</div>\n'
    ).format(kind, title, body)


def status_chip(release: Release, status: Status) -> Markup:
    """The status of a release in a coloured frame."""
    name, words = status.name.lower().replace("_", "-"), status_words(release, status)
    return Markup('<span class="pp-chip pp-chip-{}">{}</span>').format(name, words)


def status_line(release: Release, status: Status) -> Markup:
    """The status of a release, its number, and from when it is in force."""
    words = f"Version {release.number}, {in_force_words(release)}"
    return Markup("{} {}").format(status_chip(release, status), words)


def status_banner(release: Release, releases: Releases, today: dt.date, at: Addresses) -> Markup:
    """A loud message on the page of a version that is not in force; empty on the others."""
    now = releases.status(release, today)
    if now.status is Status.IN_FORCE:
        return NOTHING
    current = releases.in_force(today)
    language = release.policy.facts.language
    day = long_date(now.since, language)
    until = _until(current, at)
    if now.status is Status.UPCOMING and release.imported:
        until = _until(current, at, "was the last one seen")
        title = f"Not seen yet: version {release.number} was first seen on {day}"
        return message_box("upcoming", title, Markup("<p>{}</p>\n").format(until))
    if now.status is Status.UPCOMING:
        title = f"Not in force yet: version {release.number} applies from {day}"
        return message_box(
            "upcoming", title, Markup("<p>{}</p>\n").format(until) if until else NOTHING
        )
    by = next(r for r in releases if r.number == now.by)
    see = _read(by, at)
    if releases.status(by, today).status is Status.UPCOMING:
        title = f"Not in force: version {by.number} corrected version {release.number} on {day}"
        applies = f"It applies from {long_date(by.effective, language)}."
        return message_box(
            "upcoming", title, Markup("<p>{} {} {}</p>\n").format(see, applies, until)
        )
    took = f"took the place of version {release.number}"
    if by.imported:
        took = "was seen in its place"
    title = f"Not in force: version {by.number} {took} on {day}"
    # Its number would change with every release, and so would this page.
    read = link_html(("Read the text in force", at.current))
    more = Markup(" {}.").format(read) if current else NOTHING
    return message_box("superseded", title, Markup("<p>{}{}</p>\n").format(see, more))


def _read(release: Release, at: Addresses) -> Markup:
    return link_html((f"Read version {release.number}", at.release(release.number))) + "."


def _until(current: Release | None, at: Addresses, verb: str = "applies") -> Markup:
    if current is None:
        return NOTHING
    link = link_html((f"version {current.number}", at.release(current.number)))
    return Markup("Until then, {} {}.").format(link, verb)


def announcement(releases: Releases, today: dt.date, at: Addresses) -> Markup:
    """What is announced: from when, what it changes, what one can do; empty where nothing is."""
    release = releases.upcoming(today)
    if release is None or release.imported:
        return NOTHING
    day = long_date(release.effective, release.policy.facts.language)
    title = f"Version {release.number} is coming on {day}"
    links = [(f"Read version {release.number}", at.release(release.number))]
    current = releases.in_force(today)
    links += change_links(release, releases, at, since=current.number if current else None)
    links += letter_links(release, releases, at)
    items = NOTHING.join(Markup("<li>{}</li>").format(link_html(link)) for link in links)
    return message_box(
        "upcoming",
        title,
        Markup("<ul>{}{}</ul>\n").format(items, _opt_out(release, releases, today, at)),
    )


def _opt_out(release: Release, releases: Releases, today: dt.date, at: Addresses) -> Markup:
    form = opt_out_form_of(release, releases)
    closes = releases.closing_day(release)
    if form is None or closes is None or today > closes:
        return NOTHING
    link = link_html((f"Opt out of version {release.number.major}", at.opt_out(form.number)))
    day = long_date(closes, release.policy.facts.language)
    return Markup("<li>{}, until the end of {} (UTC)</li>").format(link, day)


def change_links(
    release: Release, releases: Releases, at: Addresses, *, since: Number | None = None
) -> list[TextLink]:
    """Links to what a version changes: its amendment, and each correction of it.

    Args:
        release: the version.
        releases: all releases of the policy.
        at: where they are.
        since: leave out what this version had already; None: only the amendment of `release`.
    """
    first = since or Number(release.number.major - 1, 9999)
    links = []
    for place in range(releases.place_of(release), -1, -1):
        member = releases[place]
        if member.number <= first:
            break
        if before := releases.predecessor(member):
            verb = "corrects in" if member.number.minor else "changes against"
            words = f"What version {member.number} {verb} version {before.number}"
            links.append((words, at.changes(member.number)))
    return links[::-1]


def letter_links(release: Release, releases: Releases, at: Addresses) -> list[TextLink]:
    """Links to the letters about an amendment: the first notice, and each later one."""
    found = [r for r in _amendment(release, releases) if r.notice and r.number <= release.number]
    return [
        (
            "Letter to customers" if not r.number.minor else f"Letter about version {r.number}",
            at.notice(r.number),
        )
        for r in found
    ]


def opt_out_form_of(release: Release, releases: Releases) -> Release | None:
    """The release whose form opts out of the amendment that `release` belongs to."""
    found = [r for r in _amendment(release, releases) if r.opt_out]
    return found[-1] if found else None


def _amendment(release: Release, releases: Releases) -> Releases:
    """A release with all corrections of the same amendment."""
    first, behind = (
        bisect_left(releases, Number(major), key=lambda r: r.number)
        for major in (release.number.major, release.number.major + 1)
    )
    return Releases(releases[first:behind])


def in_force_span(release: Release, releases: Releases) -> str:
    """From when until when a version is in force, in words; of a text of the past, was seen."""
    language = release.policy.facts.language
    if release.imported:
        return f"{seen_span(release, releases)}; from when it applied is unknown"
    if release.effective is None:
        start = "from an unknown day"
    else:
        own = releases.status(release, release.effective)
        if own.status is not Status.IN_FORCE:
            return f"never: corrected by version {own.by} before it took effect"
        start = f"from {long_date(release.effective, language)}"
    end = releases.status(release, dt.date.max)
    if end.status is Status.SUPERSEDED and end.since:
        start += f" until {long_date(moved(end.since, -1), language)}"
    return start


def seen_span(release: Release, releases: Releases) -> str:
    """When a text of the past was first seen, and until when, in words."""
    assert release.imported is not None
    language, day = release.policy.facts.language, release.imported.seen.date()
    words, end = when_words(release), releases.status(release, dt.date.max)
    if end.status is not Status.SUPERSEDED or end.since is None:
        return words
    if end.since <= day:
        return f"seen on {long_date(day, language)} only"
    by = next(r for r in releases if r.number == end.by)
    verb = "seen" if by.imported else "in force"
    return f"{words}, {verb} until {long_date(moved(end.since, -1), language)}"
