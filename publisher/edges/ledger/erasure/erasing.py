"""Erasing what is personal: the values go, and an event says that they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Select, and_, delete, func, or_, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.erasure.footprints import (
    IS_OPEN,
    WAITS,
    awaited,
    batched,
    erasure_plan,
    unfinished_requests,
)
from publisher.edges.ledger.schema import (
    EVENTS,
    HANDLINGS,
    MESSAGES,
    PRIVATE,
    RECIPIENTS,
    REQUESTS,
)
from publisher.edges.ledger.transaction import Transaction
from publisher.people.erasing import ErasurePlan, PruningPlan
from publisher.people.handling import HandlingOutcome
from publisher.people.mail_addresses import spellings
from publisher.people.recipients import RecipientState
from publisher.record.event import EventKind, Happening, microseconds


class ErasingPart(LedgerPart):
    """Erases recipients, and what is older than things are kept."""

    def numbers_of(
        self, customers: Collection[str], addresses: Collection[str]
    ) -> list[tuple[int, str]]:
        """The recipients with some ids, or whose address is one of some: number and id."""
        lower = [one for each in addresses for one in spellings(each)]
        whose = or_(
            RECIPIENTS.c.customer.in_(customers), func.lower(RECIPIENTS.c.address).in_(lower)
        )
        found = select(RECIPIENTS.c.id, RECIPIENTS.c.customer).where(whose)
        with self._reading() as db:
            return [(r.id, r.customer) for r in db.execute(found.order_by(RECIPIENTS.c.id))]

    def erasure(self, numbers: Sequence[int], addresses: Collection[str] = ()) -> ErasurePlan:
        """What goes when some recipients are erased. Nothing is changed.

        Args:
            numbers: of the recipients.
            addresses: further ones, which may be nobody's.
        """
        with self._reading() as db:
            return erasure_plan(db, numbers, addresses)

    def erase(
        self,
        numbers: Sequence[int],
        why: str,
        now: dt.datetime,
        addresses: Collection[str] = (),
    ) -> ErasurePlan:
        """Erases recipients. Until `shrink`, a file may still have traces of what went.

        A message that waits for a person, or was not read yet, stays.

        Args:
            numbers: of the recipients.
            why, now: why they are erased, in words that stay on record, and when.
            addresses: further ones, which may be nobody's.

        Returns:
            What went.
        """

        def erase(tx: Transaction) -> ErasurePlan:
            held = select(RECIPIENTS.c.id).where(RECIPIENTS.c.id.in_(numbers))
            tx.db.execute(held.order_by(RECIPIENTS.c.id).with_for_update())
            plan = erasure_plan(tx.db, numbers, addresses)
            erase_planned(tx, plan, now, {"why": why})
            return plan

        return self._database.write_alone(erase)

    def shrink(self) -> bool:
        """Has the database's file be written anew without what was deleted: see `Database.shrink`.

        Raises:
            LedgerError: the database cannot be used.
        """
        return self._database.shrink()

    def earlier_copies(self) -> list[Path]:
        """Files beside the ledger that have what was in it before."""
        return self._database.earlier_copies()

    def pruning(
        self, over: Collection[tuple[str, str]], until: dt.datetime, keep: str
    ) -> PruningPlan:
        """What is kept no longer. Nothing is changed.

        Args:
            over: policy and number of each release that is kept no longer.
            until: messages and requests about no release, and removed recipients, go if they are
                older.
            keep: how long things are kept, in words.
        """
        joined = EVENTS.join(PRIVATE, PRIVATE.c.event == EVENTS.c.id)
        about = (EVENTS.c.policy, EVENTS.c.release)
        counted = select(*about, func.count().label("values")).select_from(joined).group_by(*about)
        counted = counted.where(_DECIDED)
        removed = (RECIPIENTS.c.state == RecipientState.REMOVED) & (
            EVENTS.c.at < microseconds(until)
        )
        gone = select(RECIPIENTS.c.id).join(EVENTS, EVENTS.c.id == RECIPIENTS.c.event)
        came = select(MESSAGES, WAITS.label("waits"))
        came = came.join(PRIVATE, PRIVATE.c.event == MESSAGES.c.event)
        with self._reading() as db:
            releases = [
                (r.policy, r.release, r._mapping["values"])
                for r in db.execute(counted.where(EVENTS.c.policy != "").order_by(*about))
                if (r.policy, r.release) in over
            ]
            old = [
                (r.id, r.waits)
                for r in db.execute(came.order_by(MESSAGES.c.id))
                if (r.policy, r.release) in over
                or (not r.release and r.received_at < microseconds(until))
            ]
            asked = db.execute(_asked_before(until)).scalars().all()
            open_ = db.execute(_open_about(over, until)).scalar_one()
            whose = db.execute(gone.where(removed).order_by(RECIPIENTS.c.id)).scalars().all()
            kept = awaited(db, whose)
        messages = tuple(one for one, waits in old if not waits)
        recipients = tuple(one for one in whose if one not in kept)
        waiting = len(old) - len(messages)
        return PruningPlan(keep, releases, messages, recipients, waiting, tuple(asked), open_)

    def prune(self, plan: PruningPlan, now: dt.datetime) -> None:
        """Deletes what a plan says, and has events say that it went.

        A message that waits for a person by now, a request that is open, and a recipient of whom
        one waits, stay.

        Args:
            plan: as `pruning` gave it.
            now: the time.
        """
        facts = {"kept": plan.keep}

        def prune(tx: Transaction) -> None:
            erase_said(
                tx,
                [
                    *(
                        Happening(EventKind.PRUNED, now, policy, release, facts=facts)
                        for policy, release, _ in plan.releases
                    ),
                    *(
                        Happening(EventKind.ERASED, now, message=message, facts=facts)
                        for message in plan.messages
                    ),
                    *(
                        Happening(EventKind.ERASED, now, request=request, facts=facts)
                        for request in plan.requests
                    ),
                ],
            )
            kept = awaited(tx.db, plan.recipients)
            for some in batched([one for one in plan.recipients if one not in kept]):
                erase_planned(tx, erasure_plan(tx.db, some), now, facts)

        if not plan.empty:
            self._database.write_alone(prune)


def erase_planned(
    tx: Transaction, plan: ErasurePlan, now: dt.datetime, facts: dict[str, Any]
) -> None:
    """Erases what a plan says, and has events say that it went.

    Args:
        tx: the transaction.
        plan: of this ledger.
        now: the time.
        facts: what else stays on record of it.
    """
    erase_said(tx, _said_of(plan, now, facts))


def _said_of(plan: ErasurePlan, now: dt.datetime, facts: dict[str, Any]) -> list[Happening]:
    """The events that say of each thing that it is erased, and not whose it was."""
    recipients = [one.recipient for one in plan.footprints if one.values or one.named]
    return [
        *(Happening(EventKind.ERASED, now, recipient=one, facts=facts) for one in recipients),
        *(Happening(EventKind.ERASED, now, message=one, facts=facts) for one in plan.messages),
        *(Happening(EventKind.ERASED, now, request=one, facts=facts) for one in plan.requests),
    ]


def erase_said(tx: Transaction, happened: Sequence[Happening]) -> int:
    """Records what is erased, and deletes the values that this covers.

    A message that waits for a person stays, whatever is said of it. A request of somebody who is
    erased waits no longer: nobody could be answered.

    Args:
        tx: the transaction.
        happened: of the kinds erased and pruned.

    Returns:
        How many were recorded.
    """
    waiting = set(tx.db.execute(select(MESSAGES.c.id).where(WAITS)).scalars())
    happened = [one for one in happened if one.message not in waiting]
    if not happened:
        return 0
    _close_requests(tx, happened)
    # The database deletes only what an event says is gone.
    before = min(tx.record_all(happened))
    for name in ("recipient", "message", "request"):
        numbers = [n for one in happened if (n := getattr(one, name)) is not None]
        for some in batched(numbers):
            _delete(tx, EVENTS.c[name].in_(some) & (EVENTS.c.id < before))
    for one in happened:
        if one.kind == EventKind.PRUNED:
            about = (EVENTS.c.policy == one.policy) & (EVENTS.c.release == one.release)
            _delete(tx, about & _DECIDED & (EVENTS.c.id < before))
    return len(happened)


_OPEN = select(HANDLINGS.c.request).where(IS_OPEN)
_DECIDED = and_(
    or_(EVENTS.c.message.is_(None), EVENTS.c.message.not_in(select(MESSAGES.c.id).where(WAITS))),
    or_(
        EVENTS.c.request.is_(None),
        EVENTS.c.request.not_in(select(HANDLINGS.c.request).where(IS_OPEN)),
    ),
)
"""Events about no message and no request that waits for a person."""


def _asked_before(until: dt.datetime) -> Select[Any]:
    """The requests about no release that came before a time, wait for nobody, and were not decided
    since; those of which something is left that is personal.
    """
    before = microseconds(until)
    busy = select(HANDLINGS.c.request).where(or_(IS_OPEN, HANDLINGS.c.at >= before))
    old = (REQUESTS.c.release == "") & (REQUESTS.c.received_at < before)
    joined = REQUESTS.join(EVENTS, EVENTS.c.request == REQUESTS.c.id).join(
        PRIVATE, PRIVATE.c.event == EVENTS.c.id
    )
    found = select(REQUESTS.c.id).select_from(joined).where(old, REQUESTS.c.id.not_in(busy))
    return found.distinct().order_by(REQUESTS.c.id)


def _open_about(over: Collection[tuple[str, str]], until: dt.datetime) -> Select[Any]:
    """How many requests would go, but are open."""
    about = [(REQUESTS.c.policy == one) & (REQUESTS.c.release == number) for one, number in over]
    old = (REQUESTS.c.release == "") & (REQUESTS.c.received_at < microseconds(until))
    joined = REQUESTS.join(HANDLINGS, HANDLINGS.c.request == REQUESTS.c.id)
    return select(func.count()).select_from(joined).where(IS_OPEN, or_(old, *about))


def _close_requests(tx: Transaction, happened: Sequence[Happening]) -> None:
    """Records of those who are erased that nobody has to see to what they asked for."""
    whose = {one.recipient: one.at for one in happened if one.recipient is not None}
    facts = {"outcome": HandlingOutcome.DONE, "erased": True}
    tx.record_all(
        [
            Happening(
                EventKind.HANDLED,
                whose[row.recipient],
                row.policy,
                row.release,
                row.recipient,
                row.id,
                facts=facts,
            )
            for row in unfinished_requests(tx.db, sorted(whose))
        ]
    )


def _delete(tx: Transaction, which: Any) -> None:
    gone = select(EVENTS.c.id).where(which)
    tx.db.execute(delete(PRIVATE).where(PRIVATE.c.event.in_(gone)))
