"""Which letter tells a customer what a person decided about a request of theirs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from publisher.answers.receipts_due import language_of_form
from publisher.answers.request_letters import request_facts
from publisher.letters.decision_letter import DecisionFacts, compose_decision
from publisher.letters.message import Letter
from publisher.letters.request_letter import request_words
from publisher.letters.stationery import Stationery
from publisher.people.handling import Handling
from publisher.people.recipients import SAMPLE, Recipient
from publisher.wording.templates import TemplateName

_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def decision_letter(handling: Handling, recipient: Recipient, stationery: Stationery) -> Letter:
    """The letter about a decision, in the language of the form by which it was asked for, else in
    that of the customer.

    Args:
        handling: the request, and what was decided about it, with words for its customer.
        recipient, stationery: to whom, and what it is written with.

    Raises:
        RecipientsError: no letter can be written to this customer.
    """
    assert handling.outcome is not None
    request = handling.request
    tags = language_of_form(request), recipient.language, stationery.organisation.language
    words = request_words(TemplateName.DECISION, stationery, *tags)
    about = request_facts(request, handling.due, stationery.organisation, words)
    facts = DecisionFacts(about, handling.outcome, handling.words, handling.at)
    return compose_decision(facts, recipient, stationery, words)


def sample_decision(like: Handling, recipient: Recipient, stationery: Stationery) -> bytes:
    """The letter of the sample customer, against which one about a decision is kept.

    Args:
        like: the request of which it tells: of its kind, in its language, without any words.
        recipient: its customer, whose language counts where the form had none.
        stationery: what it is written with.
    """
    request = replace(like.request, id=0, received=_LONG_AGO)
    sample = replace(like, request=request, at=_LONG_AGO, words="", due=None)
    whom = replace(SAMPLE, language=recipient.language)
    return decision_letter(sample, whom, stationery).data
