"""What a draft looks like before anybody says what it is: material or editorial, and from which day
it may lawfully apply, each with its reasons.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.compare.amendment import Amendment
from publisher.law.calendar import first_lawful_day
from publisher.law.profiles import PROFILES
from publisher.policies.notice_rules import Promise
from publisher.policies.policy import Facts, Policy
from publisher.releases.correction import other_terms, too_much
from publisher.releases.notice_period import days_off, lawful_by
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.dates import long_date


@dataclass(frozen=True, slots=True)
class Judgment:
    """What the changes of a draft look like; which it is, a person decides."""

    materiality: Materiality
    reasons: tuple[str, ...]
    """Each a clause without a full stop; of an editorial one, why it is no more than that."""


_NAMED = 5
"""Holidays that are named where a day is explained."""
SPELLING = "word for word, only spelling, punctuation, typography or formatting changes"
SAME_WORDS = "the authoritative text stays as it is, word for word"


def judged(draft: Policy, last: Release, amendment: Amendment) -> Judgment:
    """What the changes of a draft look like, by the rules that a correction is held to.

    Args:
        draft: the draft.
        last: the release that it is compared with.
        amendment: what differs between their authoritative texts.
    """
    reasons = too_much(amendment)
    terms = other_terms(draft.facts, last)
    reasons += [f"`{name}` is another one than release {last.number} promises" for name in terms]
    if reasons:
        return Judgment(Materiality.MATERIAL, tuple(reasons))
    why = SPELLING if amendment.changes else SAME_WORDS
    return Judgment(Materiality.EDITORIAL, (why,))


def why_earliest(release: Release, releases: Releases, today: dt.date, earliest: dt.date) -> str:
    """Why a material release cannot apply before a day, a sentence without its full stop.

    Args:
        release: the one that is about to be frozen.
        releases: all releases of the policy so far.
        today: the day on its calendar, on which people would be told.
        earliest: that day.
    """
    before = releases.material_predecessor(release)
    sides = [("this draft", release.policy.facts)]
    sides += [(f"version {before.number}", before.policy.facts)] if before else []
    days = [(lawful_by(release, facts, today), whose, facts) for whose, facts in reversed(sides)]
    bound, whose, facts = max(days, key=lambda each: each[0])
    last = releases.followed(today)[-1]
    if earliest > bound and last.effective:
        return (
            f"version {last.number} takes effect on {long_date(last.effective)}, and the next one "
            "applies after that day"
        )
    period, source = _what_binds(release, facts, today, bound)
    skipped = [f"{name} ({long_date(day)})" for day, name in days_off(release, today, bound)]
    more = [f"{len(skipped) - _NAMED} more"] if len(skipped) > _NAMED else []
    off = f", {', '.join([*skipped[:_NAMED], *more])} being no working day" if skipped else ""
    return (
        f"told on {long_date(today)}, customers have {period} of notice{off}, as {whose} promises "
        f"(profile `{facts.profile}`: {source})"
    )


def _what_binds(release: Release, facts: Facts, today: dt.date, bound: dt.date) -> tuple[str, str]:
    """Which of its periods is the longest of a policy, and where it is written."""
    profile, counting = PROFILES[facts.profile], release.conditions.counting(facts.holidays)
    by_profile = first_lawful_day(profile, Promise(0), today, counting)
    if profile.name != "promise" and by_profile >= bound:
        least = _counted(profile.months, "month") if profile.months else ""
        return least or _counted(profile.days, "day"), profile.source
    own = {
        ("days", "day"): Promise(facts.days),
        ("months", "month"): Promise(0, facts.months),
        ("business_days", "business day"): Promise(0, 0, facts.business_days),
    }
    (key, noun), _ = max(
        own.items(),
        key=lambda each: first_lawful_day(PROFILES["promise"], each[1], today, counting),
    )
    source = f"`notice.{key}`, longer than the profile asks for"
    own_promise = profile.name == "promise"
    return _counted(getattr(facts, key), noun), profile.source if own_promise else source


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("s" if number != 1 else "")
