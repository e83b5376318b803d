"""The status of a policy: its releases, who was told, who opted out, what waits for somebody."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from publisher.answers.declarations import current_declaration, declarations
from publisher.answers.opt_out_list import by_recipient
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import Message
from publisher.people.requests import Request, RequestKind, Timing
from publisher.policies.dates import long_date
from publisher.releases.release import Release
from publisher.releases.releases import Releases, Status


@dataclass(frozen=True)
class Tally:
    """The status of one release on a day, and what is on record about it."""

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
        word = "since" if self.status is Status.SUPERSEDED else "from"
        when = f" {word} {long_date(self.since)}" if self.since else ""
        parts = [f"{self.status}{when}"]
        parts += [f"{count} {state}" for state, count in sorted(self.deliveries.items())]
        said = [("opted out", self.opted_out), ("withdrawn", self.withdrawn), ("late", self.late)]
        parts += [f"{count} {word}" for word, count in said if count]
        return f"  {self.release.version}: {', '.join(parts)}"


@dataclass(frozen=True)
class PolicyStatus:
    """The status of a policy on a day."""

    policy_id: str
    tallies: tuple[Tally, ...]
    waiting: tuple[Message, ...]
    """Messages a person has to read: of this policy, or of nobody knows which."""
    receipts: Counter[DeliveryState]
    """Receipts and links that no carrier has accepted, of all policies."""
    clock_fault: str
    """Why the clock must be wrong; empty: nothing speaks against it."""

    def lines(self) -> list[str]:
        """In words, the newest release first."""
        lines = [f"{self.policy_id}: {len(self.tallies)} release(s)"]
        lines += [tally.line() for tally in reversed(self.tallies)]
        lines += [_to_read(message) for message in self.waiting]
        for state, count in sorted(self.receipts.items()):
            lines.append(f"  {_OWED[state]}: {count} receipt(s); `publisher receipts` lists them")
        if self.clock_fault:
            lines.append(f"  to mend: {self.clock_fault}: set the clock of this machine")
        return lines


_OWED = {
    DeliveryState.TO_DO: "to send",
    DeliveryState.IN_DOUBT: "in doubt",
    DeliveryState.REFUSED: "refused",
    DeliveryState.BOUNCED: "bounced",
}


def _to_read(message: Message) -> str:
    moment = f"{message.received:%Y-%m-%d %H:%M} UTC"
    what = ", ".join(filter(None, (message.filed or "not read yet", message.reason)))
    return f"  to read: message {message.id} of {moment}: {what}"


def policy_status(
    policy_id: str,
    tallies: Iterable[Tally],
    waiting: Iterable[Message],
    receipts: Iterable[DeliveryState],
    clock_fault: str,
) -> PolicyStatus:
    """The status of a policy.

    Args:
        policy_id: which.
        tallies: of its releases, by rising number.
        waiting: the messages that wait for a person, of all policies.
        receipts: the states of the receipts and links that no carrier has accepted.
        clock_fault: see `PolicyStatus`.
    """
    own = tuple(m for m in waiting if m.policy in (policy_id, ""))
    return PolicyStatus(policy_id, tuple(tallies), own, Counter(receipts), clock_fault)


def tally(
    release: Release,
    releases: Releases,
    today: dt.date,
    requests: Iterable[Request],
    deliveries: Iterable[DeliveryState],
) -> Tally:
    """What is on record about a release.

    Args:
        release: which.
        releases: all of its policy.
        today: the day of the status.
        requests: those about the release and its corrections.
        deliveries: the states of the letters about this number.
    """
    customers = by_recipient(requests).values()
    kinds = Counter(found.kind for own in customers if (found := current_declaration(own)))
    where = releases.status(release, today)
    return Tally(
        release=release,
        status=where.status,
        since=where.since,
        deliveries=Counter(deliveries),
        opted_out=kinds[RequestKind.OPT_OUT],
        withdrawn=kinds[RequestKind.WITHDRAW],
        late=sum(any(r.timing is Timing.LATE for r in declarations(own)) for own in customers),
    )
