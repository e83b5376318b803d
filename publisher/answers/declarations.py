"""A customer's declarations about a release: which one counts, which only says it again.

An opt-out is a declaration about one named release. It says nothing about the next one, and it is
never the same as leaving a mailing list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from publisher.people.requests import (
    DECLARED_KINDS,
    HANDLED_KINDS,
    MAILING_KINDS,
    Request,
    RequestKind,
    Timing,
)
from publisher.releases.release import Release

DAY = dt.timedelta(days=1)


MOST_CHANGES = 20
"""Times that one customer may opt out of a release and take it back, in a day."""


MOST_ACKNOWLEDGED = 1
"""Mails of one customer that are acknowledged in a day, whoever writes them in their name."""
_SORTS = (DECLARED_KINDS, MAILING_KINDS, HANDLED_KINDS)
"""Requests that are counted together."""


MOST_REPEATS = 5
"""Times that one declaration is recorded again in a day; after that it is answered all the same."""


def declarations(requests: Iterable[Request]) -> list[Request]:
    """What was declared about a release, in the order in which it came."""
    return _by_time(r for r in requests if r.kind in DECLARED_KINDS)


def _by_time(requests: Iterable[Request]) -> list[Request]:
    return sorted(requests, key=lambda r: (r.came_after, r.id))


def in_order(requests: Iterable[Request]) -> list[Request]:
    """Declarations that change something, by the time they came."""
    return [r for r in declarations(requests) if r.repeats is None]


def current_declaration(requests: Iterable[Request]) -> Request | None:
    """The declaration that counts: the last one that came in time; None where none did.

    Args:
        requests: all of one recipient about one material release and its corrections.
    """
    in_time = [r for r in in_order(requests) if r.timing is Timing.IN_TIME]
    return in_time[-1] if in_time else None


def last_late(requests: Iterable[Request]) -> Request | None:
    """The last declaration that came late: kept and marked, and overturning nothing."""
    late = [r for r in in_order(requests) if r.timing is Timing.LATE]
    return late[-1] if late else None


def said_before(kind: RequestKind, timing: Timing, earlier: Sequence[Request]) -> Request | None:
    """The request that a new one merely repeats; None where it says something new.

    Args:
        kind, timing: of the new one.
        earlier: all that its customer declared or asked for before.
    """
    if kind in MAILING_KINDS:
        about = _by_time(r for r in earlier if r.kind in MAILING_KINDS and r.repeats is None)
        return about[-1] if about and about[-1].kind is kind else None
    if kind not in DECLARED_KINDS:
        return None
    standing = current_declaration(earlier)
    if standing is not None and standing.kind is kind:
        return standing
    late = last_late(earlier) if timing is Timing.LATE else None
    return late if late is not None and late.kind is kind else None


def may_record(
    kind: RequestKind, first: Request | None, earlier: Sequence[Request], now: dt.datetime
) -> bool:
    """Whether one customer's declaration is recorded, so that none fills the ledger.

    What one sort of requests takes up holds up no other sort, and nothing holds up leaving the
    mailings.

    Args:
        kind: what is declared or asked for.
        first: the one that it repeats, if it does.
        earlier: all that its customer declared or asked for before about the release.
        now: the time.
    """
    sort = next((some for some in _SORTS if kind in some), {kind})
    lately = [r for r in earlier if now - r.received < DAY and r.kind in sort]
    if first is None:
        most = MOST_ACKNOWLEDGED if kind is RequestKind.WRITE else MOST_CHANGES
        return kind is RequestKind.LEAVE or sum(r.repeats is None for r in lately) < most
    return sum(r.repeats == first.id for r in lately) < MOST_REPEATS


def timing(release: Release, received: dt.datetime) -> Timing:
    """Whether `received` (with an offset) lies before the end of the release's window, on the
    calendar of that release.
    """
    closes = release.closes
    in_time = closes is not None and release.day_of(received) <= closes
    return Timing.IN_TIME if in_time else Timing.LATE
