"""On which days nobody works in a country or a part of it: by the tables of a library, `holidays`.

They are asked when a release is made, and what they say then is sealed with it: a later version of
the library, or another legislator, changes nothing that was counted before.
"""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches

_SATURDAY_AND_SUNDAY = {5, 6}
_FURTHEST = dt.timedelta(days=3660)
"""How far ahead of the day of a notice holidays are looked up: farther on, nobody knows them, and
Saturdays and Sundays alone are left out."""


def place_flaw(place: str) -> tuple[str, str]:
    """Why holidays cannot be counted by a place, and what to try; two empty texts: they can.

    Args:
        place: a country (ISO 3166-1) or a part of it (ISO 3166-2): `AT`, `DE-BY`.
    """
    from holidays.utils import country_holidays, list_supported_countries

    known = list_supported_countries(include_aliases=False)
    country, dash, part = place.partition("-")
    if country not in known:
        near = get_close_matches(country.upper(), known, 3, 0.5)
        tried = f", such as {', '.join(near)}" if near else ""
        return "is no country whose holidays are known", f"name it by its code (ISO 3166){tried}"
    if dash and part not in known[country]:
        parts = ", ".join(f"{country}-{one}" for one in known[country])
        what = f"is no part of {country} whose holidays are known"
        return what, f"use {country}, or one of {parts}" if parts else f"use {country}"
    if country_holidays(country, subdiv=part or None).weekend != _SATURDAY_AND_SUNDAY:
        what = "is a place whose weekend is not Saturday and Sunday, which is not counted"
        return what, "leave it out, and promise the longer period in days"
    return "", ""


def public_holidays(place: str, first: dt.date, last: dt.date) -> dict[dt.date, str]:
    """The public holidays of a place, each with its name, in their order.

    Args:
        place: one without a `place_flaw`.
        first, last: between which days; at most `_FURTHEST` after the first are looked at.
    """
    from holidays.utils import country_holidays

    last = min(last, first + _FURTHEST) if dt.date.max - first > _FURTHEST else last
    country, _, part = place.partition("-")
    known = country_holidays(country, subdiv=part or None)
    english = [one for one in known.supported_languages if one.startswith("en")]
    language = english[0] if english else known.default_language
    # Those of a weekend are no days off beside it, and are kept: the list is to be read by people.
    years = range(first.year, last.year + 1)
    found = country_holidays(country, subdiv=part or None, years=years, language=language)
    return {day: name for day, name in sorted(found.items()) if first <= day <= last}


def years_unknown(place: str, first: dt.date, last: dt.date) -> list[int]:
    """The years of which the tables have no holiday of a place: no country is without any.

    Args:
        place: one without a `place_flaw`.
        first, last: between which days; at most `_FURTHEST` after the first are looked at.
    """
    from holidays.utils import country_holidays

    country, _, part = place.partition("-")
    until = min(last, first + _FURTHEST) if dt.date.max - first > _FURTHEST else last
    return [
        year
        for year in range(first.year, until.year + 1)
        if not country_holidays(country, subdiv=part or None, years=year)
    ]
