"""The rows by which the database knows who is to be told of a release: recipients, each with what
is known of them and that release, and conditions on what is known of other releases.

The rule is that of `people.due.notice_state_of`, in SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
)

from publisher.edges.ledger.schema import DELIVERIES, EVENTS, RECIPIENTS, SELDOM
from publisher.people.deliveries import DeliveryState
from publisher.people.due import REACHED, NoticeState
from publisher.people.recipients import RecipientState
from publisher.record.event import EventKind
from publisher.releases.announcement import supplements
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases

OWN_ROW = DELIVERIES.alias("own")
"""What is known of a recipient and the release that is asked about."""
OTHER_ROW = DELIVERIES.alias("other")
"""What is known of them and another release."""
OWN_STATE = func.coalesce(OWN_ROW.c.state, DeliveryState.TO_DO)
IS_TOLD = RECIPIENTS.c.state == RecipientState.TOLD


class Elsewhere(NamedTuple):
    """Conditions on what is known of a recipient and other releases."""

    same: ColumnElement[bool]
    """They were told of the same date."""
    before: ColumnElement[bool]
    """They were told of any date."""
    later: ColumnElement[bool]
    """They came with a later version."""


def with_own(release: Release) -> FromClause:
    """The recipients, each with what is known of them and a release."""
    own = and_(
        OWN_ROW.c.policy == release.policy.id,
        OWN_ROW.c.release == str(release.number),
        OWN_ROW.c.recipient == RECIPIENTS.c.id,
    )
    return RECIPIENTS.outerjoin(OWN_ROW, own)


def known_numbers(db: Connection, release: Release, releases: Releases) -> list[Number]:
    """The other releases that matter to who is to be told of one, and of which anything is known:
    other numbers of it, and later ones.
    """
    policy, own = release.policy.id, release.number
    others = (one.number for one in releases if one.number != own)
    sisters = [one for one in others if one.major == own.major and anything_known(db, policy, one)]
    # Of later releases only who came with one matters, and they are few or none.
    newer = (one for one in (r.number for r in releases) if one.major > own.major)
    agreed = (DeliveryState.AGREED,)
    return [*sisters, *(one for one in newer if anything_known(db, policy, one, agreed))]


def elsewhere(release: Release, known: Sequence[Number]) -> Elsewhere:
    """What may be known of a recipient and other releases.

    Args:
        release: which is asked about.
        known: the others, as `known_numbers` finds them.
    """
    policy, own = release.policy.id, release.number
    later = [number for number in known if number > own]
    sisters = [number for number in known if number.major == own.major]
    agreed, reached = OTHER_ROW.c.state == DeliveryState.AGREED, OTHER_ROW.c.state.in_(REACHED)
    same = and_(reached, OTHER_ROW.c.effective == str(release.effective))
    # Whoever had an earlier letter lacks what a supplement adds to it.
    alike = [number for number in sisters if number > own] if supplements(release) else sisters
    earlier = [number for number in sisters if number < own]
    return Elsewhere(
        any_of(policy, alike, same),
        or_(any_of(policy, sisters, reached), any_of(policy, earlier, agreed)),
        any_of(policy, later, agreed),
    )


def notice_state(found: Elsewhere) -> ColumnElement[str]:
    """What became of the notice to a recipient: `people.due.NoticeState`."""
    return case(
        (found.same, NoticeState.TOLD.value),
        (OWN_STATE == DeliveryState.ACCEPTED, NoticeState.TOLD.value),
        (OWN_STATE == DeliveryState.IN_DOUBT, NoticeState.IN_DOUBT.value),
        (OWN_STATE == DeliveryState.AGREED, NoticeState.AGREED.value),
        (OWN_STATE == DeliveryState.OTHERWISE, NoticeState.OTHERWISE.value),
        (OWN_STATE == DeliveryState.GIVEN_UP, NoticeState.GIVEN_UP.value),
        (OWN_STATE != DeliveryState.TO_DO, NoticeState.REFUSED.value),
        (found.later, NoticeState.AGREED.value),
        else_=NoticeState.TO_TELL.value,
    )


def anything_known(
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


def any_of(
    policy: str, numbers: Sequence[Number], condition: ColumnElement[bool]
) -> ColumnElement[bool]:
    """Whether something holds of what is known of a recipient and one of some releases."""
    if not numbers:
        return false()
    about = and_(
        OTHER_ROW.c.policy == policy,
        OTHER_ROW.c.release.in_([str(number) for number in numbers]),
        OTHER_ROW.c.recipient == RECIPIENTS.c.id,
        condition,
    )
    return exists().where(about)


def end_of_list(db: Connection, policy: str, number: Number) -> int | None:
    """The last recipient who is on the list of a release: whoever was one when a run began to send
    its notice first. None: no run did.

    Args:
        db: a transaction.
        policy, number: which release.
    """
    begun = SELDOM & EVENTS.c.kind.in_((EventKind.BEGUN, EventKind.ADOPTED))
    about = (EVENTS.c.policy == policy) & (EVENTS.c.release == str(number))
    first = db.execute(select(func.min(EVENTS.c.id)).where(begun, about)).scalar()
    if first is None:
        return None
    # Numbers of recipients rise, and so few came later that the index is read from its end.
    before = (EVENTS.c.id < first) & EVENTS.c.recipient.is_not(None)
    last = select(EVENTS.c.recipient).where(before).order_by(EVENTS.c.recipient.desc()).limit(1)
    return db.execute(last).scalar() or 0
