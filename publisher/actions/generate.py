"""Generating the site: its pages, PDFs, and what programs read; MkDocs puts the theme around it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from publisher.actions import Progress, silent
from publisher.actions.workplace import Workplace
from publisher.answers.request_page import request_languages
from publisher.edges.archive import Archive
from publisher.edges.build_cache import BuildCache
from publisher.edges.clock import build_time
from publisher.edges.press import Press
from publisher.edges.site_assets import SITE_SHEET, site_assets
from publisher.errors import PublisherError, RenderError
from publisher.paper.documents import SiteDocument, site_documents
from publisher.policies.finding import Finding
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.folder import SUMS_FILE
from publisher.releases.releases import Releases
from publisher.releases.unrecorded import unrecorded
from publisher.site.assembly import SiteParts, assemble
from publisher.site.context import PolicyOnDay
from publisher.site.derived import DerivedTexts
from publisher.site.home import site_words
from publisher.site.page import FileMaker, GeneratedSite, Page
from publisher.wording.catalogs import Catalogs

if TYPE_CHECKING:
    from publisher.edges.release_maker import ReleaseMaker
    from publisher.edges.submissions import Submissions


def generate(
    workplace: Workplace,
    today: dt.date | None = None,
    progress: Progress = silent,
    *,
    draft: bool = False,
) -> GeneratedSite:
    """The generated part of the site.

    Args:
        workplace: of which project.
        today: the day whose statuses it shows; None: that of the build, for each policy on the
            calendar of its releases.
        progress: told of each version and of each PDF.
        draft: add the draft of each policy, for a preview.

    Raises:
        ConfigurationError: a release or the settings do not read.
        SealError: a release was altered.
        RenderError: a PDF could not be made.
    """
    archive, organisation = workplace.archive, workplace.settings.organisation
    catalogs = workplace.catalogs
    now, cache = build_time(workplace.clock), workplace.build_cache
    if workplace.in_repository and not draft:
        for policy_id in workplace.policies:
            workplace.witnesses.require_sound(policy_id)
    lines = {name: archive.releases(name) for name in workplace.policies}
    texts = [_texts(line, organisation, cache, catalogs) for line in lines.values() if line]
    policies = [
        PolicyOnDay(each, today or each.releases.today(now), organisation, catalogs)
        for each in texts
    ]
    _prepare(texts, progress)
    makers = {
        each.path: _maker(each, archive, organisation, workplace.press, cache)
        for policy in policies
        for each in site_documents(policy.releases, organisation, catalogs)
    }
    _make(makers, progress)
    drafts: list[Page] = []
    files = {**site_assets(), **makers}
    for policy_id, line in lines.items() if draft else ():
        shown = _preview(workplace.maker, policy_id, line, workplace.clock())
        drafts += _draft(workplace.submissions, policy_id, line, shown, workplace.clock())
        files |= _preview_makers(policy_id, shown)
    sums = partial(archive.file, name=SUMS_FILE)
    words = site_words(organisation, [policy.language for policy in policies], catalogs)
    spoken = request_languages(organisation, [_spoken(policy) for policy in policies])
    parts = SiteParts(
        sums,
        archive.registers.file,
        files,
        (SITE_SHEET,),
        words,
        tuple(drafts),
        tuple(map(catalogs.words, spoken)),
    )
    until = min((line.day_ends(now) for line in lines.values()), default=None)
    lacking = tuple(_lacking(policies, lambda: workplace.has_ledger))
    return replace(assemble(organisation, policies, parts), until=until, findings=lacking)


def _lacking(policies: Sequence[PolicyOnDay], ledger: Callable[[], bool]) -> Iterator[Finding]:
    """That nothing is on record of a notice; whether a ledger is here is asked only then."""
    for policy in policies:
        for one in unrecorded(policy.releases, policy.today):
            yield one.finding(ledger=ledger())


def _spoken(policy: PolicyOnDay) -> tuple[str, ...]:
    return (policy.language, *policy.releases[-1].policy.translations)


def _texts(
    releases: Releases, organisation: Organisation, cache: BuildCache, catalogs: Catalogs
) -> DerivedTexts:
    at = Addresses(organisation.site, releases[0].policy.id)
    return DerivedTexts(releases, organisation.name, at, cache, catalogs)


def _prepare(texts: Sequence[DerivedTexts], progress: Progress) -> None:
    every = [(each, release) for each in texts for release in each.releases]
    for done, (each, release) in enumerate(every):
        progress("versions", done, len(every))
        each.prepare(release)
    progress("versions", len(every), len(every))


def _make(documents: Mapping[str, FileMaker], progress: Progress) -> None:
    """Has every PDF made, so that an error comes before MkDocs starts."""
    for done, make in enumerate(documents.values()):
        progress("PDFs", done, len(documents))
        make()
    progress("PDFs", len(documents), len(documents))


def _maker(
    found: SiteDocument,
    archive: Archive,
    organisation: Organisation,
    press: Press,
    cache: BuildCache,
) -> FileMaker:
    def make() -> bytes:
        return press.pdf_of(found.document())

    if found.frozen:
        (release,) = found.releases
        return lambda: archive.file(release, found.frozen) or make()
    identities = (release.identity for release in found.releases)
    parts = [found.path, repr(organisation), press.toolchain, found.wording, *identities]
    return lambda: cache.get(parts, make)


# ── a preview: a build that the public reads has no use for these ────────────────────────────────


def _draft(
    submissions: Submissions,
    policy_id: str,
    releases: Releases,
    shown: Mapping[str, bytes] | PublisherError,
    now: dt.datetime,
) -> Iterator[Page]:
    from publisher.checks.draft_findings import review_draft
    from publisher.site.preview import Draft, draft_pages

    try:
        submission, before = submissions.reviewed(policy_id, releases, releases.today(now))
        findings = review_draft(submission, before)
    except PublisherError as error:
        raise RenderError(error.what, where=error.where, remedy=error.remedy) from error
    last = before[-1] if before else None
    refused = shown if isinstance(shown, PublisherError) else None
    names = frozenset(()) if isinstance(shown, PublisherError) else frozenset(shown)
    yield from draft_pages(Draft(policy_id, submission.policy, findings, last, names, refused))


def _preview(
    maker: ReleaseMaker, policy_id: str, releases: Releases, now: dt.datetime
) -> Mapping[str, bytes] | PublisherError:
    """What a freeze would seal, by path; or why there is nothing to be seen."""
    from publisher.edges.preview_files import draft_preview

    try:
        return draft_preview(maker, policy_id, releases, now)
    except PublisherError as error:
        return error


def _preview_makers(
    policy_id: str, shown: Mapping[str, bytes] | PublisherError
) -> dict[str, FileMaker]:
    folder = f"{policy_id}/draft/freeze"
    if isinstance(shown, PublisherError):
        from publisher.edges.assets import asset_html
        from publisher.edges.preview_folder import INDEX_FILE
        from publisher.site.preview_index import refused_index

        page = refused_index(shown, asset_html("preview.css")).encode()
        return {f"{folder}/{INDEX_FILE}": partial(bytes, page)}
    return {f"{folder}/{name}": partial(bytes, data) for name, data in shown.items()}
