"""Passes: who may do what by a link that names no release."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.answers.passes import Pass, Purpose, new_pass, parse_pass, require_pass, write_pass
from publisher.errors import TokenError

KEYS = (b"k" * 32, b"older-key-of-thirty-two-characters")
NOW = dt.datetime(2027, 3, 1, 9, 30, 17, tzinfo=dt.UTC)
VIEW = new_pass(Purpose.VIEW, 42, NOW)
ANNA = "anna@one.example"
TEXT = write_pass(KEYS[0], VIEW, "c-1", ANNA)


@given(
    st.sampled_from(Purpose),
    st.integers(1, 2**40),
    st.integers(0, 2**40),
    st.integers(0, 90_000),
)
def test_a_pass_comes_back_as_it_was_written(
    purpose: Purpose, recipient: int, request: int, days: int
) -> None:
    now = NOW + dt.timedelta(days=days)
    own = new_pass(purpose, recipient, now, request)
    text = write_pass(KEYS[1], own, "c-9", ANNA)
    assert parse_pass(text) == own
    assert require_pass(text.upper(), purpose, KEYS, ("c-9", ANNA), now) == own


def test_every_altered_letter_makes_it_nobodys() -> None:
    for place, letter in enumerate(TEXT):
        for other in "0a7_z-":
            if other != letter:
                altered = TEXT[:place] + other + TEXT[place + 1 :]
                with pytest.raises(TokenError):
                    require_pass(altered, Purpose.VIEW, KEYS, ("c-1", ANNA), NOW)


@pytest.mark.parametrize("customer", ["c-2", "", "C-1"])
def test_it_opens_nothing_of_another_customer(customer: str) -> None:
    with pytest.raises(TokenError):
        require_pass(TEXT, Purpose.VIEW, KEYS, (customer, ANNA), NOW)


@pytest.mark.parametrize("purpose", [Purpose.MAILINGS, Purpose.CONFIRM])
def test_it_opens_nothing_that_it_is_not_for(purpose: Purpose) -> None:
    with pytest.raises(TokenError):
        require_pass(TEXT, purpose, KEYS, ("c-1", ANNA), NOW)


def test_it_is_good_at_the_address_on_record_alone() -> None:
    assert require_pass(TEXT, Purpose.VIEW, KEYS, ("c-1", ANNA.upper()), NOW)
    with pytest.raises(TokenError):
        require_pass(TEXT, Purpose.VIEW, KEYS, ("c-1", "moved@one.example"), NOW)


def test_it_ends() -> None:
    last = NOW.replace(second=0) + dt.timedelta(minutes=59, seconds=59)
    assert require_pass(TEXT, Purpose.VIEW, KEYS, ("c-1", ANNA), last)
    with pytest.raises(TokenError, match="no longer good"):
        require_pass(TEXT, Purpose.VIEW, KEYS, ("c-1", ANNA), last + dt.timedelta(seconds=1))


def test_the_way_out_of_mailings_has_no_end() -> None:
    """15 USC 7704(a)(3): for 30 days at least."""
    text = write_pass(KEYS[0], new_pass(Purpose.MAILINGS, 7, NOW), "c-7")
    own = require_pass(
        text, Purpose.MAILINGS, KEYS, ("c-7", "moved@one.example"), NOW + dt.timedelta(days=9_000)
    )
    assert own == Pass(Purpose.MAILINGS, 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "view",
        "view_1_2",
        "privacy_2_1_abc",
        "ⅴiew_1_0_1_aa",
        "x" * 99,
        "confirm_1_1_fffffffff_abc",
    ],
)
def test_what_is_no_pass_is_refused(text: str) -> None:
    with pytest.raises(TokenError):
        parse_pass(text)
