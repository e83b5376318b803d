"""The pages beside that of what a version changes: what this program finds where people were told
something else; and of a correction, the whole of what its letters told.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from publisher.markup.elements import NOTHING
from publisher.markup.html import Fragment
from publisher.releases.release import Release
from publisher.releases.told_changes import told_as_whole
from publisher.site import page_head
from publisher.site.context import PolicyOnDay, published
from publisher.site.page import Body, Page
from publisher.site.standing import status_banner
from publisher.site.told_words import ANEW, WHOLE, anew_title
from publisher.site.version_pages import redline_style, steps_script


def told_pages(policy: PolicyOnDay, release: Release) -> Iterator[Page]:
    """These pages of a version, in each of its languages; none where there is nothing to show."""
    yield from _pages(policy, release, "", policy.derived.changes_beside(release))
    for language in release.policy.translations:
        texts = policy.derived.translated(language)
        yield from _pages(policy, release, language, texts.changes_beside(release))


def _pages(
    policy: PolicyOnDay, release: Release, language: str, shown: dict[str, Fragment]
) -> Iterator[Page]:
    folder = f"{release.name}/{language}/" if language else f"{release.name}/"
    words = policy.words_of(language or release.policy.facts.language)
    own = release.policy.in_language(language) if language else release.policy
    named = {"policy": own.facts.title, "number": release.number}
    title = words.gettext("{policy}: what version {number} changes", **named)
    for place, fragment in shown.items():
        anew = place.endswith(ANEW)
        said = anew_title(title, words) if anew else title
        path = f"{folder}changes/{place}"
        body = partial(_body, policy, release, language, path, fragment)
        day = published(release)
        yield Page(path, said, body, modified=day, words=words, noindex=anew)


def _body(policy: PolicyOnDay, release: Release, language: str, path: str, shown: Fragment) -> Body:
    at, words = (
        policy.at(path.count("/")),
        policy.words_of(language or release.policy.facts.language),
    )
    whole = f"/{WHOLE}" in path
    before = (
        told_as_whole(release, policy.releases, language)
        if whole
        else policy.releases.predecessor(release)
    )
    assert before
    links = [
        page_head.link_html(
            (
                words.gettext("version {number}", number=each.number),
                at.translation(each.number, language) if language else at.release(each.number),
            )
        )
        for each in (before, release)
    ]
    own = release.policy.in_language(language) if language else release.policy
    parts = [
        policy.crumbs(at, words.gettext("What changed"), words, release, language),
        page_head.page_title(
            words.gettext("What version {number} changes", number=release.number),
            own.facts.title,
            words.markup("Compares {old} and {new}.", old=links[0], new=links[1]),
        ),
        status_banner(policy, release, at, words),
        shown.html,
        steps_script(at),
    ]
    head = policy.head(at, language=language)
    return Body(NOTHING.join(parts), shown.headings, head=head + redline_style(at))
