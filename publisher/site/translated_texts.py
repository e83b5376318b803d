"""What is derived from the translations of a policy into one language, cached as the rest is."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache, partial

from markupsafe import Markup

from publisher.compare.amendment import Amendment
from publisher.compare.clause_names import (
    ClauseNames,
    names_as_json,
    names_from_json,
    names_in_common,
    translated_names,
)
from publisher.markup.elements import NOTHING
from publisher.markup.html import Fragment
from publisher.releases.address import Addresses
from publisher.releases.beginning import beginning
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.told_changes import known_changes
from publisher.site import feeds, page_parts
from publisher.site.comparable import COMPARABLE_FORMAT, comparable_text
from publisher.site.languages import Rendition
from publisher.site.marked_changes import (
    KnownPair,
    MarkedPair,
    pack_beside,
    pairs_as_json,
    pairs_from_json,
    unpack_beside,
)
from publisher.site.packing import (
    cached_html,
    decode_fragment,
    encode_fragment,
    pack,
    unpack,
)
from publisher.site.release_steps import Cache, ReleaseSteps
from publisher.site.section_notes import Notes, notes_key
from publisher.site.told_words import told_line
from publisher.text.clauses import Document
from publisher.wording.words import Words

_DIGITS = 16
"""Length of the content digest in a file name."""


class TranslatedTexts:
    """What is derived from the translations into one language.

    The answers do not depend on what was asked before.
    """

    def __init__(
        self, language: str, releases: Releases, steps: ReleaseSteps, site: Addresses, words: Words
    ) -> None:
        """Nothing is made yet.

        Args:
            language: its tag.
            releases: all releases of the policy.
            steps: their texts in the authoritative language, with the cache of all.
            site: addresses with the site's own in front.
            words: those around the translations.
        """
        self.language, self.words = language, words
        self._all, self._steps, self._site = releases, steps, site
        self._unpacked = lru_cache(maxsize=1)(self._unpack)
        self._last: tuple[Release, ClauseNames] | None = None

    @property
    def _cache(self) -> Cache:
        return self._steps.cache

    @cached_property
    def releases(self) -> tuple[Release, ...]:
        """Those that have the translation, in order."""
        return tuple(r for r in self._all if self.language in r.policy.translations)

    @property
    def title(self) -> str:
        """What the policy is called in this language, in the latest version that has it."""
        return self.releases[-1].policy.facts.translations[self.language].title

    def before(self, release: Release) -> Release | None:
        """The last one before a release that has the translation; None: there is none."""
        place = self.releases.index(release)
        return self.releases[place - 1] if place else None

    def has_changes(self, release: Release) -> bool:
        """Whether the version before has the translation, so that there is a page of changes."""
        before = self._all.predecessor(release)
        return before is not None and self.language in before.policy.translations

    def prepare(self, release: Release) -> None:
        """Derives and caches everything of one release; it only saves time."""
        if self._cache.find(self._parts(release)) is None:
            self._bundle(release)

    # ── of one release ───────────────────────────────────────────────────────────────────────────

    def text(self, release: Release, at: Addresses, notes: Notes | None = None) -> Fragment:
        """The text for its page, with labels wherever it is not up to date.

        Args:
            release: of which one.
            at: addresses as seen from the page.
            notes: what the site says beneath headings.
        """

        def make() -> bytes:
            names = tuple(self._shown_names(release))
            rendition = Rendition(release, self.language, at, self.words)
            return encode_fragment(rendition.text(names=names, notes=notes))

        parts = ["text of", at.root, notes_key(notes or {}), *self._parts(release)]
        return decode_fragment(self._cache.get(parts, make))

    def _shown_names(self, release: Release) -> Iterator[str]:
        """The names of the clauses that its page shows, in order."""
        own = {section.anchor: section for section in self._document(release).sections}
        names = json.loads(self._bundle(release)["names"])
        for section in release.policy.document.sections:
            found = own.get(section.anchor)
            if found:
                yield from names[found.start : found.start + len(found.clauses)]
            else:
                yield ""

    def comparable(self, release: Release) -> bytes:
        """The text as a browser compares it with any other; see `comparable`."""
        return self._bundle(release)["comparable"]

    def comparable_name(self, release: Release) -> str:
        """The name of that file; it has a digest of the content, so that no stale file is used."""
        facts = f"{COMPARABLE_FORMAT} {' '.join(self._parts(release))}"
        return f"{release.number}-{hashlib.sha256(facts.encode()).hexdigest()[:_DIGITS]}.json"

    def changes(self, release: Release) -> Fragment:
        """The list of the changes, and the redline with its views, where there is such a page."""
        return decode_fragment(self._bundle(release)["changed"])

    def changes_beside(self, release: Release) -> dict[str, Fragment]:
        """What the pages beside that one show; see `pack_beside`."""
        make = partial(pack_beside, release, self._all, self.words, self.language)
        data = self._cache.get(["translated beside", *self._parts(release)], make)
        return unpack_beside(data)

    def known_pairs(self, release: Release) -> dict[Number, KnownPair]:
        """What is known of its changes against other versions than the one before it."""
        make = partial(pairs_as_json, release, self._all, self.words, self.language)
        return pairs_from_json(self._cache.get(["translated pairs", *self._parts(release)], make))

    def entry(self, release: Release) -> feeds.FeedEntry | None:
        """The release as an entry of the feed; None: its time of publication is unknown."""
        if release.published is None:
            return None
        made = self._bundle(release)
        html, summary = cached_html(made["entry"].decode()), made["summary"].decode()
        number = release.number
        changes = ""
        if self.has_changes(release):
            changes = self._site.retranslated(number, self.language)
        return feeds.text_entry(
            release,
            feeds.EntryText(
                self.language,
                release.policy.facts.translations[self.language].title,
                self._site.translation(number, self.language),
                changes,
            ),
            summary,
            html,
            self.words,
            beginning(release, self._all),
        )

    def naming(self, release: Release) -> ClauseNames:
        """The permanent names of its clauses, and what is known of those that are gone."""
        place = self.releases.index(release)
        start, known = self._nearest(place)
        for later in range(start + 1, place + 1):
            known = self._named(self.releases[later], known)
            data = names_as_json(known).encode()
            self._cache.get(self._names_parts(later), partial(_same, data))
        assert known
        self._last = (release, known)
        return known

    def _nearest(self, place: int) -> tuple[int, ClauseNames | None]:
        """The last translation up to a place whose names are at hand, and they; -1: none."""
        for earlier in range(place, -1, -1):
            if self._last and self._last[0] is self.releases[earlier]:
                return earlier, self._last[1]
            data = self._cache.find(self._names_parts(earlier))
            if data is not None:
                return earlier, names_from_json(data.decode())
        return -1, None

    def _named(self, release: Release, known: ClauseNames | None) -> ClauseNames:
        document, original = self._document(release), self._steps.naming(release)
        late = {lag.anchor for lag in release.lagging(self.language)}
        common = names_in_common(document, release.policy.document, original, late)
        before = self.before(release)
        past = (known, self._known(before, release)) if known and before else None
        return translated_names(document, common, original.given, past)

    def _names_parts(self, place: int) -> list[str]:
        past = self._steps.past(self.releases[place])
        return ["naming of a translation", self.language, past]

    # ── all of these, made together ──────────────────────────────────────────────────────────────

    def _parts(self, release: Release) -> list[str]:
        past, words = self._steps.past(release), self.words
        return ["translated", self.language, past, self._site.root, words.language, words.digest]

    def _bundle(self, release: Release) -> Mapping[str, bytes]:
        return self._unpacked(self.releases.index(release))

    def _unpack(self, place: int) -> Mapping[str, bytes]:
        release = self.releases[place]
        return unpack(self._cache.get(self._parts(release), partial(self._made, release)))

    def _made(self, release: Release) -> bytes:
        naming, document = self.naming(release), self._document(release)
        found, said, before = None, "", self._all.predecessor(release)
        made = {
            "names": json.dumps(naming.names).encode(),
            "comparable": comparable_text(document, naming, self.words),
        }
        if before and self.has_changes(release):
            found = self._known(before, release)
            pair = MarkedPair(before, release, found, self.words, self.language)
            said = pair.said()
            made["changed"] = encode_fragment(pair.as_known)
        made["summary"] = said.encode()
        made["entry"] = self._told(release, found, said).encode()
        return pack(made)

    def _told(self, release: Release, found: Amendment | None, said: str) -> Markup:
        """What its entry in the feed says."""
        words, at, number = self.words, self._site, release.number
        rendition = Rendition(release, self.language, at, words)
        own, tag = rendition.policy, self.language
        parts = [rendition.notice(), page_parts.remark(own.facts)]
        parts.append(page_parts.general_note(own.notes, tag, words))
        page = at.translation(number, self.language)
        links = [(words.gettext("Version {number} in full", number=number), page)]
        if found:
            page = at.retranslated(number, self.language)
            links.insert(0, (words.gettext("Every change, word by word"), page))
            parts += [
                page_parts.in_figures(said),
                told_line(found, words),
                page_parts.change_list(found, own.notes, tag, words),
                Markup("<h2>{}</h2>\n").format(words.gettext("The words that change")),
                feeds.changed_words(found, words),
            ]
        return feeds.whole(NOTHING.join(parts), page) + feeds.linked_list(links)

    def _document(self, release: Release) -> Document:
        return release.policy.in_language(self.language).document

    def _known(self, before: Release, release: Release) -> Amendment:
        return known_changes(before, release, self._all, self.language)


def _same(data: bytes) -> bytes:
    return data
