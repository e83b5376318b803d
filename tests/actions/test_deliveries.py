"""Whom the notice of a release has not reached: `publisher deliveries RELEASE`."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publisher.edges.project import Project
from publisher.people.due import NoticeState, notice_state_of
from publisher.people.standing import NOTICE_STATES, NoticeStanding
from tests import ROOT
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, TWO, import_customers, postpone, send_letters, told
from tests.fixtures.relays import Keeps, real
from tests.fixtures.workplaces import archive_of, ledger_of
from tests.reports.test_reports import closed

SCHEMA = json.loads((ROOT / "docs/deliveries.schema.json").read_text("utf-8"))
REFUSED = "550 5.1.1 =no such user"


def listed(project: Project, *words: str, at: dt.datetime = NOW) -> list[dict[str, Any]]:
    """The rows as JSON, once they are as their schema says, and the CSV file has the same."""
    house = House(project.root)
    value = json.loads(house.ok("deliveries", "2", *words, "--format", "json", at=at))
    Draft202012Validator(
        closed(SCHEMA), format_checker=Draft202012Validator.FORMAT_CHECKER
    ).validate(value)
    rows: list[dict[str, Any]] = value["deliveries"]
    text = house.ok("deliveries", "2", *words, "--format", "csv", at=at)
    written = [
        {**row, "listed": row["listed"] == "yes", "tries": int(row["tries"])}
        for row in csv.DictReader(text.splitlines())
    ]
    assert [blank(row) for row in written] == [blank(row) for row in rows]
    return rows


def blank(row: dict[str, Any]) -> dict[str, Any]:
    """A row in which what is empty is None, as a CSV file has it."""
    return {name: None if value == "" else value for name, value in row.items()}


def states(project: Project, *words: str, at: dt.datetime = NOW) -> dict[str, str]:
    return {row["customer"]: row["state"] for row in listed(project, *words, at=at)}


both_engines = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def sent(tmp_path: Path) -> Project:
    """c-1 has their letter, that to c-2 was refused, that to c-3 put off; c-4 came later."""
    refusals = {"ben@customer.example": REFUSED, "cleo@other.example": "450 4.2.1 mailbox busy"}
    with real(Keeps(refusals)) as port:
        project = told(tmp_path, port=port)
        send_letters(project)
    import_customers(project, b"customer,address,name\nc-4,dora@customer.example,Dora\n")
    return project


@both_engines
def test_what_is_open_is_listed_with_the_commands_that_close_it(sent: Project) -> None:
    assert states(sent) == {"c-2": "refused", "c-3": "put off", "c-4": "to tell"}
    house = House(sent.root)
    head, *rows = house.ok("deliveries", "2", at=NOW).splitlines()
    assert head.split()[:4] == ["customer", "address", "state", "since"]
    assert [row.split()[:2] for row in rows[:3]] == [
        ["c-2", "ben@customer.example"],
        ["c-3", "cleo@other.example"],
        ["c-4", "dora@customer.example"],
    ]
    assert rows[0].endswith(REFUSED)
    assert rows[3:-1] == [
        "to tell: publisher send 2 --confirm",
        "refused, once mended: publisher resolve 2 CUSTOMER --again",
        'told in another way: publisher resolve 2 CUSTOMER --otherwise "by phone"',
        'not told at all: publisher resolve 2 CUSTOMER --give-up "address is dead"',
        "to do: tried again by publisher send 2 --confirm",
        "told by post: publisher deliveries print 2 -o letters.pdf",
    ]
    assert [row["since"] for row in listed(sent)] == ["2027-01-10T09:30:00Z"] * 2 + [None]


def test_a_state_or_everybody_may_be_asked_for(sent: Project) -> None:
    assert states(sent, "--state", "told") == {"c-1": "told"}
    assert states(sent, "--state", "put off", "--state", "to tell") == {
        "c-3": "put off", "c-4": "to tell",
    }  # fmt: skip
    assert states(sent, "--all") == {
        "c-1": "told", "c-2": "refused", "c-3": "put off", "c-4": "to tell",
    }  # fmt: skip
    house = House(sent.root)
    assert house.ok("deliveries", "2", "--state", "bounced", at=NOW) == "Nobody is listed\n"
    assert house.run("deliveries", "2", "--all", "--state", "told", at=NOW).exit_code == 2


def test_who_cannot_be_told_in_time_any_more_was_not_reached(sent: Project) -> None:
    assert states(sent, at=LATE) == {
        "c-2": "refused", "c-3": "not reached", "c-4": "not reached",
    }  # fmt: skip
    house = House(sent.root)
    steps = house.ok("deliveries", "2", "--state", "not reached", at=LATE).splitlines()[3:]
    assert steps[0] == (
        'not reached, but told in another way: publisher resolve 2 c-4 --otherwise "by phone"'
    )
    house.ok("resolve", "2", "c-4", "--otherwise", "by phone", at=LATE)
    house.ok("resolve", "2", "c-3", "--give-up", "moved", at=LATE)
    house.ok("resolve", "2", "c-2", "--give-up", "no such user", at=LATE)
    assert house.ok("deliveries", "2", at=LATE) == "Nothing is open\n"
    assert states(sent, "--all", at=LATE) == {
        "c-1": "told", "c-2": "given up", "c-3": "given up", "c-4": "told otherwise",
    }  # fmt: skip


def test_who_was_removed_is_listed_if_they_had_a_letter(sent: Project) -> None:
    house = House(sent.root)
    for customer in ("c-1", "c-2", "c-3", "c-4"):
        house.ok("recipients", "remove", customer, at=NOW)
    assert [(r["customer"], r["state"], r["listed"]) for r in listed(sent, "--all")] == [
        ("c-1", "told", False),
        ("c-2", "refused", False),
    ]


@both_engines
def test_it_says_of_everybody_what_the_status_counts(sent: Project) -> None:
    """By the rule in plain Python, which the database follows in its own language."""
    postponed = postpone(sent, dt.date(2027, 4, 1))
    releases = archive_of(sent).releases("privacy")
    ledger = ledger_of(sent)
    for release in (archive_of(sent).release("privacy", TWO), postponed):
        for one in ledger.tellings(release, releases, tuple(NoticeState)):
            letters = ledger.letters_to("privacy", [one.recipient.number])
            assert notice_state_of(release, letters)[0] is one.state
        counted = ledger.due(release, releases)
        found = list(ledger.tellings(release, releases, [NoticeState.TO_TELL]))
        assert len(found) == counted.to_tell


def test_every_state_that_is_counted_can_be_asked_for() -> None:
    assert set(NOTICE_STATES) == set(NoticeStanding)
    assert set(NOTICE_STATES.values()) == set(NoticeState)


def test_a_list_of_addresses_is_for_its_owner_alone(sent: Project) -> None:
    house, path = House(sent.root), sent.root / ".publisher" / "open.csv"
    house.ok("deliveries", "2", "--format", "csv", "-o", str(path), at=NOW)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(path.read_text("utf-8").splitlines()) == 4
    assert house.run("deliveries", "2", "-o", str(path), at=NOW).exit_code == 2
    public = str(sent.root / "open.csv")
    refused = house.run("deliveries", "2", "--format", "csv", "-o", public, at=NOW)
    assert refused.exit_code == 2
    assert "where git finds it" in refused.output


def test_of_what_nobody_is_told_there_is_no_list(sent: Project) -> None:
    house = House(sent.root)
    for release, why in (("1", "it has no notice"), ("7", "there is no release 7")):
        result = house.run("deliveries", release, at=NOW)
        assert result.exit_code == 2
        assert why in result.output
