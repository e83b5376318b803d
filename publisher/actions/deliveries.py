"""Where the notice of a release stands, recipient by recipient."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from publisher.actions.workplace import Workplace
from publisher.answers.delivery_list import DeliveryRow, delivery_rows
from publisher.letters.sending import is_too_late, require_notice
from publisher.people.standing import NOTICE_STATES, TO_CLOSE, NoticeStanding
from publisher.releases.number import Number


def deliveries(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    wanted: Sequence[NoticeStanding] = TO_CLOSE,
) -> tuple[Iterator[DeliveryRow], bool]:
    """The recipients of a release whose notice stands so, read a page at a time; and whether it is
    too late to tell anybody of it by a letter.

    Args:
        workplace, policy_id, number: about which release.
        wanted: only those that stand so.

    Raises:
        NotFoundError: there is no such release.
        SendError: nobody is told of it.
        LedgerError: the ledger cannot be read.
    """
    release = workplace.archive.release(policy_id, number)
    require_notice(release)
    releases = workplace.archive.releases(policy_id)
    too_late = is_too_late(release, releases, workplace.clock())
    states = frozenset(NOTICE_STATES[one] for one in wanted)
    found = workplace.ledger.tellings(release, releases, states)
    return delivery_rows(found, wanted, too_late=too_late), too_late
