"""What the ledger has of a person, found by number and by address."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import zstandard
from sqlalchemy import Connection, func, select

from publisher.edges.ledger.replay import streamed
from publisher.edges.ledger.schema import EVENTS, MESSAGES, PRIVATE, RECIPIENTS, REQUESTS
from publisher.mail.naming import names_any, pattern_of
from publisher.people.erasing import ErasurePlan, Footprint
from publisher.people.recipients import RecipientState
from publisher.people.requests import RequestKind

_KEYS_OF_ADDRESSES = ("address", "customer")
"""Under which a private value has an address of its recipient."""


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
    named = {one.lower() for one in addresses}
    addresses = frozenset(one for each in prints for one in each.addresses) | named
    others = dict(_others_with(db, addresses, numbers))
    own = addresses - others.keys()
    messages = {*_filed_to(db, numbers), *_naming(db, own)}
    return ErasurePlan(
        prints,
        tuple(sorted(messages)),
        tuple(_asked_with(db, own)),
        frozenset(customer for some in others.values() for customer in some),
        own,
    )


def _footprint(db: Connection, number: int) -> Footprint:
    row = db.execute(select(RECIPIENTS).where(RECIPIENTS.c.id == number)).one()
    joined = EVENTS.join(PRIVATE, PRIVATE.c.event == EVENTS.c.id)
    found = select(PRIVATE.c.value).select_from(joined).where(EVENTS.c.recipient == number)
    addresses, letters, values = {row.address, row.customer}, set[str](), 0
    for value in db.execute(found).scalars():
        said = json.loads(value)
        addresses.update(str(said.get(key, "")) for key in _KEYS_OF_ADDRESSES)
        letters.add(str(said.get("message_id", "")).strip("<>"))
        values += 1
    return Footprint(
        number,
        row.customer,
        frozenset(one.lower() for one in addresses if "@" in one),
        frozenset(letters - {""}),
        values,
        bool(row.address or row.name or "@" in row.customer),
    )


def _others_with(
    db: Connection, addresses: Collection[str], numbers: Sequence[int]
) -> Iterator[tuple[str, list[str]]]:
    """The addresses that others have as well, each with the ids of these."""
    for address in sorted(addresses):
        same = (func.lower(RECIPIENTS.c.address) == address) & RECIPIENTS.c.id.not_in(numbers)
        whose = same & (RECIPIENTS.c.state != RecipientState.ERASED)
        if found := db.execute(select(RECIPIENTS.c.customer).where(whose)).scalars().all():
            yield address, list(found)


def _filed_to(db: Connection, numbers: Sequence[int]) -> Iterator[int]:
    """The messages of recipients that still have something of what came in."""
    own = MESSAGES.c.recipient.in_(numbers)
    found = select(MESSAGES.c.id).join(PRIVATE, PRIVATE.c.event == MESSAGES.c.event).where(own)
    yield from db.execute(found).scalars()


def _naming(db: Connection, addresses: Collection[str]) -> Iterator[int]:
    """The messages of nobody that name one of some addresses."""
    if not addresses:
        return
    wanted = pattern_of(addresses)
    columns = (MESSAGES.c.id, PRIVATE.c.value, PRIVATE.c.body)
    came = select(*columns).join(PRIVATE, PRIVATE.c.event == MESSAGES.c.event)
    # A message has megabytes, so each is read by itself.
    nobodys = came.where(MESSAGES.c.recipient.is_(None)).execution_options(yield_per=1)
    for row in db.execute(nobodys):
        raw = zstandard.decompress(bytes(row.body)) if row.body is not None else b""
        if wanted.search(row.value) or names_any(raw, wanted):
            yield row.id


def _asked_with(db: Connection, addresses: Collection[str]) -> Iterator[int]:
    """The requests for a link that nobody proved, made with one of some addresses."""
    asked = REQUESTS.c.recipient.is_(None) & (REQUESTS.c.kind == RequestKind.ASK)
    columns: tuple[Any, ...] = (REQUESTS.c.id, PRIVATE.c.value)
    found = select(*columns).join(PRIVATE, PRIVATE.c.event == REQUESTS.c.event).where(asked)
    for row in streamed(db, found):
        if str(json.loads(row.value).get("address", "")).lower() in addresses:
            yield row.id
