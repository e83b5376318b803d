"""All that the ledger has of one customer, with what proves it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select

from publisher.edges.ledger.auditing.chain_audit import event_of_row
from publisher.edges.ledger.auditing.replay import streamed
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.erasure.footprints import batched, erasure_plan
from publisher.edges.ledger.letters import stored_template
from publisher.edges.ledger.opening import identity_of
from publisher.edges.ledger.schema import (
    BATCHES,
    EVENTS,
    MESSAGES,
    PRIVATE,
    REQUESTS,
    SELDOM,
    TEMPLATES,
)
from publisher.letters.splicing import template_digest
from publisher.record.batch import Batch, read_heads
from publisher.record.dossier import Dossier, ProvenEvent
from publisher.record.event import EventKind
from publisher.record.merkle import inclusion_paths
from publisher.record.private import PrivateValue

MOST_BATCHES = 20_000
"""That are given beside those of the events: what comes after, up to the ends of the chains."""
_NEAR = 10_000
"""Numbers of events on both sides among which the others of a batch are looked for first."""


_TOGETHER = 200
"""Batches that are looked for at once."""


class DossierPart(LedgerPart):
    """Gathers what the ledger has of one customer."""

    def dossier(self, numbers: Sequence[int]) -> Dossier:
        """All that is on record of a customer, whatever kind of event it is.

        Args:
            numbers: of the recipients that the customer is and was.
        """
        with self._reading() as db:
            found = _Theirs(db, numbers)
            rows = found.rows()
            places = _batches_of(db, {row.batch for row in rows})
            paths = _paths(db, rows, places)
            values = _private(db, [row.id for row in rows if found.may_show(row)])
            events = [
                ProvenEvent(
                    event_of_row(row),
                    places[row.batch].chain,
                    places[row.batch].number,
                    *paths[row.id],
                    values.get(row.id),
                )
                for row in rows
            ]
            templates = _templates(db, (one.body for one in values.values() if one.body))
            batches = _with_later(db, list(places.values()))
            return Dossier(
                identity_of(db),
                tuple(numbers),
                events,
                batches,
                templates,
                found.undecided,
                found.shared,
            )


class _Theirs:
    """Which events are about a customer."""

    def __init__(self, db: Connection, numbers: Sequence[int]) -> None:
        self._db, self._numbers = db, numbers
        plan = erasure_plan(db, numbers)
        asked = select(REQUESTS.c.id).where(REQUESTS.c.recipient.in_(numbers))
        filed = select(MESSAGES.c.id).where(MESSAGES.c.recipient.in_(numbers))
        own = set(db.execute(filed).scalars())
        # One that was erased still is one of theirs: it says by whom what was declared.
        self._requests = {*db.execute(asked).scalars(), *plan.requests}
        self._messages = {*own, *plan.messages}
        self.undecided = len(set(plan.waiting) - own) + plan.naming_others
        self.shared = bool(plan.shared)

    def rows(self) -> list[Any]:
        """Their rows, and those of events about nobody that decide about theirs."""
        found: dict[int, Any] = {}
        about = (
            (EVENTS.c.recipient, self._numbers),
            (EVENTS.c.request, sorted(self._requests)),
            (EVENTS.c.message, sorted(self._messages)),
        )
        for column, values in about:
            for some in batched(values):
                rows = self._db.execute(select(EVENTS).where(column.in_(some)))
                found |= {row.id: row for row in rows if row.recipient in (None, *self._numbers)}
        pruned = EVENTS.c.kind.in_(("erased", "pruned")) & (EVENTS.c.kind == EventKind.PRUNED)
        for row in self._db.execute(select(EVENTS).where(or_(SELDOM, pruned))):
            found.setdefault(row.id, row)
        return [found[number] for number in sorted(found)]

    def may_show(self, row: Any) -> bool:
        """Whether the private value of an event is theirs."""
        return (
            row.recipient in self._numbers
            or row.request in self._requests
            or row.message in self._messages
        )


def _batches_of(db: Connection, numbers: Iterable[int]) -> dict[int, Batch]:
    found: dict[int, Batch] = {}
    ledger = identity_of(db)
    for some in batched(sorted(numbers)):
        rows = db.execute(select(*BATCHES.columns).where(BATCHES.c.id.in_(some)))
        found |= {row.id: _batch(row, ledger) for row in rows}
    return found


def _batch(row: Any, ledger: str) -> Batch:
    count = row._mapping["count"]  # a row has a method of that name
    heads = read_heads(row.heads)
    numbers = (row.chain, row.number, row.at, count)
    return Batch(ledger, *numbers, bytes(row.root), bytes(row.previous), heads)


def _paths(
    db: Connection, rows: Sequence[Any], places: dict[int, Batch]
) -> dict[int, tuple[int, list[bytes]]]:
    """The place and the path of each event, by its number."""
    own: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        own[row.batch].append(row.id)
    found: dict[int, tuple[int, list[bytes]]] = {}
    alone = [batch for batch in own if places[batch].count == 1]
    for batch in alone:
        found[own.pop(batch)[0]] = 0, []
    for some in _neighbours(own, places):
        for batch, (order, leaves) in _leaves(db, some, places).items():
            place_of = {number: place for place, number in enumerate(order)}
            its = {number: place_of[number] for number in own[batch]}
            paths = inclusion_paths(leaves, its.values())
            found |= {number: (place, paths[place]) for number, place in its.items()}
    return found


def _neighbours(
    own: Mapping[int, Sequence[int]], places: Mapping[int, Batch]
) -> Iterator[dict[int, tuple[int, int]]]:
    """Batches that are read together, each with the numbers of events among which its others are
    looked for.

    Args:
        own: the events of each that are wanted.
        places: the batches.
    """
    some: dict[int, tuple[int, int]] = {}
    end = size = 0
    for batch, numbers in sorted(own.items(), key=lambda item: item[1][0]):
        count = places[batch].count
        low, high = min(numbers) - count - _NEAR, max(numbers) + count + _NEAR
        if some and (low > end or len(some) == _TOGETHER or size > _NEAR):
            yield some
            some, size = {}, 0
        some[batch] = low, high
        end, size = high, size + count
    if some:
        yield some


def _leaves(
    db: Connection, some: Mapping[int, tuple[int, int]], places: Mapping[int, Batch]
) -> dict[int, tuple[list[int], list[bytes]]]:
    """The events of batches: their numbers and leaves. No index finds them; they lie together.

    Args:
        db: a transaction.
        some: the batches, as `_neighbours` gives them.
        places: they themselves.
    """
    lows, highs = zip(*some.values(), strict=True)
    near = EVENTS.c.id.between(min(lows), max(highs))
    found = _events_of(db, EVENTS.c.batch.in_(some) & near, some)
    for batch, (order, _) in found.items():
        if len(order) != places[batch].count:
            found |= _events_of(db, EVENTS.c.batch == batch, [batch])
    return found


def _events_of(
    db: Connection, where: Any, batches: Iterable[int]
) -> dict[int, tuple[list[int], list[bytes]]]:
    found = {batch: (list[int](), list[bytes]()) for batch in batches}
    for row in streamed(db, select(EVENTS).where(where).order_by(EVENTS.c.id)):
        order, leaves = found[row.batch]
        order.append(row.id)
        leaves.append(event_of_row(row).leaf())
    return found


def _private(db: Connection, numbers: Sequence[int]) -> dict[int, PrivateValue]:
    found: dict[int, PrivateValue] = {}
    for some in batched(numbers):
        for row in db.execute(select(PRIVATE).where(PRIVATE.c.event.in_(some))):
            body = bytes(row.body) if row.body is not None else None
            found[row.event] = PrivateValue(bytes(row.salt), row.value, body)
    return found


def _templates(db: Connection, bodies: Iterable[bytes]) -> dict[bytes, bytes]:
    """The templates of letters, of those that are on record."""
    wanted = {template_digest(one) for one in bodies} - {b""}
    there = set(db.execute(select(TEMPLATES.c.digest)).scalars()) if wanted else set()
    return {one: stored_template(db, one).data for one in sorted(wanted & there)}


def _with_later(db: Connection, own: list[Batch]) -> list[Batch]:
    """Batches, and those after the first of each chain, where these are not too many."""
    first: dict[int, int] = {}
    for one in own:
        first[one.chain] = min(one.number, first.get(one.chain, one.number))
    later = [(BATCHES.c.chain == chain) & (BATCHES.c.number >= n) for chain, n in first.items()]
    held = {(one.chain, one.number): one for one in own}
    counted = select(func.count()).select_from(BATCHES).where(or_(*later))
    if later and db.execute(counted).scalar_one() <= MOST_BATCHES:
        held |= {(one.chain, one.number): one for one in _those(db, or_(*later))}
    return [held[place] for place in sorted(held)]


def _those(db: Connection, where: Any) -> Iterator[Batch]:
    ledger = identity_of(db)
    for row in streamed(db, select(*BATCHES.columns).where(where)):
        yield _batch(row, ledger)
