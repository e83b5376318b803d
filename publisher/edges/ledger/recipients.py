"""Recipients in the ledger: the customers who get notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.engine import RowMapping

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.tables import RECIPIENTS
from publisher.people.customer_list import Customer
from publisher.people.recipients import Recipient


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import of recipients changed."""

    new: int
    changed: int
    unchanged: int


class RecipientTable(LedgerPart):
    """Reads and writes recipients."""

    def merge_recipients(self, customers: Sequence[Customer], now: dt.datetime) -> Merged:
        """Adds new customers and updates known ones; removes nobody."""
        with self._writing() as db:
            rows = db.execute(select(RECIPIENTS)).mappings()
            known = {row["customer"]: (row["address"], row["name"]) for row in rows}
            new = [c for c in customers if c.id not in known]
            changed = [c for c in customers if known.get(c.id, c.told_as) != c.told_as]
            if new:
                db.execute(
                    insert(RECIPIENTS),
                    [
                        {"customer": c.id, "address": c.address, "name": c.name, "added_at": now}
                        for c in new
                    ],
                )
            for c in changed:
                same = RECIPIENTS.c.customer == c.id
                db.execute(update(RECIPIENTS).where(same).values(address=c.address, name=c.name))
        return Merged(len(new), len(changed), len(customers) - len(new) - len(changed))

    def recipients(self) -> list[Recipient]:
        """All recipients, in the order in which they were added."""
        with self._reading() as db:
            rows = db.execute(select(RECIPIENTS).order_by(RECIPIENTS.c.id)).mappings()
            return [_recipient(row) for row in rows]

    def recipient(self, number: int) -> Recipient | None:
        """The recipient with this number."""
        return self._recipient_where(RECIPIENTS.c.id == number)

    def customer(self, customer: str) -> Recipient | None:
        """The recipient with this customer id."""
        return self._recipient_where(RECIPIENTS.c.customer == customer)

    def at_address(self, address: str) -> list[Recipient]:
        """Every recipient with this address; upper and lower case are the same."""
        with self._reading() as db:
            return recipients_at(db, address)

    def _recipient_where(self, condition: Any) -> Recipient | None:
        with self._reading() as db:
            row = db.execute(select(RECIPIENTS).where(condition)).mappings().one_or_none()
            return _recipient(row) if row is not None else None


def recipients_at(db: Connection, address: str) -> list[Recipient]:
    """Every recipient with an address, in a transaction that is open."""
    same = func.lower(RECIPIENTS.c.address) == address.lower()
    rows = db.execute(select(RECIPIENTS).where(same).order_by(RECIPIENTS.c.id)).mappings()
    return [_recipient(row) for row in rows]


def _recipient(row: RowMapping) -> Recipient:
    return Recipient(row["id"], row["customer"], row["address"], row["name"])
