"""What happened, as the ledger records it: an event that is never changed.

Nothing personal stands in an event. What is personal is a private value, of which the event has a
salted digest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from publisher.record.private import canonical

_START = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)


class EventKind(StrEnum):
    """What can happen. A kind that is once on record keeps its name for ever."""

    LISTED = "listed"
    """A customer was put on the list of recipients."""
    CHANGED = "changed"
    """What is known of a recipient was altered, or a removed one is told again."""
    REMOVED = "removed"
    """A recipient is told no more."""
    ERASED = "erased"
    """What is personal of a recipient or a message was deleted."""
    PRUNED = "pruned"
    """What is personal and was about a release was deleted, its time being over."""
    BEGUN = "begun"
    """A run began to send the notice of a release."""
    TOLD = "told"
    """A letter was about to be handed over: from here on it may have arrived."""
    TAKEN = "taken"
    """The carrier accepted it."""
    REFUSED = "refused"
    PUT_OFF = "put off"
    """The carrier certainly did not take it, and may later."""
    DOUBTED = "doubted"
    """The connection was lost: whether the carrier took it is not known."""
    BOUNCED = "bounced"
    RESOLVED = "resolved"
    """A person found out what became of a letter."""
    DECLARED = "declared"
    """A customer opted out, took that back, or agreed."""
    ASKED = "asked"
    """Somebody asked that the link of an address be mailed to it."""
    REQUESTED = "requested"
    """A customer left or joined the mailings, or asked for what a person has to do."""
    CONFIRMED = "confirmed"
    """A request was confirmed from the address on record."""
    HANDLED = "handled"
    """A person did what a request asked for, declined it, or said that it takes longer."""
    PASSED_ON = "passed on"
    """It was looked up whose address that is."""
    RECEIVED = "received"
    """A message came in."""
    FILED = "filed"
    """It was read by this program."""
    DECIDED = "decided"
    """A person decided what it means."""
    RESTORED = "restored"
    """The ledger was put back from a copy."""
    REMINDED = "reminded"
    """A letter that reminds of a release was about to be handed over, or what became of it: no
    state follows from that, and nothing of it counts for the notice."""
    STATED = "stated"
    """It was counted what is to be stated in the register of a notice."""
    ADOPTED = "adopted"
    """A release that was sent with another ledger goes on with this one."""
    MIGRATED = "migrated"
    """The ledger was brought over from an older schema."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event."""

    number: int
    at: dt.datetime
    """With its offset."""
    kind: str
    """One of `EventKind`, or of a later program."""
    policy: str = ""
    release: str = ""
    """The number of a release, such as `2.1`; empty: it is about none."""
    recipient: int | None = None
    request: int | None = None
    message: int | None = None
    facts: str = ""
    """What else is public: canonical JSON; empty: nothing."""
    digest: bytes = b""
    """Of its private value, 32 bytes; empty: it has none."""

    def leaf(self) -> bytes:
        """The bytes that the chain vouches for.

        Raises:
            ValueError: a field holds a line end.
        """
        named = (self.kind, self.policy, self.release)
        if any("\n" in one for one in named) or "\n" in self.facts:
            raise ValueError("a field of an event holds a line end")
        numbers = "\n".join(
            "" if one is None else str(one) for one in (self.recipient, self.request, self.message)
        )
        return (
            f"{self.number}\n{microseconds(self.at)}\n{self.kind}\n{self.policy}\n{self.release}\n"
            f"{numbers}\n{self.digest.hex()}\n{self.facts}"
        ).encode()


@dataclass(frozen=True, slots=True)
class Happening:
    """What is to be recorded as an event, or was, with its private value if that is known."""

    kind: str
    at: dt.datetime
    policy: str = ""
    release: str = ""
    recipient: int | None = None
    request: int | None = None
    message: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    private: Mapping[str, Any] | None = None
    """None: it has none, or it was erased."""
    body: bytes | None = None
    """What belongs to the private value and is large; its SHA-256 stands in `private`."""

    def as_event(self, number: int, digest: bytes) -> Event:
        """The event that records it."""
        return Event(
            number,
            self.at,
            str(self.kind),
            self.policy,
            self.release,
            self.recipient,
            self.request,
            self.message,
            canonical(self.facts) if self.facts else "",
            digest,
        )


def microseconds(moment: dt.datetime) -> int:
    """A time, with its offset, as microseconds since 1970 in UTC.

    Raises:
        ValueError: it has no offset.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without its offset")
    return (moment - _START) // _MICROSECOND


def moment_of(count: int) -> dt.datetime:
    """The time in UTC that is so many microseconds after the beginning of 1970."""
    return _START + count * _MICROSECOND
