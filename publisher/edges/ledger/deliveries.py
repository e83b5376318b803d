"""Deliveries in the ledger: which letter went to whom, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.engine import RowMapping

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.tables import DELIVERIES
from publisher.errors import LedgerError
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.releases.number import Number


class DeliveryTable(LedgerPart):
    """Reads and writes deliveries."""

    def enlist(
        self,
        policy: str,
        number: Number,
        effective: dt.date,
        recipients: Sequence[int],
        now: dt.datetime,
    ) -> None:
        """Adds recipients to the deliveries of a release; those already there are left alone."""
        with self._writing() as db:
            of_release = (DELIVERIES.c.policy == policy) & (DELIVERIES.c.release == str(number))
            listed = set(db.execute(select(DELIVERIES.c.recipient).where(of_release)).scalars())
            rows = [
                {
                    "policy": policy,
                    "release": str(number),
                    "major": number.major,
                    "recipient": one,
                    "effective": effective,
                    "state": DeliveryState.TO_DO,
                    "at": now,
                }
                for one in recipients
                if one not in listed
            ]
            if rows:
                db.execute(insert(DELIVERIES), rows)

    def deliveries(self, policy: str, major: int) -> list[Delivery]:
        """The deliveries of a material release and its corrections."""
        own = (DELIVERIES.c.policy == policy) & (DELIVERIES.c.major == major)
        with self._reading() as db:
            rows = db.execute(
                select(DELIVERIES).where(own).order_by(DELIVERIES.c.release, DELIVERIES.c.recipient)
            ).mappings()
            return [_delivery(row) for row in rows]

    def letters(
        self, policy: str, number: Number, only: int | None = None
    ) -> list[tuple[int, DeliveryState]]:
        """The letters about one release, as (number of the recipient, state).

        Args:
            policy, number: which release.
            only: the number of the only recipient to look up; None: everybody.
        """
        same = (DELIVERIES.c.policy == policy) & (DELIVERIES.c.release == str(number))
        if only is not None:
            same &= DELIVERIES.c.recipient == only
        with self._reading() as db:
            rows = db.execute(select(DELIVERIES.c.recipient, DELIVERIES.c.state).where(same))
            return [(row.recipient, DeliveryState(row.state)) for row in rows]

    def delivery(self, policy: str, number: Number, recipient_number: int) -> Delivery | None:
        """The delivery of a release's notice to one recipient."""
        same = (
            (DELIVERIES.c.policy == policy)
            & (DELIVERIES.c.release == str(number))
            & (DELIVERIES.c.recipient == recipient_number)
        )
        with self._reading() as db:
            row = db.execute(select(DELIVERIES).where(same)).mappings().one_or_none()
            return _delivery(row) if row is not None else None

    def mark(self, one: Delivery, address: str, message_id: str, now: dt.datetime) -> None:
        """Marks a delivery as in doubt, just before the carrier is given the end of the letter.

        Raises:
            LedgerError: it is no longer to do, because another sender has taken it.
        """
        values = {
            "state": DeliveryState.IN_DOUBT,
            "address": address,
            "message_id": message_id,
            "at": now,
            "tries": DELIVERIES.c.tries + 1,
        }
        same = _same(one) & (DELIVERIES.c.state == DeliveryState.TO_DO)
        with self._writing() as db:
            if db.execute(update(DELIVERIES).where(same).values(values)).rowcount != 1:
                raise LedgerError(
                    "another sender has taken this letter", where=self._database.where
                )

    def settle(
        self,
        one: Delivery,
        state: DeliveryState,
        reply: str,
        now: dt.datetime,
        *,
        was: DeliveryState = DeliveryState.IN_DOUBT,
    ) -> None:
        """Records what became of a delivery.

        Args:
            one: which.
            state, reply, now: what became of it, and when.
            was: the state the caller knows it to be in. If it is in another, somebody else has
                changed it, and their record stays.
        """
        values = {"state": state, "reply": reply, "at": now}
        with self._writing() as db:
            db.execute(
                update(DELIVERIES).where(_same(one) & (DELIVERIES.c.state == was)).values(values)
            )


def _same(one: Delivery) -> Any:
    return (
        (DELIVERIES.c.policy == one.policy)
        & (DELIVERIES.c.release == one.release)
        & (DELIVERIES.c.recipient == one.recipient)
    )


def _delivery(row: RowMapping) -> Delivery:
    names = ("policy", "release", "recipient", "effective", "reply", "address", "message_id", "at")
    values = {name: row[name] for name in names}
    return Delivery(**values, tries=row["tries"], state=DeliveryState(row["state"]))
