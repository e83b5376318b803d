"""Periods: which version applied on which day, and which was announced but not yet in force.

A day is the one on the calendar of the release. What was announced is told as of the end of the
day; what applied is told by what is known now, whenever it was stated.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.wording.dates import moved


@dataclass(frozen=True, slots=True)
class Period:
    """The days on which one version applied, or was announced; both ends belong to it."""

    release: Release
    first: dt.date | None
    """None: since a day that nobody knows."""
    last: dt.date | None
    """None: no end is known."""

    def holds(self, day: dt.date) -> bool:
        """Whether `day` belongs to it."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)


def applied(releases: Releases) -> tuple[Period, ...]:
    """The periods in force, oldest first; no day belongs to two of them.

    A version that was corrected before it took effect has none, nor has one that was retracted, or
    that is held as long as nobody states that people were told.
    """
    begun: list[tuple[dt.date | None, Release]] = []
    for day, release in sorted(_beginnings(releases), key=lambda start: start[0] or dt.date.min):
        if begun and release.number < begun[-1][1].number:
            continue
        if begun and begun[-1][0] == day:
            begun.pop()
        begun.append((day, release))
    if not begun:
        return ()
    ends = [moved(day, -1) for day, _ in begun[1:] if day]
    return tuple(
        Period(release, first, last)
        for (first, release), last in zip(begun, [*ends, None], strict=True)
    )


def _beginnings(releases: Releases) -> Iterator[tuple[dt.date | None, Release]]:
    """From when each version that ever takes effect does so; None: since nobody knows when."""
    for release in releases:
        own = releases.status(release, dt.date.min)
        gone = own.status in (Status.SUPERSEDED, Status.RETRACTED)
        if not gone and not releases.is_held(release):
            yield own.since, release


def announced(releases: Releases) -> tuple[Period, ...]:
    """The periods between publication and effect, by rising number; they may overlap.

    That of a version which was corrected or retracted in this time ends where that was published;
    that of one which is held has no end, unless another took effect meanwhile.
    """
    found: list[Period] = []
    for release in releases:
        if release.published is None or release.effective is None:
            continue
        # Before its day, a version is upcoming until then, or corrected since an earlier day.
        own = releases.status(release, dt.date.min)
        end, first = own.since or release.effective, release.day_of(release.published)
        late = releases.status(release, dt.date.max)
        over = late.since if late.status is Status.SUPERSEDED else None
        if own.status is Status.UPCOMING and releases.is_held(release):
            found.append(Period(release, first, moved(over, -1) if over else None))
        elif over and first < over < end:  # by another, before it came to apply
            found.append(Period(release, first, moved(over, -1)))
        elif first < end:
            found.append(Period(release, first, moved(end, -1)))
    return tuple(found)


def by_number(periods: Iterable[Period]) -> dict[Number, Period]:
    """The period of each version that has one."""
    return {period.release.number: period for period in periods}


def superseded_by(releases: Releases, day: dt.date) -> list[Number]:
    """The versions whose place a later material one had taken by the end of a day.

    A version that was merely corrected is not among them: what was told of it goes for its
    correction too.
    """
    current = releases.in_force(day)
    if current is None:
        return []
    return [one.number for one in releases if one.number.major < current.number.major]
