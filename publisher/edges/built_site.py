"""The site as it was built, read back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from publisher.answers.form_on_day import FormOnDay
from publisher.answers.opt_out_page import (
    FormAddress,
    OptOutPage,
    language_of_messages,
    opt_out_page,
    require_form,
)
from publisher.answers.request_page import (
    RequestAddress,
    RequestsPage,
    offered_pages,
    request_language,
)
from publisher.answers.request_words import RequestPage
from publisher.edges.archive import Archive
from publisher.edges.lasting import Lasting, note_files
from publisher.errors import ConfigurationError, NotFoundError, SealError
from publisher.markup.elements import NOTHING
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.catalogs import Catalogs

MOST_PAGES = 32
"""Opt-out pages of which what they are made of is kept in memory."""


class FormPages:
    """The opt-out pages of a project. It may be used by several threads.

    What a page costs does not depend on how many releases there are; what was read for it is not
    read again until a file that it was made of changes, or a day begins.
    """

    def __init__(self, archive: Archive, built: Path, catalogs: Catalogs) -> None:
        """Args:
        archive: has the releases.
        built: the folder of the built site; the pages need not be there.
        catalogs: have the words around the forms.
        """
        self._archive, self._built, self._catalogs = archive, built, catalogs
        self._near: Lasting[_Near] = Lasting(MOST_PAGES)

    def read(self, at: FormAddress, now: dt.datetime, asked: str = "") -> OptOutPage:
        """The opt-out page of a release.

        Args:
            at: which page.
            now: the time.
            asked: the languages that the visitor reads, as a browser asks for them; empty: not
                known.

        Raises:
            NotFoundError: there is no such release, nobody may opt out of it, or not in this
                language.
            SealError: the release was altered.
        """
        name = f"{at.policy_id}/{at.number}/{at.language}"
        near = self._near.get(name, lambda: self._found(at))
        page, today = near.page, near.today(now)
        if page is None or page.form.today != today:
            release = near.release
            words = self._catalogs.words(at.language or release.policy.facts.language)
            form = require_form(FormOnDay(release, near.releases, today, words, at.language))
            page = opt_out_page(form, near.built, words, self._catalogs.trouble)
            near.page = page
        return page.telling(self._catalogs.words(language_of_messages(page.form, asked)))

    def _found(self, at: FormAddress) -> _Near:
        release = self._archive.release(at.policy_id, at.number)
        near = _neighbours(self._archive, release)
        path = self._built / at.policy_id / str(at.number) / "opt-out" / at.language / "index.html"
        note_files([path])
        return _Near(release, near, _built(path))


@dataclass
class _Near:
    """What an opt-out page is made of."""

    release: Release
    releases: Releases
    """It, its corrections, and the versions beside it."""
    built: Markup
    page: OptOutPage | None = None
    """The page on the day on which it was asked for last."""
    minute: tuple[dt.datetime, dt.date] | None = None
    """The minute in which it was asked for last, and the day that it was."""

    def today(self, now: dt.datetime) -> dt.date:
        """The day on which the releases are looked at: in no time zone does one begin within a
        minute.
        """
        minute, known = now.replace(second=0, microsecond=0), self.minute
        if known is None or known[0] != minute:
            known = self.minute = minute, self.releases.today(now)
        return known[1]


def _neighbours(archive: Archive, release: Release) -> Releases:
    """A release with its corrections, and the versions beside it, as far as they can be read."""
    major = release.number.major
    found = list(archive.amendment(release.policy.id, major))
    others = {found[0].previous.major} if found[0].previous else set()
    others |= {n.major for n in archive.numbers(release.policy.id) if n.major == major + 1}
    for other in others - {major}:
        # A version beside this one that was altered is told where it is asked for.
        with suppress(SealError, ConfigurationError):
            found += archive.amendment(release.policy.id, other)
    register = archive.register(release.policy.id)
    return Releases(sorted(found, key=lambda one: one.number), register)


def read_requests_page(
    built: Path,
    at: RequestAddress,
    organisation: Organisation,
    languages: Sequence[str],
    catalogs: Catalogs,
    *,
    bearer: bool = False,
) -> RequestsPage:
    """A page for requests.

    Args:
        built: the folder of the built site; the page need not be there.
        at: which page.
        organisation: whose.
        languages: those that there are such pages in, that of pages without a tag first.
        catalogs: have the words around its form.
        bearer: whether whoever asks has a pass: links in mails outlive the languages of a site, and
            lead to a page in the usual one then.

    Raises:
        NotFoundError: there is no such page.
    """
    # What a release offers may be confirmed, whatever pages there are.
    offered = {*offered_pages(organisation.requests), RequestPage.CONFIRM}
    known = at.language in ("", *languages)
    if at.page not in offered or not (known or bearer):
        raise NotFoundError("there is no such page for requests", where=at.path)
    words = catalogs.words(request_language(languages, at.language) or languages[0])
    html = _built(built / at.path / "index.html")
    return RequestsPage(at, organisation, words, html, catalogs.trouble)


def read_lost_page(built: Path) -> Markup:
    """The page for addresses that do not exist; empty where it is not built.

    Args:
        built: the folder of the built site.
    """
    return _built(built / "404.html")


def _built(path: Path) -> Markup:
    try:
        return Markup(path.read_text("utf-8"))  # noqa: S704 - we built it
    except OSError:
        return NOTHING
