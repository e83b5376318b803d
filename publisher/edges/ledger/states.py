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

from publisher.edges.ledger.recipient_states import changed, listed, major_of
from publisher.edges.ledger.request_states import (
    requests_confirmed,
    requests_declared,
    requests_handled,
    requests_recorded,
    requests_wished,
)
from publisher.edges.ledger.rows import execute
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import FOR_A_PERSON, Filed
from publisher.people.recipients import RecipientState, erased_customer
from publisher.people.resolution import STATE_RESOLVED
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
_STATE_RESOLVED = {str(one): state for one, state in STATE_RESOLVED.items()}


_ACCEPT = """
    UPDATE delivery SET state = :state, event = :event, at = :at
    WHERE policy = :policy AND release = :release AND recipient = :recipient"""


def accept_letters(
    db: Connection, about: tuple[str, str], taken: Sequence[tuple[int, tuple[int, str, int]]]
) -> None:
    """Writes that letters were accepted, as `apply` would: many at once, each on record already.

    Args:
        db: a transaction.
        about: the policy and the release.
        taken: each the number of its event, with the recipient, the facts, and when that was.
    """
    same = {"state": DeliveryState.ACCEPTED, "policy": about[0], "release": about[1]}
    rows = [
        {**same, "event": number, "recipient": recipient, "at": at}
        for number, (recipient, _, at) in taken
    ]
    execute(db, _ACCEPT, rows)


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
            # What a list told of afterwards was so on an earlier day.
            "at": one.facts.get("happened", microseconds(one.at)),
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
    EventKind.DECLARED: requests_declared,
    EventKind.ASKED: requests_recorded,
    EventKind.REQUESTED: requests_wished,
    EventKind.CONFIRMED: requests_confirmed,
    EventKind.HANDLED: requests_handled,
    EventKind.PASSED_ON: _passed_on,
    EventKind.RECEIVED: _received,
    EventKind.FILED: _filed,
    EventKind.DECIDED: _filed,
}
