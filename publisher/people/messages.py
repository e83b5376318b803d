"""What came in by mail, and what became of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from publisher.people.requests import Timing


class Filed(StrEnum):
    """What became of a message."""

    OPT_OUT = "opt out"
    REQUEST = "request"
    """It asked for something else beyond doubt: an opt-out was taken back, the mailings left."""
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
    ERASED = "erased"
    """It waited for a person, and its words were erased first."""


FOR_A_PERSON = frozenset({Filed.UNCLEAR, Filed.UNKNOWN, Filed.UNREADABLE})
"""What waits until somebody reads it; so does a message that was never filed."""


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
    likely: str = ""
    """What it is likely about, one of `Inbox`, for the person who reads it; empty: not known."""


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
    likely: str = ""
    """What it is likely about, for the person who reads it; empty: not known."""
