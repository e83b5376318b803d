"""The links of one recipient: the token that proves them, and the addresses that carry it."""

from __future__ import annotations

from publisher.answers.reply_address import reply_address
from publisher.answers.token import Capability, make_bounce_token, make_token
from publisher.letters.fields import PersonalLinks
from publisher.letters.notice import changes_since
from publisher.people.recipients import Recipient
from publisher.policies.organisation import Organisation
from publisher.releases.address import Addresses
from publisher.releases.number import Number
from publisher.releases.release import Release


def personal_token(key: bytes, release: Release, recipient: Recipient) -> str:
    """The token of a recipient for a release.

    Args:
        key: signs it.
        release, recipient: what it is about, and who bears it.
    """
    capability = Capability(release.policy.id, release.number, recipient.number)
    return make_token(key, capability, recipient.customer)


def envelope_sender(
    key: bytes, release: Release, recipient: Recipient, organisation: Organisation
) -> str:
    """The sender on the envelope of a letter: what comes back says by it which letter that was.

    Args:
        key: signs it.
        release, recipient: which letter.
        organisation: who writes.

    Raises:
        ConfigurationError: the address would be too long.
    """
    if not organisation.bounces:
        return organisation.sender
    capability = Capability(release.policy.id, release.number, recipient.number)
    token = make_bounce_token(key, capability, recipient.customer, recipient.address)
    return reply_address(organisation.bounces, token, "mail.bounces")


def sample_token(release: Release) -> str:
    """What stands in a sample letter for a token: signed by nobody, so no door opens to it."""
    return f"{release.policy.id}_{release.number}_0_sample"


def form_link(release: Release, organisation: Organisation, token: str, language: str = "") -> str:
    """The address of the personal form.

    Args:
        release, organisation: of what, and on whose site.
        token: whose it is.
        language: in which it is wanted; where the release has no form in it, or none is wanted, it
            is the form in the language of the authoritative text.
    """
    at = Addresses(organisation.site, release.policy.id)
    return at.opt_out(release.number, token, language if language in release.telling.forms else "")


def personal_links(
    release: Release,
    organisation: Organisation,
    token: str,
    before: Number | None,
    language: str = "",
    applying: Number | None = None,
) -> PersonalLinks:
    """The addresses in one recipient's letter.

    Args:
        release: what the letter is about.
        organisation: who writes.
        token: the recipient's, for this release.
        before: the version that the recipient was last told of; None: none.
        language: of the letter, where it is not that of the authoritative text.
        applying: the correction that applies in place of the release; None: there is none.

    Raises:
        ConfigurationError: the reply address would be too long.
    """
    return PersonalLinks(
        form=form_link(release, organisation, token, language),
        reply=reply_address(organisation.reply, token),
        changes=changes_since(before, release, organisation.site, language, applying),
    )
