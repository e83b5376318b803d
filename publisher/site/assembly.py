"""The site of an organisation put together from its policies: pages, and what programs read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.folder import SUMS_FILE
from publisher.releases.release import Release
from publisher.site import catalogue, current_pages, feeds, languages, memento, relations
from publisher.site.context import PolicyOnDay
from publisher.site.page import FileMaker, GeneratedSite, Page


@dataclass(frozen=True)
class SiteParts:
    """What the site consists of besides its policies."""

    checksums: Callable[[Release], bytes]
    """Gives the checksums of a release, as its folder has them."""
    files: Mapping[str, FileMaker]
    """Fonts, styles, scripts and PDFs, by their path from the site's root."""
    styles: tuple[str, ...]
    """Paths of the style sheets, in order."""
    drafts: tuple[Page, ...] = ()
    """Pages of drafts, for a preview."""


def assemble(
    organisation: Organisation, policies: Sequence[PolicyOnDay], today: dt.date, parts: SiteParts
) -> GeneratedSite:
    """The site on a day.

    Args:
        organisation: who publishes.
        policies: those that have a release, in order.
        today: the day whose statuses it shows.
        parts: everything else in it.
    """
    pages: list[Page] = []
    files: dict[str, FileMaker] = {}
    entries: list[feeds.FeedEntry] = []
    rules: list[memento.Rule] = []
    for policy in policies:
        pages += current_pages.policy_pages(policy)
        news = policy_news(policy)
        files |= _listings(policy, news) | _version_files(policy, parts.checksums)
        entries += news
        rules += memento.header_rules(policy.releases, today, policy.site)
    everything = _feed(organisation, f"Policies of {organisation.name}", "", entries)
    files |= _feed_files("", everything) | _server_files(organisation, everything, rules)
    head = relations.head_html(relations.feed_links("feed.atom", "feed.json", everything.title))
    home = current_pages.policy_list([policy.releases for policy in policies], today)
    files = {**parts.files, **files}
    return GeneratedSite(organisation, (*pages, *parts.drafts), files, parts.styles, home, head)


def policy_news(policy: PolicyOnDay) -> list[feeds.FeedEntry]:
    """The latest versions of a policy as feed entries; older ones are in no feed."""
    known = [r for r in policy.releases if r.published]
    known.sort(key=lambda r: (r.published, r.number))
    found = map(policy.derived.entry, known[-feeds.LATEST :])
    return [entry for entry in found if entry]


def _listings(policy: PolicyOnDay, news: Sequence[feeds.FeedEntry]) -> dict[str, FileMaker]:
    """What programs read about all versions of a policy, by path."""
    releases, at, name = policy.releases, policy.site, policy.policy_id
    organisation, today = policy.organisation, policy.today
    feed = _feed(organisation, f"{policy.title} of {organisation.name}", f"{name}/", news)
    return {
        f"{name}/versions.json": partial(
            catalogue.versions_json, releases, organisation.name, at, policy.summaries
        ),
        f"{name}/periods.json": partial(catalogue.periods_json, releases, at),
        f"{name}/timemap.link": partial(memento.timemap, releases, today, at),
        f"{name}/timemap.json": partial(memento.timemap_json, releases, today, at),
        **_feed_files(f"{name}/", feed),
    }


def _version_files(
    policy: PolicyOnDay, checksums: Callable[[Release], bytes]
) -> dict[str, FileMaker]:
    """What programs read of each version, by path."""
    files: dict[str, FileMaker] = {}
    derived = policy.derived
    for release in policy.releases:
        folder = release.name
        files[f"{folder}/policy.md"] = partial(_markdown, release)
        files[f"{folder}/policy.json"] = partial(derived.text_json, release)
        files[f"{folder}/policy.akn.xml"] = partial(derived.text_akoma_ntoso, release)
        name = f"{policy.policy_id}/compare/{derived.comparable_name(release)}"
        files[name] = partial(derived.comparable, release)
        files[f"{folder}/{SUMS_FILE}"] = partial(checksums, release)
        for language in release.policy.translations:
            name = f"{folder}/policy.{language}"
            files[f"{name}.md"] = partial(_translation, release, language, policy.site)
            files[f"{name}.json"] = partial(derived.translation_json, release, language)
        if policy.releases.predecessor(release):
            files[f"{folder}/changes.md"] = partial(derived.changes_markdown, release)
            files[f"{folder}/changes.json"] = partial(derived.changes_json, release)
    return files


def _markdown(release: Release) -> bytes:
    return release.policy.markdown.encode()


def _translation(release: Release, language: str, at: Addresses) -> bytes:
    return languages.translation_markdown(release, language, at).encode()


def _feed(
    organisation: Organisation, title: str, folder: str, entries: Sequence[feeds.FeedEntry]
) -> feeds.Feed:
    return feeds.Feed(
        title=title,
        page=f"{organisation.site}{folder}",
        atom=f"{organisation.site}{folder}feed.atom",
        json=f"{organisation.site}{folder}feed.json",
        author=organisation.name,
        site=organisation.site,
        entries=feeds.latest_entries(entries),
    )


def _feed_files(folder: str, feed: feeds.Feed) -> dict[str, FileMaker]:
    return {
        f"{folder}feed.atom": partial(feeds.atom_feed, feed),
        f"{folder}feed.json": partial(feeds.json_feed, feed),
    }


def _server_files(
    organisation: Organisation, feed: feeds.Feed, rules: Iterable[memento.Rule]
) -> dict[str, FileMaker]:
    """What hosts and robots read."""
    own = memento.media_type_rules({feed.atom: relations.ATOM, feed.json: relations.FEED})
    every = [*own, *rules]
    return {
        "_headers": partial(memento.headers_file, every),
        "_nginx.conf": partial(memento.nginx_file, every),
        "_apache.conf": partial(memento.apache_file, every),
        "robots.txt": lambda: current_pages.robots(organisation.site).encode(),
    }
