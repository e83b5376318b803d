"""The pages of the site, as values: everything that MkDocs needs to put its frame around.

Here are those at stable addresses; the pages of each version are in `version_pages`. No page
names the day it was made, except where a status depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import lru_cache, partial

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading
from publisher.releases.release import Release
from publisher.site import (
    languages,
    overview,
    page_head,
    page_parts,
    relations,
    section_history,
    translation_pages,
    version_pages,
)
from publisher.site.compare_pages import compare_page, translated_compare_pages
from publisher.site.context import PolicyOnDay
from publisher.site.footer import policy_footer
from publisher.site.for_programs import programs_page
from publisher.site.page import Body, Page
from publisher.site.release_words import spoken
from publisher.site.section_notes import section_notes
from publisher.site.standing import announcement, standing_box
from publisher.site.told_pages import told_pages
from publisher.wording.words import Words

DAY_SCRIPT = "assets/publisher/day.js"
"""The script of the page of a day, from the site's root."""


def policy_pages(policy: PolicyOnDay) -> Iterator[Page]:
    """Every page of a policy, the stable ones first."""

    @lru_cache
    def footer(depth: int, words: Words) -> Markup:
        return policy_footer(policy, policy.at(depth), words)

    for page in _pages(policy):
        yield replace(page, footer=footer(page.path.count("/"), page.words))


def _pages(policy: PolicyOnDay) -> Iterator[Page]:
    yield from stable_pages(policy)
    for release in policy.releases:
        yield from version_pages.version_pages(policy, release)
        yield from translation_pages.translation_pages(policy, release)
        yield from told_pages(policy, release)


def stable_pages(policy: PolicyOnDay) -> Iterator[Page]:
    """The pages in the navigation, whose count does not depend on the number of versions."""
    current, name, words = policy.current, policy.policy_id, policy.words
    day = policy.modified()

    def called(words: Words) -> str:
        return policy.called(words.language)

    if current:
        yield Page(
            f"{name}/",
            current.policy.facts.title,
            partial(_current, policy, current),
            label=lambda words: words.gettext("Text in force"),
            search=True,
            modified=policy.modified(policy.releases.begins(current)),
            words=policy.words_for(current),
            group=called,
        )
    else:
        body, title = partial(_announced, policy), policy.title
        yield Page(f"{name}/", title, body, label=called, modified=day, words=words, group=called)
    yield from translation_pages.stable_translation_pages(policy)
    for path, label, overviewed in _OVERVIEWS:
        title = words.gettext("{policy}: {page}", policy=policy.title, page=label(words))
        make = partial(overviewed, policy, title)
        # The page for programs is linked at the foot of every page.
        shown = label if overviewed is not programs_page else ""
        yield Page(f"{name}/{path}/", title, make, label=shown, modified=day, words=words)
    yield from translated_compare_pages(policy)


# ── the text in force ────────────────────────────────────────────────────────────────────────────


def _current(policy: PolicyOnDay, release: Release) -> Body:
    """The text in force, at the address that stays."""
    facts, at, words = release.policy.facts, policy.at(1), policy.words_for(release)
    text = policy.derived.text_in_force(
        release, at.sections, section_notes(policy.organisation, at, words)
    )
    line = policy.line(release, words)
    parts = [
        page_head.crumbs([(words.gettext("Policies"), at.root)], facts.title, words),
        page_head.page_title(
            facts.title, policy.organisation.name, line, spoken(facts.language, words)
        ),
        languages.language_switch(facts.language, languages.current_addresses(release, at), words),
        announcement(policy, at, words),
        page_parts.remark(facts),
        policy.facts(release, at, words),
        version_pages.version_actions(policy, release, at, history=True),
        page_parts.contents_list(text, words),
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
    at, words = policy.at(1), policy.words
    html = (
        page_head.crumbs([(words.gettext("Policies"), at.root)], policy.title, words)
        + page_head.page_title(policy.title, policy.organisation.name)
        + announcement(policy, at, words)
        + page_head.action_row([(words.gettext("All versions"), at.history)], words.gettext("More"))
    )
    return Body(html, head=policy.head(at, *relations.history_links(at)))


# ── overviews ────────────────────────────────────────────────────────────────────────────────────


def _overview(
    policy: PolicyOnDay, html: Markup, description: str, headings: tuple[Heading, ...] = ()
) -> Body:
    at = policy.at(2)
    return Body(html, headings, description, policy.head(at, *relations.history_links(at)))


def _top(policy: PolicyOnDay, here: str, title: str, lead: Markup = NOTHING) -> Markup:
    """The way to an overview, and its title."""
    trail = policy.crumbs(policy.at(2), here, policy.words)
    return trail + page_head.page_title(title, policy.organisation.name, lead)


def _names(policy: PolicyOnDay) -> dict[str, str]:
    return {"policy": policy.title, "organisation": policy.organisation.name}


def _history(policy: PolicyOnDay, title: str) -> Body:
    """Every version with its dates."""
    at, words = policy.at(2), policy.words
    more = [
        (words.gettext("Compare any two"), at.compare),
        (words.gettext("What applied on a day"), at.day),
        (words.gettext("Section by section"), at.sections),
        (words.gettext("In a feed reader"), at.listing("feed.atom")),
    ]
    html = (
        _top(policy, words.gettext("All versions"), title)
        + announcement(policy, at, words)
        + page_head.action_row(more, words.gettext("More about all versions"))
        + overview.history_overview(policy, at)
    )
    about = words.gettext(
        "Every version of the policy “{policy}” of {organisation}, with its dates and changes.",
        **_names(policy),
    )
    return _overview(policy, html, about, overview.history_headings(policy.releases, words))


def _day(policy: PolicyOnDay, title: str) -> Body:
    """Which version applied on a day that the reader names."""
    at, words = policy.at(2), policy.words
    zones = dict.fromkeys(words.zone(r.conditions.time_zone) for r in reversed(policy.releases))
    lead = words.markup(
        "All days are days in {zone}. The first and the last day belong to a period.",
        zone=words.listed(zones),
    )
    parts = [
        _top(policy, words.gettext("What applied on a day"), title, lead),
        standing_box(policy, at, words),
        overview.days_overview(policy.releases, at, words),
        Markup('<script src="{}{}" defer></script>\n').format(at.root, DAY_SCRIPT),
    ]
    about = words.gettext(
        "Which version of the policy “{policy}” of {organisation} was in force, and which was "
        "announced, on any day.",
        **_names(policy),
    )
    return _overview(policy, NOTHING.join(parts), about, overview.days_headings(words))


def _sections(policy: PolicyOnDay, title: str) -> Body:
    """The history of each section."""
    at, words = policy.at(2), policy.words
    standing = policy.releases.standing or policy.releases
    first = policy.derived.titles(standing[0])
    here, gone = section_history.section_histories(standing, first, policy.summaries)
    spots = {number: short.places for number, short in policy.summaries.items()}
    lead = words.markup(
        "What each version did to each section, up to version {number}.",
        number=standing[-1].number,
    )
    given = policy.derived.naming(standing[-1]).given
    parts = [
        _top(policy, words.gettext("Sections"), title, lead),
        section_history.history_of_sections(here, gone, words, spots, at, given),
        version_pages.anchors_script(at),
    ]
    about = words.gettext(
        "The history of each section of the policy “{policy}” of {organisation}.", **_names(policy)
    )
    heads = section_history.section_headings(here, gone, words)
    return _overview(policy, NOTHING.join(parts), about, tuple(heads))


_OVERVIEWS: tuple[tuple[str, Callable[[Words], str], Callable[[PolicyOnDay, str], Body]], ...] = (
    ("history", lambda words: words.gettext("All versions"), _history),
    ("on", lambda words: words.gettext("What applied on a day"), _day),
    ("compare", lambda words: words.gettext("Compare two versions"), compare_page),
    ("sections", lambda words: words.gettext("Sections"), _sections),
    ("data", lambda words: words.gettext("For programs"), programs_page),
)
"""The last part of the address of each, what it is called, and what makes it."""
