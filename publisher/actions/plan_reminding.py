"""What reminding people of a release would do now."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.letters.reminding import RemindingPlan, reminder_window
from publisher.letters.sending import (
    carrier_place,
    require_current,
    require_notice,
)
from publisher.releases.number import Number


def plan_reminding(workplace: Workplace, policy_id: str, number: Number) -> RemindingPlan:
    """What reminding of a release those who were told of it would do now.

    Args:
        workplace, policy_id, number: which release.

    Raises:
        NotFoundError: there is no such release.
        SendError: no reminder was sealed with it, it was retracted, or another letter took the
            place of its own.
        SealError: `verify` finds that a release of the policy was altered.
    """
    archive, ledger, now = workplace.archive, workplace.ledger, workplace.clock()
    release = archive.release(policy_id, number)
    if workplace.in_repository:
        workplace.witnesses.require_sound(policy_id)
    require_notice(release)
    releases = archive.releases(policy_id)
    require_current(release, releases)
    window = reminder_window(release)
    return RemindingPlan(
        release=release,
        standing=ledger.reminder_standing(release, window),
        today=release.day_of(now),
        sender=workplace.settings.organisation.sender,
        carrier=carrier_place(workplace.settings, str(workplace.spool)),
    )
