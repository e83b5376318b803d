"""Answers in the ledger: the receipts and links that are owed for requests."""

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
    """The receipts and links that are owed."""

    def answers(self, *states: DeliveryState, since: dt.datetime | None = None) -> list[Answer]:
        """The answers by machine that stand so, in the order of what they answer.

        Args:
            states: which; none named: all.
            since: only what became of them then or later.
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
        """As `mark`, for the one letter that answers these requests.

        Raises:
            LedgerError: another sender has one of them; none was marked.
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
        """As `settle`, for the one letter that answers these requests.

        Args:
            numbers: of the requests.
            state, reply, now: what became of the letter, and when.
            was: the states that whoever settles them knows them to be in.
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
        """Puts answers back to be sent, as if they had never been tried.

        Args:
            numbers: of the requests.
            reply, now: why, and when.
            was: the states that whoever reopens them knows them to be in.
        """
        values = {"state": DeliveryState.TO_DO, "reply": reply, "at": now, "tries": 0}
        own = ANSWERS.c.request.in_(numbers) & ANSWERS.c.state.in_(was)
        with self._writing() as db:
            db.execute(update(ANSWERS).where(own).values(values))

    def pass_on(self, asked: Request, address: str, clock: Clock) -> int:
        """Puts down a link for each customer at the address that somebody asked with.

        Args:
            asked: what came in, from nobody in particular.
            address: what was asked with.
            clock: the time.

        Returns:
            How many links are to be mailed: none where one was in the last day.
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
    """Whether a customer was sent the link of a release, or is going to be."""
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
    """What somebody asked for, as the request of one customer."""
    number = Number.parse(asked.release)
    assert number is not None
    return Wanted(asked.kind, asked.policy, number, whom, asked.channel, {"asked": asked.id})


def _answer(row: RowMapping) -> Answer:
    state = DeliveryState(row["state"])
    return Answer(request_of(row), state, row["reply"], row["at"], row["tries"])
