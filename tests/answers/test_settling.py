"""When a person may settle a message."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from publisher.answers.bearer import Bearer
from publisher.answers.settling import (
    Judgement,
    is_answered,
    judgement_reason,
    require_no_effect,
    require_not_anothers,
    require_open,
    require_opt_out,
    require_reason,
    require_subject,
)
from publisher.errors import NotFoundError, RequestError
from publisher.mail.reading import read_mail
from publisher.people.messages import Filed, Message
from publisher.people.requests import Channel, Request, RequestKind, Timing
from publisher.releases.number import Number
from tests.answers.test_bearer import ANNA, BEN
from tests.fixtures.amendments import PUBLISHED, amendments

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
SAYS = Judgement(OUT, "she says so")


def message(filed: Filed | None, release: str = "2", whom: int | None = 1) -> Message:
    return Message(7, PUBLISHED, "", filed, "", "privacy", release, whom, Timing.IN_TIME, None)


def bearer(number: int = 1) -> Bearer:
    release = amendments()[number]
    return Bearer(None, release, release, ANNA)


@pytest.mark.parametrize("why", ["", "  ", "\n"])
def test_a_reason_is_wanted(why: str) -> None:
    with pytest.raises(RequestError, match="no reason"):
        require_reason(Judgement(OUT, why))


@pytest.mark.parametrize("filed", [None, Filed.UNCLEAR, Filed.UNKNOWN, Filed.UNREADABLE])
def test_what_waits_may_be_settled(filed: Filed | None) -> None:
    assert require_open(7, message(filed), SAYS).id == 7


@pytest.mark.parametrize("filed", [Filed.SETTLED, Filed.AUTOMATIC])
def test_what_was_decided_may_be_mended_where_that_is_said(filed: Filed) -> None:
    with pytest.raises(NotFoundError, match=f"filed as {filed}") as refused:
        require_open(7, message(filed), SAYS)
    assert "--again" in refused.value.remedy
    assert require_open(7, message(filed), Judgement(OUT, "no", again=True)).id == 7


def test_an_opt_out_that_was_taken_is_not_for_a_person() -> None:
    for again in (False, True):
        with pytest.raises(NotFoundError, match="filed as opt out"):
            require_open(7, message(Filed.OPT_OUT), Judgement(None, "no", again=again))
    with pytest.raises(NotFoundError, match="no message 8"):
        require_open(8, None, SAYS)


def test_what_a_message_is_about_it_says_or_nobody_knows() -> None:
    assert require_subject(message(None)) == Number(2)
    for silent in (message(None, release=""), message(None, whom=None)):
        with pytest.raises(NotFoundError, match="does not say which customer"):
            require_subject(silent)


def test_a_reply_address_proves_more_than_a_person_says() -> None:
    require_not_anothers(7, [], bearer())
    require_not_anothers(7, [bearer()], bearer())
    with pytest.raises(RequestError, match="personal address of `c-1` for privacy/3"):
        require_not_anothers(7, [bearer(3)], bearer())
    other = replace(bearer(), recipient=replace(BEN, number=2))
    with pytest.raises(RequestError, match="personal address of `c-2` for privacy/2"):
        require_not_anothers(7, [other], bearer())
    require_not_anothers(7, [other, bearer()], bearer())


def request(number: int, kind: RequestKind, timing: Timing) -> Request:
    return Request(number, kind, "privacy", "2", 2, 1, PUBLISHED, timing, Channel.MAIL, "{}", None)


@pytest.mark.parametrize("timing", list(Timing))
def test_what_was_declared_can_be_taken_back_whenever_it_came(timing: Timing) -> None:
    require_opt_out(bearer(), [request(1, OUT, timing)])
    with pytest.raises(NotFoundError, match="no opt-out of privacy/2"):
        require_opt_out(bearer(), [request(1, OUT, timing), request(2, BACK, timing)])
    with pytest.raises(NotFoundError):
        require_opt_out(bearer(), [])


def test_no_machine_is_answered_and_nothing_that_cannot_be_read() -> None:
    assert is_answered(read_mail(b"\n\nI opt out\n"))
    assert not is_answered(read_mail(b"Auto-Submitted: auto-replied\n\nI opt out\n"))
    assert not is_answered(None)


# ── what a message still declares ────────────────────────────────────────────────────────────────


def declared(
    number: int, kind: RequestKind, message: int | None, repeats: int | None = None
) -> Request:
    """The request of a number, from a message or by form, each an hour after the one before."""
    came = PUBLISHED + dt.timedelta(hours=number)
    about = ("privacy", "2", 2, 1, came, Timing.IN_TIME, Channel.MAIL, "{}")
    return Request(number, kind, *about, repeats, message)


@pytest.mark.parametrize(
    ("own", "what", "remedy"),
    [
        ([(1, OUT, 7, None)], "an opt-out of privacy/2 is on record, R-000001", "--withdraw"),
        (
            [(1, OUT, None, None), (2, BACK, 7, None)],
            "a withdrawal of an opt-out of privacy/2 is on record, R-000002",
            "--opt-out",
        ),
        ([(1, OUT, 7, None), (2, OUT, 7, 1)], "R-000001", "--withdraw"),
        (
            [(1, OUT, 7, None), (2, BACK, None, None), (3, OUT, 7, None)],
            "R-000003",
            "--withdraw",
        ),
    ],
    ids=["opt-out", "withdrawal", "said twice", "anew"],
)
def test_what_a_message_declares_is_not_passed_over(
    own: list[tuple[int, RequestKind, int | None, int | None]], what: str, remedy: str
) -> None:
    with pytest.raises(RequestError, match=what) as refused:
        require_no_effect(7, [declared(*one) for one in own])
    assert f"settle 7 --again {remedy}" in refused.value.remedy


@pytest.mark.parametrize(
    "own",
    [
        [],
        [(1, OUT, 8, None)],
        [(1, OUT, 7, None), (2, BACK, 7, None)],
        [(1, OUT, None, None), (2, OUT, 7, 1)],
        [(1, OUT, 7, None), (2, OUT, None, 1)],
    ],
    ids=["nothing", "another's", "taken back", "repeats a form", "a form repeats it"],
)
def test_what_counts_without_a_message_stays(
    own: list[tuple[int, RequestKind, int | None, int | None]],
) -> None:
    require_no_effect(7, [declared(*one) for one in own])


@pytest.mark.parametrize("kind", [OUT, BACK])
def test_a_late_declaration_is_not_passed_over_either(kind: RequestKind) -> None:
    before = [replace(declared(1, OUT, None), timing=Timing.LATE)] if kind is BACK else []
    late = replace(declared(2, kind, 7), timing=Timing.LATE)
    with pytest.raises(RequestError, match="R-000002"):
        require_no_effect(7, [*before, late])


@pytest.mark.parametrize(("kind", "noun"), [(OUT, "opt-out"), (BACK, "withdrawal")])
def test_what_is_written_down_is_a_noun(kind: RequestKind, noun: str) -> None:
    reason = judgement_reason(Judgement(kind, "she says so"), "c-1", "privacy/2", answered=True)
    assert reason == f"{noun} of privacy/2 by c-1: she says so"
