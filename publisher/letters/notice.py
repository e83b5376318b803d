"""The letter about a release to one recipient.

A Markdown text is frozen with the release, in each of its languages and cases. What belongs to one
recipient stands in it as a field, `{{name}}`, which `fields` fills in.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from publisher.errors import SendError
from publisher.law.profiles import PROFILES
from publisher.letters.design import design_of
from publisher.letters.fields import PersonalLinks, field_values, fill
from publisher.letters.kinds import letter_language
from publisher.letters.message import Content, Letter, PdfFile, notice_message
from publisher.letters.seal_line import seal_field, with_seal
from publisher.people.recipients import Recipient
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release


class Enclosed(NamedTuple):
    """What goes with every letter of a run."""

    pdf: bytes = b""
    """The release as PDF, where its profile wants it on a durable medium; else empty."""
    head: str = ""
    """The head of the ledger when the run began, as a line; empty: it is not said."""
    called: str = "notice"
    """What each letter is called where its Message-ID is made: each has one of its own."""


NOTHING_ENCLOSED = Enclosed()


def compose_notice(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    links: PersonalLinks,
    date: dt.datetime,
    enclosed: Enclosed = NOTHING_ENCLOSED,
) -> Letter:
    """The notice of a release to one recipient.

    Args:
        release: a release that has a notice.
        recipient: whom it is for.
        organisation: who writes.
        links: the recipient's own.
        date: for the Date field.
        enclosed: what goes with every letter of the run.
    """
    content = _content(release, recipient, organisation, links, date)
    name = f"{enclosed.called} of {release.name} to {recipient.customer} at {recipient.address}"
    content = replace(content, name=name, ledger=enclosed.head)
    return notice_message(content, links.reply, _attached(release, enclosed.pdf))


def compose_test_notice(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    links: PersonalLinks,
    date: dt.datetime,
    enclosed: Enclosed = NOTHING_ENCLOSED,
) -> Letter:
    """The notice of a release as a test: its subject says so, and its Message-ID is its own.

    Args:
        release, recipient, organisation, links, date, enclosed: as for `compose_notice`.
    """
    content = _content(release, recipient, organisation, links, date)
    content = replace(content, name=f"{content.name} test {date.isoformat()}")
    return notice_message(content, links.reply, _attached(release, enclosed.pdf), mark="[Test]")


def _content(
    release: Release,
    recipient: Recipient,
    organisation: Organisation,
    links: PersonalLinks,
    date: dt.datetime,
) -> Content:
    return Content(
        text=sent_text(release, recipient, links),
        language=release.policy.facts.language,
        organisation=organisation,
        recipient=recipient,
        date=date,
        name=f"notice of {release.name} to {recipient.customer} at {recipient.address}",
        sealed=seal_field(release),
        design=design_of(release),
    )


def _attached(release: Release, data: bytes) -> PdfFile | None:
    return PdfFile(f"{release.policy.id}-{release.number}.pdf", data) if data else None


def sent_text(release: Release, recipient: Recipient, links: PersonalLinks) -> str:
    """The notice of a release as one recipient gets it, Markdown: with the seal of the release."""
    values = field_values(recipient.name, links, letter_language(release))
    return with_seal(fill(release.notice, values), release)


def text_to_attach(release: Release, stored: Callable[[], bytes]) -> bytes:
    """The text of a release as PDF, where its profile wants it on a durable medium; else empty.

    Args:
        release: which.
        stored: reads the PDF that was frozen with it; empty where there is none.

    Raises:
        SendError: the PDF that has to travel with the letter is not there.
    """
    profile = release.policy.facts.profile
    if not PROFILES[profile].durable:
        return b""
    data = stored()
    if not data:
        raise SendError(
            f"the profile {profile} wants the text to travel with the letter, "
            "and the release has no policy.pdf",
            where=f"versions/{release.name}",
            remedy="restore the folder from git, or freeze a correction",
        )
    return data


# ── what changed for whom ────────────────────────────────────────────────────────────────────────


def changes_since(
    told: Number | None,
    release: Release,
    site: str,
    language: str = "",
    applying: Number | None = None,
) -> str:
    """The address of what a release changes for somebody.

    Args:
        told: the version they were last told of; None: there is none.
        release: the release, as their letter tells of it.
        site: address of the published site.
        language: of the letter, where it is not that of the authoritative text.
        applying: the correction, which nobody is told of, that applies in its place; None: there is
            none.
    """
    at = Addresses(site, release.policy.id)
    if applying and (before := told or _base(release, at)):
        return at.between(before, applying)
    if told is None and release.number.minor:
        return _whole_redline(release, at)
    if told is None or told == release.before:
        # A letter knows whether the version before it was translated too.
        page = at.retranslated(release.number, language) if language else ""
        return page if page and f"({page})" in release.notice else at.changes(release.number)
    return at.between(told, release.number)


def _base(release: Release, at: Addresses) -> Number | None:
    """The version that somebody knows who was told of none; None: there is none before it."""
    if release.number.minor:
        return _sealed_base(release, at)
    return release.replaces or release.previous


def _whole_redline(release: Release, at: Addresses) -> str:
    """What a corrected version changes against the one before it, as its sealed letter links it;
    letters that were sealed before they did have the page of the correction.
    """
    before = _sealed_base(release, at)
    return at.between(before, release.number) if before else at.changes(release.number)


def _sealed_base(release: Release, at: Addresses) -> Number | None:
    """The version that the sealed letter of a correction compares it with; None: it has no link."""
    whole = re.escape(at.compare) + r"(?:[A-Za-z0-9-]+/)?\?from=([0-9.]+)&to="
    sealed = re.findall(rf"\({whole}{re.escape(str(release.number))}\)", release.notice)
    numbers = [number for number in map(Number.parse, sealed) if number]
    return next((number for number in numbers if number.major < release.number.major), None)
