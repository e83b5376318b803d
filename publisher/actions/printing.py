"""Making PDFs: of a release, of what changed, of the letter, of the form."""

from __future__ import annotations

import datetime as dt

from publisher import pdf, sheets
from publisher.actions.addressing import SAMPLE, announced, known, link_for, token_for
from publisher.actions.drafting import Comparison
from publisher.amendment import Amendment, amend
from publisher.notice import FIELDS
from publisher.optout import reply_address
from publisher.project import Project
from publisher.release import Number, Release


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


def letter_pdf(
    project: Project, policy_id: str, number: Number, customer: str | None, now: dt.datetime
) -> bytes:
    """The letter about a release as one recipient gets it, as PDF; see `letter_for`."""
    del now  # a PDF carries no date
    release = announced(project, policy_id, number)
    recipient = known(project, customer) if customer else SAMPLE
    token = token_for(project, release, recipient)
    reply = reply_address(project.configuration.reply, token)
    own = (recipient.name or "customer", link_for(project, release, token), reply)
    values = dict(zip(FIELDS, own, strict=True))
    # Not kept: it names a customer.
    return pdf.make(sheets.notice_sheet(release, publisher_of(project), values))


def _comparison_sheet(found: Comparison, *, paper: bool) -> str:
    old, new = found.old, found.new
    return sheets.comparison_sheet(
        found.title, old.label, new.label, found.amendment, new.notes, new.language, paper=paper
    )


def comparison_pdf(found: Comparison) -> bytes:
    """Any comparison as PDF."""
    return pdf.make(_comparison_sheet(found, paper=True))


def comparison_html(found: Comparison) -> str:
    """Any comparison as one HTML file that needs no other."""
    style = "".join(pdf.style(name) for name in ("marks.css", "views.css", "alone.css"))
    head = (
        '<meta name="viewport" content="width=device-width">'
        f'<meta name="color-scheme" content="light dark">\n<style>\n{style}</style></head>'
    )
    page = _comparison_sheet(found, paper=False).replace("</head>", head, 1)
    return page.replace("</body>", f"<script>\n{pdf.style('steps.js')}</script>\n</body>", 1)


def _make(project: Project, html: str, *, form: bool = False) -> bytes:
    return pdf.make(html, project.cache / "pdf", form=form)
