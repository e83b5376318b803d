"""Whether a clock can be right: nothing is published after now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from publisher.releases.releases import Releases


def behind(releases: Releases, now: dt.datetime) -> str:
    """Why a clock must be wrong: it is behind the newest release; empty: nothing speaks against it.

    Args:
        releases: the releases of a policy.
        now: what the clock says, with an offset.
    """
    published = [(r.published, r.version) for r in releases if r.published is not None]
    if not published:
        return ""
    latest, version = max(published, key=lambda one: one[0])
    if now >= latest:
        return ""
    return (
        f"the clock says {_moment(now)}, but {version.lower()} was published at {_moment(latest)}"
    )


def _moment(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


SKEW = dt.timedelta(minutes=1)
"""How far the clocks of two machines may lie apart without a word."""


def overtaken(now: dt.datetime, known: Iterable[dt.datetime | None]) -> dt.datetime | None:
    """The time on record that a clock is behind; None where it is not.

    Args:
        now: what the clock says.
        known: times that have passed for certain.
    """
    newest = max((moment for moment in known if moment is not None), default=None)
    return newest if newest is not None and now < newest - SKEW else None
