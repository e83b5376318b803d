"""What we sent a customer, and what the customer's answer may name."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.answers.bearer import Bearer
from publisher.answers.mail_meaning import About, Reading, Sent, beside_form, reading
from publisher.answers.phrases import Phrases
from publisher.mail.mail import Mail
from publisher.policies.organisation import Organisation


@dataclass(frozen=True, slots=True)
class LetterText:
    """The letter about a release as one recipient was sent it."""

    subject: str
    text: str
    """Its plain part."""
    reply: str
    """The recipient's own reply address."""


@dataclass(frozen=True, slots=True)
class Correspondence:
    """A letter to one customer, against which an answer to it is read."""

    bearer: Bearer
    sent: Sent
    about: About
    phrases: Phrases

    def reading(self, mail: Mail) -> Reading:
        """Whether the words of a mail are an opt-out beyond doubt, and which they are."""
        return reading(mail.subject, mail.texts, self.sent, self.about, self.phrases)

    def leaves_form_beyond_doubt(self, mail: Mail) -> bool:
        """Whether what is written beside a form that was filled in leaves it beyond doubt."""
        return beside_form(mail.subject, mail.texts, self.sent, self.about, self.phrases)


def correspondence(
    bearer: Bearer, letter: LetterText, organisation: Organisation, phrases: Phrases
) -> Correspondence:
    """What is known of a letter and its recipient when an answer to it is read.

    Args:
        bearer: whose answer it is.
        letter: what the customer was sent.
        organisation: who sent it.
        phrases: the sentences that opt out.
    """
    release, recipient, facts = bearer.release, bearer.recipient, bearer.release.policy.facts
    sent = Sent(
        subject=letter.subject,
        text=letter.text,
        organisation=organisation.name,
        addresses=(organisation.sender, letter.reply, organisation.reply, facts.contact),
    )
    about = About(
        titles=(facts.title, *(t.title for t in facts.translations.values())),
        versions=(str(release.number), str(release.number.major)),
        organisation=organisation.name,
        customer=recipient.customer,
        name=recipient.name,
        address=recipient.address,
    )
    return Correspondence(bearer, sent, about, phrases)
