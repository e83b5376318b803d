"""What follows from lists of customers: who is told, where, and with which version they came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from publisher.edges.ledger.rows import execute, insert_many
from publisher.edges.ledger.schema import RECIPIENTS
from publisher.people.deliveries import DeliveryState
from publisher.people.recipients import RecipientState, erased_customer
from publisher.record.event import Happening, microseconds
from publisher.releases.number import Number

_CHANGE = """
    UPDATE recipient SET address = :address, name = :name, language = :language, class = :class,
      joined = :joined, state = :state, event = :event WHERE id = :id"""
_KNOWN = """
    INSERT INTO delivery (policy, release, recipient, major, effective, state, event, at, tries)
    VALUES (:policy, :release, :recipient, :major, '', :state, :event, :at, 0)
    ON CONFLICT (policy, release, recipient) DO UPDATE SET state = :state, event = :event, at = :at
    WHERE delivery.state NOT IN (:state, :accepted, :in_doubt)"""
_FORGET = """
    UPDATE delivery SET state = :to_do, event = :event, at = :at
    WHERE recipient = :recipient AND state = :agreed
      AND :kept NOT LIKE '% ' || policy || '/' || release || ' %'"""
_TELL_AGAIN = """
    UPDATE delivery SET state = :to_do, event = :event, at = :at
    WHERE recipient = :recipient AND state IN (:refused, :bounced)"""


def list_recipients(
    db: Connection, rows: Sequence[tuple[Any, ...]], versions: Sequence[Mapping[str, Any]]
) -> None:
    """Writes the states of customers who are listed.

    Args:
        db: a transaction.
        rows: of the table of recipients.
        versions: what `agreed` gives for each version that they came with.
    """
    insert_many(db, RECIPIENTS, rows)
    execute(db, _KNOWN, versions)


def agreed(recipient: int | None, policy: str, release: str, event: int, at: int) -> dict[str, Any]:
    """That a recipient agreed to a version on joining, for `list_recipients`.

    Args:
        recipient: their number.
        policy, release: which version.
        event, at: the event that says so, and its time in microseconds since 1970.
    """
    return {
        "policy": policy,
        "release": release,
        "recipient": recipient,
        "major": major_of(release),
        "state": DeliveryState.AGREED,
        "accepted": DeliveryState.ACCEPTED,
        "in_doubt": DeliveryState.IN_DOUBT,
        "event": event,
        "at": at,
    }


def listed(db: Connection, happened: Sequence[tuple[int, Happening]]) -> None:
    """Follows events that list customers, each with its number."""
    rows = [tuple(_recipient(*one).values()) for one in happened]
    list_recipients(db, rows, [row for one in happened for row in _known_versions(*one)])


def changed(db: Connection, happened: Sequence[tuple[int, Happening]]) -> None:
    """Follows events that say something else of recipients, each with its number."""
    for some in _one_of_each(happened):
        _change(db, some)


def _one_of_each(
    happened: Sequence[tuple[int, Happening]],
) -> Iterator[list[tuple[int, Happening]]]:
    """The events in their order, in runs that have no recipient twice: what a later one says of
    somebody follows all that an earlier one said.
    """
    some: list[tuple[int, Happening]] = []
    seen: set[int | None] = set()
    for one in happened:
        if one[1].recipient in seen:
            yield some
            some, seen = [], set()
        some.append(one)
        seen.add(one[1].recipient)
    yield some


def _change(db: Connection, happened: Sequence[tuple[int, Happening]]) -> None:
    execute(db, _CHANGE, [_recipient(*one) for one in happened])
    # What a list says of versions takes the place of what one before said.
    restated = [
        {
            "recipient": one.recipient,
            "event": number,
            "at": microseconds(one.at),
            "to_do": DeliveryState.TO_DO,
            "agreed": DeliveryState.AGREED,
            "kept": " ".join(["", *map("/".join, one.facts["versions"].items()), ""]),
        }
        for number, one in happened
        if "versions" in one.facts
    ]
    execute(db, _FORGET, restated)
    execute(db, _KNOWN, [row for one in happened for row in _known_versions(*one)])
    moved = [
        {
            "recipient": one.recipient,
            "event": number,
            "at": microseconds(one.at),
            "to_do": DeliveryState.TO_DO,
            "refused": DeliveryState.REFUSED,
            "bounced": DeliveryState.BOUNCED,
        }
        for number, one in happened
        if one.facts.get("moved")
    ]
    execute(db, _TELL_AGAIN, moved)


def _recipient(number: int, one: Happening) -> dict[str, Any]:
    facts, private = one.facts, one.private or {}
    customer = facts.get("customer") or private.get("customer")
    return {
        "id": one.recipient,
        "customer": customer or erased_customer(one.recipient or 0),
        "address": private.get("address", ""),
        "name": private.get("name", ""),
        "language": private.get("language", ""),
        "class": private.get("class", ""),
        "joined": private.get("joined", ""),
        "state": RecipientState.TOLD,
        "at": microseconds(one.at),
        "event": number,
    }


def _known_versions(number: int, one: Happening) -> list[dict[str, Any]]:
    """The versions that a customer agreed to on joining."""
    return [
        agreed(one.recipient, policy, release, number, microseconds(one.at))
        for policy, release in one.facts.get("versions", {}).items()
    ]


@lru_cache(maxsize=1024)
def major_of(release: str) -> int:
    """The material release that a release is a number of; 0: it names none."""
    number = Number.parse(release)
    return number.major if number else 0
