"""How days are counted between the publication of a release and its effect."""

from __future__ import annotations

import datetime as dt

from publisher.law.profiles import Profile
from publisher.wording.dates import moved, moved_by_months


def earliest_effective(profile: Profile, days: int, published: dt.date) -> dt.date:
    """The first day a release may take effect; the last that there is, where none is left.

    Args:
        profile: the rules.
        days: the notice period that the policy itself sets, days.
        published: the day it is announced; it does not count as a day of the period.
    """
    first = moved(published, max(profile.days, days))
    if profile.months:
        first = max(first, moved_by_months(published, profile.months))
    return first
