"""What waits for a person, mails and requests together, in rows of a list."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from publisher.answers.inboxes import Inbox
from publisher.answers.list_forms import Values, no_formula, utc_minute, utc_second
from publisher.law.request_period import answer_due
from publisher.people.handling import FINISHED, Handling, HandlingState
from publisher.people.messages import FOR_A_PERSON, Message
from publisher.people.requests import PERSONAL_DATA_KINDS, Request, RequestKind
from publisher.wording.dates import day_in

REQUESTS_FORM = "urn:policy-publisher:requests:1"
"""The `$id` of its JSON Schema, `docs/requests.schema.json`."""
MAIL_KIND = "mail"
"""The kind of a message of which nobody has said yet what it asks for."""
OVERDUE = "overdue"
"""Named as a state: open, and its day has passed."""
SHOWN_WORDS = 40
"""Characters of a subject or a first line that a list shows."""
REQUEST_COLUMNS_SHOWN = (
    "number", "received", "customer", "what", "about", "due", "state", "subject", "why it waits",
)  # fmt: skip
"""Of the table."""
REQUEST_LIST_COLUMNS = (
    "number", "received", "customer", "kind", "likely", "policy", "release", "due", "overdue",
    "state", "filed", "subject", "reason",
)  # fmt: skip
"""Of the CSV file; JSON has the same keys."""


@dataclass(frozen=True, slots=True)
class RequestSearch:
    """Which of them are wanted."""

    kinds: Collection[str] = ()
    """Some of `LISTED_KINDS`; none: all."""
    states: Collection[str] = ()
    """States of `HandlingState`, or `OVERDUE`; none: what waits for a person."""
    everything: bool = False
    """Whatever state it is in."""

    @property
    def mail(self) -> bool:
        """Whether messages may be among them."""
        return not self.kinds or not _OF_REQUESTS.issuperset(self.kinds)

    @property
    def finished(self) -> bool:
        """Whether what waits for nobody is wanted as well."""
        return self.everything or any(state in FINISHED for state in self.states)

    def wants(self, row: RequestRow) -> bool:
        """Whether a row is one of those that are wanted."""
        if self.kinds and row.sorts.isdisjoint(self.kinds):
            return False
        if self.states:
            return row.state in self.states or (row.overdue and OVERDUE in self.states)
        return self.everything or row.state not in FINISHED


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A message that came in, or a request that a person handles."""

    number: int
    """Of the message, or of the request."""
    receipt: str
    """`R-000042`; empty: it is a message."""
    received: dt.datetime
    customer: str
    """The organisation's own id; empty: nobody knows whose it is."""
    kind: str
    policy: str
    release: str
    due: dt.date | None
    overdue: bool
    state: HandlingState
    filed: str
    """What became of a message; empty: it is none, or was not read yet."""
    subject: str
    """What it says that it is about, or its first words, on one line."""
    reason: str
    """Why it waits for a person, or what became of it."""
    likely: str = ""
    """What a message is likely about, one of `Inbox`, or the kind of a request about personal data;
    empty: not known, or it is none."""

    @property
    def sorts(self) -> frozenset[str]:
        """What it is called at the command line, by its kind or what it is likely about."""
        if not self.receipt:
            wide = [PERSONAL_DATA] if _is_personal(self.likely) else []
            return frozenset({MAIL_KIND, *wide, *filter(None, [_LIKELY.get(self.likely)])})
        kind = RequestKind(self.kind)
        personal = {PERSONAL_DATA} if kind in PERSONAL_DATA_KINDS else set()
        return frozenset({_WORDS[kind], *personal} if kind in _WORDS else personal)

    @property
    def named(self) -> str:
        """Its number as it is named at the command line."""
        return self.receipt or str(self.number)

    @property
    def short(self) -> str:
        """As much of its subject as a list shows."""
        longer = len(self.subject) > SHOWN_WORDS
        return self.subject[: SHOWN_WORDS - 1].rstrip() + "…" if longer else self.subject

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        kind = self.kind
        if not self.receipt:
            about = f" ({self.likely})" if self.likely else ""
            kind = f"{kind}{about}, {self.filed or 'not read yet'}"
        return (
            self.named,
            utc_minute(self.received),
            self.customer,
            kind,
            "/".join(filter(None, (self.policy, self.release))),
            str(self.due or ""),
            f"{self.state}, {OVERDUE}" if self.overdue else self.state,
            self.short,
            self.reason,
        )

    def values(self) -> Values:
        """For programs: as `docs/requests.schema.json` has it."""
        return {
            "number": self.named,
            "received": utc_second(self.received),
            "customer": self.customer or None,
            "kind": self.kind,
            "likely": self.likely or None,
            "policy": self.policy or None,
            "release": self.release or None,
            "due": str(self.due) if self.due else None,
            "overdue": self.overdue,
            "state": self.state.value,
            "filed": self.filed or None,
            "subject": self.subject,
            "reason": self.reason,
        }

    def csv_values(self) -> Values:
        """The same for a CSV file, where nothing that a stranger wrote acts in a spreadsheet."""
        values = self.values()
        written = {name: no_formula(str(values[name])) for name in ("subject", "reason")}
        return {**values, **written}


@dataclass(frozen=True, slots=True)
class RequestsFound:
    """What is on record, from which a list is made."""

    handlings: Iterable[Handling]
    messages: Iterable[Message]
    customers: Mapping[int, str]
    """The customers' ids by the recipient's number."""
    subjects: Mapping[int, str]
    """What messages say that they are about, by their numbers."""


def request_list(found: RequestsFound, now: dt.datetime, zone: str) -> list[RequestRow]:
    """Mails and requests as a list shows them, the oldest first.

    Args:
        found: what is on record.
        now: the time.
        zone: of the organisation, a name of the IANA time zone database: on its calendar a request
            is overdue.
    """
    today = day_in(now, zone)
    rows = [*_of_handlings(found, today), *_of_messages(found, today, zone)]
    return sorted(rows, key=lambda row: (row.received, row.receipt, row.number))


def is_overdue(handling: Handling, today: dt.date) -> bool:
    """Whether a request still waits though its day has passed."""
    waits = handling.state not in FINISHED
    return waits and handling.due is not None and today > handling.due


def words_of_request(request: Request) -> str:
    """What its customer wrote, by form or in a mail; empty: nothing, or it was erased."""
    said = json.loads(request.evidence or "{}")
    return str(said.get("words") or said.get("text") or said.get("subject") or "")


def _of_handlings(found: RequestsFound, today: dt.date) -> Iterator[RequestRow]:
    for one in found.handlings:
        request = one.request
        yield RequestRow(
            request.id,
            request.receipt,
            request.received,
            found.customers.get(request.recipient or 0, ""),
            request.kind.value,
            request.policy,
            request.release,
            one.due,
            is_overdue(one, today),
            one.state,
            "",
            " ".join(words_of_request(request).split()),
            _remark(one),
        )


def _remark(one: Handling) -> str:
    if one.state is HandlingState.UNCONFIRMED:
        return "not confirmed from the address on record yet"
    return f"{one.outcome} by {one.role}" if one.outcome and one.role else ""


def _of_messages(found: RequestsFound, today: dt.date, zone: str) -> Iterator[RequestRow]:
    """Messages; one that is likely about personal data is due as if it were a request, for it may
    be one.
    """
    for one in found.messages:
        waits = one.filed is None or one.filed in FOR_A_PERSON
        personal = waits and _is_personal(one.likely)
        due = answer_due(day_in(one.received, zone)) if personal else None
        yield RequestRow(
            one.id,
            "",
            one.received,
            found.customers.get(one.recipient or 0, ""),
            MAIL_KIND,
            one.policy,
            one.release,
            due,
            due is not None and today > due,
            HandlingState.OPEN if waits else HandlingState.DONE,
            str(one.filed or ""),
            found.subjects.get(one.id, ""),
            one.reason,
            one.likely,
        )


PERSONAL_DATA = "personal-data"
_WORDS = {
    RequestKind.END: "end",
    RequestKind.QUESTION: "question",
    RequestKind.CORRECT: "correct",
    RequestKind.ACCESS: "access",
    RequestKind.ERASE: "erase",
    RequestKind.OBJECT: "object",
}
_LIKELY: dict[str, str] = {
    Inbox.OPT_OUT: "opt-out",
    Inbox.MAILINGS: "mailings",
    Inbox.PERSONAL_DATA: PERSONAL_DATA,
    Inbox.QUESTIONS: "question",
    **{kind: _WORDS[kind] for kind in sorted(PERSONAL_DATA_KINDS)},
}


def _is_personal(likely: str) -> bool:
    """Whether a message is likely about personal data."""
    return likely == Inbox.PERSONAL_DATA or likely in PERSONAL_DATA_KINDS


_OF_REQUESTS = frozenset(_WORDS.values()) - set(_LIKELY.values())
"""Kinds that no message is called."""
LISTED_KINDS = (MAIL_KIND, *dict.fromkeys([*_LIKELY.values(), *_WORDS.values()]))
"""The kinds that are listed, as they are called at the command line."""
KIND_LISTED_AS = {
    **{kind.value: said for kind, said in _WORDS.items()},
    RequestKind.OPT_OUT.value: _LIKELY[Inbox.OPT_OUT],
    RequestKind.LEAVE.value: _LIKELY[Inbox.MAILINGS],
    RequestKind.JOIN.value: _LIKELY[Inbox.MAILINGS],
}
"""Under which of these what is recorded as a kind is listed."""
LISTED_STATES = (*(state.value for state in HandlingState), OVERDUE)
