"""What is recorded of mails that are no declarations about a release."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from publisher.answers.declarations import DAY
from publisher.answers.filing import Decision, Senders
from publisher.answers.inboxes import Inbox
from publisher.answers.mail_meaning import About
from publisher.answers.receipts_due import asked_on_page, asked_with
from publisher.answers.request_page import request_language
from publisher.mail.mail import Mail
from publisher.people.messages import FOR_A_PERSON, Message
from publisher.people.recipients import Recipient, RecipientState
from publisher.people.requests import Channel, Request, RequestKind, Wanted
from publisher.policies.organisation import Organisation
from publisher.releases.number import Number
from publisher.releases.releases import Releases

_FORMS = "forms"
"""In the evidence of a mail that came: the releases to whose forms its answer leads."""


def still_customers(found: Iterable[Recipient]) -> list[Recipient]:
    """Those of some recipients who are customers still."""
    return [one for one in found if one.state is RecipientState.TOLD]


def about_mailings(customers: list[Recipient], organisation: Organisation) -> About:
    """What a mail to the address for mailings may name.

    Args:
        customers: those with the address that it is from.
        organisation: whose mailings.
    """
    first = customers[0] if customers else None
    return About(
        titles=(),
        versions=(),
        organisation=organisation.name,
        customer=first.customer if first else "",
        name=first.name if first else "",
        address=first.address if first else "",
    )


def wanted_of_mailings(
    kind: RequestKind,
    customers: list[Recipient],
    message: Message,
    mail: Mail,
    languages: Sequence[str],
) -> Iterator[Wanted]:
    """What is recorded of a mail about mailings: that each customer with its address left them, or
    that the link is asked for by which they join.

    Args:
        kind: leave or join.
        customers: those with the address that it is from.
        message, mail: what came in.
        languages: of the pages for requests, that of pages without a tag first.
    """
    if kind is RequestKind.JOIN:
        language = request_language(languages, customers[0].language)
        yield asked_on_page(mail.sender, language, kind, "")
        return
    evidence = {"message": message.id, "message_id": mail.id, "subject": mail.subject}
    for one in customers:
        yield Wanted(
            kind,
            "",
            None,
            one.number,
            Channel.MAIL,
            evidence,
            received=message.received,
            message=message.id,
        )


def acknowledgement(
    decision: Decision, mail: Mail, senders: Senders, customers: list[Recipient], message: Message
) -> Wanted | None:
    """The answer to a customer whose mail waits for a person; None: nobody gets one.

    It goes to the address on record, and never to a machine (RFC 3834 §2). Whose address is only in
    the From field is told no more than that their mail came.

    Args:
        decision: how it is filed.
        mail, message: what came in.
        senders: who it may be from.
        customers: those with the address in From.
    """
    if decision.filed not in FOR_A_PERSON or mail.automatic or mail.report:
        return None
    known = [senders.only.recipient] if senders.only else customers
    if len(known) != 1:
        return None
    return Wanted(
        RequestKind.WRITE,
        "",
        None,
        known[0].number,
        Channel.MAIL,
        {"message": message.id},
        received=message.received,
        message=message.id,
    )


def links_for(
    senders: Senders, mail: Mail, customers: list[Recipient], lines: Iterable[Releases]
) -> Iterator[Wanted]:
    """The links that are mailed to who wrote to the plain address, at the address on record.

    Of each policy it is that of the form of the last version that one may opt out of.

    Args:
        senders: who it may be from.
        mail: what came in.
        customers: those with the address in From.
        lines: the releases of each policy.
    """
    if senders.inbox is not Inbox.OPT_OUT or mail.automatic or mail.report or not customers:
        return
    for releases in lines:
        stands = [one for one in releases if one.opt_out and not releases.is_retracted(one)]
        if stands:
            own = stands[-1]
            language = customers[0].language or own.policy.facts.language
            yield asked_with(mail.sender, own.policy.id, own.number, language)


def with_forms(acknowledged: Wanted, links: Sequence[Wanted]) -> Wanted:
    """The answer to a mail that waits, which has the links to the customer's forms in it.

    Args:
        acknowledged: the answer.
        links: as `links_for` gives them; none: it has none.
    """
    if not links:
        return acknowledged
    forms = [f"{one.policy}/{one.number}" for one in links]
    return replace(acknowledged, evidence={**acknowledged.evidence, _FORMS: forms})


def forms_led_to(acknowledged: Request) -> Iterator[tuple[str, Number]]:
    """The releases to whose forms the answer to a mail leads: policy and number."""
    for name in json.loads(acknowledged.evidence or "{}").get(_FORMS, ()):
        policy_id, _, number = str(name).partition("/")
        if found := Number.parse(number):
            yield policy_id, found


def was_led_to_forms(earlier: Iterable[Request], now: dt.datetime) -> bool:
    """Whether a customer was mailed the links to their forms in the last day, in the answer to a
    mail.

    Args:
        earlier: what they asked for before that is about no release.
        now: the time.
    """
    lately = (one for one in earlier if now - one.received < DAY)
    return any(one.kind is RequestKind.WRITE and any(forms_led_to(one)) for one in lately)
