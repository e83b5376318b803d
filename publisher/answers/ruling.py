"""What a person decides about requests, and when it may be decided so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from publisher.errors import NotFoundError, RequestError
from publisher.law.request_period import answer_due, extended_due
from publisher.people.handling import FINISHED, Handling, HandlingDecision, HandlingState
from publisher.people.handling import HandlingOutcome as Outcome
from publisher.people.requests import PERSONAL_DATA_KINDS, Request, RequestKind
from publisher.people.resolution import OPERATOR
from publisher.wording.dates import day_in, long_date

LONGEST_WORDS = 4_000
"""Characters that a person may write to a customer about a request."""
OPTION_OF = {
    Outcome.DONE: "--done",
    Outcome.DECLINED: "--decline",
    Outcome.EXTENDED: "--extend",
    Outcome.REOPENED: "--reopen",
}
"""By which option each is decided."""
_NEED_WORDS = {
    Outcome.DECLINED: "say why, for the customer (GDPR Art. 12(4))",
    Outcome.EXTENDED: "say why it takes longer, for the customer (GDPR Art. 12(3))",
}
"""Those that a customer has to be told, and what they have to be told."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person says of one or several requests."""

    outcome: Outcome
    words: str = ""
    """For the customer; empty: they are told nothing by this program."""
    role: str = OPERATOR
    proven: bool = False
    """Whether the person knows whose the request is, though it was not confirmed."""


def require_said(ruling: Ruling) -> str:
    """The words for the customer, as they are kept: lines without what a terminal would obey.

    Raises:
        RequestError: there are none though there have to be, or there are too many.
    """
    words = "\n".join(line.rstrip() for line in ruling.words.strip().splitlines())
    option = OPTION_OF[ruling.outcome]
    if not words and (needed := _NEED_WORDS.get(ruling.outcome)):
        raise RequestError("no words are given", where=option, remedy=f'{needed}: --words "…"')
    if len(words) > LONGEST_WORDS:
        what = f"is {len(words):,} characters long, and may be {LONGEST_WORDS:,}"
        raise RequestError(what, where="--words", remedy="say it in fewer words")
    if not words.replace("\n", " ").replace("\t", " ").isprintable():
        raise RequestError("has characters that cannot be shown", where="--words")
    return words


def decided(
    handlings: Mapping[int, Handling],
    ruling: Ruling,
    now: dt.datetime,
    zone: str,
) -> dict[int, HandlingDecision]:
    """What is recorded of each request.

    Args:
        handlings: they, by their numbers.
        ruling: what a person decided about all of them.
        now: the time.
        zone: of the organisation, on whose calendar days count.

    Raises:
        RequestError: of one of them it cannot be decided.
    """
    words, today = require_said(ruling), day_in(now, zone)
    found = {}
    for number, handling in handlings.items():
        _require_open_to(handling, ruling)
        due = None
        if ruling.outcome is Outcome.EXTENDED:
            due = _longer(handling, today, zone)
        unproven = handling.state is HandlingState.UNCONFIRMED and ruling.proven
        found[number] = HandlingDecision(
            ruling.outcome, words, ruling.role, due, answered=bool(words), proven=unproven
        )
    return found


def require_handled(request: Request | None, handling: Handling | None, named: str) -> Handling:
    """A request that a person handles.

    Args:
        request: the one with the number that was named; None: there is none.
        handling: how far it is; None: nobody handles it.
        named: what was named.

    Raises:
        NotFoundError: there is none, or nobody has to decide about it.
    """
    if handling is not None:
        return handling
    if request is None:
        raise NotFoundError(f"there is no request {named}", remedy="publisher requests --all")
    what = f"{request.receipt} is recorded as “{request.kind}”: nobody has to decide about it"
    raise NotFoundError(what, remedy=f"publisher requests show {request.receipt}")


def _require_open_to(handling: Handling, ruling: Ruling) -> None:
    """Refuses what does not fit the state of a request.

    Raises:
        RequestError: it does not.
    """
    named, state = handling.request.receipt, handling.state
    if ruling.outcome is Outcome.REOPENED:
        if state not in FINISHED:
            raise RequestError(f"{named} is {state}, and was not decided yet")
        return
    if state in FINISHED:
        remedy = f"publisher requests settle {named} --reopen"
        raise RequestError(f"{named} is {state} already", remedy=remedy)
    done = ruling.outcome is Outcome.DONE
    if done and state is HandlingState.UNCONFIRMED and not ruling.proven:
        raise RequestError(
            f"{named} was not confirmed from the address on record: anybody may have asked for it",
            remedy="wait for that, or add --proven if you know otherwise whose it is",
        )


def _longer(handling: Handling, today: dt.date, zone: str) -> dt.date:
    """The new day by which a request about personal data is answered.

    Raises:
        RequestError: it has no day, has the new one already, or its first month is over.
    """
    request = handling.request
    if request.kind not in PERSONAL_DATA_KINDS or handling.due is None:
        raise RequestError(f"{request.receipt} has no day by which it is due")
    came = day_in(request.received, zone)
    longer = extended_due(came)
    if handling.due >= longer:
        raise RequestError(f"{request.receipt} was extended before, until {long_date(longer)}")
    if today > (last := answer_due(came)):
        raise RequestError(
            f"{request.receipt} could be extended until {long_date(last)}: its customer has to be "
            "told within the first month (GDPR Art. 12(3))",
            remedy=f"publisher requests settle {request.receipt} --done",
        )
    return longer


def request_step(kind: RequestKind, receipt: str, customer: str, *, unconfirmed: bool) -> str:
    """What is to be done about a request, as commands.

    Args:
        kind, receipt: of the request.
        customer: the organisation's own id, as a word of a command.
        unconfirmed: whether it waits for a word from the address on record.
    """
    settle = f"publisher requests settle {receipt}"
    if unconfirmed:
        otherwise = "if you know otherwise whose it is; else wait until it is confirmed"
        return f'{settle} --done --proven --words "…", {otherwise}'
    done = f'{settle} --done --words "…"'
    return {
        RequestKind.CORRECT: f"publisher recipients import FILE.csv, then {done}",
        RequestKind.ACCESS: f"publisher evidence {customer} -o FILE, then {done}",
        RequestKind.ERASE: f"{done}, then publisher recipients erase {customer} --confirm",
    }.get(kind, done)
