"""The token in a personal link."""

from __future__ import annotations

import hashlib
import hmac
import string
from base64 import b32encode
from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.answers.token import (
    RECIPIENT_DIGITS,
    Capability,
    is_bounce_signed,
    is_signed,
    is_signed_for_a_row,
    longest_token,
    make_bounce_token,
    make_token,
    parse_token,
    read_keys,
)
from publisher.errors import ConfigurationError, TokenError
from publisher.policies.policy import POLICY_ID
from publisher.releases.number import Number

KEYS = (b"k" * 32, b"o" * 32)
CAPABILITY = Capability("privacy", Number(2, 1), 0x2A)
TOKEN = make_token(KEYS[0], CAPABILITY, "c-1")


def read_token(keys: Sequence[bytes], text: str, customer: str = "c-1") -> Capability:
    """What a token proves about a customer."""
    token = parse_token(text)
    if not is_signed(keys, token, customer):
        raise TokenError("not signed")
    return token.capability


def row_token(key: bytes, body: str) -> str:
    """A token as it was made before the customer's id was part of what is signed."""
    digest = hmac.new(key, b"opt-out " + body.encode(), hashlib.sha256).digest()
    return f"{body}_{b32encode(digest).decode().lower()[:20]}"


capabilities = st.builds(
    Capability,
    policy=st.from_regex(r"[a-z][a-z0-9-]{0,15}", fullmatch=True),
    number=st.builds(Number, st.integers(1, 9999), st.integers(0, 9999)),
    recipient=st.integers(1, 16**12 - 1),
)


@given(capabilities)
def test_a_token_says_what_it_was_made_for(capability: Capability) -> None:
    token = make_token(KEYS[0], capability, "c-1")
    assert read_token(KEYS, token) == capability
    assert read_token(KEYS, f" {token.upper()}\n") == capability


OCTETS = 64
"""What the part before the @ may have (RFC 5321 §4.5.3.1.1)."""
MAILBOX = "opt-out-mail@x.example"
POLICY = "p" + "-9" * 7 + "y"
"""A name of a policy as long as one may be."""


def test_no_name_of_a_policy_is_longer() -> None:
    assert POLICY_ID.fullmatch(POLICY)
    assert not POLICY_ID.fullmatch(f"{POLICY}y")


def test_an_older_key_still_opens() -> None:
    assert read_token(KEYS, make_token(KEYS[1], CAPABILITY, "c-1")) == CAPABILITY
    with pytest.raises(TokenError):
        read_token(KEYS[:1], make_token(KEYS[1], CAPABILITY, "c-1"))


@pytest.mark.parametrize("place", range(len(TOKEN)))
def test_every_altered_character_is_noticed(place: int) -> None:
    for other in string.ascii_lowercase + string.digits + "._-+/ %\x00é\u212a":
        if other != TOKEN[place]:
            with pytest.raises(TokenError):
                read_token(KEYS, TOKEN[:place] + other + TOKEN[place + 1 :])
    for altered in (TOKEN[:place], TOKEN[:place] + TOKEN[place + 1 :]):
        with pytest.raises(TokenError):
            read_token(KEYS, altered)


@given(st.text())
@example("")
@example("___")
@example("privacy_2_1_")
def test_what_we_did_not_make_opens_nothing(text: str) -> None:
    with pytest.raises(TokenError):
        read_token(KEYS, text)


def test_a_letter_of_another_script_is_not_taken_for_ours() -> None:
    kelvin = TOKEN.replace("k", "\u212a")
    if kelvin != TOKEN:
        with pytest.raises(TokenError):
            read_token(KEYS, kelvin)


@given(st.text(), st.text())
@example("c-1", "c-2")
@example("", "")
@example("c-1", "")
def test_a_token_is_one_customers_alone(one: str, other: str) -> None:
    token = parse_token(make_token(KEYS[0], CAPABILITY, one))
    assert is_signed(KEYS, token, one) is bool(one)
    assert is_signed(KEYS, token, other) is (one == other and bool(one))
    assert not is_signed_for_a_row(KEYS, token)


def test_what_stands_on_an_envelope_opens_nothing_and_is_of_one_address() -> None:
    made = make_bounce_token(KEYS[1], CAPABILITY, "c-1", "anna@customer.example")
    claimed = parse_token(made.upper())
    assert is_bounce_signed(KEYS, claimed, "c-1", "anna@customer.example")
    for customer, address in (
        ("c-2", "anna@customer.example"),
        ("c-1", "b@c.example"),
        ("c-1", ""),
    ):
        assert not is_bounce_signed(KEYS, claimed, customer, address)
    assert not is_bounce_signed(KEYS[:1], claimed, "c-1", "anna@customer.example")
    assert not is_signed(KEYS, claimed, "c-1")
    assert not is_bounce_signed(KEYS, parse_token(TOKEN), "c-1", "anna@customer.example")
    assert len(made) == len(TOKEN)


def test_a_token_of_before_proves_a_row_and_no_customer() -> None:
    token = parse_token(row_token(KEYS[0], "privacy_2_1"))
    assert is_signed_for_a_row(KEYS, token)
    assert not is_signed_for_a_row([b"x" * 32], token)
    assert not is_signed(KEYS, token, "c-1")


@pytest.mark.parametrize("value", ["", "short", "k" * 32 + ",short"])
def test_a_weak_key_is_refused(value: str) -> None:
    with pytest.raises(ConfigurationError, match="no key for personal links"):
        read_keys(value)


def test_keys_are_rotated_by_a_list() -> None:
    assert read_keys(f"{'n' * 32}, {'o' * 32}") == (b"n" * 32, b"o" * 32)


def test_the_longest_token_is_known_beforehand() -> None:
    number = Number(9999, 9999)
    capability = Capability("a" * 16, number, 16**RECIPIENT_DIGITS - 1)
    token = make_token(b"k" * 32, capability, "c-1")
    assert parse_token(token).capability == capability
    assert len(token) == longest_token("a" * 16, [Number(1), number]) == 56
