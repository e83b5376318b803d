"""Which keys the letters out there were signed with, and whether their links work."""

from __future__ import annotations

from collections.abc import Iterator

from publisher.actions.workplace import Workplace
from publisher.answers.key_use import KeyUse, key_uses
from publisher.answers.token import Token, token_in_letter
from publisher.edges.ledger import Ledger
from publisher.edges.secrets import named_token_keys
from publisher.errors import KeptLetterError
from publisher.releases.number import Number


def list_keys(workplace: Workplace) -> list[KeyUse]:
    """Counts the letters that were handed to a carrier by the key that signed their links.

    Each letter is read as it went out. A link is its customer's: who was erased is left out, for
    nobody knows any more what was signed. The links in mailings are named for each key and not
    counted: who sends mailings is given them, and tells nobody which of them went out.

    Raises:
        ConfigurationError: there is no key, or `publisher.toml` does not read.
        LedgerError: the ledger cannot be read.
    """
    keys, ledger = named_token_keys(), workplace.ledger
    letters = (
        one
        for policy_id in workplace.policy_ids
        for major in sorted({number.major for number in workplace.archive.numbers(policy_id)})
        for one in _letters(ledger, policy_id, major)
    )
    requests = workplace.settings.organisation.requests
    return key_uses(keys, letters, mailings=bool(requests and requests.mailings))


def _letters(ledger: Ledger, policy_id: str, major: int) -> Iterator[tuple[str, Token | None, str]]:
    for one in ledger.deliveries(policy_id, major):
        number, recipient = Number.parse(one.release), ledger.recipient(one.recipient)
        if not one.tries or number is None or recipient is None or not recipient.customer:
            continue
        try:
            letter = ledger.sent_letter(policy_id, number, one.recipient, recipient.customer)
        except KeptLetterError:
            yield f"{policy_id}/{one.release}", None, recipient.customer
        else:
            yield f"{policy_id}/{one.release}", token_in_letter(letter), recipient.customer
