"""The receipt for a request, in place of the form by which it was made."""

from __future__ import annotations

from markupsafe import Markup

from publisher.answers.applies_page import handling_line
from publisher.answers.request_letters import request_facts
from publisher.letters.request_letter import request_receipt_text, request_words
from publisher.letters.stationery import Stationery
from publisher.markup.html import clauses_html
from publisher.people.handling import FINISHED, Handling, HandlingState
from publisher.people.requests import Request
from publisher.text.parsing import parse
from publisher.wording.templates import TemplateName


def request_receipt_region(
    request: Request, handling: Handling | None, language: str, stationery: Stationery
) -> Markup:
    """The region of the page: what the mail says that follows.

    Args:
        request: what is on record.
        handling: how far it is, if a person handles it.
        language: of the page (BCP 47).
        stationery: what receipts are written with.
    """
    words = request_words(TemplateName.REQUEST, stationery, language)
    if handling and handling.state in FINISHED:
        zone = stationery.organisation.time_zone
        return Markup('<section class="pp-optout"{}>\n<ul>\n{}</ul>\n</section>\n').format(
            words.attributes, handling_line(handling, zone, words)
        )
    due = handling.due if handling else None
    waits = handling is not None and handling.state is HandlingState.UNCONFIRMED
    about = request, due, stationery.organisation, words
    facts = request_facts(*about, unconfirmed=waits)
    text = request_receipt_text(facts, stationery, words)
    # The page has its heading already, so that of the receipt goes one level down.
    return Markup('<section class="pp-optout pp-receipt"{}>\n{}</section>\n').format(
        words.attributes, clauses_html(parse(f"#{text}"))
    )
