"""Answers by machine: which are due now, and which go together in one letter.

A customer who writes, or whoever asks for a link in a customer's name, cannot make this program
fill a mailbox (RFC 3834 §2: at most one answer to a sender in some days).
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence

from publisher.people.requests import Answer, Channel, Request, RequestKind, Wanted
from publisher.releases.number import Number

MOST_A_DAY = {Channel.MAIL: 1, Channel.FORM: 4}
"""Letters with receipts that one customer gets in a day, by how the declaration came.

What is owed beyond that goes in one letter when the day has passed. Links are limited where they
are put down.
"""
LONGEST_PAUSE = dt.timedelta(hours=4)
"""Between two tries of an answer that the carrier did not take for now."""

ADDRESS = "address"
"""In the evidence of what somebody asked for: the address they asked with."""

Together = tuple[Answer, ...]
"""The answers that one letter gives, the oldest first."""


def due_answers(
    owed: Sequence[Answer], lately: Iterable[Answer], now: dt.datetime
) -> list[Together]:
    """The letters that are to be sent now.

    Args:
        owed: answers to do, all about customers, the oldest first.
        lately: answers that were given, or may have been, in the last day.
        now: the time.
    """
    given = {(a.request.recipient, a.request.channel, a.at) for a in lately if not _is_link(a)}
    counts = Counter((whose, channel) for whose, channel, _ in given)
    due = []
    for together in _together(owed):
        last = together[-1]
        if any(now < a.at + pause(a.tries) for a in together):
            continue
        if not _is_link(last):
            key = last.request.recipient, last.request.channel
            if counts[key] >= MOST_A_DAY[last.request.channel]:
                continue
            counts[key] += 1
        due.append(together)
    return due


def pause(tries: int) -> dt.timedelta:
    """How long to wait after a number of tries."""
    doubled = dt.timedelta(minutes=2 ** min(tries, 12))
    return min(doubled, LONGEST_PAUSE) if tries else dt.timedelta()


def _is_link(answer: Answer) -> bool:
    return answer.request.kind is RequestKind.ASK


def _together(owed: Iterable[Answer]) -> list[Together]:
    """Receipts of one customer about one release go together, a link goes alone."""
    found: dict[object, list[Answer]] = {}
    for answer in owed:
        request = answer.request
        of = (request.policy, request.major, request.recipient, request.channel)
        found.setdefault(request.id if _is_link(answer) else of, []).append(answer)
    return [tuple(answers) for answers in found.values()]


def asked_with(address: str, policy_id: str, number: Number) -> Wanted:
    """The request of somebody who asked for the link of an address, and proved nothing.

    Args:
        address: what they wrote.
        policy_id, number: the release whose form they asked for.
    """
    return Wanted(RequestKind.ASK, policy_id, number, None, Channel.FORM, {ADDRESS: address})


def address_asked_with(asked: Request) -> str:
    """The address that somebody asked with; empty: it is none of these requests."""
    return str(json.loads(asked.evidence or "{}").get(ADDRESS, ""))
