"""A text in another language, on the site and in the PDFs alike.

It says which text is authoritative, where the translation lags behind it, and links to the others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Fragment, HeadingLabel, TextLinks, document_html
from publisher.policies.dates import long_date
from publisher.policies.language import english_name, own_name
from publisher.policies.policy import Policy, Wording
from publisher.releases.address import Addresses
from publisher.releases.release import Lag, Release
from publisher.site import page_head
from publisher.site.page_parts import spoken
from publisher.text.clauses import Clause, Section


@dataclass(frozen=True)
class Rendition:
    """A version in one of its other languages."""

    release: Release
    """The version with the authoritative text."""
    language: str
    at: Addresses
    """Addresses as seen from the page; in documents, with the site's own in front."""

    @property
    def policy(self) -> Policy:
        """Its title and its text in this language."""
        return self.release.policy.in_language(self.language)

    @property
    def wording(self) -> Wording:
        """The sentences that accompany the text in this language."""
        return self.release.policy.facts.translations[self.language]

    @property
    def lags(self) -> Sequence[Lag]:
        """Where it is not up to date."""
        return self.release.lagging(self.language)

    @property
    def original(self) -> str:
        """The name of the language of the authoritative text."""
        return english_name(self.release.policy.facts.language)

    def text(self, *, paper: bool = False) -> Fragment:
        """The text, with a label wherever it is not up to date.

        A section that is not translated has its heading from the authoritative text, so that a
        link to it leads somewhere.

        Args:
            paper: for a PDF.
        """
        facts = self.release.policy.facts
        return document_html(
            self._clauses(),
            TextLinks(permalinks=not paper, retired=facts.retired),
            paper=paper,
            labels={lag.anchor: self._label(lag) for lag in self.lags},
        )

    def _clauses(self) -> Iterator[Clause]:
        own = {section.anchor: section for section in self.policy.document.sections}
        for section in self.release.policy.document.sections:
            found: Section | None = own.get(section.anchor)
            yield from found.clauses if found else section.clauses[:1]

    def _label(self, lag: Lag) -> HeadingLabel:
        link = self._read_link(lag.anchor, f"Read this section in {self.original}")
        html = Markup(
            '<div class="pp-lag" role="note" data-search-exclude>{}<p lang="en">{}. {}.</p></div>\n'
        ).format(self._own(self.wording.lagging), lag_words(lag), link)
        return HeadingLabel(html, "" if lag.behind else self.release.policy.facts.language)

    def _read_link(self, anchor: str, words: str) -> Markup:
        page = self.at.release(self.release.number) + (f"#{anchor}" if anchor else "")
        language = self.release.policy.facts.language
        return Markup('<a href="{}" hreflang="{}">{}</a>').format(page, language, words)

    def _own(self, words: str) -> Markup:
        """A sentence of the organisation's own, in the language of the translation."""
        return Markup("<p{}>{}</p>").format(spoken(self.language), words) if words else NOTHING

    def day(self, day: dt.date | None) -> Markup:
        """A day as this language writes it, as HTML; `unknown` where nobody knows it."""
        if day is None:
            return Markup("unknown")
        return Markup("<span{}>{}</span>").format(
            spoken(self.language), long_date(day, self.language)
        )

    def article(self, text: Fragment, kind: str = "pp-text") -> Markup:
        """The text in its language."""
        return Markup('<article class="{}"{}>\n{}</article>\n').format(
            kind, spoken(self.language), text.html
        )

    def notice(self, *, elsewhere: bool = False) -> Markup:
        """Which text is authoritative and, in a box of its own, which sections are not up to date.

        Args:
            elsewhere: it stands on another page than the text.
        """
        name = english_name(self.language)
        line = f"{name} translation of version {self.release.number}; the {self.original} "
        read = self._read_link("", f"Read version {self.release.number} in {self.original}")
        title = Markup("<span{}>{}</span>").format(spoken(self.language), self.wording.precedence)
        found = page_head.message_box(
            "note", title, Markup("<p>{}text decides. {}.</p>\n").format(line, read)
        )
        page = self.at.translation(self.release.number, self.language) if elsewhere else ""
        return found + self._loudly(page)

    def _loudly(self, page: str) -> Markup:
        if not self.lags:
            return NOTHING
        titles = {
            section.anchor: (section.title, policy.facts.language)
            for policy in (self.release.policy, self.policy)
            for section in policy.document.sections
        }
        items = NOTHING.join(self._item(lag, page, *titles[lag.anchor]) for lag in self.lags)
        count = len(self.lags)
        which = "1 section is" if count == 1 else f"{count} sections are"
        title = f"In this translation, {which} not up to date"
        body = Markup("<ul>{}</ul>\n").format(items)
        if own := self.wording.lagging:
            body = Markup("<p>{}:</p>{}").format(title, body)
            title = Markup("<span{}>{}</span>").format(spoken(self.language), own)
        return page_head.message_box("superseded", title, body)

    def _item(self, lag: Lag, page: str, title: str, language: str) -> Markup:
        address = f"{page}#{lag.anchor}"
        link = Markup('<a href="{}"{}>{}</a>').format(address, spoken(language), title)
        since = NOTHING
        if lag.behind:
            pair = f"{self.at.compare}?from={lag.behind}&to={self.release.number}"
            since = Markup(" ({})").format(page_head.link_html(("what changed since", pair)))
        return Markup("<li>{}: {}{}</li>").format(link, lag_words(lag).lower(), since)


def lag_words(lag: Lag) -> str:
    """How a section is not up to date."""
    return f"Says what version {lag.behind} says" if lag.behind else "Not translated"


def translation_markdown(release: Release, language: str, at: Addresses) -> str:
    """A translation as one Markdown text, which says what it is before it begins.

    Args:
        release: the version.
        language: of the translation.
        at: addresses with the site's own in front.
    """
    rendition = Rendition(release, language, at)
    policy, original = rendition.policy, rendition.original
    said = [
        rendition.wording.precedence,
        f"{english_name(language)} translation of version {release.number}. "
        f"The {original} text decides: <{at.release(release.number)}>",
    ]
    if rendition.lags:
        listed = "; ".join(f"`{lag.anchor}`: {lag_words(lag).lower()}" for lag in rendition.lags)
        said += [rendition.wording.lagging, f"Not up to date: {listed}."]
    lines = chain.from_iterable(words.splitlines() for words in said if words)
    head, _, body = policy.markdown.partition("\n\n")
    quoted = "\n>\n".join(f"> {line}" for line in lines)
    return f"{head}\n\n{quoted}\n\n{body}"


def version_addresses(release: Release, at: Addresses) -> dict[str, str]:
    """The address of a version in each of its languages, the authoritative one first."""
    number, facts = release.number, release.policy.facts
    others = {language: at.translation(number, language) for language in facts.translations}
    return {facts.language: at.release(number), **others}


def current_addresses(release: Release, at: Addresses) -> dict[str, str]:
    """The same of the text in force, at the addresses that stay."""
    facts = release.policy.facts
    others = {language: at.translated(language) for language in facts.translations}
    return {facts.language: at.current, **others}


def change_addresses(before: Release, release: Release, at: Addresses) -> dict[str, str]:
    """The address of what a version changes, in each language that both versions are in."""
    number, facts = release.number, release.policy.facts
    others = {
        language: at.retranslated(number, language)
        for language in facts.translations
        if language in before.policy.translations
    }
    return {facts.language: at.changes(number), **others}


def language_link(language: str, address: str, *, here: bool = False) -> Markup:
    """A link to a page in another language, called as that language calls itself.

    Args:
        language, address: of the page.
        here: it is the page that the link stands on.
    """
    current = Markup(' aria-current="page"') if here else NOTHING
    return Markup('<a href="{}" hreflang="{}"{}{}>{}</a>').format(
        address, language, spoken(language), current, own_name(language)
    )


def language_switch(here: str, addresses: Mapping[str, str]) -> Markup:
    """Links to the same page in each language; empty where there is only one.

    Args:
        here: the language of this page.
        addresses: of the page in each language, the authoritative one first.
    """
    if len(addresses) < 2:
        return NOTHING
    items = NOTHING.join(
        Markup("<li>{}</li>").format(language_link(language, address, here=language == here))
        for language, address in addresses.items()
    )
    return Markup(
        '<nav class="pp-languages" aria-label="Languages" data-search-exclude><ul>{}</ul></nav>\n'
    ).format(items)
