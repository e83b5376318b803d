"""What the ledger has of a person, found by number and by address."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import zstandard
from sqlalchemy import Connection, func, or_, select

from publisher.edges.ledger.auditing.replay import streamed
from publisher.edges.ledger.schema import (
    EVENTS,
    HANDLINGS,
    MESSAGES,
    PRIVATE,
    RECIPIENTS,
    REQUESTS,
)
from publisher.mail.naming import SoughtAddresses, names_any, pattern_of, possible_addresses
from publisher.people.erasing import ErasurePlan, Footprint
from publisher.people.handling import FINISHED, HandlingState
from publisher.people.mail_addresses import spellings
from publisher.people.messages import FOR_A_PERSON
from publisher.people.recipients import RecipientState
from publisher.people.requests import RequestKind

_KEYS_OF_ADDRESSES = ("address", "customer")
"""Under which a private value has an address of its recipient."""
WAITS = or_(MESSAGES.c.filed == "", MESSAGES.c.filed.in_(FOR_A_PERSON))
"""Messages that a person has to decide about, or that were not read yet."""
IS_OPEN = HANDLINGS.c.state == HandlingState.OPEN
"""Requests that a person has to see to, and that somebody proved to be theirs."""
_SOME = 500
"""Values that are named in one statement."""


def erasure_plan(
    db: Connection, numbers: Sequence[int], addresses: Collection[str] = ()
) -> ErasurePlan:
    """What goes when some recipients are erased.

    Args:
        db: a transaction.
        numbers: of the recipients.
        addresses: further ones, which may be nobody's.
    """
    prints = [_footprint(db, number) for number in dict.fromkeys(numbers)]
    named = [*addresses, *(one for each in prints for one in each.addresses)]
    theirs = frozenset(one for each in named for one in spellings(each))
    others = _others_with(db, theirs, numbers)
    shared = {one for row in others for one in spellings(row.address)}
    found = _Found(db, numbers, theirs, theirs - shared)
    return ErasurePlan(
        prints,
        tuple(sorted(found.messages)),
        tuple(_asked_with(db, found.own)),
        frozenset(row.customer for row in others),
        theirs,
        tuple(sorted(found.waiting)),
        found.naming_others,
        frozenset().union(*(_footprint(db, row.id).letters for row in others)),
        closing=tuple(row.id for row in unfinished_requests(db, numbers)),
    )


def unfinished_requests(db: Connection, numbers: Sequence[int]) -> list[Any]:
    """The requests of some recipients that wait for a person, or to be confirmed: rows with number,
    policy, release and recipient.
    """
    columns = (REQUESTS.c.id, REQUESTS.c.policy, REQUESTS.c.release, REQUESTS.c.recipient)
    waits = select(*columns).join(HANDLINGS, HANDLINGS.c.request == REQUESTS.c.id)
    waits = waits.where(HANDLINGS.c.state.not_in(FINISHED)).order_by(REQUESTS.c.id)
    found: list[Any] = []
    for some in batched(numbers):
        found += db.execute(waits.where(REQUESTS.c.recipient.in_(some))).all()
    return found


def _footprint(db: Connection, number: int) -> Footprint:
    row = db.execute(select(RECIPIENTS).where(RECIPIENTS.c.id == number)).one()
    joined = EVENTS.join(PRIVATE, PRIVATE.c.event == EVENTS.c.id)
    found = select(PRIVATE.c.value).select_from(joined).where(EVENTS.c.recipient == number)
    addresses, letters, values = {row.address, row.customer}, set[str](), 0
    for value in db.execute(found).scalars():
        said = json.loads(value)
        addresses.update(str(said.get(key, "")) for key in _KEYS_OF_ADDRESSES)
        letters |= {str(said.get("message_id", "")).strip("<>"), str(said.get("sha256", ""))}
        values += 1
    return Footprint(
        number,
        row.customer,
        frozenset(one.lower() for one in addresses if "@" in one),
        frozenset(letters - {""}),
        values,
        bool(row.address or row.name or "@" in row.customer),
    )


def _others_with(db: Connection, addresses: Collection[str], numbers: Sequence[int]) -> list[Any]:
    """The rows of others who have some addresses as well."""
    found: list[Any] = []
    for some in batched(sorted(addresses)):
        same = func.lower(RECIPIENTS.c.address).in_(some) & RECIPIENTS.c.id.not_in(numbers)
        whose = same & (RECIPIENTS.c.state != RecipientState.ERASED)
        found += db.execute(select(RECIPIENTS).where(whose)).all()
    return found


def batched(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Values, as many at a time as one statement may name."""
    return (values[start : start + _SOME] for start in range(0, len(values), _SOME))


class _Found:
    """What came in of some recipients, or names their addresses."""

    def __init__(
        self,
        db: Connection,
        numbers: Sequence[int],
        theirs: frozenset[str],
        own: frozenset[str],
    ) -> None:
        """Looks for it.

        Args:
            db: a transaction.
            numbers: of the recipients.
            theirs, own: their addresses, and those of them that nobody else has.
        """
        self.own = own
        self.messages, self.waiting = set[int](), set[int]()
        self.naming_others = 0
        self._db, self._numbers = db, numbers
        for some in batched(numbers):
            self._filed_to(some)
        if theirs:
            self._naming(pattern_of(theirs), pattern_of(own))

    def _filed_to(self, numbers: Sequence[int]) -> None:
        """The messages of recipients that still have something of what came in."""
        for row in self._db.execute(_CAME.where(MESSAGES.c.recipient.in_(numbers))):
            (self.waiting if row.waits else self.messages).add(row.id)

    def _naming(self, theirs: SoughtAddresses, own: SoughtAddresses) -> None:
        """The messages of nobody who is a customer that name one of their addresses."""
        gone = select(RECIPIENTS.c.id).where(RECIPIENTS.c.state == RecipientState.ERASED)
        nobodys = or_(MESSAGES.c.recipient.is_(None), MESSAGES.c.recipient.in_(gone))
        # A message has megabytes, so each is read by itself.
        came = _CAME_WHOLE.where(nobodys).execution_options(yield_per=1)
        for row in self._db.execute(came):
            if row.id in self.messages or row.id in self.waiting:
                continue
            raw = said_in(row)
            if not names_any(raw, theirs if row.waits else own):
                continue
            if row.waits:
                self.waiting.add(row.id)
            elif self._names_others(raw):
                self.naming_others += 1
            else:
                self.messages.add(row.id)

    def _names_others(self, raw: bytes) -> bool:
        others = _others_with(self._db, possible_addresses(raw), self._numbers)
        return bool(others) and names_any(raw, pattern_of([row.address for row in others]))


_COLUMNS = (MESSAGES.c.id, WAITS.label("waits"))
_WITH_WORDS = MESSAGES.join(PRIVATE, PRIVATE.c.event == MESSAGES.c.event)
_CAME = select(*_COLUMNS).select_from(_WITH_WORDS)
_CAME_WHOLE = select(*_COLUMNS, PRIVATE.c.value, PRIVATE.c.body).select_from(_WITH_WORDS)


def said_in(row: Any) -> bytes:
    """A message that came in, after where it came to.

    Args:
        row: with the private value of the event.
    """
    raw = zstandard.decompress(bytes(row.body)) if row.body is not None else b""
    to = str(json.loads(row.value).get("to", ""))
    return b"X-To: %s\n%s" % (to.encode(errors="replace"), raw)


def awaited(db: Connection, numbers: Sequence[int]) -> frozenset[int]:
    """Those of some recipients of whom a message waits for a person, or was not read yet, or a
    request is open.
    """
    found, named = set[int](), set[str]()
    asked = select(REQUESTS.c.recipient).join(HANDLINGS, HANDLINGS.c.request == REQUESTS.c.id)
    found.update(one for one in db.execute(asked.where(IS_OPEN)).scalars() if one is not None)
    for row in db.execute(select(MESSAGES.c.recipient).where(WAITS)):
        found.add(row.recipient)
    waiting = _CAME_WHOLE.where(WAITS, MESSAGES.c.recipient.is_(None))
    for row in db.execute(waiting.execution_options(yield_per=1)):
        named |= possible_addresses(said_in(row))
    for some in batched(sorted(named)):
        same = select(RECIPIENTS.c.id).where(func.lower(RECIPIENTS.c.address).in_(some))
        found.update(db.execute(same).scalars())
    return frozenset(numbers) & found


def _asked_with(db: Connection, addresses: Collection[str]) -> Iterator[int]:
    """The requests for a link that nobody proved, made with one of some addresses."""
    if not addresses:
        return
    wanted = pattern_of(addresses)
    asked = REQUESTS.c.recipient.is_(None) & (REQUESTS.c.kind == RequestKind.ASK)
    columns: tuple[Any, ...] = (REQUESTS.c.id, PRIVATE.c.value)
    found = select(*columns).join(PRIVATE, PRIVATE.c.event == REQUESTS.c.event).where(asked)
    for row in streamed(db, found):
        # Whoever asked may have written something around it.
        if names_any(str(json.loads(row.value).get("address", "")).encode(), wanted):
            yield row.id
