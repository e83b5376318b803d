"""Lists of what became of letters, taken into the ledger: in one transaction, a chunk after the
other.
"""

from __future__ import annotations

import datetime as dt
from array import array
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.rows import rows_among
from publisher.edges.ledger.transaction import TakenRow, Transaction
from publisher.people.deliveries import DeliveryState
from publisher.people.merge import MERGE
from publisher.people.outcome_list import OutcomeList, Reported
from publisher.people.outcomes import (
    Follows,
    KnownLetter,
    OutcomeOrder,
    OutcomesTaken,
    ToldOfLetter,
    line_fault,
    outcome_follows,
    require_outcomes,
)
from publisher.people.resolution import Resolution
from publisher.record.event import EventKind, Happening, microseconds, moment_of
from publisher.record.private import canonical
from publisher.wording.dates import first_moment

_CHUNK = 1_000
_REMEMBERED = 10_000
"""Moments and days that are kept with what they mean."""

_KNOWN = """
    SELECT r.customer, r.id, d.state, d.at, d.effective, e.at, e.facts
    FROM recipient r LEFT JOIN delivery d
      ON d.policy = {} AND d.release = {} AND d.recipient = r.id
    LEFT JOIN event e ON e.id = d.told"""
_LETTERS = _KNOWN + " WHERE r.state <> 'erased' AND r.customer {}"
_LETTERS_TO = _KNOWN + " WHERE r.id {}"
_HELD = "SELECT id FROM recipient WHERE state <> 'erased' AND customer {} ORDER BY id FOR UPDATE"
_ERASED = (
    "SELECT customer FROM recipient WHERE state <> 'told' AND state = 'erased' AND customer {}"
)


class OutcomePart(LedgerPart):
    """Takes what became of letters; what is kept in memory is five numbers for each recipient."""

    def plan_outcomes(self, outcomes: OutcomeList, order: OutcomeOrder) -> OutcomesTaken:
        """What `take_outcomes` would do. Nothing is changed.

        Raises:
            RecipientsError: as for `take_outcomes`.
        """
        with self._reading() as db:
            return _Work(db, order).take(outcomes)

    def take_outcomes(self, outcomes: OutcomeList, order: OutcomeOrder) -> OutcomesTaken:
        """Takes a list of what became of letters, all of it or nothing.

        Args:
            outcomes: the list, which is read once.
            order: what it is about.

        Raises:
            RecipientsError: the list cannot be read to its end, or a line cannot be taken; nothing
                was.
            LedgerError: the ledger cannot be written; nothing was taken.
        """
        return self._database.write_alone(lambda tx: _Work(tx.db, order, tx).take(outcomes))


class _Work:
    """A list on its way into the ledger, or looked at."""

    def __init__(self, db: Connection, order: OutcomeOrder, tx: Transaction | None = None) -> None:
        self._db, self._order, self._tx = db, order, tx
        self._about = order.release.policy.id, str(order.release.number)
        self._done = OutcomesTaken(order.release.number)
        self._told = {name: array("I") for name in (*ToldOfLetter._fields, "line")}
        """By the number of each recipient, what lines said, and the last line that said it."""
        self._reasons: dict[int, str] = {}
        """Why letters were lost, by the number of the recipient."""
        self._open: dict[int, tuple[int, str, str]] = {}
        """Letters of which a line says what is not final: which, its customer, its word."""
        self._accepted: list[TakenRow] = []
        self._other: list[Happening] = []
        self._contradicted = False
        day_of = order.release.day_of
        self._day = lru_cache(_REMEMBERED)(lambda at: day_of(moment_of(at)).toordinal())
        self._facts = lru_cache(_REMEMBERED)(self._made_facts)

    def take(self, outcomes: OutcomeList) -> OutcomesTaken:
        """Takes its lines: reads all, then follows what they say of each letter."""
        each, lines = iter(outcomes), 0
        while chunk := list(islice(each, _CHUNK)):
            lines += self._read(chunk, outcomes)
        told = (n for n, line in enumerate(self._told["line"]) if line)
        while numbers := list(islice(told, _CHUNK)):
            self._follow(numbers, outcomes)
            if self._tx:
                # What was accepted comes before what came back.
                at = microseconds(self._order.now)
                self._tx.write_taken(at, self._about, self._accepted)
                self._tx.record_all(sorted(self._other, key=lambda one: str(one.kind)))
            self._accepted.clear()
            self._other.clear()
        for line, customer, word in self._open.values():
            what = f"{word!r} is not final: leave the line out until it is known"
            outcomes.faults.add(line, what, customer)
        require_outcomes(outcomes.faults, self._order, contradicted=self._contradicted)
        self._done.unchanged = lines - self._done.counts.total()
        self._done.unread = outcomes.unread
        return self._done

    def _read(self, chunk: Sequence[tuple[int, Reported]], outcomes: OutcomeList) -> int:
        """Keeps what lines say; returns how many are about letters."""
        known, erased = self._known([one.customer for _, one in chunk]), frozenset[str]()
        if len(known) < len(chunk):
            missing = {one.customer for _, one in chunk} - known.keys()
            erased = frozenset(row[0] for row in rows_among(self._db, _ERASED, list(missing)))
        count = 0
        for line, one in chunk:
            letter = known.get(one.customer)
            if letter is None and one.customer in erased:
                self._done.erased += 1
            elif fault := line_fault(one, letter, self._order):
                outcomes.faults.add(line, fault, one.customer)
            elif letter:
                count += 1
                self._keep(line, one, letter)
        return count

    def _keep(self, line: int, one: Reported, letter: KnownLetter) -> None:
        number = letter.recipient
        if one.state is None:
            if letter.state is DeliveryState.IN_DOUBT and not self._said(number).said:
                self._open.setdefault(number, (line, one.customer, one.reason))
            return
        self._open.pop(number, None)
        before = self._said(number)
        told = before.with_line(one)
        if one.state is not DeliveryState.ACCEPTED and told.lost != before.lost:
            self._reasons[number] = one.reason
        short = number + 1 - len(self._told["line"])
        for name, value in (*zip(ToldOfLetter._fields, told, strict=True), ("line", line)):
            if short > 0:
                self._told[name].extend([0] * (short + _CHUNK))
            self._told[name][number] = int(value)

    def _said(self, number: int) -> ToldOfLetter:
        """What lines before said of a recipient's letter."""
        if number >= len(self._told["line"]):
            return ToldOfLetter()
        accepted, lost, last, bounced = (self._told[name][number] for name in ToldOfLetter._fields)
        return ToldOfLetter(accepted, lost, last, bool(bounced))

    def _follow(self, numbers: Sequence[int], outcomes: OutcomeList) -> None:
        """Gathers what happened to letters by what lines say."""
        for row in rows_among(self._db, _LETTERS_TO, numbers, self._about):
            customer, letter = row[0], _letter(row[1:], self._day)
            told = self._said(letter.recipient)
            follows = outcome_follows(customer, told, letter, self._order)
            if isinstance(follows, str):
                self._contradicted = True
                outcomes.faults.add(self._told["line"][letter.recipient], follows, customer)
            elif follows.state:
                self._take(follows, letter)
            else:
                self._done.staying += follows.stays

    def _take(self, follows: Follows, letter: KnownLetter) -> None:
        state, done, recipient = follows.state, self._done, letter.recipient
        assert state
        done.counts[state] += 1
        done.corrected += follows.returned
        done.stated += follows.corrects
        facts, text, then = self._facts(follows.day, letter.effective)
        accepted = state is DeliveryState.ACCEPTED
        if accepted and not follows.corrects:
            self._accepted.append((recipient, text, then))
            return
        day = dt.date.fromordinal(follows.day)
        reply = self._reasons.get(recipient, "") if not accepted else ""
        reply = reply or f"{state} on {day}, by the list of a mail merge"
        kind = EventKind.REFUSED if state is DeliveryState.REFUSED else EventKind.BOUNCED
        if follows.corrects:
            facts = {**facts, "role": self._order.correcting}
        if accepted:
            kind, facts = EventKind.RESOLVED, {**facts, "outcome": str(Resolution.ACCEPTED)}
        about = *self._about, recipient
        self._other.append(
            Happening(kind, self._order.now, *about, facts=facts, private={"reply": reply})
        )

    def _made_facts(self, day: int, effective: str) -> tuple[Mapping[str, Any], str, int]:
        """What is public of a letter that something became of on a day: as values, and as text;
        and when that was.
        """
        zone = self._order.release.conditions.time_zone
        moment = min(first_moment(dt.date.fromordinal(day), zone), self._order.now)
        then = microseconds(moment)
        facts: dict[str, Any] = {"happened": then, "means": MERGE}
        if effective:
            facts["effective"] = effective
        return facts, canonical(facts), then

    def _known(self, customers: Sequence[str]) -> dict[str, KnownLetter]:
        """What is known of letters, by the ids of their customers."""
        if self._tx and self._db.dialect.name != "sqlite":
            rows_among(self._db, _HELD, customers)
        return {
            row[0]: _letter(row[1:], self._day)
            for row in rows_among(self._db, _LETTERS, customers, self._about)
        }


def _letter(row: Sequence[Any], day_of: Callable[[int], int]) -> KnownLetter:
    recipient, state, at, effective, handed, facts = row
    if state is None:
        return KnownLetter(recipient, DeliveryState.TO_DO, 0, 0, mailed=False, effective="")
    told = day_of(handed) if handed else 0
    mailed = handed is not None and f'"means":"{MERGE}"' not in facts
    return KnownLetter(recipient, DeliveryState(state), day_of(at), told, mailed, effective)
