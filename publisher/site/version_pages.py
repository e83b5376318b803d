"""The pages of one version: its text, and what it changes.

But for the first box, which has what is in force, they speak of their neighbours alone: a release
alters the pages of the one before it, and of those before that the box.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.releases.address import Addresses
from publisher.releases.beginning import beginning
from publisher.releases.folder import SUMS_FILE
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.site import languages, page_head, page_parts, relations
from publisher.site.catalogue import text_digest
from publisher.site.context import PolicyOnDay, published
from publisher.site.form_pages import form_pages
from publisher.site.letter_pages import letter_pages
from publisher.site.opt_out_call import opt_out_call
from publisher.site.page import Body, Page
from publisher.site.release_words import (
    change_sentence,
    in_force_words,
    kind_words,
    version_words,
)
from publisher.site.standing import status_banner
from publisher.wording.words import Words

STEPS_SCRIPT = "assets/publisher/steps.js"
"""The script of the redlines, from the site's root."""

REDLINE_STYLE = "assets/publisher/redline.css"
"""What pages with a redline look like beyond all others, likewise."""

ANCHORS_SCRIPT = "assets/publisher/anchors.js"
"""The script of the texts, likewise."""


def version_pages(policy: PolicyOnDay, release: Release) -> Iterator[Page]:
    """All pages of one version."""
    words, number = policy.words_for(release), release.number
    path, day = f"{policy.policy_id}/{number}/", published(release)
    named = {"policy": release.policy.facts.title, "number": number}
    page = partial(Page, modified=day, words=words)
    title = words.gettext("{policy}, version {number}", **named)
    yield page(path, title, partial(_release, policy, release))
    if policy.releases.predecessor(release):
        title = words.gettext("{policy}: what version {number} changes", **named)
        if release.materiality is Materiality.EDITORIAL:
            title = words.gettext("{policy}: what version {number} corrects", **named)
        yield page(f"{path}changes/", title, partial(_changes, policy, release))
    yield from letter_pages(policy, release)
    yield from form_pages(policy, release)


def version_actions(
    policy: PolicyOnDay, release: Release, at: Addresses, *, history: bool = False
) -> Markup:
    """Links for the reader of a version; `history`: also to all versions."""
    words = policy.words_for(release)
    links = [(words.gettext("All versions"), at.history)] if history else []
    links += policy.downloads(release, at, "policy", words)
    links += page_head.letter_links(release, policy.releases, at, words)
    return page_head.action_row(links, words.gettext("This version"))


def version_described(policy: PolicyOnDay, release: Release) -> str:
    """A version in a sentence, for search engines."""
    words = policy.words_for(release)
    return words.gettext(
        "{policy} of {organisation}, version {number}, {when}.",
        policy=release.policy.facts.title,
        organisation=policy.organisation.name,
        number=release.number,
        when=in_force_words(release, words, beginning(release, policy.releases)),
    )


def anchors_script(at: Addresses) -> Markup:
    """Loads the script that leads links to clauses which are gone to the history of the section."""
    return Markup('<script src="{}{}" data-sections="{}" defer></script>\n').format(
        at.root, ANCHORS_SCRIPT, at.sections
    )


def redline_style(at: Addresses) -> Markup:
    """Loads the style sheet of redlines, for the head of a page: no other page fetches it."""
    return Markup('<link rel="stylesheet" href="{}{}">\n').format(at.root, REDLINE_STYLE)


def steps_script(at: Addresses) -> Markup:
    """Loads the script that leads from change to change."""
    return Markup('<script src="{}{}" defer></script>\n').format(at.root, STEPS_SCRIPT)


# ── its text ─────────────────────────────────────────────────────────────────────────────────────


def _release(policy: PolicyOnDay, release: Release) -> Body:
    """The text, with a banner where it is not in force."""
    facts, at, words = release.policy.facts, policy.at(2), policy.words_for(release)
    text = policy.derived.text(release)
    what = kind_words(release, words)
    line = Markup("{} {}").format(policy.chip(release, words), f"{what[:1].upper()}{what[1:]}")
    title = words.gettext("{policy}, version {number}", policy=facts.title, number=release.number)
    addresses = languages.version_addresses(release, at)
    parts = [
        policy.crumbs(at, version_words(release, words), words),
        page_head.page_title(title, policy.organisation.name, line),
        languages.language_switch(facts.language, addresses, words),
        status_banner(policy, release, at, words),
        opt_out_call(policy, release, at, words),
        page_parts.remark(facts),
        policy.facts(release, at, words),
        version_actions(policy, release, at),
        page_parts.contents_list(text, words),
        page_parts.text_article(release.policy, text),
        digest_list(release, policy.site, ("policy.md", text_digest(release)), words),
        anchors_script(at),
    ]
    links = [
        *relations.version_links(release, policy.releases, at),
        *relations.language_links(languages.version_addresses(release, policy.site)),
    ]
    about = relations.linked_data(
        release,
        policy.periods.get(release.number),
        policy.organisation.name,
        policy.site,
        printed=policy.releases.has_pdf(release),
    )
    head = policy.head(at, *links, *policy.forms(release, at, "policy")) + about
    return Body(NOTHING.join(parts), text.headings, version_described(policy, release), head)


def digest_list(release: Release, at: Addresses, text: tuple[str, str], words: Words) -> Markup:
    """The digests of a version, each with the command that computes it from what is online.

    Args:
        release: the version.
        at: addresses with the site's own in front.
        text: the name of the file with its text, and the digest of that file.
        words: of the page.
    """
    rows = [(words.gettext("Text (SHA-256)"), *text)]
    if release.seal:
        rows.append((words.gettext("Seal (SHA-256)"), SUMS_FILE, release.seal))
    cells = NOTHING.join(
        Markup(
            '<dt>{}</dt><dd><code dir="ltr">{}</code><br>'
            '<code dir="ltr">curl -s {} | sha256sum</code></dd>'
        ).format(name, value, at.download(release.number, file))
        for name, file, value in rows
    )
    return Markup('<dl class="pp-seal" data-search-exclude>{}</dl>\n').format(cells)


# ── what it changes ──────────────────────────────────────────────────────────────────────────────


def _changes_title(release: Release, words: Words) -> str:
    if release.materiality is Materiality.EDITORIAL:
        return words.gettext("What version {number} corrects", number=release.number)
    return words.gettext("What version {number} changes", number=release.number)


def _compared(policy: PolicyOnDay, release: Release, at: Addresses, words: Words) -> Markup:
    link = page_head.link_html(
        (words.gettext("version {number}", number=release.number), at.release(release.number))
    )
    return words.markup("{version} ({when})", version=link, when=policy.when(release, words))


def _changes(policy: PolicyOnDay, release: Release) -> Body:
    """The redline against the version before it."""
    before, short = policy.releases.predecessor(release), policy.summaries.get(release.number)
    assert before
    assert short
    facts, at, words = release.policy.facts, policy.at(3), policy.words_for(release)
    old, new = (_compared(policy, r, at, words) for r in (before, release))
    changed = policy.derived.changes(release)
    links = policy.downloads(release, at, "changes", words)
    links += page_head.letter_links(release, policy.releases, at, words)
    addresses = languages.change_addresses(before, release, at)
    parts = [
        policy.crumbs(at, words.gettext("What changed"), words, release),
        page_head.page_title(
            _changes_title(release, words),
            facts.title,
            words.markup("Compares {old} and {new}.", old=old, new=new),
        ),
        languages.language_switch(facts.language, addresses, words),
        status_banner(policy, release, at, words),
        opt_out_call(policy, release, at, words),
        page_parts.remark(facts),
        page_parts.general_note(release.policy.notes, facts.language, words),
        page_head.action_row(links, words.gettext("These changes")),
        changed.html,
        steps_script(at),
    ]
    description = words.gettext(
        "Every change from version {before} to version {number}, word by word: {summary}.",
        before=before.number,
        number=release.number,
        summary=change_sentence(before, release, short.figures, words),
    )
    others = relations.language_links(languages.change_addresses(before, release, policy.site))
    head = policy.head(at, *policy.forms(release, at, "changes"), *others)
    return Body(NOTHING.join(parts), changed.headings, description, head + redline_style(at))
