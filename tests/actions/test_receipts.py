"""The receipts that no carrier has accepted: `publisher receipts`."""

from __future__ import annotations

import csv
import json

import pytest
from jsonschema import Draft202012Validator

from publisher.edges.project import Project
from tests import ROOT
from tests.fixtures.answers import (
    ask,
    declare,
)
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, spooled, token

pytestmark = pytest.mark.usefixtures("each_engine")


def test_what_is_owed_is_listed_until_it_is_sent(project: Project) -> None:
    house = House(project.root)
    assert "Every receipt was accepted" in house.ok("receipts", at=NOW)
    declare(project, token(project, "c-1"))
    ask(project, "ben@customer.example")
    row = " ".join(house.ok("receipts", at=NOW).split())
    assert "R-000001 c-1 privacy/2 opt out to do 2027-01-10 09:30 UTC" in row
    assert "R-000002" not in row
    assert "2 sent, 0 to send later" in house.ok("receipts", "send", at=NOW)
    assert "Every receipt was accepted" in house.ok("receipts", at=NOW)
    assert len(spooled(project)) == 2


def test_programs_get_the_same_as_json_and_csv(project: Project) -> None:
    house = House(project.root)
    schema = json.loads((ROOT / "docs/receipts.schema.json").read_text("utf-8"))
    validator = Draft202012Validator(schema)
    nothing = json.loads(house.ok("receipts", "--format", "json", at=NOW))
    validator.validate(nothing)
    assert nothing["receipts"] == []
    declare(project, token(project, "c-1"))
    listed = json.loads(house.ok("receipts", "--format", "json", at=NOW))
    validator.validate(listed)
    (row,) = listed["receipts"]
    assert (row["receipt"], row["customer"], row["state"]) == ("R-000001", "c-1", "to do")
    (cells,) = csv.DictReader(house.ok("receipts", "--format", "csv", at=NOW).splitlines())
    assert cells == {name: "" if value is None else str(value) for name, value in row.items()}
