"""The reply address of a letter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given

from publisher.answers.reply_address import reply_address, token_in
from publisher.answers.token import (
    Capability,
    make_token,
)
from publisher.errors import ConfigurationError
from publisher.releases.number import Number
from tests.answers.test_token import KEYS, MAILBOX, OCTETS, POLICY, TOKEN, capabilities, read_token


@pytest.mark.parametrize(
    ("number", "digits"),
    [(Number(9999), 8), (Number(99, 99), 7), (Number(999, 999), 5), (Number(9999, 9999), 3)],
    ids=str,
)
def test_the_longest_token_fits_into_a_reply_address(number: Number, digits: int) -> None:
    """With the last of as many recipients as a number leaves room for; one more is refused."""
    capability = Capability(POLICY, number, 16**digits - 1)
    token = make_token(KEYS[0], capability, "c-1")
    address = reply_address(MAILBOX, token)
    assert len(address.partition("@")[0]) == OCTETS
    assert token_in(address.upper(), MAILBOX) == token
    assert read_token(KEYS, token) == capability
    more = replace(capability, recipient=capability.recipient + 1)
    with pytest.raises(ConfigurationError, match=f"{OCTETS + 1} octets before the @"):
        reply_address(MAILBOX, make_token(KEYS[0], more, "c-1"))


@given(capabilities)
def test_a_reply_address_carries_its_token_or_is_refused(capability: Capability) -> None:
    token = make_token(KEYS[0], capability, "c-1")
    octets = len("opt-out-mail+") + len(token)
    if octets > OCTETS:
        with pytest.raises(ConfigurationError, match=f"{octets} octets before the @"):
            reply_address(MAILBOX, token)
    else:
        assert token_in(reply_address(MAILBOX, token).upper(), MAILBOX) == token


def test_a_reply_address_that_mail_cannot_carry_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="octets before the @"):
        reply_address("a" * 30 + "@x.example", TOKEN)


@pytest.mark.parametrize(
    "address",
    ["opt-out@x.example", "opt-out+@x.example", "other+t@x.example", "opt-out+t@y.example", ""],
)
def test_an_address_without_a_token(address: str) -> None:
    assert token_in(address, "opt-out@x.example") == ""
