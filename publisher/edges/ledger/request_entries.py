"""Requests as they are entered into the ledger: the event that records each, and its answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from publisher.edges.ledger.rows import fetch, next_numbers, rows_among
from publisher.edges.ledger.schema import REQUESTS
from publisher.edges.ledger.transaction import Transaction
from publisher.people.requests import DECLARED_KINDS, Request, RequestKind, Timing, Wanted
from publisher.record.event import EventKind, Happening, microseconds, moment_of
from publisher.record.private import canonical
from publisher.releases.chronology import overtaken

_NEWEST = " UNION ALL ".join(
    f"SELECT * FROM (SELECT {time} AS at FROM {table} ORDER BY id DESC LIMIT 1) AS last_{table}"  # noqa: S608 - names of ours
    for table, time in (
        ("event", "at"),
        ("request", "coalesce(behind, received_at)"),
        ("message", "received_at"),
        ("recipient", "added_at"),
    )
)
"""The times of the latest records."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A request as it is entered."""

    number: int
    wanted: Wanted
    received: dt.datetime
    timing: Timing
    now: dt.datetime
    first: Request | None
    """The one that it repeats, if it does."""
    late: dt.datetime | None
    """A time on record that the clock was behind."""

    def happening(self) -> Happening:
        """The event that records it."""
        wanted = self.wanted
        facts: dict[str, Any] = {
            "kind": wanted.kind,
            "received": microseconds(self.received),
            "timing": self.timing,
            "channel": wanted.channel,
        }
        if self.first:
            facts["repeats"] = self.first.id
        if self.late:
            facts["behind"] = microseconds(self.late)
        if wanted.answered and self.first is None:
            facts["owed"] = True
        if wanted.due:
            facts["due"] = wanted.due.isoformat()
        if not wanted.confirmed:
            facts["confirmed"] = False
        if wanted.asked:
            facts["asked"] = wanted.asked
        kind = _EVENT_OF.get(wanted.kind, EventKind.REQUESTED)
        release = str(wanted.number) if wanted.number else ""
        about = wanted.policy, release, wanted.recipient, self.number, wanted.message
        return Happening(kind, self.now, *about, facts=facts, private=wanted.evidence)

    def request(self, digest: bytes) -> Request:
        """The request that is on record then.

        Args:
            digest: of what proves it, as its event has it.
        """
        wanted = self.wanted
        return Request(
            self.number,
            wanted.kind,
            wanted.policy,
            str(wanted.number) if wanted.number else "",
            major_wanted(wanted),
            wanted.recipient,
            self.received,
            self.timing,
            wanted.channel,
            canonical(wanted.evidence) if wanted.evidence else "",
            self.first.id if self.first else None,
            wanted.message,
            self.late,
            digest.hex(),
        )


def insert_request(
    tx: Transaction,
    wanted: Wanted,
    received: dt.datetime,
    timing: Timing,
    now: dt.datetime,
    first: Request | None,
) -> Request:
    """Records a request and, where one is owed, its answer.

    Args:
        tx: the transaction.
        wanted: what is asked for.
        received, timing: when it came, and whether that was in time.
        now: the time.
        first: the request that this one repeats, if it does.
    """
    late = overtaken(now, [*newest_times(tx.db), wanted.not_before]) or wanted.behind
    number = next_numbers(tx.db, REQUESTS)[0]
    return insert_entries(tx, [Entry(number, wanted, received, timing, now, first, late)])[0]


def insert_entries(tx: Transaction, entries: Sequence[Entry]) -> list[Request]:
    """Records requests and, where they are owed, their answers.

    Args:
        tx: the transaction.
        entries: the requests, by rising numbers.
    """
    if not entries:
        return []
    events = tx.record_all([one.happening() for one in entries])
    digests = dict(map(tuple, rows_among(tx.db, _DIGESTS, events)))
    return [one.request(bytes(digests[event])) for one, event in zip(entries, events, strict=True)]


_DIGESTS = "SELECT id, digest FROM event WHERE id {}"


_EVENT_OF = {
    RequestKind.ASK: EventKind.ASKED,
    RequestKind.WRITE: EventKind.ASKED,
    **dict.fromkeys(DECLARED_KINDS, EventKind.DECLARED),
}
"""The event that records a request; of all others, `requested`."""


def major_wanted(wanted: Wanted) -> int:
    """The number of the material release that a request is about; 0: it is about none."""
    return wanted.number.major if wanted.number else 0


def newest_times(db: Connection) -> Sequence[dt.datetime]:
    """The times of the latest records."""
    return [moment_of(at) for (at,) in fetch(db, _NEWEST)]
