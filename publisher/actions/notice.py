"""The letter about a release as one recipient gets it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from publisher.actions import Teller, unheard
from publisher.actions.sent_letter import sent_letter
from publisher.actions.workplace import Workplace
from publisher.answers.personal_links import personal_links, personal_token, sample_token
from publisher.edges.ledger import Ledger
from publisher.errors import NoLetterError
from publisher.letters.fields import field_values
from publisher.letters.kinds import as_told, chosen_kind, letter_kind, letter_language
from publisher.letters.message import LetterForm
from publisher.letters.notice import Enclosed, compose_notice, text_to_attach
from publisher.letters.sending import require_notice
from publisher.letters.telling_order import applying_instead
from publisher.people.deliveries import DeliveryState
from publisher.people.due import MAY_KNOW, Addressee, to_be_told
from publisher.people.recipients import SAMPLE, known_recipient, require_addressed
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases
from publisher.wording.dates import long_date


@dataclass(frozen=True, slots=True)
class NoticeLook:
    """Which letter is shown, and how."""

    form: LetterForm = LetterForm.EML
    language: str | None = None
    """Of the letter to the sample; None: the authoritative one."""
    case: str | None = None
    """For whom the letter to the sample is; None: the usual one."""
    composed: bool = False
    """As it is composed today, also to somebody who has theirs."""


def notice(
    workplace: Workplace,
    policy_id: str,
    number: Number,
    customer: str | None = None,
    look: NoticeLook = NoticeLook(),
    tell: Teller = unheard,
) -> bytes:
    """The letter about a release as one recipient gets it, in one of its forms; to whom a carrier
    may have brought it, as it was handed over.

    Of a release that was retracted it says so first: nobody gets that letter any more.

    Args:
        workplace, policy_id, number: which release.
        customer: the recipient's customer id; None: a sample whose links lead nowhere, for which
            neither the ledger nor a key is needed.
        look: which letter, and in which form.
        tell: told that the release was retracted, or that it is the letter as it was handed over,
            before it is shown.

    Raises:
        NotFoundError: there is no such release, letter or customer, or the customer was erased.
        SealError: `verify` finds that a release of the policy was altered.
        SendError: the release has no letter, or what has to travel with it is not there.
        KeptLetterError: what is on record of the letter is not what was stored.
    """
    if customer is not None and not look.composed:
        with suppress(NoLetterError):
            if handed := _handed_over(workplace.ledger, policy_id, number, customer):
                data = sent_letter(workplace, policy_id, number, customer, look.form)
                tell(f"{handed}; as it is composed today: --composed")
                return data
    release = workplace.archive.release(policy_id, number)
    if workplace.in_repository:
        workplace.witnesses.require_sound(policy_id)
    require_notice(release)
    releases = workplace.archive.releases(policy_id)
    if taken_back := _taken_back(release, releases):
        tell(taken_back)
    organisation = workplace.settings.organisation
    if customer is None:
        token = sample_token(release)
        (whom,) = to_be_told(release, releases, [SAMPLE])
    else:
        whom = _whom(workplace.ledger, release, releases, customer)
        token = personal_token(workplace.keys[0], release, whom.recipient)
    recipient = whom.recipient
    kind = chosen_kind(release, look.language, look.case) or letter_kind(
        release, whom.case, recipient.language
    )
    applying = applying_instead(release, releases)
    release = as_told(release, kind)
    links = personal_links(release, organisation, token, whom.before, kind.language, applying)
    if look.form is LetterForm.PDF:
        # What is below a PDF takes long to load.
        from publisher.paper.documents import notice_document

        values = field_values(recipient.name, links, letter_language(release))
        words = workplace.catalogs.words(release.policy.facts.language)
        addressee, day = recipient.name or recipient.address, release.day_of(workplace.clock())
        document = notice_document(release, organisation, values, addressee, day, words)
        return workplace.press.pdf_of(document, keep=False)  # it names a customer
    attached = text_to_attach(release, lambda: workplace.archive.file(release, "policy.pdf"))
    letter = compose_notice(
        release, recipient, organisation, links, workplace.clock(), Enclosed(attached)
    )
    return letter.in_form(look.form)


def _whom(ledger: Ledger, release: Release, releases: Releases, customer: str) -> Addressee:
    """A customer, and what their letter depends on."""
    recipient = require_addressed(known_recipient(ledger.customer(customer), customer))
    letters = ledger.letters_to(release.policy.id, [recipient.number])
    opted_out = ledger.opted_out_before(release, [recipient.number])
    (whom,) = to_be_told(release, releases, [recipient], letters, opted_out)
    return whom


def _handed_over(ledger: Ledger, policy_id: str, number: Number, customer: str) -> str:
    """That a carrier was given the letter and may have brought it, in words; empty: it was not."""
    recipient = ledger.customer(customer)
    one = ledger.delivery(policy_id, number, recipient.number) if recipient else None
    if one is None or one.state not in MAY_KNOW or one.state is DeliveryState.OTHERWISE:
        return ""
    return f"This is the letter as it was handed over ({one.state})"


def _taken_back(release: Release, releases: Releases) -> str:
    """That a release was retracted, in a sentence; empty: it stands."""
    statement = releases.register.retraction(release.number)
    if statement is None:
        return ""
    day = long_date(release.day_of(statement.stated))
    return f"Version {release.number} was retracted on {day}, before anybody was told of it."
