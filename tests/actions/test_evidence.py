"""All that is on record of a customer, and what proves it: `publisher evidence`."""

from __future__ import annotations

import base64
import json
import sqlite3
import stat
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from publisher.actions.evidence import evidence
from publisher.actions.sent_letter import sent_letter
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, KeptLetterError, NotFoundError, OutputError
from publisher.people.requests import RequestKind
from tests.fixtures.answers import declare
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    correct,
    record_counted,
    send_letters,
    token,
    told,
    workplace,
)
from tests.fixtures.ledger_events import fill
from tests.fixtures.workplaces import ledger_of


def written(project: Project, customer: str, place: Path, *, about_two: bool = False) -> Any:
    number = TWO if about_two else None
    evidence(workplace(project), "privacy", customer, number, place)
    return json.loads(place.read_bytes())


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evidence") / "evidence.json"


@pytest.mark.usefixtures("each_engine")
def test_it_has_the_letter_and_the_declaration_and_nobody_else(
    project: Project, place: Path
) -> None:
    send_letters(project)
    declare(project, token(project, "c-1"), RequestKind.OPT_OUT)
    value = written(project, "c-1", place)
    told = next(e for e in value["events"] if e["kind"] == "told" and e["release"])
    letter = base64.b64decode(told["private"]["content"])
    assert letter == sent_letter(workplace(project), "privacy", TWO, "c-1")
    schema = Path(__file__).parents[2] / "docs/evidence.schema.json"
    Draft202012Validator(json.loads(schema.read_text())).validate(value)
    assert "declared" in [e["kind"] for e in value["events"]]
    (applies,) = value["applies"]
    assert applies["amendments"][0]["ground"] == "opted out"
    (release,) = value["releases"]
    assert {"notice.md", "opt-out.md", "release.toml"} <= set(release["files"])
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    packed = [p for e in value["events"] if (p := e["private"]) and "content" in p]
    whole = place.read_bytes() + b"".join(base64.b64decode(p["content"]) for p in packed)
    whole += b"".join(map(base64.b64decode, value["templates"].values()))
    assert b"anna@customer.example" in whole
    for other in (b"ben@", b"cleo@", b'"c-2', b'c-2\\"', b'"c-3', b'c-3\\"'):
        assert other not in whole


@pytest.mark.usefixtures("each_engine")
def test_every_kind_of_event_about_somebody_is_in_it(project: Project, place: Path) -> None:
    """Whatever is recorded of a recipient: found by its recipient, request or message."""
    ledger = ledger_of(project)
    fill(ledger)
    for customer in (f"c-{n}" for n in range(1, 8)):
        numbers = [one for one, _ in ledger.numbers_of([customer], ())]
        with ledger._database.reading() as db:
            rows = db.exec_driver_sql(
                "SELECT e.id, p.value IS NOT NULL FROM event e"
                " LEFT JOIN private p ON p.event = e.id"
                f" WHERE e.recipient = {numbers[0]}"
                f" OR e.request IN (SELECT id FROM request WHERE recipient = {numbers[0]})"
                f" OR e.message IN (SELECT id FROM message WHERE recipient = {numbers[0]})"
            ).all()
        path = place.with_name(f"{customer}.json")
        found = {e["number"]: e for e in written(project, customer, path)["events"]}
        for number, has_words in rows:
            assert (found[number]["private"] is not None) == bool(has_words)
        done = House(project.root).run("verify", "--evidence", str(path))
        assert done.exit_code == 0, done.output


def test_letters_about_other_releases_are_left_out(project: Project, place: Path) -> None:
    send_letters(project)
    value = written(project, "c-1", place, about_two=True)
    assert value["release"] == "privacy/2"
    assert [e["private"]["left_out"] for e in value["events"] if e["kind"] == "told"] == [False]


def test_it_is_written_nowhere_where_git_finds_it_and_over_nothing(
    project: Project, place: Path
) -> None:
    with pytest.raises(ConfigurationError, match="where git finds it"):
        written(project, "c-1", project.root / "evidence.json")
    place.write_text("mine")
    with pytest.raises(OutputError, match="nothing is written over"):
        written(project, "c-1", place)
    assert place.read_text() == "mine"
    with pytest.raises(NotFoundError):
        written(project, "c-77", place.with_name("other.json"))


def test_by_address_and_by_the_command(project: Project, place: Path) -> None:
    send_letters(project)
    correct(project)
    record_counted(project)
    done = House(project.root).run("evidence", "anna@customer.example", "-o", str(place), at=NOW)
    assert done.exit_code == 0, done.output
    assert "publisher verify --evidence" in done.output
    value = json.loads(place.read_bytes())
    assert value["customer"] == "c-1"
    assert [one["number"] for one in value["statements"]] == [1]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return told(tmp_path)


def test_a_letter_whose_template_is_gone_is_told(project: Project, place: Path) -> None:
    send_letters(project)
    with closing(sqlite3.connect(project.private / "ledger.sqlite")) as database, database:
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'template'"
        ).fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM template")
    with pytest.raises(KeptLetterError, match="is gone") as told:
        evidence(workplace(project), "privacy", "c-1", None, place)
    assert told.value.remedy
    assert not place.exists()
