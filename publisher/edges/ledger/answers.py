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
from publisher.edges.ledger.tables import answer, request
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
        columns = (answer.c.state, answer.c.reply, answer.c.at, answer.c.tries)
        joined = request.join(answer, answer.c.request == request.c.id)
        found = select(request, *columns).select_from(joined).order_by(request.c.id)
        if states:
            found = found.where(answer.c.state.in_(states))
        if since is not None:
            found = found.where(answer.c.at >= since)
        with self._reading() as db:
            return [_answer(row) for row in db.execute(found).mappings()]

    def mark_answers(self, numbers: Sequence[int], now: dt.datetime) -> None:
        """As `mark`, for the one letter that answers these requests.

        Raises:
            LedgerError: another sender has one of them; none was marked.
        """
        same = answer.c.request.in_(numbers) & (answer.c.state == DeliveryState.TO_DO)
        values = {"state": DeliveryState.IN_DOUBT, "at": now, "tries": answer.c.tries + 1}
        with self._writing() as db:
            if db.execute(update(answer).where(same).values(values)).rowcount != len(numbers):
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
        afresh: bool = False,
    ) -> None:
        """As `settle`, for the one letter that answers these requests.

        Args:
            numbers: of the requests.
            state, reply, now: what became of the letter, and when.
            was: the states that whoever settles them knows them to be in.
            afresh: forget how often it was tried.
        """
        values: dict[str, Any] = {"state": state, "reply": reply, "at": now}
        if afresh:
            values["tries"] = 0
        elif was == (DeliveryState.TO_DO,):
            values["tries"] = answer.c.tries + 1
        own = answer.c.request.in_(numbers) & answer.c.state.in_(was)
        with self._writing() as db:
            db.execute(update(answer).where(own).values(values))

    def pass_on(self, asked: Request, address: str, clock: Clock) -> int:
        """Puts down a link for each customer at the address that somebody asked with.

        Args:
            asked: what came in, from nobody in particular.
            address: what was asked with.
            clock: the time.

        Returns:
            How many links are to be mailed: none where one was in the last day.
        """
        own = answer.c.request == asked.id
        with self._writing() as db:
            now = clock()
            open_ = own & (answer.c.state == DeliveryState.TO_DO)
            done = {"state": DeliveryState.ACCEPTED, "reply": "passed on", "at": now}
            if db.execute(update(answer).where(open_).values(done)).rowcount != 1:
                return 0
            found = [r.number for r in recipients_at(db, address)]
            links = [n for n in found if not _linked_since(db, asked, n, now - DAY)]
            for number in links:
                insert_request(db, _for(asked, number), asked.received, asked.timing, now, None)
        return len(links)


def _linked_since(db: Connection, asked: Request, whom: int, since: dt.datetime) -> bool:
    """Whether a customer was sent the link of a release, or is going to be."""
    lately = (
        (request.c.policy == asked.policy)
        & (request.c.major == asked.major)
        & (request.c.recipient == whom)
        & (request.c.kind == RequestKind.ASK)
        & (request.c.received_at > since)
        & (answer.c.state != DeliveryState.REFUSED)
    )
    joined = request.join(answer, answer.c.request == request.c.id)
    found = select(request.c.id).select_from(joined).where(lately).limit(1)
    return db.execute(found).first() is not None


def _for(asked: Request, whom: int) -> Wanted:
    """What somebody asked for, as the request of one customer."""
    number = Number.parse(asked.release)
    assert number is not None
    return Wanted(asked.kind, asked.policy, number, whom, asked.channel, {"asked": asked.id})


def _answer(row: RowMapping) -> Answer:
    state = DeliveryState(row["state"])
    return Answer(request_of(row), state, row["reply"], row["at"], row["tries"])
