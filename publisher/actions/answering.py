"""What customers answer by mail: kept, and understood where it is beyond doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from publisher.actions.addressing import letter_text
from publisher.actions.declaring import Bearer, bearer_of, declare
from publisher.answers.declarations import timing
from publisher.answers.mail_meaning import About, Reading, Sent, beside_form, reading
from publisher.answers.reply_address import token_in
from publisher.edges import archive
from publisher.edges.clock import Clock
from publisher.edges.inbox import forms_within_limits, mail_within_limits
from publisher.edges.ledger import ledger_of
from publisher.edges.locks import held
from publisher.edges.project import Project
from publisher.errors import (
    ConfigurationError,
    LedgerError,
    MailError,
    NotFoundError,
    PublisherError,
    SealError,
    TokenError,
    TooOftenError,
)
from publisher.mail.mail import Mail
from publisher.paper import fillable
from publisher.people.messages import Filed, Filing, Message
from publisher.people.requests import BEHIND, Channel, Recorded, Request, RequestKind
from publisher.releases.chronology import overtaken
from publisher.releases.number import Number
from publisher.releases.release import Release

PATIENCE = 10.0
"""Seconds that a message waits for those that are read before it; then a later run reads it."""
MOST = 50
"""Messages left over from runs that were stopped, which one run reads at most."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a message that came in; it is kept in any case."""

    message: int
    filed: Filed | None
    """None: it could not be read now, and a later run reads it."""
    reason: str
    receipt: str = ""

    def __str__(self) -> str:
        head = f"message {self.message} kept: {self.filed or 'not read yet'}"
        return ", ".join(part for part in (head, self.reason, self.receipt) if part)


def receive(project: Project, raw: bytes, to: str | None, clock: Clock) -> Verdict:
    """Takes one message: keeps it, reads it, and records the opt-out if it is one beyond doubt.

    What an earlier run kept and was stopped before it read is read as well.

    Args:
        project: where.
        raw: the message as it came (RFC 5322).
        to: the envelope's recipient; None where the mail server does not say it.
        clock: the time.

    Raises:
        LedgerError: it could not be kept; the mail server must try again later.
    """
    number = ledger_of(project).keep(raw, to or "", clock)
    try:
        verdicts = read_messages(project, clock)
    except (LedgerError, ConfigurationError) as error:
        # That is not the message's fault, so nobody has to read it: the next run does.
        return Verdict(number, None, error.what)
    except OSError as error:
        return Verdict(number, None, f"it could not be read now: {error.strerror}")
    return verdicts.get(number) or Verdict(number, None, "others are read first")


def read_messages(project: Project, clock: Clock) -> dict[int, Verdict]:
    """Reads the messages that were kept and not read yet, in the order in which they came.

    Raises:
        LedgerError: the ledger cannot be used.
        ConfigurationError: keys, phrases or addresses that reading needs are missing.
        OSError: no process can be started to read in.
    """
    # One process at a time, so that of two mails that say the same the first one came first.
    with held(project.private / "reading.lock", PATIENCE) as ours:
        if not ours:
            return {}
        return {m.id: _read(project, m, clock) for m in ledger_of(project).unread(MOST)}


def _read(project: Project, message: Message, clock: Clock) -> Verdict:
    try:
        return MessageReader(project, message, clock).verdict()
    except (LedgerError, ConfigurationError, OSError):
        raise
    except SealError as error:
        # That is not the message's fault either: it is read once the release is mended. Those
        # about other releases need not wait for that.
        return Verdict(message.id, None, f"{error.where}: {error.what}")
    except PublisherError as error:
        reason = error.what
    except Exception as error:  # noqa: BLE001 - whatever a message does to us, a person sees it
        reason = f"{type(error).__name__} while it was read"
    return file_away(project, Verdict(message.id, Filed.UNREADABLE, reason), clock)


def file_away(
    project: Project,
    verdict: Verdict,
    clock: Clock,
    bearer: Bearer | None = None,
    message: Message | None = None,
    about: Request | None = None,
) -> Verdict:
    """Writes down what became of a message, and gives that back.

    Args:
        project, verdict, clock: what, and when.
        bearer: whom it is from, if that is known.
        message: what came in, if it is to be said whether that was in time.
        about: what it declares.
    """
    assert verdict.filed is not None
    filing = Filing(
        verdict.filed,
        verdict.reason,
        policy=bearer.release.policy.id if bearer else "",
        release=str(bearer.release.number) if bearer else "",
        recipient=bearer.recipient.number if bearer else None,
        timing=timing(bearer.window, message.received) if bearer and message else None,
        request=about.id if about else None,
    )
    ledger_of(project).file(verdict.message, filing, clock())
    return verdict


class MessageReader:
    """Reads one message that was kept, and finds and writes down its verdict."""

    def __init__(self, project: Project, message: Message, clock: Clock) -> None:
        self._project, self._message, self._clock = project, message, clock
        self._raw = ledger_of(project).raw(message.id) or b""
        self._mail = mail_within_limits(self._raw, message.to)
        self._bearers, self._ours = bearers_of(project, self._mail)
        self._bearer = self._bearers[0] if len(self._bearers) == 1 else None

    def verdict(self) -> Verdict:
        """Reads the message.

        Raises:
            MailError: it goes beyond the limits.
            LedgerError, ConfigurationError: as for `read_messages`.
        """
        mail, bearer = self._mail, self._bearer
        if not self._bearers:
            return self._from_nobody_known()
        if bearer is None:
            return self._waits("it names several personal addresses")
        if mail.report:
            return self._file(Filed.AUTOMATIC, mail.automatic or "a report of a mail server")
        words = _words(self._project, bearer)
        read = words.reading(mail)
        if mail.automatic:
            # A help desk or a list may have passed on what a customer wrote (RFC 3834 §2).
            if read.own.strip() or mail.files or mail.doubt:
                return self._waits(f"a machine may have sent it: {mail.automatic}")
            return self._file(Filed.AUTOMATIC, mail.automatic)
        if mail.pdfs:
            return self._with_files(words, read)
        return self._by_its_words(read)

    def _by_its_words(self, read: Reading) -> Verdict:
        assert self._bearer is not None
        doubt = self._mail.doubt or ("" if read.declares else "not an opt-out beyond doubt")
        if doubt:
            return self._waits(f"{doubt}, about {self._bearer.name}")
        return self._opted_out(read)

    def _with_files(self, words: Words, read: Reading) -> Verdict:
        """A mail with PDFs, from a customer who is known by the address it went to."""
        try:
            forms, fault = forms_within_limits(self._raw)
        except MailError as error:
            return self._waits(f"of its attachment: {error.what}")
        if not forms:
            doubt = f"a file is attached; {fault}" if fault else "a file is attached"
            return self._waits(f"{doubt}, about {words.bearer.name}")
        if doubt := self._doubt(forms, words):
            return self._waits(doubt)
        return self._opted_out(read, forms[0])

    def _doubt(self, forms: Sequence[fillable.Answers], words: Words) -> str:
        """Why a person has to look at a form that came back; empty: nobody has to."""
        form, bearer, mail = forms[0], words.bearer, self._mail
        release = _released(self._project, form)
        if len({(other.release, other.declared) for other in forms}) > 1:
            return "its forms do not say the same"
        if len(forms) < len(mail.files):
            return f"other files are attached to its form of {form.release}"
        if release is None:
            return f"its form says that it is of {form.release}, and was not made for that release"
        if not form.declared:
            return f"its form of {form.release} is not checked"
        whose = bearer.release.policy.id, bearer.release.number.major
        if whose != (release.policy.id, release.number.major):
            return f"its form is of {form.release}, its reply address of {bearer.name}"
        names = {"", bearer.recipient.customer.casefold(), bearer.recipient.address.casefold()}
        if form.fields.get(fillable.CUSTOMER, "").strip().casefold() not in names:
            return f"its form of {form.release} names somebody else than its reply address"
        if mail.doubt:
            return f"{mail.doubt}, beside its form of {form.release}"
        if not words.beside_form(mail):
            return f"what is written beside its form of {form.release} has to be read"
        return ""

    def _opted_out(self, read: Reading, form: fillable.Answers | None = None) -> Verdict:
        bearer, message = self._bearer, self._message
        assert bearer is not None
        evidence: dict[str, object] = {
            "message": message.id,
            "message_id": self._mail.id,
            "subject": self._mail.subject,
            "text": read.own,
        }
        if form:
            evidence["form"] = {"release": form.release, "seal": form.seal, **form.fields}
        try:
            recorded = declared(
                self._project, bearer, RequestKind.OPT_OUT, self._clock, evidence, message
            )
        except TooOftenError as error:
            return self._waits(error.what)
        request = recorded.request
        again = "said before" if recorded.first else str(request.timing)
        by = ", by its form" if form else ""
        verdict = Verdict(message.id, Filed.OPT_OUT, f"{bearer.name}{by}, {again}", request.receipt)
        return file_away(self._project, verdict, self._clock, bearer, message, request)

    def _from_nobody_known(self) -> Verdict:
        """What no personal address proves to be somebody's: a From field proves nothing."""
        mail = self._mail
        claims = [r.customer for r in ledger_of(self._project).at_address(mail.sender)]
        machine = mail.report or (mail.automatic and not claims)
        if machine and not self._ours:
            return self._file(Filed.AUTOMATIC, mail.automatic or "a report of a mail server")
        no = "no personal reply address is on it"
        if self._ours:
            no = "its reply address was altered, or belongs to another ledger"
        # It helps the person who reads the message.
        hint = f"; it claims to be from customer {' or '.join(claims)}" if claims else ""
        return replace(self._file(Filed.UNKNOWN, no + hint), reason=no)

    def _waits(self, why: str) -> Verdict:
        return self._file(Filed.UNCLEAR, why)

    def _file(self, filed: Filed, reason: str) -> Verdict:
        verdict = Verdict(self._message.id, filed, reason)
        return file_away(self._project, verdict, self._clock, self._bearer, self._message)


@dataclass(frozen=True, slots=True)
class Words:
    """What we sent a customer, and what the customer's answer may name."""

    project: Project
    bearer: Bearer
    sent: Sent
    about: About

    def reading(self, mail: Mail) -> Reading:
        """Whether the words of a mail are an opt-out beyond doubt, and which they are."""
        return reading(mail.subject, mail.texts, self.sent, self.about, self.project.phrases)

    def beside_form(self, mail: Mail) -> bool:
        """Whether what is written beside a form that was filled in leaves it beyond doubt."""
        return beside_form(mail.subject, mail.texts, self.sent, self.about, self.project.phrases)


def _words(project: Project, bearer: Bearer) -> Words:
    release, recipient, facts = bearer.release, bearer.recipient, bearer.release.policy.facts
    organisation = project.settings.organisation
    token = bearer.token.text if bearer.token else ""
    subject, text, reply = letter_text(project, release, recipient, token)
    sent = Sent(
        subject=subject,
        text=text,
        organisation=organisation.name,
        addresses=(organisation.sender, reply, organisation.reply, facts.contact),
    )
    about = About(
        titles=(facts.title, *(t.title for t in facts.translations.values())),
        versions=(str(release.number), str(release.number.major)),
        organisation=organisation.name,
        customer=recipient.customer,
        name=recipient.name,
        address=recipient.address,
    )
    return Words(project, bearer, sent, about)


def declared(
    project: Project,
    bearer: Bearer,
    kind: RequestKind,
    clock: Clock,
    evidence: dict[str, object],
    message: Message,
    *,
    answered: bool = True,
) -> Recorded:
    """Records what a message declares; it counts from when the message came in."""
    ledger = ledger_of(project)
    late = overtaken(message.received, [ledger.came_before(message.id), bearer.release.published])
    if late:
        evidence[BEHIND] = late.isoformat()
    return declare(
        project,
        bearer,
        kind,
        clock,
        evidence,
        Channel.MAIL,
        received=message.received,
        answered=answered,
    )


def _released(project: Project, form: fillable.Answers) -> Release | None:
    """The release that a form was made for; None where it is not here, or not that one.

    Raises:
        SealError: it was altered.
    """
    policy_id, _, name = form.release.partition("/")
    number = Number.parse(name)
    try:
        release = archive.release(project, policy_id, number) if number else None
    except NotFoundError:
        return None
    return release if release and release.seal == form.seal and release.opt_out else None


def bearers_of(project: Project, mail: Mail) -> tuple[list[Bearer], bool]:
    """Who the message is from, by its reply address, and whether it has one like ours at all."""
    found: dict[str, Bearer] = {}
    tokens = [token_in(address, project.settings.organisation.reply) for address in mail.addresses]
    for token in filter(None, tokens):
        try:
            found.setdefault(token.lower(), bearer_of(project, token))
        except TokenError:
            continue
    return list(found.values()), any(tokens)
