"""What the ledger keeps, as values, and which of a customer's declarations stands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.notices.optout import RequestKind, Timing


class DeliveryState(StrEnum):
    """Where one letter to one recipient stands."""

    TO_DO = "to do"
    IN_DOUBT = "in doubt"
    """The carrier may have taken it (RFC 1047): never sent again unless a person says so."""
    ACCEPTED = "accepted"
    """The carrier took it; whether it arrived, nobody knows."""
    REFUSED = "refused"
    BOUNCED = "bounced"


class Channel(StrEnum):
    """How a request came in."""

    FORM = "form"
    MAIL = "mail"


class Filed(StrEnum):
    """What became of a message."""

    OPT_OUT = "opt out"
    AUTOMATIC = "automatic"
    """An absence note, a bounce, a mailing: never answered (RFC 3834 §2)."""
    UNCLEAR = "unclear"
    """From a customer, about a known release, and not beyond doubt: a person reads it."""
    UNKNOWN = "unknown sender"
    """No valid reply address of ours on it: a person reads it."""
    UNREADABLE = "unreadable"
    SETTLED = "settled"
    """A person read it and nothing else was to be recorded."""


FOR_A_PERSON = frozenset({Filed.UNCLEAR, Filed.UNKNOWN, Filed.UNREADABLE})
"""What waits until somebody reads it; so does a message that was never filed."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice to one recipient."""

    policy: str
    release: str
    recipient: int
    effective: dt.date
    """The effective date that the notice tells of."""
    state: DeliveryState
    reply: str
    """What the carrier said last."""
    address: str
    """Where it went; empty before the first try."""
    message_id: str
    at: dt.datetime
    tries: int


@dataclass(frozen=True, slots=True)
class Request:
    """What a customer asked for; recorded for ever."""

    id: int
    kind: RequestKind
    policy: str
    release: str
    major: int
    recipient: int | None
    received: dt.datetime
    timing: Timing
    channel: Channel
    evidence: str
    """JSON."""
    repeats: int | None
    """The request that said the same before; this one changes nothing."""

    @property
    def receipt(self) -> str:
        """The number on the receipt: that of the first request that said the same."""
        return receipt_number(self.repeats or self.id)


def receipt_number(request: int) -> str:
    """`R-000042`."""
    return f"R-{request:06}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that came in, and what became of it."""

    id: int
    received: dt.datetime
    to: str
    filed: Filed | None
    """None: it was kept, and the program was stopped before it was read."""
    reason: str
    policy: str
    release: str
    recipient: int | None
    timing: Timing | None
    request: int | None


def in_order(requests: Iterable[Request]) -> list[Request]:
    """Declarations that change something, by the time they came."""
    own = [r for r in requests if r.repeats is None and r.kind is not RequestKind.ASK]
    return sorted(own, key=lambda r: (r.received, r.id))


def stands(requests: Iterable[Request]) -> Request | None:
    """The declaration that stands: the last one that came in time; None where none did.

    Args:
        requests: all of one recipient about one material release and its corrections.
    """
    in_time = [r for r in in_order(requests) if r.timing is Timing.IN_TIME]
    return in_time[-1] if in_time else None


def last_late(requests: Iterable[Request]) -> Request | None:
    """The last declaration that came late: kept and marked, and overturning nothing."""
    late = [r for r in in_order(requests) if r.timing is Timing.LATE]
    return late[-1] if late else None


def said_before(
    kind: RequestKind, timing: Timing, received: dt.datetime, requests: Sequence[Request]
) -> Request | None:
    """The request that a new one merely repeats; None where it says something new."""
    earlier = [r for r in requests if r.received <= received]
    standing = stands(earlier)
    if standing is not None and standing.kind is kind:
        return standing
    late = last_late(earlier) if timing is Timing.LATE else None
    return late if late is not None and late.kind is kind else None
