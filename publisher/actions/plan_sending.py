"""What sending the notice of a release would do now."""

from __future__ import annotations

from collections.abc import Callable

from publisher.actions.workplace import Workplace
from publisher.errors import ConfigurationError
from publisher.letters.notice import text_to_attach
from publisher.letters.sending import (
    SendingPlan,
    carrier_place,
    require_current,
    require_in_time,
    require_notice,
)
from publisher.letters.telling_order import told_otherwise, untold_before
from publisher.releases.chronology import behind_record
from publisher.releases.notice_period import last_day_to_tell
from publisher.releases.number import Number


def plan_sending(
    workplace: Workplace, policy_id: str, number: Number, *, by_workers: bool = False
) -> SendingPlan:
    """What sending the notice of a release would do now.

    Args:
        workplace, policy_id, number: which release.
        by_workers: whether its letters are to wait for workers.

    Raises:
        NotFoundError: there is no such release.
        SendError: its notice may not be sent; says why, and what may be done instead.
        SealError: `verify` finds that a release of the policy was altered.
        LedgerError: no letters can wait for workers in this ledger; says what to do.
    """
    archive, ledger, now = workplace.archive, workplace.ledger, workplace.clock()
    if by_workers:
        ledger.shard_queue()
    release = archive.release(policy_id, number)
    if workplace.in_repository:
        workplace.witnesses.require_sound(policy_id)
    require_notice(release)
    releases = archive.releases(policy_id)
    require_current(release, releases)
    due = ledger.due(release, releases)
    require_in_time(release, releases, due, release.day_of(now))
    attached = text_to_attach(release, lambda: archive.file(release, "policy.pdf"))

    def sent() -> bool:
        return bool(workplace.sent_releases.all() or ledger.releases_begun())

    untold = tuple(one.number for one in untold_before(release, releases))
    if untold and due.to_tell:
        begun = {n.major for policy, n in ledger.releases_begun() if policy == policy_id}
        untold = tuple(number for number in untold if number.major not in begun)
    ahead = ledger.told_of_later(release, releases) if due.to_tell else 0
    return SendingPlan(
        release=release,
        due=due,
        sender=workplace.settings.organisation.sender,
        carrier=carrier_place(workplace.settings, str(workplace.spool)),
        attached="policy.pdf" if attached else "",
        clock=behind_record(releases, ledger.last_moment(), now),
        key=_key_fault(lambda: workplace.keys, sent) if due.to_tell else "",
        untold=untold,
        ahead=ahead,
        apart=ledger.letters_apart(release),
        until=last_day_to_tell(release, releases),
        stated=told_otherwise(release, releases) if due.to_tell else None,
    )


def _key_fault(keys: Callable[[], object], sent: Callable[[], object]) -> str:
    """What is to be done about the key for personal links before a letter; empty: nothing.

    Args:
        keys: gives the keys, or says why there is none.
        sent: whether letters went out before.
    """
    try:
        keys()
    except ConfigurationError as error:
        same = "set it to the key that letters went out with before: their links need it"
        new = "export PUBLISHER_TOKEN_KEY=$(openssl rand -hex 32), and keep that value"
        return f"{error.where}: {error.what}: {same if sent() else new}"
    return ""
