"""Deliveries in the ledger: which letter went to whom, and what became of it."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import rows_among
from publisher.edges.ledger.schema import DELIVERIES, PRIVATE
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import MovedError, NotToldError
from publisher.letters.splicing import KeptLetter
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.recipients import RecipientState
from publisher.people.resolution import FoundOut, Resolution
from publisher.record.event import EventKind, Happening, microseconds, moment_of
from publisher.releases.number import Number
from publisher.releases.release import Release

_TOLD, _LAST = PRIVATE.alias(), PRIVATE.alias()
_WITH_WORDS = DELIVERIES.outerjoin(_TOLD, _TOLD.c.event == DELIVERIES.c.told).outerjoin(
    _LAST, _LAST.c.event == DELIVERIES.c.event
)
_FOUND = select(
    *DELIVERIES.columns, _TOLD.c.value.label("letter"), _LAST.c.value.label("words")
).select_from(_WITH_WORDS)

_STATES = (
    "SELECT recipient, state FROM delivery WHERE policy = {} AND release = {} AND recipient {}"
)
_WHOM = "SELECT id, state, address FROM recipient WHERE id {}"

_KIND_AFTER = {
    DeliveryState.ACCEPTED: EventKind.TAKEN,
    DeliveryState.REFUSED: EventKind.REFUSED,
    DeliveryState.TO_DO: EventKind.PUT_OFF,
    DeliveryState.IN_DOUBT: EventKind.DOUBTED,
    DeliveryState.BOUNCED: EventKind.BOUNCED,
}
"""What happened to a letter that is in a state now."""

_HANDED_OVER = """
    SELECT d.recipient, e.at, e.facts FROM delivery d JOIN event e ON e.id = d.told
    WHERE (d.event = d.told OR EXISTS (SELECT 1 FROM private p WHERE p.event = d.event))
      AND d.policy = {} AND d.release = {} AND d.recipient {}"""
"""Whoever was put in doubt by a restoration has no words of a carrier on record, and may have been
told by a try that nobody knows of."""


class LetterMark(NamedTuple):
    """A letter that is about to be handed over."""

    delivery: Delivery
    address: str
    """Where it goes."""
    message_id: str
    kept: KeptLetter | None
    """The letter as it goes out; None: it is not kept."""

    def happening(self, now: dt.datetime) -> Happening:
        """What is recorded of it."""
        private = {"address": self.address, "message_id": self.message_id}
        if self.kept:
            private["sha256"] = self.kept.sha256
        body = self.kept.body if self.kept else None
        one = self.delivery
        return _happening(EventKind.TOLD, one, now, _facts(one), private, body)


class SettledLetter(NamedTuple):
    """What became of a letter."""

    delivery: Delivery
    state: DeliveryState
    reply: str
    was: DeliveryState
    """In which state it was before, as far as is known."""


class DeliveryTable(LedgerPart):
    """Reads and writes deliveries."""

    def deliveries(
        self, policy: str, major: int, states: Iterable[DeliveryState] = DeliveryState
    ) -> list[Delivery]:
        """The deliveries of a material release and its corrections that are in given states."""
        own = (DELIVERIES.c.policy == policy) & (DELIVERIES.c.major == major)
        own &= DELIVERIES.c.state.in_(list(states))
        order = (DELIVERIES.c.release, DELIVERIES.c.recipient)
        with self._reading() as db:
            rows = db.execute(_FOUND.where(own).order_by(*order))
            return [_delivery(row) for row in rows]

    def delivery(self, policy: str, number: Number, recipient_number: int) -> Delivery | None:
        """The delivery of a release's notice to one recipient; None: nothing happened about it."""
        same = _same(policy, str(number), recipient_number)
        with self._reading() as db:
            row = db.execute(_FOUND.where(same)).one_or_none()
            return _delivery(row) if row is not None else None

    def mark(
        self,
        one: Delivery,
        address: str,
        message_id: str,
        now: dt.datetime,
        kept: KeptLetter | None = None,
    ) -> None:
        """Marks a delivery as in doubt, just before the carrier is given the end of the letter.

        Args:
            one: which.
            address, message_id: where the letter goes, and its own.
            now: the time.
            kept: the letter as it goes out; None: it is not kept.

        Raises:
            MovedError: the recipient has another address meanwhile.
            NotToldError: the recipient was taken off the list meanwhile; or it is no longer to do,
                because another sender has taken it.
        """
        if error := self.note([LetterMark(one, address, message_id, kept)], [], now).get(
            one.recipient
        ):
            raise error

    def settle(
        self,
        one: Delivery,
        state: DeliveryState,
        reply: str,
        now: dt.datetime,
        *,
        was: DeliveryState = DeliveryState.IN_DOUBT,
    ) -> None:
        """Records what a carrier did with a delivery.

        Args:
            one: which.
            state, reply, now: what became of it, and when.
            was: the state the caller knows it to be in. If it is in another, somebody else has
                changed it, and their record stays.

        Raises:
            MovedError: the carrier does not take a letter to an address that is not the
                recipient's any more; nothing was recorded, for that says nothing of the new one.
        """
        if error := self.note([], [SettledLetter(one, state, reply, was)], now).get(one.recipient):
            raise error

    def note(
        self, marks: Sequence[LetterMark], settled: Sequence[SettledLetter], now: dt.datetime
    ) -> dict[int, NotToldError]:
        """Marks letters as in doubt and records what became of others, in one transaction.

        Args:
            marks: as for `mark`, about one release.
            settled: as for `settle`, about the same one.
            now: the time.

        Returns:
            By the number of the recipient, why nothing was recorded: what `mark` and `settle`
            raise.

        Raises:
            LedgerError: the ledger cannot be written; nothing was recorded.
        """
        return self._write(lambda tx: self._note(tx, marks, settled, now))

    def _note(
        self,
        tx: Transaction,
        marks: Sequence[LetterMark],
        settled: Sequence[SettledLetter],
        now: dt.datetime,
    ) -> dict[int, NotToldError]:
        held = _Held(tx, [*(one.delivery for one in settled), *(one.delivery for one in marks)])
        kept_back: dict[int, NotToldError] = {}
        happened = []
        for delivery, state, reply, was in settled:
            if held.state(delivery) is not was:
                continue
            before = was is DeliveryState.TO_DO and delivery.address
            if before and held.whom[delivery.recipient].address != before:
                kept_back[delivery.recipient] = self._moved()
                continue
            held.put(delivery, state)
            words = {"reply": reply}
            happened.append(_happening(_KIND_AFTER[state], delivery, now, _facts(delivery), words))
        for mark in marks:
            number = mark.delivery.recipient
            whom = held.whom.get(number)
            if held.state(mark.delivery) is not DeliveryState.TO_DO:
                what = "another sender has taken this letter"
                kept_back[number] = NotToldError(what, where=self._database.where)
            elif whom is None or whom.state != RecipientState.TOLD:
                what = "the recipient is told no more"
                kept_back[number] = NotToldError(what, where=self._database.where)
            elif whom.address != mark.address:
                kept_back[number] = self._moved()
            else:
                happened.append(mark.happening(now))
        if happened:
            tx.record_all(happened)
        return kept_back

    def resolve(
        self, one: Delivery, found: FoundOut, now: dt.datetime, then: dt.datetime | None = None
    ) -> bool:
        """Records what a person found out about a delivery, or decided.

        Args:
            one: which, as they know it. If it is in another state by now, somebody else has
                changed it, and their record stays.
            found: what.
            now: the time.
            then: when the customer was told, if a person says so.

        Returns:
            Whether it was recorded.
        """

        def resolve(tx: Transaction) -> bool:
            as_known = _Held(tx, [one]).state(one) is one.state
            if as_known:
                handed = found.resolution is Resolution.ACCEPTED and not then
                when = handed_over(tx.db, [one]).get(one.recipient) if handed else then
                tx.record(resolved(one, found, now, when))
            return as_known

        return self._write(resolve)

    def _moved(self) -> MovedError:
        return MovedError("the recipient has another address now", where=self._database.where)


class _Held:
    """Deliveries of one release, which nobody else changes before the transaction ends."""

    def __init__(self, tx: Transaction, some: Sequence[Delivery]) -> None:
        numbers = [one.recipient for one in some]
        # Their rows may not be there yet, so those of their recipients are held.
        tx.hold_all("recipient", numbers)
        about = (some[0].policy, some[0].release) if some else ("", "")
        self._states = {
            recipient: DeliveryState(state)
            for recipient, state in rows_among(tx.db, _STATES, numbers, about)
        }
        self.whom = {number: _Whom(*rest) for number, *rest in rows_among(tx.db, _WHOM, numbers)}

    def state(self, one: Delivery) -> DeliveryState:
        return self._states.get(one.recipient, DeliveryState.TO_DO)

    def put(self, one: Delivery, state: DeliveryState) -> None:
        self._states[one.recipient] = state


class _Whom(NamedTuple):
    state: str
    address: str


def deliveries_to(
    db: Connection, release: Release, recipients: Sequence[int]
) -> dict[int, list[Delivery]]:
    """What is known of some recipients and any number of a release, by their numbers.

    Args:
        db: a transaction.
        release: which.
        recipients: their numbers.
    """
    own = (DELIVERIES.c.policy == release.policy.id) & (DELIVERIES.c.major == release.number.major)
    found = _FOUND.where(own, DELIVERIES.c.recipient.in_(recipients))
    letters: dict[int, list[Delivery]] = defaultdict(list)
    for row in db.execute(found.order_by(DELIVERIES.c.release)):
        letters[row.recipient].append(_delivery(row))
    return letters


def handed_over(db: Connection, some: Sequence[Delivery]) -> dict[int, dt.datetime]:
    """When the letters about a release were handed over, by the number of the recipient: then they
    were accepted, if they were. Of one that is in doubt for another reason nobody knows.

    Args:
        db: a transaction.
        some: deliveries of one release.
    """
    if not some:
        return {}
    about = (some[0].policy, some[0].release)
    rows = rows_among(db, _HANDED_OVER, [one.recipient for one in some], about)
    # Whom a mail merge was handed letters for, it tells on another day.
    own = [
        (recipient, at) for recipient, at, facts in rows if "means" not in json.loads(facts or "{}")
    ]
    return {recipient: moment_of(at) for recipient, at in own}


def resolved(
    one: Delivery, found: FoundOut, now: dt.datetime, then: dt.datetime | None
) -> Happening:
    """That a person found out something about a delivery.

    Args:
        one: which.
        found, now: what, and when.
        then: when its letter was accepted, or its customer told in another way, if that is known.
    """
    facts: dict[str, Any] = {"outcome": str(found.resolution), "role": found.role}
    if one.effective:
        facts["effective"] = one.effective.isoformat()
    if then:
        facts["happened"] = microseconds(then)
    return _happening(EventKind.RESOLVED, one, now, facts, {"reply": found.reply})


def _facts(one: Delivery) -> dict[str, Any]:
    return {"effective": one.effective.isoformat()} if one.effective else {}


def _happening(
    kind: EventKind,
    one: Delivery,
    now: dt.datetime,
    facts: dict[str, Any],
    private: dict[str, Any],
    body: bytes | None = None,
) -> Happening:
    about = one.policy, one.release, one.recipient
    return Happening(kind, now, *about, facts=facts, private=private, body=body)


def _same(policy: str, release: str, recipient: int) -> Any:
    return (
        (DELIVERIES.c.policy == policy)
        & (DELIVERIES.c.release == release)
        & (DELIVERIES.c.recipient == recipient)
    )


def _delivery(row: Any) -> Delivery:
    letter = json.loads(row.letter) if row.letter else {}
    words = json.loads(row.words) if row.words else {}
    return Delivery(
        policy=row.policy,
        release=row.release,
        recipient=row.recipient,
        effective=dt.date.fromisoformat(row.effective) if row.effective else None,
        state=DeliveryState(row.state),
        reply=words.get("reply", ""),
        address=letter.get("address", ""),
        message_id=letter.get("message_id", ""),
        at=moment_of(row.at),
        tries=row.tries,
    )
