"""Making what the public reads: PDFs and the site."""

from __future__ import annotations

from publisher import pdf, sheets
from publisher.amendment import Amendment, amend
from publisher.project import Project
from publisher.release import Release


def publisher_of(project: Project) -> sheets.Publisher:
    """Who publishes, as the sheets name it."""
    c = project.configuration
    return sheets.Publisher(c.organisation, c.address, c.site, c.reply)


def release_pdf(project: Project, release: Release) -> bytes:
    """The PDF of a release, which may not be frozen yet.

    Raises:
        RenderError: a library that the machine must have is missing.
    """
    return _make(project, sheets.release_sheet(release, publisher_of(project)))


def redline_pdf(
    project: Project, old: Release, new: Release, amendment: Amendment | None = None
) -> bytes:
    """The PDF of what differs between two releases."""
    found = amendment or amend(old.policy.document, new.policy.document)
    return _make(project, sheets.redline_sheet(old, new, found, publisher_of(project)))


def notice_pdf(project: Project, release: Release) -> bytes:
    """The PDF of the letter about a release, addressed to no one in particular."""
    return _make(project, sheets.notice_sheet(release, publisher_of(project)))


def optout_pdf(project: Project, release: Release) -> bytes:
    """The opt-out form of a release, to print or to fill in."""
    return _make(project, sheets.opt_out_sheet(release, publisher_of(project)), form=True)


def _make(project: Project, html: str, *, form: bool = False) -> bytes:
    return pdf.make(html, project.cache / "pdf", form=form)
