"""When the notice period of whoever was told ends, and from when a release may apply to all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from publisher.releases.notice_period import lawful_from
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.dates import moved


class ToldDay(NamedTuple):
    """When somebody was told of a release; days are on its calendar."""

    day: dt.date
    """On which a carrier took their letter about it, or on which they were told in another way."""
    since: dt.date | None
    """On which they were told of any number of it first, for a postponement or a supplement begins
    no new period; None: they came with it, and need none."""


def notice_end(
    release: Release, releases: Releases, told: dt.date, margin_days: int = 0
) -> dt.date:
    """The first day from which a release may apply to somebody who was told of it.

    By the rules that customers were promised, and by the new ones where they are stricter; not
    before its effective date.

    Args:
        release: which.
        releases: all of its policy.
        told: the day, on the calendar of the release, on which a carrier took their letter, or on
            which they were told in another way. Of whoever was told of several numbers of the
            release, the first: a postponement or a supplement begins no new period.
        margin_days: how many days the operator allows a carrier to bring a letter.
    """
    end = lawful_from(release, releases, moved(told, margin_days))
    return max(end, release.effective) if release.effective else end


def applies_from(
    release: Release, releases: Releases, told: Mapping[ToldDay, int], margin_days: int = 0
) -> tuple[dt.date, int]:
    """The first day on which a release may apply to all who were told of it in time, or to all, if
    more were told late than in time; and how many were told late.

    Args:
        release: which; it has an effective date.
        releases: all of its policy.
        told: how many were told, by when; at least one was.
        margin_days: how many days the operator allows a carrier to bring a letter.
    """
    assert release.effective is not None
    end_of = cache(lambda day: lawful_from(release, releases, moved(day, margin_days)))
    in_time, late = dict[dt.date, int](), dict[dt.date, int]()
    for one, count in told.items():
        end = one.day if one.since is None else max(one.day, end_of(one.since))
        some = in_time if end <= release.effective else late
        some[end] = some.get(end, 0) + count
    more_late = sum(late.values()) > sum(in_time.values())
    return max(late if more_late else in_time), sum(late.values())
