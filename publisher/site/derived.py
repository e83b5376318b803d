"""What is derived from releases alone: texts and redlines as HTML, JSON, Markdown.

A release never changes, so nothing of it has to be made twice. Each thing here follows from one
release and those before it, and is cached under all that decides about it; what depends on the
day, or on what came later, is put around it by the pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

from publisher.compare.amendment import Amendment, amend
from publisher.compare.clause_names import ClauseNames
from publisher.exchange.akoma_ntoso import akoma_ntoso
from publisher.exchange.diff_json import diff_json
from publisher.markup.html import Fragment
from publisher.markup.redline import redline
from publisher.policies.policy import Policy
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.reports.pull_request import markdown_report
from publisher.site import catalogue, feeds, page_parts
from publisher.site.change_summary import ChangeSummary, section_titles, summarise
from publisher.site.comparable import COMPARABLE_FORMAT, comparable_text
from publisher.site.languages import Rendition
from publisher.site.packing import cached_html, decode_fragment, encode_fragment, pack, unpack
from publisher.site.release_steps import Cache, NoCache, ReleaseSteps

WHOLE = 1 << 62
"""Limit on the characters of `changes.md`: as the site serves it, there is none."""
MOST_LED = 100
"""Limit on removed clauses whose links lead to one place without a script; the latest win."""
DIGITS = 16
"""Length of the content digest in a file name."""


class DerivedTexts:
    """What is derived from the releases of one policy alone.

    The answers do not depend on what was asked before.
    """

    def __init__(
        self, releases: Releases, organisation: str, site: Addresses, cache: Cache | None = None
    ) -> None:
        """Nothing is made yet.

        Args:
            releases: all releases of the policy.
            organisation: who publishes.
            site: addresses with the site's own in front.
            cache: where what was made earlier is looked for; None: nothing is cached.
        """
        self.releases, self._organisation, self._site = releases, organisation, site
        self._cache = cache or NoCache()
        self._steps = ReleaseSteps(releases, self._cache)
        self._unpacked = lru_cache(maxsize=1)(self._unpack)

    def prepare(self, release: Release) -> None:
        """Derives and caches everything of one release.

        Called release by release, this parses and compares each text once. It only saves time: the
        answers are the same without it.
        """
        before = self.releases.predecessor(release)
        if before is None or self._cache.find(_summary_parts(before, release)) is None:
            self._bundle(release)
            self.entry(release)
            self.summary(release)

    # ── of one release, and of what it changes ───────────────────────────────────────────────────

    def text(self, release: Release) -> Fragment:
        """The text for the page of its version."""
        return decode_fragment(self._bundle(release)["text"])

    def names(self, release: Release) -> tuple[str, ...]:
        """The permanent names of the clauses of its text, in order."""
        return tuple(json.loads(self._bundle(release)["names"]))

    def text_json(self, release: Release) -> bytes:
        """`policy.json`."""
        return self._bundle(release)["policy.json"]

    def text_akoma_ntoso(self, release: Release) -> bytes:
        """`policy.akn.xml`."""
        return self._bundle(release)["policy.akn.xml"]

    def comparable(self, release: Release) -> bytes:
        """The text as a browser compares it with any other; see `comparable`."""
        return self._bundle(release)["comparable"]

    def comparable_name(self, release: Release) -> str:
        """The name of that file; it has a digest of the content, so that no stale file is used."""
        digest = hashlib.sha256(f"{COMPARABLE_FORMAT} {self._steps.past(release)}".encode())
        return f"{release.number}-{digest.hexdigest()[:DIGITS]}.json"

    def changes(self, release: Release) -> Fragment:
        """The list of the changes with their reasons, and the redline with its views."""
        return decode_fragment(self._bundle(release)["changed"])

    def changes_json(self, release: Release) -> bytes:
        """`changes.json`."""
        return self._bundle(release)["changes.json"]

    def changes_markdown(self, release: Release) -> bytes:
        """`changes.md`."""
        return self._bundle(release)["changes.md"]

    def _bundle(self, release: Release) -> Mapping[str, bytes]:
        """All of these by name: made together, while both texts are at hand, and cached as one."""
        return self._unpacked(self.releases.place_of(release))

    def _unpack(self, place: int) -> Mapping[str, bytes]:
        release = self.releases[place]
        parts = [self._steps.past(release), self._organisation, self._site.root, self._title]
        make = partial(self._make_bundle, release)
        return unpack(self._cache.get(["release", *parts], make))

    def _make_bundle(self, release: Release) -> bytes:
        policy, naming = release.policy, self.naming(release)
        made = {
            "names": json.dumps(naming.names).encode(),
            "text": encode_fragment(page_parts.text_of(policy, names=naming.names)),
            "comparable": comparable_text(policy.document, naming),
            "policy.json": catalogue.text_json(release, self._organisation, self._site),
            "policy.akn.xml": self._akoma_ntoso(release, naming.names),
        }
        before, found = self.releases.predecessor(release), self._steps.amendment(release)
        if before and found:
            made |= self._changes(found, before, release)
        return pack(made)

    def _changes(self, found: Amendment, before: Release, release: Release) -> dict[str, bytes]:
        policy, versions = release.policy, _versions(before, release)
        title = f"{self._title}: {' → '.join(versions)}"
        return {
            "changed": encode_fragment(_redline(found, versions, policy, policy.facts.language)),
            "changes.json": diff_json(found, *versions).encode(),
            "changes.md": markdown_report(found, title, policy.notes, longest=WHOLE).encode(),
        }

    def _akoma_ntoso(self, release: Release, names: Sequence[str]) -> bytes:
        address = self._site.release(release.number)
        return akoma_ntoso(release, self.releases[0], self._organisation, address, names)

    @property
    def _title(self) -> str:
        return self.releases[-1].policy.facts.title

    # ── what it changes, in summary ──────────────────────────────────────────────────────────────

    def summary(self, release: Release) -> ChangeSummary | None:
        """The summary of what a release changes; None for the first."""
        before = self.releases.predecessor(release)
        if before is None:
            return None

        def make() -> bytes:
            found = self._steps.amendment(release)
            assert found
            return summarise(found).encode()

        return ChangeSummary.decode(self._cache.get(_summary_parts(before, release), make))

    def entry(self, release: Release) -> feeds.FeedEntry | None:
        """The release as a feed entry; None where its time of publication is unknown."""
        if release.published is None:
            return None
        before, short = self.releases.predecessor(release), self.summary(release)
        if before is None or short is None:
            html = feeds.feed_content(release, None, self._site)
            return feeds.feed_entry(release, "", html, self._site)

        def make() -> bytes:
            return feeds.feed_content(release, self._steps.amendment(release), self._site).encode()

        parts = ["entry", before.identity, release.identity, self._site.root]
        html = cached_html(self._cache.get(parts, make).decode())
        return feeds.feed_entry(release, short.summary, html, self._site)

    # ── for a single page ────────────────────────────────────────────────────────────────

    def naming(self, release: Release) -> ClauseNames:
        """The permanent names of its clauses, and what is known of those that are gone."""
        return self._steps.naming(release)

    def text_in_force(self, release: Release, histories: str) -> Fragment:
        """The text for the page that stays: links to clauses of the past lead to what came of them.

        Args:
            release: the one in force.
            histories: address of the page with the history of each section.
        """

        def make() -> bytes:
            naming = self.naming(release)
            text = page_parts.text_of(release.policy, histories, naming.names, _former(naming))
            return encode_fragment(text)

        parts = ["in force", self._steps.past(release), histories]
        return decode_fragment(self._cache.get(parts, make))

    def titles(self, release: Release) -> dict[str, str]:
        """Its sections that readers see, in order: name and title."""

        def make() -> bytes:
            return json.dumps(section_titles(release.policy.document)).encode()

        found: dict[str, str] = json.loads(self._cache.get(["titles", release.identity], make))
        return found

    # ── of its translations ──────────────────────────────────────────────────────────────────────

    def translation(self, release: Release, language: str, at: Addresses) -> Fragment:
        """The text of a translation for its page, with labels wherever it is not up to date.

        Args:
            release, language: of which release, into which language.
            at: addresses as seen from the page.
        """

        def make() -> bytes:
            return encode_fragment(Rendition(release, language, at).text())

        parts = ["translation", release.identity, language, at.root]
        return decode_fragment(self._cache.get(parts, make))

    def translation_json(self, release: Release, language: str) -> bytes:
        """`policy.LANGUAGE.json`."""

        def make() -> bytes:
            return catalogue.translation_json(release, language, self._organisation, self._site)

        parts = ["translation.json", release.identity, language]
        return self._cache.get([*parts, self._organisation, self._site.root], make)

    def translation_changes(self, release: Release, language: str) -> Fragment:
        """As `changes`, for a translation that the version before has as well."""
        before = self.releases.predecessor(release)
        assert before

        def make() -> bytes:
            old, new = (r.policy.in_language(language).document for r in (before, release))
            versions = _versions(before, release)
            return encode_fragment(_redline(amend(old, new), versions, release.policy, language))

        parts = ["retranslated", before.identity, release.identity, language]
        return decode_fragment(self._cache.get(parts, make))


def _summary_parts(before: Release, release: Release) -> list[str]:
    return ["summary", before.identity, release.identity]


def _versions(*pair: Release) -> list[str]:
    return [f"version {release.number}" for release in pair]


def _former(naming: ClauseNames) -> dict[str, list[str]]:
    """Where links to clauses that are gone lead: to the one they were merged into, or else to the
    section they stood in last.
    """
    found: dict[str, list[str]] = {}
    for name, facts in reversed(list(naming.retired.items())):
        led = found.setdefault(naming.name_now(name) or facts.section, [])
        if len(led) < MOST_LED:
            led.append(name)
    return found


def _redline(found: Amendment, versions: Sequence[str], policy: Policy, language: str) -> Fragment:
    """The list of changes with the notes of a policy, and their redline in one of its languages."""
    marked = redline(found, views=True)
    tools = page_parts.redline_views(marked, *versions)
    html = page_parts.changed_text(found, marked, policy.notes, language, tools)
    return Fragment(html, (*page_parts.CHANGED_HEADINGS, *marked.headings))
