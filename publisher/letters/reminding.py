"""Reminding of a release those who were told of it: when that is allowed, and what a run does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.errors import SendError
from publisher.letters.html_part import subject_of
from publisher.people.reminding import (
    Reminded,
    ReminderStanding,
    ReminderState,
    ReminderWindow,
)
from publisher.releases.announcement import reminder_day
from publisher.releases.release import Release
from publisher.releases.telling import LetterCase, LetterKind
from publisher.wording.dates import long_date

_OUTCOMES = {
    ReminderState.ACCEPTED: "accepted by the carrier",
    ReminderState.PUT_OFF: "not taken for now",
    ReminderState.IN_DOUBT: "in doubt: not sent again",
    ReminderState.REFUSED: "refused",
}


@dataclass(frozen=True)
class RemindingPlan:
    """What a person must see before reminders go out."""

    release: Release
    standing: ReminderStanding
    today: dt.date
    sender: str
    """The From address."""
    carrier: str
    """Where letters go: the relay or the folder."""

    @property
    def window(self) -> ReminderWindow:
        """When people may be reminded."""
        return self.standing.window

    @property
    def reminded(self) -> Reminded:
        """How many are to be reminded, and what became of those who were."""
        return self.standing.reminded

    @property
    def count(self) -> int:
        """How many are reminded by a run today."""
        return self.standing.due(self.today)

    def lines(self) -> list[str]:
        """The plan in words."""
        release, window = self.release, self.window
        text = release.telling.letters[LetterKind(LetterCase.REMINDER)]
        lines = [
            f"{release.policy.facts.title}, version {release.number}: a reminder from "
            f"{long_date(window.first)} until {long_date(window.last)}",
            f"  letter     {subject_of(text)}",
            f"  from       {self.sender}",
            f"  by         {self.carrier}",
            f"  to remind  {self.reminded.to_remind:,} who were told before "
            f"{long_date(window.first)} and have declared nothing",
        ]
        lines += [
            f"  {state:<9}  {count:,}" for state, count in self.reminded.states.items() if count
        ]
        return [*lines, *self._nothing()]

    def _nothing(self) -> list[str]:
        """Why a run would send nothing today, if it would not."""
        if self.today < self.window.first:
            return [f"Nobody is reminded before {long_date(self.window.first)}."]
        if self.today > self.window.last:
            return [f"Nobody is reminded any more: the last day was {long_date(self.window.last)}."]
        if unknown := self.standing.unknown_since:
            return [
                f"Nobody is reminded: since {unknown:%Y-%m-%d} this ledger goes on from a copy, or "
                "for another one, and may not know who had a reminder."
            ]
        return []


@dataclass(frozen=True, slots=True)
class RemindingReport:
    """What a run of `remind` did, in letters."""

    states: Mapping[ReminderState, int]

    @property
    def unsettled(self) -> int:
        """Reminders that the carrier did not take for certain."""
        accepted = ReminderState.ACCEPTED
        return sum(count for state, count in self.states.items() if state is not accepted)

    def lines(self) -> list[str]:
        """The report in words; none: nobody was to be reminded."""
        return [f"{self.states[one]:,} {what}" for one, what in _OUTCOMES.items() if one in self]

    def __contains__(self, state: ReminderState) -> bool:
        return bool(self.states.get(state))


def reminder_window(release: Release) -> ReminderWindow:
    """When people may be reminded of a release.

    Args:
        release: a release with a notice.

    Raises:
        SendError: no reminder was sealed with it.
    """
    if found := sealed_window(release):
        return found
    raise SendError(
        f"no reminder was sealed with release {release.number}",
        where=f"versions/{release.name}",
        remedy="set `notice.remind_days_before` in policy.toml: the next release will have one",
    )


def sealed_window(release: Release) -> ReminderWindow | None:
    """When people may be reminded of a release; None: no reminder was sealed with it."""
    first = reminder_day(release)
    sealed = LetterKind(LetterCase.REMINDER) in release.telling.letters
    if first is None or release.closes is None or not sealed:
        return None
    return ReminderWindow(first, release.closes, release.moment_of(first))
