"""Where customers and releases stand: who opted out, what was sent, what waits for a person."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from publisher.actions.receipts import outstanding
from publisher.answers.declarations import declarations, stands
from publisher.edges import archive
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import Message
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.policies.dates import long_date
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status


@dataclass(frozen=True, slots=True)
class Row:
    """A declaration about a release, or a message about it that waits."""

    customer: str
    state: str
    received: dt.datetime
    timing: Timing | None
    channel: Channel
    receipt: str
    remark: str
    """Whether it is the declaration that stands, and what else is to be known of it."""

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        moment = f"{self.received.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
        timing = self.timing or ""
        return (
            self.customer,
            self.state,
            moment,
            timing,
            self.channel,
            self.receipt,
            self.remark,
        )


_SAID = {RequestKind.OPT_OUT: "opted out", RequestKind.WITHDRAW: "withdrawn"}


def optouts(project: Project, policy_id: str, number: Number) -> list[Row]:
    """Every declaration about a release or its corrections, and the mail about it that waits.

    Raises:
        NotFoundError: no such release.
    """
    archive.release(project, policy_id, number)
    ledger = ledger_of(project)
    customers = {r.number: r.customer for r in ledger.recipients()}
    rows = [
        row
        for whom, own in _by_recipient(ledger.requests(policy_id, number.major)).items()
        for row in _rows(customers[whom], own)
    ]
    rows += [
        Row(customers[m.recipient or 0], "mail to read", m.received, m.timing, Channel.MAIL, "", "")
        for m in ledger.waiting()
        if m.policy == policy_id and _major(m.release) == number.major
    ]
    return sorted(rows, key=lambda row: (row.customer, row.received))


def _rows(customer: str, own: Sequence[Request]) -> Iterator[Row]:
    """The declarations of one customer; what only says again what was said counts with that."""
    standing = stands(own)
    again = Counter(r.repeats for r in own if r.timing is Timing.IN_TIME)
    for one in declarations(own):
        if one.repeats is not None and one.timing is Timing.IN_TIME:
            continue
        state = _SAID[one.kind]
        if one.repeats is not None:
            state = f"{state}, again"
        elif times := again[one.id]:
            state = f"{state}, {times + 1} times"
        remarks = ["stands"] if one is standing else []
        remarks += ["the clock was behind"] if one.clock_behind else []
        yield Row(
            customer,
            state,
            one.received,
            one.timing,
            one.channel,
            one.receipt,
            ", ".join(remarks),
        )


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that came in, and why it waits for a person, or what became of it."""

    number: int
    received: dt.datetime
    filed: str
    about: str
    """Release and customer, as far as they are known."""
    reason: str

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        moment = f"{self.received.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
        return (str(self.number), moment, self.filed, self.about, self.reason)


def waiting(project: Project, everything: bool = False) -> list[Waiting]:
    """The messages that a person has to decide about, oldest first.

    Args:
        project: where.
        everything: all that came in, whatever became of it.
    """
    ledger = ledger_of(project)
    customers = {r.number: r.customer for r in ledger.recipients()}
    return [
        Waiting(
            m.id,
            m.received,
            m.filed or "not read yet",
            " ".join(filter(None, [m.policy, m.release, customers.get(m.recipient or 0, "")])),
            m.reason,
        )
        for m in (ledger.messages() if everything else ledger.waiting())
    ]


def _by_recipient(requests: Iterable[Request]) -> dict[int, list[Request]]:
    found: dict[int, list[Request]] = {}
    for request in requests:
        if request.recipient is not None:
            found.setdefault(request.recipient, []).append(request)
    return found


def _major(release: str) -> int:
    number = Number.parse(release)
    return number.major if number else 0


@dataclass(frozen=True)
class Tally:
    """One release on a day, and what is on record about it."""

    release: Release
    status: Status
    since: dt.date | None
    deliveries: Counter[DeliveryState]
    """Of this number."""
    opted_out: int
    """Of it and its corrections, in time."""
    withdrawn: int
    late: int
    """Customers who declared something too late, whatever they declared in time."""

    def line(self) -> str:
        """In words."""
        when = f" from {long_date(self.since)}" if self.since else ""
        parts = [f"{self.status}{when}"]
        parts += [f"{count} {state}" for state, count in sorted(self.deliveries.items())]
        said = [("opted out", self.opted_out), ("withdrawn", self.withdrawn), ("late", self.late)]
        parts += [f"{count} {word}" for word, count in said if count]
        return f"  {self.release.version}: {', '.join(parts)}"


@dataclass(frozen=True)
class Standings:
    """Where a policy stands: its releases, and what waits for somebody."""

    tallies: tuple[Tally, ...]
    waiting: tuple[Message, ...]
    """Messages a person has to read: of this policy, or of nobody knows which."""
    answers: Counter[DeliveryState]
    """Receipts and links that no carrier has accepted, of all policies."""


def standings(project: Project, policy_id: str, today: dt.date) -> Standings:
    """Where a policy stands on a day."""
    ledger, releases = ledger_of(project), archive.line(project, policy_id)
    tallies = tuple(_tally(project, release, releases, today) for release in releases)
    waiting = tuple(m for m in ledger.waiting() if m.policy in (policy_id, ""))
    answers = Counter(o.answer.state for o in outstanding(project))
    return Standings(tallies, waiting, answers)


def _tally(project: Project, release: Release, releases: Releases, today: dt.date) -> Tally:
    ledger, policy_id, major = ledger_of(project), release.policy.id, release.number.major
    said = _by_recipient(ledger.requests(policy_id, major)).values()
    number = str(release.number)
    own = [d for d in ledger.deliveries(policy_id, major) if d.release == number]
    kinds = Counter(found.kind for requests in said if (found := stands(requests)))
    where = releases.status(release, today)
    return Tally(
        release=release,
        status=where.status,
        since=where.since,
        deliveries=Counter(d.state for d in own),
        opted_out=kinds[RequestKind.OPT_OUT],
        withdrawn=kinds[RequestKind.WITHDRAW],
        late=sum(any(r.timing is Timing.LATE for r in declarations(own)) for own in said),
    )


_OWED = {
    DeliveryState.TO_DO: "to send",
    DeliveryState.IN_DOUBT: "in doubt",
    DeliveryState.REFUSED: "refused",
    DeliveryState.BOUNCED: "bounced",
}


def status(project: Project, policy_id: str, today: dt.date) -> list[str]:
    """Where a policy stands on a day, in lines to read."""
    found = standings(project, policy_id, today)
    lines = [f"{policy_id}: {len(found.tallies)} release(s)"]
    lines += [tally.line() for tally in reversed(found.tallies)]
    for message in found.waiting:
        moment = f"{message.received:%Y-%m-%d %H:%M} UTC"
        what = ", ".join(filter(None, (message.filed or "not read yet", message.reason)))
        lines.append(f"  to read: message {message.id} of {moment}: {what}")
    for state, count in sorted(found.answers.items()):
        lines.append(f"  {_OWED[state]}: {count} receipt(s); `publisher receipts` lists them")
    return lines
