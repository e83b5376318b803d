"""The links of one recipient: the token that proves them, and the addresses that carry it."""

from __future__ import annotations

from publisher.answers.reply_address import reply_address
from publisher.answers.token import Capability, make_token
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


def sample_token(release: Release) -> str:
    """What stands in a sample letter for a token: signed by nobody, so no door opens to it."""
    return f"{release.policy.id}_{release.number}_0_sample"


def form_link(release: Release, organisation: Organisation, token: str) -> str:
    """The address of the personal form."""
    return Addresses(organisation.site, release.policy.id).opt_out(release.number, token)


def personal_links(
    release: Release, organisation: Organisation, token: str, before: Number | None
) -> PersonalLinks:
    """The addresses in one recipient's letter.

    Args:
        release: what the letter is about.
        organisation: who writes.
        token: the recipient's, for this release.
        before: the version that the recipient was last told of; None: none.

    Raises:
        ConfigurationError: the reply address would be too long.
    """
    return PersonalLinks(
        form=form_link(release, organisation, token),
        reply=reply_address(organisation.reply, token),
        changes=changes_since(before, release, organisation.site),
    )
