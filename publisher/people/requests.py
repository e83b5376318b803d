"""Requests: what customers declared or asked for, and the answers that are owed to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from publisher.people.deliveries import DeliveryState
from publisher.releases.number import Number

TimingOf = Callable[[dt.datetime], "Timing"]
"""Says of a time whether what came then came in time."""


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


class Channel(StrEnum):
    """How a request came in."""

    FORM = "form"
    MAIL = "mail"


@dataclass(frozen=True, slots=True)
class Request:
    """What a customer asked for; never altered."""

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
    """What proves it: JSON; empty: it was erased, or not asked for."""
    repeats: int | None
    """The request that said the same before; this one changes nothing."""
    message: int | None = None
    """The number of the message that it came in; None: it came by form."""
    behind: dt.datetime | None = None
    """A time that was on record already, and that the clock it was recorded by was behind."""

    @property
    def clock_behind(self) -> bool:
        """Whether the clock it was recorded by was behind what was on record already."""
        return self.behind is not None

    @property
    def came_after(self) -> dt.datetime:
        """Its place among others: when it came in, or, by a clock that was behind, what it was
        behind of.
        """
        return self.behind or self.received

    @property
    def receipt(self) -> str:
        """The number on the receipt: that of the first request that said the same."""
        return receipt_number(self.repeats or self.id)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that is to be recorded."""

    kind: RequestKind
    policy: str
    number: Number | None
    """None: it is about no release."""
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
    message: int | None = None
    """The number of the message that it came in."""
    behind: dt.datetime | None = None
    """A time that had passed for certain when it came, though the clock said another."""


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
