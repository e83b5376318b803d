"""Many letters, settled at once by what a person found out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, true

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.deliveries import handed_over, resolved
from publisher.edges.ledger.due_rows import (
    IS_TOLD,
    OWN_ROW,
    elsewhere,
    end_of_list,
    known_numbers,
    notice_state,
    with_own,
)
from publisher.edges.ledger.rows import rows_among
from publisher.edges.ledger.schema import RECIPIENTS
from publisher.edges.ledger.transaction import Transaction
from publisher.people.customer_list import ListFaults
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.due import NoticeState
from publisher.people.resolution import (
    SAID,
    Resolution,
    Settled,
    Settlement,
    require_resolvable,
    resolvable,
)

_TO_DO = DeliveryState.TO_DO
_PAGE = 1_000

_LETTERS = """
    SELECT r.customer, r.id, d.state, d.effective FROM recipient r
    LEFT JOIN delivery d ON d.policy = {} AND d.release = {} AND d.recipient = r.id
    WHERE r.state <> 'erased' AND r.customer {}"""
_HELD = "SELECT id FROM recipient WHERE customer {} ORDER BY id FOR UPDATE"


class SettlingPart(LedgerPart):
    """Settles many letters; what is kept in memory is a page of them."""

    def count_settled(self, order: Settlement) -> int:
        """How many letters about a release `settle_all` would settle."""
        with self._reading() as db:
            which = _which(db, order)
            found = select(func.count()).select_from(with_own(order.release)).where(which)
            return int(db.execute(found).scalar_one())

    def settle_all(self, order: Settlement) -> int:
        """Settles all letters about a release that are in doubt, or of which else it can be said
        what a person found out; returns how many.

        A page of them is a transaction: interrupted, it is done for some, and is run again.

        Args:
            order: which release, and what was found out.
        """
        count, after = 0, 0

        def settle(tx: Transaction) -> tuple[int, int]:
            which = _which(tx.db, order)
            page = select(RECIPIENTS.c.id).select_from(with_own(order.release))
            page = page.where(which, RECIPIENTS.c.id > after).order_by(RECIPIENTS.c.id)
            numbers = tx.db.execute(page.limit(_PAGE)).scalars().all()
            held = select(RECIPIENTS.c.id).where(RECIPIENTS.c.id.in_(numbers))
            tx.db.execute(held.order_by(RECIPIENTS.c.id).with_for_update())
            columns = (RECIPIENTS.c.id, OWN_ROW.c.state, OWN_ROW.c.effective)
            its = select(*columns).select_from(with_own(order.release))
            rows = tx.db.execute(its.where(which, RECIPIENTS.c.id.in_(numbers))).all()
            _record(tx, order, [_delivery(order, *row) for row in rows])
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
        require_resolvable(faults, name, order.found.resolution)
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
                _record(tx, order, list(_looked_up(tx.db, order, chunk, done, faults)))
            require_resolvable(faults, name, order.found.resolution)
            return done

        return self._database.write_alone(settle)


def _which(db: Connection, order: Settlement) -> ColumnElement[bool]:
    """The recipients whose letters are settled where all are meant."""
    if order.found.resolution not in SAID:
        # What a relay's log says of a letter is so, whoever is told still.
        return OWN_ROW.c.state.in_(order.states)
    states = and_(IS_TOLD, OWN_ROW.c.state.in_([one for one in order.states if one != _TO_DO]))
    end = end_of_list(db, order.policy, order.number)
    if not order.too_late or end is None:
        return states
    found = elsewhere(order.release, known_numbers(db, order.release, order.releases))
    lacking = notice_state(found) == NoticeState.TO_TELL
    # Who came after the first letters is no part of the list, which giving up closes, and is told
    # all the same.
    told = order.found.resolution is Resolution.OTHERWISE
    return or_(states, and_(IS_TOLD, lacking, true() if told else RECIPIENTS.c.id <= end))


def _looked_up(
    db: Connection,
    order: Settlement,
    chunk: Sequence[tuple[int, str]],
    done: Settled,
    faults: ListFaults,
) -> Iterator[Delivery]:
    """The letters that are to be settled."""
    about = order.policy, str(order.number)
    found = {row[0]: row for row in rows_among(db, _LETTERS, [one for _, one in chunk], about)}
    resolution, seen = order.found.resolution, set[str]()
    for line, customer in chunk:
        row = found.get(customer)
        state = row[2] if row is not None else None
        fits = resolvable(state, resolution, too_late=order.too_late)
        if row is None or not fits:
            what = f"the letter to `{customer[:80]}` is {state or 'not sent'}"
            faults.add(line, what if row is not None else f"there is no `{customer[:80]}`")
        elif fits.already or customer in seen:
            done.before += 1
        else:
            seen.add(customer)
            done.count += 1
            yield _delivery(order, *row[1:])


def _delivery(
    order: Settlement, recipient: int, state: str | None, effective: str | None
) -> Delivery:
    day = dt.date.fromisoformat(effective) if effective else None
    if state is None:
        day = order.release.effective
    its = DeliveryState(state or _TO_DO)
    about = order.policy, str(order.number), recipient
    return Delivery(*about, day, its, "", "", "", order.at, 0)


def _record(tx: Transaction, order: Settlement, letters: Sequence[Delivery]) -> None:
    found, then = order.found, order.found.then(order.release, order.at)
    accepted = found.resolution is Resolution.ACCEPTED and not then
    handed = handed_over(tx.db, letters) if accepted else {}
    some = [resolved(one, found, order.at, handed.get(one.recipient, then)) for one in letters]
    tx.record_all(some)


def _chunks(customers: Iterable[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    each = iter(customers)
    while some := list(islice(each, _PAGE)):
        yield some
