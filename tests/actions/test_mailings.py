"""Who gets mailings, for the mail system that sends them: `publisher mailings`."""

from __future__ import annotations

import csv
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from jsonschema import Draft202012Validator

from publisher.answers.passes import Purpose, require_pass
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from tests import ROOT
from tests.fixtures.answers import asked_for, at
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, letter_states, send_letters
from tests.fixtures.some import some
from tests.fixtures.workplaces import ledger_of
from tests.reports.test_reports import closed

pytestmark = pytest.mark.usefixtures("each_engine")

SCHEMA = json.loads((ROOT / "docs/mailings.schema.json").read_text("utf-8"))


@pytest.fixture
def house(project: Project) -> House:
    settings = project.root / "publisher.toml"
    added = '\n[requests]\nmailings = "remove@hosting.example"\n'
    settings.write_text(settings.read_text("utf-8") + added, "utf-8")
    asked_for(project, "c-1", RequestKind.LEAVE)
    asked_for(project, "c-2", RequestKind.JOIN)
    return House(project.root)


def as_json(house: House, *words: str) -> list[dict[str, Any]]:
    """The rows as JSON, once they are found to be as their schema says."""
    value = json.loads(house.ok("mailings", "--format", "json", *words, at=NOW))
    checker = Draft202012Validator.FORMAT_CHECKER
    Draft202012Validator(closed(SCHEMA), format_checker=checker).validate(value)
    rows: list[dict[str, Any]] = value["mailings"]
    return rows


def as_csv(house: House, *words: str) -> list[dict[str, str]]:
    return list(
        csv.DictReader(house.ok("mailings", "--format", "csv", *words, at=NOW).splitlines())
    )


def test_it_says_of_every_customer_what_they_declared(house: House) -> None:
    rows = as_json(house)
    assert [(r["customer"], r["address"], r["state"]) for r in rows] == [
        ("c-1", "anna@customer.example", "left"),
        ("c-2", "ben@customer.example", "joined"),
        ("c-3", "cleo@other.example", None),
    ]
    assert [r["since"] for r in rows] == ["2027-01-10T09:30:00Z", "2027-01-10T09:30:00Z", None]
    assert [{k: v or None for k, v in row.items()} for row in as_csv(house)] == rows
    assert [r["customer"] for r in as_json(house, "--state", "left")] == ["c-1"]
    assert [r["customer"] for r in as_csv(house, "--state", "joined")] == ["c-2"]
    table = house.ok("mailings", at=NOW).splitlines()
    assert table[0].split() == ["customer", "address", "language", "state", "since", "unsubscribe"]
    assert "left    2027-01-10 09:30 UTC" in table[1]


def test_each_way_out_is_the_customers_own(house: House) -> None:
    work = at(house.project)
    for number, row in enumerate(some(as_json(house)), 1):
        link = urlsplit(row["unsubscribe"])
        assert link.path == "/requests/mailings/"
        (token,) = parse_qs(link.query)["t"]
        own = require_pass(token, Purpose.MAILINGS, work.keys, (row["customer"], ""), NOW)
        assert (own.recipient, own.until) == (number, None)


def test_the_header_of_a_mailing_is_ready_to_use(house: House) -> None:
    row = as_json(house, "--headers")[0]
    assert row["list_unsubscribe"] == f"<{row['unsubscribe']}>, <mailto:remove@hosting.example>"
    assert row["list_unsubscribe_post"] == "List-Unsubscribe=One-Click"
    assert as_csv(house, "--headers")[0] == {k: v or "" for k, v in row.items()}


def test_nobody_who_is_gone_is_written_to(house: House) -> None:
    """Who was removed is named only as one who left, and who was erased never."""
    house.ok("recipients", "remove", "c-1", "c-2", "c-3", at=NOW)
    assert [r["customer"] for r in as_json(house)] == ["c-1"]
    assert as_json(house, "--state", "joined") == []
    house.ok("recipients", "erase", "c-1", "--confirm", at=NOW)
    assert as_json(house) == []
    assert as_csv(house) == []
    assert house.ok("mailings", at=NOW) == "Nobody is listed\n"


def test_without_a_page_about_mailings_there_is_no_way_out(project: Project) -> None:
    refused = House(project.root).run("mailings", at=NOW)
    assert refused.exit_code == 2
    assert "`requests.mailings` is missing" in refused.output
    assert "[requests]" in refused.output


def test_without_a_key_nothing_is_printed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_TOKEN_KEY")
    refused = house.run("mailings", "--format", "csv", at=NOW)
    assert refused.exit_code == 2
    assert "customer" not in refused.stdout
    assert ledger_of(house.project).mailing_of(1) == "left"


def test_leaving_the_mailings_stops_no_notice_and_refuses_nothing(house: House) -> None:
    send_letters(house.project)
    assert letter_states(house.project)["c-1"] == "accepted"
    assert ledger_of(house.project).requests("privacy", 2) == []
    assert "No opt-out" in house.ok("optouts", "2", at=NOW)
