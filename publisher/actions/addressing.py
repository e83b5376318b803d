"""Recipients, and the letter about a release as one of them gets it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.answers.personal_links import (
    form_link,
    personal_links,
    personal_token,
    sample_token,
)
from publisher.edges import archive
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, SendError
from publisher.letters.fields import PersonalLinks
from publisher.letters.html_part import subject_of
from publisher.letters.message import Letter
from publisher.letters.notice import (
    compose_notice,
    compose_test_notice,
    personal_text,
    text_to_attach,
)
from publisher.people.due import Told, told_before
from publisher.people.recipients import Recipient, read_recipients
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text

SAMPLE = Recipient(0, "sample", "customer@customer.example", "Sample Customer")
"""Stands for the recipient where none is named."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of recipients did."""

    new: int
    changed: int
    unchanged: int
    shared: tuple[str, ...]
    """Addresses of more than one customer: each gets a letter of its own."""

    @property
    def remarks(self) -> list[str]:
        """What a person may want to look at."""
        return [f"{a} is the address of several customers; each is told" for a in self.shared]


def import_recipients(project: Project, data: bytes, name: str, now: dt.datetime) -> Imported:
    """Merges a CSV list into the ledger; nobody is ever removed by it.

    Raises:
        RecipientsError: the list cannot be taken; nothing was.
    """
    read = read_recipients(data, name)
    merged = ledger_of(project).merge_recipients(read.customers, now)
    return Imported(merged.new, merged.changed, merged.unchanged, read.shared)


def letter_for(
    project: Project, policy_id: str, number: Number, customer: str | None, now: dt.datetime
) -> Letter:
    """The letter about a release as one recipient gets it.

    Args:
        project, policy_id, number: which release.
        customer: the recipient's customer id; None: a sample whose links lead nowhere.
        now: for its Date field.

    Raises:
        NotFoundError: no such release or customer.
        SendError: the release has no letter.
    """
    release = announced(project, policy_id, number)
    if customer is None:
        return compose(project, release, SAMPLE, now)
    recipient = known(project, customer)
    return compose(project, release, recipient, now)


def known(project: Project, customer: str) -> Recipient:
    """The recipient with a customer id.

    Raises:
        NotFoundError: there is none.
    """
    recipient = ledger_of(project).customer(customer)
    if recipient is None:
        raise NotFoundError(
            f"there is no recipient with the customer id `{customer}`",
            remedy="publisher recipients import FILE.csv",
        )
    return recipient


def token_for(project: Project, release: Release, recipient: Recipient) -> str:
    """The token of a recipient; that of a sample is signed by nobody, so no door opens to it."""
    if recipient.number:
        return personal_token(project.keys[0], release, recipient)
    return sample_token(release)


def link_for(project: Project, release: Release, token: str) -> str:
    """The address of the personal form."""
    return form_link(release, project.settings.organisation, token)


def told(project: Project, release: Release, only: Recipient | None = None) -> Told:
    """Which version each recipient was last told of, before a release.

    Args:
        project, release: before which release.
        only: the only recipient to look up; None: everybody.
    """
    releases = archive.line(project, release.policy.id)
    before = [r.number for r in releases if r.number < release.number and r.notice]
    number = only.number if only else None
    if not before or number == 0:
        return told_before(release, releases, {})
    ledger = ledger_of(project)
    letters = {n: ledger.letters(release.policy.id, n, number) for n in before}
    return told_before(release, releases, letters)


def links_for(
    project: Project,
    release: Release,
    recipient: Recipient,
    token: str,
    known: Told | None = None,
) -> PersonalLinks:
    """The addresses in one recipient's letter.

    Args:
        project, release, recipient, token: whose.
        known: what is known of everybody; None: it is looked up.
    """
    found = known or told(project, release, recipient)
    organisation = project.settings.organisation
    return personal_links(release, organisation, token, found.before(recipient))


def compose(
    project: Project,
    release: Release,
    recipient: Recipient,
    now: dt.datetime,
    *,
    before: Told | None = None,
    test: bool = False,
) -> Letter:
    """The letter to one recipient, with that recipient's own links.

    Args:
        project, release, recipient: which letter.
        now: for its Date field.
        before: what everybody was told of before, where many letters are made; None: looked up.
        test: as for `compose_notice`.
    """
    token = token_for(project, release, recipient)
    make = compose_test_notice if test else compose_notice
    return make(
        release,
        recipient,
        project.settings.organisation,
        links_for(project, release, recipient, token, before),
        now,
        attachment(project, release),
    )


def letter_text(
    project: Project, release: Release, recipient: Recipient, token: str
) -> tuple[str, str, str]:
    """What one recipient was sent about a release: subject, plain text, reply address.

    Args:
        project, release, recipient: which letter.
        token: the one that stands in it; empty: it is made anew.
    """
    token = token or token_for(project, release, recipient)
    links = links_for(project, release, recipient, token)
    text = personal_text(release, recipient, links)
    return subject_of(text), as_plain_text(parse(text)), links.reply


def attachment(project: Project, release: Release) -> bytes:
    """The text as PDF, where the profile wants it on a durable medium; else empty.

    Raises:
        SendError: the release has no PDF.
    """
    return text_to_attach(release, lambda: archive.release_file(project, release, "policy.pdf"))


def announced(project: Project, policy_id: str, number: Number) -> Release:
    """A release that people are told of.

    Raises:
        NotFoundError: no such release.
        SendError: it has no notice.
    """
    release = archive.release(project, policy_id, number)
    if not release.notice or release.effective is None:
        kind = "a correction" if release.previous else "the first release"
        raise SendError(
            f"release {number} is {kind}: nobody is told of it, it has no notice",
            where=f"versions/{release.name}",
            remedy="name a material release; `publisher status` lists them",
        )
    return release
