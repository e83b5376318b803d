"""The letter about a release as one recipient gets it."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.answers.personal_links import personal_links, personal_token, sample_token
from publisher.letters.fields import field_values
from publisher.letters.message import LetterForm
from publisher.letters.notice import Enclosed, compose_notice, text_to_attach
from publisher.letters.sending import require_notice
from publisher.people.due import told_before
from publisher.people.recipients import SAMPLE, known_recipient, require_addressed
from publisher.releases.number import Number


def notice(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    customer: str | None = None,
    form: LetterForm = LetterForm.EML,
) -> bytes:
    """The letter about a release as one recipient gets it, in one of its forms.

    Args:
        workplace, policy_id, number: which release.
        customer: the recipient's customer id; None: a sample whose links lead nowhere, for which
            neither the ledger nor a key is needed.
        form: how it is wanted.

    Raises:
        NotFoundError: there is no such release or customer, or the customer was erased.
        SealError: `verify` finds that a release of the policy was altered.
        SendError: the release has no letter, or what has to travel with it is not there.
    """
    release = workplace.archive.release(policy_id, number)
    if workplace.in_repository:
        workplace.witnesses.require_sound(policy_id)
    require_notice(release)
    releases = workplace.archive.releases(policy_id)
    organisation = workplace.settings.organisation
    if customer is None:
        recipient, token = SAMPLE, sample_token(release)
        told = told_before(release, releases)
    else:
        ledger = workplace.ledger
        recipient = require_addressed(known_recipient(ledger.customer(customer), customer))
        token = personal_token(workplace.keys[0], release, recipient)
        letters = ledger.letters_to(policy_id, [recipient.number])
        told = told_before(release, releases, letters)
    links = personal_links(release, organisation, token, told.before(recipient))
    if form is LetterForm.PDF:
        # What is below a PDF takes long to load.
        from publisher.paper.documents import notice_document

        values = field_values(recipient.name, links)
        document = notice_document(release, organisation, values)
        return workplace.press.pdf_of(document, keep=False)  # it names a customer
    attached = text_to_attach(release, lambda: workplace.archive.file(release, "policy.pdf"))
    letter = compose_notice(
        release, recipient, organisation, links, workplace.clock(), Enclosed(attached)
    )
    return letter.in_form(form)
