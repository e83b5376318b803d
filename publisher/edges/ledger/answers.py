"""Answers in the ledger: receipts and links to be mailed for requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.engine import RowMapping

from publisher.answers.declarations import DAY
from publisher.edges.clock import Clock
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.recipients import recipients_at
from publisher.edges.ledger.requests import insert_request, request_of
from publisher.edges.ledger.tables import ANSWERS, REQUESTS
from publisher.errors import LedgerError
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import Answer, Request, RequestKind, Wanted
from publisher.releases.number import Number


class AnswerTable(LedgerPart):
    """Reads and writes answers."""

    def answers(self, *states: DeliveryState, since: dt.datetime | None = None) -> list[Answer]:
        """The automatic answers in given states, in the order of their requests.

        Args:
            states: which; none given: all.
            since: only those whose state was set then or later.
        """
        columns = (ANSWERS.c.state, ANSWERS.c.reply, ANSWERS.c.at, ANSWERS.c.tries)
        joined = REQUESTS.join(ANSWERS, ANSWERS.c.request == REQUESTS.c.id)
        found = select(REQUESTS, *columns).select_from(joined).order_by(REQUESTS.c.id)
        if states:
            found = found.where(ANSWERS.c.state.in_(states))
        if since is not None:
            found = found.where(ANSWERS.c.at >= since)
        with self._reading() as db:
            return [_answer(row) for row in db.execute(found).mappings()]

    def mark_answers(self, numbers: Sequence[int], now: dt.datetime) -> None:
        """Marks answers as in doubt, just before the carrier gets the end of their one letter.

        Args:
            numbers: of the requests that the letter answers.
            now: the time.

        Raises:
            LedgerError: another sender has taken one of them; none was marked.
        """
        same = ANSWERS.c.request.in_(numbers) & (ANSWERS.c.state == DeliveryState.TO_DO)
        values = {"state": DeliveryState.IN_DOUBT, "at": now, "tries": ANSWERS.c.tries + 1}
        with self._writing() as db:
            if db.execute(update(ANSWERS).where(same).values(values)).rowcount != len(numbers):
                raise LedgerError(
                    "another sender has taken this answer", where=self._database.where
                )

    def settle_answers(
        self,
        numbers: Sequence[int],
        state: DeliveryState,
        reply: str,
        now: dt.datetime,
        *,
        was: Sequence[DeliveryState] = (DeliveryState.IN_DOUBT,),
    ) -> None:
        """Records what became of the one letter that answers some requests.

        Args:
            numbers: of the requests.
            state, reply, now: what became of the letter, and when.
            was: the states the caller knows them to be in; those in another one stay as they are.
        """
        values: dict[str, Any] = {"state": state, "reply": reply, "at": now}
        if was == (DeliveryState.TO_DO,):
            values["tries"] = ANSWERS.c.tries + 1
        own = ANSWERS.c.request.in_(numbers) & ANSWERS.c.state.in_(was)
        with self._writing() as db:
            db.execute(update(ANSWERS).where(own).values(values))

    def reopen_answers(
        self, numbers: Sequence[int], reply: str, now: dt.datetime, was: Sequence[DeliveryState]
    ) -> None:
        """Makes answers due again, as if they had never been tried.

        Args:
            numbers: of the requests.
            reply, now: why, and when.
            was: the states the caller knows them to be in; those in another one stay as they are.
        """
        values = {"state": DeliveryState.TO_DO, "reply": reply, "at": now, "tries": 0}
        own = ANSWERS.c.request.in_(numbers) & ANSWERS.c.state.in_(was)
        with self._writing() as db:
            db.execute(update(ANSWERS).where(own).values(values))

    def pass_on(self, asked: Request, address: str, clock: Clock) -> int:
        """Records a link to be mailed for each customer with the address somebody asked from.

        Args:
            asked: the request, which belongs to no customer yet.
            address: the address it was made with.
            clock: the time.

        Returns:
            How many links are to be mailed; none for customers who got one in the last day.
        """
        own = ANSWERS.c.request == asked.id
        with self._writing() as db:
            now = clock()
            open_ = own & (ANSWERS.c.state == DeliveryState.TO_DO)
            done = {"state": DeliveryState.ACCEPTED, "reply": "passed on", "at": now}
            if db.execute(update(ANSWERS).where(open_).values(done)).rowcount != 1:
                return 0
            found = [r.number for r in recipients_at(db, address)]
            links = [n for n in found if not _linked_since(db, asked, n, now - DAY)]
            for number in links:
                insert_request(db, _for(asked, number), asked.received, asked.timing, now, None)
        return len(links)


def _linked_since(db: Connection, asked: Request, whom: int, since: dt.datetime) -> bool:
    """Whether a customer was or will be sent the link of a release, since a time."""
    lately = (
        (REQUESTS.c.policy == asked.policy)
        & (REQUESTS.c.major == asked.major)
        & (REQUESTS.c.recipient == whom)
        & (REQUESTS.c.kind == RequestKind.ASK)
        & (REQUESTS.c.received_at > since)
        & (ANSWERS.c.state != DeliveryState.REFUSED)
    )
    joined = REQUESTS.join(ANSWERS, ANSWERS.c.request == REQUESTS.c.id)
    found = select(REQUESTS.c.id).select_from(joined).where(lately).limit(1)
    return db.execute(found).first() is not None


def _for(asked: Request, whom: int) -> Wanted:
    """The request that somebody made, as that of one customer."""
    number = Number.parse(asked.release)
    assert number is not None
    return Wanted(asked.kind, asked.policy, number, whom, asked.channel, {"asked": asked.id})


def _answer(row: RowMapping) -> Answer:
    state = DeliveryState(row["state"])
    return Answer(request_of(row), state, row["reply"], row["at"], row["tries"])
