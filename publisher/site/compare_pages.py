"""The pages on which any version is compared with any other: of the text, of each translation."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from markupsafe import Markup

from publisher.markup.elements import NOTHING
from publisher.markup.html import Heading
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.site import languages, page_head, relations, versus
from publisher.site.compare_steps import STEPS_HEADING, ComparableLine
from publisher.site.context import PolicyOnDay
from publisher.site.page import Body, Page
from publisher.site.standing import standing_box
from publisher.site.version_pages import redline_style
from publisher.wording.words import Words


def compare_page(policy: PolicyOnDay, title: str) -> Body:
    """Any version of the authoritative text against any other."""
    at = policy.at(2)
    line = ComparableLine(
        language=policy.language,
        words=policy.words,
        releases=policy.releases,
        absent=(),
        original=("", ""),
        when=lambda release: policy.when(release, policy.words),
        file_of=policy.derived.comparable_name,
        changes_of=lambda old, new: at.changes(new.number) * _follows(policy, old, new),
        gone=_gone(policy),
        before=policy.releases.predecessor,
        turn=(policy.current, policy.coming),
        known_of=partial(_known_of, policy, at, ""),
    )
    return _page(policy, line, title, at)


def translated_compare_pages(policy: PolicyOnDay) -> Iterator[Page]:
    """The same of each translation: of the versions that have it."""
    for language in policy.derived.languages:
        words = policy.words_of(language)
        title = words.gettext(
            "{policy}: {page}",
            policy=policy.derived.translated(language).title,
            page=words.gettext("Compare two versions"),
        )
        body = partial(_translated, policy, language, title)
        path = f"{policy.policy_id}/compare/{language}/"
        yield Page(path, title, body, modified=policy.modified(), words=words)


def _translated(policy: PolicyOnDay, language: str, title: str) -> Body:
    at, texts = policy.at(3), policy.derived.translated(language)

    def changes_of(old: Release, new: Release) -> str:
        has_page = _follows(policy, old, new) and texts.has_changes(new)
        return at.retranslated(new.number, language) if has_page else ""

    line = ComparableLine(
        language=language,
        words=texts.words,
        releases=texts.releases,
        absent=[r for r in policy.releases if language not in r.policy.translations],
        original=("../", policy.language),
        when=lambda release: policy.when(release, texts.words),
        file_of=texts.comparable_name,
        changes_of=changes_of,
        gone=_gone(policy),
        before=policy.releases.predecessor,
        turn=(policy.current, policy.coming),
        known_of=partial(_known_of, policy, at, language),
    )
    return _page(policy, line, title, at)


def _known_of(
    policy: PolicyOnDay, at: Addresses, language: str, release: Release
) -> dict[Number, Markup]:
    """What this program knows of changes against other versions than the one before."""
    texts = policy.derived.translated(language) if language else policy.derived
    words = policy.words_of(language or release.policy.facts.language)
    page = at.retranslated(release.number, language) if language else at.changes(release.number)
    found = {}
    for number, known in texts.known_pairs(release).items():
        link = page_head.link_html((known.origin(words), f"{page}{known.place}"))
        said = words.pmarkup("list", "{figures}, {origin}", figures=known.said, origin=link)
        found[number] = said
    return found


def _follows(policy: PolicyOnDay, old: Release, new: Release) -> bool:
    """Whether the page of what a version changes compares it with that one."""
    return policy.releases.predecessor(new) is old


def _gone(policy: PolicyOnDay) -> frozenset[Number]:
    return frozenset(one.number for one in policy.releases if policy.releases.is_retracted(one))


def _page(policy: PolicyOnDay, line: ComparableLine, title: str, at: Addresses) -> Body:
    words = line.words
    lead = words.markup("Any version against any other, whichever is the older.")
    parts = [
        policy.crumbs(at, words.gettext("Compare two versions"), words, None, line.language),
        page_head.page_title(title, policy.organisation.name, lead),
        languages.language_switch(line.language, _addresses(policy, at), words),
        standing_box(policy, at, words),
        versus.version_chooser(line, at),
        versus.compare_script(at) if len(line.releases) > 1 else NOTHING,
    ]
    about = words.gettext(
        "Any two versions of the policy “{policy}” of {organisation}, compared.",
        policy=policy.called(line.language),
        organisation=policy.organisation.name,
    )
    others = relations.language_links(_addresses(policy, policy.site))
    tag = "" if line.language == policy.language else line.language
    head = policy.head(at, *relations.history_links(at), *others, language=tag)
    return Body(NOTHING.join(parts), _headings(line, words), about, head + redline_style(at))


def _addresses(policy: PolicyOnDay, at: Addresses) -> dict[str, str]:
    """The address of the page in each language, the authoritative one first."""
    others = {language: at.compared(language) for language in policy.derived.languages}
    return {policy.language: at.compare, **others}


def _headings(line: ComparableLine, words: Words) -> tuple[Heading, ...]:
    if len(line.releases) < 2:
        return ()
    return (Heading(2, STEPS_HEADING, words.gettext("Step by step")),)
