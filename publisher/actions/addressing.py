"""A recipient of a project, and what that recipient was sent."""

from __future__ import annotations

from publisher.answers.personal_links import (
    form_link,
    personal_links,
    personal_token,
    sample_token,
)
from publisher.edges.archive import archive_of
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.letters.html_part import subject_of
from publisher.letters.notice import (
    personal_text,
)
from publisher.people.due import told_before
from publisher.people.recipients import Recipient, known_recipient
from publisher.releases.release import Release
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text


def known(project: Project, customer: str) -> Recipient:
    """The recipient with a customer id.

    Raises:
        NotFoundError: there is none.
    """
    return known_recipient(ledger_of(project).customer(customer), customer)


def token_for(project: Project, release: Release, recipient: Recipient) -> str:
    """The token of a recipient; that of a sample is signed by nobody, so no door opens to it."""
    if recipient.number:
        return personal_token(project.keys[0], release, recipient)
    return sample_token(release)


def link_for(project: Project, release: Release, token: str) -> str:
    """The address of the personal form."""
    return form_link(release, project.settings.organisation, token)


def letter_text(
    project: Project, release: Release, recipient: Recipient, token: str
) -> tuple[str, str, str]:
    """What one recipient was sent about a release: subject, plain text, reply address.

    Args:
        project, release, recipient: which letter.
        token: the one that stands in it; empty: it is made anew.
    """
    token = token or token_for(project, release, recipient)
    told = told_before(
        release,
        archive_of(project).releases(release.policy.id),
        lambda n: ledger_of(project).letters(release.policy.id, n, recipient.number),
    )
    organisation = project.settings.organisation
    links = personal_links(release, organisation, token, told.before(recipient))
    text = personal_text(release, recipient, links)
    return subject_of(text), as_plain_text(parse(text)), links.reply
