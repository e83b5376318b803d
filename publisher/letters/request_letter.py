"""Letters about requests: the link that confirms one, and the receipt for it.

Neither is sealed: they are made of templates when they are sent (RFC 3834: auto-replied).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.letters.message import Content, Letter, answer_message
from publisher.letters.stationery import Stationery
from publisher.people.recipients import Recipient
from publisher.people.requests import Request, RequestKind
from publisher.text.writing import written_address, written_lines, written_link
from publisher.wording.templates import TemplateName
from publisher.wording.words import Words


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What a mail with a link for requests says."""

    asked: str
    """What is asked for, after “asked us”, in the language of the mail; empty: the link shows what
    applies to the customer. In which words is not said: a stranger may have written them."""
    link: str
    until: dt.datetime
    """When the link ends, with its offset."""
    date: dt.datetime
    """For the Date field."""
    number: int
    """Of the request for the link: two mails are never the same."""


@dataclass(frozen=True, slots=True)
class FormFacts:
    """A customer's own form, as the answer to a mail leads to it."""

    title: str
    """Of its policy."""
    version: str
    link: str


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What the receipt for a request says."""

    request: Request
    asked: str
    """What was asked for, after “asked us”, in the language of the letter."""
    wrote: str
    due: dt.date | None
    contact: str
    """The mail address for questions."""
    confirm_link: str
    """Empty: nothing has to be confirmed."""
    view_link: str
    """Empty: there is no page that shows how far it is."""
    unconfirmed: bool = False
    """Whether it waits to be confirmed; where there is no link, by the mail that has it."""


def request_words(name: TemplateName, stationery: Stationery, *tags: str) -> Words:
    """The words of the language that a letter about a request is written in: the first of some that
    there is a template in, else English.

    Args:
        name: of the template.
        stationery: what it is written with.
        tags: of languages (BCP 47); empty ones are passed over.
    """
    return stationery.words(stationery.language(name, *tags))


def compose_request_link(
    facts: LinkFacts, recipient: Recipient, stationery: Stationery, words: Words
) -> Letter:
    """The mail with a link that somebody asked for on a page for requests.

    Args:
        facts: what it says.
        recipient, stationery: to whom, and what it is written with.
        words: of its language, from `request_words`.
    """
    values = {
        **_sender(stationery),
        "asked": facts.asked,
        "view": not facts.asked,
        "until": words.moment(facts.until, stationery.organisation.time_zone),
        "link": written_address(facts.link),
    }
    content = Content(
        text=stationery.templates.compose(TemplateName.CONFIRM, words.language, values),
        language=words.language,
        organisation=stationery.organisation,
        recipient=recipient,
        date=facts.date,
        name=f"request link {facts.number} {facts.date.isoformat()} {recipient.address}",
    )
    return answer_message(content)


def compose_request_receipt(
    facts: RequestFacts, recipient: Recipient, stationery: Stationery, words: Words
) -> Letter:
    """The receipt for a request.

    Args:
        facts: what it says.
        recipient, stationery: to whom, and what it is written with.
        words: of its language, from `request_words`.
    """
    request = facts.request
    content = Content(
        text=request_receipt_text(facts, stationery, words),
        language=words.language,
        organisation=stationery.organisation,
        recipient=recipient,
        date=request.received,
        reply=facts.contact,
        name=f"request receipt {request.receipt} {recipient.address}",
    )
    return answer_message(content)


def compose_acknowledgement(
    request: Request,
    contact: str,
    forms: Sequence[FormFacts],
    recipient: Recipient,
    stationery: Stationery,
    words: Words,
) -> Letter:
    """The answer to a mail that waits for a person.

    Args:
        request: that it came.
        contact: the mail address for questions.
        forms: the customer's own, where the mail came to the address for opting out.
        recipient, stationery: to whom, and what it is written with.
        words: of its language, from `request_words`.
    """
    values = {
        **_sender(stationery),
        "contact": written_link(contact, f"mailto:{contact}"),
        "moment": words.moment(request.received, stationery.organisation.time_zone),
        "number": request.receipt,
        "forms": tuple(
            {"title": one.title, "version": one.version, "link": written_address(one.link)}
            for one in forms
        ),
    }
    content = Content(
        text=stationery.templates.compose(TemplateName.ACKNOWLEDGEMENT, words.language, values),
        language=words.language,
        organisation=stationery.organisation,
        recipient=recipient,
        date=request.received,
        name=f"acknowledgement {request.receipt} {recipient.address}",
        reply=contact,
    )
    return answer_message(content)


def request_receipt_text(facts: RequestFacts, stationery: Stationery, words: Words) -> str:
    """What the receipt for a request says, Markdown; the page after the form says the same.

    Args:
        facts: what it says.
        stationery, words: what it is written with, and in which language.
    """
    request = facts.request
    values = {
        **_sender(stationery),
        "contact": written_link(facts.contact, f"mailto:{facts.contact}"),
        "asked": facts.asked,
        "wrote": _lines(facts.wrote),
        "moment": words.moment(request.received, stationery.organisation.time_zone),
        "number": request.receipt,
        "digest": request.digest,
        "due": words.day(facts.due) if facts.due else "",
        "left": request.kind is RequestKind.LEAVE,
        "joined": request.kind is RequestKind.JOIN,
        "unconfirmed": facts.unconfirmed,
        "confirm_link": written_address(facts.confirm_link) if facts.confirm_link else "",
        "view_link": written_address(facts.view_link) if facts.view_link else "",
    }
    return stationery.templates.compose(TemplateName.REQUEST, words.language, values)


def _sender(stationery: Stationery) -> dict[str, object]:
    organisation = stationery.organisation
    return {
        "organisation": organisation.name,
        "letterhead": written_lines(organisation.letterhead),
    }


def _lines(wrote: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in wrote.splitlines() if line.strip())
