"""Recipients in the ledger: the customers who get notices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import next_numbers
from publisher.edges.ledger.schema import RECIPIENTS
from publisher.edges.ledger.transaction import Transaction
from publisher.people.customer_list import Customer
from publisher.people.recipients import Recipient, RecipientState
from publisher.record.event import EventKind, Happening


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import of recipients changed."""

    new: int
    changed: int
    unchanged: int


_LISTED = RECIPIENTS.c.state != RecipientState.ERASED


class RecipientTable(LedgerPart):
    """Reads and writes recipients."""

    def merge_recipients(self, customers: Sequence[Customer], now: dt.datetime) -> Merged:
        """Adds new customers and updates known ones; removes nobody."""

        def merge(tx: Transaction) -> Merged:
            rows = tx.db.execute(select(RECIPIENTS).where(_LISTED))
            known = {row.customer: row for row in rows}
            new = [c for c in customers if c.id not in known]
            numbers = next_numbers(tx.db, RECIPIENTS, len(new)) if new else ()
            happened = [
                _happening(EventKind.LISTED, c, number, now)
                for c, number in zip(new, numbers, strict=True)
            ]
            for c in customers:
                row = known.get(c.id)
                if row is not None and (row.address, row.name) != c.told_as:
                    moved = row.address != c.address
                    happened.append(_happening(EventKind.CHANGED, c, row.id, now, moved=moved))
            if happened:
                tx.record_all(happened)
            changed = len(happened) - len(new)
            return Merged(len(new), changed, len(customers) - len(happened))

        return self._database.write_alone(merge)

    def recipients(self) -> list[Recipient]:
        """All recipients, in the order in which they were added."""
        told = RECIPIENTS.c.state == RecipientState.TOLD
        with self._reading() as db:
            rows = db.execute(select(RECIPIENTS).where(told).order_by(RECIPIENTS.c.id))
            return [recipient_of(row) for row in rows]

    def recipient(self, number: int) -> Recipient | None:
        """The recipient with this number."""
        return self._recipient_where(RECIPIENTS.c.id == number)

    def customer(self, customer: str) -> Recipient | None:
        """The recipient with this customer id; one who was erased only where there is no other."""
        return self._recipient_where(RECIPIENTS.c.customer == customer)

    def at_address(self, address: str) -> list[Recipient]:
        """Every recipient with this address; upper and lower case are the same."""
        with self._reading() as db:
            return recipients_at(db, address)

    def _recipient_where(self, condition: Any) -> Recipient | None:
        found = select(RECIPIENTS).where(condition)
        with self._reading() as db:
            rows = [recipient_of(row) for row in db.execute(found.order_by(RECIPIENTS.c.id.desc()))]
        listed = [one for one in rows if one.state is not RecipientState.ERASED]
        return next(iter([*listed, *rows]), None)


def _happening(
    kind: EventKind, customer: Customer, number: int, now: dt.datetime, *, moved: bool = False
) -> Happening:
    facts: dict[str, Any] = {}
    private = {"address": customer.address, "name": customer.name}
    # An id that is an address is personal too.
    (private if "@" in customer.id else facts)["customer"] = customer.id
    if moved:
        facts["moved"] = True
    return Happening(kind, now, recipient=number, facts=facts, private=private)


def recipients_at(db: Connection, address: str) -> list[Recipient]:
    """Every recipient with an address, in a transaction that is open."""
    if not address:
        return []
    same = func.lower(RECIPIENTS.c.address) == address.lower()
    rows = db.execute(select(RECIPIENTS).where(same).order_by(RECIPIENTS.c.id))
    return [recipient_of(row) for row in rows]


def recipient_of(row: Any) -> Recipient:
    """The recipient in a row of the table."""
    found = row._mapping
    return Recipient(
        found["id"],
        found["customer"],
        found["address"],
        found["name"],
        found["language"],
        found["class"],
        RecipientState(found["state"]),
    )
