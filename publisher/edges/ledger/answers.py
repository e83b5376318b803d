"""Answers in the ledger: receipts and links to be mailed for requests."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, or_, select

from publisher.answers.declarations import DAY
from publisher.answers.receipts_due import (
    FORM_LANGUAGE,
    MOST_LINKS_A_DAY,
    WANTS,
    WROTE,
    language_of_form,
    wanted_of,
)
from publisher.edges.clock import Clock
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.recipients import recipients_at
from publisher.edges.ledger.request_entries import insert_request
from publisher.edges.ledger.request_rows import (
    EVENT_DIGEST,
    EVIDENCE,
    REQUEST_COLUMNS,
    REQUESTS_PROVEN,
    request_of,
)
from publisher.edges.ledger.schema import ANSWERS, EVENTS, HANDLINGS, MESSAGES, PRIVATE, REQUESTS
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import LedgerError
from publisher.letters.splicing import KeptLetter
from publisher.people.deliveries import DeliveryState
from publisher.people.requests import Answer, Request, RequestKind, Wanted
from publisher.record.event import EventKind, Happening, microseconds, moment_of
from publisher.releases.number import Number

_LAST, _DECIDED = PRIVATE.alias(), EVENTS.alias()
_BY_A_PERSON = _DECIDED.c.kind == EventKind.HANDLED
_SETTLED = EVENTS.alias()
_FOUND_BY_A_PERSON = (_SETTLED.c.kind == EventKind.DECIDED) & (_SETTLED.c.request == REQUESTS.c.id)
_KIND_AFTER = {
    DeliveryState.ACCEPTED: EventKind.TAKEN,
    DeliveryState.REFUSED: EventKind.REFUSED,
    DeliveryState.TO_DO: EventKind.PUT_OFF,
    DeliveryState.IN_DOUBT: EventKind.DOUBTED,
}


class AnswerTable(LedgerPart):
    """Reads and writes answers."""

    def answers(self, *states: DeliveryState, since: dt.datetime | None = None) -> list[Answer]:
        """The automatic answers in given states, in the order of their requests.

        Args:
            states: which; none given: all.
            since: only those whose state was set then or later.
        """
        joined = (
            REQUESTS_PROVEN.join(ANSWERS, ANSWERS.c.request == REQUESTS.c.id)
            .outerjoin(_LAST, _LAST.c.event == ANSWERS.c.event)
            .outerjoin(HANDLINGS, HANDLINGS.c.request == REQUESTS.c.id)
            .outerjoin(_DECIDED, (_DECIDED.c.id == HANDLINGS.c.event) & _BY_A_PERSON)
            .outerjoin(MESSAGES, MESSAGES.c.id == REQUESTS.c.message)
            .outerjoin(_SETTLED, (_SETTLED.c.id == MESSAGES.c.filing) & _FOUND_BY_A_PERSON)
        )
        columns = (
            *(c for c in REQUEST_COLUMNS if c.name != "event"),
            EVENT_DIGEST,
            EVIDENCE,
            ANSWERS.c.at,
            ANSWERS.c.tries,
        )
        found = select(
            *columns,
            ANSWERS.c.state,
            _LAST.c.value.label("words"),
            or_(_DECIDED.c.id.is_not(None), _SETTLED.c.id.is_not(None)).label("decided"),
        )
        found = found.select_from(joined).order_by(REQUESTS.c.id)
        if states:
            found = found.where(ANSWERS.c.state.in_(states))
        if since is not None:
            found = found.where(ANSWERS.c.at >= microseconds(since))
        with self._reading() as db:
            return [_answer(row) for row in db.execute(found)]

    def mark_answers(
        self, numbers: Sequence[int], now: dt.datetime, kept: KeptLetter | None = None
    ) -> None:
        """Marks answers as in doubt, just before the carrier gets the end of their one letter.

        Args:
            numbers: of the requests that the letter answers.
            now: the time.
            kept: the letter as it goes out; None: it is not kept.

        Raises:
            LedgerError: another sender has taken one of them; none was marked.
        """
        facts = {"requests": list(numbers)}
        private = {"sha256": kept.sha256} if kept else None
        body = kept.body if kept else None

        def mark(tx: Transaction) -> None:
            if len(_held(tx, numbers, (DeliveryState.TO_DO,))) != len(set(numbers)):
                raise LedgerError(
                    "another sender has taken this answer", where=self._database.where
                )
            about = _about(tx, numbers)
            told = Happening(EventKind.TOLD, now, *about, facts=facts, private=private, body=body)
            tx.record(told)

        self._write(mark)

    def settle_answers(
        self,
        numbers: Sequence[int],
        state: DeliveryState,
        reply: str,
        now: dt.datetime,
        *,
        was: Sequence[DeliveryState] = (DeliveryState.IN_DOUBT,),
        role: str = "",
    ) -> None:
        """Records what became of the one letter that answers some requests.

        Args:
            numbers: of the requests.
            state, reply, now: what became of the letter, and when.
            was: the states the caller knows them to be in; those in another one stay as they are.
            role: of the person who found out; empty: the carrier said so.
        """
        kind: EventKind = EventKind.RESOLVED if role else _KIND_AFTER[state]
        facts: dict[str, Any] = {"outcome": "accepted", "role": role} if role else {}
        if tuple(was) == (DeliveryState.TO_DO,):
            facts["tried"] = 1
        self._settle(numbers, was, kind, facts, reply, now)

    def reopen_answers(
        self,
        numbers: Sequence[int],
        reply: str,
        now: dt.datetime,
        was: Sequence[DeliveryState],
        role: str,
    ) -> None:
        """Makes answers due again, as if they had never been tried.

        Args:
            numbers: of the requests.
            reply, now: why, and when.
            was: the states the caller knows them to be in; those in another one stay as they are.
            role: of the person who decided it.
        """
        facts = {"outcome": "again", "role": role}
        self._settle(numbers, was, EventKind.RESOLVED, facts, reply, now)

    def _settle(
        self,
        numbers: Sequence[int],
        was: Sequence[DeliveryState],
        kind: EventKind,
        facts: dict[str, Any],
        reply: str,
        now: dt.datetime,
    ) -> None:
        def settle(tx: Transaction) -> None:
            if own := _held(tx, numbers, was):
                about, concerned = _about(tx, own), {**facts, "requests": own}
                tx.record(Happening(kind, now, *about, facts=concerned, private={"reply": reply}))

        self._write(settle)

    def pass_on(self, asked: Request, address: str, clock: Clock) -> int:
        """Records a link to be mailed for each customer with the address somebody asked from.

        Args:
            asked: the request, which belongs to no customer yet.
            address: the address it was made with.
            clock: the time.

        Returns:
            How many links are to be mailed; none for customers who got one in the last day.
        """

        def pass_on(tx: Transaction) -> int:
            if not _held(tx, [asked.id], (DeliveryState.TO_DO,)):
                return 0
            now = clock()
            about = asked.policy, asked.release, None, asked.id
            tx.record(Happening(EventKind.PASSED_ON, now, *about))
            found = [r.number for r in recipients_at(tx.db, address)]
            most = 1 if asked.release else MOST_LINKS_A_DAY
            links = [n for n in found if _linked_since(tx, asked, n, now - DAY) < most]
            for number in links:
                insert_request(tx, _for(asked, number), asked.received, asked.timing, now, None)
            return len(links)

        return self._write(pass_on)


def _held(tx: Transaction, numbers: Sequence[int], was: Sequence[DeliveryState]) -> list[int]:
    """Those of some requests whose answers are in given states, and stay so until the end."""
    own = ANSWERS.c.request.in_(numbers) & ANSWERS.c.state.in_(was)
    found = select(ANSWERS.c.request).where(own).order_by(ANSWERS.c.request)
    return list(tx.db.execute(found.with_for_update()).scalars())


def _about(tx: Transaction, numbers: Sequence[int]) -> tuple[str, str, int | None, int | None]:
    """The policy, release, recipient and request that one letter is about: those of the last
    request that it answers. What is erased of these is erased of the letter.
    """
    columns = (REQUESTS.c.policy, REQUESTS.c.release, REQUESTS.c.recipient, REQUESTS.c.id)
    found = select(*columns).where(REQUESTS.c.id == max(numbers))
    policy, release, recipient, request = tx.db.execute(found).one()
    return policy, release, recipient, request


def _linked_since(tx: Transaction, asked: Request, whom: int, since: dt.datetime) -> int:
    """How many links a customer was or will be sent since a time: those of a release, or those
    asked for on pages for requests.
    """
    lately = (
        (REQUESTS.c.policy == asked.policy)
        & (REQUESTS.c.major == asked.major)
        & (REQUESTS.c.recipient == whom)
        & (REQUESTS.c.kind == RequestKind.ASK)
        & (REQUESTS.c.received_at > microseconds(since))
        & (ANSWERS.c.state != DeliveryState.REFUSED)
    )
    joined = REQUESTS.join(ANSWERS, ANSWERS.c.request == REQUESTS.c.id)
    found = select(func.count()).select_from(joined).where(lately)
    return int(tx.db.execute(found).scalar_one())


def _for(asked: Request, whom: int) -> Wanted:
    """The request that somebody made, as that of one customer."""
    number = Number.parse(asked.release) if asked.release else None
    evidence: dict[str, object] = {"asked": asked.id, FORM_LANGUAGE: language_of_form(asked)}
    if number is None:
        wants, wrote = wanted_of(asked)
        evidence |= {WANTS: wants.value if wants else "", WROTE: wrote}
    return Wanted(asked.kind, asked.policy, number, whom, asked.channel, evidence)


def _answer(row: Any) -> Answer:
    words = json.loads(row.words) if row.words else {}
    reply = words.get("reply", "")
    state, at, decided = DeliveryState(row.state), moment_of(row.at), bool(row.decided)
    return Answer(request_of(row), state, reply, at, row.tries, decided)
