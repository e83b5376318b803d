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
    and_,
    case,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from publisher.edges.ledger.database import LedgerPart
from publisher.edges.ledger.due_rows import (
    IS_TOLD,
    OTHER_ROW,
    OWN_ROW,
    OWN_STATE,
    any_of,
    anything_known,
    elsewhere,
    known_numbers,
    notice_state,
    with_own,
)
from publisher.edges.ledger.recipients import recipient_of
from publisher.edges.ledger.rows import rows_among
from publisher.edges.ledger.schema import APART, DELIVERIES, EVENTS, RECIPIENTS, SELDOM
from publisher.people.deliveries import DeliveryState
from publisher.people.due import (
    MAY_KNOW,
    NOTICE_STATE_AFTER,
    REACHED,
    Addressee,
    Due,
    EarlierLetter,
    NoticeState,
    to_be_told,
)
from publisher.people.recipients import Recipient
from publisher.people.requests import RequestKind
from publisher.people.resolution import UNSETTLED
from publisher.people.untold import BindingNotice
from publisher.record.event import EventKind
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases

_PAGE = 200
"""Recipients that are read at a time."""


class DueTable(LedgerPart):
    """Reads who is to be told."""

    def due(self, release: Release, releases: Releases) -> Due:
        """How many recipients of a release there are, by what became of their letters.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
        """
        with self._reading() as db:
            return counted_due(db, release, releases)

    def to_tell(
        self, release: Release, releases: Releases, within: tuple[int, int | None], size: int
    ) -> list[Recipient]:
        """Some of those who are still to be told of a release, by rising number.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
            within: above which number, and up to which one (None: to the end).
            size: how many at most.
        """
        after, upto = within
        with self._reading() as db:
            page = select(RECIPIENTS).select_from(with_own(release))
            page = page.where(_to_tell(db, release, releases), RECIPIENTS.c.id > after)
            if upto is not None:
                page = page.where(RECIPIENTS.c.id <= upto)
            page = page.order_by(RECIPIENTS.c.id).limit(size)
            return [recipient_of(row) for row in db.execute(page)]

    def shard_ends(self, release: Release, releases: Releases, size: int) -> list[int]:
        """Those who are still to be told of a release, cut into parts: the number of the last one
        in each, rising.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
            size: how many are in a part; in the last one, fewer may be.
        """
        with self._reading() as db:
            place = func.row_number().over(order_by=RECIPIENTS.c.id)
            due = select(RECIPIENTS.c.id, place.label("place")).select_from(with_own(release))
            each = due.where(_to_tell(db, release, releases)).subquery()
            part = (each.c.place - 1) // size
            ends = select(func.max(each.c.id)).group_by(part).order_by(part)
            return list(db.execute(ends).scalars())

    def told_of_later(self, release: Release, releases: Releases) -> int:
        """How many of those to tell of a release may have a letter about a later one already.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
        """
        with self._reading() as db:
            known = known_numbers(db, release, releases)
            same, _, later = elsewhere(release, known)
            policy, major = release.policy.id, release.number.major
            newer = [one.number for one in releases if one.number.major > major]
            newer = [number for number in newer if anything_known(db, policy, number, REACHED)]
            ahead = any_of(policy, newer, OTHER_ROW.c.state.in_(REACHED))
            due = and_(IS_TOLD, OWN_STATE == DeliveryState.TO_DO, not_(same), not_(later), ahead)
            counted = select(func.count()).select_from(with_own(release)).where(due)
            return int(db.execute(counted).scalar_one()) if newer else 0

    def letters_apart(self, release: Release) -> int:
        """How many letters about a release, but those to do, went to who is told no more."""
        gone = and_(APART, OWN_ROW.c.state.is_not(None), OWN_ROW.c.state != DeliveryState.TO_DO)
        counted = select(func.count()).select_from(with_own(release)).where(gone)
        with self._reading() as db:
            return int(db.execute(counted).scalar_one())

    def unsettled_apart(self, release: Release) -> dict[DeliveryState, int]:
        """How many letters about a release in doubt, refused or bounced went to who is told no
        more.
        """
        gone = and_(APART, OWN_ROW.c.state.in_(UNSETTLED))
        counted = select(OWN_ROW.c.state, func.count()).select_from(with_own(release)).where(gone)
        with self._reading() as db:
            rows = db.execute(counted.group_by(OWN_ROW.c.state))
            return {DeliveryState(state): count for state, count in rows}

    def count_untold(self, notice: BindingNotice, releases: Releases) -> int:
        """How many recipients were not told of the version in force, by no number of it, so that
        it does not apply to them.

        Args:
            notice: of the version in force.
            releases: all releases of the policy.
        """
        joined = RECIPIENTS.c.joined
        with self._reading() as db:
            found = elsewhere(notice.release, known_numbers(db, notice.release, releases))
            which = IS_TOLD & (notice_state(found) == NoticeState.TO_TELL) & not_(found.before)
            if notice.begins:
                which &= joined < notice.begins.isoformat()  # whose day is not known has none
            if notice.stated:
                which &= joined > notice.stated.isoformat()
            counted = select(func.count()).select_from(with_own(notice.release)).where(which)
            return int(db.execute(counted).scalar_one())

    def count_reached(self, release: Release) -> int:
        """How many letters about a release went out, or may have, and how many of its recipients
        were told otherwise; whoever was removed or erased since counts. One that was given up
        counts if a carrier had taken it.
        """
        own = and_(
            DELIVERIES.c.policy == release.policy.id,
            DELIVERIES.c.major == release.number.major,
            DELIVERIES.c.release == str(release.number),
        )
        taken = exists().where(
            EVENTS.c.recipient == DELIVERIES.c.recipient,
            EVENTS.c.policy == DELIVERIES.c.policy,
            EVENTS.c.release == DELIVERIES.c.release,
            EVENTS.c.kind.in_((EventKind.TAKEN, EventKind.BOUNCED)),
        )
        given_up = (DELIVERIES.c.state == DeliveryState.GIVEN_UP) & taken
        with self._reading() as db:
            which = own & or_(DELIVERIES.c.state.in_(MAY_KNOW), given_up)
            counted = select(func.count()).select_from(DELIVERIES).where(which)
            return int(db.execute(counted).scalar_one())

    def count_came_with(self, release: Release) -> int:
        """How many customers came with a release, and agreed to it then."""
        own = and_(
            DELIVERIES.c.policy == release.policy.id,
            DELIVERIES.c.major == release.number.major,
            DELIVERIES.c.release == str(release.number),
            DELIVERIES.c.state == DeliveryState.AGREED,
        )
        with self._reading() as db:
            counted = select(func.count()).select_from(DELIVERIES).where(own)
            return int(db.execute(counted).scalar_one())

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

    def opted_out_before(self, release: Release, recipients: Sequence[int]) -> frozenset[int]:
        """Those of some recipients who opted out of a version before a release, where that stands.

        Args:
            release: which.
            recipients: their numbers.
        """
        others = (release.policy.id, str(RequestKind.OPT_OUT), release.number.major)
        with self._reading() as db:
            found = rows_among(db, _OPTED_OUT, recipients, others)
            return frozenset(recipient for (recipient,) in found)

    def addressees(
        self, release: Release, releases: Releases, within: tuple[int, int | None] = (0, None)
    ) -> Iterator[Addressee]:
        """Everybody who is still to be told of a release, and what their letter depends on.

        They are read a page at a time, so that letters may be sent meanwhile.

        Args:
            release: a release with a notice.
            releases: all releases of the policy.
            within: above which number of recipients, and up to which one (None: to the end).
        """
        after, upto = within
        while page := self.to_tell(release, releases, (after, upto), _PAGE):
            after = page[-1].number
            numbers = [one.number for one in page]
            letters = self.letters_to(release.policy.id, numbers)
            opted_out = self.opted_out_before(release, numbers)
            yield from to_be_told(release, releases, page, letters, opted_out)


def _to_tell(db: Connection, release: Release, releases: Releases) -> ColumnElement[bool]:
    """The condition for those who are still to be told of a release."""
    same, _, later = elsewhere(release, known_numbers(db, release, releases))
    return and_(IS_TOLD, OWN_STATE == DeliveryState.TO_DO, not_(same), not_(later))


_OPTED_OUT = (
    "SELECT DISTINCT recipient FROM declaration "
    "WHERE policy = {} AND kind = {} AND major < {} AND recipient {}"
)
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


def counted_due(db: Connection, release: Release, releases: Releases) -> Due:
    """The same as `DueTable.due`, in a transaction that is open."""
    known = known_numbers(db, release, releases)
    counts = _counted(db, release, known) if known else _counted_alone(db, release)
    return Due.of(counts)


def _counted_alone(db: Connection, release: Release) -> Counter[tuple[NoticeState, bool]]:
    """Recipients where nothing is known of any other release: read from indices alone."""
    about = and_(
        OWN_ROW.c.policy == release.policy.id,
        OWN_ROW.c.major == release.number.major,
        OWN_ROW.c.release == str(release.number),
    )
    counted = select(OWN_ROW.c.state, func.count()).where(about).group_by(OWN_ROW.c.state)
    states = Counter({DeliveryState(state): count for state, count in db.execute(counted)})
    apart = counted.where(APART, OWN_ROW.c.recipient == RECIPIENTS.c.id)
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
    found = elsewhere(release, known)
    standing, before = notice_state(found), found.before
    one: ColumnElement[int] = literal_column("1")
    counted = select(standing.label("standing"), before.label("before"))
    rows = counted.select_from(with_own(release)).where(IS_TOLD).subquery()
    every = [(state, new) for state in NoticeState for new in (False, True)]
    # As sums and not as groups, which the database would sort all rows for.
    sums = [func.coalesce(func.sum(case((_is(rows, *each), one), else_=0)), 0) for each in every]
    return dict(zip(every, map(int, db.execute(select(*sums)).one()), strict=True))


def _is(rows: Any, standing: NoticeState, new: bool) -> ColumnElement[bool]:
    before = not_(rows.c.before) if new else rows.c.before
    return and_(rows.c.standing == standing.value, before)


def _number(release: str) -> Number:
    number = Number.parse(release)
    assert number is not None
    return number
