"""Deliveries in the ledger: which letter went to whom, and what became of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import fetch, rows_among
from publisher.edges.ledger.schema import DELIVERIES, PRIVATE
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import LedgerError, MovedError, NotToldError
from publisher.letters.splicing import KeptLetter
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.recipients import RecipientState
from publisher.people.resolution import FoundOut, Resolution
from publisher.record.event import EventKind, Happening, microseconds, moment_of
from publisher.releases.number import Number

_TOLD, _LAST = PRIVATE.alias(), PRIVATE.alias()
_WITH_WORDS = DELIVERIES.outerjoin(_TOLD, _TOLD.c.event == DELIVERIES.c.told).outerjoin(
    _LAST, _LAST.c.event == DELIVERIES.c.event
)
_FOUND = select(
    *DELIVERIES.columns, _TOLD.c.value.label("letter"), _LAST.c.value.label("words")
).select_from(_WITH_WORDS)

_STATE = """
    SELECT state FROM delivery
    WHERE policy = :policy AND release = :release AND recipient = :recipient"""

_KIND_AFTER = {
    DeliveryState.ACCEPTED: EventKind.TAKEN,
    DeliveryState.REFUSED: EventKind.REFUSED,
    DeliveryState.TO_DO: EventKind.PUT_OFF,
    DeliveryState.IN_DOUBT: EventKind.DOUBTED,
    DeliveryState.BOUNCED: EventKind.BOUNCED,
}
"""What happened to a letter that is in a state now."""

_HANDED_OVER = """
    SELECT d.recipient, e.at, e.facts FROM delivery d JOIN event e ON e.id = d.told
    WHERE (d.event = d.told OR EXISTS (SELECT 1 FROM private p WHERE p.event = d.event))
      AND d.policy = {} AND d.release = {} AND d.recipient {}"""
"""Whoever was put in doubt by a restoration has no words of a carrier on record, and may have been
told by a try that nobody knows of."""
_WHOM = "SELECT state, address FROM recipient WHERE id = :recipient"


class DeliveryTable(LedgerPart):
    """Reads and writes deliveries."""

    def deliveries(
        self, policy: str, major: int, states: Iterable[DeliveryState] = DeliveryState
    ) -> list[Delivery]:
        """The deliveries of a material release and its corrections that are in given states."""
        own = (DELIVERIES.c.policy == policy) & (DELIVERIES.c.major == major)
        own &= DELIVERIES.c.state.in_(list(states))
        order = (DELIVERIES.c.release, DELIVERIES.c.recipient)
        with self._reading() as db:
            rows = db.execute(_FOUND.where(own).order_by(*order))
            return [_delivery(row) for row in rows]

    def delivery(self, policy: str, number: Number, recipient_number: int) -> Delivery | None:
        """The delivery of a release's notice to one recipient; None: nothing happened about it."""
        same = _same(policy, str(number), recipient_number)
        with self._reading() as db:
            row = db.execute(_FOUND.where(same)).one_or_none()
            return _delivery(row) if row is not None else None

    def mark(
        self,
        one: Delivery,
        address: str,
        message_id: str,
        now: dt.datetime,
        kept: KeptLetter | None = None,
    ) -> None:
        """Marks a delivery as in doubt, just before the carrier is given the end of the letter.

        Args:
            one: which.
            address, message_id: where the letter goes, and its own.
            now: the time.
            kept: the letter as it goes out; None: it is not kept.

        Raises:
            MovedError: the recipient has another address meanwhile.
            NotToldError: the recipient was taken off the list meanwhile.
            LedgerError: it is no longer to do, because another sender has taken it.
        """
        facts = {"effective": one.effective.isoformat()} if one.effective else {}
        private = {"address": address, "message_id": message_id}
        if kept:
            private["sha256"] = kept.sha256

        def mark(tx: Transaction) -> None:
            if self._held(tx, one) is not DeliveryState.TO_DO:
                raise LedgerError(
                    "another sender has taken this letter", where=self._database.where
                )
            whom = fetch(tx.db, _WHOM, recipient=one.recipient)
            if not whom or whom[0][0] != RecipientState.TOLD:
                raise NotToldError("the recipient is told no more", where=self._database.where)
            if whom[0][1] != address:
                raise self._moved()
            body = kept.body if kept else None
            tx.record(replace(_happening(EventKind.TOLD, one, now, facts, private), body=body))

        self._write(mark)

    def settle(
        self,
        one: Delivery,
        state: DeliveryState,
        reply: str,
        now: dt.datetime,
        *,
        was: DeliveryState = DeliveryState.IN_DOUBT,
    ) -> None:
        """Records what a carrier did with a delivery.

        Args:
            one: which.
            state, reply, now: what became of it, and when.
            was: the state the caller knows it to be in. If it is in another, somebody else has
                changed it, and their record stays.

        Raises:
            MovedError: the carrier does not take a letter to an address that is not the
                recipient's any more; nothing was recorded, for that says nothing of the new one.
        """
        facts = {"effective": one.effective.isoformat()} if one.effective else {}
        happened = _happening(_KIND_AFTER[state], one, now, facts, {"reply": reply})

        def settle(tx: Transaction) -> None:
            if self._held(tx, one) is was:
                before = was is DeliveryState.TO_DO and one.address
                if before and fetch(tx.db, _WHOM, recipient=one.recipient)[0][1] != before:
                    raise self._moved()
                tx.record(happened)

        self._write(settle)

    def resolve(
        self, one: Delivery, found: FoundOut, now: dt.datetime, then: dt.datetime | None = None
    ) -> bool:
        """Records what a person found out about a delivery, or decided.

        Args:
            one: which, as they know it. If it is in another state by now, somebody else has
                changed it, and their record stays.
            found: what.
            now: the time.
            then: when the customer was told, if a person says so.

        Returns:
            Whether it was recorded.
        """

        def resolve(tx: Transaction) -> bool:
            as_known = self._held(tx, one) is one.state
            if as_known:
                handed = found.resolution is Resolution.ACCEPTED and not then
                when = handed_over(tx.db, [one]).get(one.recipient) if handed else then
                tx.record(resolved(one, found, now, when))
            return as_known

        return self._write(resolve)

    def _moved(self) -> MovedError:
        return MovedError("the recipient has another address now", where=self._database.where)

    def _held(self, tx: Transaction, one: Delivery) -> DeliveryState:
        """The state of a delivery, which nobody else changes before the transaction ends."""
        # Its row may not be there yet, so its recipient's is held.
        tx.hold("recipient", one.recipient)
        about = {"policy": one.policy, "release": one.release, "recipient": one.recipient}
        found = fetch(tx.db, _STATE, **about)
        return DeliveryState(found[0][0]) if found else DeliveryState.TO_DO


def handed_over(db: Connection, some: Sequence[Delivery]) -> dict[int, dt.datetime]:
    """When the letters about a release were handed over, by the number of the recipient: then they
    were accepted, if they were. Of one that is in doubt for another reason nobody knows.

    Args:
        db: a transaction.
        some: deliveries of one release.
    """
    if not some:
        return {}
    about = (some[0].policy, some[0].release)
    rows = rows_among(db, _HANDED_OVER, [one.recipient for one in some], about)
    # Whom a mail merge was handed letters for, it tells on another day.
    own = [
        (recipient, at) for recipient, at, facts in rows if "means" not in json.loads(facts or "{}")
    ]
    return {recipient: moment_of(at) for recipient, at in own}


def resolved(
    one: Delivery, found: FoundOut, now: dt.datetime, then: dt.datetime | None
) -> Happening:
    """That a person found out something about a delivery.

    Args:
        one: which.
        found, now: what, and when.
        then: when its letter was accepted, or its customer told in another way, if that is known.
    """
    facts: dict[str, Any] = {"outcome": str(found.resolution), "role": found.role}
    if one.effective:
        facts["effective"] = one.effective.isoformat()
    if then:
        facts["happened"] = microseconds(then)
    return _happening(EventKind.RESOLVED, one, now, facts, {"reply": found.reply})


def _happening(
    kind: EventKind, one: Delivery, now: dt.datetime, facts: dict[str, Any], private: dict[str, Any]
) -> Happening:
    about = one.policy, one.release, one.recipient
    return Happening(kind, now, *about, facts=facts, private=private)


def _same(policy: str, release: str, recipient: int) -> Any:
    return (
        (DELIVERIES.c.policy == policy)
        & (DELIVERIES.c.release == release)
        & (DELIVERIES.c.recipient == recipient)
    )


def _delivery(row: Any) -> Delivery:
    letter = json.loads(row.letter) if row.letter else {}
    words = json.loads(row.words) if row.words else {}
    return Delivery(
        policy=row.policy,
        release=row.release,
        recipient=row.recipient,
        effective=dt.date.fromisoformat(row.effective) if row.effective else None,
        state=DeliveryState(row.state),
        reply=words.get("reply", ""),
        address=letter.get("address", ""),
        message_id=letter.get("message_id", ""),
        at=moment_of(row.at),
        tries=row.tries,
    )
