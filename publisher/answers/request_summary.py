"""A request as a person reads it who has to decide about it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.answers.list_forms import utc_minute
from publisher.answers.request_list import is_overdue, words_of_request
from publisher.answers.ruling import request_step
from publisher.people.handling import FINISHED, Handling, HandlingState
from publisher.people.recipients import Recipient, RecipientState
from publisher.people.requests import Request
from publisher.record.event import EventKind, Happening
from publisher.releases.remedies import shell_word
from publisher.wording.dates import long_date

_WORDS = ("words", "text")
"""In the evidence: what the customer wrote, which is shown by itself."""


@dataclass(frozen=True, slots=True)
class RequestAccount:
    """All that is on record of one request."""

    request: Request
    handling: Handling | None
    """How far it is; None: nobody has to decide about it."""
    customer: Recipient | None
    """None: nobody proved whose it is."""
    history: Sequence[Happening]
    """What happened about it, the oldest first."""
    applies: Sequence[str]
    """Which versions apply to its customer, in lines."""

    @property
    def waits(self) -> bool:
        """Whether a person has to see to it."""
        return self.handling is not None and self.handling.state not in FINISHED

    @property
    def next_step(self) -> str:
        """What is to be done about it, as commands; empty: nothing."""
        if not self.waits:
            return ""
        whose = shell_word(self.customer.customer) if self.customer else "CUSTOMER"
        waits = self.handling is not None and self.handling.state is HandlingState.UNCONFIRMED
        return request_step(self.request.kind, self.request.receipt, whose, unconfirmed=waits)


def request_summary(account: RequestAccount, today: dt.date) -> str:
    """What was asked for, by whom, in which words, and what happened since.

    Args:
        account: what is on record.
        today: the day, on the organisation's calendar.
    """
    lines = [*_head(account, today), "", *_wrote(account.request), "", "What happened:"]
    lines += [f"  {utc_minute(one.at)}  {_event(one)}" for one in account.history]
    if account.applies:
        lines += ["", "What applies to the customer:", *(f"  {one}" for one in account.applies)]
    return "\n".join(lines) + "\n"


def _head(account: RequestAccount, today: dt.date) -> Iterator[str]:
    request, handling = account.request, account.handling
    yield f"{request.receipt}: {request.kind}"
    yield f"Customer: {_whose(account.customer)}"
    yield f"Received: {utc_minute(request.received)}, by {request.channel}"
    if request.release:
        yield f"About: {request.policy}/{request.release}"
    if request.message:
        yield f"In message {request.message}: publisher requests show {request.message}"
    if request.repeats:
        yield f"Says again what {request.receipt} said"
    if handling is None:
        return
    overdue = ", overdue" if is_overdue(handling, today) else ""
    yield f"State: {handling.state}{overdue}, since {utc_minute(handling.at)}"
    if handling.due:
        yield f"Due: {long_date(handling.due)}"
    if handling.state is HandlingState.UNCONFIRMED:
        yield "Not confirmed from the address on record: anybody may have asked for it"


def _whose(customer: Recipient | None) -> str:
    if customer is None:
        return "nobody proved whose it is"
    told = customer.state is RecipientState.TOLD
    return customer.customer if told else f"{customer.customer}, {customer.state} since"


def _wrote(request: Request) -> Iterator[str]:
    """The customer's words, and what else is kept as evidence."""
    wrote = words_of_request(request)
    if not request.evidence:
        yield "What they wrote was erased, or is kept no longer."
        return
    yield from (f"> {line}" for line in wrote.splitlines()) if wrote else ["(They wrote nothing.)"]
    kept = json.loads(request.evidence)
    for name, value in sorted(kept.items()):
        if value and name not in _WORDS:
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            yield f"{name.replace('_', ' ')}: {said}"


def _event(one: Happening) -> str:
    """What happened, in a line; words that belong to it follow, indented."""
    private = one.private or {}
    said = str(private.get("words") or private.get("reply") or "")
    if one.facts.get("erased"):
        return "closed, for its customer was erased"
    if one.kind == EventKind.HANDLED:
        proven = ", which nothing from the address on record confirmed" if _proven(one) else ""
        until = f" until {one.facts['due']}" if "due" in one.facts else ""
        head = f"{one.facts['outcome']}{until} by {one.facts['role']}{proven}"
        return "\n      ".join([head, *(f"| {line}" for line in said.splitlines())])
    if one.kind in _LETTERS:
        role = f" by {one.facts['role']}" if "role" in one.facts else ""
        return f"{_LETTERS[EventKind(one.kind)]}{role}{f': {said}' if said else ''}"
    return _SAYS.get(one.kind, one.kind)


def _proven(one: Happening) -> bool:
    return bool(one.facts.get("proven"))


_LETTERS = {
    EventKind.TOLD: "letter about it handed over",
    EventKind.TAKEN: "the carrier took it",
    EventKind.REFUSED: "the carrier refused it",
    EventKind.PUT_OFF: "the carrier did not take it for now",
    EventKind.DOUBTED: "the connection was lost: it is in doubt",
    EventKind.BOUNCED: "it came back",
    EventKind.RESOLVED: "settled",
}
_SAYS: dict[str, str] = {
    EventKind.DECLARED: "declared",
    EventKind.ASKED: "asked for",
    EventKind.REQUESTED: "asked for",
    EventKind.CONFIRMED: "confirmed from the address on record",
    EventKind.PASSED_ON: "passed on to the customers with that address",
    EventKind.FILED: "its message was read by this program",
    EventKind.DECIDED: "its message was read by a person",
    EventKind.ERASED: "what was personal was erased",
}
"""What happened, by the kind of its event."""
