"""PDFs that other actions ask for, and a comparison as one file."""

from __future__ import annotations

import datetime as dt

from markupsafe import Markup

from publisher.actions.drafting import Comparison
from publisher.edges.assets import asset_text
from publisher.edges.press import Press
from publisher.edges.project import Project
from publisher.letters.fields import field_values
from publisher.markup.elements import NOTHING
from publisher.paper.comparison import Compared
from publisher.paper.documents import notice_document, release_document
from publisher.releases.number import Number
from publisher.releases.release import Release


def release_pdf(project: Project, release: Release, language: str = "") -> bytes:
    """The PDF of a release, which may not be frozen yet; see `release_document`."""
    return _press(project).pdf_of(
        release_document(release, project.settings.organisation, language)
    )


def letter_pdf(
    project: Project, policy_id: str, number: Number, customer: str | None, now: dt.datetime
) -> bytes:
    """The letter about a release as one recipient gets it, as PDF; see `letter_for`."""
    # A build prints, and has no use for the ledger, whose database takes long to load.
    from publisher.actions.addressing import (
        SAMPLE,
        announced,
        known,
        links_for,
        token_for,
    )

    del now  # a PDF carries no date
    release = announced(project, policy_id, number)
    recipient = known(project, customer) if customer else SAMPLE
    token = token_for(project, release, recipient)
    values = field_values(recipient.name, links_for(project, release, recipient, token))
    document = notice_document(release, project.settings.organisation, values)
    return _press(project).pdf_of(document, keep=False)  # it names a customer


def comparison_pdf(found: Comparison) -> bytes:
    """Any comparison as PDF."""
    return Press().pdf_of(_compared(found).document())


def comparison_html(found: Comparison) -> Markup:
    """Any comparison as one HTML file that needs no other."""
    style = NOTHING.join(map(_ours, ("marks.css", "views.css", "alone.css")))
    return _compared(found).page(style, _ours("steps.js"))


def _compared(found: Comparison) -> Compared:
    old, new = found.old, found.new
    return Compared(found.title, old.label, new.label, found.amendment, new.notes, new.language)


def _ours(name: str) -> Markup:
    """A style sheet or a script of ours, as it stands in HTML."""
    return Markup(asset_text(name))  # noqa: S704


def _press(project: Project) -> Press:
    return Press.of(project.root, project.cache / "pdf")
