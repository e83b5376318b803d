"""From which day a release may lawfully apply to those who are told of it."""

from __future__ import annotations

import datetime as dt

from publisher.law.calendar import earliest_effective
from publisher.law.profiles import PROFILES
from publisher.releases.release import Release
from publisher.releases.releases import Releases


def lawful_from(release: Release, releases: Releases, today: dt.date) -> dt.date:
    """The first day a release may apply to somebody who is told of it today.

    By the rules that customers were promised, and by the new ones where they are stricter.

    Args:
        release: one of `releases`, or one that is about to be frozen after them.
        releases: all releases of the policy.
        today: the day on its calendar.
    """
    before = releases.material_predecessor(release)
    facts = [release.policy.facts, *([before.policy.facts] if before else [])]
    return max(earliest_effective(PROFILES[f.profile], f.days, today) for f in facts)


def last_day_to_tell(release: Release, releases: Releases) -> dt.date | None:
    """The last day on which somebody may be told of a release and have their notice period.

    Args:
        release: one of `releases`.
        releases: all releases of the policy.

    Returns:
        A day before the release takes effect, which may have passed long ago; None: its effective
        date is unknown.
    """
    if release.effective is None:
        return None
    # The later one is told, the later it may apply: so the last such day is found by halving.
    low, high = dt.date.min.toordinal(), release.effective.toordinal() - 1
    while low < high:
        middle = (low + high + 1) // 2
        if lawful_from(release, releases, dt.date.fromordinal(middle)) <= release.effective:
            low = middle
        else:
            high = middle - 1
    return dt.date.fromordinal(low)
