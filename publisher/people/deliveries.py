"""Letters about releases: which went to whom, and what the carrier did with it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where one letter to one recipient stands."""

    TO_DO = "to do"
    IN_DOUBT = "in doubt"
    """The carrier may have taken it (RFC 1047): never sent again unless a person says so."""
    ACCEPTED = "accepted"
    """The carrier took it; whether it arrived, nobody knows."""
    REFUSED = "refused"
    BOUNCED = "bounced"
    AGREED = "agreed"
    """No letter was needed: the customer came with this version, and agreed to it then."""
    OTHERWISE = "told otherwise"
    """A role said that the customer was told in another way, and when."""
    GIVEN_UP = "given up"
    """A role decided, and said why, that the customer is not told."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice to one recipient."""

    policy: str
    release: str
    recipient: int
    effective: dt.date | None
    """The effective date that the notice tells of; None: no letter told of one."""
    state: DeliveryState
    reply: str
    """What the carrier said last."""
    address: str
    """Where it went; empty before the first try."""
    message_id: str
    at: dt.datetime
    """Since when it is in that state; accepted, told otherwise: when that was, if it is known."""
    tries: int


class Fate(StrEnum):
    """What became of a letter that was handed to a carrier."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """For good (5yz)."""
    LATER = "later"
    """It was certainly not taken, and may be tried again (4yz, or a lost connection)."""
    UNKNOWN = "unknown"
    """The connection was lost after the end of the letter was written."""


STATE_OF = {
    Fate.ACCEPTED: DeliveryState.ACCEPTED,
    Fate.REFUSED: DeliveryState.REFUSED,
    Fate.LATER: DeliveryState.TO_DO,
    Fate.UNKNOWN: DeliveryState.IN_DOUBT,
}
"""The state of a letter after each fate."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of a letter, and the carrier's words."""

    fate: Fate
    reply: str
