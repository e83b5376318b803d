"""Erasing what is personal: the values go, and an event says that they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, or_, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.erasure.footprints import WAITS, awaited, batched, erasure_plan
from publisher.edges.ledger.schema import EVENTS, MESSAGES, PRIVATE, RECIPIENTS
from publisher.edges.ledger.transaction import Transaction
from publisher.people.erasing import ErasurePlan, PruningPlan
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
            until: messages about no release, and removed recipients, go if they are older.
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
            whose = db.execute(gone.where(removed).order_by(RECIPIENTS.c.id)).scalars().all()
            kept = awaited(db, whose)
        messages = tuple(one for one, waits in old if not waits)
        recipients = tuple(one for one in whose if one not in kept)
        return PruningPlan(keep, releases, messages, recipients, len(old) - len(messages))

    def prune(self, plan: PruningPlan, now: dt.datetime) -> None:
        """Deletes what a plan says, and has events say that it went.

        A message that waits for a person by now, and a recipient of whom one waits, stay.

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

    A message that waits for a person stays, whatever is said of it.

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


_DECIDED = or_(
    EVENTS.c.message.is_(None), EVENTS.c.message.not_in(select(MESSAGES.c.id).where(WAITS))
)
"""Events about no message that waits for a person."""


def _delete(tx: Transaction, which: Any) -> None:
    gone = select(EVENTS.c.id).where(which)
    tx.db.execute(delete(PRIVATE).where(PRIVATE.c.event.in_(gone)))
