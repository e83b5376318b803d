"""How a date is written: the day, the month by name and the year, in the language of the text."""

from __future__ import annotations

import calendar
import datetime as dt
from functools import lru_cache

from publisher.policies.language import date_locale


def moved(day: dt.date, days: int) -> dt.date:
    """A day some days later, or earlier where `days` is negative.

    At most the last day that a date can be, and at least the first: 9999-12-31, 0001-01-01.
    """
    furthest = dt.date.max if days > 0 else dt.date.min
    return day + dt.timedelta(days=days) if abs((furthest - day).days) >= abs(days) else furthest


def moved_by_months(day: dt.date, months: int) -> dt.date:
    """The same day of a month some months later, or earlier where `months` is negative.

    The last day of that month, where it has no such day; at most the last day that a date can be,
    and at least the first.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return dt.date.max if months > 0 else dt.date.min
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


@lru_cache(maxsize=4096)
def long_date(day: dt.date | None, language: str = "en") -> str:
    """A day as people write it: `1 March 2027`, `1. März 2027`.

    Args:
        day: which; None: unknown, which is said in English.
        language: its tag (BCP 47); English stands in for one that we do not know.
    """
    from babel.dates import format_date

    if day is None:
        return "a day we do not know"
    # In English the day first, for readers of every country.
    form = "d MMMM y" if language.partition("-")[0] == "en" else "long"
    return format_date(day, form, locale=date_locale(language))


def short_date(day: dt.date, language: str, pattern: str = "d MMM y") -> str:
    """A day where there is little room, as in a picture: `1 Mar 2027`.

    Args:
        day: which.
        language: its tag (BCP 47); English stands in for one that we do not know.
        pattern: the fields that are wanted (Unicode TR35, date format patterns).
    """
    from babel.dates import format_date

    return format_date(day, pattern, locale=date_locale(language))


_NO_ZONES = frozenset(["Etc/Unknown", "Canada/East-Saskatchewan", "US/Pacific-New"])
"""Names that stand in the tables for zones that there are not."""


def is_time_zone(name: str) -> bool:
    """Whether it is a name of the IANA time zone database, whatever this machine has of that."""
    from babel.core import get_global

    aliases = get_global("zone_aliases")
    known = name in get_global("zone_territories") or name in aliases or name in aliases.values()
    return known and name not in _NO_ZONES
