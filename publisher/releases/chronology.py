"""Whether a clock can be right: nothing is published, and nothing stated, after now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from publisher.errors import FreezeError, SendError
from publisher.releases.releases import Releases


def behind(releases: Releases, now: dt.datetime) -> str:
    """Why a clock must be wrong: it is behind the newest release, or the newest statement about
    one; empty: nothing speaks against it.

    Args:
        releases: the releases of a policy.
        now: what the clock says, with an offset.
    """
    known = [(r.published, f"{r.version.lower()} was published") for r in releases if r.published]
    known += [(one.stated, f"statement {one.number} was made") for one in releases.register]
    if not known:
        return ""
    latest, what = max(known, key=lambda one: one[0])
    if now >= latest:
        return ""
    return f"the clock says {_moment(now)}, but {what} at {_moment(latest)}"


def _moment(time: dt.datetime) -> str:
    return f"{time.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S} UTC"


def behind_record(releases: Releases, recorded: dt.datetime | None, now: dt.datetime) -> str:
    """Why a clock must be wrong, by what a ledger has too; empty: nothing speaks against it that
    matters to a period of notice, which is counted in days.

    Args:
        releases: the releases of a policy; at least one.
        recorded: when the last thing happened that a ledger has; None: nothing has.
        now: what the clock says, with an offset.
    """
    if wrong := behind(releases, now):
        return wrong
    known, day_of = overtaken(now, [recorded]), releases[-1].day_of
    if known and day_of(now) < day_of(known):
        return (
            f"the clock says {_moment(now)}, but the ledger has what happened at {_moment(known)}"
        )
    return ""


def require_clock(releases: Releases, recorded: dt.datetime | None, now: dt.datetime) -> None:
    """Refuses to let a period of notice begin, or to take back what became of letters, by a clock
    that is wrong.

    Raises:
        SendError: it is behind what is known.
    """
    if wrong := behind_record(releases, recorded, now):
        raise SendError(
            f"{wrong}: a notice period that is counted from now would end too early",
            remedy="set the clock of this machine, and run it again; if what is on record is later "
            "than the true time, put a copy from before it back: publisher ledger restore FILE",
        )


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


def refuse_clock(releases: Releases, now: dt.datetime) -> None:
    """Nothing is published before the newest release was.

    Raises:
        FreezeError: the clock is behind that.
    """
    if wrong := behind(releases, now):
        raise FreezeError(
            f"{wrong}: a notice period that is counted from now would end too early",
            remedy="set the clock of this machine",
        )
