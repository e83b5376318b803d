"""What the ledger counts for the status: by the database, so that it takes no longer to tell of a
million customers than to count them.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, text

from publisher.answers.declarations import DAY
from publisher.answers.policy_status import (
    MOST_MESSAGES,
    DeclarationCounts,
    MessageCounts,
    ReceiptCounts,
    Restored,
    ShardCounts,
)
from publisher.answers.receipts_due import MOST_A_DAY
from publisher.edges.ledger.messages import MessageTable
from publisher.edges.ledger.schema import (
    ANSWERS,
    APART,
    DECLARATIONS,
    DELIVERIES,
    EVENTS,
    MESSAGES,
    RECIPIENTS,
    REQUESTS,
    SELDOM,
)
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import FOR_A_PERSON
from publisher.people.requests import RequestKind
from publisher.record.event import EventKind, microseconds, moment_of

Letters = Mapping[str, Mapping[DeliveryState, int]]
"""How many letters are in a state, by the number of the release."""


class CountTable(MessageTable):
    """Counts."""

    def count_recipients(self) -> int:
        """Customers who are told."""
        with self._reading() as db:
            return _told(db)

    def last_moment(self) -> dt.datetime | None:
        """When the last thing happened that is on record; None: nothing has."""
        with self._reading() as db:
            at = db.execute(select(EVENTS.c.at).order_by(EVENTS.c.id.desc()).limit(1)).scalar()
        return moment_of(at) if at is not None else None

    def count_letters(self, policy: str) -> Letters:
        """The letters about each release of a policy by their state; a release without is left out.

        Reads an index once, which costs some 0.1 s for a million letters.
        """
        found: dict[str, Counter[DeliveryState]] = {}
        columns = (DELIVERIES.c.major, DELIVERIES.c.release, DELIVERIES.c.state)
        counted = select(*columns, func.count()).where(DELIVERIES.c.policy == policy)
        with self._reading() as db:
            for _, release, state, count in db.execute(counted.group_by(*columns)):
                found.setdefault(release, Counter())[DeliveryState(state)] = count
        return found

    def count_declarations(self, policy: str) -> Mapping[int, DeclarationCounts]:
        """What was declared about each material release of a policy and its corrections."""
        late = DECLARATIONS.c.late != ""
        columns = (DECLARATIONS.c.major, DECLARATIONS.c.kind, late.label("late"))
        counted = select(*columns, func.count()).where(DECLARATIONS.c.policy == policy)
        found: dict[int, Counter[str]] = {}
        with self._reading() as db:
            for major, kind, came_late, count in db.execute(counted.group_by(*columns)):
                counts = found.setdefault(major, Counter())
                counts[kind] += count
                counts["late"] += count if came_late else 0
        return {
            major: DeclarationCounts(
                counts[RequestKind.OPT_OUT],
                counts[RequestKind.WITHDRAW],
                counts["late"],
                counts[RequestKind.ACCEPT],
            )
            for major, counts in found.items()
        }

    def count_receipts(self, now: dt.datetime, patience: dt.timedelta) -> ReceiptCounts:
        """Receipts and links that no carrier has accepted.

        Args:
            now: the time.
            patience: after how long one that is to do is overdue, unless its customer got as many
                in a day as they may.
        """
        accepted = (DeliveryState.ACCEPTED, DeliveryState.AGREED)
        open_ = [state for state in DeliveryState if state not in accepted]
        joined = ANSWERS.join(REQUESTS, REQUESTS.c.id == ANSWERS.c.request)
        owed = ANSWERS.c.state.in_(open_) & REQUESTS.c.recipient.is_not(None)
        counted = select(ANSWERS.c.state, func.count()).select_from(joined).where(owed)
        overdue = select(func.count()).select_from(joined).where(_overdue(now, now - patience))
        with self._reading() as db:
            states = db.execute(counted.group_by(ANSWERS.c.state)).all()
            late = db.execute(overdue).scalar_one()
        return ReceiptCounts({DeliveryState(state): count for state, count in states}, late)

    def count_messages(
        self, policies: Iterable[str], since: dt.datetime, unread_since: dt.datetime
    ) -> MessageCounts:
        """Mail that waits for a person.

        Args:
            policies: about which; what nobody knows the policy of is about each.
            since: what came before that has waited too long.
            unread_since: what came before that, and was not read, is told.
        """
        waiting = and_(
            MESSAGES.c.filed.in_(["", *FOR_A_PERSON]), MESSAGES.c.policy.in_(["", *policies])
        )
        unread = (MESSAGES.c.filed == "") & (MESSAGES.c.received_at < microseconds(unread_since))
        came = MESSAGES.c.received_at < microseconds(since)
        counted = select(func.count(), _sum(came), _sum(unread)).where(waiting)
        oldest = select(MESSAGES.c.id).where(waiting).order_by(MESSAGES.c.id).limit(MOST_MESSAGES)
        with self._reading() as db:
            count, overdue, not_read = db.execute(counted).one()
            numbers = db.execute(oldest).scalars().all()
        found = map(self.message, numbers)
        return MessageCounts(count, tuple(m for m in found if m), overdue, not_read)

    def owning_role(self) -> str:
        """The role that uses this ledger, where it owns its tables or could take their owner's part
        (PostgreSQL): it could alter what is never to be altered. Empty: it could not.
        """
        with self._reading() as db:
            if db.dialect.name != "postgresql":
                return ""
            return str(db.execute(_OWNER).scalar() or "")

    def count_shards(self, patience: float) -> ShardCounts | None:
        """How many shards of letters wait for workers; None: this ledger has no place for any.

        Args:
            patience: seconds without a sign after which a worker is taken for dead.
        """
        queue = self._database.shard_queue()
        with self._reading() as db:
            return queue.count(db, patience)

    def last_restored(self) -> Restored | None:
        """When the ledger was put back from a copy last; who is in doubt is not counted here."""
        restored = SELDOM & (EVENTS.c.kind == EventKind.RESTORED)
        found = select(EVENTS.c.at, EVENTS.c.facts).where(restored)
        with self._reading() as db:
            row = db.execute(found.order_by(EVENTS.c.id.desc()).limit(1)).first()
        if row is None:
            return None
        copied = json.loads(row.facts or "{}").get("copied")
        return Restored(moment_of(row.at), moment_of(copied) if copied is not None else None, 0)


_OWNER = text(
    "SELECT current_user FROM pg_tables WHERE tablename = 'event' "
    "AND schemaname = ANY (current_schemas(false)) "
    "AND pg_has_role(current_user, tableowner, 'MEMBER')"
)

# ── recipients ───────────────────────────────────────────────────────────────────────────────────


def _told(db: Connection) -> int:
    """Counts through the smallest index, and those who are not told through one of their own."""
    everybody = select(func.count()).select_from(RECIPIENTS)
    return _count(db, everybody) - _count(db, everybody.where(APART))


def _count(db: Connection, counted: Select[Any]) -> int:
    return int(db.execute(counted).scalar_one())


# ── receipts and mail ────────────────────────────────────────────────────────────────────────────


def _overdue(now: dt.datetime, before: dt.datetime) -> ColumnElement[bool]:
    """Answers to do for long, but for those that wait for the day of their customer to pass."""
    earlier, lately = microseconds(before), microseconds(now - DAY)
    return and_(
        ANSWERS.c.state == DeliveryState.TO_DO,
        REQUESTS.c.recipient.is_not(None),
        REQUESTS.c.received_at < earlier,
        # One that is tried again and again is as old as its request.
        or_(ANSWERS.c.tries > 0, ANSWERS.c.at < earlier),
        or_(REQUESTS.c.kind == RequestKind.ASK, _given(lately) < _allowed()),
    )


def _given(lately: int) -> ColumnElement[int]:
    """How many letters with receipts the customer of a request got by its channel, since a time."""
    answers, requests = ANSWERS.alias(), REQUESTS.alias()
    return (
        select(func.count(answers.c.at.distinct()))
        .select_from(requests.join(answers, answers.c.request == requests.c.id))
        .where(
            requests.c.recipient == REQUESTS.c.recipient,
            requests.c.channel == REQUESTS.c.channel,
            requests.c.kind != RequestKind.ASK,
            answers.c.state.in_((DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)),
            answers.c.at >= lately,
        )
        .scalar_subquery()
    )


def _allowed() -> ColumnElement[int]:
    limits = [(REQUESTS.c.channel == channel, most) for channel, most in MOST_A_DAY.items()]
    return case(*limits, else_=max(MOST_A_DAY.values()))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
