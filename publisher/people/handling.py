"""What a person does about a request of a customer: open until it is done or declined."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from publisher.people.requests import Request


class HandlingState(StrEnum):
    """How far a request is."""

    UNCONFIRMED = "unconfirmed"
    """It came by a way that proves nothing, and waits for a word from the address on record."""
    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class HandlingOutcome(StrEnum):
    """What a person decided about a request."""

    DONE = "done"
    DECLINED = "declined"
    EXTENDED = "extended"
    """It takes longer than its due day (GDPR Art. 12(3), second sentence)."""
    REOPENED = "reopened"


STATE_AFTER = {
    HandlingOutcome.DONE: HandlingState.DONE,
    HandlingOutcome.DECLINED: HandlingState.DECLINED,
    HandlingOutcome.EXTENDED: HandlingState.OPEN,
    HandlingOutcome.REOPENED: HandlingState.OPEN,
}
"""How far a request is by what was decided."""
FINISHED = frozenset({HandlingState.DONE, HandlingState.DECLINED})


@dataclass(frozen=True, slots=True)
class Handling:
    """A request that a person handles, and how far it is."""

    request: Request
    state: HandlingState
    due: dt.date | None
    """The day by which it has to have been answered; None: there is none."""
    at: dt.datetime
    """Since when it has been in this state."""
    words: str = ""
    """What the customer was told of what was decided last; empty: nothing, or it was erased."""
    role: str = ""
    """Of the person who decided it."""
    outcome: HandlingOutcome | None = None
    """What was decided last; None: nothing yet, or it was confirmed since."""

    @property
    def told(self) -> bool:
        """Whether there are words for the customer about what was decided last."""
        return self.outcome is not None and bool(self.words)


@dataclass(frozen=True, slots=True)
class HandlingDecision:
    """What a person decides about a request."""

    outcome: HandlingOutcome
    words: str
    """For the customer, and for the record."""
    role: str
    due: dt.date | None = None
    """The new day, where it takes longer."""
    answered: bool = False
    """Whether a letter with the words is owed to the customer."""
    proven: bool = False
    """Whether the person knows otherwise whose it is, though nothing from the address on record
    confirmed it."""
