"""Requests that a person handles, and who gets mailings, in the ledger."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from publisher.answers.policy_status import DueRequest, RequestCounts
from publisher.edges.ledger.auditing.replay import happening_of
from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.recipients import recipient_of
from publisher.edges.ledger.request_rows import EVIDENCE, REQUEST_COLUMNS, request_of
from publisher.edges.ledger.rows import fetch
from publisher.edges.ledger.schema import (
    EVENTS,
    HANDLINGS,
    MAILINGS,
    PRIVATE,
    RECIPIENTS,
    REQUESTS,
)
from publisher.edges.ledger.transaction import Transaction
from publisher.people.handling import (
    FINISHED,
    Handling,
    HandlingDecision,
    HandlingOutcome,
    HandlingState,
)
from publisher.people.mailings import MailingPreference, MailingState
from publisher.people.recipients import RecipientState
from publisher.people.requests import RequestKind, receipt_number
from publisher.record.event import EventKind, Happening, moment_of

_PAGE = 1_000
"""Preferences that are read from the database at a time."""
_SAID, _DECIDED = PRIVATE.alias(), EVENTS.alias()
_FOUND: Select[Any] = select(
    *(c for c in REQUEST_COLUMNS if c.name != "event"),
    EVIDENCE,
    HANDLINGS.c.state,
    HANDLINGS.c.due,
    HANDLINGS.c.at,
    _DECIDED.c.facts,
    _SAID.c.value.label("said"),
).select_from(
    HANDLINGS.join(REQUESTS, REQUESTS.c.id == HANDLINGS.c.request)
    .outerjoin(PRIVATE, PRIVATE.c.event == REQUESTS.c.event)
    .outerjoin(_DECIDED, (_DECIDED.c.id == HANDLINGS.c.event) & (_DECIDED.c.kind == "handled"))
    .outerjoin(_SAID, _SAID.c.event == _DECIDED.c.id)
)


class HandlingTable(LedgerPart):
    """Reads and writes how far requests are, and what was declared about mailings."""

    def handlings(self, *states: HandlingState, recipient: int | None = None) -> list[Handling]:
        """The requests that a person handles, the oldest first.

        Args:
            states: only those in one of these; none given: all.
            recipient: only those of the customer with this number.
        """
        wanted = HANDLINGS.c.state.in_(states) if states else HANDLINGS.c.request > 0
        if recipient is not None:
            wanted &= REQUESTS.c.recipient == recipient
        return self._handlings(wanted)

    def handling(self, request: int) -> Handling | None:
        """One of them, by the number of the request; None: it is none of these."""
        return next(iter(self._handlings(HANDLINGS.c.request == request)), None)

    def count_requests(self, today: dt.date, ahead: int) -> RequestCounts:
        """The requests that a person has not seen to yet.

        Args:
            today: the day, on the organisation's calendar.
            ahead: in how many days one is due soon.
        """
        joined = HANDLINGS.join(REQUESTS, REQUESTS.c.id == HANDLINGS.c.request)
        waits, has_day = HANDLINGS.c.state.not_in(FINISHED), HANDLINGS.c.due != ""
        columns = (REQUESTS.c.kind, HANDLINGS.c.state)
        counted = select(*columns, func.count()).select_from(joined).where(waits).group_by(*columns)
        due = select(HANDLINGS.c.due, func.min(HANDLINGS.c.request), func.count())
        due = due.where(waits, has_day).group_by(HANDLINGS.c.due).order_by(HANDLINGS.c.due)
        with self._reading() as db:
            kinds, days = db.execute(counted).all(), db.execute(due).all()
        waiting, unconfirmed = Counter[RequestKind](), 0
        for kind, state, count in kinds:
            waiting[RequestKind(kind)] += count
            unconfirmed += count if state == HandlingState.UNCONFIRMED else 0
        dated = [
            (DueRequest(receipt_number(request), dt.date.fromisoformat(day)), count)
            for day, request, count in days
        ]
        late = [one for one in dated if one[0].due < today]
        next_ = [one for one in dated if one[0].due >= today]
        return RequestCounts(
            waiting,
            unconfirmed,
            next_[0][0] if next_ else None,
            sum(count for one, count in next_ if (one.due - today).days <= ahead),
            late[0][0] if late else None,
            sum(count for _, count in late),
        )

    def confirm(self, request: int, now: dt.datetime) -> bool:
        """Records that a request was confirmed from the address on record.

        One that was declined as nobody's is open again by it, so that a person sees it.

        Returns:
            Whether it was open to that: one that was confirmed before is left as it is.
        """

        def confirm(tx: Transaction) -> bool:
            if (about := _held(tx, request, _CONFIRMABLE)) is None:
                return False
            if not _is_unproven(tx, request, about[2]):
                return False
            tx.record(Happening(EventKind.CONFIRMED, now, *about, request))
            return True

        return self._write(confirm)

    def handle(
        self,
        request: int,
        decision: HandlingDecision,
        now: dt.datetime,
        was: Sequence[HandlingState],
    ) -> bool:
        """Records what a person decided about a request.

        Args:
            request: its number.
            decision, now: what was decided, and when.
            was: the states that the caller knows it to be in.

        Returns:
            Whether it was in one of these; else nothing is recorded.
        """
        return not self.handle_all({request: decision}, now, {request: was})

    def handle_all(
        self,
        decisions: Mapping[int, HandlingDecision],
        now: dt.datetime,
        was: Mapping[int, Sequence[HandlingState]],
    ) -> list[int]:
        """Records what a person decided about several requests: about all of them, or none.

        Args:
            decisions: by the numbers of the requests.
            now: when it was decided.
            was: the states that the caller knows each to be in.

        Returns:
            The numbers of those that are in none of these by now; if there are any, nothing is
            recorded.
        """

        def handle(tx: Transaction) -> list[int]:
            about = {number: _held(tx, number, was[number]) for number in sorted(decisions)}
            if moved := [number for number, found in about.items() if found is None]:
                return moved
            known = {number: found for number, found in about.items() if found is not None}
            tx.record_all(
                [
                    _handled(
                        decisions[number],
                        now,
                        found,
                        number,
                        unproven=_is_unproven(tx, number, found[2]),
                    )
                    for number, found in known.items()
                ]
            )
            return []

        return self._write(handle)

    def history(self, request: int) -> list[Happening]:
        """All that happened about a request, in its order, each with its private value where there
        still is one: how it came, what was mailed, how it was confirmed, what was decided.
        """
        joined = EVENTS.outerjoin(PRIVATE, PRIVATE.c.event == EVENTS.c.id)
        found = select(*EVENTS.columns, PRIVATE.c.value).select_from(joined)
        with self._reading() as db:
            own = db.execute(found.where(EVENTS.c.request == request).order_by(EVENTS.c.id))
            return [happening_of(row) for row in own]

    def mailing_of(self, recipient: int) -> MailingState | None:
        """What a customer declared last about mailings; None: nothing."""
        found = select(MAILINGS.c.state).where(MAILINGS.c.recipient == recipient)
        with self._reading() as db:
            state = db.execute(found).scalar_one_or_none()
            return MailingState(state) if state else None

    def mailing_preferences(self) -> Iterator[MailingPreference]:
        """What every customer who is not erased declared about mailings, by number."""
        last = 0
        joined = RECIPIENTS.outerjoin(MAILINGS, MAILINGS.c.recipient == RECIPIENTS.c.id)
        columns = (*RECIPIENTS.columns, MAILINGS.c.state.label("mailings"), MAILINGS.c.at)
        known = RECIPIENTS.c.state != RecipientState.ERASED
        while True:
            page = select(*columns).select_from(joined).where(known & (RECIPIENTS.c.id > last))
            with self._reading() as db:
                found = db.execute(page.order_by(RECIPIENTS.c.id).limit(_PAGE)).all()
            for row in found:
                state = MailingState(row.mailings) if row.mailings else None
                at = moment_of(row.at) if row.at is not None else None
                yield MailingPreference(recipient_of(row), state, at)
            if len(found) < _PAGE:
                return
            last = found[-1].id

    def _handlings(self, wanted: ColumnElement[bool]) -> list[Handling]:
        order = (REQUESTS.c.received_at, REQUESTS.c.id)
        with self._reading() as db:
            return [_handling(row) for row in db.execute(_FOUND.where(wanted).order_by(*order))]


def _held(
    tx: Transaction, request: int, was: Sequence[HandlingState]
) -> tuple[str, str, int | None] | None:
    """What a request is about that is in one of some states, and stays so until the end."""
    own = (HANDLINGS.c.request == request) & HANDLINGS.c.state.in_(was)
    if tx.db.execute(select(HANDLINGS.c.request).where(own).with_for_update()).first() is None:
        return None
    columns = (REQUESTS.c.policy, REQUESTS.c.release, REQUESTS.c.recipient)
    policy, release, recipient = tx.db.execute(
        select(*columns).where(REQUESTS.c.id == request)
    ).one()
    return policy, release, recipient


_STAYS_OPEN = (HandlingOutcome.REOPENED, HandlingOutcome.EXTENDED)
_CONFIRMABLE = (HandlingState.UNCONFIRMED, HandlingState.DECLINED)
_UNPROVEN = """
    SELECT 1 FROM event WHERE recipient = :recipient AND request = :request
      AND kind = 'requested' AND facts LIKE :unconfirmed
      AND NOT EXISTS (SELECT 1 FROM event later
        WHERE later.recipient = :recipient AND later.request = :request
          AND (later.kind = 'confirmed'
            OR later.kind = 'handled' AND later.facts LIKE :proven))"""


def _is_unproven(tx: Transaction, request: int, recipient: int | None) -> bool:
    """Whether a request came by a way that proves nothing, and nothing has proven it since."""
    said = {"unconfirmed": '%"confirmed":false%', "proven": '%"proven":true%'}
    return bool(fetch(tx.db, _UNPROVEN, request=request, recipient=recipient, **said))


def _handled(
    decision: HandlingDecision,
    now: dt.datetime,
    about: tuple[str, str, int | None],
    request: int,
    *,
    unproven: bool,
) -> Happening:
    facts: dict[str, Any] = {"outcome": decision.outcome, "role": decision.role}
    if unproven and decision.outcome in _STAYS_OPEN and not decision.proven:
        facts["confirmed"] = False
    if decision.due:
        facts["due"] = decision.due.isoformat()
    if decision.proven:
        facts["proven"] = True
    if decision.answered:
        facts["owed"] = True
    private = {"words": decision.words} if decision.words else None
    return Happening(EventKind.HANDLED, now, *about, request, facts=facts, private=private)


def _handling(row: Any) -> Handling:
    facts = json.loads(row.facts) if row.facts else {}
    said = json.loads(row.said) if row.said else {}
    return Handling(
        request_of(row),
        HandlingState(row.state),
        dt.date.fromisoformat(row.due) if row.due else None,
        moment_of(row.at),
        said.get("words", ""),
        facts.get("role", ""),
        HandlingOutcome(facts["outcome"]) if facts else None,
    )
