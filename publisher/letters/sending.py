"""Sending the notice of a release: when that is allowed, what a run will do, and what it did."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.errors import SendError
from publisher.letters.html_part import subject_of
from publisher.people.deliveries import DeliveryState, Fate, Outcome
from publisher.people.due import Due
from publisher.policies.dates import long_date
from publisher.policies.settings import Settings
from publisher.releases.notice_period import lawful_from
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases

MOST_FAILURES = 3
"""Letters that may fail one after the other, for a reason that concerns all, before a run stops."""


@dataclass(frozen=True)
class SendingPlan:
    """What a person must see before letters go out."""

    release: Release
    due: Due
    sender: str
    """The From address."""
    carrier: str
    """Where letters go: the relay or the folder."""
    attached: str
    """Name of the file that travels with the letter; empty: none."""
    clock: str = ""
    """What is wrong with the clock; empty: nothing that is known."""
    key: str = ""
    """What is to be mended of the key for personal links; empty: nothing."""
    ahead: int = 0
    """How many of those to tell may have a letter about a later version already."""
    apart: int = 0
    """How many had a letter, and are told no more."""

    def lines(self) -> list[str]:
        """The plan in words."""
        facts, due = self.release.policy.facts, self.due
        day = long_date(self.release.effective)
        closes = long_date(self.release.closes)
        lines = [
            f"{facts.title}, version {self.release.number}: applies from {day}, "
            f"opting out until {closes}",
            f"  letter   {subject_of(self.release.notice)}",
            f"  from     {self.sender}",
            f"  by       {self.carrier}",
            f"  to tell  {due.to_tell:,} of {_recipients(due.recipients)}",
        ]
        if self.attached:
            lines.append(f"  with     {self.attached}")
        if self.clock:
            lines.append(f"  to mend  {self.clock}: set the clock of this machine first")
        if self.key:
            lines.append(f"  to mend  {self.key}")
        if self.ahead:
            have = "has" if self.ahead == 1 else "have"
            lines.append(
                f"  beware   {self.ahead:,} of them {have} a letter about a later version already: "
                "they would get the older one after it"
            )
        others = [
            ("told", due.told),
            ("agreed", due.agreed),
            ("in doubt", due.in_doubt),
            ("refused", due.refused),
            ("removed", self.apart),
        ]
        return lines + [f"  {what:<8} {count:,}" for what, count in others if count]


@dataclass(frozen=True, slots=True)
class SendingReport:
    """What a run of `send` did, in letters."""

    accepted: int
    refused: int
    later: int
    """To do again in the next run."""
    in_doubt: int

    @classmethod
    def of(cls, counts: Counter[DeliveryState]) -> SendingReport:
        """The report on letters that were counted by the state they are in now."""
        return cls(
            accepted=counts[DeliveryState.ACCEPTED],
            refused=counts[DeliveryState.REFUSED],
            later=counts[DeliveryState.TO_DO],
            in_doubt=counts[DeliveryState.IN_DOUBT],
        )

    @property
    def unsettled(self) -> int:
        """Letters that a person has to see to."""
        return self.refused + self.later + self.in_doubt

    def lines(self) -> list[str]:
        """The report in words."""
        counts = [
            (self.later, "not taken for now"),
            (self.in_doubt, "in doubt: look for them in the relay's log"),
            (self.refused, "refused"),
        ]
        lines = [f"{self.accepted:,} accepted by the carrier"]
        return lines + [f"{count:,} {what}" for count, what in counts if count]

    def next_steps(self, number: Number) -> list[str]:
        """What a person does next, a command in words a line.

        Args:
            number: of the release.
        """
        again = [f"to try again later: publisher send {number} --confirm"] if self.later else []
        listed = f"to list them, with what the carrier said: publisher resolve {number}"
        return [*again, listed] if self.unsettled else again


def carrier_place(settings: Settings, spool: str) -> str:
    """Where letters go, in a line: the relay, or the folder of the spool.

    Args:
        settings: which carrier, and which relay.
        spool: the path of the spool.
    """
    relay = f"{settings.relay.host}:{settings.relay.port}"
    return spool if settings.carrier == "spool" else relay


# ── when it is allowed ───────────────────────────────────────────────────────────────────────────


def require_notice(release: Release) -> None:
    """Refuses a release that nobody is told of.

    Raises:
        SendError: it has no notice.
    """
    if not release.notice or release.effective is None:
        kind = "a correction" if release.previous else "the first release"
        raise SendError(
            f"release {release.number} is {kind}: nobody is told of it, it has no notice",
            where=f"versions/{release.name}",
            remedy="name a material release; `publisher status` lists them",
        )


def require_current(release: Release, releases: Releases) -> None:
    """Refuses to tell of a release whose date a correction has moved.

    Args:
        release: which.
        releases: all releases of the policy, or of the amendment alone.

    Raises:
        SendError: a later number of it has a notice of its own.
    """
    if later := told_instead(release, releases):
        raise SendError(
            f"release {later.number} has taken the place of {release.number}: "
            f"it applies from {later.effective}, not from {release.effective}",
            where=f"versions/{release.name}",
            remedy=f"publisher send {later.number}",
        )


def told_instead(release: Release, releases: Releases) -> Release | None:
    """The later number of a release of which people are told in its place; None: there is none.

    Args:
        release: which.
        releases: all releases of the policy, or of the amendment alone.
    """
    own = releases.amendment(release.number.major)
    return next((one for one in own if one.number > release.number and one.notice), None)


def may_be_told(release: Release, releases: Releases, today: dt.date) -> bool:
    """Whether the notice of a release may still be sent to somebody on a day.

    Whatever corrections it has: as long as none of them has a notice of its own, people are told
    of the release by this one.

    Args:
        release: which.
        releases: all releases of the policy, or of the amendment alone.
        today: the day, in UTC.
    """
    if not release.notice or release.effective is None or release.effective <= today:
        return False
    return told_instead(release, releases) is None


def may_have_been_sent_since(release: Release, releases: Releases, moment: dt.datetime) -> bool:
    """Whether letters about a release can have gone out after a moment.

    Args:
        release: which.
        releases: all releases of the policy, or of the amendment alone.
        moment: in any time zone.
    """
    if not release.notice:
        return False
    if release.effective is not None and release.effective <= moment.astimezone(dt.UTC).date():
        return False
    return not any(
        later.number > release.number
        and later.notice
        and later.published is not None
        and later.published <= moment
        for later in releases.amendment(release.number.major)
    )


def require_in_time(release: Release, releases: Releases, due: Due, today: dt.date) -> None:
    """Refuses to tell people of a release when their notice period can no longer be kept.

    Args:
        release: a release with a notice.
        releases: all releases of the policy.
        due: its recipients.
        today: the day in UTC on which the letters would go out.

    Raises:
        SendError: it is too late for somebody, or there is no recipient at all.
    """
    if not due.recipients:
        remedy = "publisher recipients import FILE.csv"
        raise SendError("there is no recipient to tell", remedy=remedy)
    if not due.to_tell or release.effective is None:
        return
    where = f"versions/{release.name}"
    if release.effective <= today:
        raise SendError(
            f"release {release.number} is in force since {release.effective}: a notice would come "
            f"too late for {_recipients(due.to_tell)}",
            where=where,
            remedy="tell them in another way; `publisher status` counts them",
        )
    # Who was told of an earlier date has had the notice period; a postponement needs no new one.
    earliest = lawful_from(release, releases, today)
    if due.new and release.effective < earliest:
        facts = release.policy.facts
        raise SendError(
            f"{_recipients(due.new)} would be told today of what applies from "
            f"{release.effective}; their notice period ({facts.profile}, {facts.days} days) ends "
            f"on {earliest}",
            where=where,
            remedy=f"postpone it: publisher freeze --correction --effective {earliest}",
        )


def _recipients(count: int) -> str:
    return f"{count:,} recipient{'s' if count != 1 else ''}"


# ── when a run is stopped ────────────────────────────────────────────────────────────────────────


def refuse_to_go_on(outcomes: Sequence[Outcome], release: Release) -> None:
    """Stops a run whose last letters all failed for a reason that concerns the rest as well.

    Args:
        outcomes: of the last letters, the latest last; `MOST_FAILURES` of them are looked at.
        release: what they are about.

    Raises:
        SendError: the run has to be stopped.
    """
    last = outcomes[-MOST_FAILURES:]
    if len(last) == MOST_FAILURES and all(map(_concerns_all, last)):
        raise SendError(
            f"stopped: {MOST_FAILURES} letters in a row failed, the last with: {last[-1].reply}",
            where=f"versions/{release.name}",
            remedy=f"find out why, and go on: publisher send {release.number} --confirm",
        )


def _concerns_all(outcome: Outcome) -> bool:
    """Whether a failure is likely not about its recipient: no connection, or 5.7.x (RFC 3463)."""
    lost = outcome.fate is Fate.UNKNOWN or (
        outcome.fate is Fate.LATER and not outcome.reply[:1].isdigit()
    )
    return lost or (outcome.fate is Fate.REFUSED and outcome.reply[4:8] == "5.7.")


def require_taken(outcome: Outcome, address: str) -> None:
    """Refuses to call a test letter sent that its carrier did not take.

    Args:
        outcome: of the letter.
        address: where it was to go.

    Raises:
        SendError: it was not taken; has the carrier's words.
    """
    if outcome.fate is not Fate.ACCEPTED:
        raise SendError(f"the test letter was not taken: {outcome.reply}", where=address)
