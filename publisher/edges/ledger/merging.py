"""Letters in the ledger that are handed to a mail merge."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, text

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.letters import stored_template
from publisher.edges.ledger.rows import fetch, rows_among
from publisher.edges.ledger.transaction import Transaction
from publisher.letters.splicing import letter_of
from publisher.people.deliveries import DeliveryState
from publisher.people.merge import MERGE, HandedLetter, MergedLetter, handed_reply
from publisher.people.recipients import RecipientState
from publisher.record.event import EventKind, Happening
from publisher.releases.number import Number
from publisher.releases.release import Release

_PAGE = 200

_HELD = "SELECT id, state, address FROM recipient WHERE id {}"
_STATES = (
    "SELECT recipient, state FROM delivery WHERE policy = {} AND release = {} AND recipient {}"
)
_IN_DOUBT = """
    FROM delivery d JOIN event e ON e.id = d.told JOIN recipient r ON r.id = d.recipient {}
    WHERE d.policy = :policy AND d.major = :major AND d.release = :release
      AND d.state = 'in doubt' AND r.state = 'told' AND e.facts LIKE :merge"""
_COUNT = "SELECT count(*)" + _IN_DOUBT.format("")
_HANDED = (
    "SELECT d.recipient, p.value, p.body, e.at"
    + _IN_DOUBT.format("JOIN private p ON p.event = d.told")
    + " AND d.recipient > :after ORDER BY d.recipient LIMIT :size"
)
_MOVED = "SELECT p.value, r.address" + _IN_DOUBT.format("JOIN private p ON p.event = d.told")
_FACT = f'%"means":"{MERGE}"%'


class MergePart(LedgerPart):
    """Marks letters that are handed to a mail merge, and gives them out again."""

    def hand_over(self, release: Release, letters: Sequence[MergedLetter]) -> frozenset[int]:
        """Marks letters as in doubt, before anybody can read their rows.

        Args:
            release: what they are about.
            letters: some of those that are to do.

        Returns:
            The numbers of the recipients whose letter is marked: not of those who were taken off
            the list, or whose address was corrected, since it was composed.
        """

        def hand(tx: Transaction) -> frozenset[int]:
            numbers = [one.delivery.recipient for one in letters]
            lock = "" if tx.db.dialect.name == "sqlite" else " ORDER BY id FOR UPDATE"
            known = {row[0]: tuple(row[1:]) for row in rows_among(tx.db, _HELD + lock, numbers)}
            about = release.policy.id, str(release.number)
            states = dict(map(tuple, rows_among(tx.db, _STATES, numbers, about)))
            due = [
                one
                for one in letters
                if known.get(one.delivery.recipient) == (RecipientState.TOLD, one.delivery.address)
                and states.get(one.delivery.recipient, DeliveryState.TO_DO) == DeliveryState.TO_DO
            ]
            tx.record_all([_handed(one, release) for one in due])
            return frozenset(one.delivery.recipient for one in due)

        return self._write(hand)

    def count_handed(self, release: Release) -> int:
        """How many letters about a release are in doubt since they were handed to a mail merge."""
        with self._reading() as db:
            ((count,),) = fetch(db, _COUNT, **_about(release))
            return int(count)

    def count_moved(self, release: Release) -> int:
        """How many of these are to an address that their recipient had, and has no more."""
        with self._reading() as db:
            rows = db.execute(text(_MOVED), _about(release))
            return sum(1 for value, address in rows if json.loads(value)["address"] != address)

    def handed(self, release: Release, moments: Sequence[int] | None) -> Iterator[HandedLetter]:
        """The letters that are in doubt since they were handed to a mail merge.

        Args:
            release: what they are about.
            moments: when, in microseconds since 1970; None: whenever.

        Raises:
            KeptLetterError: what is on record of one is not what was stored.
        """
        after = 0
        while True:
            with self._reading() as db:
                rows = fetch(db, _HANDED, after=after, size=_PAGE, **_about(release))
                found = list(_kept(db, rows, moments))
            yield from found
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def merged_releases(self, policy: str) -> list[Number]:
        """The releases of a policy of which letters were handed to a mail merge, by number."""
        found = "SELECT DISTINCT release FROM event WHERE kind = 'begun' AND kind IN "
        found += "('adopted', 'begun', 'restored') AND policy = :policy AND facts LIKE :merge"
        with self._reading() as db:
            numbers = [Number.parse(row[0]) for row in fetch(db, found, policy=policy, merge=_FACT)]
            return sorted(number for number in numbers if number)


def _about(release: Release) -> dict[str, Any]:
    number = release.number
    return {
        "policy": release.policy.id,
        "major": number.major,
        "release": str(number),
        "merge": _FACT,
    }


def _kept(
    db: Connection, rows: Sequence[Any], moments: Sequence[int] | None
) -> Iterator[HandedLetter]:
    template = cache(lambda digest: stored_template(db, digest))
    for recipient, value, body, at in rows:
        if moments is None or at in moments:
            digest = bytes.fromhex(json.loads(value)["sha256"])
            yield HandedLetter(recipient, letter_of(bytes(body), digest, template))


def _handed(one: MergedLetter, release: Release) -> Happening:
    delivery = one.delivery
    facts = {"means": MERGE}
    if delivery.effective:
        facts["effective"] = delivery.effective.isoformat()
    private = {
        "address": delivery.address,
        "message_id": one.message_id,
        "sha256": one.sha256,
        "reply": handed_reply(release.day_of(delivery.at)),
    }
    about = delivery.policy, delivery.release, delivery.recipient
    return Happening(
        EventKind.TOLD, delivery.at, *about, facts=facts, private=private, body=one.body
    )
