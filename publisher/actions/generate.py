"""Generating the site: its pages, PDFs, and what programs read; MkDocs puts the theme around it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from publisher.actions import Progress, silent
from publisher.actions.workplace import Workplace
from publisher.edges.archive import Archive
from publisher.edges.build_cache import BuildCache
from publisher.edges.clock import build_day
from publisher.edges.press import Press
from publisher.edges.site_assets import SITE_SHEET, site_assets
from publisher.errors import PublisherError, RenderError
from publisher.paper.documents import SiteDocument, site_documents
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.folder import SUMS_FILE
from publisher.releases.releases import Releases
from publisher.site.assembly import SiteParts, assemble
from publisher.site.context import PolicyOnDay
from publisher.site.derived import DerivedTexts
from publisher.site.page import FileMaker, GeneratedSite, Page

if TYPE_CHECKING:
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
        today: the day whose statuses it shows; None: the day of the build.
        progress: told of each version and of each PDF.
        draft: add the draft of each policy, for a preview.

    Raises:
        ConfigurationError: a release or the settings do not read.
        SealError: a release was altered.
        RenderError: a PDF could not be made.
    """
    archive, organisation = workplace.archive, workplace.settings.organisation
    day, cache = today or build_day(), workplace.build_cache
    if workplace.in_repository and not draft:
        for policy_id in workplace.policies:
            workplace.witnesses.require_sound(policy_id)
    lines = {name: archive.releases(name) for name in workplace.policies}
    texts = [_texts(line, organisation, cache) for line in lines.values() if line]
    policies = [PolicyOnDay(each, day, organisation) for each in texts]
    _prepare(texts, progress)
    makers = {
        each.path: _maker(each, archive, organisation, workplace.press, cache)
        for policy in policies
        for each in site_documents(policy.releases, organisation)
    }
    _make(makers, progress)
    drafts = tuple(_drafts(workplace.submissions, lines)) if draft else ()
    sums = partial(archive.file, name=SUMS_FILE)
    parts = SiteParts(sums, {**site_assets(), **makers}, (SITE_SHEET,), drafts)
    return assemble(organisation, policies, day, parts)


def _texts(releases: Releases, organisation: Organisation, cache: BuildCache) -> DerivedTexts:
    at = Addresses(organisation.site, releases[0].policy.id)
    return DerivedTexts(releases, organisation.name, at, cache)


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
    parts = [found.path, repr(organisation), press.toolchain, *identities]
    return lambda: cache.get(parts, make)


def _drafts(submissions: Submissions, lines: Mapping[str, Releases]) -> Iterator[Page]:
    # A build that the public reads has no use for these.
    from publisher.checks.draft_findings import review_draft
    from publisher.site.preview import draft_pages

    for policy_id, releases in lines.items():
        try:
            submission = submissions.read(policy_id, releases)
            findings = review_draft(submission, releases)
        except PublisherError as error:
            raise RenderError(error.what, where=error.where, remedy=error.remedy) from error
        last = releases[-1] if releases else None
        yield from draft_pages(submission.policy, findings, last, policy_id)
