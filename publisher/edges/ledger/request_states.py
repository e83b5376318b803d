"""The states that follow from what customers declare and ask for, and from what a person does about
it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from publisher.answers.declarations import current_declaration, last_late
from publisher.edges.ledger.recipient_states import major_of
from publisher.edges.ledger.request_rows import requests_of_each
from publisher.edges.ledger.rows import execute
from publisher.people.deliveries import DeliveryState
from publisher.people.handling import STATE_AFTER, HandlingOutcome, HandlingState
from publisher.people.mailings import MAILING_STATE_AFTER
from publisher.people.requests import HANDLED_KINDS, Request, RequestKind
from publisher.record.event import Happening, microseconds

_Numbered = tuple[int, Happening]

_REQUEST = """
    INSERT INTO request (id, kind, policy, release, major, recipient, received_at, timing, channel,
      event, message, repeats, behind)
    VALUES (:id, :kind, :policy, :release, :major, :recipient, :received_at, :timing, :channel,
      :event, :message, :repeats, :behind)"""
_OWED = """
    INSERT INTO answer (request, state, event, at, tries)
    VALUES (:request, :state, :event, :at, 0)"""
_COUNTS = """
    INSERT INTO declaration (policy, major, recipient, kind, late, event)
    VALUES (:policy, :major, :recipient, :kind, :late, :event)
    ON CONFLICT (policy, major, recipient)
      DO UPDATE SET kind = :kind, late = :late, event = :event"""


def requests_recorded(db: Connection, happened: Sequence[_Numbered]) -> None:
    """Requests that came in, whatever they ask for, and the answers by machine that are owed."""
    execute(db, _REQUEST, [_request(*one) for one in happened])
    execute(db, _OWED, [_owing(*one) for one in happened if one[1].facts.get("owed")])


def _owing(number: int, one: Happening) -> dict[str, Any]:
    """The answer that is owed by an event."""
    return {
        "request": one.request,
        "state": DeliveryState.TO_DO,
        "event": number,
        "at": microseconds(one.at),
    }


def _request(number: int, one: Happening) -> dict[str, Any]:
    facts = one.facts
    return {
        "id": one.request,
        "kind": facts["kind"],
        "policy": one.policy,
        "release": one.release,
        "major": major_of(one.release),
        "recipient": one.recipient,
        "received_at": facts["received"],
        "timing": facts["timing"],
        "channel": facts["channel"],
        "event": number,
        "message": one.message,
        "repeats": facts.get("repeats"),
        "behind": facts.get("behind"),
    }


def requests_declared(db: Connection, happened: Sequence[_Numbered]) -> None:
    """Declarations about a release, and which of them count."""
    requests_recorded(db, happened)
    changed = {
        (one.policy, major_of(one.release), one.recipient): number
        for number, one in happened
        # What only repeats another alters nothing.
        if one.recipient is not None and not one.facts.get("repeats")
    }
    rows = []
    for (policy, major), some in groupby(sorted(changed), key=lambda one: one[:2]):
        whose = requests_of_each(db, policy, major, [recipient for *_, recipient in some])
        for recipient, requests in whose.items():
            about = policy, major, recipient
            rows.append(_counting(about, requests, changed[about]))
    execute(db, _COUNTS, rows)


def _counting(
    about: tuple[str, int, int], requests: Sequence[Request], number: int
) -> dict[str, Any]:
    """What counts of all that a customer declared about a release, by the event of a number."""
    policy, major, recipient = about
    counts, late = current_declaration(requests), last_late(requests)
    return {
        "policy": policy,
        "major": major,
        "recipient": recipient,
        "kind": counts.kind if counts else "",
        "late": late.kind if late else "",
        "event": number,
    }


_HANDLING = """
    INSERT INTO handling (request, state, due, event, at)
    VALUES (:request, :state, :due, :event, :at)"""
_HANDLED = """
    UPDATE handling SET state = :state, event = :event, at = :at,
      due = CASE WHEN :due = '' THEN due ELSE :due END WHERE request = :request"""
_MAILING = """
    INSERT INTO mailing (recipient, state, event, at) VALUES (:recipient, :state, :event, :at)
    ON CONFLICT (recipient) DO UPDATE SET state = :state, event = :event, at = :at
      WHERE mailing.at <= EXCLUDED.at"""
"""The last word counts by when it came, not by when a person found it in a mail."""


def requests_wished(db: Connection, happened: Sequence[_Numbered]) -> None:
    """What is asked for beside declarations about a release: a person handles it, or it is about
    mailings.
    """
    requests_recorded(db, happened)
    handled, mailings = [], []
    for number, one in happened:
        kind, since = RequestKind(one.facts["kind"]), microseconds(one.at)
        row: dict[str, Any] = {"event": number, "at": since}
        if kind in HANDLED_KINDS:
            proven = one.facts.get("confirmed", True)
            row["state"] = HandlingState.OPEN if proven else HandlingState.UNCONFIRMED
            row["due"] = one.facts.get("due", "")
            handled.append({**row, "request": one.request})
        elif one.recipient is not None and not one.facts.get("repeats"):
            row |= {"state": MAILING_STATE_AFTER[kind], "at": one.facts["received"]}
            mailings.append({**row, "recipient": one.recipient})
    execute(db, _HANDLING, handled)
    execute(db, _MAILING, mailings)


def requests_confirmed(db: Connection, happened: Sequence[_Numbered]) -> None:
    """Requests that somebody at the address on record said to be theirs."""
    _handle(db, happened, lambda one: HandlingState.OPEN)


_OWED_AGAIN = """
    UPDATE answer SET state = :state, event = :event, at = :at, tries = 0
    WHERE request = :request"""
_OWED_FIRST = """
    INSERT INTO answer (request, state, event, at, tries)
    SELECT CAST(:request AS BIGINT), CAST(:state AS VARCHAR), CAST(:event AS BIGINT),
      CAST(:at AS BIGINT), 0
    WHERE NOT EXISTS (SELECT 1 FROM answer WHERE request = :request)"""


def requests_handled(db: Connection, happened: Sequence[_Numbered]) -> None:
    """What was decided; where there are words for the customer, a letter with them is owed, in
    place of the receipt if that was not sent yet.
    """
    owed = [_owing(*one) for one in happened if one[1].facts.get("owed")]
    execute(db, _OWED_AGAIN, owed)
    execute(db, _OWED_FIRST, owed)
    _handle(db, happened, _after)


def _after(one: Happening) -> HandlingState:
    """How far a request is by what was decided; what nothing has proven stays unconfirmed."""
    state = STATE_AFTER[HandlingOutcome(one.facts["outcome"])]
    unproven = state is HandlingState.OPEN and one.facts.get("confirmed") is False
    return HandlingState.UNCONFIRMED if unproven else state


def _handle(
    db: Connection, happened: Sequence[_Numbered], state_of: Callable[[Happening], HandlingState]
) -> None:
    rows = [
        {
            "request": one.request,
            "state": state_of(one),
            "due": one.facts.get("due", ""),
            "event": number,
            "at": microseconds(one.at),
        }
        for number, one in happened
    ]
    execute(db, _HANDLED, rows)
