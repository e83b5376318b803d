"""What waits for a person, mails and requests: `publisher requests`."""

from __future__ import annotations

import csv
import datetime as dt
import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publisher.actions.requests import requests
from publisher.answers.request_list import RequestSearch
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from tests import ROOT
from tests.fixtures.answers import (
    asked_for,
    at,
    reply,
    state,
    take,
)
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW
from tests.reports.test_reports import closed

pytestmark = pytest.mark.usefixtures("each_engine")


def test_what_waits_is_listed_with_the_reason(project: Project) -> None:
    house = House(project.root)
    assert "Nothing waits" in house.ok("requests", at=NOW)
    take(project, reply(project, "How do I opt out?"))
    take(project, reply(project, "I opt out"))
    listed = " ".join(house.ok("requests", at=NOW).split())
    assert "not an opt-out beyond doubt, about privacy/2, from “how do i opt out ?”" in listed
    assert "c-1 mail (opt out), unclear privacy/2 open Re: Privacy Policy" in listed
    assert len(house.ok("requests", at=NOW).splitlines()) == 2, "an opt-out waits for nobody"
    everything = " ".join(house.ok("requests", "--all", at=NOW).split())
    assert "mail, opt out privacy/2 done Re: Privacy Policy privacy/2, in time" in everything


def test_what_was_kept_is_read_before_it_is_listed(project: Project) -> None:
    work = at(project)
    work.ledger.keep(reply(project, "I opt out"), "", work.clock)
    assert "Nothing waits" in House(project.root).ok("requests", at=NOW)
    assert state(project) == "opted out"


def test_without_the_key_what_was_kept_is_listed_all_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = at(project)
    work.ledger.keep(reply(project, "I opt out"), "", work.clock)
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    assert "not read yet" in House(project.root).ok("requests", at=NOW)


SCHEMA = json.loads((ROOT / "docs/requests.schema.json").read_text("utf-8"))
HOUR = dt.timedelta(hours=1)


def as_json(house: House, *words: str, at: dt.datetime = NOW) -> list[dict[str, Any]]:
    """The rows of the list as JSON, once they are found to be as its schema says."""
    value = json.loads(house.ok("requests", "--format", "json", *words, at=at))
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(closed(SCHEMA), format_checker=checker).validate(value)
    rows: list[dict[str, Any]] = value["requests"]
    return rows


def test_mails_and_requests_are_one_list_oldest_first(project: Project) -> None:
    house = House(project.root)
    late = asked_for(project, "c-2", RequestKind.CORRECT, "My name is Ben.\nNot Bem.", NOW + HOUR)
    take(project, reply(project, "How do I opt out?"))
    first = asked_for(project, "c-3", RequestKind.ACCESS, "What do you hold?", NOW - HOUR)
    rows = as_json(house)
    assert [row["number"] for row in rows] == [first, "1", late]
    assert [row["kind"] for row in rows] == ["access", "mail", "correct"]
    assert [row["customer"] for row in rows] == ["c-3", "c-1", "c-2"]
    assert [row["due"] for row in rows] == ["2027-02-10", None, "2027-02-10"]
    assert [row["filed"] for row in rows] == [None, "unclear", None]
    assert rows[2]["subject"] == "My name is Ben. Not Bem."
    table = house.ok("requests", at=NOW).splitlines()
    assert [line.split()[0] for line in table] == ["number", first, "1", late]
    assert "2027-02-10  open" in table[1]


def test_what_is_overdue_is_marked(project: Project) -> None:
    house = House(project.root)
    number = asked_for(project, "c-2", RequestKind.OBJECT, "No, thank you", NOW)
    last = dt.datetime(2027, 2, 10, 23, 59, tzinfo=dt.UTC)
    assert [row["overdue"] for row in as_json(house, at=last)] == [False]
    assert [row["overdue"] for row in as_json(house, at=last + HOUR)] == [True]
    assert "open, overdue" in house.ok("requests", at=LATE)
    assert [r["number"] for r in as_json(house, "--state", "overdue", at=LATE)] == [number]
    assert as_json(house, "--state", "overdue", at=NOW) == []


def test_the_list_is_of_some_kinds_and_states(project: Project) -> None:
    house = House(project.root)
    take(project, reply(project, "How do I opt out?"))
    ask = asked_for(project, "c-2", RequestKind.QUESTION, "How long are keys?", NOW)
    end = asked_for(project, "c-3", RequestKind.END, "", NOW, confirmed=False)
    assert [r["number"] for r in as_json(house, "--kind", "mail")] == ["1"]
    assert [r["number"] for r in as_json(house, "--kind", "end", "--kind", "question")] == [
        ask,
        end,
    ]
    assert [r["number"] for r in as_json(house, "--state", "unconfirmed")] == [end]
    house.ok("requests", "settle", ask, "--done", at=NOW)
    assert [r["number"] for r in as_json(house)] == ["1", end]
    assert [r["number"] for r in as_json(house, "--state", "done")] == [ask]
    assert [r["number"] for r in as_json(house, "--all")] == ["1", ask, end]
    assert [r["number"] for r in as_json(house, "--kind", "end the contract", "--all")] == [end]
    assert "Invalid value" in house.run("requests", "--kind", "whatever", at=NOW).output


def test_a_mail_is_listed_by_what_it_is_likely_about(project: Project) -> None:
    """And one that may be a request about personal data is due as if it were one."""
    settings = project.root / "publisher.toml"
    added = """
[requests]
mailings = "remove@hosting.example"
personal_data = "privacy@hosting.example"
questions = "info@hosting.example"
"""
    settings.write_text(settings.read_text("utf-8") + added, "utf-8")
    for box in ("privacy", "info", "remove", "opt-out"):
        take(project, reply(project, "Please see to this.", to=f"{box}@hosting.example"))
    number = asked_for(project, "c-2", RequestKind.ERASE, "Erase me")
    house = House(project.root)
    rows = as_json(house)
    assert [row["likely"] for row in rows if row["kind"] == "mail"] == [
        "personal data", "questions", "mailings", "opt out",
    ]  # fmt: skip
    assert [row["due"] for row in rows] == ["2027-02-10", None, None, None, "2027-02-10"]
    found = {
        kind: [row["number"] for row in as_json(house, "--kind", kind)]
        for kind in ("personal-data", "question", "mailings", "opt-out", "erase", "access")
    }
    assert found == {
        "personal-data": ["1", number], "question": ["2"], "mailings": ["3"], "opt-out": ["4"],
        "erase": [number], "access": [],
    }  # fmt: skip
    assert [r["number"] for r in as_json(house, "--state", "overdue", at=LATE)] == ["1", number]
    assert "mail (personal data), unknown sender" in house.ok("requests", at=NOW)


def test_a_subject_is_shown_in_part_and_acts_nowhere(project: Project) -> None:
    """What a stranger wrote is no formula in a spreadsheet, and nothing that a terminal obeys."""
    house = House(project.root)
    formula = '=HYPERLINK("http://evil.example") and so on and on and on'
    take(project, reply(project, "What?", subject=formula))
    take(project, reply(project, "What?", subject="=?utf-8?q?=1b=5B31mred?="))
    asked_for(project, "c-2", RequestKind.QUESTION, "+1+1", NOW)
    first, second, third = csv.DictReader(
        house.ok("requests", "--format", "csv", at=NOW).split("\n")
    )
    assert first["subject"] == f"'{formula}"
    assert "\x1b" not in second["subject"]
    assert third["subject"] == "'+1+1"
    assert as_json(house)[0]["subject"] == formula
    shown = house.ok("requests", at=NOW).splitlines()[1]
    assert '=HYPERLINK("http://evil.example") and s…' in shown


def test_messages_that_were_erased_have_no_subject(project: Project) -> None:
    house = House(project.root)
    take(project, reply(project, "I opt out"))
    house.ok("recipients", "erase", "c-1", "--confirm", at=NOW)
    (row,) = requests(at(project), RequestSearch(everything=True))
    assert (row.subject, row.filed) == ("", "opt out")
