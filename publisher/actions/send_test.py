"""Sending one copy of a notice to look at."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.personal_links import personal_links, sample_token
from publisher.letters.notice import Enclosed, compose_test_notice, text_to_attach
from publisher.letters.sending import require_notice, require_taken
from publisher.people.due import told_before
from publisher.people.mail_addresses import read_address
from publisher.people.recipients import recipient_of_test
from publisher.releases.number import Number


def send_test(workplace: Workplace, policy_id: str, number: Number, address: str) -> None:
    """Sends a copy to look at: marked as a test, with links that lead nowhere, not in the ledger.

    Args:
        workplace, policy_id, number: which release.
        address: where it goes.

    Raises:
        NotFoundError: there is no such release.
        SendError: the release has no letter, or the carrier did not take this one.
        RecipientsError: that is not an address.
    """
    archive, organisation = workplace.archive, workplace.settings.organisation
    release = archive.release(policy_id, number)
    require_notice(release)
    recipient = recipient_of_test(read_address(address))
    told = told_before(release, archive.releases(policy_id))
    links = personal_links(release, organisation, sample_token(release), told.before(recipient))
    attached = text_to_attach(release, lambda: archive.file(release, "policy.pdf"))
    now = workplace.clock()
    letter = compose_test_notice(release, recipient, organisation, links, now, Enclosed(attached))
    carrier = workplace.open_carrier()
    try:
        outcome = carrier.deliver(letter, lambda: None)
    finally:
        carrier.close()
    require_taken(outcome, address)
