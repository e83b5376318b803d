"""What the ledger keeps, as values, and which of a customer's declarations stands."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from publisher.releases.number import Number

Clock = Callable[[], dt.datetime]
"""Gives the time, with its offset."""
TimingOf = Callable[[dt.datetime], "Timing"]
"""Says of a time whether what came then came in time."""

DAY = dt.timedelta(days=1)
MOST_CHANGES = 20
"""Times that one customer may opt out of a release and take it back, in a day."""
MOST_REPEATS = 5
"""Times that one declaration is recorded again in a day; after that it is answered all the same."""
SKEW = dt.timedelta(minutes=1)
"""How far the clocks of two machines may lie apart without a word."""
BEHIND = "clock_behind"
"""In the evidence of a request: the clock was behind this time, which was on record already."""


class RequestKind(StrEnum):
    """What a customer asks for."""

    OPT_OUT = "opt out"
    WITHDRAW = "withdraw"
    """Takes an opt-out back."""
    ASK = "ask for the link"
    """Somebody asks that the link of an address be mailed to it; declares nothing."""


class Timing(StrEnum):
    """Whether a request came before the window closed."""

    IN_TIME = "in time"
    LATE = "late"


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
    """A machine's, that nobody has to read: a report of a mail server, or without words of its own
    or a personal address."""
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
    """What proves it: JSON."""
    repeats: int | None
    """The request that said the same before; this one changes nothing."""

    @property
    def clock_behind(self) -> bool:
        """Whether the clock it was recorded by was behind what was on record already."""
        return self.came_after != self.received

    @property
    def came_after(self) -> dt.datetime:
        """Its place among others: when it came in, or, by a clock that was behind, what it was
        behind of.
        """
        behind = json.loads(self.evidence).get(BEHIND)
        return dt.datetime.fromisoformat(behind) if behind else self.received

    @property
    def receipt(self) -> str:
        """The number on the receipt: that of the first request that said the same."""
        return receipt_number(self.repeats or self.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that is to be recorded."""

    kind: RequestKind
    policy: str
    number: Number
    recipient: int | None
    """None: somebody who did not prove who they are."""
    channel: Channel
    evidence: Mapping[str, object]
    received: dt.datetime | None = None
    """When it came in, where that was before now."""
    not_before: dt.datetime | None = None
    """It cannot have come before this, whatever the clock says."""
    answered: bool = True
    """Whether an answer by mail is due; a repeat is never answered again."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that is on record."""

    request: Request
    first: Request | None
    """The one that said the same before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer by machine to a request: a receipt, or the link that was asked for."""

    request: Request
    state: DeliveryState
    reply: str
    """What the carrier said last."""
    at: dt.datetime
    """When it got into this state."""
    tries: int


def receipt_number(request: int) -> str:
    """`R-000042`."""
    return f"R-{request:06}"


def receipt_of(written: str) -> int:
    """The number of the request in `R-000042`; 0 where it says none."""
    digits = written.strip().upper().removeprefix("R-")
    return int(digits) if digits.isascii() and digits.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Filing:
    """What became of a message, and why."""

    filed: Filed
    reason: str
    policy: str = ""
    """What it is about, and from whom, where that is known."""
    release: str = ""
    recipient: int | None = None
    timing: Timing | None = None
    request: int | None = None
    """The number of the request that it makes."""


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


def declarations(requests: Iterable[Request]) -> list[Request]:
    """What was declared, in the order in which it came: all but asking for a link."""
    own = (r for r in requests if r.kind is not RequestKind.ASK)
    return sorted(own, key=lambda r: (r.came_after, r.id))


def in_order(requests: Iterable[Request]) -> list[Request]:
    """Declarations that change something, by the time they came."""
    return [r for r in declarations(requests) if r.repeats is None]


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


def said_before(kind: RequestKind, timing: Timing, earlier: Sequence[Request]) -> Request | None:
    """The request that a new one merely repeats; None where it says something new.

    Args:
        kind, timing: of the new one.
        earlier: all that its customer declared before.
    """
    standing = stands(earlier)
    if standing is not None and standing.kind is kind:
        return standing
    late = last_late(earlier) if timing is Timing.LATE else None
    return late if late is not None and late.kind is kind else None


def may_record(first: Request | None, earlier: Sequence[Request], now: dt.datetime) -> bool:
    """Whether one customer's declaration is recorded, so that none fills the ledger.

    Args:
        first: the one that it repeats, if it does.
        earlier: all that its customer declared before about the release.
        now: the time.
    """
    lately = [r for r in earlier if now - r.received < DAY and r.kind is not RequestKind.ASK]
    if first is None:
        return sum(r.repeats is None for r in lately) < MOST_CHANGES
    return sum(r.repeats == first.id for r in lately) < MOST_REPEATS


def overtaken(now: dt.datetime, known: Iterable[dt.datetime | None]) -> dt.datetime | None:
    """The time on record that a clock is behind; None where it is not.

    Args:
        now: what the clock says.
        known: times that have passed for certain.
    """
    newest = max((moment for moment in known if moment is not None), default=None)
    return newest if newest is not None and now < newest - SKEW else None
