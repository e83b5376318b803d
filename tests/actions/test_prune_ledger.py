"""What is kept no longer is deleted: `publisher ledger prune`."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from tests.fixtures.answers import listed, reply, take
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, amend_again, send_letters

YEARS = dt.timedelta(days=366 * 7)


@pytest.fixture
def house(project: Project) -> House:
    send_letters(project)
    take(project, reply(project, "I opt out"))
    return House(project.root)


def keep(house: House, words: str = "6 years") -> None:
    path = house.root / "publisher.toml"
    path.write_text(f'{path.read_text()}\n[ledger]\nkeep = "{words}"\n')


def test_it_is_refused_where_nothing_says_how_long(house: House) -> None:
    refused = house.run("ledger", "prune", "--confirm", at=NOW + YEARS)
    assert refused.exit_code == 2
    assert 'add keep = "6 years" below [ledger]' in refused.output


def test_a_release_that_is_in_force_keeps_all(house: House) -> None:
    keep(house)
    assert house.ok("ledger", "prune", at=NOW + YEARS) == "nothing is older than 6 years\n"


def test_what_was_superseded_long_ago_goes_after_its_plan(house: House) -> None:
    keep(house)
    amend_again(house.project)
    before = listed(house.project)
    soon = house.ok("ledger", "prune", at=NOW + dt.timedelta(days=300))
    assert soon == "nothing is older than 6 years\n"
    plan = house.ok("ledger", "prune", at=NOW + YEARS)
    assert "privacy/2: " in plan
    assert "values about it, which was superseded more than 6 years ago" in plan
    assert "1 message about these" in plan
    assert plan.endswith("To delete: publisher ledger prune --confirm\n")
    close_ledgers()
    path = house.root / ".publisher/ledger.sqlite"
    assert b"written to" in path.read_bytes()
    house.ok("ledger", "prune", "--confirm", at=NOW + YEARS)
    close_ledgers()
    assert b"written to" not in path.read_bytes()
    assert listed(house.project) == before
    house.ok("verify", "--ledger")
    assert house.ok("ledger", "prune", at=NOW + YEARS) == "nothing is older than 6 years\n"


def test_what_waits_for_a_person_is_left(house: House) -> None:
    """However old it is, and though its release is over."""
    keep(house)
    amend_again(house.project)
    waiting = take(house.project, reply(house.project, "What is this?"))
    told = "kept: 1 message that waits for a person, or is not read yet: publisher requests"
    assert told in house.ok("ledger", "prune", at=NOW + YEARS)
    assert told in house.ok("ledger", "prune", "--confirm", at=NOW + YEARS)
    assert "What is this?" in house.ok("requests", "show", str(waiting.message))
    assert house.ok("ledger", "prune", at=NOW + YEARS).splitlines()[-1] == told
