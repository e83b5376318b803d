"""The pages of a version in its other languages, and of the text in force in each of them.

A page speaks the language of the translation that it shows. What it says of other versions is what
the pages of the authoritative text say as well, so a release alters no more of them than of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.site import languages, page_head, page_parts, relations
from publisher.site.catalogue import translated_digest
from publisher.site.context import PolicyOnDay, published
from publisher.site.languages import Rendition
from publisher.site.opt_out_call import opt_out_call
from publisher.site.page import Body, Page
from publisher.site.release_words import pdf_words, spoken
from publisher.site.section_notes import section_notes
from publisher.site.standing import announcement, status_banner
from publisher.site.version_pages import (
    anchors_script,
    digest_list,
    redline_style,
    steps_script,
)
from publisher.wording.language import own_name
from publisher.wording.words import Words


def translation_pages(policy: PolicyOnDay, release: Release) -> Iterator[Page]:
    """A version in its other languages, and what was changed in each."""
    before = policy.releases.predecessor(release)
    for language, wording in release.policy.facts.translations.items():
        path, words = f"{release.name}/{language}/", policy.words_of(language)
        named, day = {"policy": wording.title, "number": release.number}, published(release)
        title, body = (
            words.gettext("{policy}, version {number}", **named),
            partial(_version, policy, release, language),
        )
        yield Page(path, title, body, modified=day, words=words)
        if before and language in before.policy.translations:
            title = words.gettext("{policy}, version {number}: what changed", **named)
            body = partial(_changes, policy, release, language)
            yield Page(f"{path}changes/", title, body, modified=day, words=words)


def stable_translation_pages(policy: PolicyOnDay) -> Iterator[Page]:
    """The text in force in each language that any version was ever in, at addresses that stay."""
    current = policy.current
    known = dict.fromkeys(
        language
        for release in reversed(policy.releases)
        for language in release.policy.translations
    )
    for language in known:
        path, name, words = (
            f"{policy.policy_id}/{language}/",
            own_name(language),
            policy.words_of(language),
        )
        if current and language in current.policy.translations:
            title = current.policy.facts.translations[language].title
            body, day = (
                partial(_current, policy, current, language),
                policy.modified(policy.releases.begins(current)),
            )
        else:
            title = words.gettext(
                "{policy}: {language}",
                policy=policy.called(language),
                language=words.name_of(language),
            )
            body, day = partial(_missing, policy, current, language), policy.modified()
        yield Page(path, title, body, label=name, modified=day, words=words)


# ── a text ───────────────────────────────────────────────────────────────────────────────────────


def _rendition(policy: PolicyOnDay, release: Release, language: str, at: Addresses) -> Rendition:
    return Rendition(release, language, at, policy.words_of(language))


def _version(policy: PolicyOnDay, release: Release, language: str) -> Body:
    at = policy.at(3)
    rendition = _rendition(policy, release, language, at)
    words = rendition.words
    top = [
        policy.crumbs(at, words.name_of(language), words, release, language),
        _head(policy, rendition),
        languages.language_switch(language, languages.version_addresses(release, at), words),
        status_banner(policy, release, at, words),
        opt_out_call(policy, release, at, words, language),
    ]
    alternates = relations.language_links(languages.version_addresses(release, policy.site))
    head = policy.head(at, *_forms(release, language, at), *alternates, language=language)
    head += relations.linked_translation(release, language, policy.organisation.name, policy.site)
    return _body(policy, rendition, top, head, own=True)


def _current(policy: PolicyOnDay, release: Release, language: str) -> Body:
    at = policy.at(2)
    rendition = _rendition(policy, release, language, at)
    words = rendition.words
    top = [
        page_head.crumbs(policy.trail(at, words)[:1], rendition.policy.facts.title, words),
        _head(policy, rendition),
        languages.language_switch(language, languages.current_addresses(release, at), words),
        announcement(policy, at, words),
    ]
    alternates = relations.language_links(languages.current_addresses(release, policy.site))
    head = policy.head(at, *_forms(release, language, at), *alternates, language=language)
    return _body(policy, rendition, top, head)


def _head(policy: PolicyOnDay, rendition: Rendition) -> Markup:
    release, words = rendition.release, rendition.words
    line = policy.line(release, words)
    title = rendition.policy.facts.title
    return page_head.page_title(
        title, policy.organisation.name, line, spoken(rendition.language, words)
    )


def _body(
    policy: PolicyOnDay, rendition: Rendition, top: list[Markup], head: Markup, *, own: bool = False
) -> Body:
    """A translation as a page; `own`: at the address of its version."""
    release, language, words = rendition.release, rendition.language, rendition.words
    notes = {} if own else section_notes(policy.organisation, rendition.at, words)
    text, facts = (
        policy.derived.translated(language).text(release, rendition.at, notes),
        rendition.policy.facts,
    )
    said = words.gettext("This translation")
    parts = [
        *top,
        rendition.notice(),
        _remark(rendition),
        policy.facts(release, rendition.at, words, language),
        page_head.action_row(_links(policy, rendition, own=own), said),
        page_parts.contents_list(text, words),
        rendition.article(text),
        anchors_script(rendition.at),
    ]
    if own:
        text_digest = translated_digest(release, language, policy.site, words)
        parts.append(
            digest_list(release, policy.site, (f"policy.{language}.md", text_digest), words)
        )
    description = words.gettext(
        "{policy} of {organisation}: translation of version {number} into {language}. "
        "The text in {original} decides.",
        policy=facts.title,
        organisation=policy.organisation.name,
        number=release.number,
        language=words.name_of(language),
        original=rendition.original,
    )
    return Body(NOTHING.join(parts), text.headings, description, head)


def _remark(rendition: Rendition) -> Markup:
    facts = rendition.policy.facts
    if not facts.remark:
        return NOTHING
    return Markup("<div{}>{}</div>\n").format(
        spoken(rendition.language, rendition.words), page_parts.remark(facts)
    )


def _links(policy: PolicyOnDay, rendition: Rendition, *, own: bool) -> list[page_head.TextLink]:
    release, language, at = rendition.release, rendition.language, rendition.at
    words, coming = rendition.words, policy.coming
    said = pdf_words(release, policy.releases, policy.today, words)
    links = [(said, at.download(release.number, f"policy.{language}.pdf"))]
    if own:
        links.insert(0, (words.gettext("Text in force"), at.translated(language)))
    elif coming and language in coming.policy.translations:
        said = words.gettext("Read version {number}", number=coming.number)
        links.insert(0, (said, at.translation(coming.number, language)))
    links += page_head.letter_links(release, policy.releases, at, words)
    if not own:
        feed = at.listing(f"{relations.feed_name(language)}.atom")
        links.append((words.gettext("Compare any two"), at.compared(language)))
        links.append((words.gettext("In a feed reader"), feed))
    return links


def _forms(release: Release, language: str, at: Addresses) -> tuple[relations.TypedLink, ...]:
    folder = at.release(release.number)
    return relations.form_links(folder, f"policy.{language}", printed=True)


def _missing(policy: PolicyOnDay, current: Release | None, language: str) -> Body:
    """Where the text in force is not in a language that another version is in."""
    at, words = policy.at(2), policy.words_of(language)
    having = [r for r in policy.releases if language in r.policy.translations]
    links = [(policy.dated(r, words), at.translation(r.number, language)) for r in reversed(having)]
    items = NOTHING.join(Markup("<li>{}</li>").format(page_head.link_html(link)) for link in links)
    parts = [
        page_head.crumbs(policy.trail(at, words)[:1], policy.called(language), words),
        page_head.page_title(
            policy.called(language),
            policy.organisation.name,
            attributes=spoken(language, words),
        ),
        page_head.message_box(
            "superseded",
            _untranslated(current, at, language, words),
            Markup("<p>{}</p><ul>{}</ul>\n").format(words.gettext("Translated versions:"), items),
        ),
        announcement(policy, at, words),
    ]
    about = words.gettext(
        "Translated versions of the policy “{policy}” of {organisation}.",
        policy=policy.called(language),
        organisation=policy.organisation.name,
    )
    head = policy.head(at, language=language)
    return Body(NOTHING.join(parts), description=about, head=head)


def _untranslated(current: Release | None, at: Addresses, language: str, words: Words) -> Markup:
    if current is None:
        return words.markup("No version is in force yet.")
    said = words.gettext("version {number}", number=current.number)
    return words.markup(
        "The text in force, {version}, is not translated into {language}",
        version=page_head.link_html((said, at.current)),
        language=words.name_of(language),
    )


# ── what changed ─────────────────────────────────────────────────────────────────────────────────


def _compared(policy: PolicyOnDay, release: Release, at: Addresses, language: str) -> Markup:
    words = policy.words_of(language)
    said = words.gettext("version {number}", number=release.number)
    link = page_head.link_html((said, at.translation(release.number, language)))
    return words.markup("{version} ({when})", version=link, when=policy.when(release, words))


def _changes(policy: PolicyOnDay, release: Release, language: str) -> Body:
    """The redline of a translation against that of the version before."""
    before, at = policy.releases.predecessor(release), policy.at(4)
    assert before
    rendition = _rendition(policy, release, language, at)
    words = rendition.words
    changed = policy.derived.translated(language).changes(release)
    old, new = (_compared(policy, r, at, language) for r in (before, release))
    title = words.gettext(
        "What changed in this translation with version {number}", number=release.number
    )
    line = words.markup("Compares the translations of {old} and {new}.", old=old, new=new)
    addresses = languages.change_addresses(before, release, at)
    parts = [
        policy.crumbs(at, words.gettext("What changed"), words, release, language),
        page_head.page_title(title, rendition.policy.facts.title, line),
        languages.language_switch(language, addresses, words),
        status_banner(policy, release, at, words),
        opt_out_call(policy, release, at, words, language),
        rendition.notice(elsewhere=True),
        page_parts.general_note(rendition.policy.notes, language, words),
        changed.html,
        steps_script(at),
    ]
    description = words.gettext(
        "{policy}: what version {number} changes, word by word.",
        policy=rendition.policy.facts.title,
        number=release.number,
    )
    head = policy.head(at, language=language)
    return Body(NOTHING.join(parts), changed.headings, description, head + redline_style(at))
