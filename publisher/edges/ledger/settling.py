"""Many letters in doubt, settled at once by what a person found out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import rows_among
from publisher.edges.ledger.schema import DELIVERIES, RECIPIENTS
from publisher.edges.ledger.transaction import Transaction
from publisher.people.customer_list import ListFaults
from publisher.people.deliveries import DeliveryState
from publisher.people.resolution import (
    Settled,
    Settlement,
    require_resolvable,
    resolvable,
)
from publisher.record.event import EventKind, Happening

_PAGE = 1_000

_LETTERS = """
    SELECT r.customer, r.id, d.state, d.effective FROM recipient r
    LEFT JOIN delivery d ON d.policy = {} AND d.release = {} AND d.recipient = r.id
    WHERE r.state <> 'erased' AND r.customer {}"""
_HELD = "SELECT id FROM recipient WHERE customer {} ORDER BY id FOR UPDATE"


class SettlingPart(LedgerPart):
    """Settles many letters; what is kept in memory is a page of them."""

    def count_in_doubt(self, order: Settlement) -> int:
        """How many letters about a release are in doubt."""
        with self._reading() as db:
            found = select(func.count()).select_from(DELIVERIES).where(_in_doubt(order))
            return int(db.execute(found).scalar_one())

    def settle_doubtful(self, order: Settlement) -> int:
        """Settles all letters about a release that are in doubt; returns how many.

        A page of them is a transaction: interrupted, it is done for some, and is run again.

        Args:
            order: which release, and what was found out.
        """
        count, after = 0, 0

        def settle(tx: Transaction) -> tuple[int, int]:
            page = select(DELIVERIES.c.recipient).where(_in_doubt(order))
            page = page.where(DELIVERIES.c.recipient > after).order_by(DELIVERIES.c.recipient)
            numbers = tx.db.execute(page.limit(_PAGE)).scalars().all()
            held = select(RECIPIENTS.c.id).where(RECIPIENTS.c.id.in_(numbers))
            tx.db.execute(held.order_by(RECIPIENTS.c.id).with_for_update())
            its = select(DELIVERIES.c.recipient, DELIVERIES.c.effective).where(_in_doubt(order))
            rows = tx.db.execute(its.where(DELIVERIES.c.recipient.in_(numbers)))
            tx.record_all([_resolved(order, *row) for row in rows.all()])
            return len(numbers), max(numbers, default=0)

        while True:
            done, after = self._database.write_alone(settle)
            count += done
            if done < _PAGE:
                return count

    def plan_settling(
        self, order: Settlement, customers: Iterable[tuple[int, str]], name: str
    ) -> Settled:
        """What `settle_listed` would do. Nothing is changed.

        Who is on the list twice, more than a page apart, is counted twice.

        Raises:
            NotFoundError: as for `settle_listed`.
        """
        done, faults = Settled(), ListFaults()
        with self._reading() as db:
            for chunk in _chunks(customers):
                list(_looked_up(db, order, chunk, done, faults))
        require_resolvable(faults, name)
        return done

    def settle_listed(
        self, order: Settlement, customers: Iterable[tuple[int, str]], name: str
    ) -> Settled:
        """Settles the letters about a release to some customers, all or none.

        Args:
            order: which release, and what was found out.
            customers: their ids, each with the line it stands on.
            name: of the list they are in, for messages.

        Raises:
            NotFoundError: of some there is nothing to settle; nothing was changed.
            LedgerError: the ledger cannot be written; nothing was changed.
        """

        def settle(tx: Transaction) -> Settled:
            done, faults = Settled(), ListFaults()
            for chunk in _chunks(customers):
                if tx.db.dialect.name != "sqlite":
                    rows_among(tx.db, _HELD, [one for _, one in chunk])
                rows = list(_looked_up(tx.db, order, chunk, done, faults))
                tx.record_all([_resolved(order, *row) for row in rows])
            require_resolvable(faults, name)
            return done

        return self._database.write_alone(settle)


def _in_doubt(order: Settlement) -> Any:
    return (
        (DELIVERIES.c.policy == order.policy)
        & (DELIVERIES.c.major == order.number.major)
        & (DELIVERIES.c.release == str(order.number))
        & (DELIVERIES.c.state == DeliveryState.IN_DOUBT)
    )


def _looked_up(
    db: Connection,
    order: Settlement,
    chunk: Sequence[tuple[int, str]],
    done: Settled,
    faults: ListFaults,
) -> Iterator[tuple[int, str]]:
    """The letters that are to be settled: to which recipient, and their first day in force."""
    about = order.policy, str(order.number)
    found = {row[0]: row for row in rows_among(db, _LETTERS, [one for _, one in chunk], about)}
    seen = set[str]()
    for line, customer in chunk:
        row = found.get(customer)
        state = row[2] if row is not None else None
        if row is None or not (fits := resolvable(state, order.resolution)):
            what = f"the letter to `{customer[:80]}` is {state or 'not sent'}"
            faults.add(line, what if row is not None else f"there is no `{customer[:80]}`")
        elif fits.already or customer in seen:
            done.before += 1
        else:
            seen.add(customer)
            done.count += 1
            yield row[1], row[3]


def _resolved(order: Settlement, recipient: int, effective: str) -> Happening:
    facts = {"outcome": str(order.resolution), "role": order.role}
    if effective:
        facts["effective"] = effective
    return Happening(
        EventKind.RESOLVED,
        order.at,
        order.policy,
        str(order.number),
        recipient,
        facts=facts,
        private={"reply": order.reply},
    )


def _chunks(customers: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    each = iter(customers)
    while some := list(islice(each, _PAGE)):
        yield some
