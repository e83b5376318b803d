"""The one letter that answers requests of a customer: a receipt, or the link that was asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from publisher.answers.bearer import Bearer
from publisher.answers.declarations import current_declaration
from publisher.answers.personal_links import form_link, personal_token, sample_token
from publisher.answers.receipts_due import language_of_form
from publisher.answers.reply_address import reply_address
from publisher.letters.kinds import release_language
from publisher.letters.message import Letter
from publisher.letters.receipt import Declared, OwnLinks, compose_link, compose_receipt
from publisher.letters.stationery import Stationery
from publisher.people.recipients import SAMPLE, Recipient
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.releases.release import Release

_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def answer_letter(
    bearer: Bearer,
    answered: Sequence[Request],
    requests: Sequence[Request],
    stationery: Stationery,
    key: bytes,
) -> Letter:
    """The letter that answers some of a customer's requests about a release.

    Args:
        bearer: the customer, and the release.
        answered: what it answers, the last one last: receipts that go together, or one link.
        requests: all that this customer declared about the release and its corrections.
        stationery: what it is written with.
        key: signs the link to the customer's form.

    Raises:
        RecipientsError: no letter can be written to this customer.
    """
    release, recipient, last = bearer.release, bearer.recipient, answered[-1]
    language = reader_language(release, recipient, last)
    token = personal_token(key, release, recipient)
    organisation = stationery.organisation
    link = form_link(release, organisation, token, language)
    reply = reply_address(organisation.reply, token)
    if last.kind is RequestKind.ASK:
        return compose_link(
            bearer.window,
            recipient,
            stationery,
            links=OwnLinks(link, reply),
            date=last.received,
            language=language,
        )
    stands = current_declaration(requests)
    declared = Declared(bearer.window, bearer.before, answered, stands, link, language, reply)
    return compose_receipt(declared, recipient, stationery)


def reader_language(release: Release, recipient: Recipient, last: Request) -> str:
    """The language of a release that an answer is in: that of the form which it answers, else that
    of the recipient; empty: that of the authoritative text.

    Args:
        release: what was declared about.
        recipient: whose answer it is.
        last: what it answers.
    """
    return release_language(release, language_of_form(last) or recipient.language)


def sample_receipt(release: Release, stationery: Stationery, language: str = "") -> bytes:
    """The receipt of the sample customer, against which those of others are kept.

    It is the same as long as this program composes it in the same way.

    Args:
        release: the release whose dates hold.
        stationery: what it is written with.
        language: of its reader; empty: that of the authoritative text.
    """
    policy_id, number = release.policy.id, release.number
    about = RequestKind.OPT_OUT, policy_id, str(number), number.major, SAMPLE.number
    came = release.published or _LONG_AGO
    request = Request(0, *about, came, Timing.IN_TIME, Channel.FORM, "", None)
    link = form_link(release, stationery.organisation, sample_token(release), language)
    reply = reply_address(stationery.organisation.reply, sample_token(release))
    declared = Declared(release, release.before, [request], None, link, language, reply)
    return compose_receipt(declared, SAMPLE, stationery).data
