"""Who bears a token, without a ledger and a disk."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from publisher.answers.bearer import bearer_by_name, bearer_of_token, require_proof
from publisher.answers.token import Capability, Token, make_token, parse_token
from publisher.errors import NotFoundError, TokenError
from publisher.people.messages import Message
from publisher.people.recipients import Recipient
from publisher.people.requests import Channel, RequestKind, Timing
from publisher.releases.number import Number
from publisher.releases.releases import Releases
from tests.fixtures.amendments import PUBLISHED, amendments

KEYS = (b"k" * 32, b"o" * 32)
ANNA = Recipient(1, "c-1", "anna@customer.example", "Anna")
BEN = Recipient(1, "c-2", "ben@customer.example", "Ben")


def amendment() -> Releases:
    """Release 2 and its postponement, which people may opt out of."""
    return Releases(replace(r, opt_out="# Opt out\n") for r in amendments().amendment(2))


TWO = Number(2)


def token(number: Number = TWO, customer: str = "c-1", key: bytes = KEYS[0]) -> Token:
    return parse_token(make_token(key, Capability("privacy", number, 1), customer))


@pytest.mark.parametrize("key", KEYS)
def test_a_token_that_a_key_signed_proves_its_recipient(key: bytes) -> None:
    assert require_proof(token(key=key), KEYS, ANNA, None) is ANNA


@pytest.mark.parametrize("recipient", [None, BEN])
def test_a_token_proves_nobody_else(recipient: Recipient | None) -> None:
    with pytest.raises(TokenError):
        require_proof(token(), KEYS, recipient, None)
    with pytest.raises(TokenError):
        require_proof(token(), (b"x" * 32,), ANNA, None)


def test_the_dates_of_the_last_postponement_hold_for_every_letter() -> None:
    for number in (Number(2), Number(2, 1)):
        bearer = bearer_of_token(token(number), ANNA, amendment())
        assert (bearer.release.number, bearer.window.number) == (number, Number(2, 1))
        closes = dt.datetime(2027, 3, 31, 23, 59, tzinfo=dt.UTC)
        assert bearer.timing(closes) is Timing.IN_TIME
        assert bearer.timing(closes + dt.timedelta(minutes=1)) is Timing.LATE


def test_a_release_that_is_not_here_or_has_no_form_has_no_bearer() -> None:
    with pytest.raises(TokenError):
        bearer_of_token(token(Number(2, 2)), ANNA, amendment())
    formless = Releases(replace(each, opt_out="") for each in amendments().amendment(2))
    with pytest.raises(TokenError):
        bearer_of_token(token(), ANNA, formless)
    with pytest.raises(NotFoundError):
        bearer_by_name(ANNA, formless[0], formless)


def test_a_declaration_has_its_release_and_seal_as_evidence() -> None:
    bearer = bearer_of_token(token(), ANNA, amendment())
    wanted = bearer.declares(RequestKind.OPT_OUT, Channel.FORM, {"pressed": "opt out"})
    assert wanted.evidence == {
        "release": "privacy/2",
        "seal": bearer.release.seal,
        "pressed": "opt out",
    }
    assert (wanted.recipient, wanted.number, wanted.received) == (1, Number(2), None)
    assert wanted.not_before == PUBLISHED


@pytest.mark.parametrize(
    ("hours", "behind"), [(0, False), (1, False), (-1, True)], ids=["now", "later", "earlier"]
)
def test_a_mail_counts_from_when_it_came_and_a_clock_that_is_behind_is_noted(
    hours: int, behind: bool
) -> None:
    bearer = bearer_of_token(token(), ANNA, amendment())
    came = PUBLISHED + dt.timedelta(hours=hours)
    message = Message(7, came, "", None, "", "", "", None, None, None)
    wanted = bearer.declares_by_mail(RequestKind.OPT_OUT, {}, message, None, answered=False)
    assert (wanted.received, wanted.channel, wanted.answered) == (came, Channel.MAIL, False)
    assert (wanted.behind is not None) is behind
