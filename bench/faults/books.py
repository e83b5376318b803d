"""The tables of the ledger, read without the program that wrote them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import zstandard
from sqlalchemy import create_engine, text
from sqlalchemy.engine import RowMapping
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from bench.faults.engines import Engine

REFERENCES = (
    ("delivery", "recipient", "recipient"),
    ("delivery", "event", "event"),
    ("delivery", "told", "event"),
    ("request", "recipient", "recipient"),
    ("request", "repeats", "request"),
    ("request", "event", "event"),
    ("answer", "request", "request"),
    ("answer", "event", "event"),
    ("message", "event", "event"),
    ("message", "filing", "event"),
    ("message", "recipient", "recipient"),
    ("message", "request", "request"),
    ("event", "batch", "batch"),
    ("private", "event", "event"),
)
"""Table, column, and the table whose `id` it names."""
HALF = {
    "a letter that was handed over without an id or address": "SELECT recipient FROM delivery "
    "WHERE state IN ('in doubt', 'accepted') AND (told IS NULL OR tries = 0)",
    "a declaration without a receipt to send": "SELECT id FROM request WHERE repeats IS NULL "
    "AND kind <> 'ask for the link' AND id NOT IN (SELECT request FROM answer)",
    "a receipt for a repetition": "SELECT answer.request FROM answer JOIN request "
    "ON request.id = answer.request WHERE request.repeats IS NOT NULL",
    "an opt-out by mail without its declaration": "SELECT id FROM message "
    "WHERE filed = 'opt out' AND request IS NULL",
    "a batch with more events or fewer than it says": "SELECT id FROM batch LEFT JOIN "
    "(SELECT batch, count(*) AS found FROM event GROUP BY batch) AS own ON own.batch = batch.id "
    "WHERE count <> coalesce(found, 0)",
}
"""Queries that must find nothing, however the writer ended."""
_MARKED = "WHERE state IN ('in doubt', 'accepted')"
DECLARATIONS = (
    "SELECT request.id, customer, kind, timing, repeats FROM request "
    "JOIN recipient ON recipient.id = request.recipient "
    "WHERE kind IN ('opt out', 'withdraw') ORDER BY received_at, request.id"
)
_MESSAGES = (
    "SELECT message.id, private.body, message.filed FROM message "
    "JOIN private ON private.event = message.event ORDER BY message.id"
)
_DELIVERIES = (
    "SELECT customer, recipient.address AS address, delivery.state AS state, "
    "private.value AS words FROM recipient "
    "LEFT JOIN delivery ON delivery.recipient = recipient.id AND delivery.release = '2' "
    "LEFT JOIN private ON private.event = delivery.told"
)


@dataclass(frozen=True, slots=True)
class KeptMessage:
    """A row of `message`, with its bytes."""

    id: int
    raw: bytes
    filed: str
    """Empty: it was not read yet."""


@dataclass(frozen=True, slots=True)
class Told:
    """How the letter about release 2 to one customer stands."""

    customer: str
    address: str
    state: str
    """Empty: nothing happened about it."""
    message_id: str
    """Empty: it was not handed over."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A row of `request`."""

    id: int
    customer: str
    kind: str
    timing: str
    repeats: int | None

    @property
    def receipt(self) -> str:
        """Its number, as customers are told it."""
        return receipt_number(self.id)


def receipt_number(request: int) -> str:
    """As customers are told it."""
    return f"R-{request:06}"


class Books:
    """A ledger at rest."""

    def __init__(self, url: str, engine: Engine) -> None:
        self._url, self._engine = url, engine

    @cached_property
    def _open(self) -> Any:
        return create_engine(self._url, poolclass=NullPool)

    @cached_property
    def _hasty(self) -> Any:
        arguments = self._engine.hasty
        return create_engine(self._url, poolclass=NullPool, connect_args=arguments)

    def rows(self, query: str, *, at_rest: bool = True) -> Sequence[RowMapping]:
        """The rows that a query finds; `at_rest` waits until nobody else is at work."""
        if at_rest:
            self._engine.quiet(self._url)
        with self._open.connect() as db:
            return list(db.execute(text(query)).mappings())

    def marked(self) -> tuple[set[str], set[str]]:
        """What has been marked by now: the ids of letters, the numbers of receipts.

        Nothing, where the ledger is locked: somebody was stopped while opening or closing it.
        """
        try:
            with self._hasty.connect() as db:
                marked = f"SELECT told FROM delivery {_MARKED}"
                told = f"SELECT value FROM private WHERE event IN ({marked})"
                ids = set(map(_message_id, db.execute(text(told)).scalars()))
                receipts = db.execute(text(f"SELECT request FROM answer {_MARKED}")).scalars()
                return ids, set(map(receipt_number, receipts))
        except OperationalError:
            return set(), set()

    def receipts(self) -> dict[str, str]:
        """Where each receipt stands, by its number."""
        rows = self.rows("SELECT request, state FROM answer", at_rest=False)
        return {receipt_number(row["request"]): row["state"] for row in rows}

    def messages(self) -> list[KeptMessage]:
        """Every message that was kept."""
        return [
            KeptMessage(row["id"], zstandard.decompress(row["body"]), row["filed"])
            for row in self.rows(_MESSAGES)
        ]

    def told(self) -> list[Told]:
        """How the letters about release 2 stand, by customer."""
        return [
            Told(row["customer"], row["address"], row["state"] or "", _message_id(row["words"]))
            for row in self.rows(_DELIVERIES)
        ]

    def declarations(self) -> list[Declaration]:
        """All declarations of customers, in the order in which they count."""
        return [Declaration(**row) for row in self.rows(DECLARATIONS)]

    def half(self) -> list[str]:
        """Half-written rows, and references to rows that do not exist."""
        self._engine.quiet(self._url)
        with self._open.connect() as db:
            found = self._engine.flaws(db)
        for table, column, other in REFERENCES:
            lost = (
                f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL "
                f"AND {column} NOT IN (SELECT id FROM {other})"
            )
            found += [f"{table}.{column} {row[column]}" for row in self.rows(lost)]
        for what, query in HALF.items():
            found += [f"{what}: {next(iter(row.values()))}" for row in self.rows(query)]
        return found


def _message_id(words: str | None) -> str:
    return str(json.loads(words or "{}").get("message_id", ""))


def twice_declared(declarations: Sequence[Declaration]) -> list[str]:
    """Customers with the same declaration on record twice in a row, not marked as a repeat."""
    last: dict[tuple[str, str], str] = {}
    found = []
    for one in declarations:
        if one.repeats is None:
            if last.get((one.customer, one.timing)) == one.kind:
                found.append(f"{one.customer}: {one.kind} again as {one.receipt}")
            last[one.customer, one.timing] = one.kind
    return found


def standing(declarations: Sequence[Declaration]) -> dict[str, str]:
    """What each customer's last declaration in time says."""
    return {d.customer: d.kind for d in declarations if not d.repeats and d.timing == "in time"}
