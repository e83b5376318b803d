"""Who bears a token: which customer it belongs to, and which release it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from publisher.answers.declarations import timing
from publisher.answers.token import Token, is_signed, is_signed_for_a_row
from publisher.errors import NotFoundError, TokenError
from publisher.letters.message import had_row_token
from publisher.people.deliveries import Delivery
from publisher.people.messages import Message
from publisher.people.recipients import Recipient
from publisher.people.requests import Channel, RequestKind, Timing, Wanted
from publisher.releases.chronology import overtaken
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases


@dataclass(frozen=True, slots=True)
class Bearer:
    """A customer who is known, and the release that the customer may declare something about."""

    token: Token | None
    """None: a person says who it is."""
    release: Release
    """The release of the token."""
    window: Release
    """Whose dates hold now: the release, or the correction that moved its dates."""
    recipient: Recipient
    before: Number | None = None
    """The version that goes on applying to who opts out; None: it is not known, for the customer
    opted out of a version before, say."""
    opted_out_before: bool = False
    """Whether this customer opted out of a version before the release, and that stands."""

    def after_opting_out(self) -> Bearer:
        """The customer as one who opted out of a version before the release.

        Which version applies to them follows from that opt-out, so it is not said.
        """
        return replace(self, before=None, opted_out_before=True)

    @property
    def name(self) -> str:
        """The name of the release: `privacy/2`."""
        return self.release.name

    def timing(self, received: dt.datetime) -> Timing:
        """Whether what came at a time (with an offset) came in time."""
        return timing(self.window, received)

    def declares(
        self, kind: RequestKind, channel: Channel, evidence: Mapping[str, object]
    ) -> Wanted:
        """A declaration of this customer, made now.

        Args:
            kind: opt out, or withdraw that.
            channel: by form or by mail.
            evidence: what proves it; the release and its seal are added.
        """
        return self._wanted(kind, channel, evidence)

    def asks(self, kind: RequestKind, evidence: Mapping[str, object]) -> Wanted:
        """What this customer asks for on the form, which a person handles.

        Args:
            kind: end the contract, or a question.
            evidence: what proves it; the release and its seal are added.
        """
        wanted = self._wanted(kind, Channel.FORM, evidence)
        return replace(wanted, confirmed=kind is not RequestKind.END)

    def declares_by_mail(
        self,
        kind: RequestKind,
        evidence: Mapping[str, object],
        message: Message,
        before: dt.datetime | None,
        *,
        answered: bool = True,
    ) -> Wanted:
        """A declaration in a message; it counts from when the message came in.

        Args:
            kind: opt out, or withdraw that.
            evidence: what proves it; the release and its seal are added.
            message: what came in.
            before: when the message before it came in; None: there is none.
            answered: whether a receipt is to be mailed.
        """
        wanted = self._wanted(kind, Channel.MAIL, evidence)
        return replace(
            wanted,
            received=message.received,
            answered=answered,
            message=message.id,
            behind=overtaken(message.received, [before, self.release.published]),
        )

    def _wanted(
        self,
        kind: RequestKind,
        channel: Channel,
        evidence: Mapping[str, object],
    ) -> Wanted:
        release = self.release
        return Wanted(
            kind,
            release.policy.id,
            release.number,
            self.recipient.number,
            channel,
            {"release": release.name, "seal": release.seal, **evidence},
            not_before=release.published,
        )


def bearer_of_token(claimed: Token, recipient: Recipient, amendment: Releases) -> Bearer:
    """The bearer of a token that is proven.

    A token stays valid for its release; what comes late is marked so.

    Args:
        claimed: the token.
        recipient: whom it belongs to.
        amendment: the release that it names and its corrections; empty: there is none.

    Raises:
        TokenError: there is no such release, or nobody may opt out of it.
    """
    release = amendment.find(claimed.capability.number)
    if release is None or not release.opt_out:
        raise TokenError("this link belongs to no release that we know")
    return Bearer(claimed, release, amendment.window(release), recipient, amendment[0].before)


def bearer_by_name(recipient: Recipient, release: Release, amendment: Releases) -> Bearer:
    """A customer of whom a person says who it is.

    Args:
        recipient: the customer.
        release: what the customer declares something about.
        amendment: that release and its corrections.

    Raises:
        NotFoundError: nobody may opt out of it.
    """
    if not release.opt_out:
        raise NotFoundError(
            f"nobody can opt out of release {release.number}", where=f"versions/{release.name}"
        )
    return Bearer(None, release, amendment.window(release), recipient, amendment[0].before)


def require_proof(
    claimed: Token, keys: Sequence[bytes], recipient: Recipient | None, letter: Delivery | None
) -> Recipient:
    """The recipient that a token is proven to belong to.

    Args:
        claimed: the token that came in.
        keys: keys that may have signed it, the current one first.
        recipient: the one with the number that it names; None: there is none.
        letter: the letter about its release that this recipient was sent; None: there is none. A
            token that was made before tokens were bound to the customer's id counts only if it
            stands in such a letter.

    Raises:
        TokenError: it is not proven.
    """
    signed = is_signed(keys, claimed, recipient.customer if recipient else "")
    if recipient is not None and (signed or _in_an_old_letter(claimed, keys, recipient, letter)):
        return recipient
    raise TokenError("this is not a link that we issued to a customer we know")


def _in_an_old_letter(
    claimed: Token, keys: Sequence[bytes], recipient: Recipient, letter: Delivery | None
) -> bool:
    sent = letter is not None and had_row_token(letter, recipient.customer)
    return sent and is_signed_for_a_row(keys, claimed)
