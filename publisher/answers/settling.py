"""When a person may settle a message that waits, and how."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from publisher.answers.bearer import Bearer
from publisher.answers.declarations import current_declaration, last_late
from publisher.errors import NotFoundError, RequestError
from publisher.mail.mail import Mail
from publisher.people.messages import FOR_A_PERSON, Filed, Message
from publisher.people.recipients import Recipient
from publisher.people.requests import (
    DECLARED_KINDS,
    MAILING_KINDS,
    Request,
    RequestKind,
)
from publisher.people.resolution import OPERATOR
from publisher.releases.number import Number


@dataclass(frozen=True, slots=True)
class Subject:
    """Which customer and release a message is about, as a person says."""

    policy: str
    number: Number | None
    """None: it is about no release."""
    customer: str
    """The customer's id."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person finds that a message declares."""

    kind: RequestKind | None
    """None: nothing."""
    why: str
    """The person's reason, kept with it."""
    about: Subject | None = None
    """For a message without a valid reply address."""
    again: bool = False
    """Also of one that was settled before, or filed as a machine's: a decision is mended by
    another, and both are kept."""
    role: str = OPERATOR
    """Of the person."""
    proven: bool = False
    """Whether the person knows otherwise whose it is, so that nothing has to be confirmed."""

    @property
    def about_release(self) -> bool:
        """Whether what is found is a declaration about a release, and nothing without one."""
        return self.kind in DECLARED_KINDS or self.kind is RequestKind.END


def require_reason(judgement: Judgement) -> None:
    """Refuses a judgement without a reason.

    Raises:
        RequestError: it has none.
    """
    if not judgement.why.strip():
        raise RequestError("no reason is given", remedy="say why, for whoever reads the record")


def require_open(number: int, message: Message | None, judgement: Judgement) -> Message:
    """The message, if it may be settled.

    Args:
        number: the one that was named.
        message: the one with that number; None: there is none.
        judgement: what is found about it.

    Raises:
        NotFoundError: it is not waiting.
    """
    if message is None:
        raise NotFoundError(f"no message {number} is waiting", remedy="publisher requests")
    waits = message.filed is None or message.filed in FOR_A_PERSON
    if waits or (judgement.again and message.filed is not Filed.OPT_OUT):
        return message
    remedy = "" if judgement.again else "add --again to mend what was decided"
    raise NotFoundError(
        f"no message {number} is waiting: it is filed as {message.filed}",
        remedy=remedy or "an opt-out that was taken is taken back by its customer",
    )


def require_subject(message: Message) -> Number:
    """The number of the release that a message is about, by its reply address.

    Raises:
        NotFoundError: it does not say.
    """
    number = Number.parse(message.release)
    if number is None or not message.recipient:
        raise subject_missing(message.id)
    return number


def require_same_customer(number: int, proven: Sequence[Bearer], recipient: Recipient) -> None:
    """Refuses to settle as somebody's what its reply address proves to be somebody else's.

    Args:
        number: of the message.
        proven: whose personal addresses are on it.
        recipient: whose a person says it is.

    Raises:
        RequestError: it is from somebody else.
    """
    others = {one.recipient.customer for one in proven} - {recipient.customer}
    if len(proven) == 1 and others:
        raise RequestError(
            f"message {number} came to the personal address of `{others.pop()}`",
            remedy="leave --customer out",
        )


def customer_missing(number: int) -> NotFoundError:
    """The error for a message of which nobody knows whose it is."""
    return NotFoundError(
        f"message {number} does not say which customer it is from",
        remedy="name them: publisher requests settle … --customer ID",
    )


def subject_missing(number: int) -> NotFoundError:
    """The error for a message of which nobody knows what it is about."""
    return NotFoundError(
        f"message {number} does not say which customer and release it is about",
        remedy="name them: publisher requests settle … --release N --customer ID",
    )


def require_not_anothers(number: int, proven: Sequence[Bearer], bearer: Bearer) -> None:
    """Refuses to settle as somebody's what its reply address proves to be somebody else's.

    Args:
        number: of the message.
        proven: whose personal addresses are on it.
        bearer: whose a person says it is.

    Raises:
        RequestError: it is from somebody else, or about another release.
    """
    if len(proven) != 1:
        return
    own = proven[0]
    if (own.name, own.recipient.number) != (bearer.name, bearer.recipient.number):
        raise RequestError(
            f"message {number} came to the personal address of `{own.recipient.customer}` for "
            f"{own.name}",
            remedy="leave --release and --customer out",
        )


def require_opt_out(bearer: Bearer, requests: Sequence[Request]) -> None:
    """Refuses a withdrawal where there is nothing to take back.

    Args:
        bearer: who takes something back.
        requests: all that this customer declared about the release and its corrections.

    Raises:
        NotFoundError: there is no opt-out.
    """
    declared_out = (current_declaration(requests), last_late(requests))
    if all(r is None or r.kind is not RequestKind.OPT_OUT for r in declared_out):
        raise NotFoundError(
            f"`{bearer.recipient.customer}` has no opt-out of {bearer.name} that could be taken "
            "back",
            remedy="settle it with --opt-out or --nothing",
        )


def require_no_effect(number: int, own: Sequence[Request]) -> None:
    """Refuses to pass over what a message declares: only a declaration takes another one back.

    Args:
        number: the message.
        own: all that one customer declared about a release and its corrections.

    Raises:
        RequestError: without the message, another declaration would count.
    """
    gone = {r.id for r in own if r.message == number}
    left = [replace(r, repeats=None) if r.repeats in gone else r for r in own if r.id not in gone]
    for last in (current_declaration, last_late):
        declared, otherwise = last(own), last(left)
        if declared is not None and _opts_out(declared) is not _opts_out(otherwise):
            what, mend = _ON_RECORD[declared.kind]
            command = f"publisher requests settle {number} --again {mend} --why …"
            raise RequestError(
                f"{what} of {declared.policy}/{declared.release} is on record, {declared.receipt}",
                remedy=f"take it back first: {command}",
            )


def require_mailings_kept(number: int, kind: RequestKind | None, own: Sequence[Request]) -> None:
    """Refuses to pass over what a message says of mailings: only the contrary takes it back.

    Args:
        number: the message.
        kind: what is found in it now.
        own: all that its customer asked for beside declarations about releases.

    Raises:
        RequestError: it is what counts.
    """
    said = [r for r in own if r.kind in MAILING_KINDS and r.repeats is None]
    mended = sum(r.message == number for r in said) > 1
    if kind in MAILING_KINDS or not said or said[-1].message != number or mended:
        return
    mend = "--join" if said[-1].kind is RequestKind.LEAVE else "--leave"
    raise RequestError(
        f"“{said[-1].kind}” is on record, {said[-1].receipt}",
        remedy=f"take it back first: publisher requests settle {number} --again {mend} --why …",
    )


def require_none_open(waiting: Sequence[str]) -> None:
    """Refuses to find something else in a message while what was found before waits for a person.

    Args:
        waiting: the numbers of the requests that were found in it and wait, `R-000042`.

    Raises:
        RequestError: there are any.
    """
    if waiting:
        raise RequestError(
            f"{', '.join(waiting)} was found in it before, and waits for a person",
            remedy=f"close it first: publisher requests settle {' '.join(waiting)} --done",
        )


_ON_RECORD = {
    RequestKind.OPT_OUT: ("an opt-out", "--withdraw"),
    RequestKind.WITHDRAW: ("a withdrawal of an opt-out", "--opt-out"),
    RequestKind.ACCEPT: ("an acceptance", "--opt-out"),
}
"""What a declaration is called, and the option by which it is taken back."""


def _opts_out(declared: Request | None) -> bool:
    return declared is not None and declared.kind is RequestKind.OPT_OUT


def is_answered(mail: Mail | None) -> bool:
    """Whether what a person found in a mail is answered with a receipt.

    No machine may answer a machine (RFC 3834 §2), and what cannot be read may be one's.

    Args:
        mail: None: it cannot be read.
    """
    return mail is not None and not mail.automatic


def judgement_evidence(
    number: int, judgement: Judgement, judged: dt.datetime, mail: Mail | None
) -> dict[str, object]:
    """What proves a declaration that a person found in a message.

    Args:
        number: of the message.
        judgement: what was found.
        judged: when.
        mail: what it says; None: it cannot be read.
    """
    evidence = {"message": number, "judged": judged.isoformat(), "why": judgement.why}
    if mail is None or judgement.kind in DECLARED_KINDS:
        return evidence
    own = (line.rstrip() for line in (mail.texts or ("",))[0].splitlines() if line[:1] != ">")
    return {**evidence, "subject": mail.subject, "text": "\n".join(own).strip()[:MOST_QUOTED]}


MOST_QUOTED = 4_000
"""Characters of a mail that stand in the evidence of a request; the whole mail is kept as well."""


def judgement_reason(judgement: Judgement, whose: str, release: str, *, answered: bool) -> str:
    """What is written down of a declaration that a person found in a message.

    Args:
        judgement: what was found.
        whose: the customer's id.
        release: the name of the release that it is about; empty: it is about none.
        answered: whether a receipt is mailed.
    """
    noun = _NOUNS.get(judgement.kind, str(judgement.kind))
    about = f" of {release}" if release else ""
    words = f"{noun}{about} by {whose}: {judgement.why}"
    machine = "; no receipt is mailed, for a machine may have sent it"
    return words if answered else words + machine


_NOUNS: dict[RequestKind | None, str] = {
    RequestKind.OPT_OUT: "opt-out",
    RequestKind.WITHDRAW: "withdrawal",
    RequestKind.ACCEPT: "acceptance",
    RequestKind.END: "end of the contract",
}
"""What a declaration is called; others are called by their kinds."""
