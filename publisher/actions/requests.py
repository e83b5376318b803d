"""Messages that wait for a person: reading them, and recording what they declare."""

from __future__ import annotations

from contextlib import suppress

from publisher.actions.addressing import known
from publisher.actions.answering import Verdict, bearers_of, declared, file_away, read_messages
from publisher.actions.declaring import Bearer, window_of
from publisher.edges import archive
from publisher.edges.inbox import as_it_came, forms_within_limits, mail_within_limits
from publisher.edges.ledger import ledger_of
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, MailError, NotFoundError
from publisher.notices.mail import Mail
from publisher.notices.optout import RequestKind
from publisher.notices.record import Clock, Filed, Message
from publisher.policies.release import Number


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
) -> Verdict:
    """Settles a message that waited for a person; what it declares counts from when it came.

    Args:
        project: where.
        number: the message.
        kind: what it declares; None: nothing.
        why: the person's reason, kept with it.
        clock: the time of this decision.
        about: policy, release and customer id, for a message without a valid reply address.

    Raises:
        NotFoundError: no such message is waiting, or it is not known whom it is from.
        TooOftenError: its customer went to and fro too often today.
    """
    message = next((m for m in ledger_of(project).waiting() if m.id == number), None)
    if message is None:
        raise NotFoundError(f"no message {number} is waiting", remedy="publisher requests")
    if kind is None:
        return file_away(project, Verdict(number, Filed.SETTLED, why), clock)
    bearer = _named(project, message, about)
    machine = _of_a_machine(project, number)
    evidence: dict[str, object] = {"message": number, "judged": clock().isoformat(), "why": why}
    recorded = declared(project, bearer, kind, clock, evidence, message, answered=not machine)
    said = f"{why}; no receipt is mailed, for a machine sent it" if machine else why
    verdict = Verdict(number, Filed.SETTLED, said, recorded.request.receipt)
    return file_away(project, verdict, clock, bearer, message, recorded.request)


def _of_a_machine(project: Project, number: int) -> bool:
    """Whether no machine may answer a message (RFC 3834 §2); one that cannot be read is such."""
    try:
        return bool(mail_within_limits(message_bytes(project, number)).automatic)
    except MailError:
        return True


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
    window = window_of(release, archive.line(project, policy_id))
    return Bearer(None, release, window, recipient)
