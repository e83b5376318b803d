"""How releases stand, what a built site says of them, and who is listed as opted out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from publisher.answers.opt_out_list import is_about, opt_out_list
from publisher.answers.outstanding import require_settleable
from publisher.answers.policy_status import (
    BuiltVersions,
    DeclarationCounts,
    LetterCounts,
    release_status,
    site_lag,
)
from publisher.errors import NotFoundError
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import Filed, Message
from publisher.people.requests import Answer, Channel, Request, RequestKind, Timing
from publisher.releases.releases import Releases
from tests.fixtures.amendments import PUBLISHED, amendments, recorded

OUT, BACK, ASK = RequestKind.OPT_OUT, RequestKind.WITHDRAW, RequestKind.ASK
IN_TIME, LATE = Timing.IN_TIME, Timing.LATE


def request(
    number: int, kind: RequestKind, whom: int | None, timing: Timing = IN_TIME, repeats: int = 0
) -> Request:
    came = PUBLISHED + dt.timedelta(hours=number)
    again = repeats or None
    return Request(number, kind, "privacy", "2", 2, whom, came, timing, Channel.FORM, "{}", again)


def message(policy: str, release: str, whom: int | None) -> Message:
    return Message(9, PUBLISHED, "", Filed.UNCLEAR, "why", policy, release, whom, IN_TIME, None)


REQUESTS = [
    request(1, OUT, 1),
    request(2, OUT, 1, repeats=1),
    request(3, OUT, 2),
    request(4, BACK, 2),
    request(5, OUT, 2, LATE),
    request(6, ASK, 3),
    request(7, ASK, None),
]


def test_the_list_has_each_declaration_and_the_mail_that_waits() -> None:
    customers = {1: "c-1", 2: "c-2", 3: "c-3"}
    rows = opt_out_list(REQUESTS, [message("privacy", "2", 3)], customers)
    assert [(row.customer, row.state, row.timing, row.remark) for row in rows] == [
        ("c-1", "opted out, 2 times", IN_TIME, "stands"),
        ("c-2", "opted out", IN_TIME, ""),
        ("c-2", "withdrawn", IN_TIME, "stands"),
        ("c-2", "opted out", LATE, ""),
        ("c-3", "mail to read", IN_TIME, ""),
    ]


@pytest.mark.parametrize(
    ("policy", "release", "about"),
    [("privacy", "2", True), ("privacy", "2.1", True), ("privacy", "3", False), ("", "", False)],
)
def test_a_mail_about_a_correction_is_about_its_release(
    policy: str, release: str, about: bool
) -> None:
    assert is_about(message(policy, release, None), "privacy", 2) is about


def test_only_what_a_person_can_find_out_about_is_settled() -> None:
    answers = [
        Answer(request(n, OUT, 1), state, "", PUBLISHED, 1)
        for n, state in enumerate(DeliveryState, 1)
    ]
    by_hand = ("in doubt", "refused", "bounced")
    for answer in answers:
        receipt = answer.request.receipt
        if answer.state in by_hand:
            assert require_settleable([f" {receipt.lower()}"], answers) == [answer.request.id]
        else:
            with pytest.raises(NotFoundError, match=receipt):
                require_settleable([receipt], answers)
    with pytest.raises(NotFoundError):
        require_settleable(["R-000099"], answers)


# ── how releases stand ───────────────────────────────────────────────────────────────────────────


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("place", "today", "until", "lawful"),
    [
        (0, "2027-01-10", None, None),  # the first release has no notice
        (1, "2027-01-09", None, None),  # its date was moved by 2.1, whatever the day
        (2, "2027-01-10", "2027-03-02", "2027-02-09"),  # 30 days before 1 April
        (2, "2027-03-31", "2027-03-02", "2027-04-30"),
        (2, "2027-04-01", None, None),  # in force: nobody can be told of it any more
        (3, "2027-05-01", "2027-05-16", "2027-05-31"),
    ],
)
def test_until_when_somebody_may_be_told(
    place: int, today: str, until: str | None, lawful: str | None
) -> None:
    releases = amendments()
    found = release_status(releases[place], releases, day(today), None, None)
    assert found.tell_until == (day(until) if until else None)
    assert found.lawful == (day(lawful) if lawful else None)


def test_a_notice_period_of_no_days_ends_before_the_release_applies() -> None:
    """What applies is told of before it does, however short the period."""
    first, second, *_ = amendments()
    for profile, days, until in (("promise", 0, "2027-02-28"), ("eecc", 0, "2027-02-01")):
        facts = replace(second.policy.facts, profile=profile, days=days)
        short = replace(second, policy=replace(second.policy, facts=facts))
        before = replace(first, policy=replace(first.policy, facts=facts))
        releases = Releases((before, short))
        found = release_status(short, releases, day("2027-01-10"), None, None)
        assert found.tell_until == day(until), profile


def test_what_was_declared_is_said_once_for_a_release_and_its_corrections() -> None:
    releases, said = amendments(), DeclarationCounts(3, 1, 1)
    found = [release_status(r, releases, PUBLISHED.date(), None, said) for r in releases]
    assert [one.declared for one in found] == [said, said, None, said]


def test_letters_to_do_are_those_that_will_be_sent() -> None:
    states = {DeliveryState.TO_DO: 2, DeliveryState.REFUSED: 1, DeliveryState.ACCEPTED: 0}
    counts = LetterCounts(states, to_do=7)
    assert counts.unsettled == 1
    assert counts.by_state == {"to do": 7, "refused": 1}
    assert LetterCounts({DeliveryState.TO_DO: 2}).by_state == {}


@pytest.mark.parametrize(
    ("today", "listed", "stood", "said"),
    [
        ("2027-01-10", ["1", "2", "2.1", "3"], ["1"], ""),
        ("2027-01-10", ["1"], ["1"], "does not have version 2 and 2 more"),
        ("2027-01-10", [], [], "does not have version 1 and 3 more"),
        ("2027-04-01", ["1", "2", "2.1", "3"], ["1"], "says that version 1 applies, and today ver"),
        ("2027-04-01", ["1", "2", "2.1", "3"], ["1", "2.1"], ""),
        (
            "2027-03-31",
            ["1", "2", "2.1", "3"],
            ["1", "2.1"],
            "version 2.1 applies, and today versi",
        ),
        ("2027-06-15", ["1", "2", "2.1", "3"], ["1", "3"], "tells the past otherwise"),
        ("2027-06-15", ["1", "2", "2.1", "3"], [], "says of no version that it does"),
    ],
)
def test_a_built_site_is_behind_when_it_says_what_is_over(
    today: str, listed: list[str], stood: list[str], said: str
) -> None:
    found = site_lag(recorded(), day(today), BuiltVersions(listed, stood))
    assert bool(found) == bool(said)
    assert said in found


def test_a_site_is_not_behind_while_the_next_release_is_held() -> None:
    """It is when it says that the next one applies."""
    every = ["1", "2", "2.1", "3"]
    assert site_lag(amendments(), day("2027-07-01"), BuiltVersions(every, ["1"])) == ""
    said = site_lag(amendments(), day("2027-07-01"), BuiltVersions(every, ["1", "2.1"]))
    assert "says that version 2.1 applies, and today version 1 does" in said


def test_no_site_is_no_site_behind() -> None:
    assert site_lag(amendments(), day("2027-06-15"), None) == ""
    assert site_lag(Releases(()), day("2027-06-15"), BuiltVersions([], [])) == ""
