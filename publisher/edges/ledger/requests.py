"""Requests in the ledger: what customers declared or asked for; append-only."""

from __future__ import annotations

import datetime as dt
import json

from sqlalchemy import Connection, insert, select
from sqlalchemy.engine import RowMapping

from publisher.answers.declarations import may_record, said_before
from publisher.edges.clock import Clock
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.tables import ANSWERS, FILINGS, MESSAGES, RECIPIENTS, REQUESTS
from publisher.errors import TooOftenError
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import (
    BEHIND,
    Channel,
    Recorded,
    Request,
    RequestKind,
    Timing,
    TimingOf,
    Wanted,
)
from publisher.releases.chronology import overtaken


class RequestTable(LedgerPart):
    """Reads and writes requests."""

    def record(self, wanted: Wanted, clock: Clock, timing_of: TimingOf) -> Recorded:
        """Records a request. One that repeats an earlier one is recorded too, marked as a repeat.

        The clock is read once nobody else can write, so that of two equal declarations made at
        once, one is the repeat of the other.

        Args:
            wanted: what is asked for.
            clock: gives the time, with its offset.
            timing_of: whether a request received at a given time is in time.

        Raises:
            TooOftenError: the customer has changed their declaration too often in a day; nothing
                was recorded.
        """
        with self._writing() as db:
            # A second request of the same customer waits here (PostgreSQL; SQLite has one writer).
            mine = RECIPIENTS.c.id == wanted.recipient
            db.execute(select(RECIPIENTS.c.id).where(mine).with_for_update())
            now = clock()
            received = wanted.received or now
            timing = timing_of(received)
            major, whom = wanted.number.major, wanted.recipient
            before = _requests(db, wanted.policy, major, whom) if whom else []
            # A declaration made now follows all on record, whatever clock their times came from.
            earlier = [r for r in before if not wanted.received or r.received <= received]
            declares = wanted.kind is not RequestKind.ASK
            first = said_before(wanted.kind, timing, earlier) if declares else None
            if declares and not may_record(first, before, now):
                if first is None:
                    raise TooOftenError("this was declared and taken back too often today")
                return Recorded(first, first)
            return Recorded(insert_request(db, wanted, received, timing, now, first), first)

    def requests(
        self, policy: str, major: int, recipient_number: int | None = None
    ) -> list[Request]:
        """The requests about a material release and its corrections, in order of receipt."""
        with self._reading() as db:
            return _requests(db, policy, major, recipient_number)

    def requests_in(self, message: int) -> list[Request]:
        """The requests that a message was ever filed as, in the order in which it was filed."""
        filed = REQUESTS.join(FILINGS, FILINGS.c.request == REQUESTS.c.id)
        found = select(REQUESTS).select_from(filed).where(FILINGS.c.message == message)
        with self._reading() as db:
            return [request_of(row) for row in db.execute(found.order_by(FILINGS.c.id)).mappings()]

    def request(self, number: int) -> Request | None:
        """One request."""
        with self._reading() as db:
            row = (
                db.execute(select(REQUESTS).where(REQUESTS.c.id == number)).mappings().one_or_none()
            )
            return request_of(row) if row is not None else None


def insert_request(
    db: Connection,
    wanted: Wanted,
    received: dt.datetime,
    timing: Timing,
    now: dt.datetime,
    first: Request | None,
) -> Request:
    """Records a request and, where one is owed, its answer, in a transaction that is open.

    Args:
        db: the transaction.
        wanted: what is asked for.
        received, timing: when it came, and whether that was in time.
        now: the time.
        first: the request that this one repeats, if it does.
    """
    late = overtaken(now, [*_newest(db), wanted.not_before])
    evidence = {**wanted.evidence, **({BEHIND: late.isoformat()} if late else {})}
    values = {
        "kind": wanted.kind,
        "policy": wanted.policy,
        "release": str(wanted.number),
        "major": wanted.number.major,
        "recipient": wanted.recipient,
        "received_at": received,
        "timing": timing,
        "channel": wanted.channel,
        "evidence": json.dumps(evidence, ensure_ascii=False, sort_keys=True),
        "repeats": first.id if first else None,
    }
    done = db.execute(insert(REQUESTS).values(values).returning(REQUESTS)).mappings().one()
    if wanted.answered and first is None:
        db.execute(insert(ANSWERS).values(request=done["id"], state=DeliveryState.TO_DO, at=now))
    return request_of(done)


def _requests(
    db: Connection, policy: str, major: int, recipient_number: int | None
) -> list[Request]:
    wanted = (REQUESTS.c.policy == policy) & (REQUESTS.c.major == major)
    if recipient_number is not None:
        wanted &= REQUESTS.c.recipient == recipient_number
    rows = db.execute(
        select(REQUESTS).where(wanted).order_by(REQUESTS.c.received_at, REQUESTS.c.id)
    )
    return [request_of(row) for row in rows.mappings()]


def _newest(db: Connection) -> list[dt.datetime]:
    """The times of the latest records."""
    columns = (REQUESTS.c.received_at, MESSAGES.c.received_at, FILINGS.c.at, RECIPIENTS.c.added_at)
    last = (select(c).order_by(c.table.c.id.desc()).limit(1) for c in columns)
    return [moment for one in last for moment in db.execute(one).scalars()]


def request_of(row: RowMapping) -> Request:
    """The request in a row of the table."""
    names = ("id", "policy", "release", "major", "recipient", "evidence", "repeats")
    return Request(
        **{name: row[name] for name in names},
        kind=RequestKind(row["kind"]),
        received=row["received_at"],
        timing=Timing(row["timing"]),
        channel=Channel(row["channel"]),
    )
