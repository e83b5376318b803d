"""Requests: what customers declared or asked for, and the answers that are owed to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
    ACCEPT = "accept"
    """Agrees to a release, which takes an opt-out back as well."""
    ASK = "ask for the link"
    """Somebody asks that a link be mailed to an address; declares nothing."""
    LEAVE = "leave the mailings"
    """Wants no more mailings: no refusal of a policy, and no notice is stopped by it."""
    JOIN = "join the mailings"
    WRITE = "write"
    """Somebody wrote what a person has to read, and is told that it came; declares nothing."""
    END = "end the contract"
    """About a release; a declaration that the organisation confirms."""
    QUESTION = "question"
    CORRECT = "correct"
    """Personal data are wrong or incomplete (GDPR Art. 16)."""
    ACCESS = "access"
    """Which personal data are held (GDPR Art. 15)."""
    ERASE = "erase"
    """Personal data are to be erased (GDPR Art. 17)."""
    OBJECT = "object"
    """Personal data are not to be processed (GDPR Art. 21)."""


DECLARED_KINDS = frozenset({RequestKind.OPT_OUT, RequestKind.WITHDRAW, RequestKind.ACCEPT})
"""Declarations about a release, of which the last one in time stands."""
MAILING_KINDS = frozenset({RequestKind.LEAVE, RequestKind.JOIN})
"""About mailings alone; they are followed by the program."""
PERSONAL_DATA_KINDS = frozenset(
    {RequestKind.CORRECT, RequestKind.ACCESS, RequestKind.ERASE, RequestKind.OBJECT}
)
"""Rights over personal data, which have to be answered within a month (GDPR Art. 12(3))."""
HANDLED_KINDS = PERSONAL_DATA_KINDS | {RequestKind.END, RequestKind.QUESTION}
"""What a person has to do something about."""


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
    """Of what has no last day: in time."""
    channel: Channel
    evidence: str
    """What proves it: JSON; empty: it was erased, or not asked for."""
    repeats: int | None
    """The request that said the same before; this one changes nothing."""
    message: int | None = None
    """The number of the message that it came in; None: it came by form."""
    behind: dt.datetime | None = None
    """A time that was on record already, and that the clock it was recorded by was behind."""
    digest: str = ""
    """Of what proves it and a salt, SHA-256, hexadecimal: whoever is shown both can tell that they
    are what was recorded then; empty: nothing proves it, or it was not asked for."""

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
    due: dt.date | None = None
    """The day by which a person has to have answered it; None: there is none."""
    confirmed: bool = True
    """Whether it came by a way that proves whose it is; else it waits for that."""
    asked: int = 0
    """The number of the request for the link by which it was confirmed: it is recorded once."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request that is on record."""

    request: Request
    first: Request | None
    """The one that said the same before."""
    every: tuple[Request, ...] = field(default=(), compare=False)
    """Of a declaration: all of its customer about the release, with what proves each."""


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
    decided: bool = False
    """Whether it tells what a person decided, or found in a mail; else a machine alone gives it."""


def receipt_number(request: int) -> str:
    """`R-000042`."""
    return f"R-{request:06}"


def receipt_of(written: str) -> int:
    """The number of the request in `R-000042`; 0: it says none, or one that no database has."""
    digits = written.strip().upper().removeprefix("R-")
    known = digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS
    return int(digits) if known else 0


_MOST_DIGITS = 18
"""Of a number that fits into 64 bits."""
