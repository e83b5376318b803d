"""The token in a personal link and in a reply address: who may opt out of which release."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from publisher.errors import ConfigurationError, TokenError
from publisher.releases.number import Number

MAC_CHARACTERS = 20
"""100 bits of HMAC-SHA256 in base 32 (RFC 2104 §5 asks for 80 bits at least): short enough for a
local part of 64 octets (RFC 5321 §4.5.3.1.1), and out of reach of guessing over a network."""


RECIPIENT_DIGITS = 8
"""Hexadecimal digits of a recipient's number that room is kept for: four thousand million."""


def longest_token(policy_id: str, numbers: Iterable[Number]) -> int:
    """Octets of the longest token of any letter about some releases.

    With an id of 16 letters, the longest there is, and number 9999.9999 these are 56.

    Args:
        policy_id: of the policy.
        numbers: of the releases.
    """
    longest = max(len(str(number)) for number in numbers)
    parts = (len(policy_id), longest, RECIPIENT_DIGITS, MAC_CHARACTERS)
    return sum(parts) + len(parts) - 1


@dataclass(frozen=True, slots=True)
class Capability:
    """What a token proves: its bearer was sent the letter about this release as this recipient."""

    policy: str
    number: Number
    recipient: int
    """The recipient's number in the ledger, from 1."""


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key of personal links, and what it is called where people speak of it."""

    name: str
    secret: bytes


def read_named_keys(value: str) -> tuple[NamedKey, ...]:
    """The token keys in an environment variable: separated by commas, the first one signs.

    A key may have a name, `2027:SECRET`: letters, digits and hyphens, 20 at most. One without is
    called by its place, `key 1`.

    Raises:
        ConfigurationError: no key, one shorter than 32 characters, or two of one name.
    """
    parts = [part.strip() for part in value.split(",") if part.strip()]
    keys = []
    for place, part in enumerate(parts, 1):
        named = _NAMED.fullmatch(part)
        name, secret = (named[1], named[2]) if named else (f"key {place}", part)
        keys.append(NamedKey(name, secret.encode()))
    if not keys or any(len(key.secret) < 32 for key in keys):
        raise ConfigurationError(
            "no key for personal links, or one of fewer than 32 characters",
            where="PUBLISHER_TOKEN_KEY",
            remedy="set it to the key that letters went out with before, if any did; if none: "
            "export PUBLISHER_TOKEN_KEY=$(openssl rand -hex 32), and keep that value: links in "
            "letters that were sent work only with it",
        )
    names = [key.name for key in keys]
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise ConfigurationError(
            f"two keys for personal links are called `{twice}`",
            where="PUBLISHER_TOKEN_KEY",
            remedy="give each a name of its own, such as 2027:SECRET,2026:SECRET",
        )
    return tuple(keys)


def read_keys(value: str) -> tuple[bytes, ...]:
    """The secrets of the token keys in an environment variable, the one that signs first.

    Raises:
        ConfigurationError: as for `read_named_keys`.
    """
    keys = tuple(key.secret for key in read_named_keys(value))
    # Before keys had names, what looks like one was part of the secret: such links work on.
    return keys + tuple(part.encode() for part in _named_parts(value))


def _named_parts(value: str) -> list[str]:
    parts = (part.strip() for part in value.split(","))
    return [part for part in parts if _NAMED.fullmatch(part)]


_NAMED = re.compile(r"([A-Za-z0-9-]{1,20}):(.{32,})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Token:
    """A token that came in: what it claims. Whether that is so, only its signature tells."""

    capability: Capability
    body: str
    mac: str

    @property
    def text(self) -> str:
        """The token as we write it."""
        return f"{self.body}_{self.mac}"


def make_token(key: bytes, capability: Capability, customer: str) -> str:
    """The token of a letter: small letters, digits, `.`, `-` and `_`; survives case folding.

    Args:
        key: signs it.
        capability: what its bearer may do.
        customer: the organisation's own id for the customer. It is signed and not written, so a
            token opens nothing where the recipient with this number is another customer.
    """
    body = f"{capability.policy}_{capability.number}_{capability.recipient:x}"
    return f"{body}_{_mac(key, _signed(body, customer))}"


def parse_token(token: str) -> Token:
    """What a token claims; nothing is proven yet.

    Args:
        token: as it came in; upper case is folded.

    Raises:
        TokenError: it cannot be one of ours.
    """
    # Lower case folds some letters of other scripts into ours, which we never wrote.
    token = token.strip().lower() if token.isascii() else ""
    body, _, mac = token.rpartition("_")
    found = re.fullmatch(r"([a-z][a-z0-9-]*)_([0-9.]+)_([0-9a-f]{1,12})", body)
    number = Number.parse(found[2]) if found else None
    if found is None or number is None:
        raise TokenError(_NOT_OURS)
    return Token(Capability(found[1], number, int(found[3], 16)), body, mac)


def is_signed(keys: Sequence[bytes], token: Token, customer: str) -> bool:
    """Whether one of the keys signed a token for this customer.

    Args:
        keys: keys that may have signed it, the current one first.
        token: what came in.
        customer: the id of the recipient that it names; empty where there is none.
    """
    return bool(customer) & _any_made(keys, token, _signed(token.body, customer))


def make_bounce_token(key: bytes, capability: Capability, customer: str, address: str) -> str:
    """What stands in the sender on the envelope of a letter, to which it comes back: whoever sees
    it on the way can do nothing else with it.

    Args:
        key, capability, customer: as for `make_token`.
        address: where the letter goes. It is signed and not written, so that what comes back from
            an address that was corrected since says nothing of the letter to the new one.
    """
    body = f"{capability.policy}_{capability.number}_{capability.recipient:x}"
    return f"{body}_{_mac(key, _returning(body, customer, address))}"


def is_bounce_signed(keys: Sequence[bytes], token: Token, customer: str, address: str) -> bool:
    """Whether one of the keys signed what stood on the envelope of a letter.

    Args:
        keys: as for `is_signed`.
        token: what came in.
        customer: as for `is_signed`.
        address: where the letter went that is on record; empty: there is none.
    """
    known = bool(customer) & bool(address)
    return known & _any_made(keys, token, _returning(token.body, customer, address))


def is_signed_for_a_row(keys: Sequence[bytes], token: Token) -> bool:
    """Whether a token is one that was made before the customer's id was part of what is signed.

    It proves the number of a recipient and not who that is: it counts only for a letter that the
    ledger has on record as sent in that time, see `had_row_token`.
    """
    return _any_made(keys, token, b"opt-out " + token.body.encode())


_NOT_OURS = "this is not a link that we issued, or it was altered"


def _signed(body: str, customer: str) -> bytes:
    return f"opt-out of a customer {body}\0{customer}".encode()


def _returning(body: str, customer: str, address: str) -> bytes:
    return f"bounce of a letter {body}\0{customer}\0{address}".encode()


def _any_made(keys: Sequence[bytes], token: Token, signed: bytes) -> bool:
    # Every key is tried whatever came before, so that time tells nothing about the keys.
    good = [hmac.compare_digest(_mac(key, signed).encode(), token.mac.encode()) for key in keys]
    return any(good)


def _mac(key: bytes, signed: bytes) -> str:
    digest = hmac.digest(key, signed, "sha256")
    bits = int.from_bytes(digest[:13], "big") >> 4
    return "".join([_PAIRS[bits >> place & 1023] for place in range(90, -1, -10)])


_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(one + other for one in _BASE32 for other in _BASE32)
"""Ten bits as two digits of base 32 (RFC 4648 §6): a mailing makes a token for each letter, and the
standard library takes most of the time of one for its digits."""


_WRITTEN = re.compile(r"[a-z][a-z0-9-]{0,15}_[0-9.]+_[0-9a-f]{1,12}_[a-z2-7]{20}", re.IGNORECASE)


def without_tokens(text: str, instead: str) -> str:
    """The words of a letter without the tokens in it, wherever they stand.

    Args:
        text: of a letter, decoded.
        instead: what stands in the place of each.
    """
    return _WRITTEN.sub(lambda _: instead, text)


def token_in_letter(letter: bytes) -> Token | None:
    """The token in a letter that was sent; None: there is none in it.

    Args:
        letter: RFC 5322; lines may be folded, and parts quoted-printable (RFC 2045 §6.7).
    """
    joined = re.sub(rb"=\r?\n|\r?\n[ \t]", b"", letter).replace(b"=3D", b"=").decode("latin-1")
    found = _WRITTEN.search(joined)
    return parse_token(found[0]) if found else None
