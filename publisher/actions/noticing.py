"""Telling recipients of a release: the plan, sending each letter once, and what is in doubt."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from publisher.actions import Progress
from publisher.actions.addressing import (
    SAMPLE,
    announced,
    attachment,
    compose,
    import_recipients,
    known,
    letter_for,
    told,
)
from publisher.edges import archive
from publisher.edges.ledger import ledger_of
from publisher.edges.locks import held
from publisher.edges.outbox import STATE_OF, Carrier, Fate, Outcome, carrier_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, SendError
from publisher.letters.html_part import subject_of
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.due import Due, Told, due
from publisher.people.recipients import Recipient, read_address
from publisher.policies.dates import long_date
from publisher.releases.chronology import behind
from publisher.releases.notice_period import lawful_from
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases

__all__ = ["Plan", "Report", "Resolution", "import_recipients", "letter_for", "plan", "resolve"]
__all__ += ["Unsettled", "send", "send_test", "unsettled"]

MOST_IN_A_ROW = 3
"""Letters that may fail one after the other before the run is stopped."""


@dataclass(frozen=True)
class Plan:
    """What a person must see before letters go out."""

    release: Release
    due: Due
    subject: str
    sender: str
    carrier: str
    """Where letters go: the relay or the folder."""
    attached: str
    """Name of the file that travels with the letter; empty: none."""
    earliest: dt.date
    """The first day the release may apply to those who are told today."""
    clock: str = ""
    """What is wrong with the clock; empty: nothing that is known."""

    def lines(self) -> list[str]:
        """The plan in words."""
        facts, due = self.release.policy.facts, self.due
        day = long_date(self.release.effective)
        closes = long_date(self.release.closes)
        lines = [
            f"{facts.title}, version {self.release.number}: applies from {day}, "
            f"opting out until {closes}",
            f"  letter   {self.subject}",
            f"  from     {self.sender}",
            f"  by       {self.carrier}",
            f"  to tell  {len(due.to_tell)} of {len(due.recipients)} recipients",
        ]
        if self.attached:
            lines.append(f"  with     {self.attached}")
        if self.clock:
            lines.append(f"  to mend  {self.clock}: set the clock of this machine first")
        others = [("told", due.told), ("in doubt", due.in_doubt), ("refused", due.refused)]
        return lines + [f"  {what:<8} {count}" for what, count in others if count]


@dataclass(frozen=True, slots=True)
class Report:
    """What a run of `send` did."""

    accepted: int
    refused: int
    later: int
    """To do again in the next run."""
    in_doubt: int

    @property
    def open(self) -> int:
        """Letters that a person has to see to."""
        return self.refused + self.later + self.in_doubt

    def lines(self) -> list[str]:
        """The report in words."""
        lines = [f"{self.accepted} accepted by the carrier"]
        if self.later:
            lines.append(f"{self.later} not taken for now: run `publisher send` again later")
        if self.in_doubt:
            lines.append(
                f"{self.in_doubt} in doubt: `publisher resolve` lists them; look for them in the "
                "relay's log"
            )
        if self.refused:
            lines.append(f"{self.refused} refused: `publisher resolve` lists them")
        return lines


class Resolution(StrEnum):
    """What a person found out about a delivery in doubt."""

    ACCEPTED = "accepted"
    AGAIN = "again"


# ── the plan ─────────────────────────────────────────────────────────────────────────────────────


def plan(project: Project, policy_id: str, number: Number, now: dt.datetime) -> Plan:
    """What `send` would do now.

    Raises:
        NotFoundError: no such release.
        SendError: it may not be sent; says why and what may be done instead.
    """
    release = announced(project, policy_id, number)
    releases = archive.line(project, policy_id)
    _refuse_replaced(release, releases)
    ledger, today = ledger_of(project), now.astimezone(dt.UTC).date()
    deliveries = ledger.deliveries(policy_id, number.major)
    list_ = due(release, ledger.recipients(), deliveries)
    earliest = lawful_from(release, releases, today)
    _refuse_late(release, list_, earliest, today)
    settings = project.settings
    relay = f"{settings.relay.host}:{settings.relay.port}"
    return Plan(
        release=release,
        due=list_,
        subject=subject_of(release.notice),
        sender=settings.organisation.sender,
        carrier=str(project.spool) if settings.carrier == "spool" else relay,
        attached="policy.pdf" if attachment(project, release) else "",
        earliest=earliest,
        clock=behind(releases, now),
    )


def _refuse_replaced(release: Release, releases: Releases) -> None:
    major = release.number.major
    for later in releases:
        if later.number.major == major and later.number > release.number and later.notice:
            raise SendError(
                f"release {later.number} has taken the place of {release.number}: "
                f"it applies from {later.effective}, not from {release.effective}",
                where=f"versions/{release.name}",
                remedy=f"publisher send {later.number}",
            )


def _refuse_late(release: Release, list_: Due, earliest: dt.date, today: dt.date) -> None:
    if not list_.recipients:
        remedy = "publisher recipients import FILE.csv"
        raise SendError("there is no recipient to tell", remedy=remedy)
    if not list_.to_tell or release.effective is None:
        return
    where = f"versions/{release.name}"
    if release.effective <= today:
        raise SendError(
            f"release {release.number} is in force since {release.effective}: a notice would come "
            f"too late for {len(list_.to_tell)} recipients",
            where=where,
            remedy="tell them in another way; `publisher status` counts them",
        )
    # Who was told of an earlier date has had the notice period; a postponement needs no new one.
    if list_.new and release.effective < earliest:
        facts = release.policy.facts
        raise SendError(
            f"{len(list_.new)} recipients would be told today of what applies from "
            f"{release.effective}; their notice period ({facts.profile}, {facts.days} days) ends "
            f"on {earliest}",
            where=where,
            remedy=f"postpone it: publisher freeze --correction --effective {earliest}",
        )


# ── sending ──────────────────────────────────────────────────────────────────────────────────────


def send(
    project: Project,
    policy_id: str,
    number: Number,
    now: Callable[[], dt.datetime],
    progress: Progress,
) -> Report:
    """Sends the notice of a release to everybody who is still to be told.

    Run again, it goes on where it was stopped and sends nothing twice.

    Args:
        project, policy_id, number: which release.
        now: the time, asked for at each letter.
        progress: told of each letter.

    Raises:
        SendError: as for `plan`; another run is under way; or the carrier takes no letters. What
            was sent before is recorded, the rest stays to do.
        LedgerError: the ledger cannot be written; nothing more was sent.
    """
    with held(project.private / "send.lock") as ours:
        if not ours:
            raise SendError("another run is sending at this moment", remedy="wait until it ends")
        planned = plan(project, policy_id, number, now())
        todo = _enlisted(project, planned, now())
        carrier = carrier_of(project)
        try:
            return _send_each(project, planned.release, todo, carrier, now, progress)
        finally:
            carrier.close()


def _enlisted(project: Project, planned: Plan, now: dt.datetime) -> list[Delivery]:
    release, ledger = planned.release, ledger_of(project)
    assert release.effective is not None
    wanted = {r.number for r in planned.due.to_tell}
    ledger.enlist(release.policy.id, release.number, release.effective, sorted(wanted), now)
    return [
        d
        for d in ledger.deliveries(release.policy.id, release.number.major)
        if d.release == str(release.number) and d.recipient in wanted
    ]


def _send_each(
    project: Project,
    release: Release,
    todo: list[Delivery],
    carrier: Carrier,
    now: Callable[[], dt.datetime],
    progress: Progress,
) -> Report:
    recipients = {r.number: r for r in ledger_of(project).recipients()}
    before = told(project, release)
    counts: Counter[DeliveryState] = Counter()
    in_a_row = 0
    for done, delivery in enumerate(todo):
        progress("sending", done, len(todo))
        outcome = _send_one(
            project, release, recipients[delivery.recipient], delivery, carrier, now, before
        )
        counts[STATE_OF[outcome.fate]] += 1
        in_a_row = in_a_row + 1 if _concerns_all(outcome) else 0
        if in_a_row == MOST_IN_A_ROW:
            raise SendError(
                f"stopped: {in_a_row} letters in a row failed, the last with: {outcome.reply}",
                remedy="find out why, then run `publisher send` again; `publisher status` has "
                "what was sent",
            )
    if todo:
        progress("sending", len(todo), len(todo))
    return Report(
        accepted=counts[DeliveryState.ACCEPTED],
        refused=counts[DeliveryState.REFUSED],
        later=counts[DeliveryState.TO_DO],
        in_doubt=counts[DeliveryState.IN_DOUBT],
    )


def _concerns_all(outcome: Outcome) -> bool:
    """Whether a failure is likely not about its recipient: no connection, or 5.7.x (RFC 3463)."""
    lost = outcome.fate is Fate.UNKNOWN or (
        outcome.fate is Fate.LATER and not outcome.reply[:1].isdigit()
    )
    return lost or (outcome.fate is Fate.REFUSED and outcome.reply[4:8] == "5.7.")


def _send_one(
    project: Project,
    release: Release,
    recipient: Recipient,
    delivery: Delivery,
    carrier: Carrier,
    now: Callable[[], dt.datetime],
    before: Told,
) -> Outcome:
    ledger = ledger_of(project)
    was = DeliveryState.TO_DO
    letter = compose(project, release, recipient, now(), before=before)

    def mark() -> None:
        nonlocal was
        ledger.mark(delivery, recipient.address, letter.id, now())
        was = DeliveryState.IN_DOUBT

    outcome = carrier.deliver(letter, mark)
    ledger.settle(delivery, STATE_OF[outcome.fate], outcome.reply, now(), was=was)
    return outcome


def send_test(
    project: Project, policy_id: str, number: Number, address: str, now: dt.datetime
) -> Outcome:
    """Sends a copy to look at: marked as a test, with links that lead nowhere, not in the ledger.

    Raises:
        SendError: the release has no letter, or the carrier did not take this one.
        RecipientsError: that is not an address.
    """
    release = announced(project, policy_id, number)
    recipient = Recipient(0, "test", read_address(address), SAMPLE.name)
    letter = compose(project, release, recipient, now, test=True)
    carrier = carrier_of(project)
    try:
        outcome = carrier.deliver(letter, lambda: None)
    finally:
        carrier.close()
    if outcome.fate is not Fate.ACCEPTED:
        raise SendError(f"the test letter was not taken: {outcome.reply}", where=address)
    return outcome


def resolve(
    project: Project,
    policy_id: str,
    number: Number,
    customer: str,
    outcome: str,
    now: dt.datetime,
) -> None:
    """Settles a delivery in doubt, by what a person found in the relay's log or heard.

    A refused one may be put back to do as well, once its cause is mended.

    Args:
        project, policy_id, number, customer: which delivery.
        outcome: `accepted`, or `again`: it is to be sent with the next `send`.
        now: the time of this decision.

    Raises:
        NotFoundError: no such delivery.
        SendError: it is not in doubt.
    """
    recipient = known(project, customer)
    ledger = ledger_of(project)
    found = [
        d
        for d in ledger.deliveries(policy_id, number.major)
        if d.release == str(number) and d.recipient == recipient.number
    ]
    if not found:
        raise NotFoundError(f"`{customer}` is not on the list of release {number}")
    delivery = found[0]
    again = Resolution(outcome) is Resolution.AGAIN
    settled = (DeliveryState.REFUSED, DeliveryState.BOUNCED)
    if delivery.state is not DeliveryState.IN_DOUBT and not (again and delivery.state in settled):
        raise SendError(f"the letter to `{customer}` is not in doubt: it is {delivery.state}")
    state = DeliveryState.TO_DO if again else DeliveryState.ACCEPTED
    ledger.settle(delivery, state, f"resolved by hand: {outcome}", now, was=delivery.state)


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A letter that a person has to see to."""

    customer: str
    delivery: Delivery

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        one = self.delivery
        moment = f"{one.at.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
        return (self.customer, one.state, moment, str(one.tries), one.message_id, one.reply)


def unsettled(project: Project, policy_id: str, number: Number) -> list[Unsettled]:
    """The letters about a release that are in doubt, refused or bounced.

    Raises:
        NotFoundError, SendError: as for `plan`: no such release, or nobody is told of it.
    """
    announced(project, policy_id, number)
    ledger = ledger_of(project)
    states = (DeliveryState.IN_DOUBT, DeliveryState.REFUSED, DeliveryState.BOUNCED)
    found = []
    for one in ledger.deliveries(policy_id, number.major):
        if one.release == str(number) and one.state in states:
            whom = ledger.recipient(one.recipient)
            found.append(Unsettled(whom.customer if whom else "", one))
    return found
