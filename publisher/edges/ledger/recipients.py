"""Recipients in the ledger: the customers who get notices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import fetch, rows_among
from publisher.edges.ledger.schema import RECIPIENTS
from publisher.people.recipients import Recipient, RecipientState


class RecipientTable(LedgerPart):
    """Reads and writes recipients."""

    def recipient(self, number: int) -> Recipient | None:
        """The recipient with this number."""
        with self._reading() as db:
            found = fetch(db, _BY_NUMBER, number=number)
        if not found:
            return None
        known, customer, address, name, language, group, state = found[0]
        return Recipient(known, customer, address, name, language, group, RecipientState(state))

    def recipients(self, numbers: Sequence[int]) -> list[Recipient]:
        """The recipients with some numbers, by rising number."""
        with self._reading() as db:
            found = select(RECIPIENTS).where(RECIPIENTS.c.id.in_(numbers)).order_by(RECIPIENTS.c.id)
            return [recipient_of(row) for row in db.execute(found)]

    def customer(self, customer: str) -> Recipient | None:
        """The recipient with this customer id; one who was erased only where there is no other."""
        same = RECIPIENTS.c.customer == customer
        with self._reading() as db:
            # Of those who were not erased there is an index.
            found = _recipient_where(db, same, RECIPIENTS.c.state != RecipientState.ERASED)
            return found or _recipient_where(db, same)

    def customers(self, numbers: Iterable[int | None]) -> dict[int, str]:
        """The customer ids of recipients.

        Args:
            numbers: of recipients; None, nobody, is passed over.
        """
        wanted = sorted({number for number in numbers if number is not None})
        with self._reading() as db:
            return dict(map(tuple, rows_among(db, _NAMES, wanted)))

    def erased_of(self, numbers: Iterable[int | None]) -> frozenset[int]:
        """Those of some recipients who were erased.

        Args:
            numbers: of recipients; None, nobody, is passed over.
        """
        wanted = sorted({number for number in numbers if number is not None})
        with self._reading() as db:
            return frozenset(row[0] for row in rows_among(db, _ERASED, wanted))

    def at_address(self, address: str) -> list[Recipient]:
        """Every recipient with this address; upper and lower case are the same."""
        with self._reading() as db:
            return recipients_at(db, address)


_BY_NUMBER = """
    SELECT id, customer, address, name, language, class, state FROM recipient WHERE id = :number"""
_ERASED = "SELECT id FROM recipient WHERE state = 'erased' AND id {}"
_NAMES = "SELECT id, customer FROM recipient WHERE id {}"


def _recipient_where(db: Connection, *conditions: Any) -> Recipient | None:
    """The latest recipient of whom something holds."""
    found = select(RECIPIENTS).where(*conditions).order_by(RECIPIENTS.c.id.desc()).limit(1)
    row = db.execute(found).one_or_none()
    return recipient_of(row) if row is not None else None


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
