"""What became of the letters about a release, in figures that name nobody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from publisher.people.due import Due

LEAST_AT_A_DOMAIN = 10
"""Recipients that a domain needs to be named: fewer of them may be somebody."""
MOST_DOMAINS = 20
"""Domains that are named, those with most recipients; all others are counted together."""
NO_CODE = "none"
"""Stands for the code of a refusal that had none, or whose words were erased."""


@dataclass(frozen=True, slots=True)
class DomainFigures:
    """The letters to the recipients at one domain, or at all that are not named."""

    domain: str
    """Empty: of the others."""
    letters: int
    accepted: int
    refused: int
    bounced: int

    @property
    def others(self) -> int:
        """In doubt, put off, told otherwise, given up, or in no need of one."""
        return self.letters - self.accepted - self.refused - self.bounced


@dataclass(frozen=True, slots=True)
class SendingFigures:
    """Of one release."""

    due: Due
    """Its recipients today, by what became of their letters."""
    accepted: Mapping[dt.datetime, int] = field(default_factory=dict)
    """How many letters a carrier took in each minute (UTC), but for those that came back."""
    domains: tuple[DomainFigures, ...] = ()
    """Those with most recipients first; the others last, if there are any."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """By the code of the refusal (RFC 5321, RFC 3463), or `NO_CODE`."""
    bounced: Mapping[str, int] = field(default_factory=dict)
    """By the status of the report (RFC 3463), or `NO_CODE`."""
    opted_out: Mapping[dt.date, int] = field(default_factory=dict)
    """Opt-outs that were declared, by the day on the calendar of the release."""
    withdrawn: Mapping[dt.date, int] = field(default_factory=dict)
    """Opt-outs that were taken back, likewise."""


_WIDTHS = [
    dt.timedelta(minutes=count)
    for count in (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 40_320)
]
_MOST_BARS = 48
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def in_bars(counts: Mapping[dt.datetime, int]) -> tuple[dt.timedelta, dict[dt.datetime, int]]:
    """Counts by the minute, put together to few enough to be drawn side by side.

    Args:
        counts: by the minute, in UTC.

    Returns:
        How long a bar is, and how many there were in each, in order, also where there were none.
    """
    if not counts:
        return _WIDTHS[0], {}
    first, last = min(counts), max(counts)
    fitting = (one for one in _WIDTHS if (last - first) / one < _MOST_BARS - 1)
    width = next(fitting, (last - first) / (_MOST_BARS - 2))
    bars = dict[dt.datetime, int]()
    at = _EPOCH + (first - _EPOCH) // width * width
    while at <= last:
        bars[at] = 0
        at += width
    for minute, count in counts.items():
        bars[_EPOCH + (minute - _EPOCH) // width * width] += count
    return width, bars
