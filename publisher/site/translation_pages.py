"""The pages of a version in its other languages, and of the text in force in each of them.

What they say of other versions is what the pages of the authoritative text say as well, so a
release alters no more of them than of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.policies.language import english_name, own_name
from publisher.releases.address import Addresses
from publisher.releases.release import Release
from publisher.releases.releases import Status
from publisher.site import languages, page_head, page_parts, relations
from publisher.site.catalogue import translated_digest
from publisher.site.context import PolicyOnDay, published
from publisher.site.languages import Rendition
from publisher.site.page import Body, Page
from publisher.site.page_parts import spoken
from publisher.site.version_pages import answer_links, digest_list, steps_script


def translation_pages(policy: PolicyOnDay, release: Release) -> Iterator[Page]:
    """A version in its other languages, and what was changed in each."""
    before = policy.releases.predecessor(release)
    for language, wording in release.policy.facts.translations.items():
        path = f"{release.name}/{language}/"
        title, day = f"{wording.title}, version {release.number}", published(release)
        yield Page(path, title, partial(_version, policy, release, language), modified=day)
        if before and language in before.policy.translations:
            body = partial(_changes, policy, release, language)
            yield Page(f"{path}changes/", f"{title}: what changed", body, modified=day)


def stable_translation_pages(policy: PolicyOnDay) -> Iterator[Page]:
    """The text in force in each language that any version was ever in, at addresses that stay."""
    current = policy.releases.in_force(policy.today)
    known = dict.fromkeys(
        language
        for release in reversed(policy.releases)
        for language in release.policy.translations
    )
    for language in known:
        path, name = f"{policy.policy_id}/{language}/", own_name(language)
        if current and language in current.policy.translations:
            title = current.policy.facts.translations[language].title
            body, day = (
                partial(_current, policy, current, language),
                policy.modified(current.effective),
            )
            yield Page(path, title, body, label=name, modified=day)
        else:
            title = f"{policy.title}: {name}"
            body = partial(_missing, policy, current, language)
            yield Page(path, title, body, label=name, modified=policy.modified())


# ── a text ───────────────────────────────────────────────────────────────────────────────────────


def _version(policy: PolicyOnDay, release: Release, language: str) -> Body:
    at, status = policy.at(3), policy.releases.status(release, policy.today).status
    rendition = Rendition(release, language, at)
    top = [
        policy.crumbs(at, own_name(language), release),
        _head(policy, rendition, status),
        languages.language_switch(language, languages.version_addresses(release, at)),
        page_head.status_banner(release, policy.releases, policy.today, at),
    ]
    alternates = relations.language_links(languages.version_addresses(release, policy.site))
    head = policy.head(at, *_forms(release, language, at), *alternates)
    head += relations.linked_translation(release, language, policy.organisation.name, policy.site)
    return _body(policy, rendition, top, head, own=True)


def _current(policy: PolicyOnDay, release: Release, language: str) -> Body:
    at = policy.at(2)
    rendition = Rendition(release, language, at)
    top = [
        page_head.crumbs([("Policies", at.root), (policy.title, at.current)], own_name(language)),
        _head(policy, rendition, Status.IN_FORCE),
        languages.language_switch(language, languages.current_addresses(release, at)),
        page_head.announcement(policy.releases, policy.today, at),
    ]
    alternates = relations.language_links(languages.current_addresses(release, policy.site))
    head = policy.head(at, *_forms(release, language, at), *alternates)
    return _body(policy, rendition, top, head)


def _head(policy: PolicyOnDay, rendition: Rendition, status: Status) -> Markup:
    release = rendition.release
    line = page_head.status_line(release, status)
    title = rendition.policy.facts.title
    return page_head.page_title(title, policy.organisation.name, line, rendition.language)


def _body(
    policy: PolicyOnDay, rendition: Rendition, top: list[Markup], head: Markup, *, own: bool = False
) -> Body:
    """A translation as a page; `own`: at the address of its version."""
    release, language = rendition.release, rendition.language
    text, facts = (
        policy.derived.translation(release, language, rendition.at),
        rendition.policy.facts,
    )
    parts = [
        *top,
        rendition.notice(),
        Markup("<div{}>{}</div>\n").format(spoken(language), page_parts.remark(facts))
        if facts.remark
        else NOTHING,
        _facts(policy, rendition),
        page_head.action_row(_links(policy, rendition, own=own), "This translation"),
        page_parts.contents_list(text),
        rendition.article(text),
    ]
    if own:
        text_digest = translated_digest(release, language, policy.site)
        parts.append(digest_list(release, policy.site, f"policy.{language}.md", text_digest))
    description = (
        f"{facts.title}: {english_name(language)} translation of version {release.number} of the "
        f"{release.policy.facts.title} of {policy.organisation.name}. "
        f"The {rendition.original} text decides."
    )
    return Body(NOTHING.join(parts), text.headings, description, head)


def _facts(policy: PolicyOnDay, rendition: Rendition) -> Markup:
    release, at = rendition.release, rendition.at
    link = (f"{release.number}, {page_parts.kind_words(release)}", at.release(release.number))
    rows = [
        ("Version", page_head.link_html(link)),
        ("In force from", rendition.day(release.effective)),
        ("Published", rendition.day(published(release))),
    ]
    before = policy.releases.predecessor(release)
    if before and rendition.language in before.policy.translations:
        words = f"What changed in this translation since version {before.number}"
        link = (words, at.retranslated(release.number, rendition.language))
        rows.append(("What it changes", page_head.link_html(link)))
    return page_head.fact_list(rows)


def _links(policy: PolicyOnDay, rendition: Rendition, *, own: bool) -> list[page_head.TextLink]:
    release, language, at = rendition.release, rendition.language, rendition.at
    forms = (("Download PDF", "pdf"), ("Markdown", "md"), ("JSON", "json"))
    links = [(w, at.download(release.number, f"policy.{language}.{end}")) for w, end in forms]
    coming = policy.releases.upcoming(policy.today)
    if own:
        links.insert(0, (f"Text in force ({own_name(language)})", at.translated(language)))
    elif coming and language in coming.policy.translations:
        words = f"Version {coming.number} ({own_name(language)})"
        links.insert(0, (words, at.translation(coming.number, language)))
    return [*links, *answer_links(policy, release, at)]


def _forms(release: Release, language: str, at: Addresses) -> tuple[relations.TypedLink, ...]:
    folder = at.release(release.number)
    return relations.form_links(folder, f"policy.{language}", printed=True)


def _missing(policy: PolicyOnDay, current: Release | None, language: str) -> Body:
    """Where the text in force is not in a language that another version is in."""
    at, name = policy.at(2), english_name(language)
    having = [r for r in policy.releases if language in r.policy.translations]
    links = [(f"Version {r.number}", at.translation(r.number, language)) for r in reversed(having)]
    items = NOTHING.join(Markup("<li>{}</li>").format(page_head.link_html(link)) for link in links)
    what = Markup("No version is in force yet")
    if current:
        read = page_head.link_html((f"version {current.number}", at.current))
        what = Markup("The text in force, {}, is not translated into {}").format(read, name)
    parts = [
        page_head.crumbs([("Policies", at.root), (policy.title, at.current)], own_name(language)),
        page_head.page_title(policy.title, policy.organisation.name),
        page_head.message_box(
            "superseded",
            what,
            Markup("<p>In {} there are:</p><ul>{}</ul>\n").format(name, items),
        ),
    ]
    return Body(NOTHING.join(parts), head=policy.head(at))


# ── what changed ─────────────────────────────────────────────────────────────────────────────────


def _changes(policy: PolicyOnDay, release: Release, language: str) -> Body:
    """The redline of a translation against that of the version before."""
    before, at = policy.releases.predecessor(release), policy.at(4)
    assert before
    rendition = Rendition(release, language, at)
    changed = policy.derived.translation_changes(release, language)
    compared = Markup(" and ").join(
        page_head.link_html((f"version {r.number}", at.translation(r.number, language)))
        for r in (before, release)
    )
    title = f"What changed in the {english_name(language)} translation with version "
    title += str(release.number)
    line = Markup("Compares the translations of {}.").format(compared)
    parts = [
        policy.crumbs(at, f"What changed, {own_name(language)}", release),
        page_head.page_title(title, rendition.policy.facts.title, line),
        languages.language_switch(language, languages.change_addresses(before, release, at)),
        page_head.status_banner(release, policy.releases, policy.today, at),
        rendition.notice(elsewhere=True),
        changed.html,
        steps_script(at),
    ]
    description = f"{title}, word by word."
    return Body(NOTHING.join(parts), changed.headings, description, policy.head(at))
