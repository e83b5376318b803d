"""What a policy promises of its notices: how long they are, and what holds without a record."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Promise:
    """How long before a change applies customers are told of it: the longest of these."""

    days: int
    """Calendar days."""
    months: int = 0
    """Whole months, which have run out before."""
    business_days: int = 0
    """Working days by the holidays that the policy names, which have run out before."""


class WithoutRecord(StrEnum):
    """What happens on the effective day of a release if nobody stated that people were told."""

    HOLD = "hold"
    """It does not take effect."""
    WARN = "warn"
    """It takes effect, and operators are told that nothing is on record."""


def without_record(profile: str) -> WithoutRecord:
    """What a policy with a profile of notice has, where it says nothing else.

    A privacy notice has to say what is done with data (GDPR Art. 13, 14), whoever was told of it: a
    page that gives the text before would say what is no longer so.

    Args:
        profile: the name of the profile.
    """
    return WithoutRecord.WARN if profile == "gdpr" else WithoutRecord.HOLD
