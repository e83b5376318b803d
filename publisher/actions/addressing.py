"""Recipients, and the letter about a release as one of them gets it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.answers.optout import Capability, make_token, reply_address
from publisher.edges import archive
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, SendError
from publisher.law.profiles import PROFILES
from publisher.letters.letter import Letter, compose_notice, field_values, fill, title_of
from publisher.letters.notice import changes_since
from publisher.people.due import Told, told_before
from publisher.people.recipients import Recipient, read_recipients
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.text.parsing import parse
from publisher.text.plaintext import as_text

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
    capability = Capability(release.policy.id, release.number, recipient.number)
    if recipient.number:
        return make_token(project.keys[0], capability, recipient.customer)
    return f"{capability.policy}_{capability.number}_0_sample"


def link_for(project: Project, release: Release, token: str) -> str:
    """The address of the personal form."""
    at = Addresses(project.settings.organisation.site, release.policy.id)
    return at.opt_out(release.number, token)


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


def changes_for(
    project: Project, release: Release, recipient: Recipient, known: Told | None = None
) -> str:
    """The address of what changed since the version that a recipient was last told of.

    Args:
        project, release, recipient: whose.
        known: what is known of everybody; None: it is looked up.
    """
    found = known or told(project, release, recipient)
    return changes_since(found.before(recipient), release, project.settings.organisation.site)


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
    return compose_notice(
        release,
        recipient,
        project.settings.organisation,
        link=link_for(project, release, token),
        reply=reply_address(project.settings.organisation.reply, token),
        changes=changes_for(project, release, recipient, before),
        date=now,
        attachment=attachment(project, release),
        test=test,
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
    reply = reply_address(project.settings.organisation.reply, token)
    changes = changes_for(project, release, recipient)
    fields = field_values(recipient.name, link_for(project, release, token), reply, changes)
    text = fill(release.notice, fields)
    return title_of(text), as_text(parse(text)), reply


def attachment(project: Project, release: Release) -> bytes:
    """The text as PDF, where the profile wants it on a durable medium; else empty.

    Raises:
        SendError: the release has no PDF.
    """
    if not PROFILES[release.policy.facts.profile].durable:
        return b""
    files = archive.release_bytes(project, release.policy.id, release.number)
    if "policy.pdf" not in files:
        raise SendError(
            f"the profile {release.policy.facts.profile} wants the text to travel with the letter, "
            "and the release has no policy.pdf",
            where=f"versions/{release.name}",
            remedy="restore the folder from git, or freeze a correction",
        )
    return files["policy.pdf"]


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
