"""What the ledger knows of customers and a policy, read a page at a time."""

from __future__ import annotations

import datetime as dt
import json
from bisect import bisect
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import fetch, rows_among
from publisher.people.deliveries import DeliveryState
from publisher.people.known_customer import (
    CustomerFacts,
    DeclarationFacts,
    KnownCustomer,
    LetterFacts,
)
from publisher.people.requests import RequestKind
from publisher.releases.number import Number
from publisher.releases.statement import Means

_PAGE = 2_000

_PEOPLE = """
    SELECT id, customer, joined FROM recipient WHERE state = 'told' AND id > :after
    ORDER BY id LIMIT :size"""
_ONE = "SELECT id, customer, joined FROM recipient WHERE id = :number"
_LETTERS = """
    SELECT recipient, release, state, at, told FROM delivery
    WHERE policy = {} AND state <> 'to do' AND recipient {} ORDER BY recipient, release"""
_SAID = """
    SELECT d.recipient, d.release, e.facts, p.value FROM delivery d JOIN event e ON e.id = d.event
    LEFT JOIN private p ON p.event = d.event
    WHERE d.policy = {} AND d.state IN ('told otherwise', 'given up') AND d.recipient {}"""
_DECLARED = """
    SELECT d.recipient, d.major, d.kind, d.late,
      (SELECT max(q.received_at) FROM request q WHERE q.policy = d.policy AND q.major = d.major
        AND q.recipient = d.recipient AND q.repeats IS NULL
        AND q.kind = CASE WHEN d.kind = '' THEN d.late ELSE d.kind END
        AND q.timing = CASE WHEN d.kind = '' THEN 'late' ELSE 'in time' END)
    FROM declaration d WHERE d.policy = {} AND d.recipient {} ORDER BY d.recipient, d.major"""
_RUNS = """
    SELECT id, release, facts FROM event
    WHERE kind = 'begun' AND kind IN ('adopted', 'begun', 'restored') AND policy = :policy
    ORDER BY id"""


class KnowledgePart(LedgerPart):
    """Says what is known of customers."""

    def known_customers(self, policy: str) -> Iterator[KnownCustomer]:
        """All who are told, by rising number; what is kept in memory is a page of them.

        Args:
            policy: which.
        """
        after = 0
        while True:
            with self._reading() as db:
                rows = fetch(db, _PEOPLE, after=after, size=_PAGE)
                found = _known(db, policy, rows)
            yield from found
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def known_customer(self, policy: str, number: int) -> KnownCustomer:
        """What is known of one recipient.

        Args:
            policy: which.
            number: of the recipient; there is one.
        """
        with self._reading() as db:
            return _known(db, policy, fetch(db, _ONE, number=number))[0]


def customers_known(db: Connection, policy: str, numbers: Sequence[int]) -> list[KnownCustomer]:
    """What is known of some recipients.

    Args:
        db: a transaction.
        policy: which.
        numbers: of the recipients.
    """
    return _known(db, policy, [row for one in numbers for row in fetch(db, _ONE, number=one)])


def _known(db: Connection, policy: str, rows: Sequence[Any]) -> list[KnownCustomer]:
    numbers = [row[0] for row in rows]
    letters: dict[int, list[LetterFacts]] = defaultdict(list)
    came: dict[int, Number] = {}
    said = {tuple(row[:2]): row[2:] for row in rows_among(db, _SAID, numbers, (policy,))}
    means = _Carriers(db, policy)
    for recipient, release, state, at, told in rows_among(db, _LETTERS, numbers, (policy,)):
        number = Number.parse(release)
        assert number is not None
        if state == DeliveryState.AGREED:
            came[recipient] = max(number, came.get(recipient, number))
            continue
        how = means.of(release, told)
        words = _words(*said[recipient, release]) if (recipient, release) in said else ("", "")
        letters[recipient].append(LetterFacts(number, DeliveryState(state), at, how, *words))
    declared: dict[int, list[DeclarationFacts]] = defaultdict(list)
    for recipient, *each in rows_among(db, _DECLARED, numbers, (policy,)):
        declared[recipient].append(_declaration(*each))
    return [
        KnownCustomer(
            number,
            customer,
            CustomerFacts(
                dt.date.fromisoformat(joined) if joined else None,
                came.get(number),
                tuple(letters.get(number, ())),
                tuple(declared.get(number, ())),
            ),
        )
        for number, customer, joined in rows
    ]


class _Carriers:
    """By whom letters were carried: that of the run which began last before each was marked."""

    def __init__(self, db: Connection, policy: str) -> None:
        self._runs: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for number, release, facts in fetch(db, _RUNS, policy=policy):
            means = json.loads(facts or "{}").get("means", str(Means.MAIL))
            self._runs[release].append((number, means))

    def of(self, release: str, told: int | None) -> str:
        """Empty: the letter was not marked here, or nobody knows."""
        runs = self._runs.get(release, [])
        place = bisect(runs, (told, "\U0010ffff")) if told else 0
        return runs[place - 1][1] if place else ""


def _words(facts: str, value: str | None) -> tuple[str, str]:
    """What a role said of a letter, and which role."""
    said = json.loads(value or "{}").get("reply", "")
    return said.partition(": ")[2], json.loads(facts or "{}").get("role", "")


def _declaration(major: int, kind: str, late: str, received: int | None) -> DeclarationFacts:
    counts, after = (RequestKind(one) if one else None for one in (kind, late))
    return DeclarationFacts(major, counts, after, received or 0)
