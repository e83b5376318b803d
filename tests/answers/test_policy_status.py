"""What is counted of a policy's releases, and who is listed as opted out."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from publisher.answers.opt_out_list import is_about, opt_out_list
from publisher.answers.outstanding import require_settleable
from publisher.answers.policy_status import policy_status, tally
from publisher.errors import NotFoundError
from publisher.people.deliveries import DeliveryState
from publisher.people.messages import Filed, Message
from publisher.people.requests import Answer, Channel, Request, RequestKind, Timing
from publisher.releases.releases import Status
from tests.fixtures.amendments import PUBLISHED, amendments

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


def test_each_customer_counts_once_by_the_declaration_that_counts() -> None:
    releases = amendments()
    states = [DeliveryState.ACCEPTED, DeliveryState.ACCEPTED, DeliveryState.REFUSED]
    found = tally(releases[1], releases, PUBLISHED.date(), REQUESTS, states)
    assert (found.opted_out, found.withdrawn, found.late) == (1, 1, 1)
    assert found.status is Status.SUPERSEDED
    assert found.line() == (
        "  Version 2: superseded since 10 January 2027, 2 accepted, 1 refused, "
        "1 opted out, 1 withdrawn, 1 late"
    )


def test_the_status_has_what_waits_for_this_policy_or_for_nobody_knows_which() -> None:
    waiting = [message("privacy", "2", 1), message("terms", "2", 1), message("", "", None)]
    owed = [DeliveryState.TO_DO, DeliveryState.TO_DO, DeliveryState.REFUSED]
    found = policy_status("privacy", [], waiting, owed, "the clock is behind")
    assert [m.policy for m in found.waiting] == ["privacy", ""]
    assert found.lines() == [
        "privacy: 0 release(s)",
        "  to read: message 9 of 2027-01-10 09:30 UTC: unclear, why",
        "  to read: message 9 of 2027-01-10 09:30 UTC: unclear, why",
        "  refused: 1 receipt(s); `publisher receipts` lists them",
        "  to send: 2 receipt(s); `publisher receipts` lists them",
        "  to mend: the clock is behind: set the clock of this machine",
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


def test_what_is_over_is_told_since_when_and_all_else_from_when() -> None:
    releases = amendments()
    lines = [
        tally(release, releases, PUBLISHED.date() - dt.timedelta(days=days), [], []).line()
        for release in releases
        for days in (0, 1000)
    ]
    assert {re.sub(r".*: | \d.*", "", line) for line in lines} == {
        "superseded since",
        "in force from",
        "upcoming from",
    }
