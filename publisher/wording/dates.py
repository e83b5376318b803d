"""How a date is written: the day, the month by name and the year, in the language of the text."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import ZoneInfo

from publisher.wording.language import date_locale


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
    return _as_spoken(format_date(day, form, locale=date_locale(language)), day, language)


def _as_spoken(written: str, day: dt.date, language: str) -> str:
    """A day with what its language writes and the tables (Unicode CLDR) have not: `1er mars`."""
    first = day.day == 1 and language.partition("-")[0] == "fr" and written.startswith("1 ")
    return f"1er{written[1:]}" if first else written


def short_date(day: dt.date, language: str, pattern: str = "d MMM y") -> str:
    """A day where there is little room, as in a picture: `1 Mar 2027`, `1. März 2027`.

    Args:
        day: which.
        language: its tag (BCP 47); English stands in for one that we do not know.
        pattern: the fields that are wanted (Unicode TR35, date format patterns), in the order that
            English has; every other language has its own, and signs between them.
    """
    from babel.dates import format_date, format_skeleton

    locale = date_locale(language)
    if locale.language == "en":  # the day first, as in whole dates
        return format_date(day, pattern, locale=locale)
    fields = "".join(sorted(pattern.replace(" ", ""), key="yMEd".index))
    return _as_spoken(format_skeleton(fields, day, locale=locale), day, language)


def day_and_month(day: dt.date, language: str) -> str:
    """A day without its year: `28 February`, `28. Februar`.

    Args:
        day: which.
        language: its tag (BCP 47); English stands in for one that we do not know.
    """
    from babel.dates import format_date, format_skeleton

    locale = date_locale(language)
    if locale.language == "en":  # the day first, as in whole dates
        return format_date(day, "d MMMM", locale=locale)
    return _as_spoken(format_skeleton("MMMMd", day, locale=locale), day, language)


_NO_ZONES = frozenset(["Etc/Unknown", "Canada/East-Saskatchewan", "US/Pacific-New"])
"""Names that stand in the tables for zones that there are not."""


def day_in(moment: dt.datetime, zone: str) -> dt.date:
    """The day in a time zone at a moment.

    Args:
        moment: with an offset.
        zone: a name of the IANA time zone database.
    """
    return in_zone(moment, zone).date()


def in_zone(moment: dt.datetime, zone: str) -> dt.datetime:
    """A moment as the clocks of a time zone show it.

    Args:
        moment: with an offset.
        zone: a name of the IANA time zone database.
    """
    return moment.astimezone(_zone(zone))


def fixed_offset(zone: str) -> str:
    """How far the clocks of a zone that is no place are from UTC: `UTC+02:00`, for `Etc/GMT-2`;
    empty: it is a place.
    """
    if "/" in zone and not zone.startswith("Etc/"):
        return ""
    if re.match(r"[GU]MT|UTC|Etc|Greenwich|Universal|Zulu|UCT", zone) is None:
        return ""
    at = in_zone(dt.datetime(2027, 1, 1, tzinfo=dt.UTC), zone)
    offset = f"{at:%z}"  # with a colon only from Python 3.12 on
    return f"UTC{offset[:3]}:{offset[3:5]}" if at.utcoffset() else "UTC"


def zone_city(zone: str, language: str) -> str:
    """What the place of a time zone is called in a language: `Berlin`, `Kairo`.

    Args:
        zone: a name of the IANA time zone database.
        language: its tag (BCP 47); English stands in for one that we do not know.
    """
    from babel.dates import get_timezone_location

    return get_timezone_location(zone, locale=date_locale(language), return_city=True)


def first_moment(day: dt.date, zone: str) -> dt.datetime:
    """The moment at which a day begins in a time zone, in UTC: midnight, or where clocks skip that
    the first moment after it; of a day that a zone skipped, the beginning of the next.

    Args:
        day: which.
        zone: a name of the IANA time zone database.
    """
    try:
        # Where clocks skip midnight, this counts on from before the gap (PEP 495).
        found = dt.datetime.combine(day, dt.time(), _zone(zone)).astimezone(dt.UTC)
        before = found - dt.timedelta(hours=2)
        if day_in(found - dt.timedelta(microseconds=1), zone) < day:
            return found
    except OverflowError:  # the first day that there is, east of Greenwich
        return dt.datetime.min.replace(tzinfo=dt.UTC)
    while found - before > dt.timedelta(microseconds=1):  # a gap that began before midnight
        middle = before + (found - before) / 2
        before, found = (middle, found) if day_in(middle, zone) < day else (before, middle)
    return found


def nearest_zones(name: str) -> tuple[str, ...]:
    """Names of time zones that are written much like a name: three at most, the nearest first."""
    from babel.core import get_global

    names = {*get_global("zone_territories"), *get_global("zone_aliases")} - _NO_ZONES
    by_end = {one.rpartition("/")[2].casefold(): one for one in sorted(names)}
    by_name = {one.casefold(): one for one in sorted(names)}
    asked = name.strip().replace(" ", "_").casefold()
    near = [by_name[one] for one in get_close_matches(asked, by_name, 3, 0.7)]
    near += [by_end[one] for one in get_close_matches(asked.rpartition("/")[2], by_end, 3, 0.8)]
    return tuple(dict.fromkeys(near))[:3]


@lru_cache(maxsize=64)
def _zone(name: str) -> dt.tzinfo:
    return dt.UTC if name == "UTC" else ZoneInfo(name)


def is_time_zone(name: str) -> bool:
    """Whether it is a name of the IANA time zone database, whatever this machine has of that."""
    from babel.core import get_global

    aliases = get_global("zone_aliases")
    known = name in get_global("zone_territories") or name in aliases or name in aliases.values()
    return known and name not in _NO_ZONES
