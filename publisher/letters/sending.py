"""Sending the notice of a release: when that is allowed, what a run will do, and what it did."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field

from publisher.errors import SendError
from publisher.letters.html_part import subject_of
from publisher.people.deliveries import DeliveryState, Fate, Outcome
from publisher.people.due import Due
from publisher.policies.settings import Settings
from publisher.releases.notice_period import last_day_to_tell, lawful_from
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.releases.statement import Statement
from publisher.wording.dates import long_date


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
    untold: tuple[Number, ...] = ()
    """Releases before it of which nobody was told, as far as is known."""
    stated: Statement | None = None
    """By which a role states that people were told of it in another way; None: there is none."""

    until: dt.date | None = None
    """The last day to tell somebody in time; None: it is not known."""

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
        if self.until and due.new:
            lines.append(
                f"  until    {long_date(self.until)}: the last day to have them accepted in time"
            )
        if self.attached:
            lines.append(f"  with     {self.attached}")
        if self.clock:
            lines.append(f"  to mend  {self.clock}: set the clock of this machine first")
        if self.key:
            lines.append(f"  to mend  {self.key}")
        lines += [
            f"  beware   version {number} before it was not sent, and no record of its notice is "
            "there: they would be told of the later one first"
            for number in self.untold
        ]
        if self.stated and self.stated.notice:
            notice = self.stated.notice
            lines.append(
                f"  beware   statement {self.stated.number} of the register says that people were "
                f"told on {long_date(notice.first)}: “{notice.described}”; whoever was a customer "
                "then needs no letter, and would get one as well"
            )
        if self.ahead:
            have = "has" if self.ahead == 1 else "have"
            lines.append(
                f"  beware   {self.ahead:,} of them {have} a letter about a later version already: "
                "they would get the older one after it"
            )
        others = [
            ("told", due.told),
            ("told otherwise", due.otherwise),
            ("given up", due.given_up),
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
    to_record: bool = field(default=False, compare=False)
    """Whether it is still to be stated in the register that people were told."""
    open_before: int = field(default=0, compare=False)
    """Letters of earlier runs that a person has to see to."""

    @classmethod
    def of(
        cls, counts: Counter[DeliveryState], *, to_record: bool = False, open_before: int = 0
    ) -> SendingReport:
        """The report on letters that were counted by the state they are in now."""
        return cls(
            to_record=to_record,
            open_before=open_before,
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
        is_open = self.unsettled or self.open_before
        steps = [*again, listed] if is_open else again
        once = "once all are settled, " if is_open else ""
        record = f"{once}to record that people were told: publisher notice record {number}"
        return [*steps, record] if self.to_record else steps


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
    """Refuses to tell of a release that was retracted, or whose date a correction has moved.

    Args:
        release: which.
        releases: all releases of the policy, or of the amendment alone.

    Raises:
        SendError: a later number of it has a notice of its own, or nobody is to be told of it.
    """
    require_standing(release, releases)
    if later := told_instead(release, releases):
        why = (
            f"it applies from {later.effective}, not from {release.effective}"
            if later.effective != release.effective
            else "its letters say what those before it did not"
        )
        raise SendError(
            f"release {later.number} has taken the place of {release.number}: {why}",
            where=f"versions/{release.name}",
            remedy=f"publisher send {later.number}",
        )


def require_standing(release: Release, releases: Releases) -> None:
    """Refuses to tell anybody of a release that was retracted, or to state that people were told.

    Raises:
        SendError: it was.
    """
    if releases.is_retracted(release):
        raise SendError(
            f"release {release.number} was retracted: nobody is told of it",
            where=f"versions/{release.name}",
            remedy="name a release that stands; `publisher status` lists them",
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
        today: the day, on the calendar of the release.
    """
    if not release.notice or release.effective is None or release.effective <= today:
        return False
    if releases.is_retracted(release):
        return False
    return told_instead(release, releases) is None


def is_too_late(release: Release, releases: Releases, now: dt.datetime) -> bool:
    """Whether nobody can be told of a release any more who was not told before.

    Args:
        release: which.
        releases: all releases of the policy.
        now: the time, with an offset.
    """
    today = release.day_of(now)
    if not may_be_told(release, releases, today):
        return True
    last = last_day_to_tell(release, releases)
    return last is not None and today > last


def require_in_time(release: Release, releases: Releases, due: Due, today: dt.date) -> None:
    """Refuses to tell people of a release when their notice period can no longer be kept.

    Args:
        release: a release with a notice.
        releases: all releases of the policy.
        due: its recipients.
        today: the day, on the calendar of the release, on which the letters would go out.

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
        late = f"a notice would come too late for {_recipients(due.to_tell)}"
        if releases.is_held(release):
            earliest = lawful_from(release, releases, today)
            raise SendError(
                f"release {release.number} was announced for {release.effective}: {late}",
                where=where,
                remedy=f"postpone it: publisher freeze --correction --effective {earliest}; or, if "
                f"they were told in time, in another way: publisher notice record {release.number} "
                f'--otherwise "by post" --on {last_day_to_tell(release, releases)}',
            )
        raise SendError(
            f"release {release.number} is in force since {release.effective}: {late}",
            where=where,
            remedy=_too_late_remedy(release, releases),
        )
    # Who was told of an earlier date has had the notice period; a postponement needs no new one.
    earliest = lawful_from(release, releases, today)
    if due.new and release.effective < earliest:
        facts = release.policy.facts
        raise SendError(
            f"{_recipients(due.new)} would be told today of what applies from "
            f"{release.effective}; their notice period ({facts.period}) ends "
            f"on {earliest}",
            where=where,
            remedy=f"postpone it: publisher freeze --correction --effective {earliest}",
        )


def _too_late_remedy(release: Release, releases: Releases) -> str:
    """What can be done for whoever was not told of what is in force: a command each, in words."""
    number = release.number
    told = f'publisher resolve {number} CUSTOMER --otherwise "by post"'
    if releases.lacks_record(release):
        told = f'publisher notice record {number} --otherwise "by post"'
    return (
        f"tell them in another way, and record it: {told}; of who joined with it, say so by a list "
        "with the column `version`: publisher recipients import FILE.csv; `publisher status` "
        "counts them"
    )


def _recipients(count: int) -> str:
    return f"{count:,} recipient{'s' if count != 1 else ''}"


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
