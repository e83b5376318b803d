"""Messages that wait for a person: reading them, and recording what they declare."""

from __future__ import annotations

from contextlib import suppress

from publisher.actions.addressing import known
from publisher.actions.answering import Verdict, bearers_of, declared, file_away, read_messages
from publisher.actions.declaring import Bearer, declarations
from publisher.answers.declarations import last_late, stands
from publisher.edges import archive
from publisher.edges.clock import Clock
from publisher.edges.inbox import forms_within_limits, mail_within_limits
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, MailError, NotFoundError, RequestError
from publisher.mail.mail import Mail
from publisher.mail.reading import as_it_came
from publisher.people.messages import FOR_A_PERSON, Filed, Message
from publisher.people.requests import RequestKind
from publisher.releases.number import Number


def read_the_rest(project: Project, clock: Clock) -> None:
    """Reads the messages that were kept by runs that were stopped before they read them.

    Without the keys that this needs, they go on waiting.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    with suppress(ConfigurationError):
        read_messages(project, clock)


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

    A message that goes beyond the limits of reading is shown as it came.

    Raises:
        NotFoundError: there is none with this number.
    """
    raw = message_bytes(project, number)
    try:
        mail = mail_within_limits(raw)
    except MailError as error:
        return f"{error.what}; as it came:\n\n{as_it_came(raw)}"
    return "\n".join([*_head(mail), "", *_said(mail), *_files(project, mail, raw)]) + "\n"


def _head(mail: Mail) -> list[str]:
    facts = [f"From: {mail.sender}", f"Subject: {mail.subject}"]
    if mail.automatic:
        facts.append(f"A machine may have sent it: {mail.automatic}")
    if mail.doubt:
        facts.append(f"Mind: {mail.doubt}")
    return facts


def _said(mail: Mail) -> list[str]:
    """Its text without the lines that are marked as quoted; both, where plain and HTML differ."""
    shown: list[str] = []
    for text in mail.texts:
        lines = [line.rstrip() for line in text.splitlines() if not line.startswith(">")]
        own = "\n".join(lines).strip()
        if " ".join(own.split()) not in (" ".join(one.split()) for one in shown):
            shown.append(own)
    return ["\n\n(It also says, as HTML:)\n\n".join(shown)] if shown else ["(It has no text.)"]


def _files(project: Project, mail: Mail, raw: bytes) -> list[str]:
    lines = [f"\nAttached: {', '.join(mail.files)}"] if mail.files else []
    if not mail.pdfs:
        return lines
    bearers, _ = bearers_of(project, mail)
    if not bearers:
        return [*lines, "Not opened: no personal address proves whose it is."]
    try:
        forms, fault = forms_within_limits(raw)
    except MailError as error:
        return [*lines, f"Not opened: {error.what}."]
    for form in forms:
        lines.append(f"\nA form of {form.release}, {'' if form.declared else 'not '}checked")
        lines += [f"  {name}: {value}" for name, value in form.fields.items() if value]
    return [*lines, *([fault.removeprefix("; ")] if fault else [])]


def judge(
    project: Project,
    number: int,
    kind: RequestKind | None,
    why: str,
    clock: Clock,
    *,
    about: tuple[str, Number, str] | None = None,
    again: bool = False,
) -> Verdict:
    """Settles a message that waited for a person; what it declares counts from when it came.

    Args:
        project: where.
        number: the message.
        kind: what it declares; None: nothing.
        why: the person's reason, kept with it.
        clock: the time of this decision.
        about: policy, release and customer id, for a message without a valid reply address.
        again: also one that was settled before, or filed as a machine's: a decision is mended by
            another, and both are kept.

    Raises:
        NotFoundError: no such message is waiting, it is not known whom it is from, or there is no
            opt-out that it could take back.
        RequestError: its reply address proves that it is from somebody else, or no reason is given.
        TooOftenError: its customer went to and fro too often today.
    """
    if not why.strip():
        raise RequestError("no reason is given", remedy="say why, for whoever reads the record")
    message = _open(project, number, again)
    if kind is None:
        whose = _named(project, message, about) if about or message.recipient else None
        return file_away(project, Verdict(number, Filed.SETTLED, why), clock, whose, message)
    mail = _readable(message_bytes(project, number))
    proven = bearers_of(project, mail)[0] if mail else []
    bearer = _named(project, message, about)
    if about and len(proven) == 1 and not _same(proven[0], bearer):
        own = proven[0]
        raise RequestError(
            f"message {number} came to the personal address of `{own.recipient.customer}` for "
            f"{own.name}",
            remedy="leave --release and --customer out",
        )
    if kind is RequestKind.WITHDRAW:
        _require_opt_out(project, bearer)
    # No machine may answer a machine (RFC 3834 §2); what cannot be read may be one's.
    machine = mail is None or bool(mail.automatic)
    evidence: dict[str, object] = {"message": number, "judged": clock().isoformat(), "why": why}
    recorded = declared(project, bearer, kind, clock, evidence, message, answered=not machine)
    said = f"{kind} of {bearer.name} by {bearer.recipient.customer}: {why}"
    said += "; no receipt is mailed, for a machine may have sent it" if machine else ""
    verdict = Verdict(number, Filed.SETTLED, said, recorded.request.receipt)
    return file_away(project, verdict, clock, bearer, message, recorded.request)


def _open(project: Project, number: int, again: bool) -> Message:
    for message in ledger_of(project).messages():
        if message.id == number:
            if message.filed is None or message.filed in FOR_A_PERSON:
                return message
            if again and message.filed is not Filed.OPT_OUT:
                return message
            remedy = "add --again to mend what was decided" if not again else ""
            raise NotFoundError(
                f"no message {number} is waiting: it is filed as {message.filed}",
                remedy=remedy or "an opt-out that was taken is taken back by its customer",
            )
    raise NotFoundError(f"no message {number} is waiting", remedy="publisher requests")


def _readable(raw: bytes) -> Mail | None:
    try:
        return mail_within_limits(raw)
    except MailError:
        return None


def _same(one: Bearer, other: Bearer) -> bool:
    return (one.name, one.recipient.number) == (other.name, other.recipient.number)


def _require_opt_out(project: Project, bearer: Bearer) -> None:
    requests = declarations(project, bearer.release, bearer.recipient)
    declared_out = (stands(requests), last_late(requests))
    if all(r is None or r.kind is not RequestKind.OPT_OUT for r in declared_out):
        raise NotFoundError(
            f"`{bearer.recipient.customer}` has no opt-out of {bearer.name} that could be taken "
            "back",
            remedy="settle it with --opt-out or --nothing",
        )


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
                remedy="name them: publisher requests settle … --release N --customer ID",
            )
        policy_id, number, recipient = message.policy, found, whom
    release = archive.release(project, policy_id, number)
    if not release.opt_out:
        raise NotFoundError(
            f"nobody can opt out of release {number}", where=f"versions/{release.name}"
        )
    window = archive.amendment(project, policy_id, number.major).window(release)
    return Bearer(None, release, window, recipient)
