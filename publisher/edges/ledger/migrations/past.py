"""What the tables of schema 1 say, as events in the order in which it happened.

Schema 1 kept of a letter only how it stands, of a recipient only the last address. What stood there
before, and when, has to be assumed: such an event says so in its facts, under `assumed`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import heapq
import json
from collections.abc import Callable, Iterator
from typing import Any

import zstandard
from sqlalchemy import Connection, Select, Subquery, Table, case, func, select

from publisher.edges.ledger.migrations.old_tables import (
    OLD_ANSWERS,
    OLD_DELIVERIES,
    OLD_FILINGS,
    OLD_MESSAGES,
    OLD_RECIPIENTS,
    OLD_REQUESTS,
)
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind
from publisher.people.resolution import OPERATOR
from publisher.record.event import EventKind, Happening, microseconds

_PAGE = 1_000
_ACCEPTED, _AGAIN = "resolved by hand: accepted", "resolved by hand: again"
"""What stands in place of the carrier's words where a person found out."""
_BEHIND, _MESSAGE = "clock_behind", "message"
"""In the evidence of a request."""
_AFTER = {
    "accepted": EventKind.TAKEN,
    "refused": EventKind.REFUSED,
    "bounced": EventKind.BOUNCED,
    "in doubt": EventKind.DOUBTED,
    "to do": EventKind.PUT_OFF,
}


def past_of(db: Connection) -> Iterator[Happening]:
    """Everything that happened, by time; no clock that was behind puts an effect before its cause.

    Args:
        db: a transaction in which the tables of schema 1 are set aside.
    """
    streams = [
        _stream(db, _recipients(), _listed),
        _stream(db, _messages(), _received),
        _stream(db, _requests(), _requested),
        _stream(db, _filings(), _filed),
        _stream(db, _begun(), _run),
        _stream(db, _deliveries(), _told),
        _stream(db, _answers(), _answered),
    ]
    ranked = (_ranked(rank, stream) for rank, stream in enumerate(streams))
    for *_, happened in heapq.merge(*ranked, key=lambda one: one[:3]):
        yield happened


_Placed = tuple[dt.datetime, Happening]
"""What happened, and the time before which it is not to be written."""


def _ranked(
    rank: int, stream: Iterator[_Placed]
) -> Iterator[tuple[dt.datetime, int, int, Happening]]:
    latest = dt.datetime.min.replace(tzinfo=dt.UTC)
    for place, (after, happened) in enumerate(stream):
        latest = max(latest, happened.at, after)
        yield latest, rank, place, happened


def _stream(
    db: Connection, found: Select[Any], told: Callable[[Any], Iterator[Happening]]
) -> Iterator[_Placed]:
    for row in db.execute(found, execution_options={"yield_per": _PAGE}):
        causes = [row.at, *(getattr(row, name, None) for name in ("after", "after_too"))]
        after = max(moment for moment in causes if moment is not None)
        for happened in told(row):
            yield after, happened


def _placed(table: Table) -> Subquery:
    """When each message or request is written at the earliest, by its number."""
    moment = table.c.received_at
    latest = func.max(moment, type_=moment.type).over(order_by=table.c.id)
    return select(table.c.id, latest.label("after")).subquery()


# ── recipients ───────────────────────────────────────────────────────────────────────────────────


def _recipients() -> Select[Any]:
    own = OLD_RECIPIENTS.c
    return select(*own, own.added_at.label("at")).order_by(own.id)


def _listed(row: Any) -> Iterator[Happening]:
    facts: dict[str, Any] = {"assumed": ["address", "name"]}
    private = {"address": row.address, "name": row.name}
    (private if "@" in row.customer else facts)["customer"] = row.customer
    yield Happening(EventKind.LISTED, row.added_at, recipient=row.id, facts=facts, private=private)


# ── messages ─────────────────────────────────────────────────────────────────────────────────────


def _messages() -> Select[Any]:
    own = OLD_MESSAGES.c
    return select(*own, own.received_at.label("at")).order_by(own.id)


def _received(row: Any) -> Iterator[Happening]:
    raw = bytes(row.raw)
    yield Happening(
        EventKind.RECEIVED,
        row.received_at,
        message=row.id,
        facts={"bytes": len(raw)},
        private={"to": row.to_address, "sha256": hashlib.sha256(raw).hexdigest()},
        body=zstandard.compress(raw),
    )


def _filings() -> Select[Any]:
    came, asked = _placed(OLD_MESSAGES), _placed(OLD_REQUESTS)
    joined = OLD_FILINGS.outerjoin(came, came.c.id == OLD_FILINGS.c.message)
    joined = joined.outerjoin(asked, asked.c.id == OLD_FILINGS.c.request)
    found = select(*OLD_FILINGS.c, came.c.after, asked.c.after.label("after_too"))
    return found.select_from(joined).order_by(OLD_FILINGS.c.id)


def _filed(row: Any) -> Iterator[Happening]:
    by_hand = row.filed == Filed.SETTLED
    facts: dict[str, Any] = {"filed": row.filed}
    if row.timing:
        facts["timing"] = row.timing
    if by_hand:
        facts |= {"role": OPERATOR, "assumed": ["role"]}
    kind = EventKind.DECIDED if by_hand else EventKind.FILED
    about = row.policy, row.release, row.recipient, row.request, row.message
    yield Happening(kind, row.at, *about, facts=facts, private={"reason": row.reason})


# ── requests and their answers ───────────────────────────────────────────────────────────────────


def _requests() -> Select[Any]:
    owed = select(OLD_ANSWERS.c.request).where(OLD_ANSWERS.c.request == OLD_REQUESTS.c.id).exists()
    found = select(*OLD_REQUESTS.c, OLD_REQUESTS.c.received_at.label("at"), owed.label("owed"))
    return found.order_by(OLD_REQUESTS.c.id)


def _requested(row: Any) -> Iterator[Happening]:
    evidence = json.loads(row.evidence)
    message, behind = evidence.get(_MESSAGE), evidence.get(_BEHIND)
    facts: dict[str, Any] = {
        "kind": row.kind,
        "received": microseconds(row.received_at),
        "timing": row.timing,
        "channel": row.channel,
        # When it came in is on record; when that was written down is not.
        "assumed": ["at"],
    }
    if row.repeats is not None:
        facts["repeats"] = row.repeats
    if behind:
        facts["behind"] = microseconds(dt.datetime.fromisoformat(behind))
    if row.owed:
        facts["owed"] = True
    kind = EventKind.ASKED if row.kind == RequestKind.ASK else EventKind.DECLARED
    about = row.policy, row.release, row.recipient, row.id
    yield Happening(
        kind,
        row.received_at,
        *about,
        message if isinstance(message, int) else None,
        facts=facts,
        private=evidence,
    )


def _answers() -> Select[Any]:
    asked, at = _placed(OLD_REQUESTS), OLD_ANSWERS.c.at
    joined = OLD_ANSWERS.join(OLD_REQUESTS, OLD_REQUESTS.c.id == OLD_ANSWERS.c.request)
    joined = joined.join(asked, asked.c.id == OLD_ANSWERS.c.request)
    about = (OLD_REQUESTS.c.policy, OLD_REQUESTS.c.release, OLD_REQUESTS.c.recipient)
    found = select(*OLD_ANSWERS.c, OLD_REQUESTS.c.kind, *about, asked.c.after)
    last = case((at > asked.c.after, at), else_=asked.c.after)
    return found.select_from(joined).order_by(last, OLD_ANSWERS.c.request)


def _answered(row: Any) -> Iterator[Happening]:
    if row.kind == RequestKind.ASK and row.recipient is None:
        if row.state == "accepted":
            about = row.policy, row.release, None, row.request
            yield Happening(EventKind.PASSED_ON, row.at, *about)
        return
    about_answer = row.policy, row.release, row.recipient, row.request
    facts: dict[str, Any] = {"requests": [row.request]}
    private = {"reply": row.reply} if row.reply else None
    may_have_gone = row.state in ("accepted", "in doubt") or row.reply == _AGAIN
    if may_have_gone:
        tried = max(row.tries, 1)
        told = {**facts, "tried": tried, "assumed": ["at", "tried"]}
        yield Happening(EventKind.TOLD, row.at, *about_answer, facts=told)
    if resolved := _resolution(row.reply):
        facts |= {"outcome": resolved, "role": OPERATOR, "assumed": ["role"]}
        yield Happening(EventKind.RESOLVED, row.at, *about_answer, facts=facts, private=private)
    elif private or (row.state == "accepted"):
        facts |= {} if may_have_gone else {"tried": row.tries, "assumed": ["tried"]}
        kind = _AFTER[row.state]
        yield Happening(kind, row.at, *about_answer, facts=facts, private=private)


def _resolution(reply: str) -> str:
    return {_ACCEPTED: "accepted", _AGAIN: "again"}.get(reply, "")


# ── letters ──────────────────────────────────────────────────────────────────────────────────────


def _begun() -> Select[Any]:
    own = (OLD_DELIVERIES.c.policy, OLD_DELIVERIES.c.release)
    first = func.min(OLD_DELIVERIES.c.at, type_=OLD_DELIVERIES.c.at.type).label("at")
    return select(*own, first).group_by(*own).order_by("at", *own)


def _run(row: Any) -> Iterator[Happening]:
    yield Happening(EventKind.BEGUN, row.at, row.policy, row.release, facts={"assumed": ["at"]})


def _deliveries() -> Select[Any]:
    own = OLD_DELIVERIES.c
    return select(OLD_DELIVERIES).order_by(own.at, own.policy, own.release, own.recipient)


def _told(row: Any) -> Iterator[Happening]:
    about = row.policy, row.release, row.recipient
    effective = {"effective": row.effective.isoformat()}
    private = {"reply": row.reply} if row.reply else None
    went = bool(row.message_id) or row.tries > 0
    if went:
        facts = {**effective, "tried": row.tries, "assumed": ["at", "tried"]}
        letter = {"address": row.address, "message_id": row.message_id}
        yield Happening(EventKind.TOLD, row.at, *about, facts=facts, private=letter)
    if resolved := _resolution(row.reply):
        facts = {**effective, "outcome": resolved, "role": OPERATOR, "assumed": ["role"]}
        yield Happening(EventKind.RESOLVED, row.at, *about, facts=facts, private=private)
    elif private or row.state not in ("to do", "in doubt"):
        yield Happening(_AFTER[row.state], row.at, *about, facts=effective, private=private)
