"""Where a mail came to, which says what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from publisher.policies.organisation import Organisation


class Inbox(StrEnum):
    """An address of ours that takes mail, by what it is for."""

    OPT_OUT = "opt out"
    """The plain one: a personal one is a token's."""
    MAILINGS = "mailings"
    PERSONAL_DATA = "personal data"
    QUESTIONS = "questions"


def inbox_of(addresses: Iterable[str], organisation: Organisation) -> Inbox | None:
    """Where a mail came to; None: to no address that we know.

    Args:
        addresses: its addressees, the most reliable first.
        organisation: whose addresses.
    """
    ways = organisation.requests
    known = {organisation.reply.lower(): Inbox.OPT_OUT}
    if ways is not None:
        own = {
            ways.mailings: Inbox.MAILINGS,
            ways.personal_data: Inbox.PERSONAL_DATA,
            ways.questions: Inbox.QUESTIONS,
        }
        known |= {address.lower(): inbox for address, inbox in own.items() if address}
    return next((known[each.lower()] for each in addresses if each.lower() in known), None)
