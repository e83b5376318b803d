"""Addresses of customers: what is plain is seen fast, and nothing is taken that is none."""

from __future__ import annotations

import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import example, given
from hypothesis import strategies as st

from publisher.errors import RecipientsError
from publisher.people import mail_addresses
from publisher.people.mail_addresses import read_address

PART = st.text("abzABZ019-_.+'!xn", min_size=0, max_size=12)
NEAR = st.builds(
    lambda local, at, domain, end: f"{local}{at}{domain}{end}",
    PART,
    st.sampled_from(["@", "@", "@", "", "@@", " @"]),
    PART,
    st.sampled_from([".example", ".Example", ".test", ".local", ".c", ".c0m", ".4", ".", "", "é"]),
)


def by_validator(address: str) -> str | None:
    try:
        read = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError:
        return None
    return read.ascii_email or ""


@given(st.one_of(NEAR, st.emails(), st.text(max_size=30)))
@example("a@" + "b" * 63 + ".example")
@example("a@" + "b" * 64 + ".example")
@example("a" * 300 + "@b.example")
@example("a@" + "b.c" * 80 + ".example")
@example("a@xn--bcher-kva.example")
@example("a@ab--c.example")
@example("a@b.example\n")
@example("Ａ@b.example")
@example("a@b.ARPA")
def test_an_address_is_what_email_validator_says_it_is(address: str) -> None:
    expected = by_validator(address)
    if expected is None:
        with pytest.raises(RecipientsError):
            read_address(address)
    else:
        assert read_address(address) == expected


def test_what_addresses_look_like_is_not_read_the_slow_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(mail_addresses, "validate_email")
    for address in ("anna.example+news@shop.one-two.example", "O'Hara_9@Mail.Example.COM"):
        local, _, domain = address.partition("@")
        assert read_address(address) == f"{local}@{domain.lower()}"
