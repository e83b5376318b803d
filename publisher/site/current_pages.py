"""The pages of the site, as values: everything that MkDocs needs to put its frame around.

Here are those at stable addresses; the pages of each version are in `version_pages`. No page
names the day it was made, except where a status depends on it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.site import (
    languages,
    overview,
    page_head,
    page_parts,
    relations,
    section_history,
    translation_pages,
    version_pages,
    versus,
)
from publisher.site.context import PolicyOnDay
from publisher.site.page import Body, Page

DAY_SCRIPT = "assets/publisher/day.js"
"""The script of the page of a day, from the site's root."""


def policy_pages(policy: PolicyOnDay) -> Iterator[Page]:
    """Every page of a policy, the stable ones first."""
    yield from stable_pages(policy)
    for release in policy.releases:
        yield from version_pages.version_pages(policy, release)
        yield from translation_pages.translation_pages(policy, release)


def stable_pages(policy: PolicyOnDay) -> Iterator[Page]:
    """The pages in the navigation, whose count does not depend on the number of versions."""
    current, name, title = policy.releases.in_force(policy.today), policy.policy_id, policy.title
    day = policy.modified()
    if current:
        yield Page(
            f"{name}/",
            current.policy.facts.title,
            partial(_current, policy, current),
            label="Text in force",
            search=True,
            modified=policy.modified(current.effective),
        )
    else:
        yield Page(f"{name}/", title, partial(_announced, policy), label=title, modified=day)
    yield from translation_pages.stable_translation_pages(policy)
    for path, subject, label, body in (
        ("history", "all versions", "All versions", _history),
        ("on", "what applied on a day", "What applied on a day", _day),
        ("compare", "compare two versions", "Compare two versions", _compare),
        ("sections", "its sections", "Sections", _sections),
    ):
        page_title = f"{title}: {subject}"
        make = partial(body, policy, page_title)
        yield Page(f"{name}/{path}/", page_title, make, label=label, modified=day)


# ── the text in force ────────────────────────────────────────────────────────────────────────────


def _current(policy: PolicyOnDay, release: Release) -> Body:
    """The text in force, at the address that stays."""
    facts, at = release.policy.facts, policy.at(1)
    text = policy.derived.text_in_force(release, at.sections)
    line = page_head.status_line(release, Status.IN_FORCE)
    parts = [
        page_head.crumbs([("Policies", at.root)], facts.title),
        page_head.page_title(facts.title, policy.organisation.name, line),
        languages.language_switch(facts.language, languages.current_addresses(release, at)),
        page_parts.remark(facts),
        page_head.announcement(policy.releases, policy.today, at),
        policy.facts(release, at),
        version_pages.version_actions(policy, release, at, history=True),
        page_parts.contents_list(text),
        page_parts.text_article(release.policy, text),
        version_pages.anchors_script(at),
    ]
    others = relations.language_links(languages.current_addresses(release, policy.site))
    head = policy.head(
        at, *relations.history_links(at), *policy.forms(release, at, "policy"), *others
    )
    return Body(
        NOTHING.join(parts), text.headings, version_pages.version_described(policy, release), head
    )


def _announced(policy: PolicyOnDay) -> Body:
    """The page at the stable address before any version is in force."""
    at = policy.at(1)
    html = (
        page_head.crumbs([("Policies", at.root)], policy.title)
        + page_head.page_title(policy.title, policy.organisation.name)
        + page_head.announcement(policy.releases, policy.today, at)
        + page_head.action_row([("All versions", at.history)], "More")
    )
    return Body(html, head=policy.head(at, *relations.history_links(at)))


# ── overviews ────────────────────────────────────────────────────────────────────────────────────


def _overview(
    policy: PolicyOnDay, html: Markup, description: str, headings: tuple[Heading, ...] = ()
) -> Body:
    at = policy.at(2)
    return Body(html, headings, description, policy.head(at, *relations.history_links(at)))


def _history(policy: PolicyOnDay, title: str) -> Body:
    """Every version with its dates."""
    at = policy.at(2)
    sizes = {number: short.counts for number, short in policy.summaries.items()}
    more = [
        ("Compare any two", at.compare),
        ("What applied on a day", at.day),
        ("Section by section", at.sections),
    ]
    feeds = [
        ("Feed (Atom)", at.listing("feed.atom")),
        ("Feed (JSON)", at.listing("feed.json")),
        ("Versions (JSON)", at.listing("versions.json")),
    ]
    html = (
        policy.crumbs(at, "All versions")
        + page_head.page_title(title, policy.organisation.name)
        + page_head.action_row(more, "More about all versions")
        + overview.history_overview(policy.releases, policy.today, sizes, at)
        + page_head.action_row(feeds, "For feed readers and other programs")
    )
    heads = [
        Heading(2, f"pp-{name.split()[0].lower()}", name)
        for name in ("Amendments", "Corrections", "Imported texts")
        if Markup('<h2 id="pp-{}"').format(name.split()[0].lower()) in html
    ]
    name = policy.organisation.name
    about = f"Every version of the {policy.title} of {name}, with its dates and changes."
    return _overview(policy, html, about, tuple(heads))


def _day(policy: PolicyOnDay, title: str) -> Body:
    """Which version applied on a day that the reader names."""
    at = policy.at(2)
    lead = Markup("All days are days in UTC. The first and the last day belong to a period.")
    machines = [
        ("These periods (JSON)", at.listing("periods.json")),
        ("TimeMap (Memento)", at.listing("timemap.link")),
        ("TimeMap (JSON)", at.listing("timemap.json")),
    ]
    parts = [
        policy.crumbs(at, "What applied on a day"),
        page_head.page_title(title, policy.organisation.name, lead),
        overview.days_overview(policy.releases, at),
        page_head.action_row(machines, "For machines"),
        Markup('<script src="{}{}" defer></script>\n').format(at.root, DAY_SCRIPT),
    ]
    heads = (
        Heading(2, "pp-applied", "In force"),
        Heading(2, "pp-announced", "Announced, not yet in force"),
    )
    about = (
        f"Which version of the {policy.title} of {policy.organisation.name} was in force, "
        "and which was announced, on any day."
    )
    return _overview(policy, NOTHING.join(parts), about, heads)


def _compare(policy: PolicyOnDay, title: str) -> Body:
    """Any version against any other."""
    at = policy.at(2)
    lead = Markup("Any version against any other, whichever is the older.")
    parts = [
        policy.crumbs(at, "Compare two versions"),
        page_head.page_title(title, policy.organisation.name, lead),
        versus.version_chooser(policy.derived, at),
        versus.compare_script(at),
    ]
    heads = (Heading(2, "pp-steps", "Step by step"),) * (len(policy.releases) > 1)
    about = f"Any two versions of the {policy.title} of {policy.organisation.name}, compared."
    return _overview(policy, NOTHING.join(parts), about, heads)


def _sections(policy: PolicyOnDay, title: str) -> Body:
    """The history of each section."""
    at = policy.at(2)
    first = policy.derived.titles(policy.releases[0])
    here, gone = section_history.section_histories(policy.releases, first, policy.summaries)
    spots = {number: short.places for number, short in policy.summaries.items()}
    lead = Markup("What each version did to each section, up to version {}.").format(
        policy.releases[-1].number
    )
    parts = [
        policy.crumbs(at, "Sections"),
        page_head.page_title(title, policy.organisation.name, lead),
        section_history.history_of_sections(
            here, gone, spots, at, policy.derived.naming(policy.releases[-1]).given
        ),
        version_pages.anchors_script(at),
    ]
    about = f"The history of each section of the {policy.title} of {policy.organisation.name}."
    return _overview(
        policy, NOTHING.join(parts), about, tuple(section_history.section_headings(here, gone))
    )


# ── beside the policies ──────────────────────────────────────────────────────────────────────────


def policy_list(lines: list[Releases], today: dt.date, root: str = "") -> Markup:
    """The list of the policies, for a hand-written page."""
    names = (("Atom", f"{root}feed.atom"), ("JSON", f"{root}feed.json"))
    links = Markup(" or ").join(map(page_head.link_html, names))
    feeds = (
        Markup("<p>Every new version in your feed reader: {}.</p>\n").format(links)
        if lines
        else NOTHING
    )
    return overview.policy_cards(lines, today, root) + feeds


def robots(site: str) -> str:
    """What robots are told (RFC 9309): where the sitemap is, and to leave personal links alone.

    Args:
        site: the site's address; robots ask for this only at the root of a host.
    """
    return f"User-agent: *\nDisallow: /*?token=\n\nSitemap: {site}sitemap.xml\n"
