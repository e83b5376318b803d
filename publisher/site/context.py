"""What all pages of one policy have in common: the policy on one day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup, escape

from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.beginning import beginning
from publisher.releases.number import Number
from publisher.releases.outlook import Outlook, outlook
from publisher.releases.periods import Period, applied, by_number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site import page_head, relations
from publisher.site.change_summary import ChangeSummary
from publisher.site.derived import DerivedTexts
from publisher.site.notice_words import notice_words
from publisher.site.release_words import (
    import_facts,
    in_force_span,
    kind_words,
    pdf_words,
    published_words,
    shown_status,
    version_words,
    when_words,
)
from publisher.wording.catalogs import NO_CATALOGS, Catalogs
from publisher.wording.words import Words


@dataclass(frozen=True)
class PolicyOnDay:
    """One policy on one day."""

    derived: DerivedTexts
    today: dt.date
    organisation: Organisation
    catalogs: Catalogs = NO_CATALOGS

    @cached_property
    def words(self) -> Words:
        """The words around its authoritative text, as its latest release has it."""
        return self.words_of(self.language)

    def words_for(self, release: Release) -> Words:
        """The words around the authoritative text of a version."""
        return self.words_of(release.policy.facts.language)

    def words_of(self, language: str) -> Words:
        """The words around a text in a language.

        Args:
            language: its tag (BCP 47).
        """
        return self.catalogs.words(language)

    @property
    def releases(self) -> Releases:
        """All its releases."""
        return self.derived.releases

    @cached_property
    def policy_id(self) -> str:
        """The policy's id."""
        return self.releases[0].policy.id

    @cached_property
    def title(self) -> str:
        """What the policy is called in its latest release."""
        return self.releases[-1].policy.facts.title

    def called(self, language: str) -> str:
        """What the policy is called in a language, in the latest version that has it; in that of
        the authoritative text where none has it.

        Args:
            language: its tag (BCP 47).
        """
        known = language in self.derived.languages
        return self.derived.translated(language).title if known else self.title

    @cached_property
    def contact(self) -> str:
        """The mail address for questions, as the latest release has it."""
        return self.releases[-1].policy.facts.contact

    @cached_property
    def language(self) -> str:
        """The authoritative language of the latest release, its tag (BCP 47)."""
        return self.releases[-1].policy.facts.language

    @cached_property
    def current(self) -> Release | None:
        """The version in force."""
        return self.releases.in_force(self.today)

    @cached_property
    def coming(self) -> Release | None:
        """The next version to take effect, if one is announced."""
        return self.releases.upcoming(self.today)

    @cached_property
    def held(self) -> Release | None:
        """The version whose day has come, and of whose notice nothing is on record."""
        return self.releases.held(self.today)

    @property
    def announced(self) -> Release | None:
        """The version that readers are told of beside the one in force: the next to take effect, or
        else the one that is held.
        """
        return self.coming or self.held

    @cached_property
    def outlook(self) -> Outlook | None:
        """Until when its pages are right, if nothing else is published."""
        return outlook(self.releases, self.today)

    @cached_property
    def periods(self) -> dict[Number, Period]:
        """The period in which each version applies, by its number; some never do."""
        return by_number(applied(self.releases))

    @cached_property
    def summaries(self) -> dict[Number, ChangeSummary]:
        """The summary of what each version changes against its predecessor, by its number."""
        found = ((r.number, self.derived.summary(r)) for r in self.releases)
        return {number: short for number, short in found if short}

    @property
    def site(self) -> Addresses:
        """Addresses with the site's own in front."""
        return Addresses(self.organisation.site, self.policy_id)

    def at(self, depth: int) -> Addresses:
        """Addresses as seen from a page `depth` folders below the root."""
        return Addresses("../" * depth, self.policy_id)

    def modified(self, *more: dt.date | None) -> dt.date | None:
        """When the last release was published, the last statement made, or `more`: the latest."""
        days = [published(release) for release in self.releases]
        days += [self.releases[-1].day_of(one.stated) for one in self.releases.register]
        return max(filter(None, [*days, *more]), default=None)

    # ── parts of its pages ───────────────────────────────────────────────────────────────────────

    def head(self, at: Addresses, *links: relations.TypedLink, language: str = "") -> Markup:
        """Links for machines, and the feeds of the policy.

        Args:
            at: addresses as seen from the page.
            links: those of the page itself.
            language: of the translation that the page is about; empty: of none.
        """
        feeds = relations.policy_feed_links(self.title, at)
        if language:
            title = self.derived.translated(language).title
            feeds = (*relations.policy_feed_links(title, at, language), *feeds)
        return relations.head_html((*links, *feeds))

    def crumbs(
        self,
        at: Addresses,
        here: str,
        words: Words,
        release: Release | None = None,
        language: str = "",
    ) -> Markup:
        """The way from the home page to this one.

        Args:
            at: addresses as seen from the page.
            here: what the page is called.
            words: of the page.
            release: the version that it belongs to.
            language: of the translation that the page is about; empty: of none.
        """
        every = words.gettext("All versions")
        trail = self.trail(at, words, language)
        if release or here != every:
            trail.append((every, at.history))
        if release:
            there = language in release.policy.translations
            number = release.number
            place = at.translation(number, language) if there else at.release(number)
            trail.append((version_words(release, words), place))
        return page_head.crumbs(trail, here, words)

    def trail(self, at: Addresses, words: Words, language: str = "") -> list[page_head.TextLink]:
        """The home page and the text in force, of a translation in its language."""
        text = (self.title, at.current)
        if language in self.derived.languages:
            text = (self.called(language), at.translated(language))
        return [(words.gettext("Policies"), at.root), text]

    def chip(self, release: Release, words: Words) -> Markup:
        """The status of a version, in whatever language its page is."""
        return page_head.status_chip(
            release, shown_status(release, self.releases, self.today), words
        )

    def when(self, release: Release, words: Words) -> str:
        """From when a version is in force, as it holds now: a day that was moved is not told."""
        return when_words(release, words, beginning(release, self.releases))

    def dated(self, release: Release, words: Words) -> str:
        """`Version 2, in force from 1 March 2027`, as it holds now."""
        return words.gettext(
            "{version}, {when}",
            version=version_words(release, words),
            when=self.when(release, words),
        )

    def line(self, release: Release, words: Words) -> Markup:
        """Below the title of a page: the status of a version, which it is, and its day."""
        return Markup("{} {}").format(self.chip(release, words), self.dated(release, words))

    def facts(self, release: Release, at: Addresses, words: Words, language: str = "") -> Markup:
        """The facts of a version, in whatever language its page is: its number, its dates, what it
        changes.

        Args:
            release: the version.
            at: addresses as seen from the page.
            words: of the page.
            language: of the translation that the page shows; empty: the authoritative text.
        """
        said = words.gettext(
            "{number}, {kind}", number=release.number, kind=kind_words(release, words)
        )
        number = page_head.link_html((said, at.release(release.number))) if language else said
        rows = [(words.gettext("Version"), escape(number)), *self._dates(release, at, words)]
        links = page_head.change_links(release, self.releases, at, words)
        if language:
            links = list(self._retranslated(release, at, words, language))
        if links:
            every = Markup("<br>").join(page_head.link_html(link) for link in links)
            rows.append((words.gettext("What it changes"), every))
        return page_head.fact_list(rows)

    def _retranslated(
        self, release: Release, at: Addresses, words: Words, language: str
    ) -> Iterator[page_head.TextLink]:
        before = self.releases.predecessor(release)
        if before and language in before.policy.translations:
            said = words.gettext(
                "What changed in this translation since version {number}", number=before.number
            )
            yield said, at.retranslated(release.number, language)

    def _dates(self, release: Release, at: Addresses, words: Words) -> Iterator[tuple[str, Markup]]:
        span = escape(in_force_span(release, self.releases, words))
        if release.imported is None:
            yield words.pgettext("column", "In force"), span
            yield words.pgettext("column", "Published"), escape(published_words(release, words))
            if told := notice_words(release, self.releases, at, words):
                yield words.pgettext("fact", "Notice"), told
            return
        yield words.pgettext("column", "Seen"), span
        yield from import_facts(release, words)

    def forms(self, release: Release, at: Addresses, name: str) -> tuple[relations.TypedLink, ...]:
        """The other forms of a version (`policy`) or of what it changes (`changes`)."""
        printed = self.releases.has_pdf(release)
        return relations.form_links(at.release(release.number), name, printed=printed)

    def downloads(
        self, release: Release, at: Addresses, name: str, words: Words
    ) -> list[page_head.TextLink]:
        """The one that people read, as PDF; what programs read is told of on `for_programs`."""
        if not self.releases.has_pdf(release):
            return [(words.gettext("Markdown"), at.download(release.number, f"{name}.md"))]
        if name == "policy":  # sealed, where the others are made anew
            said = pdf_words(release, self.releases, self.today, words)
            return [(said, at.download(release.number, "policy.pdf"))]
        return [(words.gettext("Download PDF"), at.download(release.number, f"{name}.pdf"))]


def published(release: Release) -> dt.date | None:
    """The day on which a release was published; None: unknown."""
    return release.published_day
