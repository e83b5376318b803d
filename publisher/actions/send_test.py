"""Sending one copy of a notice to look at."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.personal_links import personal_links, sample_token
from publisher.letters.kinds import as_told, chosen_kind
from publisher.letters.notice import Enclosed, compose_test_notice, text_to_attach
from publisher.letters.sending import (
    require_notice,
    require_standing,
    require_taken,
)
from publisher.letters.telling_order import applying_instead
from publisher.people.due import told_before
from publisher.people.mail_addresses import read_address
from publisher.people.recipients import recipient_of_test
from publisher.releases.number import Number


def send_test(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    address: str,
    chosen: tuple[str | None, str | None] = (None, None),
) -> None:
    """Sends a copy to look at: marked as a test, with links that lead nowhere, not in the ledger.

    Args:
        workplace, policy_id, number: which release.
        address: where it goes.
        chosen: language and case of the letter, as the release has them; None: the authoritative
            one, the usual one.

    Raises:
        NotFoundError: there is no such release, or no such letter of it.
        SendError: the release has no letter, or the carrier did not take this one.
        RecipientsError: that is not an address.
    """
    archive, organisation = workplace.archive, workplace.settings.organisation
    release = archive.release(policy_id, number)
    require_notice(release)
    require_standing(release, archive.releases(policy_id))
    recipient = recipient_of_test(read_address(address))
    releases = archive.releases(policy_id)
    told, applying = told_before(release, releases), applying_instead(release, releases)
    attached = text_to_attach(release, lambda: archive.file(release, "policy.pdf"))
    kind, token, before = (
        chosen_kind(release, *chosen),
        sample_token(release),
        told.before(recipient),
    )
    if kind:
        release = as_told(release, kind)
    language = kind.language if kind else ""
    links = personal_links(release, organisation, token, before, language, applying)
    now = workplace.clock()
    letter = compose_test_notice(release, recipient, organisation, links, now, Enclosed(attached))
    carrier = workplace.open_carrier()
    try:
        outcome = carrier.deliver(letter, lambda: None)
    finally:
        carrier.close()
    require_taken(outcome, address)
