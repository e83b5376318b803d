"""The letter about a release as it was handed to the carrier."""

from __future__ import annotations

from publisher.actions.workplace import Workplace
from publisher.letters.message import Letter, LetterForm
from publisher.people.recipients import known_recipient
from publisher.releases.number import Number


def sent_letter(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    customer: str,
    form: LetterForm = LetterForm.EML,
) -> bytes:
    """The letter about a release as it was handed to the carrier for one recipient.

    It comes from the ledger alone: what is on record, not what would be composed today, and also
    where the release is no longer what it was.

    Args:
        workplace, policy_id, number: which release.
        customer: the recipient's customer id.
        form: how it is wanted; as PDF, its HTML part on paper, with the message inside.

    Raises:
        NotFoundError: there is no such customer.
        NoLetterError: none was handed over or kept, or it was erased.
        KeptLetterError: what is on record is not what was stored.
        LedgerError: the ledger cannot be read.
    """
    ledger = workplace.ledger
    recipient = known_recipient(ledger.customer(customer), customer)
    # Who was erased and listed again has several numbers: the last one that was told counts.
    numbers = [one for one, _ in reversed(ledger.numbers_of([customer], ()))]
    found = ((one, ledger.delivery(policy_id, number, one)) for one in numbers)
    whose = next((one for one, told in found if told and told.tries), recipient.number)
    data = ledger.sent_letter(policy_id, number, whose, customer)
    letter = Letter("", "", recipient.address, data)
    if form is LetterForm.PDF:
        # What is below a PDF takes long to load.
        from publisher.paper.documents import sent_letter_document

        document = sent_letter_document(letter.part("text/html"), data)
        return workplace.press.pdf_of(document, keep=False)  # it names a customer
    return letter.in_form(form)
