"""The heads of the site's pages: where the reader is, what this page is, where it leads."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.releases.telling import LetterKind
from publisher.site.release_words import status_words
from publisher.wording.words import Words

TextLink = tuple[str, str]
"""Words and address."""


def link_html(link: TextLink, kind: str = "") -> Markup:
    """A link as HTML."""
    name = Markup(' class="{}"').format(kind) if kind else NOTHING
    return Markup('<a{} href="{}">{}</a>').format(name, link[1], link[0])


def crumbs(trail: Sequence[TextLink], here: str, words: Words) -> Markup:
    """The way from the home page to this one.

    Args:
        trail: the pages above it, but for the home page's list of policies.
        here: what this page is called.
        words: of the page.
    """
    items = NOTHING.join(Markup("<li>{}</li>").format(link_html(link)) for link in trail)
    return Markup(
        '<nav class="pp-crumbs" aria-label="{}" data-search-exclude><ol>'
        '{}<li aria-current="page">{}</li></ol></nav>\n'
    ).format(words.gettext("Breadcrumb"), items, here)


def page_title(
    title: str, kicker: str, line: Markup = NOTHING, attributes: Markup = NOTHING
) -> Markup:
    """The title of a page, with what it belongs to above it and a line of HTML below.

    Args:
        title, kicker, line: the three.
        attributes: of the title, where it is not in the language of the page; see `spoken`.
    """
    below = Markup('<p class="pp-line">{}</p>\n').format(line) if line else NOTHING
    return Markup(
        '<header class="pp-head"><p class="pp-kicker"><bdi>{}</bdi></p>\n'
        '<h1 id="pp-top"{}>{}</h1>\n'
        "{}</header>\n"
    ).format(kicker, attributes, title, below)


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


def status_chip(release: Release, status: Status, words: Words) -> Markup:
    """The status of a release in a coloured frame."""
    name = status.name.lower().replace("_", "-")
    return Markup('<span class="pp-chip pp-chip-{}">{}</span>').format(
        name, status_words(release, status, words)
    )


def change_links(
    release: Release, releases: Releases, at: Addresses, words: Words
) -> list[TextLink]:
    """Links to what a version changes: its amendment, and each correction of it.

    Args:
        release: the version.
        releases: all releases of the policy.
        at: where they are.
        words: of the page.
    """
    first = Number(release.number.major - 1, 9999)
    links = []
    for place in range(releases.place_of(release), -1, -1):
        member = releases[place]
        if member.number <= first:
            break
        if before := releases.predecessor(member):
            numbers = {"number": member.number, "before": before.number}
            if member.number.minor:
                said = words.gettext(
                    "What version {number} corrects in version {before}", **numbers
                )
            else:
                said = words.gettext(
                    "What version {number} changes against version {before}", **numbers
                )
            links.append((said, at.changes(member.number)))
    return links[::-1]


def letter_links(
    release: Release, releases: Releases, at: Addresses, words: Words
) -> list[TextLink]:
    """Links to the letters about an amendment: the first notice, and each later one."""
    found = [r for r in _amendment(release, releases) if r.notice and r.number <= release.number]
    return [
        (
            words.gettext("Letter about version {number}", number=r.number)
            if r.number.minor or releases.is_retracted(r)
            else words.gettext("Letter to customers"),
            at.notice(r.number, words.language if _has_letter(r, words.language) else ""),
        )
        for r in found
    ]


def _has_letter(release: Release, language: str) -> bool:
    """Whether a letter was sealed in one of the other languages of a release."""
    return LetterKind(language=language) in release.telling.letters


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
    return releases.part(releases[first:behind])
