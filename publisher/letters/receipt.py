"""The text of a receipt, that of a mailed link, and the letters that have them.

Neither is sealed: a receipt says what was declared, and is made of templates when it is sent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.letters.message import Content, Letter, answer_message
from publisher.letters.stationery import Stationery
from publisher.people.recipients import Recipient
from publisher.people.requests import Request, RequestKind, Timing
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.text.writing import Markdown, written_address, written_lines, written_link
from publisher.wording.templates import TemplateName
from publisher.wording.words import Words


@dataclass(frozen=True, slots=True)
class OwnLinks:
    """The addresses of one customer in an answer by machine."""

    form: str
    """Of their form."""
    reply: str
    """Of an answer by mail."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a receipt is about."""

    release: Release
    """Whose dates hold."""
    before: Number | None
    """The version whose place it takes; None: it is not known."""
    requests: Sequence[Request]
    """Of one customer about this release, the one last that the receipt is for."""
    stands: Request | None
    """The one that stands of all that this customer declared; None: none."""
    link: str
    """The customer's own form; empty: it is not linked."""
    language: str = ""
    """Of its reader: a translation of the release; empty: that of the authoritative text."""
    reply: str = ""
    """The customer's own reply address; empty: they have none."""


@dataclass(frozen=True, slots=True)
class ReceiptMarks:
    """The words of a receipt that no other has, as its reader sees them."""

    number: str
    digest: str
    """Empty: it is not known."""
    day: str
    """On which it was declared."""
    moment: str
    link: str
    """See `Declared`."""


def compose_receipt(declared: Declared, recipient: Recipient, stationery: Stationery) -> Letter:
    """The receipt for requests, sent to the customer's own address (RFC 3834: auto-replied).

    Args:
        declared: what was declared.
        recipient: to whom.
        stationery: what it is written with.
    """
    last, release = declared.requests[-1], declared.release
    content = Content(
        text=receipt_text(declared, stationery),
        language=_written_in(TemplateName.RECEIPT, release, stationery, declared.language)[1],
        organisation=stationery.organisation,
        recipient=recipient,
        date=last.received,
        reply=declared.reply,
        name=f"{release.name} receipt {last.receipt} {recipient.address}",
    )
    return answer_message(content)


def compose_link(
    release: Release,
    recipient: Recipient,
    stationery: Stationery,
    *,
    links: OwnLinks,
    date: dt.datetime,
    language: str = "",
) -> Letter:
    """The personal link of the form, for somebody who asked for it on the public page.

    Args:
        release: the release whose form it is.
        recipient, stationery: to whom, and what it is written with.
        links: the customer's own.
        date: for the Date field.
        language: of its reader: a translation of the release; empty: that of the authoritative
            text.
    """
    own, tag, words = _written_in(TemplateName.LINK, release, stationery, language)
    closes = release.closes
    values = {
        **_values(own, stationery, words),
        "open": closes is not None and release.day_of(date) <= closes,
        "opt_out_link": written_address(links.form),
    }
    content = Content(
        text=stationery.templates.compose(TemplateName.LINK, tag, values),
        language=tag,
        organisation=stationery.organisation,
        recipient=recipient,
        date=date,
        reply=links.reply,
        name=f"{release.name} link {date.isoformat()} {recipient.address}",
    )
    return answer_message(content)


def receipt_marks(declared: Declared, stationery: Stationery) -> ReceiptMarks:
    """What is a receipt's own.

    Args:
        declared, stationery: see `receipt_text`.
    """
    release, request = declared.release, declared.requests[-1]
    words = _written_in(TemplateName.RECEIPT, release, stationery, declared.language)[2]
    return ReceiptMarks(
        request.receipt,
        request.digest,
        words.day(release.day_of(request.received)),
        words.moment(request.received, release.conditions.time_zone),
        declared.link,
    )


def receipt_text(
    declared: Declared, stationery: Stationery, marks: ReceiptMarks | None = None
) -> str:
    """What a receipt says, Markdown; the page after the form says the same.

    Args:
        declared: what was declared.
        stationery: what it is written with.
        marks: stand in place of its own; None: its own.
    """
    release, request = declared.release, declared.requests[-1]
    own, tag, words = _written_in(TemplateName.RECEIPT, release, stationery, declared.language)
    facts, stands = own.policy.facts, declared.stands
    marks = marks or receipt_marks(declared, stationery)
    values = {
        **_values(own, stationery, words),
        "before": str(declared.before or ""),
        "contact": written_link(facts.contact, f"mailto:{facts.contact}"),
        "effect": Markdown(facts.effect.strip()),
        "opted_out": request.kind is RequestKind.OPT_OUT,
        "accepted": request.kind is RequestKind.ACCEPT,
        "late": request.timing is Timing.LATE,
        "day": marks.day,
        "moment": marks.moment,
        "number": marks.number,
        "digest": marks.digest,
        "stands": _named(stands, release, words, marks if stands is request else None)
        if stands
        else "",
        "earlier": tuple(_named(one, release, words) for one in declared.requests[:-1]),
        "opt_out_link": written_address(marks.link),
    }
    return stationery.templates.compose(TemplateName.RECEIPT, tag, values)


def _written_in(
    name: TemplateName, release: Release, stationery: Stationery, language: str
) -> tuple[Release, str, Words]:
    """A release in a language, the tag of the language that is written about it, and its words.

    Where there is no template in it, as for releases of before there were any, it is English.
    """
    own = release.in_language(language) if language else release
    tag = stationery.language(name, own.policy.facts.language)
    return own, tag, stationery.words(tag)


def _values(release: Release, stationery: Stationery, words: Words) -> dict[str, object]:
    """The values that a receipt and a mailed link have."""
    return {
        "organisation": stationery.organisation.name,
        "letterhead": written_lines(stationery.organisation.letterhead),
        "title": release.policy.facts.title,
        "version": str(release.number.major),
        "effective": words.day(release.effective),
        "closes": words.day(release.closes),
        "zone": words.zone(release.conditions.time_zone),
    }


def _named(
    request: Request, release: Release, words: Words, marks: ReceiptMarks | None = None
) -> str:
    """A declaration in a line: what, when on the calendar of a release, its receipt."""
    when = words.moment(request.received, release.conditions.time_zone)
    number = request.receipt
    if marks:
        when, number = marks.moment, marks.number
    late = request.timing is Timing.LATE
    if request.kind is RequestKind.OPT_OUT:
        if late:
            return words.gettext(
                "you opted out on {moment}, late (receipt {number})", moment=when, number=number
            )
        return words.gettext(
            "you opted out on {moment} (receipt {number})", moment=when, number=number
        )
    if request.kind is RequestKind.ACCEPT:
        if late:
            return words.gettext(
                "you agreed on {moment}, late (receipt {number})", moment=when, number=number
            )
        return words.gettext(
            "you agreed on {moment} (receipt {number})", moment=when, number=number
        )
    if late:
        return words.gettext(
            "you withdrew your opt-out on {moment}, late (receipt {number})",
            moment=when,
            number=number,
        )
    return words.gettext(
        "you withdrew your opt-out on {moment} (receipt {number})", moment=when, number=number
    )
