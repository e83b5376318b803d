"""The letter that tells a customer what a person decided about a request.

It is not sealed: it is made of a template when it is sent, around the words of that person.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.letters.message import Content, Letter, answer_message
from publisher.letters.request_letter import RequestFacts
from publisher.letters.stationery import Stationery
from publisher.people.handling import HandlingOutcome
from publisher.people.recipients import Recipient
from publisher.people.requests import PERSONAL_DATA_KINDS, RequestKind
from publisher.text.writing import written_address, written_lines, written_link
from publisher.wording.templates import TemplateName
from publisher.wording.words import Words


@dataclass(frozen=True, slots=True)
class DecisionFacts:
    """What the letter says."""

    about: RequestFacts
    """The request, as its receipt says it."""
    outcome: HandlingOutcome
    said: str
    """What the person writes."""
    at: dt.datetime
    """When it was decided."""


def compose_decision(
    facts: DecisionFacts, recipient: Recipient, stationery: Stationery, words: Words
) -> Letter:
    """The letter about a decision.

    Args:
        facts: what it says.
        recipient, stationery: to whom, and what it is written with.
        words: of its language, from `request_words`.
    """
    organisation, request = stationery.organisation, facts.about.request
    contact, view = facts.about.contact, facts.about.view_link
    declined = facts.outcome is HandlingOutcome.DECLINED
    values = {
        "organisation": organisation.name,
        "letterhead": written_lines(organisation.letterhead),
        "contact": written_link(contact, f"mailto:{contact}"),
        "asked": facts.about.asked,
        "moment": words.moment(request.received, organisation.time_zone),
        "number": request.receipt,
        "said": tuple(line.strip() for line in facts.said.splitlines() if line.strip()),
        "done": facts.outcome is HandlingOutcome.DONE,
        "declined": declined,
        "extended": facts.outcome is HandlingOutcome.EXTENDED,
        "question": request.kind is RequestKind.QUESTION,
        "complaint": declined and request.kind in PERSONAL_DATA_KINDS,
        "due": words.day(facts.about.due) if facts.about.due else "",
        "view_link": written_address(view) if view else "",
    }
    content = Content(
        text=stationery.templates.compose(TemplateName.DECISION, words.language, values),
        language=words.language,
        organisation=organisation,
        recipient=recipient,
        date=facts.at,
        reply=contact,
        name=f"decision {request.receipt} {facts.at.isoformat()} {recipient.address}",
    )
    return answer_message(content)
