"""The links of one recipient."""

from __future__ import annotations

from dataclasses import replace

from publisher.answers.personal_links import personal_links, personal_token, sample_token
from publisher.answers.token import is_signed, parse_token
from publisher.people.recipients import Recipient
from publisher.releases.number import Number
from publisher.releases.telling import Telling
from tests.fixtures.amendments import HOSTING, amendments

KEY = b"only for tests: a key of more than thirty-two characters"
ANN = Recipient(11, "c-1", "ann@x.example", "Ann")
TWO = amendments()[1]


def test_a_token_proves_its_bearer_and_no_other() -> None:
    token = parse_token(personal_token(KEY, TWO, ANN))
    assert is_signed([KEY], token, "c-1")
    assert not is_signed([KEY], token, "c-2")
    assert (token.capability.number, token.capability.recipient) == (Number(2), 11)


def test_no_key_ever_signed_a_sample() -> None:
    assert not is_signed([KEY], parse_token(sample_token(TWO)), "sample")


def test_form_and_reply_carry_the_same_token() -> None:
    links = personal_links(TWO, HOSTING, "t-1", Number(1))
    assert links.form == "http://127.0.0.1:8000/privacy/2/opt-out/?token=t-1"
    assert links.reply == "opt-out+t-1@hosting.example"
    assert links.changes == "http://127.0.0.1:8000/privacy/2/changes/"


def test_a_letter_in_another_language_links_the_form_in_it_where_there_is_one() -> None:
    german = replace(TWO, telling=Telling(forms={"de": "# Widerspruch\n"}))
    site = "http://127.0.0.1:8000/privacy/2/opt-out/"
    own = personal_links(german, HOSTING, "t-1", Number(1), "de")
    assert (own.form, own.reply) == (f"{site}de/?token=t-1", "opt-out+t-1@hosting.example")
    assert personal_links(german, HOSTING, "t-1", Number(1), "fr").form == f"{site}?token=t-1"
    assert personal_links(TWO, HOSTING, "t-1", Number(1), "de").form == f"{site}?token=t-1"


def test_who_missed_a_letter_sees_the_whole_span() -> None:
    postponed = amendments()[2]
    assert personal_links(postponed, HOSTING, "t", Number(1)).changes == (
        "http://127.0.0.1:8000/privacy/compare/?from=1&to=2.1"
    )
    up_to_date = personal_links(postponed, HOSTING, "t", Number(2))
    assert up_to_date.changes == "http://127.0.0.1:8000/privacy/2.1/changes/"
    assert personal_links(postponed, HOSTING, "t", None).changes == up_to_date.changes
