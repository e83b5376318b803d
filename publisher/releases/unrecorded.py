"""Releases that are to take effect, or were to, and of whose notice nothing is on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from publisher.policies.finding import Finding, Severity
from publisher.policies.notice_rules import WithoutRecord
from publisher.releases.notice_period import last_day_to_tell, lawful_from
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status
from publisher.wording.dates import long_date, moved

AHEAD = 7
"""Days before the last day on which people can be told of a release in time, from which on it is
said that nothing is on record: whoever hears of it on the day itself may be too late."""


@dataclass(frozen=True, slots=True)
class Unrecorded:
    """A release of whose notice nothing is on record, on a day."""

    release: Release
    """The one that takes effect."""
    told_by: Release
    """The one whose letter has to be on record: itself, or the one that it corrects."""
    today: dt.date
    last: dt.date
    """The last day on which people may be told of it, and have their days of notice before it
    takes effect."""
    stays: Release | None
    """What goes on being in force without a record; None: it takes effect all the same."""
    postponed_to: dt.date | None
    """The earliest day that it could be moved to; None: it is in force, and cannot be moved."""
    stated: bool = False
    """Whether something is stated of people who were told of it, so that it is not taken back."""

    @property
    def days(self) -> int:
        """Until it takes effect; 0 or less: its day has come."""
        return (self.release.begins - self.today).days if self.release.begins else 0

    @property
    def in_time(self) -> bool:
        """Whether people may still be told of it by letters, and have their days of notice."""
        return self.today <= self.last

    @property
    def what(self) -> str:
        """What is so, and what follows from it, in words."""
        day, number = long_date(self.release.effective), self.release.number
        nothing = "nothing is on record of its notice"
        if self.days > 0:
            ahead = "tomorrow" if self.days == 1 else f"in {self.days} days"
            said = f"version {number} is announced for {day}, {ahead}, and {nothing}"
            then = "from that day on it will be in force all the same"
            if self.stays:
                then = f"version {self.stays.number} stays in force until something is"
            return f"{said}: {then}; {self._until}"
        if self.stays:
            said = f"version {number} was announced for {day}, and {nothing}"
            return f"{said}: version {self.stays.number} stays in force until something is"
        return f"version {number} has been in force since {day}, and {nothing}"

    @property
    def _until(self) -> str:
        """Until when people are told in time."""
        last, left = long_date(self.last), (self.last - self.today).days
        if left < 0:
            return f"to be in time, people had to be told by {last}"
        ahead = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
        return f"the last day to tell people in time is {last}, {ahead}"

    @property
    def record(self) -> str:
        """The command that records that people were told by letters."""
        return f"publisher notice record {self.told_by.number}"

    @property
    def record_otherwise(self) -> str:
        """The command that records that people were told today by other means."""
        return f'{self.record} --otherwise "by post"'

    @property
    def postponement(self) -> list[str]:
        """The command that moves its day, in words; none: it cannot be moved."""
        if self.postponed_to is None:
            return []
        return [f"postpone it: publisher freeze --correction --effective {self.postponed_to}"]

    def ways(self, *, ledger: bool) -> list[str]:
        """What can be done where no letter was sent, what fits best first, a command each.

        Args:
            ledger: whether a ledger is here that knows whom was told of what.
        """
        sure = "" if ledger else " --confirm"
        taken_back = f'publisher retract {self.release.number} --why "a slip"{sure}'
        out = list(self.postponement)
        if self.postponed_to and not self.stated:
            out.append(f"if nobody was told, take it back: {taken_back}")
        if self.in_time:
            return [f"tell people, and record how: {self.record_otherwise}", *out]
        published = self.release.published_day
        if published and published <= self.last:
            on = f"{self.record_otherwise} --on {self.last}"
            out.append(f"if people were told in time, record it, with the day: {on}")
        later = ", for whom it applies later then," if self.postponed_to else ""
        out.append(f"tell people now{later} and record how: {self.record_otherwise}")
        return out

    def finding(self, *, ledger: bool) -> Finding:
        """The same for whoever looks at a draft or a site: a person has to look at it.

        Args:
            ledger: whether a ledger is here, by which `publisher status` knows more.
        """
        steps = self.ways(ledger=ledger)
        if ledger:
            steps.insert(0, "see who is told, and what is next: publisher status")
        remedy = in_one(steps)
        return Finding(Severity.CUE, f"versions/{self.release.name}", 0, self.what, remedy)


def in_one(ways: list[str]) -> str:
    """Ways out as one remedy: the first, or one of the others."""
    return "; or ".join(ways)


def unrecorded(releases: Releases, today: dt.date, ahead: int = AHEAD) -> Iterator[Unrecorded]:
    """The releases of which people should be told on record by a day, and are not.

    Args:
        releases: all of a policy.
        today: the day for all of them: `Releases.today`.
        ahead: from how many days before the last day to tell people in time on.
    """
    for release in releases:
        needs = releases.deciding(release)
        if needs is None or release.effective is None or not releases.lacks_record(release):
            continue
        if releases.overtaking(release):  # nothing is to be done about it any more
            continue
        at, last = releases.status(release, today), last_day_to_tell(release, releases)
        if at.status not in (Status.UPCOMING, Status.IN_FORCE) or last is None:
            continue
        if (last - today).days > ahead:
            continue
        hold = releases.is_held(release) and needs.without_record is WithoutRecord.HOLD
        stays = releases.in_force(max(today, release.effective)) if hold else None
        moved_to = None
        if at.status is Status.UPCOMING:
            moved_to = max(lawful_from(release, releases, today), moved(release.effective, 1))
        stated = any(releases.register.notices([release.number]))
        yield Unrecorded(release, needs, today, last, stays, moved_to, stated)
