"""Settling a message that waited for a person."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.bearer import Bearer
from publisher.answers.filing import Decision, Verdict, filing_of
from publisher.answers.reply_address import tokens_in
from publisher.answers.settling import (
    Judgement,
    Subject,
    is_answered,
    judgement_evidence,
    judgement_reason,
    require_no_effect,
    require_not_anothers,
    require_open,
    require_opt_out,
    require_reason,
    require_subject,
    subject_missing,
)
from publisher.edges.bearers import Bearers
from publisher.edges.inbox import mail_within_limits
from publisher.edges.ledger import Ledger
from publisher.errors import MailError
from publisher.mail.mail import Mail
from publisher.people.messages import Filed, Message
from publisher.people.recipients import known_recipient
from publisher.people.requests import RequestKind


def settle_request(workplace: Workplace, number: int, judgement: Judgement) -> Verdict:
    """Settles a message that waited for a person; what it declares counts from when it came.

    Args:
        workplace: where.
        number: the message.
        judgement: what a person finds that it declares.

    Raises:
        NotFoundError: no such message is waiting, it is not known whom it is from, or there is no
            opt-out that it could take back.
        RequestError: its reply address proves that it is from somebody else, no reason is given,
            or what was found before would go on counting.
        TooOftenError: its customer went to and fro too often today.
    """
    require_reason(judgement)
    ledger, clock = workplace.ledger, workplace.clock
    message = _message(ledger, number, judgement)
    bearers = Bearers(workplace.archive, ledger, lambda: workplace.keys)
    if judgement.kind is None:
        decision = Decision(Filed.SETTLED, judgement.why)
        known = judgement.about or message.recipient
        whose = _bearer(ledger, bearers, message, judgement.about) if known else None
        _require_no_effect(ledger, number, whose, judgement)
        ledger.file(number, filing_of(decision, whose, message), clock(), judgement.role)
        return Verdict(number, Filed.SETTLED, decision.reason)
    bearer = _bearer(ledger, bearers, message, judgement.about)
    mail = _mail(ledger, number)
    if mail and judgement.about:
        tokens = tokens_in(mail.addresses, workplace.settings.organisation.reply)
        require_not_anothers(number, bearers.of_tokens(tokens), bearer)
    _require_no_effect(ledger, number, bearer, judgement)
    if judgement.kind is RequestKind.WITHDRAW:
        release, whom = bearer.release, bearer.recipient.number
        require_opt_out(bearer, ledger.requests(release.policy.id, release.number.major, whom))
    evidence = judgement_evidence(number, judgement, clock())
    wanted = bearer.declares_by_mail(
        judgement.kind,
        evidence,
        message,
        ledger.came_before(number),
        answered=is_answered(mail),
    )
    recorded = ledger.record(wanted, clock, bearer.timing)
    reason = judgement_reason(judgement, bearer, answered=wanted.answered)
    filing = filing_of(Decision(Filed.SETTLED, reason), bearer, message, recorded)
    ledger.file(number, filing, clock(), judgement.role)
    return Verdict(number, Filed.SETTLED, reason, recorded.request.receipt)


def _message(ledger: Ledger, number: int, judgement: Judgement) -> Message:
    return require_open(number, ledger.message(number), judgement)


def _require_no_effect(
    ledger: Ledger, number: int, whose: Bearer | None, judgement: Judgement
) -> None:
    """Refuses to leave on record what was found before and this judgement does not replace."""
    declared = [(r.policy, r.major, r.recipient) for r in ledger.requests_in(number)]
    if whose is not None:
        own = (whose.release.policy.id, whose.release.number.major, whose.recipient.number)
        declared = [one for one in declared if one != own]
        if judgement.kind is None:
            declared.append(own)
    for one in dict.fromkeys(declared):
        require_no_effect(number, ledger.requests(*one))


def _mail(ledger: Ledger, number: int) -> Mail | None:
    """What the message says; None where it cannot be read."""
    try:
        return mail_within_limits(ledger.raw(number) or b"")
    except MailError:
        return None


def _bearer(ledger: Ledger, bearers: Bearers, message: Message, about: Subject | None) -> Bearer:
    """Whom a message is from: as a person says, or by its reply address."""
    if about is not None:
        recipient = known_recipient(ledger.customer(about.customer), about.customer)
        return bearers.by_name(recipient, about.policy, about.number)
    release = require_subject(message)
    whom = ledger.recipient(message.recipient or 0)
    if whom is None:
        raise subject_missing(message.id)
    return bearers.by_name(whom, message.policy, release)
