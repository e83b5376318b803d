"""The letters that a person has to see to: `publisher resolve` without a customer."""

from __future__ import annotations

import csv
import json
from pathlib import Path

from jsonschema import Draft202012Validator

from publisher.record.event import EventKind, Happening
from tests import ROOT
from tests.fixtures.house import House
from tests.fixtures.houses import LATE, NOW, letter_for, send_letters, told
from tests.fixtures.relays import Keeps, real
from tests.fixtures.workplaces import ledger_of

SCHEMA = (ROOT / "docs/unsettled.schema.json").read_text("utf-8")


def test_what_was_not_taken_is_listed_with_the_words_of_the_carrier(tmp_path: Path) -> None:
    keeps = Keeps({"ben@customer.example": "550 5.1.1 no such user"})
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        house = House(project.root)
        assert house.ok("resolve", "2", at=NOW) == (
            "No letter is in doubt or refused, and none was put off\n"
        )
        send_letters(project)
    head, row, step, *others, where = house.ok("resolve", "2", at=NOW).splitlines()
    assert step == "refused, once mended: publisher resolve 2 CUSTOMER --again"
    assert others == [
        'told in another way: publisher resolve 2 CUSTOMER --otherwise "by phone"',
        'not told at all: publisher resolve 2 CUSTOMER --give-up "address is dead"',
    ]
    assert where == f"(in {project.root})"
    assert head.split()[:2] == ["customer", "state"]
    assert row.startswith("c-2")
    assert "2027-01-10 09:30 UTC" in row
    listed = json.loads(house.ok("resolve", "2", "--format", "json", at=NOW))
    Draft202012Validator(json.loads(SCHEMA)).validate(listed)
    (letter,) = listed["letters"]
    assert (letter["customer"], letter["state"], letter["tries"]) == ("c-2", "refused", 0)
    assert letter["reply"] in row
    (cells,) = csv.DictReader(house.ok("resolve", "2", "--format", "csv", at=NOW).splitlines())
    assert cells == {name: str(value) for name, value in letter.items()}
    # A letter that the carrier refused is known by what it was to be.
    assert "550 5.1.1 no such user" in row
    assert letter_for(project, "c-1").id not in row


def test_what_was_put_off_is_listed_with_what_will_happen(tmp_path: Path) -> None:
    keeps = Keeps({"ben@customer.example": "450 4.2.1 mailbox busy"})
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        house = House(project.root)
        send_letters(project)
        _, row, step, _ = house.ok("resolve", "2", at=NOW).splitlines()
        assert row.startswith("c-2 ")
        assert "to do" in row
        assert "450 4.2.1 mailbox busy" in row
        assert step == "to do: tried again by publisher send 2 --confirm"
        assert "to do: no more" in house.ok("resolve", "2", at=LATE)
        keeps.refusals = {}
        send_letters(project)
    assert "none was put off" in house.ok("resolve", "2", at=NOW)


def test_what_the_status_names_is_listed(tmp_path: Path) -> None:
    """Letters about a release without a notice, which an earlier version put in doubt."""
    project = told(tmp_path)
    doubted = Happening(EventKind.DOUBTED, NOW, "privacy", "1", 2)
    ledger_of(project)._database.write(lambda tx: tx.record(doubted))
    house = House(project.root)
    assert "1 in doubt" in house.ok("status", at=NOW)
    assert "c-2 " in house.ok("resolve", "1", at=NOW)
    house.ok("resolve", "1", "c-2", "--again", at=NOW)
    assert "to do: no more" in house.ok("resolve", "1", at=NOW)
    said = house.ok("status", at=NOW).splitlines()
    assert [line for line in said if "Version 1" in line and "to do" in line] == []


def test_of_what_nobody_is_told_nothing_is_unsettled(tmp_path: Path) -> None:
    house = House(told(tmp_path).root)
    for release, why in (("1", "it has no notice"), ("7", "there is no release 7")):
        result = house.run("resolve", release, at=NOW)
        assert result.exit_code == 2
        assert why in result.output
