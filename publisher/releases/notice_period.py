"""From which day a release may lawfully apply to those who are told of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from publisher.errors import FreezeError
from publisher.law.calendar import first_lawful_day
from publisher.law.profiles import PROFILES, Profile
from publisher.law.public_holidays import place_flaw, public_holidays, years_unknown
from publisher.policies.policy import Facts
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.dates import moved

_AFTER = 366
"""Days after its effect for which holidays are sealed with a release: whom somebody tells late has
a period that ends after it."""
_PROMISE = PROFILES["promise"]


def with_counting(release: Release, releases: Releases, last: Release, today: dt.date) -> Release:
    """A release that is about to be frozen, with what decides how its period of notice is counted,
    so that nobody has to ask tables of holidays again that may say something else by then.

    Args:
        release: which.
        releases: all releases of the policy before it.
        last: the one that it amends or corrects.
        today: the day on its calendar.

    Raises:
        FreezeError: the holidays are not known of a year until an amendment's effect.
    """
    if release.materiality is not Materiality.EDITORIAL:
        _refuse_unknown_holidays(release, today)
    sides = _sides(release, releases)
    end = moved(release.effective or today, _AFTER)
    days_off = {}
    for one in sides:
        place = one.policy.facts.holidays
        if place and not place_flaw(place)[0]:
            known = public_holidays(place, today, end)
            days_off[place] = _beside_sealed(release, last, place, known)
        elif place and one is not release:  # a place that the tables do not know any more
            days_off[place] = dict(one.conditions.days_off.get(place, {}))
    whole = any(_profile(one.policy.facts).expires for one in sides)
    if release.materiality is Materiality.EDITORIAL:
        whole = last.conditions.whole_periods
    conditions = replace(release.conditions, days_off=days_off, whole_periods=whole)
    return replace(release, conditions=conditions)


def _refuse_unknown_holidays(release: Release, today: dt.date) -> None:
    """Refuses to count working days of years whose holidays the tables do not know: the period
    that people were promised would come out too short.

    Args:
        release: one that is about to be frozen and amends another.
        today: the day on its calendar.

    Raises:
        FreezeError: they are not known for a year until its effect.
    """
    place = release.policy.facts.holidays
    if not place or place_flaw(place)[0]:  # which `check` refuses
        return
    years = years_unknown(place, today, release.effective or today)
    if years:
        raise FreezeError(
            f"no holidays of {place} are known for {', '.join(map(str, years))}, so working days "
            "cannot be counted until the effective date",
            where=f"policy/{release.policy.id}/policy.toml",
            remedy="take an earlier effective date or a newer `holidays`; or leave "
            "notice.holidays out and promise the longer period in days",
        )


def _beside_sealed(
    release: Release, last: Release, place: str, known: dict[dt.date, str]
) -> dict[dt.date, str]:
    """The holidays of a place that are sealed with a release.

    A correction is made while the periods run of those who were told of `last`, and makes none of
    them shorter or longer: of years that were sealed, tables add what lies after their last day.

    Args:
        release, last: as for `with_counting`.
        place: which.
        known: what the tables say now, from today on.
    """
    sealed = last.conditions.days_off.get(place)
    if release.materiality is not Materiality.EDITORIAL or not sealed:
        return known
    years, since = {day.year for day in sealed}, last.effective or last.published_day or min(sealed)
    end = moved(since, _AFTER)
    added = {day: name for day, name in known.items() if day > end or day.year not in years}
    return dict(sorted({**sealed, **added}.items()))


def _sides(release: Release, releases: Releases) -> list[Release]:
    """Those by whose rules people are told: the release, and the one that it amends."""
    before = releases.material_predecessor(release)
    return [release, *([before] if before else [])]


def _profile(facts: Facts) -> Profile:
    return PROFILES.get(facts.profile, _PROMISE)  # `check` refuses another


def lawful_from(release: Release, releases: Releases, today: dt.date) -> dt.date:
    """The first day a release may apply to somebody who is told of it today.

    By the rules that customers were promised, and by the new ones where they are stricter.

    Args:
        release: one of `releases`, or one that is about to be frozen after them.
        releases: all releases of the policy.
        today: the day on its calendar.
    """
    sides = _sides(release, releases)
    return max(lawful_by(release, each.policy.facts, today) for each in sides)


def lawful_by(release: Release, facts: Facts, told: dt.date) -> dt.date:
    """The first day a release may apply to somebody by one side's rules.

    Args:
        release: which; how days are counted is sealed with it.
        facts: its own, or those of the release that it amends.
        told: when they are told of it, a day on its calendar.
    """
    counting = release.conditions.counting(facts.holidays)
    return first_lawful_day(PROFILES[facts.profile], facts.promise, told, counting)


def promised_from(release: Release, releases: Releases, told: dt.date) -> dt.date:
    """The first day that the notice leaves which the releases themselves promise: what profiles ask
    for, which this program may have learned since, left out.

    Args:
        release, releases: as for `lawful_from`.
        told: when somebody is told of it, a day on its calendar.
    """
    facts = [one.policy.facts for one in _sides(release, releases) if not one.imported]
    counted = [(f, release.conditions.counting(f.holidays)) for f in facts]
    return max(first_lawful_day(_PROMISE, f.promise, told, counting) for f, counting in counted)


def days_off(release: Release, told: dt.date, until: dt.date) -> Iterator[tuple[dt.date, str]]:
    """The public holidays from Monday to Friday that a period of notice leaves out, each with its
    name.

    Args:
        release: which.
        told: when somebody is told of it.
        until: the first day on which it may apply to them.
    """
    for days in release.conditions.days_off.values():
        for day, name in days.items():
            if told < day < until and day.weekday() < 5:
                yield day, name


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
