"""The one letter that answers requests of a customer: a receipt, or the link that was asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from publisher.answers.bearer import Bearer
from publisher.answers.declarations import current_declaration
from publisher.answers.personal_links import form_link, personal_token, sample_token
from publisher.letters.message import Letter
from publisher.letters.receipt import compose_link, compose_receipt
from publisher.people.recipients import SAMPLE
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release

_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def answer_letter(
    bearer: Bearer,
    answered: Sequence[Request],
    requests: Sequence[Request],
    organisation: Organisation,
    key: bytes,
) -> Letter:
    """The letter that answers some of a customer's requests about a release.

    Args:
        bearer: the customer, and the release.
        answered: what it answers, the last one last: receipts that go together, or one link.
        requests: all that this customer declared about the release and its corrections.
        organisation: who writes.
        key: signs the link to the customer's form.

    Raises:
        RecipientsError: no letter can be written to this customer.
    """
    release, recipient, last = bearer.release, bearer.recipient, answered[-1]
    link = form_link(release, organisation, personal_token(key, release, recipient))
    if last.kind is RequestKind.ASK:
        return compose_link(bearer.window, recipient, organisation, link=link, date=last.received)
    return compose_receipt(
        bearer.window,
        recipient,
        organisation,
        answered,
        stands=current_declaration(requests),
        link=link,
    )


def sample_receipt(release: Release, organisation: Organisation) -> bytes:
    """The receipt of the sample customer, against which those of others are kept.

    It is the same as long as this program composes it in the same way.

    Args:
        release: the release whose dates hold.
        organisation: who writes.
    """
    policy_id, number = release.policy.id, release.number
    about = RequestKind.OPT_OUT, policy_id, str(number), number.major, SAMPLE.number
    came = release.published or _LONG_AGO
    request = Request(0, *about, came, Timing.IN_TIME, Channel.FORM, "", None)
    link = form_link(release, organisation, sample_token(release))
    letter = compose_receipt(release, SAMPLE, organisation, [request], stands=None, link=link)
    return letter.data
