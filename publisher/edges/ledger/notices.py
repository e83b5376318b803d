"""What the ledger knows of the notice of a release: counted, to be stated in the register."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, replace

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal_column, select

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.due_rows import (
    IS_TOLD,
    OTHER_ROW,
    OWN_ROW,
    OWN_STATE,
    Elsewhere,
    any_of,
    elsewhere,
    end_of_list,
    known_numbers,
    notice_state,
    with_own,
)
from publisher.edges.ledger.schema import BATCHES, EVENTS, PRIVATE, RECIPIENTS, SELDOM
from publisher.edges.ledger.transaction import Transaction
from publisher.errors import LedgerError
from publisher.people.deliveries import DeliveryState
from publisher.people.due import NoticeState
from publisher.people.notice_end import ToldDay
from publisher.people.notice_list import CountedNotice, KeptNotice, ListCounts, figures_text
from publisher.record.event import EventKind, Happening, moment_of
from publisher.record.private import SALT, PrivateValue
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import Means, NoticeGiven

_QUARTER = 15 * 60 * 1_000_000
"""Microseconds of a quarter of an hour: in every zone, days begin with one."""
_KNEW = -1
"""In place of a quarter: they came with the release, and need no period of notice."""


class NoticeTable(LedgerPart):
    """Counts what became of a notice, and keeps what was counted to be stated."""

    def count_list(self, release: Release, releases: Releases) -> ListCounts | None:
        """What became of all who are on the list of a release; None: no run began to tell them.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
        """
        with self._reading() as db:
            end = end_of_list(db, release.policy.id, release.number)
            if end is None:
                return None
            counted = counted_list(db, release, releases, end)
            means = _means(db, release.policy.id, release.number)
        return ListCounts(end, means, *counted)

    def notices_counted(self, release: str = "") -> list[KeptNotice]:
        """What was counted to be stated of notices, the oldest first.

        Args:
            release: `privacy/2`; empty: all.
        """
        joined = EVENTS.outerjoin(PRIVATE, PRIVATE.c.event == EVENTS.c.id)
        joined = joined.join(BATCHES, BATCHES.c.id == EVENTS.c.batch)
        columns = (EVENTS.c.id, EVENTS.c.facts, PRIVATE.c.value, BATCHES.c.chain, BATCHES.c.number)
        # Events about nobody are few, and have an index.
        about = EVENTS.c.recipient.is_(None) & (EVENTS.c.kind == EventKind.STATED)
        with self._reading() as db:
            rows = db.execute(
                select(*columns).select_from(joined).where(about).order_by(columns[0])
            )
            found = [_kept(*row) for row in rows]
        return [one for one in found if release in ("", one.counted.release)]

    def keep_counted(
        self, one: CountedNotice, about: tuple[Release, Releases], now: dt.datetime
    ) -> NoticeGiven:
        """Keeps what was counted to be stated of a notice, and with which salt; it is kept for
        ever, for what is stated is.

        Args:
            one: what was counted, with its figures.
            about: the release, and all of its policy.
            now: the time.

        Returns:
            It, with the digest of its figures.

        Raises:
            LedgerError: something became of a letter since; nothing was written.
        """
        assert one.given.figures
        salt, figures = os.urandom(SALT), one.given.figures
        digest = PrivateValue(salt, figures_text(figures)).digest().hex()
        given = replace(one.given, figures_digest=digest)
        private = {**asdict(figures), "salt": salt.hex()}
        facts = replace(one, given=given).facts()
        # About no release, as far as the event says: so no pruning of it takes the figures.
        happened = Happening(EventKind.STATED, now, facts=facts, private=private)

        def keep(tx: Transaction) -> None:
            means = _means(tx.db, about[0].policy.id, about[0].number)
            counts = ListCounts(one.end, means, *counted_list(tx.db, *about, one.end))
            if counts.given(*about, one.margin_days, one.given) != one.given:
                raise LedgerError("something became of a letter meanwhile", remedy="run it again")
            tx.record(happened)

        self._write(keep)
        return given


def _kept(event: int, facts: str, value: str | None, chain: int, number: int) -> KeptNotice:
    private = json.loads(value) if value else {}
    one = CountedNotice.of(json.loads(facts), private)
    salt, figures = bytes.fromhex(private.get("salt", "")), one.given.figures
    holds = False
    if figures:
        digest = PrivateValue(salt, figures_text(figures)).digest().hex()
        holds = digest == one.given.figures_digest
    return KeptNotice(event, one, holds, chain, number)


def counted_list(
    db: Connection, release: Release, releases: Releases, end: int
) -> tuple[Mapping[ToldDay, int], Mapping[ToldDay, int], Mapping[DeliveryState, int]]:
    """What became of those on the list of a release: accepted, told otherwise, all other states.

    Args:
        db: a transaction that sees recipients and letters.
        release: a release with a notice.
        releases: all releases of the policy.
        end: the last recipient on the list.
    """
    known = known_numbers(db, release, releases)
    sisters = [one for one in known if one.major == release.number.major]
    day: ColumnElement[int] = OWN_ROW.c.at
    since: ColumnElement[int] = literal_column("0")
    if sisters:
        day, since = _told_at(release, sisters)
    columns = (
        _state(elsewhere(release, known)).label("its"),
        (func.coalesce(day, 0) // _QUARTER).label("day"),
        (since // _QUARTER).label("since"),
    )
    listed = (IS_TOLD, RECIPIENTS.c.id <= end)
    rows = select(*columns).select_from(with_own(release)).where(*listed).subquery()
    each = (rows.c.its, rows.c.day, rows.c.since)
    counted = select(*each, func.count()).group_by(*each)
    accepted, otherwise = Counter[ToldDay](), Counter[ToldDay]()
    states = Counter[DeliveryState]()

    def day_of(quarter: int) -> dt.date:
        return release.day_of(moment_of(quarter * _QUARTER))

    for its, quarter, first, count in db.execute(counted):
        which = DeliveryState(its)
        if which in (DeliveryState.ACCEPTED, DeliveryState.OTHERWISE):
            one = day_of(quarter)
            since_day = one if not sisters else None if first < 0 else day_of(first)
            told = accepted if which is DeliveryState.ACCEPTED else otherwise
            told[ToldDay(one, since_day)] += count
        else:
            states[which] += count
    return accepted, otherwise, states


def _state(found: Elsewhere) -> ColumnElement[str]:
    """The state of a letter, after what is known of other releases."""
    notice = notice_state(found)
    return case(
        (notice == NoticeState.AGREED, DeliveryState.AGREED.value),
        (notice == NoticeState.TO_TELL, DeliveryState.TO_DO.value),
        (and_(notice == NoticeState.TOLD, OWN_STATE != DeliveryState.OTHERWISE),
         DeliveryState.ACCEPTED.value),
        else_=OWN_STATE,
    )  # fmt: skip


def _told_at(
    release: Release, sisters: list[Number]
) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """When somebody was told of a release, and when of any number of it first; below 0: they came
    with one.
    """
    policy, told = release.policy.id, (DeliveryState.ACCEPTED, DeliveryState.OTHERWISE)
    earlier = [one for one in sisters if one < release.number]
    agreed = any_of(policy, earlier, OTHER_ROW.c.state == DeliveryState.AGREED)
    about = and_(
        OTHER_ROW.c.policy == policy,
        OTHER_ROW.c.release.in_([str(one) for one in sisters]),
        OTHER_ROW.c.recipient == RECIPIENTS.c.id,
        OTHER_ROW.c.state.in_(told),
    )
    first = select(func.min(OTHER_ROW.c.at)).where(about).scalar_subquery()
    own = case((OWN_STATE.in_(told), OWN_ROW.c.at))
    day = func.coalesce(own, first)
    since = case((agreed, _KNEW * _QUARTER), (first < day, first), else_=func.coalesce(day, 0))
    return day, since


def _means(db: Connection, policy: str, number: Number) -> Means:
    """By whom the letters about a release were carried."""
    begun = SELDOM & (EVENTS.c.kind == EventKind.BEGUN)
    about = (EVENTS.c.policy == policy) & (EVENTS.c.release == str(number))
    said = db.execute(select(EVENTS.c.facts).where(begun, about)).scalars()
    means = {json.loads(facts or "{}").get("means", Means.MAIL) for facts in said}
    return Means.MERGE if means == {Means.MERGE} else Means.MAIL
