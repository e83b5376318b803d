"""The states of the ledger made again from what happened: `publisher ledger rebuild`."""

from __future__ import annotations

import sqlite3

import pytest

from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from tests.fixtures.answers import declare, reply, state, take
from tests.fixtures.full_ledgers import without_triggers
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, letter_states, send_letters, token


def test_what_was_overwritten_comes_back(project: Project) -> None:
    send_letters(project)
    declare(project, token(project, "c-1"), RequestKind.OPT_OUT, NOW)
    take(project, reply(project, "Is this for me?"))
    before = letter_states(project)
    with without_triggers(project.private / "ledger.sqlite") as db:
        db.execute("UPDATE request SET kind = 'withdraw'")
        db.execute("DELETE FROM declaration")
        db.execute("UPDATE delivery SET state = 'to do'")
    house = House(project.root)
    assert state(project) == "withdrawn, mail to read"
    assert house.run("verify", "--ledger").exit_code == 1
    said = house.ok("ledger", "rebuild")
    assert "All states were made again from " in said
    assert state(project) == "opted out, mail to read"
    assert letter_states(project) == before
    house.ok("verify", "--ledger")


def test_it_is_refused_where_the_chain_does_not_hold(project: Project) -> None:
    with sqlite3.connect(project.private / "ledger.sqlite") as db:
        db.execute("DROP TRIGGER event_delete")
        db.execute("DELETE FROM event WHERE id = 1")
    refused = House(project.root).run("ledger", "rebuild")
    assert refused.exit_code == 2
    assert "so no state is made from it" in refused.output
    assert "publisher verify --ledger" in refused.output


def test_triggers_that_were_taken_away_are_missed_and_put_back(project: Project) -> None:
    house, place = House(project.root), project.private / "ledger.sqlite"
    send_letters(project)
    with sqlite3.connect(place) as db:
        db.execute("DROP TRIGGER event_update")
        db.execute("DROP TRIGGER delivery_update")
        db.execute("CREATE TRIGGER delivery_update BEFORE UPDATE ON delivery BEGIN SELECT 1; END")
    found = house.run("verify", "--ledger")
    assert found.exit_code == 1
    assert "event_update, delivery_update" in found.output
    house.ok("ledger", "rebuild")
    assert house.run("verify", "--ledger").exit_code == 0
    with sqlite3.connect(place) as db, pytest.raises(sqlite3.IntegrityError, match="never changed"):
        db.execute("UPDATE event SET kind = 'taken'")
