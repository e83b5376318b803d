"""A text in another language, on the site and in the PDFs alike.

It says which text is authoritative, where the translation lags behind it, and links to the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Fragment, HeadingLabel, TextLinks, document_html
from publisher.policies.policy import Policy, Wording
from publisher.releases.address import Addresses
from publisher.releases.release import Lag, Release
from publisher.site import page_head
from publisher.site.release_words import spoken
from publisher.site.section_notes import Notes
from publisher.text.clauses import Clause, Section
from publisher.wording.language import own_name
from publisher.wording.words import ENGLISH, Words


@dataclass(frozen=True)
class Rendition:
    """A version in one of its other languages."""

    release: Release
    """The version with the authoritative text."""
    language: str
    at: Addresses
    """Addresses as seen from the page; in documents, with the site's own in front."""
    words: Words
    """Those around it."""

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
        return self.words.name_of(self.release.policy.facts.language)

    def text(
        self, *, paper: bool = False, names: Sequence[str] = (), notes: Notes | None = None
    ) -> Fragment:
        """The text, with a label wherever it is not up to date.

        A section that is not translated has its heading from the authoritative text, so that a
        link to it leads somewhere.

        Args:
            paper: for a PDF.
            names: the permanent names of its clauses, for a link to each.
            notes: what the site says beneath headings; what a label says comes first.
        """
        facts = self.release.policy.facts
        return document_html(
            self.clauses(),
            TextLinks(permalinks=not paper, retired=facts.retired, names=names),
            words=self.words,
            paper=paper,
            labels=self._labels(notes or {}),
        )

    def _labels(self, notes: Notes) -> Notes:
        """What stands beneath headings: where the text is not up to date, and the notes."""
        found = dict(notes)
        for lag in self.lags:
            label, note = self._label(lag), notes.get(lag.anchor)
            found[lag.anchor] = replace(label, html=label.html + note.html) if note else label
        return found

    def clauses(self) -> Iterator[Clause]:
        """Those that it shows, in order."""
        own = {section.anchor: section for section in self.policy.document.sections}
        for section in self.release.policy.document.sections:
            found: Section | None = own.get(section.anchor)
            yield from found.clauses if found else section.clauses[:1]

    def _label(self, lag: Lag) -> HeadingLabel:
        said = self.words.gettext("Read this section in {language}", language=self.original)
        link = self._read_link(lag.anchor, said)
        spoken_in = spoken(self.words.language, self._around)
        html = Markup(
            '<div class="pp-lag" role="note" data-search-exclude>{}<p{}>{}. {}.</p></div>\n'
        ).format(self._own(self.wording.lagging), spoken_in, lag_words(lag, self.words), link)
        return HeadingLabel(html, "" if lag.behind else self.release.policy.facts.language)

    @property
    def _around(self) -> Words | None:
        """The words, where they are in the language of the text."""
        return self.words if self.words.language == self.language else None

    def _read_link(self, anchor: str, said: str) -> Markup:
        page = self.at.release(self.release.number) + (f"#{anchor}" if anchor else "")
        language = self.release.policy.facts.language
        return Markup('<a href="{}" hreflang="{}">{}</a>').format(page, language, said)

    def _own(self, said: str) -> Markup:
        """A sentence of the organisation's own, in the language of the translation."""
        return Markup("<p{}>{}</p>").format(spoken(self.language), said) if said else NOTHING

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
        words, number = self.words, self.release.number
        line = words.gettext(
            "Translation of version {number} into {language}. The text in {original} decides.",
            number=number,
            language=words.name_of(self.language),
            original=self.original,
        )
        read = self._read_link(
            "",
            words.gettext(
                "Read version {number} in {language}", number=number, language=self.original
            ),
        )
        title = Markup("<span{}>{}</span>").format(
            spoken(self.language, words), self.wording.precedence
        )
        body = Markup("<p>{} {}.</p>\n").format(line, read)
        found = page_head.message_box("note", title, body)
        page = self.at.translation(number, self.language) if elsewhere else ""
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
        title = self.words.ngettext(
            "In this translation, {count} section is not up to date",
            "In this translation, {count} sections are not up to date",
            len(self.lags),
        )
        body = Markup("<ul>{}</ul>\n").format(items)
        if own := self.wording.lagging:
            body = Markup("<p>{}:</p>{}").format(title, body)
            title = Markup("<span{}>{}</span>").format(spoken(self.language, self.words), own)
        return page_head.message_box("superseded", title, body)

    def _item(self, lag: Lag, page: str, title: str, language: str) -> Markup:
        address, words = f"{page}#{lag.anchor}", self.words
        link = Markup('<a href="{}"{}>{}</a>').format(address, spoken(language, words), title)
        if not lag.behind:
            return Markup("<li>{}</li>").format(
                words.markup("{section}: not translated", section=link)
            )
        pair = f"{self.at.compare}?from={lag.behind}&to={self.release.number}"
        since = page_head.link_html((words.gettext("what changed since"), pair))
        return Markup("<li>{}</li>").format(
            words.markup(
                "{section}: says what version {number} says ({changes})",
                section=link,
                number=lag.behind,
                changes=since,
            )
        )


def lag_words(lag: Lag, words: Words) -> str:
    """How a section is not up to date."""
    if lag.behind:
        return words.gettext("Says what version {number} says", number=lag.behind)
    return words.gettext("Not translated")


def translation_markdown(
    release: Release, language: str, at: Addresses, words: Words = ENGLISH
) -> str:
    """A translation as one Markdown text, which says what it is before it begins.

    Args:
        release: the version.
        language: of the translation.
        at: addresses with the site's own in front.
        words: around it.
    """
    rendition = Rendition(release, language, at, words)
    policy, original = rendition.policy, rendition.original
    said = [
        rendition.wording.precedence,
        words.gettext(
            "Translation of version {number} into {language}. The text in {original} decides: "
            "{address}",
            number=release.number,
            language=words.name_of(language),
            original=original,
            address=f"<{at.release(release.number)}>",
        ),
    ]
    if rendition.lags:
        listed = "; ".join(_listed_lag(lag, words) for lag in rendition.lags)
        said += [
            rendition.wording.lagging,
            words.gettext("Not up to date: {sections}.", sections=listed),
        ]
    lines = chain.from_iterable(line.splitlines() for line in said if line)
    head, _, body = policy.markdown.partition("\n\n")
    quoted = "\n>\n".join(f"> {line}" for line in lines)
    return f"{head}\n\n{quoted}\n\n{body}"


def _listed_lag(lag: Lag, words: Words) -> str:
    name = f"`{lag.anchor}`"
    if lag.behind:
        return words.gettext(
            "{section}: says what version {number} says", section=name, number=lag.behind
        )
    return words.gettext("{section}: not translated", section=name)


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


def language_switch(here: str, addresses: Mapping[str, str], words: Words) -> Markup:
    """Links to the same page in each language; empty where there is only one.

    Args:
        here: the language of this page.
        addresses: of the page in each language, the authoritative one first.
        words: of the page.
    """
    if len(addresses) < 2:
        return NOTHING
    items = NOTHING.join(
        Markup("<li>{}</li>").format(language_link(language, address, here=language == here))
        for language, address in addresses.items()
    )
    return Markup(
        '<nav class="pp-languages" aria-label="{}" data-search-exclude><ul>{}</ul></nav>\n'
    ).format(words.gettext("Languages"), items)
