"""Who bears a token, by the ledger and the archive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace

from publisher.answers.bearer import Bearer, bearer_by_name, bearer_of_token, require_proof
from publisher.answers.passes import Pass, Purpose, parse_pass, require_pass
from publisher.answers.token import (
    Capability,
    Token,
    is_bounce_signed,
    is_signed_for_a_row,
    parse_token,
)
from publisher.edges.archive import Archive
from publisher.edges.ledger import Ledger
from publisher.errors import TokenError
from publisher.people.recipients import Recipient, RecipientState
from publisher.people.returning import ReturnedLetter
from publisher.releases.number import Number
from publisher.releases.release import Release
from publisher.releases.releases import Releases


class Bearers:
    """Finds who bears a token.

    What a search costs does not depend on how many releases there are.
    """

    def __init__(
        self, archive: Archive, ledger: Ledger, keys: Callable[[], tuple[bytes, ...]]
    ) -> None:
        """Args:
        archive: has the releases.
        ledger: has the recipients.
        keys: the keys of personal links, asked for when the first token comes.
        """
        self._archive, self._ledger, self._keys = archive, ledger, keys
        self._expected: dict[int, Recipient] = {}
        self._opted_out: dict[tuple[str, int], frozenset[int]] = {}
        """Those of them who opted out before a release, by its policy and number."""

    def expect(self, texts: Iterable[str]) -> None:
        """Reads who may bear some tokens, all at once: what follows is asked in one transaction.

        Args:
            texts: the tokens as they came in; what is none is passed over.

        Raises:
            LedgerError: the ledger cannot be read.
        """
        numbers = set()
        for text in texts:
            with suppress(TokenError):
                numbers.add(parse_token(text).capability.recipient)
        if len(numbers) > 1:
            found = self._ledger.recipients(sorted(numbers))
            self._expected = {one.number: one for one in found}

    def of_token(self, text: str, at_hand: Releases | None = None) -> Bearer:
        """Who bears a token.

        Args:
            text: the token as it came in.
            at_hand: a release and its corrections as the archive gives them, which is not asked
                again where the token is about them.

        Raises:
            TokenError: not a token of ours, or altered, or made for somebody who is not in this
                ledger, or its release is not here.
            ConfigurationError: there are no keys.
            LedgerError: the ledger cannot be read.
            SealError: the release was altered.
        """
        claimed = parse_token(text)
        whose, keys = claimed.capability, self._keys()
        found, letter = self._expected.get(whose.recipient), None
        found = found or self._ledger.recipient(whose.recipient)
        if is_signed_for_a_row(keys, claimed):
            letter = self._ledger.delivery(whose.policy, whose.number, whose.recipient)
        recipient = require_proof(claimed, keys, found, letter)
        if not (at_hand and _is_about(whose, at_hand[0])):
            at_hand = self._archive.amendment(whose.policy, whose.number.major)
        return self._with_earlier(bearer_of_token(claimed, recipient, at_hand))

    def of_pass(self, text: str, purpose: Purpose, now: dt.datetime) -> tuple[Pass, Recipient]:
        """Who bears a pass, and what it is good for.

        Args:
            text: the pass as it came in.
            purpose: what it has to be for.
            now: the time.

        Raises:
            TokenError: not a pass of ours, or altered, or for something else, or its time is over,
                or made for somebody who is not in this ledger.
            ConfigurationError: there are no keys.
            LedgerError: the ledger cannot be read.
        """
        keys = self._keys()
        found = self._ledger.recipient(parse_pass(text).recipient)
        whose = (found.customer, found.address) if found else ("", "")
        own = require_pass(text, purpose, keys, whose, now)
        if found is not None and found.state is RecipientState.ERASED:
            # Who was erased and came again is another recipient, under the same id.
            found = self._ledger.customer(found.customer)
        if found is None or found.state is RecipientState.ERASED:
            raise TokenError("this link belongs to nobody that we know")
        return replace(own, recipient=found.number), found

    def of_tokens(self, texts: Iterable[str]) -> tuple[Bearer, ...]:
        """Who bears the valid ones of these tokens, each once.

        Args:
            texts: the tokens as they came in.

        Raises:
            ConfigurationError, LedgerError, SealError: as for `of_token`.
        """
        found: dict[str, Bearer] = {}
        for text in texts:
            with suppress(TokenError):
                found.setdefault(text.lower(), self.of_token(text))
        return tuple(found.values())

    def of_bounces(self, texts: Iterable[str]) -> tuple[ReturnedLetter, ...]:
        """The letters on whose envelopes the valid ones of these tokens stood, each once.

        Args:
            texts: the tokens as they came in.

        Raises:
            ConfigurationError: there are no keys.
            LedgerError: the ledger cannot be read.
        """
        found: dict[Capability, ReturnedLetter] = {}
        for text in texts:
            with suppress(TokenError):
                claimed = parse_token(text)
                if letter := self._bounced(claimed):
                    found[claimed.capability] = letter
        return tuple(found.values())

    def _bounced(self, claimed: Token) -> ReturnedLetter | None:
        whose = claimed.capability
        recipient = self._ledger.recipient(whose.recipient)
        letter = self._ledger.delivery(whose.policy, whose.number, whose.recipient)
        customer = recipient.customer if recipient else ""
        # A ledger that was put back from a copy may know of the letter and not where it went.
        address = letter.address if letter else ""
        address = address or (recipient.address if recipient else "")
        proven = is_bounce_signed(self._keys(), claimed, customer, address)
        return ReturnedLetter(letter) if letter and proven else None

    def by_name(self, recipient: Recipient, policy_id: str, number: Number) -> Bearer:
        """A customer of whom a person says who it is, and what the customer writes about.

        Raises:
            NotFoundError: there is no such release, or nobody may opt out of it.
            SealError: it was altered.
        """
        release = self._archive.release(policy_id, number)
        amendment = self._archive.amendment(policy_id, number.major)
        return self._with_earlier(bearer_by_name(recipient, release, amendment))

    def _with_earlier(self, bearer: Bearer) -> Bearer:
        """A bearer, by what they opted out of before."""
        release, own = bearer.release, bearer.recipient.number
        about = release.policy.id, release.number.major
        if own not in self._expected:
            found = self._ledger.opted_out_before(release, [own])
        elif (known := self._opted_out.get(about)) is not None:
            found = known
        else:
            found = self._ledger.opted_out_before(release, list(self._expected))
            self._opted_out[about] = found
        return bearer.after_opting_out() if own in found else bearer


def _is_about(whose: Capability, release: Release) -> bool:
    """Whether a token is about the material release that a release belongs to."""
    number = release.number
    return whose.policy == release.policy.id and whose.number.major == number.major
