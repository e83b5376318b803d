"""What follows from the events in an evidence file: the ledger itself is not asked."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.exc import SQLAlchemyError

from publisher.edges.ledger import states
from publisher.edges.ledger.auditing.replay import happening_of
from publisher.edges.ledger.auditing.state_audit import empty_states
from publisher.edges.ledger.knowledge import customers_known
from publisher.edges.ledger.schema import EVENTS, PRIVATE, RECIPIENTS
from publisher.errors import LedgerError
from publisher.people.known_customer import KnownCustomer
from publisher.record.dossier import ProvenEvent
from publisher.record.event import microseconds


@dataclass(frozen=True)
class Retold:
    """What follows from events."""

    record: Sequence[Mapping[str, object]]
    """Of each recipient, what the list of recipients has."""
    known: Mapping[str, Sequence[KnownCustomer]]
    """What is known of each, by policy."""


_UNPLAYABLE = (ValueError, TypeError, LookupError, AttributeError, OverflowError, AssertionError)
_RECORD = ("id", "customer", "address", "name", "language", "class", "joined", "state")


def retold(
    events: Sequence[ProvenEvent], numbers: Sequence[int], policies: Sequence[str]
) -> Retold:
    """Has the events of a customer happen again, in a database of their own.

    Args:
        events: by rising number.
        numbers: of the recipients that the customer is and was.
        policies: of which policies it is wanted.

    Raises:
        LedgerError: they tell no story; they were altered.
    """
    try:
        with empty_states() as fresh:
            for table in (EVENTS, PRIVATE):
                table.create(fresh)
            for row, value in _rows(events):
                fresh.execute(insert(EVENTS).values(row))
                if value:
                    fresh.execute(insert(PRIVATE).values(value))
            joined = EVENTS.outerjoin(PRIVATE, PRIVATE.c.event == EVENTS.c.id)
            found = select(*EVENTS.columns, PRIVATE.c.value).select_from(joined)
            happened = fresh.execute(found.order_by(EVENTS.c.id)).all()
            states.apply(fresh, [(row.id, happening_of(row)) for row in happened])
            people = select(RECIPIENTS).where(RECIPIENTS.c.id.in_(numbers))
            rows = fresh.execute(people.order_by(RECIPIENTS.c.id)).all()
            record = [{name: row._mapping[name] for name in _RECORD} for row in rows]
            known = {one: customers_known(fresh, one, numbers) for one in policies}
            return Retold(record, known)
    except (SQLAlchemyError, sqlite3.Error, *_UNPLAYABLE) as error:
        what = f"the events cannot be played again ({type(error).__name__})"
        raise LedgerError(what, remedy="publisher verify --ledger") from error


def _rows(
    events: Sequence[ProvenEvent],
) -> Iterator[tuple[dict[str, object], dict[str, object] | None]]:
    for one in events:
        event, value = one.event, one.private
        row: dict[str, object] = {
            "id": event.number,
            "batch": one.batch,
            "at": microseconds(event.at),
            "digest": event.digest,
        }
        names = ("kind", "policy", "release", "recipient", "request", "message", "facts")
        row |= {name: getattr(event, name) for name in names}
        private = (
            {"event": event.number, "salt": value.salt, "value": value.text} if value else None
        )
        yield row, private
