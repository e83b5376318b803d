"""Telling a visitor, in a language that the visitor reads, that there is no page to show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from markupsafe import Markup

from publisher.actions.workplace import Workplace
from publisher.answers.error_page import error_page, lost_page
from publisher.edges.archive import Archive
from publisher.edges.built_site import read_lost_page
from publisher.errors import PublisherError
from publisher.releases.release import Release
from publisher.wording.asked_language import asked_language
from publisher.wording.words import ENGLISH


def tell_error(workplace: Workplace, status: int, path: str = "", asked: str = "") -> Markup:
    """The page that says what went wrong.

    It is in the language that the visitor's browser asks for, if the policy is in it that the path
    names, or any policy where it names none; else in that of the policies. Whatever else is amiss
    here, there is a page.

    Args:
        workplace: of which project.
        status: of HTTP.
        path: what was asked for, from the site's root.
        asked: `Accept-Language`; empty: not known.
    """
    words, language = ENGLISH, None
    with suppress(PublisherError, OSError):
        named = path.strip("/").partition("/")[0]
        known = [*_languages(workplace.archive, workplace.policy_ids, named)]
        language = asked_language(asked, known)
        words = workplace.receiving_catalogs.words(language or next(iter(known), ENGLISH.language))
    if status != 404:
        return error_page(status, words)
    built = read_lost_page(workplace.project.built)
    # What nobody asked for in another language stays as it was built, in that of the site.
    return built if built and language is None else lost_page(built, words)


def _languages(archive: Archive, ids: Sequence[str], named: str) -> Iterator[str]:
    for policy_id in (named,) if named in ids else ids:
        release: Release | None = None
        with suppress(PublisherError):
            release = archive.last(policy_id)
        if release:
            yield release.policy.facts.language
            yield from release.policy.translations
