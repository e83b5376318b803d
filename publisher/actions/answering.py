"""What customers answer by mail, and the receipts they get."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

from publisher.actions.addressing import known, link_for, token_for
from publisher.actions.declaring import Bearer, bearer_of, declare, whose, window_of
from publisher.actions.tallying import optouts, status
from publisher.edges import archive
from publisher.edges.database import LedgerError
from publisher.edges.inbox import forms_within_limits, mail_within_limits
from publisher.edges.ledger import ledger_of
from publisher.edges.outbox import STATE_OF, Carrier, Fate, carrier_of
from publisher.edges.project import Project
from publisher.errors import NotFoundError, PublisherError, SendError, TokenError
from publisher.notices.letter import Letter, Recipient, compose_link, compose_receipt
from publisher.notices.mail import Mail
from publisher.notices.optout import Capability, RequestKind, agrees, timing, token_in, understood
from publisher.notices.record import Channel, Filed, Message, Request
from publisher.paper import fillable
from publisher.policies.release import Number, Release

__all__ = ["Answers", "Verdict", "judge", "optouts", "receive", "send_receipts", "status"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a message that came in; it is kept in any case."""

    message: int
    filed: Filed
    reason: str
    receipt: str = ""

    def __str__(self) -> str:
        head = f"message {self.message} kept: {self.filed}"
        return ", ".join(part for part in (head, self.reason, self.receipt) if part)


def receive(project: Project, raw: bytes, to: str | None, now: dt.datetime) -> Verdict:
    """Takes one message: keeps it, reads it, and records the opt-out if it is one beyond doubt.

    Args:
        project: where.
        raw: the message as it came (RFC 5322).
        to: the envelope's recipient; None where the mail server does not say it.
        now: when it came in.

    Raises:
        LedgerError: it could not be kept; the mail server must try again later.
    """
    number = ledger_of(project).keep(raw, to or "", now)
    try:
        mail = mail_within_limits(raw, to or "")
        return _read(project, number, mail, raw, now)
    except PublisherError as error:
        return _filed(project, Verdict(number, Filed.UNREADABLE, error.what), now)


def _filed(
    project: Project,
    verdict: Verdict,
    now: dt.datetime,
    bearer: Bearer | None = None,
    about: Request | None = None,
) -> Verdict:
    """Writes down what became of a message. Should that fail, it is kept and waits as unread."""
    try:
        ledger_of(project).file(
            verdict.message,
            verdict.filed,
            verdict.reason,
            now,
            about=about,
            policy=bearer.release.policy.id if bearer else "",
            release=str(bearer.release.number) if bearer else "",
            recipient_number=bearer.recipient.number if bearer else None,
            timing=timing(bearer.window, now) if bearer else None,
        )
    except LedgerError as error:
        return Verdict(verdict.message, Filed.UNREADABLE, error.what)
    return verdict


def _read(project: Project, number: int, mail: Mail, raw: bytes, now: dt.datetime) -> Verdict:
    bearers, ours = _bearers(project, mail)
    bearer = bearers[0] if len(bearers) == 1 else None
    forms, fault = forms_within_limits(raw) if mail.pdfs else ([], "")
    fault = f"; of its attachment: {fault}" if fault else ""
    if any(form.declared for form in forms) or (forms and not mail.automatic):
        return _read_form(project, number, mail, forms, bearers, now)
    if mail.automatic:
        return _filed(project, Verdict(number, Filed.AUTOMATIC, mail.automatic), now, bearer)
    if not bearers:
        no = "its reply address was altered" if ours else "no personal reply address is on it"
        no += fault
        claims = [r.customer for r in ledger_of(project).at_address(mail.sender)]
        # A From field proves nothing; it helps the person who reads the message.
        hint = f"; it claims to be from customer {' or '.join(claims)}" if claims else ""
        filed = _filed(project, Verdict(number, Filed.UNKNOWN, no + hint), now)
        return replace(filed, reason=no) if hint else filed
    if bearer is None:
        several = "it names several personal addresses"
        return _filed(project, Verdict(number, Filed.UNCLEAR, several), now)
    if not understood(mail.subject, _own(mail)):
        doubt = f"not an opt-out beyond doubt, about {bearer.name}{fault}"
        return _filed(project, Verdict(number, Filed.UNCLEAR, doubt), now, bearer)
    return _opted_out(project, number, mail, bearer, now)


def _own(mail: Mail) -> str:
    text = next(iter(mail.texts), "")
    lines = (line for line in text.splitlines() if not line.startswith("> "))
    return "\n".join(line for line in lines if not line.endswith("wrote:")).strip()


def _opted_out(
    project: Project,
    number: int,
    mail: Mail,
    bearer: Bearer,
    now: dt.datetime,
    form: fillable.Answers | None = None,
) -> Verdict:
    evidence: dict[str, object] = {
        "message": number,
        "message_id": mail.id,
        "subject": mail.subject,
        "text": _own(mail),
    }
    if form:
        evidence["form"] = {"release": form.release, "seal": form.seal, **form.fields}
    request = declare(project, bearer, RequestKind.OPT_OUT, now, evidence, Channel.MAIL)
    again = "said before" if request.repeats else str(request.timing)
    by = ", by its form" if form else ""
    verdict = Verdict(number, Filed.OPT_OUT, f"{bearer.name}{by}, {again}", request.receipt)
    _filed(project, verdict, now, bearer, request)
    send_receipts(project, now)
    return verdict


# ── forms that came back ─────────────────────────────────────────────────────────────────────────


def _read_form(
    project: Project,
    number: int,
    mail: Mail,
    forms: Sequence[fillable.Answers],
    bearers: Sequence[Bearer],
    now: dt.datetime,
) -> Verdict:
    """Takes a form that came back as what it declares, where nothing speaks against it.

    That it is the customer's own is proven by the reply address alone. A From field proves
    nothing, nor does what was written into the form: such a form waits, with the customer it
    seems to be from, until a person says so.
    """
    form = forms[0]
    bearer = bearers[0] if len(bearers) == 1 else None
    release = _released(project, form)
    if doubt := _doubt(mail, forms, bearers, release):
        return _filed(project, Verdict(number, Filed.UNCLEAR, doubt), now, bearer)
    if bearer:
        return _opted_out(project, number, mail, bearer, now, form)
    no = f"its form opts out of {form.release}, and no personal reply address is on it"
    claims = ledger_of(project).at_address(mail.sender)
    hint = f"; it claims to be from customer {' or '.join(r.customer for r in claims)}"
    likely = None
    if release and len(claims) == 1:
        likely = _bearer(project, release, claims[0])
    filed = _filed(project, Verdict(number, Filed.UNKNOWN, no + hint * bool(claims)), now, likely)
    return replace(filed, reason=no)


def _released(project: Project, form: fillable.Answers) -> Release | None:
    """The release that a form was made for; None where it is not here, or not that one."""
    policy_id, _, name = form.release.partition("/")
    number = Number.parse(name)
    try:
        release = archive.release(project, policy_id, number) if number else None
    except PublisherError:
        return None
    return release if release and release.seal == form.seal and release.opt_out else None


def _doubt(
    mail: Mail,
    forms: Sequence[fillable.Answers],
    bearers: Sequence[Bearer],
    release: Release | None,
) -> str:
    """Why a person has to look at a form that came back; empty: nobody has to."""
    form = forms[0]
    if len({(other.release, other.declared) for other in forms}) > 1:
        return "its forms do not say the same"
    if release is None:
        return f"its form says that it is of {form.release}, and was not made for that release"
    if mail.automatic:
        return f"it has a form of {form.release}, but {mail.automatic}"
    if not form.declared:
        return f"its form of {form.release} is not checked"
    if len(bearers) > 1:
        return "it names several personal addresses"
    for bearer in bearers:
        whose = bearer.release.policy.id, bearer.release.number.major
        if whose != (release.policy.id, release.number.major):
            return f"its form is of {form.release}, its reply address of {bearer.name}"
        names = {"", bearer.recipient.customer.casefold(), bearer.recipient.address.casefold()}
        if form.fields.get(fillable.CUSTOMER, "").strip().casefold() not in names:
            return f"its form of {form.release} names somebody else than its reply address"
    if not agrees(mail.subject, _own(mail)):
        return f"what is written beside its form of {form.release} leaves doubts"
    return ""


def _bearers(project: Project, mail: Mail) -> tuple[list[Bearer], bool]:
    """Who the message is from, by its reply address, and whether it has one like ours at all."""
    found: dict[Capability, Bearer] = {}
    tokens = [token_in(address, project.configuration.reply) for address in mail.addresses]
    for token in filter(None, tokens):
        try:
            bearer = bearer_of(project, token)
        except TokenError:
            continue
        found.setdefault(bearer.capability, bearer)
    return list(found.values()), any(tokens)


def message_bytes(project: Project, number: int) -> bytes:
    """A message as it came in (RFC 5322).

    Raises:
        NotFoundError: there is none with this number.
    """
    raw = ledger_of(project).raw(number)
    if raw is None:
        raise NotFoundError(f"there is no message {number}", remedy="publisher requests")
    return raw


def message_text(project: Project, number: int) -> str:
    """What a person wants to read of a message: who, what about, what they wrote themselves.

    Raises:
        NotFoundError: there is none with this number.
    """
    raw = message_bytes(project, number)
    mail = mail_within_limits(raw)
    forms = "".join(
        f"\nA form of {form.release}, {'checked' if form.declared else 'not checked'}\n"
        + "".join(f"  {name}: {value}\n" for name, value in form.fields.items() if value)
        for form in (forms_within_limits(raw)[0] if mail.pdfs else [])
    )
    return f"From: {mail.sender}\nSubject: {mail.subject}\n\n{_own(mail)}\n{forms}"


def judge(
    project: Project,
    number: int,
    kind: RequestKind | None,
    why: str,
    now: dt.datetime,
    *,
    about: tuple[str, Number, str] | None = None,
) -> Verdict:
    """Settles a message that waited for a person; what it declares counts from when it came.

    Args:
        project: where.
        number: the message.
        kind: what it declares; None: nothing.
        why: the person's reason, kept with it.
        now: the time of this decision.
        about: policy, release and customer id, for a message without a valid reply address.

    Raises:
        NotFoundError: no such message is waiting, or it is not known whom it is from.
    """
    message = next((m for m in ledger_of(project).waiting() if m.id == number), None)
    if message is None:
        raise NotFoundError(f"no message {number} is waiting", remedy="publisher requests")
    if kind is None:
        return _filed(project, Verdict(number, Filed.SETTLED, why), now)
    bearer = _named(project, message, about)
    evidence = {"message": number, "judged": now.isoformat(), "why": why}
    request = declare(project, bearer, kind, message.received, evidence, Channel.MAIL)
    verdict = Verdict(number, Filed.SETTLED, why, request.receipt)
    _filed(project, verdict, now, bearer, request)
    send_receipts(project, now)
    return verdict


def _named(project: Project, message: Message, about: tuple[str, Number, str] | None) -> Bearer:
    if about is not None:
        policy_id, number, customer = about
        recipient = known(project, customer)
    else:
        found = Number.parse(message.release)
        whom = ledger_of(project).recipient(message.recipient or 0)
        if found is None or whom is None:
            raise NotFoundError(
                f"message {message.id} does not say which customer and release it is about",
                remedy="name the release and the customer",
            )
        policy_id, number, recipient = message.policy, found, whom
    return _bearer(project, archive.release(project, policy_id, number), recipient)


def _bearer(project: Project, release: Release, recipient: Recipient) -> Bearer:
    policy_id = release.policy.id
    window = window_of(release, archive.line(project, policy_id))
    capability = Capability(policy_id, release.number, recipient.number)
    return Bearer(capability, release, window, recipient)


# ── receipts ─────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Answers:
    """What a run of `send_receipts` did."""

    sent: int
    left: int
    """Still to be sent, in the next run."""
    trouble: str
    """Why the run was stopped; empty where it was not."""


def send_receipts(project: Project, now: dt.datetime) -> Answers:
    """Sends the receipts and links that are owed.

    A carrier that fails loses nothing: what was recorded stays recorded, and its receipt is owed.

    Raises:
        LedgerError: the ledger cannot be read.
    """
    owed = ledger_of(project).owed()
    if not owed:
        return Answers(0, 0, "")
    sent = 0
    try:
        carrier = carrier_of(project)
        try:
            for request in owed:
                sent += _answer(project, request, carrier, now)
        finally:
            carrier.close()
    except SendError as error:
        return Answers(sent, len(owed) - sent, error.what)
    return Answers(sent, len(owed) - sent, "")


def _answer(project: Project, request: Request, carrier: Carrier, now: dt.datetime) -> bool:
    ledger = ledger_of(project)
    try:
        letter = _answer_letter(project, request)
        outcome = carrier.deliver(letter, lambda: ledger.mark_answer(request.id, now))
    except (LedgerError, NotFoundError):
        # Another run has it, or its release is gone; the other answers are still to be sent.
        return False
    ledger.settle_answer(request.id, STATE_OF[outcome.fate], outcome.reply, now)
    return outcome.fate is Fate.ACCEPTED


def _answer_letter(project: Project, request: Request) -> Letter:
    release, recipient = whose(project, request)
    window = window_of(release, archive.line(project, release.policy.id))
    link = link_for(project, release, token_for(project, release, recipient))
    if request.kind is RequestKind.ASK:
        return compose_link(
            window, recipient, project.configuration, link=link, date=request.received
        )
    return compose_receipt(
        window,
        recipient,
        project.configuration,
        kind=request.kind,
        timing=request.timing,
        receipt=request.receipt,
        received=request.received,
        link=link,
    )
