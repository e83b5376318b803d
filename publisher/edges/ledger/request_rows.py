"""Requests in the rows of the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from publisher.edges.ledger.rows import fetch, rows_among
from publisher.edges.ledger.schema import EVENTS, PRIVATE, REQUESTS
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.record.event import moment_of

REQUEST_COLUMNS = tuple(REQUESTS.columns)
REQUESTS_PROVEN = REQUESTS.outerjoin(PRIVATE, PRIVATE.c.event == REQUESTS.c.event)
"""Requests with what proves them, where that was not erased."""
EVIDENCE = PRIVATE.c.value.label("evidence")
EVENT_DIGEST = (
    select(EVENTS.c.digest).where(EVENTS.c.id == REQUESTS.c.event).scalar_subquery().label("digest")
)
"""That of the event that records a request."""


def request_of(row: Any) -> Request:
    """The request in a row that has `REQUEST_COLUMNS`, and `EVIDENCE` or not."""
    found = row._mapping
    return Request(
        id=found["id"],
        kind=RequestKind(found["kind"]),
        policy=found["policy"],
        release=found["release"],
        major=found["major"],
        recipient=found["recipient"],
        received=moment_of(found["received_at"]),
        timing=Timing(found["timing"]),
        channel=Channel(found["channel"]),
        evidence=found.get("evidence") or "",
        repeats=found["repeats"],
        message=found["message"],
        behind=moment_of(found["behind"]) if found["behind"] is not None else None,
        digest=bytes(found.get("digest") or b"").hex(),
    )


_OWN = """
    SELECT id, kind, release, recipient, received_at, timing, channel, message, repeats, behind
    FROM request WHERE policy = :policy AND major = :major AND recipient = :recipient
    ORDER BY received_at, id"""
_PROVEN = """
    SELECT request.id, request.kind, request.release, request.recipient, received_at, timing,
      channel, request.message, repeats, behind, value, event.digest
    FROM request LEFT JOIN event ON event.id = request.event
      LEFT JOIN private ON private.event = request.event
    WHERE request.policy = :policy AND major = :major {}
    ORDER BY received_at, request.id"""
_PROVEN_OF_ALL, _PROVEN_OF_ONE = (
    _PROVEN.format(whose) for whose in ("", "AND request.recipient = :recipient")
)


_OF_MANY = """
    SELECT request.id, request.kind, request.release, request.recipient, received_at, timing,
      channel, request.message, repeats, behind{} FROM request{}
    WHERE request.policy = {{}} AND major = {{}} AND request.recipient {{}}
    ORDER BY received_at, request.id"""
_OWN_OF_MANY = _OF_MANY.format("", "")
_PROVEN_OF_MANY = _OF_MANY.format(
    ", value, event.digest",
    " LEFT JOIN event ON event.id = request.event LEFT JOIN private ON private.event = event.id",
)


def requests_of_each(
    db: Connection, policy: str, major: int, recipients: Sequence[int], *, proven: bool = False
) -> dict[int, list[Request]]:
    """What some customers declared or asked for about a release and its corrections, by customer.

    Args:
        db: a transaction.
        policy, major: which release.
        recipients: the numbers of the customers.
        proven: with what proves it.
    """
    found: dict[int, list[Request]] = {one: [] for one in recipients}
    statement = _PROVEN_OF_MANY if proven else _OWN_OF_MANY
    for row in rows_among(db, statement, list(found), (policy, major)):
        found[row[3]].append(_request(policy, major, row))
    return found


def requests_of(db: Connection, policy: str, major: int, recipient: int) -> list[Request]:
    """What one customer declared or asked for about a release and its corrections.

    What proves it is left out: whoever weighs declarations does not need it.

    Args:
        db: a transaction.
        policy, major: which release.
        recipient: the number of the customer.
    """
    found = fetch(db, _OWN, policy=policy, major=major, recipient=recipient)
    return [_request(policy, major, row) for row in found]


def proven_requests(
    db: Connection, policy: str, major: int, recipient: int | None = None
) -> list[Request]:
    """What was declared or asked for about a release and its corrections, with what proves it, in
    order of receipt.

    Args:
        db: a transaction.
        policy, major: which release.
        recipient: the number of the customer; None: those of all.
    """
    values = {"policy": policy, "major": major}
    if recipient is None:
        found = fetch(db, _PROVEN_OF_ALL, **values)
    else:
        found = fetch(db, _PROVEN_OF_ONE, **values, recipient=recipient)
    return [_request(policy, major, row) for row in found]


def _request(policy: str, major: int, row: Sequence[Any]) -> Request:
    """The request in a row of `_OWN` or `_PROVEN`."""
    number, kind, release, recipient, received, timing, channel, message, repeats, behind = row[:10]
    evidence, digest = row[10:] or ("", b"")
    return Request(
        id=number,
        kind=RequestKind(kind),
        policy=policy,
        release=release,
        major=major,
        recipient=recipient,
        received=moment_of(received),
        timing=Timing(timing),
        channel=Channel(channel),
        evidence=evidence or "",
        repeats=repeats,
        message=message,
        behind=moment_of(behind) if behind is not None else None,
        digest=bytes(digest or b"").hex(),
    )
