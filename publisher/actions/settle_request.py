"""Settling messages that waited for a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from publisher.actions.workplace import Workplace
from publisher.answers.bearer import Bearer
from publisher.answers.filing import Verdict
from publisher.answers.reply_address import tokens_in
from publisher.answers.ruling import request_step
from publisher.answers.settling import (
    Judgement,
    customer_missing,
    is_answered,
    judgement_evidence,
    judgement_reason,
    require_mailings_kept,
    require_no_effect,
    require_none_open,
    require_not_anothers,
    require_open,
    require_opt_out,
    require_reason,
    require_same_customer,
    require_subject,
    subject_missing,
)
from publisher.edges.bearers import Bearers
from publisher.edges.clock import Clock
from publisher.edges.inbox import mail_within_limits
from publisher.edges.ledger import Ledger
from publisher.errors import MailError
from publisher.law.request_period import answer_due
from publisher.mail.mail import Mail
from publisher.people.handling import FINISHED
from publisher.people.messages import Filed, Filing, Message
from publisher.people.recipients import Recipient, known_recipient
from publisher.people.requests import (
    HANDLED_KINDS,
    PERSONAL_DATA_KINDS,
    Channel,
    Recorded,
    RequestKind,
    Timing,
    Wanted,
)
from publisher.releases.chronology import overtaken
from publisher.releases.number import Number
from publisher.releases.remedies import shell_word
from publisher.wording.dates import day_in


def settle_request(
    workplace: Workplace, numbers: Sequence[int], judgement: Judgement
) -> list[Verdict]:
    """Settles messages that waited for a person; what they declare counts from when they came.

    All are looked at before one is settled.

    Args:
        workplace: where.
        numbers: the messages.
        judgement: what a person finds that each of them declares.

    Raises:
        NotFoundError: no such message is waiting, it is not known whom it is from, or there is no
            opt-out that it could take back.
        RequestError: its reply address proves that it is from somebody else, no reason is given,
            or what was found before would go on counting.
        TooOftenError: its customer went to and fro too often today.
    """
    require_reason(judgement)
    ledger = workplace.ledger
    desk = _Desk(
        ledger,
        Bearers(workplace.archive, ledger, lambda: workplace.keys),
        workplace.clock,
        workplace.settings.organisation.reply,
        workplace.settings.organisation.time_zone,
    )
    found = [desk.found(number, judgement) for number in dict.fromkeys(numbers)]
    return [desk.settled(one, judgement) for one in found]


@dataclass(frozen=True, slots=True)
class _Found:
    """What a person found in a message, ready to be recorded."""

    message: Message
    filing: Filing
    whose: Recipient | None = None
    wanted: Wanted | None = None
    """None: nothing."""
    bearer: Bearer | None = None
    """Whose declaration it is about which release; None: it is about none."""


@dataclass(frozen=True, slots=True)
class _Desk:
    """What settling takes."""

    ledger: Ledger
    bearers: Bearers
    clock: Clock
    reply: str
    zone: str

    def found(self, number: int, judgement: Judgement) -> _Found:
        """What is to be recorded of a message; nothing is yet."""
        message = require_open(number, self.ledger.message(number), judgement)
        if judgement.kind is None:
            known = judgement.about or message.recipient
            named = judgement.about.number if judgement.about else message.release
            bearer = self._bearer(message, judgement) if known and named else None
            self._require_no_effect(number, bearer, judgement)
            return _Found(message, _filing(message, judgement.why, bearer), bearer=bearer)
        mail = self._mail(number)
        tokens = tokens_in(mail.addresses, self.reply) if mail else ()
        proven = self.bearers.of_tokens(tokens) if self._asks_whose(judgement) else ()
        if judgement.about_release or self._names_release(message, judgement):
            return self._about_release(message, judgement, mail, proven)
        whose = self._customer(message, judgement)
        require_same_customer(number, proven, whose)
        self._require_no_effect(number, None, judgement)
        wanted = Wanted(
            judgement.kind,
            "",
            None,
            whose.number,
            Channel.MAIL,
            judgement_evidence(number, judgement, self.clock(), mail),
            received=message.received,
            answered=is_answered(mail),
            message=number,
            behind=overtaken(message.received, [self.ledger.came_before(number)]),
        )
        own = any(one.recipient.number == whose.number for one in proven)
        wanted = self._handled(wanted, message, confirmed=own or judgement.proven)
        reason = judgement_reason(judgement, whose.customer, "", answered=wanted.answered)
        return _Found(message, _filing(message, reason, None, whose), whose, wanted)

    def settled(self, found: _Found, judgement: Judgement) -> Verdict:
        """Records what was found in a message."""
        number, filing, recorded = found.message.id, found.filing, None
        step = ""
        if found.wanted is not None:
            bearer = found.bearer
            recorded = self.ledger.record(
                found.wanted, self.clock, bearer.timing if bearer else lambda _: Timing.IN_TIME
            )
            filing = replace(filing, request=recorded.request.id)
            step = _next_step(recorded, found.whose, unconfirmed=not found.wanted.confirmed)
        self.ledger.file(number, filing, self.clock(), judgement.role)
        receipt = recorded.request.receipt if recorded else ""
        return Verdict(number, Filed.SETTLED, filing.reason, receipt, step)

    def _about_release(
        self,
        message: Message,
        judgement: Judgement,
        mail: Mail | None,
        proven: Sequence[Bearer],
    ) -> _Found:
        assert judgement.kind is not None
        bearer = self._bearer(message, judgement)
        if mail and judgement.about:
            require_not_anothers(message.id, proven, bearer)
        self._require_no_effect(message.id, bearer, judgement)
        if judgement.kind is RequestKind.WITHDRAW:
            release, whom = bearer.release, bearer.recipient.number
            own = self.ledger.requests(release.policy.id, release.number.major, whom)
            require_opt_out(bearer, own)
        wanted = bearer.declares_by_mail(
            judgement.kind,
            judgement_evidence(message.id, judgement, self.clock(), mail),
            message,
            self.ledger.came_before(message.id),
            answered=is_answered(mail),
        )
        # That a contract ends is confirmed from the address on record, whoever reads it in a mail.
        question = judgement.kind is RequestKind.QUESTION
        wanted = self._handled(wanted, message, confirmed=question or judgement.proven)
        whose = bearer.recipient
        reason = judgement_reason(judgement, whose.customer, bearer.name, answered=wanted.answered)
        return _Found(message, _filing(message, reason, bearer), whose, wanted, bearer)

    def _handled(self, wanted: Wanted, message: Message, *, confirmed: bool) -> Wanted:
        """A request as a person handles it: with its day, and whether it has to be confirmed."""
        if wanted.kind not in HANDLED_KINDS:
            return wanted
        personal = wanted.kind in PERSONAL_DATA_KINDS
        due = answer_due(day_in(message.received, self.zone)) if personal else None
        return replace(wanted, due=due, confirmed=confirmed)

    @staticmethod
    def _asks_whose(judgement: Judgement) -> bool:
        """Whether it matters whose personal address is on a message."""
        return judgement.about is not None or not judgement.about_release

    @staticmethod
    def _names_release(message: Message, judgement: Judgement) -> bool:
        """Whether a question is about a release."""
        if judgement.kind is not RequestKind.QUESTION:
            return False
        return bool(judgement.about.number if judgement.about else message.release)

    def _customer(self, message: Message, judgement: Judgement) -> Recipient:
        """Whom a message is from: as a person says, or by its reply address."""
        if judgement.about is not None:
            customer = judgement.about.customer
            return known_recipient(self.ledger.customer(customer), customer)
        whom = self.ledger.recipient(message.recipient or 0)
        if whom is None:
            raise customer_missing(message.id)
        return whom

    def _require_no_effect(self, number: int, whose: Bearer | None, judgement: Judgement) -> None:
        """Refuses to leave on record what was found before and this judgement does not replace."""
        before = self.ledger.requests_in(number)
        declared = [(r.policy, r.major, r.recipient) for r in before]
        if whose is not None:
            own = (whose.release.policy.id, whose.release.number.major, whose.recipient.number)
            declared = [one for one in declared if one != own]
            if judgement.kind is None or not judgement.about_release:
                declared.append(own)
        for one in dict.fromkeys(declared):
            requests = self.ledger.requests(*one)
            require_no_effect(number, requests)
            require_mailings_kept(number, judgement.kind, requests)
        open_ = []
        for request in before:
            handling = self.ledger.handling(request.id)
            if handling and handling.state not in FINISHED:
                open_.append(request.receipt)
        require_none_open(open_)

    def _mail(self, number: int) -> Mail | None:
        """What the message says; None where it cannot be read."""
        try:
            return mail_within_limits(self.ledger.raw(number) or b"")
        except MailError:
            return None

    def _bearer(self, message: Message, judgement: Judgement) -> Bearer:
        """Whom a message is from, and about which release: as a person says, or by its reply
        address.
        """
        about = judgement.about
        if about is not None:
            if (release := about.number or Number.parse(message.release)) is None:
                raise subject_missing(message.id)
            recipient = known_recipient(self.ledger.customer(about.customer), about.customer)
            return self.bearers.by_name(recipient, about.policy, release)
        release = require_subject(message)
        whom = self.ledger.recipient(message.recipient or 0)
        if whom is None:
            raise subject_missing(message.id)
        return self.bearers.by_name(whom, message.policy, release)


def _filing(
    message: Message, reason: str, bearer: Bearer | None, whose: Recipient | None = None
) -> Filing:
    """What is written down of a message that a person settled."""
    if bearer is not None:
        release, whom = bearer.release, bearer.recipient.number
        about = release.policy.id, str(release.number), whom, bearer.timing(message.received)
        return Filing(Filed.SETTLED, reason, *about)
    # What its reply address says stays known, for whoever mends the decision.
    known = message.policy, message.release, message.recipient, message.timing
    if whose is None or whose.number == message.recipient:
        return Filing(Filed.SETTLED, reason, *known)
    return Filing(Filed.SETTLED, reason, recipient=whose.number)


def _next_step(recorded: Recorded, whose: Recipient | None, *, unconfirmed: bool) -> str:
    request = recorded.request
    if request.kind not in HANDLED_KINDS or whose is None:
        return ""
    own = shell_word(whose.customer)
    return request_step(request.kind, request.receipt, own, unconfirmed=unconfirmed)
