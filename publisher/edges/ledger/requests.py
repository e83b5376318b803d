"""Requests in the ledger: what customers declared or asked for; never changed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, select

from publisher.answers.declarations import DAY, may_record, said_before
from publisher.edges.clock import Clock
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.declaring import (
    TOO_OFTEN,
    declared,
    declared_together,
    is_declaration,
)
from publisher.edges.ledger.request_entries import insert_request, major_wanted
from publisher.edges.ledger.request_rows import (
    EVENT_DIGEST,
    EVIDENCE,
    REQUEST_COLUMNS,
    REQUESTS_PROVEN,
    proven_requests,
    request_of,
    requests_of,
)
from publisher.edges.ledger.rows import fetch
from publisher.edges.ledger.schema import EVENTS, REQUESTS
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import TooOftenError
from publisher.people.recipients import RecipientState
from publisher.people.requests import (
    DECLARED_KINDS,
    HANDLED_KINDS,
    MAILING_KINDS,
    Channel,
    Recorded,
    Request,
    RequestKind,
    TimingOf,
    Wanted,
)
from publisher.record.event import EventKind, microseconds
from publisher.record.private import canonical

_PROVEN = select(*REQUEST_COLUMNS, EVIDENCE, EVENT_DIGEST).select_from(REQUESTS_PROVEN)


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
        if is_declaration(wanted):
            return self._write(lambda tx: declared(tx, wanted, clock, timing_of))
        return self._write(lambda tx: _recorded(tx, wanted, clock, timing_of))

    def record_together(
        self, wanted: Sequence[tuple[Wanted, TimingOf]], clock: Clock
    ) -> list[Recorded | Exception]:
        """Records declarations of customers about releases, as `record` does one after the other,
        by as many statements as for one.

        Args:
            wanted: what is declared, each with whether what is received at a given time is in time.
            clock: gives the time, with its offset.

        Returns:
            What is on record for each; or that its customer has changed it too often in a day.

        Raises:
            LedgerError: the database cannot be used; nothing was recorded.
        """
        return self._write(lambda tx: declared_together(tx, wanted, clock))

    def requests(
        self, policy: str, major: int, recipient_number: int | None = None
    ) -> list[Request]:
        """The requests about a material release and its corrections, in order of receipt."""
        with self._reading() as db:
            return proven_requests(db, policy, major, recipient_number)

    def declared_by(self, policy: str, recipient_number: int) -> list[Request]:
        """What one customer ever declared about releases of a policy, in order of receipt."""
        own = (REQUESTS.c.recipient == recipient_number) & (REQUESTS.c.policy == policy)
        found = _PROVEN.where(own, REQUESTS.c.kind.in_(DECLARED_KINDS))
        with self._reading() as db:
            rows = db.execute(found.order_by(REQUESTS.c.received_at, REQUESTS.c.id)).all()
        return [request_of(row) for row in rows]

    def confirmed_by(self, asked: int, recipient_number: int) -> Request | None:
        """What was recorded when the link was opened that one request asked for; None: nothing.

        Args:
            asked: the number of the request for the link.
            recipient_number: whose link it is.
        """
        with self._reading() as db:
            said = fetch(db, _ASKED_FOR, recipient=recipient_number)
        number = next(
            (one for one, facts, *_ in said if json.loads(facts).get("asked") == asked), 0
        )
        return self.request(number)

    def requests_in(self, message: int) -> list[Request]:
        """The requests that a message was ever filed as, in the order in which it was filed."""
        filed = (EVENTS.c.message == message) & EVENTS.c.request.is_not(None)
        order = (
            select(EVENTS.c.request, func.min(EVENTS.c.id).label("first"))
            .where(filed & EVENTS.c.kind.in_((EventKind.FILED, EventKind.DECIDED)))
            .group_by(EVENTS.c.request)
            .subquery()
        )
        found = (
            select(*REQUEST_COLUMNS, EVIDENCE, EVENT_DIGEST)
            .select_from(REQUESTS_PROVEN.join(order, order.c.request == REQUESTS.c.id))
            .order_by(order.c.first)
        )
        with self._reading() as db:
            return [request_of(row) for row in db.execute(found)]

    def request(self, number: int) -> Request | None:
        """One request."""
        with self._reading() as db:
            row = db.execute(_PROVEN.where(REQUESTS.c.id == number)).one_or_none()
            return request_of(row) if row is not None else None


def _recorded(tx: Transaction, wanted: Wanted, clock: Clock, timing_of: TimingOf) -> Recorded:
    # A second request of the same customer waits here (PostgreSQL; SQLite has one writer).
    tx.hold("recipient", wanted.recipient)
    if _is_erased(tx, wanted.recipient):
        # Nobody knows an address any more.
        wanted = replace(wanted, answered=False)
    now = clock()
    received = wanted.received or now
    timing = timing_of(received)
    major, whom = major_wanted(wanted), wanted.recipient
    before = requests_of(tx.db, wanted.policy, major, whom) if whom else []
    if wanted.kind in HANDLED_KINDS | MAILING_KINDS and (known := _same(tx, wanted, before, now)):
        return Recorded(known, known)
    # A declaration made now follows all on record, whatever clock their times came from.
    earlier = [r for r in before if not wanted.received or r.received <= received]
    declares = wanted.kind is not RequestKind.ASK
    first = said_before(wanted.kind, timing, earlier) if declares else None
    if declares and not may_record(wanted.kind, first, before, now):
        if first is None:
            raise TooOftenError(TOO_OFTEN)
        return Recorded(first, first)
    return Recorded(insert_request(tx, wanted, received, timing, now, first), first)


def _same(
    tx: Transaction, wanted: Wanted, before: Sequence[Request], now: dt.datetime
) -> Request | None:
    """What was recorded by the same link, or by a second press of a button; None: nothing was."""
    said = {
        number: (json.loads(facts).get("asked"), at, value)
        for number, facts, at, value in fetch(tx.db, _ASKED_FOR, recipient=wanted.recipient)
    }
    evidence, lately = canonical(wanted.evidence), microseconds(now - DAY)
    for one in before:
        asked, at, value = said.get(one.id, (None, 0, None))
        if wanted.asked and asked == wanted.asked:
            return one
        pressed = wanted.kind in HANDLED_KINDS and wanted.channel is Channel.FORM
        if pressed and one.kind is wanted.kind and at > lately and value == evidence:
            return one
    return None


_ASKED_FOR = """
    SELECT event.request, event.facts, event.at,
      CASE WHEN handling.state IN ('open', 'unconfirmed') THEN private.value END
    FROM event LEFT JOIN private ON private.event = event.id
      LEFT JOIN handling ON handling.request = event.request
    WHERE event.recipient = :recipient AND event.kind = 'requested'"""


def _is_erased(tx: Transaction, recipient: int | None) -> bool:
    found = fetch(tx.db, "SELECT state FROM recipient WHERE id = :id", id=recipient)
    return found == [(RecipientState.ERASED,)]
