"""Answers by machine: which are due now, and which go together in one letter.

A customer who writes, or whoever asks for a link in a customer's name, cannot make this program
fill a mailbox (RFC 3834 §2: at most one answer to a sender in some days).
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence

from publisher.people.requests import (
    DECLARED_KINDS,
    Answer,
    Channel,
    Request,
    RequestKind,
    Wanted,
)
from publisher.releases.number import Number

MOST_A_DAY = {Channel.MAIL: 1, Channel.FORM: 4}
"""Letters with receipts that one customer gets in a day, by how the declaration came.

What is owed beyond that goes in one letter when the day has passed. Links are limited where they
are put down; what a person decided is told at once.
"""
MOST_LINKS_A_DAY = 4
"""Links of pages for requests that one customer is mailed in a day, whoever asks for them."""
LONGEST_PAUSE = dt.timedelta(hours=4)
"""Between two tries of an answer that the carrier did not take for now."""

ADDRESS = "address"
"""In the evidence of what somebody asked for: the address they asked with."""
FORM_LANGUAGE = "language"
"""In the evidence of what was declared or asked for by form: the language of the form (BCP 47)."""

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
    given = {(*_limited_with(a), a.at) for a in lately if not _is_limited_before(a)}
    counts = Counter(key[:-1] for key in given)
    due = []
    for together in _together(owed):
        last = together[-1]
        if any(now < a.at + pause(a.tries) for a in together):
            continue
        if not _is_limited_before(last):
            key = _limited_with(last)
            if counts[key] >= MOST_A_DAY[last.request.channel]:
                continue
            counts[key] += 1
        due.append(together)
    return due


def pause(tries: int) -> dt.timedelta:
    """How long to wait after a number of tries."""
    doubled = dt.timedelta(minutes=2 ** min(tries, 12))
    return min(doubled, LONGEST_PAUSE) if tries else dt.timedelta()


def _limited_with(answer: Answer) -> tuple[object, ...]:
    """What answers share a limit: those to one customer by one channel, of declarations about
    releases apart, so that nothing else holds up their receipts.
    """
    request = answer.request
    return request.recipient, request.channel, request.kind in DECLARED_KINDS


def _is_limited_before(answer: Answer) -> bool:
    """Whether there is a limit on it where it is put down.

    Links and acknowledgements, which anybody can ask for in a customer's name, hold up no receipt;
    nor does what a person decided.
    """
    return answer.decided or answer.request.kind in (RequestKind.ASK, RequestKind.WRITE)


def _together(owed: Iterable[Answer]) -> list[Together]:
    """Receipts of one customer for declarations about one release go together; all else is answered
    by itself.
    """
    found: dict[object, list[Answer]] = {}
    for answer in owed:
        request = answer.request
        of = (request.policy, request.major, request.recipient, request.channel)
        alone = request.kind not in DECLARED_KINDS
        found.setdefault(request.id if alone else of, []).append(answer)
    return [tuple(answers) for answers in found.values()]


WANTS, WROTE = "wants", "words"
"""In the evidence of a link that was asked for on a page for requests: the kind of request that it
is to confirm, empty for what applies; and in which words."""


def asked_on_page(address: str, language: str, wants: RequestKind | None, wrote: str) -> Wanted:
    """The request of somebody who asked on a page for requests, and proved nothing.

    Args:
        address: what they wrote.
        language: of the page (BCP 47).
        wants: what the link is to confirm; None: it is to show what applies.
        wrote: in which words; may be empty.
    """
    evidence = {
        ADDRESS: address,
        FORM_LANGUAGE: language,
        WANTS: wants.value if wants else "",
        WROTE: wrote,
    }
    return Wanted(RequestKind.ASK, "", None, None, Channel.FORM, evidence)


def wanted_of(asked: Request) -> tuple[RequestKind | None, str]:
    """What a link that was asked for on a page for requests is to confirm, and in which words;
    None: it is to show what applies.
    """
    said = json.loads(asked.evidence or "{}")
    wants = str(said.get(WANTS, ""))
    return RequestKind(wants) if wants else None, str(said.get(WROTE, ""))


def asked_with(address: str, policy_id: str, number: Number, language: str) -> Wanted:
    """The request of somebody who asked for the link of an address, and proved nothing.

    Args:
        address: what they wrote.
        policy_id, number: the release whose form they asked for.
        language: of the form on which they asked (BCP 47).
    """
    evidence = {ADDRESS: address, FORM_LANGUAGE: language}
    return Wanted(RequestKind.ASK, policy_id, number, None, Channel.FORM, evidence)


def address_asked_with(asked: Request) -> str:
    """The address that somebody asked with; empty: it is none of these requests."""
    return str(json.loads(asked.evidence or "{}").get(ADDRESS, ""))


def language_of_form(request: Request) -> str:
    """The language of the form on which something was declared or asked for (BCP 47); empty: it
    came by mail, or nobody recorded it.
    """
    return str(json.loads(request.evidence or "{}").get(FORM_LANGUAGE, ""))
