"""What a ledger takes up that it does not know the end of: after it was restored, or adopted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Select, func, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.schema import (
    ANSWERS,
    BATCHES,
    DELIVERIES,
    EVENTS,
    RECIPIENTS,
    REQUESTS,
    SELDOM,
)
from publisher.edges.ledger.transaction import Transaction
from publisher.people.deliveries import DeliveryState
from publisher.people.recipients import RecipientState
from publisher.record.event import EventKind, Happening, moment_of
from publisher.releases.number import Number

_TOGETHER = 500
"""Events that are written at a time, or answers that one event is about."""

ReleaseName = tuple[str, Number]
"""Its policy and its number."""
EffectiveDates = Mapping[ReleaseName, dt.date | None]
"""Of some releases the first day in force; None: it is not known."""


class Continuity(LedgerPart):
    """Puts in doubt what a ledger does not know the end of."""

    def releases_begun(self) -> list[ReleaseName]:
        """The releases whose notice was begun to be sent, or that a letter was about."""
        with self._reading() as db:
            return releases_begun(db)

    def adoption(self, release: ReleaseName, *, answers: bool) -> int:
        """How many letters, and receipts, would be in doubt if a release were adopted.

        Args:
            release: which.
            answers: receipts too.
        """
        count = select(func.count())
        with self._reading() as db:
            found = db.execute(count.select_from(_open_letters(release).subquery())).scalar_one()
            if answers:
                found += db.execute(count.select_from(_open_answers().subquery())).scalar_one()
            return int(found)

    def adopt(
        self,
        release: ReleaseName,
        effective: dt.date | None,
        now: dt.datetime,
        *,
        answers: bool = False,
    ) -> int:
        """Takes up a release that was sent with another ledger, or with a newer copy of it.

        Args:
            release: which.
            effective: its first day in force.
            now: the time.
            answers: receipts may have gone out that are not on record here.

        Returns:
            How many letters, and receipts, are in doubt for it.
        """

        def adopt(tx: Transaction) -> int:
            policy, number = release
            if answers:
                record_restored(tx, now)
            tx.record(Happening(EventKind.ADOPTED, now, policy, str(number)))
            count = _doubt_answers(tx, now) if answers else 0
            return count + doubt_letters(tx, release, effective, now)

        return self._database.write_alone(adopt)


def releases_begun(db: Connection) -> list[ReleaseName]:
    """The releases whose notice was begun to be sent, or that a letter was about."""
    # Who came with a version has a row about it too, and was sent nothing.
    sent = DELIVERIES.c.told.is_not(None)
    told = select(DELIVERIES.c.policy, DELIVERIES.c.release).where(sent).distinct()
    begun = SELDOM & EVENTS.c.kind.in_((EventKind.BEGUN, EventKind.ADOPTED))
    meant = select(EVENTS.c.policy, EVENTS.c.release).where(begun).distinct()
    rows = [*db.execute(told), *db.execute(meant)]
    found = {(row.policy, number) for row in rows if (number := Number.parse(row.release))}
    return sorted(found)


def record_restored(tx: Transaction, now: dt.datetime) -> dt.datetime:
    """Has an event say that the ledger goes on from an earlier state; returns from when that is."""
    last = tx.db.execute(select(func.coalesce(func.max(EVENTS.c.id), 0))).scalar_one()
    copied = int(tx.db.execute(select(func.max(BATCHES.c.at))).scalar() or 0)
    facts = {"copied": copied, "event": int(last)}
    tx.record(Happening(EventKind.RESTORED, now, facts=facts))
    return moment_of(copied)


def doubt_everything(tx: Transaction, effective: EffectiveDates, now: dt.datetime) -> int:
    """Puts in doubt every letter and receipt that may have gone out without being on record here.

    Args:
        tx: the transaction.
        effective: the releases whose notices were begun to be sent.
        now: the time.

    Returns:
        How many there are.
    """
    count = sum(doubt_letters(tx, one, day, now) for one, day in effective.items())
    return count + _doubt_answers(tx, now)


def doubt_letters(
    tx: Transaction, release: ReleaseName, effective: dt.date | None, now: dt.datetime
) -> int:
    """Puts in doubt the letter about a release to everybody of whom nothing final is on record.

    Args:
        tx: the transaction.
        release, effective: which, and its first day in force.
        now: the time.

    Returns:
        How many there are.
    """
    policy, number = release
    found = _open_letters(release).order_by(RECIPIENTS.c.id)
    facts = {"effective": effective.isoformat()} if effective else {}
    count = 0
    for some in _pages(tx.db.execute(found).scalars().all()):
        about = policy, str(number)
        tx.record_all([Happening(EventKind.DOUBTED, now, *about, one, facts=facts) for one in some])
        count += len(some)
    return count


def _open_letters(release: ReleaseName) -> Select[int]:
    """The recipients of whom nothing final is on record about a release."""
    policy, number = release
    own = (
        (DELIVERIES.c.recipient == RECIPIENTS.c.id)
        & (DELIVERIES.c.policy == policy)
        & (DELIVERIES.c.release == str(number))
    )
    open_ = DELIVERIES.c.state.is_(None) | (DELIVERIES.c.state == DeliveryState.TO_DO)
    listed = RECIPIENTS.c.state == RecipientState.TOLD
    known = RECIPIENTS.outerjoin(DELIVERIES, own)
    return select(RECIPIENTS.c.id).select_from(known).where(listed, open_)


def _open_answers() -> Select[int]:
    """The requests of recipients whose receipt is to do."""
    # What a stranger asked for is nobody's yet, so nobody could settle it; a link harms nobody.
    known = REQUESTS.join(ANSWERS, ANSWERS.c.request == REQUESTS.c.id)
    open_ = (ANSWERS.c.state == DeliveryState.TO_DO) & REQUESTS.c.recipient.is_not(None)
    return select(REQUESTS.c.id).select_from(known).where(open_)


def _doubt_answers(tx: Transaction, now: dt.datetime) -> int:
    numbers = tx.db.execute(_open_answers().order_by(REQUESTS.c.id)).scalars().all()
    for some in _pages(numbers):
        tx.record(Happening(EventKind.DOUBTED, now, facts={"requests": some}))
    return len(numbers)


def _pages(numbers: Any) -> Iterator[list[int]]:
    each = iter(numbers)
    while some := list(islice(each, _TOGETHER)):
        yield some
