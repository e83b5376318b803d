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
from publisher.edges.ledger.request_rows import requests_of
from publisher.edges.ledger.rows import execute, insert_many
from publisher.edges.ledger.schema import RECIPIENTS
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import FOR_A_PERSON, Filed
from publisher.people.recipients import RecipientState, erased_customer
from publisher.record.event import EventKind, Happening, microseconds
from publisher.releases.number import Number

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

_CHANGE = """
    UPDATE recipient SET address = :address, name = :name, language = :language, class = :class,
      joined = :joined, state = :state, event = :event WHERE id = :id"""
_KNOWN = """
    INSERT INTO delivery (policy, release, recipient, major, effective, state, event, at, tries)
    VALUES (:policy, :release, :recipient, :major, '', :state, :event, :at, 0)
    ON CONFLICT (policy, release, recipient) DO UPDATE SET state = :state, event = :event, at = :at
    WHERE delivery.state NOT IN (:state, :accepted, :in_doubt)"""
_FORGET = """
    UPDATE delivery SET state = :to_do, event = :event, at = :at
    WHERE recipient = :recipient AND state = :agreed
      AND :kept NOT LIKE '% ' || policy || '/' || release || ' %'"""
_TELL_AGAIN = """
    UPDATE delivery SET state = :to_do, event = :event, at = :at
    WHERE recipient = :recipient AND state IN (:refused, :bounced)"""


def list_recipients(
    db: Connection, rows: Sequence[tuple[Any, ...]], versions: Sequence[Mapping[str, Any]]
) -> None:
    """Writes the states of customers who are listed.

    Args:
        db: a transaction.
        rows: of the table of recipients.
        versions: what `agreed` gives for each version that they came with.
    """
    insert_many(db, RECIPIENTS, rows)
    execute(db, _KNOWN, versions)


def agreed(recipient: int | None, policy: str, release: str, event: int, at: int) -> dict[str, Any]:
    """That a recipient agreed to a version on joining, for `list_recipients`.

    Args:
        recipient: their number.
        policy, release: which version.
        event, at: the event that says so, and its time in microseconds since 1970.
    """
    return {
        "policy": policy,
        "release": release,
        "recipient": recipient,
        "major": _major(release),
        "state": DeliveryState.AGREED,
        "accepted": DeliveryState.ACCEPTED,
        "in_doubt": DeliveryState.IN_DOUBT,
        "event": event,
        "at": at,
    }


def _listed(db: Connection, happened: Sequence[Numbered]) -> None:
    rows = [tuple(_recipient(*one).values()) for one in happened]
    list_recipients(db, rows, [row for one in happened for row in _known_versions(*one)])


def _changed(db: Connection, happened: Sequence[Numbered]) -> None:
    execute(db, _CHANGE, [_recipient(*one) for one in happened])
    # What a list says of versions takes the place of what one before said.
    restated = [
        {
            "recipient": one.recipient,
            "event": number,
            "at": microseconds(one.at),
            "to_do": DeliveryState.TO_DO,
            "agreed": DeliveryState.AGREED,
            "kept": " ".join(["", *map("/".join, one.facts["versions"].items()), ""]),
        }
        for number, one in happened
        if "versions" in one.facts
    ]
    execute(db, _FORGET, restated)
    execute(db, _KNOWN, [row for one in happened for row in _known_versions(*one)])
    moved = [
        {
            "recipient": one.recipient,
            "event": number,
            "at": microseconds(one.at),
            "to_do": DeliveryState.TO_DO,
            "refused": DeliveryState.REFUSED,
            "bounced": DeliveryState.BOUNCED,
        }
        for number, one in happened
        if one.facts.get("moved")
    ]
    execute(db, _TELL_AGAIN, moved)


def _recipient(number: int, one: Happening) -> dict[str, Any]:
    facts, private = one.facts, one.private or {}
    customer = facts.get("customer") or private.get("customer")
    return {
        "id": one.recipient,
        "customer": customer or erased_customer(one.recipient or 0),
        "address": private.get("address", ""),
        "name": private.get("name", ""),
        "language": facts.get("language", ""),
        "class": facts.get("class", ""),
        "joined": facts.get("joined", ""),
        "state": RecipientState.TOLD,
        "at": microseconds(one.at),
        "event": number,
    }


def _known_versions(number: int, one: Happening) -> list[dict[str, Any]]:
    """The versions that a customer agreed to on joining."""
    return [
        agreed(one.recipient, policy, release, number, microseconds(one.at))
        for policy, release in one.facts.get("versions", {}).items()
    ]


def _removed(db: Connection, happened: Sequence[Numbered]) -> None:
    statement = "UPDATE recipient SET state = :state, event = :event WHERE id = :id"
    rows = [
        {"id": one.recipient, "state": RecipientState.REMOVED, "event": number}
        for number, one in happened
    ]
    execute(db, statement, rows)


_ERASE = """
    UPDATE recipient SET state = :state, event = :event, address = '', name = '',
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
        "major": _major(one.release),
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
        "major": _major(one.release),
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
        (one.policy, _major(one.release), one.recipient): number
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


def _major(release: str) -> int:
    number = Number.parse(release)
    return number.major if number else 0


_FOLLOW: Mapping[str, Callable[[Connection, Sequence[Numbered]], None]] = {
    EventKind.LISTED: _listed,
    EventKind.CHANGED: _changed,
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
