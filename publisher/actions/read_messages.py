"""Reading the messages that were kept, and recording what they declare beyond doubt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from publisher.actions.workplace import Workplace
from publisher.answers.bearer import Bearer
from publisher.answers.correspondence import Correspondence, correspondence
from publisher.answers.filing import (
    Attachments,
    Decision,
    Senders,
    Verdict,
    decide,
    decide_for_mailings,
    decide_unread,
    filing_of,
    opt_out_evidence,
    opt_out_reason,
)
from publisher.answers.inboxes import Inbox, inbox_of
from publisher.answers.mail_meaning import likely_request, reading_for_mailings
from publisher.answers.mailed_requests import (
    about_mailings,
    acknowledgement,
    links_for,
    still_customers,
    wanted_of_mailings,
    was_led_to_forms,
    with_forms,
)
from publisher.answers.phrases import Phrases
from publisher.answers.reply_address import tokens_in
from publisher.answers.returned_form import ReturnedForm
from publisher.answers.returning import bounce_tokens, file_report, is_about_a_letter
from publisher.answers.settling import require_opt_out
from publisher.edges.archive import Archive
from publisher.edges.bearers import Bearers
from publisher.edges.clock import Clock
from publisher.edges.inbox import (
    forms_within_limits,
    mail_within_limits,
    report_within_limits,
)
from publisher.edges.ledger import Ledger
from publisher.errors import (
    ConfigurationError,
    LedgerError,
    MailError,
    NotFoundError,
    PublisherError,
    SealError,
    TooOftenError,
)
from publisher.mail.mail import Mail
from publisher.people.due import told_before
from publisher.people.messages import Filed, Message
from publisher.people.recipients import Recipient
from publisher.people.requests import Recorded, RequestKind, Timing, Wanted
from publisher.people.returning import CameBack
from publisher.policies.organisation import Organisation
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases

READING_PATIENCE = 10.0
"""Seconds that a message waits for those that are read before it; then a later run reads it."""
MOST_UNREAD = 50
"""Messages left over from runs that were stopped: limit on those that one run reads."""


def read_messages(workplace: Workplace, latest: int = 0) -> dict[int, Verdict]:
    """Reads the messages that were kept and not read yet, in the order in which they came.

    A message about an altered release is left as it is: a later run reads it.

    Args:
        workplace: where.
        latest: number of a message that has just come in; however many wait, it is read.

    Returns:
        What became of each, by its number; nothing while another process reads.

    Raises:
        LedgerError: the ledger cannot be used.
        ConfigurationError: keys, phrases or addresses that reading needs are missing.
        OSError: no process can be started to read in.
    """
    # One process at a time, so that of two mails that say the same the first one came first.
    archive, ledger = workplace.archive, workplace.ledger
    with ledger.alone("reading", workplace.project.private, READING_PATIENCE) as ours:
        if not ours:
            return {}
        reader = _Reader(
            archive,
            ledger,
            Bearers(archive, ledger, lambda: workplace.keys),
            workplace.settings.organisation,
            workplace.policies,
            lambda: workplace.phrases,
            lambda: workplace.request_languages,
            workplace.clock,
        )
        return {message.id: reader.read(message) for message in ledger.unread(MOST_UNREAD, latest)}


def _in_time(_: dt.datetime) -> Timing:
    """Of what has no last day."""
    return Timing.IN_TIME


@dataclass(frozen=True, slots=True)
class _Reader:
    """What reading a message takes."""

    archive: Archive
    ledger: Ledger
    bearers: Bearers
    organisation: Organisation
    policies: Sequence[str]
    phrases: Callable[[], Phrases]
    languages: Callable[[], Sequence[str]]
    """Of the pages for requests."""
    clock: Clock

    def read(self, message: Message) -> Verdict:
        """Reads a message that was kept, and writes down what became of it."""
        try:
            return self._filed(message)
        except (LedgerError, ConfigurationError, OSError):
            raise
        except SealError as error:
            # That is not the message's fault, so nobody has to read it: a later run does.
            return Verdict(message.id, None, f"{error.where}: {error.what}")
        except PublisherError as error:
            reason = error.what
        except Exception as error:  # noqa: BLE001 - whatever a message does to us, a person sees it
            reason = f"{type(error).__name__} while it was read"
        return self._file(message, Decision(Filed.UNREADABLE, reason), None)

    def _filed(self, message: Message) -> Verdict:
        raw = self.ledger.raw(message.id) or b""
        mail = mail_within_limits(raw, message.to)
        if is_about_a_letter(mail, self.organisation):
            return self._about_a_letter(message, mail, raw)
        senders, customers = self._senders(mail)
        bearer = senders.only
        if senders.inbox is Inbox.MAILINGS:
            return self._about_mailings(message, mail, customers)
        decision = decide_unread(mail, senders)
        if decision is None:
            assert bearer is not None
            decision = decide(
                mail, self._correspondence(bearer, mail), self._attachments(mail, raw)
            )
        if decision.likely in (Inbox.PERSONAL_DATA, Inbox.QUESTIONS):
            said = mail.subject, mail.texts, about_mailings(customers, self.organisation)
            kind = likely_request(*said, self.phrases())
            decision = replace(decision, likely=kind or decision.likely)
        recorded = None
        if bearer is not None and decision.requests:
            try:
                recorded = self._record(message, mail, bearer, decision)
                decision = replace(decision, reason=opt_out_reason(decision, recorded))
            except (TooOftenError, NotFoundError) as error:
                decision = Decision(Filed.UNCLEAR, error.what)
        verdict = self._file(message, decision, bearer, recorded)
        links = list(links_for(senders, mail, customers, self._lines()))
        self._answer(acknowledgement(decision, mail, senders, customers, message), links)
        return verdict

    def _about_a_letter(self, message: Message, mail: Mail, raw: bytes) -> Verdict:
        """A mail to the address for what comes back."""
        report = report_within_limits(raw)
        letters = self.bearers.of_bounces(bounce_tokens(mail, report, self.organisation))
        filing, letter = file_report(mail, report, letters)
        if letter is None:
            self.ledger.file(message.id, filing, self.clock())
        else:
            why = report.status, report.words
            back = CameBack(letter, *why, message.id, message.received, filing)
            self.ledger.take_back(back, self.clock())
        return Verdict(message.id, filing.filed, filing.reason)

    def _about_mailings(self, message: Message, mail: Mail, customers: list[Recipient]) -> Verdict:
        """A mail to the address for mailings."""
        named = about_mailings(customers, self.organisation)
        kind = reading_for_mailings(mail.subject, mail.texts, named, self.phrases())
        decision = decide_for_mailings(mail, len(customers), kind)
        recorded = None
        if decision.requests:
            try:
                about = decision.kind, customers, message, mail
                wanted = wanted_of_mailings(*about, self.languages())
                recorded = [self.ledger.record(w, self.clock, _in_time) for w in wanted][-1]
            except TooOftenError as error:
                decision = Decision(Filed.UNCLEAR, error.what, likely=Inbox.MAILINGS)
        verdict = self._file(message, decision, None, recorded)
        senders = Senders((), ours=False, inbox=Inbox.MAILINGS)
        self._answer(acknowledgement(decision, mail, senders, customers, message))
        return verdict

    def _answer(self, acknowledged: Wanted | None, links: Sequence[Wanted] = ()) -> None:
        """Puts down what is mailed to a customer whose mail waits: one letter, if any.

        Args:
            acknowledged: that it came; None: nobody is told so.
            links: to the customer's forms.
        """
        if acknowledged:
            whom = acknowledged.recipient
            before = self.ledger.requests(acknowledged.policy, 0, whom) if links else ()
            with suppress(TooOftenError):
                self.ledger.record(with_forms(acknowledged, links), self.clock, _in_time)
                return
            if was_led_to_forms(before, self.clock()):
                return
        for one in links:
            with suppress(TooOftenError):
                self.ledger.record(one, self.clock, _in_time)

    def _lines(self) -> Iterator[Releases]:
        """The releases of each policy; one that was altered is left out."""
        for policy_id in self.policies:
            with suppress(SealError):
                yield self.archive.releases(policy_id)

    def _senders(self, mail: Mail) -> tuple[Senders, list[Recipient]]:
        """Who a mail may be from, and the customers with the address in From."""
        tokens = tokens_in(mail.addresses, self.organisation.reply)
        if bearers := self.bearers.of_tokens(tokens):
            return Senders(bearers, ours=True), []
        found = self.ledger.at_address(mail.sender)
        claims = tuple(one.customer for one in found)
        inbox = None if tokens else inbox_of(mail.addresses, self.organisation)
        return Senders((), bool(tokens), claims, inbox), still_customers(found)

    def _correspondence(self, bearer: Bearer, mail: Mail) -> Correspondence:
        release, whom = bearer.release, bearer.recipient
        policy_id = release.policy.id
        releases = self.archive.releases(policy_id)
        told = told_before(release, releases, self.ledger.letters_to(policy_id, [whom.number]))
        before = told.before(whom)
        return correspondence(bearer, before, self.organisation, self.phrases(), mail)

    def _attachments(self, mail: Mail, raw: bytes) -> Attachments:
        if mail.automatic or not mail.pdfs:
            return Attachments()
        try:
            forms, fault = forms_within_limits(raw)
        except MailError as error:
            return Attachments(beyond_limits=error.what)
        release = self._release_of(forms[0]) if forms else None
        return Attachments(tuple(forms), fault, release)

    def _release_of(self, form: ReturnedForm) -> Release | None:
        policy_id, _, name = form.release.partition("/")
        number = Number.parse(name)
        try:
            release = self.archive.release(policy_id, number) if number else None
        except NotFoundError:
            return None
        return release if release and release.seal == form.seal and release.opt_out else None

    def _record(self, message: Message, mail: Mail, bearer: Bearer, decision: Decision) -> Recorded:
        evidence = opt_out_evidence(message.id, mail, decision)
        before = self.ledger.came_before(message.id)
        wanted = bearer.declares_by_mail(decision.kind, evidence, message, before)
        if decision.kind is RequestKind.WITHDRAW:
            about = bearer.release.policy.id, bearer.release.number.major
            require_opt_out(bearer, self.ledger.requests(*about, bearer.recipient.number))
        if decision.kind is RequestKind.END:
            wanted = replace(wanted, confirmed=False)
        return self.ledger.record(wanted, self.clock, bearer.timing)

    def _file(
        self,
        message: Message,
        decision: Decision,
        bearer: Bearer | None,
        recorded: Recorded | None = None,
    ) -> Verdict:
        filing = filing_of(decision, bearer, message, recorded)
        self.ledger.file(message.id, filing, self.clock())
        receipt = recorded.request.receipt if recorded else ""
        return Verdict(message.id, decision.filed, decision.reason, receipt)
