"""Until when what is said of a policy is right: the next day on which anything of it changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.wording.dates import first_moment, moved


@dataclass(frozen=True, slots=True)
class Outlook:
    """How long what is said on a day stays right, if nothing else is published."""

    last: dt.date
    """The last day on which it is right."""
    ends: dt.datetime
    """The moment from which it may not be (UTC): midnight after that day, in the time zone of the
    release."""
    zone: str
    """That time zone: a name of the IANA time zone database."""


def outlook(releases: Releases, today: dt.date) -> Outlook | None:
    """Until when what is said of these releases is right; None: until something is published.

    It follows from the releases and from what is stated of them: from when a release is in force,
    the last day to opt out, the day that was announced for one that is held.

    Args:
        releases: all releases of one policy.
        today: the day on which it is said, as `Releases.today` has it.
    """
    coming = [(day, one) for day, one in _turns(releases, today) if day > today]
    if not coming:
        return None
    # On two calendars the later date may begin first.
    ends, _, day, zone = min(
        (first_moment(day, zone := one.conditions.time_zone), one.number, day, zone)
        for day, one in coming
    )
    return Outlook(moved(day, -1), ends, zone)


def _turns(releases: Releases, today: dt.date) -> Iterator[tuple[dt.date, Release]]:
    """The first days on which something else is said, each with the release that it is about."""
    for release in releases:
        own = releases.status(release, today)
        if own.status is Status.UPCOMING and own.since:
            yield own.since, release
        asked = release.opt_out and own.status is not Status.RETRACTED
        if asked and (closes := releases.closing_day(release)):
            yield moved(closes, 1), releases.window(release)
