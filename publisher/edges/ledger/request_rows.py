"""Requests in the rows of the ledger."""

from __future__ import annotations

from typing import Any

from publisher.edges.ledger.schema import PRIVATE, REQUESTS
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.record.event import moment_of

REQUEST_COLUMNS = tuple(REQUESTS.columns)
REQUESTS_PROVEN = REQUESTS.outerjoin(PRIVATE, PRIVATE.c.event == REQUESTS.c.event)
"""Requests with what proves them, where that was not erased."""
EVIDENCE = PRIVATE.c.value.label("evidence")


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
    )
