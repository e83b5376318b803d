"""Generating the site: its pages, PDFs, and what programs read; MkDocs puts the theme around it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from functools import partial

from publisher.actions import Progress, silent
from publisher.actions.drafting import check_draft
from publisher.actions.workplace import Workplace
from publisher.edges import archive
from publisher.edges.build_cache import BuildCache
from publisher.edges.clock import build_day
from publisher.edges.press import Press
from publisher.edges.project import Project
from publisher.edges.site_assets import SHEET, site_assets
from publisher.errors import PublisherError, RenderError
from publisher.paper.documents import SiteDocument, site_documents
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.folder import SUMS_FILE
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.site import preview
from publisher.site.assembly import SiteParts, assemble
from publisher.site.context import PolicyOnDay
from publisher.site.derived import DerivedTexts
from publisher.site.page import FileMaker, Page, Site


def generate(
    workplace: Workplace,
    today: dt.date | None = None,
    progress: Progress = silent,
    *,
    draft: bool = False,
) -> Site:
    """The generated part of the site.

    Args:
        workplace: of which project.
        today: the day whose statuses it shows; None: the day of the build.
        progress: told of each version and of each PDF.
        draft: add the draft of each policy, for a preview.

    Raises:
        ConfigurationError: a release or the settings do not read.
        RenderError: a PDF could not be made.
    """
    project, organisation = workplace.project, workplace.settings.organisation
    today = today or build_day()
    cache = workplace.build_cache
    lines = {name: archive.line(project, name) for name in project.policy_ids}
    policies = [
        _derived(PolicyOnDay(_texts(releases, organisation, cache), today, organisation))
        for releases in lines.values()
        if releases
    ]
    _prepare(policies, progress)
    found = [each for policy in policies for each in site_documents(policy.releases, organisation)]
    sets = _Sets(project, organisation, workplace.press, cache)
    pdfs = _set(found, sets, progress)
    drafts = tuple(_drafts(project, lines)) if draft else ()
    sums = partial(_checksums, project)
    parts = SiteParts(sums, {**site_assets(), **pdfs}, (SHEET,), drafts)
    return assemble(organisation, policies, today, parts)
