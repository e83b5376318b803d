"""Who is reminded of a release before the last day to opt out, and what became of that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class ReminderState(StrEnum):
    """What is known of a reminder to one recipient; a value once on record keeps its name."""

    IN_DOUBT = "in doubt"
    """It was about to be handed over, or the connection was lost: it is not sent again."""
    ACCEPTED = "accepted"
    REFUSED = "refused"
    PUT_OFF = "put off"
    """The carrier certainly did not take it; the next run tries again."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """Of how many recipients what is known of their reminders."""

    to_remind: int
    """Who was told before its day, has declared nothing, is still told, and has had none."""
    states: Mapping[ReminderState, int]
    """Of those who had one, or may have, whatever they have declared since."""

    @property
    def begun(self) -> bool:
        """Whether any reminder went out, or may have."""
        return any(self.states.values())


@dataclass(frozen=True, slots=True)
class ReminderWindow:
    """When a release may be recalled to those who were told of it."""

    first: dt.date
    """The first day, on the calendar of the release."""
    last: dt.date
    """The last day to opt out."""
    told_before: dt.datetime
    """The moment at which the first day begins: who was told later needs no reminder."""

    def holds(self, today: dt.date) -> bool:
        """Whether people may be reminded on a day."""
        return self.first <= today <= self.last


@dataclass(frozen=True, slots=True)
class ReminderStanding:
    """Where the reminders of a release stand."""

    window: ReminderWindow
    reminded: Reminded
    unknown_since: dt.datetime | None = None
    """Since when the ledger goes on from a copy, or for another one, after reminders may have gone
    out: nobody knows who had theirs. None: it does not."""

    @classmethod
    def of(
        cls, window: ReminderWindow, reminded: Reminded, taken_up: dt.datetime | None
    ) -> ReminderStanding:
        """Where they stand by a ledger.

        Args:
            window: when people may be reminded.
            reminded: as the ledger counts them.
            taken_up: when it was put back from a copy, or took up the release, last; None: it
                never did.
        """
        unknown = taken_up if taken_up and taken_up >= window.told_before else None
        return cls(window, reminded, unknown)

    def due(self, today: dt.date) -> int:
        """How many are reminded by a run on a day."""
        in_time = self.window.holds(today) and not self.unknown_since
        return self.reminded.to_remind if in_time else 0
