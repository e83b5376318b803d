"""What we sent a customer, and what the customer's answer may name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from publisher.answers.bearer import Bearer
from publisher.answers.inboxes import Inbox
from publisher.answers.letter_in_hand import letter_in_hand
from publisher.answers.mail_meaning import (
    About,
    Reading,
    Sent,
    beside_form,
    likely_request,
    reading,
    reading_for_mailings,
)
from publisher.answers.personal_links import personal_links
from publisher.answers.phrases import Phrases
from publisher.letters.design import design_of, plain_part
from publisher.letters.html_part import subject_of
from publisher.letters.kinds import as_told
from publisher.letters.notice import sent_text
from publisher.mail.mail import Mail
from publisher.policies.organisation import Organisation
from publisher.releases.number import Number


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

    def likely(self, own: str) -> str:
        """What a mail is likely about that is not understood: one of `Inbox`, or the kind of a
        request about personal data.

        Args:
            own: what its writer wrote, without what we sent.
        """
        if not own.strip():
            return Inbox.OPT_OUT
        said = "", [own], self.about, self.phrases
        return (reading_for_mailings(*said) and Inbox.MAILINGS) or (
            likely_request(*said) or Inbox.OPT_OUT
        )

    def leaves_form_beyond_doubt(self, mail: Mail) -> bool:
        """Whether what is written beside a form that was filled in leaves it beyond doubt."""
        return beside_form(mail.subject, mail.texts, self.sent, self.about, self.phrases)


_LEADS = re.compile(r"compare/\?from=[0-9.]+&(?:amp;)?to=([0-9.]+)")


def correspondence(
    bearer: Bearer,
    before: Number | None,
    organisation: Organisation,
    phrases: Phrases,
    mail: Mail | None = None,
) -> Correspondence:
    """What is known of a letter and its recipient when an answer to it is read.

    Args:
        bearer: whose answer it is, by a token.
        before: the version that the customer was last told of before the letter; None: none.
        organisation: who sent it.
        phrases: the sentences that opt out.
        mail: the answer; of several letters about a release, its words say which one it quotes.
    """
    recipient, facts = bearer.recipient, bearer.release.policy.facts
    kind = letter_in_hand(
        bearer.release, (mail.subject, *mail.texts) if mail else (), recipient.language
    )
    release = as_told(bearer.release, kind)
    token = bearer.token.text if bearer.token else ""
    applying = _applying(release.number, mail.texts) if mail else None
    links = personal_links(release, organisation, token, before, kind.language, applying)
    letter = sent_text(release, recipient, links)
    sent = Sent(
        subject=subject_of(letter),
        text=plain_part(letter, design_of(release)),
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


def _applying(number: Number, texts: Sequence[str]) -> Number | None:
    """The correction to which the letter that a mail quotes leads in place of its release; None: it
    was sent before there was one, or there is none.
    """
    named = (Number.parse(found.strip(".")) for text in texts for found in _LEADS.findall(text))
    return next((to for to in named if to and to > number and to.major == number.major), None)
