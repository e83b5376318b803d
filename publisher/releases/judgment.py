"""What a draft looks like before anybody says what it is: material or editorial, and from which day
it may lawfully apply, each with its reasons.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.compare.amendment import Amendment
from publisher.law.calendar import earliest_effective
from publisher.law.profiles import PROFILES
from publisher.policies.policy import Policy
from publisher.releases.correction import other_terms, too_much
from publisher.releases.number import Materiality
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.dates import long_date, moved


@dataclass(frozen=True, slots=True)
class Judgment:
    """What the changes of a draft look like; which it is, a person decides."""

    materiality: Materiality
    reasons: tuple[str, ...]
    """Each a clause without a full stop; of an editorial one, why it is no more than that."""


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
    days = [
        (earliest_effective(PROFILES[facts.profile], facts.days, today), whose, facts)
        for whose, facts in reversed(sides)
    ]
    bound, whose, facts = max(days, key=lambda each: each[0])
    last = releases.followed(today)[-1]
    if earliest > bound and last.effective:
        return (
            f"version {last.number} takes effect on {long_date(last.effective)}, and the next one "
            "applies after that day"
        )
    profile = PROFILES[facts.profile]
    least = max(profile.days, facts.days)
    by_months = bound > moved(today, least)
    period = _counted(profile.months, "month") if by_months else _counted(least, "day")
    own = facts.days > profile.days and not by_months and profile.name != "promise"
    source = "`notice.days`, longer than the profile asks for" if own else profile.source
    return (
        f"told on {long_date(today)}, customers have {period} of notice, as {whose} promises "
        f"(profile `{profile.name}`: {source})"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("s" if number != 1 else "")
