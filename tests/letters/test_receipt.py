"""Receipts, and the mailed link."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.letters.receipt import compose_link, compose_receipt
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.policies.organisation import Organisation
from publisher.releases.release import Release
from tests.fixtures.amendments import HOSTING, PUBLISHED, amendments
from tests.fixtures.letters import ANNA, LINK, read_message


@pytest.fixture
def made() -> tuple[Release, Organisation]:
    return amendments()[1], HOSTING


def declared(kind: RequestKind, when: Timing, number: int = 42) -> Request:
    moment = dt.datetime(2027, 2, 1, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=-1)))
    return Request(
        number, kind, "privacy", "2", 2, ANNA.number, moment, when, Channel.FORM, "{}", None
    )


@pytest.mark.parametrize("kind", [RequestKind.OPT_OUT, RequestKind.WITHDRAW])
@pytest.mark.parametrize("when", list(Timing))
def test_a_receipt_says_what_was_recorded_and_when(
    made: tuple[Release, Organisation], kind: RequestKind, when: Timing
) -> None:
    request = declared(kind, when)
    letter = compose_receipt(made[0], ANNA, made[1], [request], stands=None, link=LINK)
    message = read_message(letter.data)
    assert message.get_all("Auto-Submitted") == ["auto-replied"]
    assert letter.sender == ""
    text = letter.part("text/plain")
    assert "2 February 2027, 00:30 UTC" in text
    assert "R-000042" in text
    assert ("marked as late" in " ".join(text.split())) is (when is Timing.LATE)
    assert (LINK in text) is (kind is RequestKind.OPT_OUT and when is Timing.IN_TIME)
    subject = str(message["Subject"])
    assert ("came late" in subject, "You have" in subject) == (
        when is Timing.LATE,
        when is Timing.IN_TIME,
    )
    assert ("withdr" in subject) is (kind is RequestKind.WITHDRAW)


def test_a_late_receipt_says_what_stands(made: tuple[Release, Organisation]) -> None:
    late = declared(RequestKind.OPT_OUT, Timing.LATE)
    stands = declared(RequestKind.WITHDRAW, Timing.IN_TIME, 7)
    letter = compose_receipt(made[0], ANNA, made[1], [late], stands=stands, link=LINK)
    text = " ".join(letter.part("text/plain").split())
    assert "What you declared in time stands: you withdrew your opt-out on 2 February" in text
    assert "R-000007" in text


def test_one_letter_can_be_the_receipt_for_several(made: tuple[Release, Organisation]) -> None:
    several = [
        declared(RequestKind.OPT_OUT, Timing.IN_TIME, 1),
        declared(RequestKind.WITHDRAW, Timing.IN_TIME, 2),
    ]
    letter = compose_receipt(made[0], ANNA, made[1], several, stands=several[1], link=LINK)
    text = " ".join(letter.part("text/plain").split())
    assert "You have withdrawn your opt-out" in str(read_message(letter.data)["Subject"])
    assert "R-000002" in text
    assert "you opted out on 2 February 2027, 00:30 UTC (receipt R-000001)" in text


def test_the_link_is_mailed_with_a_word_of_warning(made: tuple[Release, Organisation]) -> None:
    letter = compose_link(made[0], ANNA, made[1], link=LINK, date=PUBLISHED)
    assert LINK in letter.part("text/plain")
    assert letter.sender == ""
    assert "Nothing has been recorded yet." in " ".join(letter.part("text/plain").split())
