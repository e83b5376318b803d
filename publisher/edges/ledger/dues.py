"""Who is still to be told of a release, counted and found by the database.

The rule is that of `people.due.notice_state_of`, in SQL.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.recipients import recipient_of
from publisher.edges.ledger.rows import rows_among
from publisher.edges.ledger.schema import APART, DELIVERIES, EVENTS, RECIPIENTS, SELDOM
from publisher.people.deliveries import DeliveryState
from publisher.people.due import NOTICE_STATE_AFTER, REACHED, Due, EarlierLetter, NoticeState
from publisher.people.recipients import Recipient, RecipientState
from publisher.people.resolution import UNSETTLED
from publisher.record.event import EventKind
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases

_OWN = DELIVERIES.alias("own")
_OTHER = DELIVERIES.alias("other")
_STATE = func.coalesce(_OWN.c.state, DeliveryState.TO_DO)
_TOLD = RECIPIENTS.c.state == RecipientState.TOLD


class DueTable(LedgerPart):
    """Reads who is to be told."""

    def due(self, release: Release, releases: Releases) -> Due:
        """How many recipients of a release there are, by what became of their letters.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
        """
        with self._reading() as db:
            known = _known(db, release, releases)
            counts = _counted(db, release, known) if known else _counted_alone(db, release)
        return Due.of(counts)

    def to_tell(
        self, release: Release, releases: Releases, after: int, size: int
    ) -> list[Recipient]:
        """Some of those who are still to be told of a release, by rising number.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
            after: the number of the last one that was given out before; 0: from the beginning.
            size: how many at most.
        """
        with self._reading() as db:
            same, _, later = _elsewhere(release, _known(db, release, releases))
            due = and_(_TOLD, _STATE == DeliveryState.TO_DO, not_(same), not_(later))
            page = select(RECIPIENTS).select_from(_with_own(release)).where(due)
            page = page.where(RECIPIENTS.c.id > after).order_by(RECIPIENTS.c.id).limit(size)
            return [recipient_of(row) for row in db.execute(page)]

    def told_of_later(self, release: Release, releases: Releases) -> int:
        """How many of those to tell of a release may have a letter about a later one already.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
        """
        with self._reading() as db:
            known = _known(db, release, releases)
            same, _, later = _elsewhere(release, known)
            policy, major = release.policy.id, release.number.major
            newer = [one.number for one in releases if one.number.major > major]
            newer = [number for number in newer if _any(db, policy, number, REACHED)]
            ahead = _one_of(policy, newer, _OTHER.c.state.in_(REACHED))
            due = and_(_TOLD, _STATE == DeliveryState.TO_DO, not_(same), not_(later), ahead)
            counted = select(func.count()).select_from(_with_own(release)).where(due)
            return int(db.execute(counted).scalar_one()) if newer else 0

    def letters_apart(self, release: Release) -> int:
        """How many letters about a release, but those to do, went to who is told no more."""
        gone = and_(APART, _OWN.c.state.is_not(None), _OWN.c.state != DeliveryState.TO_DO)
        counted = select(func.count()).select_from(_with_own(release)).where(gone)
        with self._reading() as db:
            return int(db.execute(counted).scalar_one())

    def unsettled_apart(self, release: Release) -> dict[DeliveryState, int]:
        """How many letters about a release in doubt, refused or bounced went to who is told no
        more.
        """
        gone = and_(APART, _OWN.c.state.in_(UNSETTLED))
        counted = select(_OWN.c.state, func.count()).select_from(_with_own(release)).where(gone)
        with self._reading() as db:
            rows = db.execute(counted.group_by(_OWN.c.state))
            return {DeliveryState(state): count for state, count in rows}

    def letters_to(self, policy: str, recipients: Sequence[int]) -> list[EarlierLetter]:
        """What is known of some recipients and the releases of a policy.

        A release that a run has begun to send since they are recipients is there too, as to do.

        Args:
            policy: which one.
            recipients: their numbers.
        """
        with self._reading() as db:
            found = rows_among(db, _LETTERS, recipients, (policy,))
            letters = [
                EarlierLetter(
                    recipient,
                    _number(release),
                    DeliveryState(state),
                    dt.date.fromisoformat(effective) if effective else None,
                )
                for recipient, release, state, effective in found
            ]
            return [*letters, *_missed(db, policy, recipients, letters)]


_LETTERS = (
    "SELECT recipient, release, state, effective FROM delivery WHERE policy = {} AND recipient {}"
)
_FIRST_EVENTS = "SELECT recipient, min(id) FROM event WHERE recipient {} GROUP BY recipient"


def _missed(
    db: Connection, policy: str, recipients: Sequence[int], letters: Sequence[EarlierLetter]
) -> Iterator[EarlierLetter]:
    """The letters that were due to recipients when a run began, and of which nothing is known."""
    begun = SELDOM & (EVENTS.c.kind == EventKind.BEGUN) & (EVENTS.c.policy == policy)
    last_runs = select(EVENTS.c.release, func.max(EVENTS.c.id)).where(begun)
    runs = [
        (_number(release), run) for release, run in db.execute(last_runs.group_by(EVENTS.c.release))
    ]
    if not runs:
        return
    known = {(letter.recipient, letter.number) for letter in letters}
    for recipient, first in rows_among(db, _FIRST_EVENTS, recipients):
        for number, run in runs:
            if first < run and (recipient, number) not in known:
                yield EarlierLetter(recipient, number, DeliveryState.TO_DO, None)


def _with_own(release: Release) -> FromClause:
    """The recipients, each with what is known of them and a release."""
    own = and_(
        _OWN.c.policy == release.policy.id,
        _OWN.c.release == str(release.number),
        _OWN.c.recipient == RECIPIENTS.c.id,
    )
    return RECIPIENTS.outerjoin(_OWN, own)


def _known(db: Connection, release: Release, releases: Releases) -> list[Number]:
    """The other releases that matter to who is to be told of one, and of which anything is known:
    other numbers of it, and later ones.
    """
    policy, own = release.policy.id, release.number
    others = (one.number for one in releases if one.number != own)
    sisters = [one for one in others if one.major == own.major and _any(db, policy, one)]
    # Of later releases only who came with one matters, and they are few or none.
    newer = (one for one in (r.number for r in releases) if one.major > own.major)
    agreed = (DeliveryState.AGREED,)
    return [*sisters, *(one for one in newer if _any(db, policy, one, agreed))]


def _counted_alone(db: Connection, release: Release) -> Counter[tuple[NoticeState, bool]]:
    """Recipients where nothing is known of any other release: read from indices alone."""
    about = and_(
        _OWN.c.policy == release.policy.id,
        _OWN.c.major == release.number.major,
        _OWN.c.release == str(release.number),
    )
    counted = select(_OWN.c.state, func.count()).where(about).group_by(_OWN.c.state)
    states = Counter({DeliveryState(state): count for state, count in db.execute(counted)})
    apart = counted.where(APART, _OWN.c.recipient == RECIPIENTS.c.id)
    states.subtract({DeliveryState(state): count for state, count in db.execute(apart)})
    everybody = select(func.count()).select_from(RECIPIENTS)
    told = db.execute(everybody).scalar_one() - db.execute(everybody.where(APART)).scalar_one()
    states[DeliveryState.TO_DO] = told - sum(states.values()) + states[DeliveryState.TO_DO]
    found: Counter[tuple[NoticeState, bool]] = Counter()
    for state, count in states.items():
        found[NOTICE_STATE_AFTER[state], True] += count
    return found


def _counted(
    db: Connection, release: Release, known: Sequence[Number]
) -> dict[tuple[NoticeState, bool], int]:
    """Recipients one by one, by what is known of each of them and all releases that matter."""
    same, before, later = _elsewhere(release, known)
    standing = case(
        (same, NoticeState.TOLD.value),
        (_STATE == DeliveryState.ACCEPTED, NoticeState.TOLD.value),
        (_STATE == DeliveryState.IN_DOUBT, NoticeState.IN_DOUBT.value),
        (_STATE == DeliveryState.AGREED, NoticeState.AGREED.value),
        (_STATE != DeliveryState.TO_DO, NoticeState.REFUSED.value),
        (later, NoticeState.AGREED.value),
        else_=NoticeState.TO_TELL.value,
    )
    one: ColumnElement[int] = literal_column("1")
    counted = select(standing.label("standing"), before.label("before"))
    rows = counted.select_from(_with_own(release)).where(_TOLD).subquery()
    every = [(state, new) for state in NoticeState for new in (False, True)]
    # As sums and not as groups, which the database would sort all rows for.
    sums = [func.coalesce(func.sum(case((_is(rows, *each), one), else_=0)), 0) for each in every]
    return dict(zip(every, map(int, db.execute(select(*sums)).one()), strict=True))


def _elsewhere(
    release: Release, known: Sequence[Number]
) -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    """Of a recipient, from what is known of other releases: whether they were told of the same
    date, of any date, and whether they came with a later version.
    """
    policy, own = release.policy.id, release.number
    later = [number for number in known if number > own]
    sisters = [number for number in known if number.major == own.major]
    agreed, reached = _OTHER.c.state == DeliveryState.AGREED, _OTHER.c.state.in_(REACHED)
    same = and_(reached, _OTHER.c.effective == str(release.effective))
    earlier = [number for number in sisters if number < own]
    before = or_(_one_of(policy, sisters, reached), _one_of(policy, earlier, agreed))
    return _one_of(policy, sisters, same), before, _one_of(policy, later, agreed)


def _any(
    db: Connection,
    policy: str,
    number: Number,
    states: Sequence[DeliveryState] = tuple(DeliveryState),
) -> bool:
    """Whether anything is known of a release and anybody, in one of some states."""
    about = and_(
        DELIVERIES.c.policy == policy,
        DELIVERIES.c.major == number.major,
        DELIVERIES.c.release == str(number),
        DELIVERIES.c.state.in_(states),
    )
    return db.execute(select(DELIVERIES.c.recipient).where(about).limit(1)).first() is not None


def _one_of(
    policy: str, numbers: Sequence[Number], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether something holds of what is known of a recipient and one of some releases."""
    if not numbers:
        return false()
    about = and_(
        _OTHER.c.policy == policy,
        _OTHER.c.release.in_([str(number) for number in numbers]),
        _OTHER.c.recipient == RECIPIENTS.c.id,
        condition,
    )
    return exists().where(about)


def _is(rows: Any, standing: NoticeState, new: bool) -> ColumnElement[bool]:
    before = not_(rows.c.before) if new else rows.c.before
    return and_(rows.c.standing == standing.value, before)


def _number(release: str) -> Number:
    number = Number.parse(release)
    assert number is not None
    return number
