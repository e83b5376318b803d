"""The letter about a release as PDF."""

from __future__ import annotations

import datetime as dt

from publisher.edges.press import Press
from publisher.edges.project import Project
from publisher.letters.fields import field_values
from publisher.paper.documents import notice_document
from publisher.releases.number import Number


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
    press = Press.of(project.root, project.cache / "pdf")
    return press.pdf_of(document, keep=False)  # it names a customer
