"""The status of a policy: `publisher status`."""

from __future__ import annotations

import datetime as dt

from publisher.actions.receive import receive
from publisher.actions.status import status
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from tests.fixtures.answers import (
    at,
    declare,
    reply,
)
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, token

OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


def test_status_says_where_everything_stands(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    declare(project, token(project, "c-2"), OUT, LATE)
    receive(at(project), reply(project, "How do I opt out?"), None)
    found = status(at(project), "privacy")
    assert [(str(t.release.number), str(t.status), t.opted_out, t.late) for t in found.tallies] == [
        ("1", "in force", 0, 0),
        ("2", "upcoming", 1, 1),
    ]
    text = "\n".join(status(at(project), "privacy").lines())
    assert "Version 2: upcoming from 1 March 2027, 1 opted out, 1 late" in text
    assert "to read: message 1" in text
    # The receipts of those that are declared by form are still owed.
    assert "to send: 2 receipt(s)" in text
    assert "anna" not in text


def test_the_status_is_told_in_lines(project: Project) -> None:
    lines = House(project.root).ok("status", at=NOW).splitlines()
    assert lines == [
        "privacy: 2 release(s)",
        "  Version 2: upcoming from 1 March 2027",
        "  Version 1: in force from 1 January 2026",
    ]


def test_a_clock_that_must_be_wrong_is_told(project: Project) -> None:
    assert "to mend: the clock says" in House(project.root).ok("status", at=NOW - HOUR)
