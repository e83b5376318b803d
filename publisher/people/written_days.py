"""Days as people and programs write them, and which day is meant."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import suppress

_YEAR_FIRST = re.compile(r"(\d{4})([-/. ]?)(\d{1,2})\2(\d{1,2})(?:[T ]\d{1,2}:\d{2}.*)?", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.] ?)(\d{1,2})\2(\d{4})(?:[T ]\d{1,2}:\d{2}.*)?", re.ASCII)


def meant_day(written: str) -> str:
    """The one day that somebody may have meant, as ISO 8601 writes it: `2026-12-31`.

    Args:
        written: such as `31.12.2026`, `12/31/2026`, `2026-12-31 00:00:00`.

    Returns:
        Empty where it may be two days (`01/03/2026`), or none.
    """
    if found := _YEAR_FIRST.fullmatch(written):
        year, _, first, second = found.groups()
        return next(iter(_days(year, (first, second))), "")
    if found := _YEAR_LAST.fullmatch(written):
        first, _, second, year = found.groups()
        days = _days(year, (second, first), (first, second))
        return days.pop() if len(days) == 1 else ""
    return ""


def _days(year: str, *readings: tuple[str, str]) -> set[str]:
    """The days that there are among some readings, each as (month, day)."""
    days = set[str]()
    for month, day in readings:
        with suppress(ValueError):
            days.add(dt.date(int(year), int(month), int(day)).isoformat())
    return days
