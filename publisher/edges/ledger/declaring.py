"""Declarations about releases, recorded together: many take hardly more statements than one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from publisher.answers.declarations import may_record, said_before
from publisher.edges.clock import Clock
from publisher.edges.ledger.request_entries import (
    Entry,
    insert_entries,
    major_wanted,
    newest_times,
)
from publisher.edges.ledger.request_rows import requests_of_each
from publisher.edges.ledger.rows import next_numbers, rows_among
from publisher.edges.ledger.schema import REQUESTS
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import TooOftenError
from publisher.people.requests import DECLARED_KINDS, Recorded, Request, TimingOf, Wanted
from publisher.releases.chronology import overtaken

TOO_OFTEN = "this was declared and taken back, or asked for, too often today"
_ERASED = "SELECT id FROM recipient WHERE state = 'erased' AND id {}"
_About = tuple[str, int, int | None]
"""The policy, the material release and the customer."""


def is_declaration(wanted: Wanted) -> bool:
    """Whether somebody who is known declares something about a release."""
    return wanted.kind in DECLARED_KINDS and wanted.recipient is not None


def declared_together(
    tx: Transaction, wanted: Sequence[tuple[Wanted, TimingOf]], clock: Clock
) -> list[Recorded | Exception]:
    """Records declarations of customers about releases, each as if those before it were on record.

    Args:
        tx: the transaction.
        wanted: declarations, each with whether what is received at a given time is in time.
        clock: gives the time, with its offset; it is read once nobody else can write about these
            customers.

    Returns:
        What is on record for each; or why it is not.
    """
    whom = sorted({one.recipient for one, _ in wanted if one.recipient is not None})
    # Another declaration of one of them waits here (PostgreSQL; SQLite has one writer).
    tx.hold_all("recipient", whom)
    desk = _Weighing(tx, [one for one, _ in wanted], whom)
    found: list[Entry | Recorded | Exception] = []
    for one, timing_of in wanted:
        try:
            found.append(desk.weighed(one, clock(), timing_of))
        except Exception as error:  # noqa: BLE001 - it is raised where it was declared
            found.append(error)
    entries = [one for one in found if isinstance(one, Entry)]
    made = dict(zip((one.number for one in entries), insert_entries(tx, entries), strict=True))
    return [one if isinstance(one, Exception) else desk.settled(one, made) for one in found]


def declared(tx: Transaction, wanted: Wanted, clock: Clock, timing_of: TimingOf) -> Recorded:
    """The same for one declaration.

    Raises:
        TooOftenError: the customer has changed their declaration too often in a day.
    """
    (found,) = declared_together(tx, [(wanted, timing_of)], clock)
    if isinstance(found, Exception):
        raise found
    return found


class _Weighing:
    """What is on record of some customers, and what is entered meanwhile."""

    def __init__(self, tx: Transaction, wanted: Sequence[Wanted], whom: Sequence[int]) -> None:
        self._erased = {number for (number,) in rows_among(tx.db, _ERASED, whom)}
        self._newest = list(newest_times(tx.db))
        self._numbers: Iterator[int] = iter(next_numbers(tx.db, REQUESTS, len(wanted)))
        self._every: dict[_About, list[Request]] = defaultdict(list)
        for policy, major in sorted({_about(one)[:2] for one in wanted}):
            for one, requests in requests_of_each(tx.db, policy, major, whom, proven=True).items():
                self._every[policy, major, one] = requests

    def weighed(self, wanted: Wanted, now: dt.datetime, timing_of: TimingOf) -> Entry | Recorded:
        """What is to be entered; or what is on record already, and said too often.

        Raises:
            TooOftenError: the customer has changed their declaration too often in a day.
        """
        if wanted.recipient in self._erased:
            # Nobody knows an address any more.
            wanted = replace(wanted, answered=False)
        received, about = wanted.received or now, _about(wanted)
        timing, before = timing_of(received), self._every[about]
        # What is declared now follows all on record, whatever clock their times came from.
        earlier = [r for r in before if not wanted.received or r.received <= received]
        first = said_before(wanted.kind, timing, earlier)
        if not may_record(wanted.kind, first, before, now):
            if first is None:
                raise TooOftenError(TOO_OFTEN)
            return Recorded(first, first)
        late = overtaken(now, [*self._newest, wanted.not_before]) or wanted.behind
        entry = Entry(next(self._numbers), wanted, received, timing, now, first, late)
        self._newest += [now, late or received]
        self._every[about].append(entry.request(b""))
        self._every[about].sort(key=lambda one: (one.received, one.id))
        return entry

    def settled(self, found: Entry | Recorded, made: dict[int, Request]) -> Recorded:
        """What is on record, with all else that its customer declared.

        Args:
            found: what was weighed.
            made: what was entered, by its number.
        """
        request = made[found.number] if isinstance(found, Entry) else found.request
        about = request.policy, request.major, request.recipient
        every = tuple(made.get(one.id, one) for one in self._every[about])
        first = made.get(found.first.id, found.first) if found.first else None
        return Recorded(made.get(request.id, request), first, every)


def _about(wanted: Wanted) -> _About:
    return wanted.policy, major_wanted(wanted), wanted.recipient
