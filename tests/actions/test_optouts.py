"""What is on record about a release: `publisher optouts`."""

from __future__ import annotations

import csv
import datetime as dt
import json

import pytest
from jsonschema import Draft202012Validator

from publisher.actions.optouts import optouts
from publisher.actions.status import status
from publisher.answers.policy_status import DeclarationCounts
from publisher.edges.project import Project
from publisher.errors import NotFoundError
from publisher.people.messages import Filed
from publisher.people.requests import RequestKind, Timing
from publisher.releases.number import Number
from tests import ROOT
from tests.fixtures.answers import (
    at,
    declare,
    listed,
    posted,
    reply,
    state,
    state_of_form,
    take,
    words,
)
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, TWO, postpone, spooled, token
from tests.reports.test_reports import closed

pytestmark = pytest.mark.usefixtures("each_engine")

SCHEMA = json.loads((ROOT / "docs/optouts.schema.json").read_text("utf-8"))
OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW
HOUR = dt.timedelta(hours=1)


def test_mail_and_form_are_one(project: Project) -> None:
    take(project, reply(project, "I opt out"))
    receipt = declare(project, token(project, "c-1"), OUT, NOW + HOUR)
    assert receipt.first is not None
    assert (receipt.request.receipt, receipt.first.received) == ("R-000001", NOW)
    back = declare(project, token(project, "c-1"), BACK, NOW + 2 * HOUR)
    assert back.request.receipt == "R-000003"
    assert state(project) == "withdrawn"
    take(project, reply(project, "I opt out"), now=NOW + 3 * HOUR)
    assert listed(project) == [
        ("opted out, 2 times", "in time", ""),
        ("withdrawn", "in time", ""),
        ("opted out", "in time", "stands"),
    ]


def test_late_is_kept_and_marked(project: Project) -> None:
    verdict = take(project, reply(project, "I opt out"), now=LATE)
    assert verdict.filed is Filed.OPT_OUT
    (row,) = optouts(at(project), "privacy", TWO)
    assert (row.timing, row.receipt) == (Timing.LATE, "R-000001")
    assert b"marked as late" in spooled(project)[0].replace(b"=\r\n", b"").replace(b"\r\n", b" ")


def test_what_came_in_time_is_not_overturned_by_what_came_late(project: Project) -> None:
    """And what came late is listed all the same, and its receipt says which it was."""
    declare(project, token(project, "c-1"), OUT, NOW)
    late = words(posted(project, token(project, "c-1"), BACK, LATE).html)
    assert listed(project) == [("opted out", "in time", "stands"), ("withdrawn", "late", "")]
    assert "Your withdrawal of your opt-out of version 2 of the Privacy Policy came late" in late
    assert "you opted out on 10 January 2027" in late
    second = status(at(project), ["privacy"]).status.policies[0].releases[1]
    assert (second.upcoming, second.declared) == (True, DeclarationCounts(opted_out=1, late=1))
    view = state_of_form(project, token(project, "c-1"), LATE)
    assert (view.declared and view.declared.kind, view.late and view.late.kind) == (OUT, BACK)


def test_a_late_opt_out_after_one_taken_back_is_listed_as_late(project: Project) -> None:
    own = token(project, "c-1")
    for hours, kind in enumerate((OUT, BACK)):
        declare(project, own, kind, NOW + hours * HOUR)
    verdict = take(project, reply(project, "I opt out"), now=LATE)
    assert verdict.reason.endswith("late")
    assert listed(project) == [
        ("opted out", "in time", ""),
        ("withdrawn", "in time", "stands"),
        ("opted out", "late", ""),
    ]
    (receipt,) = [x for x in spooled(project) if verdict.receipt.encode() in x]
    assert b"Subject: Your opt-out of version 2" in receipt
    assert b"You opted out" not in receipt


def test_what_is_said_again_late_is_listed(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    take(project, reply(project, "I opt out"), now=LATE)
    assert listed(project) == [
        ("opted out", "in time", "stands"),
        ("opted out, again", "late", ""),
    ]


def test_a_postponement_moves_the_window_for_every_letter_sent(project: Project) -> None:
    postpone(project, dt.date(2027, 4, 1))
    assert declare(project, token(project, "c-1"), OUT, LATE).request.timing is Timing.IN_TIME
    other = declare(project, token(project, "c-1", Number(2, 1)), OUT, LATE)
    assert other.first


def test_rows_are_for_people(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    (row,) = optouts(at(project), "privacy", TWO)
    assert row.cells() == (
        "c-1",
        "opted out",
        "2027-01-10 09:30 UTC",
        "in time",
        "form",
        "R-000001",
        "stands",
    )
    with pytest.raises(NotFoundError):
        optouts(at(project), "privacy", Number(9))


def test_who_opted_out_is_a_table(project: Project) -> None:
    declare(project, token(project, "c-1"), OUT, NOW)
    table = " ".join(House(project.root).ok("optouts", "2", at=NOW).split())
    assert "c-1 opted out 2027-01-10 09:30 UTC in time form R-000001 stands" in table


def test_what_somebody_declared_who_was_erased_is_not_taken_for_the_new_ones(
    project: Project,
) -> None:
    house = House(project.root)
    declare(project, token(project, "c-1"), OUT, NOW)
    house.ok("recipients", "erase", "c-1", "--confirm", at=NOW)
    file = project.root / "list.csv"
    file.write_text("customer,address\nc-1,anna@customer.example\n")
    house.ok("recipients", "import", str(file), at=NOW)
    (row,) = optouts(at(project), "privacy", TWO)
    assert (row.customer, row.remark) == ("c-1", "stands, erased since")
    assert "stands, erased since" in house.ok("optouts", "2", at=NOW)


def test_where_nothing_is_on_record_a_sentence_says_so(project: Project) -> None:
    house = House(project.root)
    assert house.ok("optouts", "2", at=NOW) == "No opt-out of release 2 is on record\n"
    assert house.ok("--quiet", "optouts", "2", at=NOW) == ""


def test_programs_read_the_same(project: Project) -> None:
    house, own = House(project.root), token(project, "c-1")
    for hours, kind in enumerate((OUT, OUT, RequestKind.ACCEPT)):
        declare(project, own, kind, NOW + hours * HOUR)
    take(
        project,
        reply(project, "What is this?", to=f"opt-out+{token(project, 'c-2')}@hosting.example"),
    )
    value = json.loads(house.ok("optouts", "2", "--format", "json", at=NOW))
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(closed(SCHEMA), format_checker=checker).validate(value)
    found = [(d["customer"], d["declared"], d["times"], d["stands"]) for d in value["declarations"]]
    assert found == [
        ("c-1", "opt out", 2, False),
        ("c-1", "accept", 1, True),
        ("c-2", None, 1, False),
    ]
    rows = list(csv.DictReader(house.ok("optouts", "2", "--format", "csv", at=NOW).splitlines()))
    assert [row["declared"] for row in rows] == ["opt out", "accept", ""]
    assert [row["times"] for row in rows] == ["2", "1", "1"]
    assert [row["stands"] for row in rows] == ["no", "yes", "no"]
    assert set(rows[0]) == set(value["declarations"][0])
    assert house.ok("optouts", "1", "--format", "csv", at=NOW).splitlines() == [",".join(rows[0])]
