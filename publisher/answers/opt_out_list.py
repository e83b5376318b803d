"""Who opted out of a release, and which mail about it waits, in rows of a table."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from publisher.answers.declarations import current_declaration, declarations
from publisher.answers.list_forms import Values, utc_second
from publisher.people.messages import Message
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.releases.number import Number

OPT_OUTS_FORM = "urn:policy-publisher:optouts:1"
"""The `$id` of its JSON Schema, `docs/optouts.schema.json`."""
OPT_OUTS_HEAD = ("customer", "state", "received", "timing", "by", "receipt", "remark")
"""Of the table."""
OPT_OUT_COLUMNS = (
    "customer", "declared", "times", "received", "timing", "channel", "receipt", "stands",
    "erased", "remark",
)  # fmt: skip
"""Of the CSV file; JSON has the same keys."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """A declaration about a release, or a message about it that waits."""

    customer: str
    state: str
    received: dt.datetime
    timing: Timing | None
    channel: Channel
    receipt: str
    remark: str
    """Whether it is the declaration that stands, and what else is to be known of it."""
    kind: RequestKind | None = None
    """What was declared; None: nobody has read yet what the message says."""
    times: int = 1
    """How often it was declared in time, one time after the other."""
    stands: bool = False
    erased: bool = False
    """Whether its customer was erased since."""

    def values(self) -> Values:
        """For programs: as `docs/optouts.schema.json` has it."""
        return {
            "customer": self.customer,
            "declared": self.kind.value if self.kind else None,
            "times": self.times,
            "received": utc_second(self.received),
            "timing": self.timing.value if self.timing else None,
            "channel": self.channel.value,
            "receipt": self.receipt or None,
            "stands": self.stands,
            "erased": self.erased,
            "remark": self.remark,
        }

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


def opt_out_list(
    requests: Iterable[Request],
    messages: Iterable[Message],
    customers: Mapping[int, str],
    erased: Collection[int] = (),
) -> list[OptOut]:
    """Every declaration, and the mail that waits, by customer and time.

    Args:
        requests: those about a release and its corrections.
        messages: those about them that wait for a person.
        customers: the customers' ids by the recipient's number.
        erased: the numbers of recipients who were erased: another one may have the id now.
    """
    rows = [
        replace(row, remark=", ".join(filter(None, [row.remark, _ERASED])), erased=True)
        if whom in erased
        else row
        for whom, own in by_recipient(requests).items()
        for row in _declared(customers[whom], own)
    ]
    rows += [_waiting(message, customers) for message in messages]
    return sorted(rows, key=lambda row: (row.customer, row.received))


def is_about(message: Message, policy_id: str, major: int) -> bool:
    """Whether a message is about a release or one of its corrections."""
    number = Number.parse(message.release)
    return message.policy == policy_id and number is not None and number.major == major


def by_recipient(requests: Iterable[Request]) -> dict[int, list[Request]]:
    """The requests of each customer, by the recipient's number; those of nobody are left out."""
    found: dict[int, list[Request]] = {}
    for request in requests:
        if request.recipient is not None:
            found.setdefault(request.recipient, []).append(request)
    return found


_ERASED = "erased since"
_STATES = {
    RequestKind.OPT_OUT: "opted out",
    RequestKind.WITHDRAW: "withdrawn",
    RequestKind.ACCEPT: "agreed",
}


def _declared(customer: str, own: Sequence[Request]) -> Iterator[OptOut]:
    """The declarations of one customer; what only repeats another in time counts with that."""
    standing = current_declaration(own)
    again = Counter(r.repeats for r in own if r.timing is Timing.IN_TIME)
    for one in declarations(own):
        if one.repeats is not None and one.timing is Timing.IN_TIME:
            continue
        state = _STATES[one.kind]
        if one.repeats is not None:
            state = f"{state}, again"
        elif times := again[one.id]:
            state = f"{state}, {times + 1} times"
        remarks = ["stands"] if one is standing else []
        remarks += ["the clock was behind"] if one.clock_behind else []
        yield OptOut(
            customer,
            state,
            one.received,
            one.timing,
            one.channel,
            one.receipt,
            ", ".join(remarks),
            kind=one.kind,
            times=1 if one.repeats is not None else again[one.id] + 1,
            stands=one is standing,
        )


def _waiting(message: Message, customers: Mapping[int, str]) -> OptOut:
    customer = customers[message.recipient or 0]
    received, timing = message.received, message.timing
    return OptOut(customer, "mail to read", received, timing, Channel.MAIL, "", "")
