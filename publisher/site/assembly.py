"""The site of an organisation put together from its policies: pages, and what programs read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.folder import SUMS_FILE
from publisher.releases.release import Release
from publisher.releases.statement import Statement
from publisher.site import catalogue, current_pages, feeds, home, languages, memento, relations
from publisher.site.context import PolicyOnDay
from publisher.site.page import FileMaker, GeneratedSite, Page
from publisher.site.request_pages import request_pages
from publisher.wording.words import ENGLISH, Words


@dataclass(frozen=True)
class SiteParts:
    """What the site consists of besides its policies."""

    checksums: Callable[[Release], bytes]
    """Gives the checksums of a release, as its folder has them."""
    statement: Callable[[Statement], bytes]
    """Gives the file of a statement of the register, as it was sealed."""
    files: Mapping[str, FileMaker]
    """Fonts, styles, scripts and PDFs, by their path from the site's root."""
    styles: tuple[str, ...]
    """Paths of the style sheets, in order."""
    words: Words = ENGLISH
    """Those of the pages that are about all policies."""
    drafts: tuple[Page, ...] = ()
    """Pages of drafts, for a preview."""
    spoken: tuple[Words, ...] = ()
    """Those of each language of the policies, of which there are pages for requests."""


def assemble(
    organisation: Organisation, policies: Sequence[PolicyOnDay], parts: SiteParts
) -> GeneratedSite:
    """The site on the day of each policy.

    Args:
        organisation: who publishes.
        policies: those that have a release, in order.
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
        files |= _register_files(policy, parts.statement)
        entries += news
        rules += memento.header_rules(policy.releases, policy.today, policy.site)
    title = parts.words.gettext("Policies of {organisation}", organisation=organisation.name)
    everything = _feed(organisation, title, "", entries)
    files |= _feed_files("", everything) | _server_files(organisation, everything, rules)
    head = relations.head_html(relations.feed_links("feed.atom", "feed.json", everything.title))
    shown = home.home_page(organisation, policies, parts.words, head)
    files = {**parts.files, **files}
    asked = request_pages(organisation, policies, parts.spoken or (parts.words,))
    return GeneratedSite(organisation, (*pages, *asked, *parts.drafts), files, parts.styles, shown)


def policy_news(policy: PolicyOnDay) -> list[feeds.FeedEntry]:
    """The latest versions of a policy as feed entries; older ones are in no feed."""
    return _news(policy.releases, policy.derived.entry)


def _news(
    releases: Iterable[Release], entry_of: Callable[[Release], feeds.FeedEntry | None]
) -> list[feeds.FeedEntry]:
    known = [r for r in releases if r.published]
    known.sort(key=lambda r: (r.published, r.number))
    found = map(entry_of, known[-feeds.LATEST :])
    return [entry for entry in found if entry]


def _listings(policy: PolicyOnDay, news: Sequence[feeds.FeedEntry]) -> dict[str, FileMaker]:
    """What programs read about all versions of a policy, by path."""
    releases, at, name = policy.releases, policy.site, policy.policy_id
    organisation, today = policy.organisation, policy.today
    title = policy.words.gettext(
        "{policy} of {organisation}", policy=policy.title, organisation=organisation.name
    )
    feed = _feed(organisation, title, f"{name}/", news)
    return {
        f"{name}/versions.json": partial(
            catalogue.versions_json,
            releases,
            organisation.name,
            at,
            policy.summaries,
            policy.words_of,
        ),
        f"{name}/periods.json": partial(catalogue.periods_json, releases, at),
        f"{name}/timemap.link": partial(memento.timemap, releases, today, at),
        f"{name}/timemap.json": partial(memento.timemap_json, releases, today, at),
        **_feed_files(f"{name}/", feed),
        **_translated_feeds(policy),
    }


def _register_files(
    policy: PolicyOnDay, statement: Callable[[Statement], bytes]
) -> dict[str, FileMaker]:
    """The statements about the versions of a policy, as they were sealed, by path."""
    at = Addresses("", policy.policy_id)
    return {at.statement(one.file): partial(statement, one) for one in policy.releases.register}


def _translated_feeds(policy: PolicyOnDay) -> dict[str, FileMaker]:
    """A feed for each language that any version was ever translated into, by path."""
    files: dict[str, FileMaker] = {}
    for language in policy.derived.languages:
        texts = policy.derived.translated(language)
        title = texts.words.gettext(
            "{policy} of {organisation}",
            policy=texts.title,
            organisation=policy.organisation.name,
        )
        news = _news(texts.releases, texts.entry)
        page = f"{policy.policy_id}/{language}/"
        feed = _feed(policy.organisation, title, page, news, language)
        files |= _feed_files(f"{policy.policy_id}/", feed, language)
    return files


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
            words = policy.words_of(language)
            files[f"{name}.md"] = partial(_translation, release, language, policy.site, words)
            files[f"{name}.json"] = partial(derived.translation_json, release, language)
            texts = derived.translated(language)
            name = f"{policy.policy_id}/compare/{language}/{texts.comparable_name(release)}"
            files[name] = partial(texts.comparable, release)
        if policy.releases.predecessor(release):
            files[f"{folder}/changes.md"] = partial(derived.changes_markdown, release)
            files[f"{folder}/changes.json"] = partial(derived.changes_json, release)
    return files


def _markdown(release: Release) -> bytes:
    return release.policy.markdown.encode()


def _translation(release: Release, language: str, at: Addresses, words: Words) -> bytes:
    return languages.translation_markdown(release, language, at, words).encode()


def _feed(
    organisation: Organisation,
    title: str,
    page: str,
    entries: Sequence[feeds.FeedEntry],
    language: str = "",
) -> feeds.Feed:
    """A feed; `page`: the path of the page it belongs to; `language`: of the translation."""
    folder = page.removesuffix(f"{language}/") if language else page
    address = f"{organisation.site}{folder}{relations.feed_name(language)}"
    return feeds.Feed(
        title=title,
        page=f"{organisation.site}{page}",
        atom=f"{address}.atom",
        json=f"{address}.json",
        author=organisation.name,
        site=organisation.site,
        entries=feeds.latest_entries(entries),
    )


def _feed_files(folder: str, feed: feeds.Feed, language: str = "") -> dict[str, FileMaker]:
    name = relations.feed_name(language)
    return {
        f"{folder}{name}.atom": partial(feeds.atom_feed, feed),
        f"{folder}{name}.json": partial(feeds.json_feed, feed),
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
        "robots.txt": lambda: home.robots(organisation.site).encode(),
    }
