"""What is kept no longer is deleted: `publisher ledger prune`."""

from __future__ import annotations

import datetime as dt

import pytest

from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from publisher.releases.number import Number
from tests.fixtures.answers import asked_for, listed, reply, take
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, SPRING, amend_again, record, send_letters
from tests.fixtures.workplaces import ledger_of

THREE = Number(3)
YEARS = dt.timedelta(days=366 * 7)


@pytest.fixture
def house(project: Project) -> House:
    send_letters(project)
    take(project, reply(project, "I opt out"))
    record(project)
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


def test_a_release_that_stays_in_force_while_the_next_is_held_keeps_all(house: House) -> None:
    """However long ago the next one was to take effect."""
    keep(house)
    amend_again(house.project)
    assert house.ok("ledger", "prune", at=NOW + YEARS) == "nothing is older than 6 years\n"


def test_what_was_superseded_long_ago_goes_after_its_plan(house: House) -> None:
    keep(house)
    amend_again(house.project)
    record(house.project, THREE, SPRING)
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
    record(house.project, THREE, SPRING)
    waiting = take(house.project, reply(house.project, "What is this?"))
    told = "kept: 1 message that waits for a person, or is not read yet: publisher requests"
    assert told in house.ok("ledger", "prune", at=NOW + YEARS)
    assert told in house.ok("ledger", "prune", "--confirm", at=NOW + YEARS)
    assert "What is this?" in house.ok("requests", "show", str(waiting.message))
    assert house.ok("ledger", "prune", at=NOW + YEARS).splitlines()[-1] == told


def test_requests_go_with_their_time_unless_they_are_open(house: House) -> None:
    keep(house)
    project = house.project
    house.ok("ledger", "prune", "--confirm", at=NOW + YEARS)
    done = asked_for(project, "c-1", RequestKind.CORRECT, "I am Anna Secret")
    house.ok("requests", "settle", done, "--done", "--words", "Dear Anna Secret", at=NOW)
    left = asked_for(project, "c-1", RequestKind.LEAVE, "Anna Secret leaves")
    open_ = asked_for(project, "c-2", RequestKind.ACCESS, "I am Ben Secret")
    plan = house.ok("ledger", "prune", at=NOW + YEARS)
    assert "2 requests about no release, older than 6 years" in plan
    assert "kept: 1 request that waits for a person: publisher requests" in plan
    soon = house.ok("ledger", "prune", at=NOW + dt.timedelta(days=300))
    assert soon == "nothing is older than 6 years\n"
    house.ok("ledger", "prune", "--confirm", at=NOW + YEARS)
    close_ledgers()
    data = (house.root / ".publisher/ledger.sqlite").read_bytes()
    assert b"Anna Secret" not in data
    assert b"Ben Secret" in data
    assert "kept no longer" in house.ok("requests", "show", done, at=NOW)
    assert "Ben Secret" in house.ok("requests", "show", open_, at=NOW)
    assert ledger_of(project).mailing_of(1) == "left", left
    house.ok("verify", "--ledger")
    assert "2 requests" not in house.ok("ledger", "prune", at=NOW + YEARS)


def test_an_open_request_about_a_release_keeps_its_words(house: House) -> None:
    """And so does a customer who was removed, until it is decided."""
    keep(house)
    amend_again(house.project)
    record(house.project, THREE, SPRING)
    end = asked_for(house.project, "c-2", RequestKind.END, "Ben Secret ends it")
    house.ok("recipients", "remove", "c-2", at=NOW)
    house.ok("ledger", "prune", "--confirm", at=NOW + YEARS)
    assert "Ben Secret" in house.ok("requests", "show", end, at=NOW)
    house.ok("requests", "settle", end, "--done", at=NOW)
    house.ok("ledger", "prune", "--confirm", at=NOW + YEARS)
    assert "Ben Secret" not in house.ok("requests", "show", end, at=NOW)
    house.ok("verify", "--ledger")
