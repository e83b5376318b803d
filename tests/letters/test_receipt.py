"""Receipts, and the mailed link."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.letters.message import Letter
from publisher.letters.receipt import Declared, OwnLinks, compose_link, compose_receipt
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.lettered import stationery
from tests.fixtures.letters import ANNA, LINK, read_message
from tests.letters.test_sealing import whole

NONE_IN_TIME = {
    "": "No opt-out of yours came in time.",
    "ar": "لم يصلنا منكم أي رفض في الموعد.",
    "de": "Ein rechtzeitiger Widerspruch von Ihnen liegt nicht vor.",
    "es": "No hemos recibido de usted ningún rechazo dentro de plazo.",
    "fr": "Nous n’avons reçu de vous aucun refus dans le délai.",
}


@pytest.fixture
def made() -> tuple[Release, Organisation]:
    return amendments()[1], HOSTING


def declared(kind: RequestKind, when: Timing, number: int = 42) -> Request:
    moment = dt.datetime(2027, 2, 1, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-1)))
    return Request(
        number, kind, "privacy", "2", 2, ANNA.number, moment, when, Channel.FORM, "{}", None
    )


def receipt(
    release: Release, requests: list[Request], stands: Request | None = None, language: str = ""
) -> Letter:
    told = Declared(release, release.previous, requests, stands, LINK, language)
    return compose_receipt(told, ANNA, stationery(HOSTING))


@pytest.mark.parametrize("kind", [RequestKind.OPT_OUT, RequestKind.WITHDRAW])
@pytest.mark.parametrize("when", list(Timing))
def test_a_receipt_says_what_was_recorded_and_when(
    made: tuple[Release, Organisation], kind: RequestKind, when: Timing
) -> None:
    request = declared(kind, when)
    letter = receipt(made[0], [request])
    message = read_message(letter.data)
    assert message.get_all("Auto-Submitted") == ["auto-replied"]
    assert letter.sender == ""
    text = letter.part("text/plain")
    assert "2 February 2027, 00:30 UTC" in text
    assert "R-000042" in text
    assert ("marked as late" in " ".join(text.split())) is (when is Timing.LATE)
    assert (LINK in text) is (when is Timing.IN_TIME)
    subject = str(message["Subject"])
    assert ("came late" in subject, " on 2 February 2027" in subject) == (
        when is Timing.LATE,
        when is Timing.IN_TIME,
    )
    assert ("withdr" in subject) is (kind is RequestKind.WITHDRAW)
    told = " ".join(text.split())
    applies = {
        RequestKind.OPT_OUT: "Version 1 goes on applying to you.",
        RequestKind.WITHDRAW: "Version 2 applies to you from 1 March 2027.",
    }
    for each, words in applies.items():
        assert (words in told) is (each is kind and when is Timing.IN_TIME)
    if when is Timing.IN_TIME:
        again = "take it back" if kind is RequestKind.OPT_OUT else "opt out again"
        assert f"You can {again} until the end of 28 February 2027 (UTC)." in told


def test_a_late_receipt_says_what_stands(made: tuple[Release, Organisation]) -> None:
    late = declared(RequestKind.OPT_OUT, Timing.LATE)
    stands = declared(RequestKind.WITHDRAW, Timing.IN_TIME, 7)
    letter = receipt(made[0], [late], stands)
    text = " ".join(letter.part("text/plain").split())
    assert "What you declared in time stands: you withdrew your opt-out on 2 February" in text
    assert "R-000007" in text


@pytest.mark.parametrize("language", ["", "de", "fr", "es", "ar"])
def test_who_opted_out_and_took_it_back_late_is_told_that_no_opt_out_came_in_time(
    language: str,
) -> None:
    release = whole() if language else amendments()[1]
    texts = [
        " ".join(receipt(release, [one], None, language).part("text/plain").split())
        for one in (
            declared(RequestKind.WITHDRAW, Timing.LATE),
            declared(RequestKind.OPT_OUT, Timing.LATE),
        )
    ]
    assert [NONE_IN_TIME[language] in text for text in texts] == [True, False]


def test_one_letter_can_be_the_receipt_for_several(made: tuple[Release, Organisation]) -> None:
    several = [
        declared(RequestKind.OPT_OUT, Timing.IN_TIME, 1),
        declared(RequestKind.WITHDRAW, Timing.IN_TIME, 2),
    ]
    letter = receipt(made[0], several, several[1])
    text = " ".join(letter.part("text/plain").split())
    assert "You withdrew your opt-out" in str(read_message(letter.data)["Subject"])
    assert "R-000002" in text
    assert "you opted out on 2 February 2027, 00:30 UTC (receipt R-000001)" in text


def test_the_link_is_mailed_with_a_word_of_warning(made: tuple[Release, Organisation]) -> None:
    letter = compose_link(
        made[0],
        ANNA,
        stationery(HOSTING),
        links=OwnLinks(LINK, "opt-out+t@hosting.example"),
        date=PUBLISHED,
    )
    assert LINK in letter.part("text/plain")
    assert letter.sender == ""
    assert "Nothing has been recorded yet." in " ".join(letter.part("text/plain").split())
