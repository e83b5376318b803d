"""What is derived from releases alone: texts and redlines as HTML, JSON, Markdown.

A release never changes, so nothing of it has to be made twice. Each thing here follows from one
release and those before it, and is cached under all that decides about it; what depends on the
day, or on what came later, is put around it by the pages.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache, partial

from publisher.compare.amendment import Amendment
from publisher.compare.clause_names import ClauseNames
from publisher.exchange.akoma_ntoso import akoma_ntoso
from publisher.exchange.diff_json import diff_json
from publisher.markup.html import Fragment
from publisher.releases.address import Addresses
from publisher.releases.beginning import beginning
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.reports.pull_request import markdown_report
from publisher.site import catalogue, feeds, page_parts
from publisher.site.change_summary import ChangeSummary, section_titles, summarise
from publisher.site.comparable import COMPARABLE_FORMAT, comparable_text
from publisher.site.marked_changes import (
    KnownPair,
    MarkedPair,
    pack_beside,
    pairs_as_json,
    pairs_from_json,
    unpack_beside,
    version_pair,
)
from publisher.site.packing import cached_html, decode_fragment, encode_fragment, pack, unpack
from publisher.site.release_steps import Cache, NoCache, ReleaseSteps
from publisher.site.release_words import change_sentence
from publisher.site.section_notes import Notes, notes_key
from publisher.site.told_words import told_words
from publisher.site.translated_texts import TranslatedTexts
from publisher.wording.catalogs import NO_CATALOGS, Catalogs
from publisher.wording.words import Words

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
        self,
        releases: Releases,
        organisation: str,
        site: Addresses,
        cache: Cache | None = None,
        catalogs: Catalogs = NO_CATALOGS,
    ) -> None:
        """Nothing is made yet.

        Args:
            releases: all releases of the policy.
            organisation: who publishes.
            site: addresses with the site's own in front.
            cache: where what was made earlier is looked for; None: nothing is cached.
            catalogs: the words around the texts; what is cached is cached under their digests.
        """
        self._catalogs = catalogs
        self.releases, self._organisation, self._site = releases, organisation, site
        self._cache = cache or NoCache()
        self._steps = ReleaseSteps(releases, self._cache)
        self._unpacked = lru_cache(maxsize=1)(self._unpack)
        self._translated: dict[str, TranslatedTexts] = {}

    def words(self, language: str) -> Words:
        """The words around a text in a language."""
        return self._catalogs.words(language)

    def _around(self, release: Release) -> Words:
        """The words around the authoritative text of a release."""
        return self.words(release.policy.facts.language)

    def prepare(self, release: Release) -> None:
        """Derives and caches everything of one release.

        Called release by release, this parses and compares each text once. It only saves time: the
        answers are the same without it.
        """
        before = self.releases.predecessor(release)
        if before is None or self._cache.find(self._summary_parts(before, release)) is None:
            self._bundle(release)
            self.entry(release)
            self.summary(release)
        for language in release.policy.translations:
            self.translated(language).prepare(release)

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
        words = self._around(release)
        facts = f"{COMPARABLE_FORMAT} {words.digest} {self._steps.past(release)}"
        digest = hashlib.sha256(facts.encode()).hexdigest()
        return f"{release.number}-{digest[:DIGITS]}.json"

    def changes(self, release: Release) -> Fragment:
        """The list of the changes with their reasons, and the redline with its views."""
        return decode_fragment(self._bundle(release)["changed"])

    def changes_beside(self, release: Release) -> dict[str, Fragment]:
        """What the pages beside that one show; see `pack_beside`."""
        make = partial(pack_beside, release, self.releases, self._around(release))
        data = self._cache.get(["beside", *self._bundle_parts(release)], make)
        return unpack_beside(data)

    def known_pairs(self, release: Release) -> dict[Number, KnownPair]:
        """What is known of its changes against other versions than the one before it."""
        make = partial(pairs_as_json, release, self.releases, self._around(release))
        return pairs_from_json(self._cache.get(["pairs", *self._bundle_parts(release)], make))

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
        make = partial(self._make_bundle, release)
        return unpack(self._cache.get(["release", *self._bundle_parts(release)], make))

    def _bundle_parts(self, release: Release) -> list[str]:
        parts = [self._steps.past(release), self._organisation, self._site.root, self._title]
        return [*parts, beginning(release, self.releases).key, self._around(release).digest]

    def _make_bundle(self, release: Release) -> bytes:
        policy, naming, words = release.policy, self.naming(release), self._around(release)
        made = {
            "names": json.dumps(naming.names).encode(),
            "text": encode_fragment(page_parts.text_of(policy, words, names=naming.names)),
            "comparable": comparable_text(policy.document, naming, words),
            "policy.json": catalogue.text_json(release, self._organisation, self._site),
            "policy.akn.xml": self._akoma_ntoso(release, naming.names),
        }
        before, found = self.releases.predecessor(release), self._steps.changes(release)
        if before and found:
            made |= self._changes(found, before, release)
        return pack(made)

    def _changes(self, found: Amendment, before: Release, release: Release) -> dict[str, bytes]:
        policy, words = release.policy, self._around(release)
        versions = version_pair(before, release, words)
        pair = MarkedPair(before, release, found, words)
        title = words.gettext(
            "{policy}: {before} → {after}",
            policy=self._title,
            before=versions[0],
            after=versions[1],
        )
        origin = told_words(found, words)
        report = markdown_report(found, title, policy.notes, words, longest=WHOLE, origin=origin)
        return {
            "changed": encode_fragment(pair.as_known),
            "changes.json": diff_json(found, *versions, words=words).encode(),
            "changes.md": report.encode(),
        }

    def _akoma_ntoso(self, release: Release, names: Sequence[str]) -> bytes:
        address = self._site.release(release.number)
        first, words = self.releases[0], self._around(release)
        begins = beginning(release, self.releases)
        return akoma_ntoso(release, first, (self._organisation, address), words, names, begins)

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
            found = self._steps.changes(release)
            assert found
            return summarise(found).encode()

        return ChangeSummary.decode(self._cache.get(self._summary_parts(before, release), make))

    def _summary_parts(self, before: Release, release: Release) -> list[str]:
        return ["summary", before.identity, release.identity, self._steps.told(release)]

    def entry(self, release: Release) -> feeds.FeedEntry | None:
        """The release as a feed entry; None where its time of publication is unknown."""
        if release.published is None:
            return None
        before, short = self.releases.predecessor(release), self.summary(release)
        words, at, begins = self._around(release), self._site, beginning(release, self.releases)
        if before is None or short is None:
            html = feeds.feed_content(release, None, at, words)
            return feeds.feed_entry(release, "", html, at, words, begins)
        changed = change_sentence(before, release, short.figures, words)

        def make() -> bytes:
            found = self._steps.changes(release)
            return feeds.feed_content(release, found, at, words, changed).encode()

        told = self._steps.told(release)
        parts = ["entry", before.identity, release.identity, told, at.root, words.digest]
        html = cached_html(self._cache.get(parts, make).decode())
        return feeds.feed_entry(release, changed, html, at, words, begins)

    # ── for a single page ────────────────────────────────────────────────────────────────

    def naming(self, release: Release) -> ClauseNames:
        """The permanent names of its clauses, and what is known of those that are gone."""
        return self._steps.naming(release)

    def text_in_force(
        self, release: Release, histories: str, notes: Notes | None = None
    ) -> Fragment:
        """The text for the page that stays: links to clauses of the past lead to what came of them.

        Args:
            release: the one in force.
            histories: address of the page with the history of each section.
            notes: what the site says beneath headings.
        """

        def make() -> bytes:
            naming = self.naming(release)
            text = page_parts.text_of(
                release.policy, words, histories, naming.names, _former(naming), notes
            )
            return encode_fragment(text)

        words = self._around(release)
        kept = [histories, notes_key(notes or {}), words.digest]
        parts = ["in force", self._steps.past(release), *kept]
        return decode_fragment(self._cache.get(parts, make))

    def titles(self, release: Release) -> dict[str, str]:
        """Its sections that readers see, in order: name and title."""

        def make() -> bytes:
            return json.dumps(section_titles(release.policy.document)).encode()

        found: dict[str, str] = json.loads(self._cache.get(["titles", release.identity], make))
        return found

    # ── of its translations ──────────────────────────────────────────────────────────────────────

    def translated(self, language: str) -> TranslatedTexts:
        """What is derived from the translations into a language."""
        if language not in self._translated:
            self._translated[language] = TranslatedTexts(
                language, self.releases, self._steps, self._site, self.words(language)
            )
        return self._translated[language]

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that any version was ever translated into, those of later ones first."""
        every = (r.policy.translations for r in reversed(self.releases))
        return tuple(dict.fromkeys(language for each in every for language in each))

    def translation_json(self, release: Release, language: str) -> bytes:
        """`policy.LANGUAGE.json`."""
        words = self.words(language)

        def make() -> bytes:
            return catalogue.translation_json(
                release, language, self._organisation, self._site, words
            )

        parts = ["translation.json", release.identity, language, words.digest]
        return self._cache.get([*parts, self._organisation, self._site.root], make)


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
