"""Reminders in the ledger: events about those who were told, and no state of their own.

What is known of the reminder to a recipient is what the last event about it says.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import fetch, rows_among
from publisher.edges.ledger.schema import EVENTS, SELDOM
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import LedgerError, MovedError, NotToldError
from publisher.letters.splicing import KeptLetter
from publisher.people.deliveries import DeliveryState
from publisher.people.recipients import Recipient, RecipientState
from publisher.people.reminding import (
    Reminded,
    ReminderStanding,
    ReminderState,
    ReminderWindow,
)
from publisher.record.event import EventKind, Happening, microseconds, moment_of
from publisher.record.private import canonical
from publisher.releases.number import Number
from publisher.releases.release import Release

_LAST = """
    (SELECT e.facts FROM event e WHERE e.recipient = d.recipient AND e.kind = 'reminded'
       AND e.policy = d.policy AND e.release = d.release ORDER BY e.id DESC LIMIT 1)"""
_MAY_BE = """
    d.state = :accepted AND d.at < :before AND r.state = :told AND NOT EXISTS (
      SELECT 1 FROM declaration c WHERE c.policy = d.policy AND c.major = d.major
        AND c.recipient = d.recipient AND c.kind <> '')"""
_TOLD = """
    FROM delivery d JOIN recipient r ON r.id = d.recipient
    WHERE d.policy = :policy AND d.release = :release AND d.major = :major"""
_COUNTS = f"""
    SELECT due, last, count(*) FROM (
      SELECT CASE WHEN {_MAY_BE} THEN 1 ELSE 0 END AS due, {_LAST} AS last {_TOLD}) AS found
    GROUP BY due, last"""  # noqa: S608 - words of ours
_PAGE_OF = f"""
    SELECT r.id, r.customer, r.address, r.name, r.language, r."class" {_TOLD}
      AND d.recipient > :after AND {_MAY_BE} AND coalesce({_LAST}, :put_off) = :put_off
    ORDER BY d.recipient LIMIT :size"""
_PUT_OFF = canonical({"outcome": ReminderState.PUT_OFF})

_WHOM = "SELECT id, state, address FROM recipient WHERE id {}"
_DECLARED = (
    "SELECT recipient, kind FROM declaration "
    "WHERE policy = {} AND major = {} AND kind <> '' AND recipient {}"
)
_KNOWN = (
    "SELECT recipient, facts FROM event "
    "WHERE kind = 'reminded' AND policy = {} AND release = {} AND recipient {} ORDER BY id"
)


class ReminderMark(NamedTuple):
    """A reminder that is about to be handed over."""

    recipient: Recipient
    message_id: str
    kept: KeptLetter


class SettledReminder(NamedTuple):
    """What became of a reminder."""

    recipient: Recipient
    state: ReminderState
    reply: str


class ReminderPart(LedgerPart):
    """Reads who is to be reminded, and records reminders."""

    def reminded(self, release: Release, before: dt.datetime) -> Reminded:
        """How many are to be reminded of a release, and what is known of those who were.

        Args:
            release: a release with a notice.
            before: who was told at this moment or later needs no reminder.
        """
        to_remind, states = 0, Counter[ReminderState]()
        with self._reading() as db:
            for due, last, count in fetch(db, _COUNTS, **_about(release, before)):
                state = ReminderState(json.loads(last)["outcome"]) if last else None
                if due and state in (None, ReminderState.PUT_OFF):
                    to_remind += count
                if state is not None:
                    states[state] += count
        return Reminded(to_remind, states)

    def reminder_standing(self, release: Release, window: ReminderWindow) -> ReminderStanding:
        """Where the reminders of a release stand.

        Args:
            release: a release with a notice.
            window: when people may be reminded of it.
        """
        taken_up = select(EVENTS.c.at, EVENTS.c.policy, EVENTS.c.release).where(
            SELDOM & EVENTS.c.kind.in_((EventKind.RESTORED, EventKind.ADOPTED))
        )
        # Whoever takes up one number of an amendment knows as little of the others.
        own = release.policy.id, release.number.major
        with self._reading() as db:
            found = [
                row.at
                for row in db.execute(taken_up)
                if not (number := Number.parse(row.release)) or (row.policy, number.major) == own
            ]
        since = moment_of(max(found)) if found else None
        return ReminderStanding.of(window, self.reminded(release, window.told_before), since)

    def to_remind(
        self, release: Release, before: dt.datetime, after: int, size: int
    ) -> list[Recipient]:
        """Some of those who are to be reminded of a release, by rising number.

        Args:
            release, before: as for `reminded`.
            after: the number of the last one that was given out before; 0: from the beginning.
            size: how many at most.
        """
        values = {**_about(release, before), "after": after, "size": size, "put_off": _PUT_OFF}
        with self._reading() as db:
            return [Recipient(*row) for row in fetch(db, _PAGE_OF, **values)]

    def note_reminders(
        self,
        release: Release,
        marks: Sequence[ReminderMark],
        settled: Sequence[SettledReminder],
        now: dt.datetime,
    ) -> dict[int, NotToldError]:
        """Marks reminders as in doubt and records what became of others, in one transaction.

        Args:
            release: which.
            marks: those that are about to be handed over.
            settled: those of which more is known now.
            now: the time.

        Returns:
            By the number of the recipient, why their reminder must not go: they have another
            address, have declared something, or are told no more.

        Raises:
            LedgerError: somebody has had their reminder meanwhile; nothing was recorded.
        """

        def note(tx: Transaction) -> dict[int, NotToldError]:
            numbers = [one.recipient.number for one in marks]
            tx.hold_all("recipient", [*numbers, *(one.recipient.number for one in settled)])
            happened = [
                _happening(release, one.recipient, one.state, now, {"reply": one.reply})
                for one in settled
            ]
            kept_back = self._kept_back(tx, release, marks)
            for one in marks:
                if one.recipient.number in kept_back:
                    continue
                private = {
                    "address": one.recipient.address,
                    "message_id": one.message_id,
                    "sha256": one.kept.sha256,
                }
                doubt = ReminderState.IN_DOUBT
                happened.append(
                    _happening(release, one.recipient, doubt, now, private, one.kept.body)
                )
            if happened:
                tx.record_all(happened)
            return kept_back

        return self._write(note)

    def _kept_back(
        self, tx: Transaction, release: Release, marks: Sequence[ReminderMark]
    ) -> dict[int, NotToldError]:
        numbers = [one.recipient.number for one in marks]
        policy, number = release.policy.id, release.number
        known = dict(rows_among(tx.db, _KNOWN, numbers, (policy, str(number))))
        if any(facts != _PUT_OFF for facts in known.values()):
            raise LedgerError("another run has sent this reminder", where=self._database.where)
        declared = {one for one, _ in rows_among(tx.db, _DECLARED, numbers, (policy, number.major))}
        whom = {one: rest for one, *rest in rows_among(tx.db, _WHOM, numbers)}
        kept_back: dict[int, NotToldError] = {}
        where = self._database.where
        for own in (one.recipient for one in marks):
            state, address = whom.get(own.number, (None, None))
            if own.number in declared or state != RecipientState.TOLD:
                what = "the recipient has declared something, or is told no more"
                kept_back[own.number] = NotToldError(what, where=where)
            elif address != own.address:
                what = "the recipient has another address now"
                kept_back[own.number] = MovedError(what, where=where)
        return kept_back


def _about(release: Release, before: dt.datetime) -> dict[str, Any]:
    return {
        "policy": release.policy.id,
        "release": str(release.number),
        "major": release.number.major,
        "before": microseconds(before),
        "accepted": str(DeliveryState.ACCEPTED),
        "told": str(RecipientState.TOLD),
    }


def _happening(
    release: Release,
    recipient: Recipient,
    state: ReminderState,
    now: dt.datetime,
    private: dict[str, Any],
    body: bytes | None = None,
) -> Happening:
    about = release.policy.id, str(release.number), recipient.number
    facts = {"outcome": str(state)}
    return Happening(EventKind.REMINDED, now, *about, facts=facts, private=private, body=body)
