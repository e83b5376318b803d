"""The states of the ledger made again from what happened: `publisher ledger rebuild`."""

from __future__ import annotations

import sqlite3

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
