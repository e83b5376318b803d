"""The states that follow from events: who is told, what became of letters, what counts now.

The same functions write them when something happens and when they are made again from all that
happened, so the two cannot disagree. Nothing here depends on a private value that may be erased,
but the address and the name of a recipient, which are erased with it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from publisher.answers.declarations import current_declaration, last_late
from publisher.edges.ledger.recipient_states import changed, listed, major_of
from publisher.edges.ledger.request_rows import requests_of
from publisher.edges.ledger.rows import execute
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import FOR_A_PERSON, Filed
from publisher.people.recipients import RecipientState, erased_customer
from publisher.record.event import EventKind, Happening, microseconds

Numbered = tuple[int, Happening]
"""A happening, and the number of its event."""


def apply(db: Connection, happened: Sequence[Numbered]) -> None:
    """Writes what follows from events into the states.

    Args:
        db: a transaction.
        happened: events in the order of their numbers; those of kinds that say nothing about a
            state are passed over.
    """
    for kind, some in groupby(happened, key=lambda one: str(one[1].kind)):
        if follow := _FOLLOW.get(kind):
            follow(db, list(some))


# ── recipients ───────────────────────────────────────────────────────────────────────────────────


def _removed(db: Connection, happened: Sequence[Numbered]) -> None:
    statement = "UPDATE recipient SET state = :state, event = :event WHERE id = :id"
    rows = [
        {"id": one.recipient, "state": RecipientState.REMOVED, "event": number}
        for number, one in happened
    ]
    execute(db, statement, rows)


_ERASE = """
    UPDATE recipient SET state = :state, event = :event, address = '', name = '',
      language = '', class = '', joined = '',
      customer = CASE WHEN customer LIKE '%@%' THEN :unnamed ELSE customer END
    WHERE id = :id"""


_OWE_NOTHING = """
    DELETE FROM answer WHERE state <> :accepted AND request IN
      (SELECT id FROM request WHERE id = :request OR recipient = :recipient)"""
_READ_BY_NOBODY = """
    UPDATE message SET filed = :erased, filing = :event WHERE id = :message AND filed = :waiting"""


def _erased(db: Connection, happened: Sequence[Numbered]) -> None:
    """Nobody is told, answered or waited for whose words are gone."""
    rows = [
        {
            "id": one.recipient,
            "state": RecipientState.ERASED,
            "event": number,
            "unnamed": erased_customer(one.recipient),
        }
        for number, one in happened
        if one.recipient is not None
    ]
    execute(db, _ERASE, rows)
    owed = [
        {
            "request": one.request,
            "recipient": one.recipient,
            "accepted": DeliveryState.ACCEPTED,
        }
        for _, one in happened
    ]
    execute(db, _OWE_NOTHING, [one for one in owed if one["request"] or one["recipient"]])
    unread = [
        {
            "message": one.message,
            "event": number,
            "erased": Filed.ERASED,
            "waiting": waiting,
        }
        for number, one in happened
        for waiting in ("", *sorted(FOR_A_PERSON))
        if one.message is not None
    ]
    execute(db, _READ_BY_NOBODY, unread)


# ── letters ──────────────────────────────────────────────────────────────────────────────────────

_DELIVERY = """
    INSERT INTO delivery
      (policy, release, recipient, major, effective, state, told, event, at, tries)
    VALUES (:policy, :release, :recipient, :major, :effective, :state, :told, :event, :at, :tried)
    ON CONFLICT (policy, release, recipient) DO UPDATE SET state = :state, event = :event, at = :at,
      told = COALESCE(:told, delivery.told), tries = delivery.tries + :tried,
      effective = CASE WHEN :effective = '' THEN delivery.effective ELSE :effective END"""
_ANSWER = """
    UPDATE answer SET state = :state, event = :event, at = :at, told = COALESCE(:told, told),
      tries = tries * :kept + :tried WHERE request = :request"""

_STATE_AFTER = {
    EventKind.TOLD: DeliveryState.IN_DOUBT,
    EventKind.TAKEN: DeliveryState.ACCEPTED,
    EventKind.REFUSED: DeliveryState.REFUSED,
    EventKind.PUT_OFF: DeliveryState.TO_DO,
    EventKind.DOUBTED: DeliveryState.IN_DOUBT,
    EventKind.BOUNCED: DeliveryState.BOUNCED,
}
_STATE_RESOLVED = {"accepted": DeliveryState.ACCEPTED, "again": DeliveryState.TO_DO}


def _letter(db: Connection, happened: Sequence[Numbered]) -> None:
    """What became of a letter: of the notice of a release, or of one that answers requests."""
    deliveries, answers = [], []
    for number, one in happened:
        kind = EventKind(one.kind)
        again = one.facts.get("outcome") == "again"
        resolved = kind is EventKind.RESOLVED
        row = {
            "state": _STATE_RESOLVED[one.facts["outcome"]] if resolved else _STATE_AFTER[kind],
            "told": number if kind is EventKind.TOLD else None,
            "event": number,
            "at": microseconds(one.at),
            "tried": one.facts.get("tried", 1 if kind is EventKind.TOLD else 0),
        }
        if requests := one.facts.get("requests"):
            answers += [{**row, "request": each, "kept": 0 if again else 1} for each in requests]
        else:
            deliveries.append({**row, **_delivery(one)})
    execute(db, _DELIVERY, deliveries)
    execute(db, _ANSWER, answers)


def _delivery(one: Happening) -> dict[str, Any]:
    return {
        "policy": one.policy,
        "release": one.release,
        "recipient": one.recipient,
        "major": major_of(one.release),
        "effective": one.facts.get("effective", ""),
    }


# ── requests ─────────────────────────────────────────────────────────────────────────────────────

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


def _requested(db: Connection, happened: Sequence[Numbered]) -> None:
    execute(db, _REQUEST, [_request(*one) for one in happened])
    owed = [
        {
            "request": one.request,
            "state": DeliveryState.TO_DO,
            "event": number,
            "at": microseconds(one.at),
        }
        for number, one in happened
        if one.facts.get("owed")
    ]
    execute(db, _OWED, owed)


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


def _declared(db: Connection, happened: Sequence[Numbered]) -> None:
    _requested(db, happened)
    changed = {
        (one.policy, major_of(one.release), one.recipient): number
        for number, one in happened
        # What only repeats another alters nothing.
        if one.recipient is not None and not one.facts.get("repeats")
    }
    execute(db, _COUNTS, [_counting(db, *one, number) for one, number in sorted(changed.items())])


def _counting(
    db: Connection, policy: str, major: int, recipient: int, number: int
) -> dict[str, Any]:
    """What counts of all that a customer declared about a release, by the event of a number."""
    requests = requests_of(db, policy, major, recipient)
    counts, late = current_declaration(requests), last_late(requests)
    return {
        "policy": policy,
        "major": major,
        "recipient": recipient,
        "kind": counts.kind if counts else "",
        "late": late.kind if late else "",
        "event": number,
    }


def _passed_on(db: Connection, happened: Sequence[Numbered]) -> None:
    rows = [
        {
            "request": one.request,
            "state": DeliveryState.ACCEPTED,
            "event": number,
            "at": microseconds(one.at),
            "told": None,
            "kept": 1,
            "tried": 0,
        }
        for number, one in happened
    ]
    execute(db, _ANSWER, rows)


# ── messages ─────────────────────────────────────────────────────────────────────────────────────

_MESSAGE = """
    INSERT INTO message (id, received_at, event, filed, policy, release, timing)
    VALUES (:id, :at, :event, '', '', '', '')"""
_FILE = """
    UPDATE message SET filed = :filed, filing = :event, policy = :policy, release = :release,
      recipient = :recipient, timing = :timing, request = :request WHERE id = :id"""


def _received(db: Connection, happened: Sequence[Numbered]) -> None:
    rows = [
        {"id": one.message, "at": microseconds(one.at), "event": number} for number, one in happened
    ]
    execute(db, _MESSAGE, rows)


def _filed(db: Connection, happened: Sequence[Numbered]) -> None:
    rows = [
        {
            "id": one.message,
            "filed": one.facts["filed"],
            "event": number,
            "policy": one.policy,
            "release": one.release,
            "recipient": one.recipient,
            "timing": one.facts.get("timing", ""),
            "request": one.request,
        }
        for number, one in happened
    ]
    execute(db, _FILE, rows)


_FOLLOW: Mapping[str, Callable[[Connection, Sequence[Numbered]], None]] = {
    EventKind.LISTED: listed,
    EventKind.CHANGED: changed,
    EventKind.REMOVED: _removed,
    EventKind.ERASED: _erased,
    EventKind.TOLD: _letter,
    EventKind.TAKEN: _letter,
    EventKind.REFUSED: _letter,
    EventKind.PUT_OFF: _letter,
    EventKind.DOUBTED: _letter,
    EventKind.BOUNCED: _letter,
    EventKind.RESOLVED: _letter,
    EventKind.DECLARED: _declared,
    EventKind.ASKED: _requested,
    EventKind.PASSED_ON: _passed_on,
    EventKind.RECEIVED: _received,
    EventKind.FILED: _filed,
    EventKind.DECIDED: _filed,
}
