"""What we sent a customer, and what the customer's answer may name."""

from __future__ import annotations

from dataclasses import dataclass

from publisher.answers.bearer import Bearer
from publisher.answers.mail_meaning import About, Reading, Sent, beside_form, reading
from publisher.answers.personal_links import personal_links
from publisher.answers.phrases import Phrases
from publisher.letters.html_part import subject_of
from publisher.letters.notice import sent_text
from publisher.mail.mail import Mail
from publisher.policies.organisation import Organisation
from publisher.releases.number import Number
from publisher.text.parsing import parse
from publisher.text.plaintext import as_plain_text


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
    bearer: Bearer, before: Number | None, organisation: Organisation, phrases: Phrases
) -> Correspondence:
    """What is known of a letter and its recipient when an answer to it is read.

    Args:
        bearer: whose answer it is, by a token.
        before: the version that the customer was last told of before the letter; None: none.
        organisation: who sent it.
        phrases: the sentences that opt out.
    """
    release, recipient, facts = bearer.release, bearer.recipient, bearer.release.policy.facts
    token = bearer.token.text if bearer.token else ""
    links = personal_links(release, organisation, token, before)
    letter = sent_text(release, recipient, links)
    sent = Sent(
        subject=subject_of(letter),
        text=as_plain_text(parse(letter)),
        organisation=organisation.name,
        addresses=(organisation.sender, links.reply, organisation.reply, facts.contact),
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
