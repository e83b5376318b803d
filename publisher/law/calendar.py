"""How days, months and business days are counted from a notice to the effect of a release.

A period that a statute sets counts as Regulation (EEC, Euratom) No 1182/71 has it: the day on which
somebody is told is not in it (Art. 3(1)); it ends with the last hour of its last day, which is, in
months, the same date as the day it runs from, or, where that month has none, its last day (Art.
3(2)); so the first day after it is the first on which something may apply. Where a policy names the
holidays that count, a period that would end on a Saturday, a Sunday or one of them ends with the
next working day (Art. 3(4)), and one of two days or more has two working days in it (Art. 3(5)).

`notice.days` alone is what it says, days before a change applies: told on the first of a month, 30
days, it may apply on the thirty-first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from publisher.law.profiles import Profile
from publisher.policies.notice_rules import Promise
from publisher.wording.dates import moved, moved_by_months

_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Counting:
    """By what days are counted."""

    holidays: Collection[dt.date] | None = None
    """The days, beside Saturdays and Sundays, on which nobody works; None: every day counts."""
    whole: bool = True
    """Whether a period that a statute sets has run out before a release applies. Releases of
    programs that let it apply on the last day of the period go on being counted so."""

    def works(self, day: dt.date) -> bool:
        """Whether a day is a working day."""
        return day.weekday() < _SATURDAY and day not in (self.holidays or ())


def earliest_effective(profile: Profile, days: int, published: dt.date) -> dt.date:
    """The first day a release may take effect; the last that there is, where none is left.

    Args:
        profile: the rules.
        days: the notice period that the policy itself sets, days.
        published: the day it is announced; it does not count as a day of the period.
    """
    return first_lawful_day(profile, Promise(days), published, Counting())


def first_lawful_day(
    profile: Profile, promise: Promise, told: dt.date, counting: Counting
) -> dt.date:
    """The first day on which a release may apply to somebody; the last that there is, where none
    is left.

    Args:
        profile: the rules.
        promise: what the policy itself promises; the longest of all periods counts.
        told: the day on which they are told; it is no day of the period.
        counting: by what days are counted.
    """
    before = [promise.days]
    if not (profile.expires and counting.whole):
        before.append(profile.days)
    first = max(moved(told, count) for count in before)
    if profile.months and not counting.whole:
        first = max(first, moved_by_months(told, profile.months))
    ends = _last_days(profile, promise, told, counting)
    return max([first, *(moved(end, 1) for end in ends)])


def _last_days(
    profile: Profile, promise: Promise, told: dt.date, counting: Counting
) -> Iterator[dt.date]:
    """The last day of each period that has to have run out."""
    if profile.expires and counting.whole:
        yield _extended(told, moved(told, profile.days), counting)
    if months := max(profile.months * counting.whole, promise.months):
        yield _extended(told, moved_by_months(told, months), counting)
    if counting.holidays is None:
        return
    if days := max(profile.days, promise.days):
        yield _extended(told, moved(told, days), counting)
    if promise.business_days:
        yield _working_day(told, promise.business_days, counting)


def _extended(told: dt.date, end: dt.date, counting: Counting) -> dt.date:
    """The last day of a period that is not to end on a day off, and has two working days in it."""
    if counting.holidays is None:
        return end
    least = _working_day(told, 2, counting) if (end - told).days > 1 else end
    end = max(end, least)
    while not counting.works(end) and end < dt.date.max:
        end = moved(end, 1)
    return end


def _working_day(after: dt.date, count: int, counting: Counting) -> dt.date:
    """The so-manieth working day after a day."""
    day = after
    while count and day < dt.date.max:
        day = moved(day, 1)
        count -= counting.works(day)
    return day
