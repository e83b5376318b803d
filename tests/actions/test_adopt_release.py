"""Each release belongs to the ledger it was sent with: `publisher ledger adopt`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from publisher.actions.workplace import Workplace
from publisher.edges.carriers.carrier import Desk
from publisher.edges.ledger import close_ledgers
from publisher.edges.ledger.migrating import migrate_to_current
from publisher.edges.project import Project
from publisher.errors import LedgerError
from publisher.web.page import shown
from tests.fixtures.answers import posted, reply
from tests.fixtures.house import House
from tests.fixtures.houses import (
    CUSTOMERS,
    NOW,
    TWO,
    import_customers,
    letter_states,
    send_letters,
    spooled,
    token,
    told,
    workplace,
)
from tests.fixtures.recipients import take_customers
from tests.fixtures.servers import OWNER, PROGRAM, database, server
from tests.fixtures.workplaces import ledger_of

LEDGER = "this is another ledger, and privacy/2 was sent with one that knows who was told"
NONE = "there is no ledger here, and privacy/2 was sent with one that knows who was told"


def gone(project: Project) -> None:
    """The ledger's file is not there any more."""
    close_ledgers()
    for path in project.private.glob("ledger.sqlite*"):
        path.unlink()


def another(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings name another ledger, in which the same customers are."""
    url = f"sqlite:///{tmp_path.parent}/{tmp_path.name}.other.sqlite"
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
    from publisher.edges.ledger import open_ledger
    from publisher.people.customer_list import Customer

    ids = ("c-1", "c-2", "c-3")
    customers = [Customer(one, f"{one}@customer.example", "") for one in ids]
    take_customers(open_ledger(url), *customers, now=NOW)


@pytest.mark.parametrize("lost", [True, False])
def test_nobody_is_told_or_answered_from_another_ledger(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: bool
) -> None:
    send_letters(project)
    link, mail = token(project, "c-1"), reply(project, "I opt out")
    sent = len(spooled(project))
    gone(project) if lost else another(project, monkeypatch, tmp_path)
    what, house = NONE if lost else LEDGER, House(project.root)
    for words in (
        ("send", "2"),
        ("send", "2", "--confirm"),
        ("optouts", "2"),
        ("receipts", "send"),
        ("resolve", "2"),
        ("requests",),
    ):
        refused = house.run(*words, at=NOW)
        assert refused.exit_code == 2, (words, refused.output)
        assert what in refused.output
        assert "publisher --policy privacy ledger adopt 2" in refused.output
    assert what in house.run("status", at=NOW).output
    assert house.run("receive", stdin=mail, at=NOW).exit_code == 75
    page = posted(project, link)
    assert page.trouble.startswith("ledger: ")
    assert what in page.trouble
    assert "publisher --policy privacy ledger adopt 2" in page.trouble
    assert shown(page).status_code == 503
    assert len(spooled(project)) == sent
    assert lost != (project.private / "ledger.sqlite").exists()


def test_each_release_that_was_sent_is_named_with_its_command_and_no_other(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody was sent a letter about the version that they came with."""
    house = House(project.root)
    people, copy = tmp_path / "people.csv", project.private / "ledger.copy"
    people.write_text("customer,address,version\nc-1,anna@customer.example,1\n")
    house.ok("recipients", "import", str(people), at=NOW)
    send_letters(project)
    house.ok("ledger", "backup", str(copy), at=NOW)
    house.ok("ledger", "restore", str(copy), at=NOW)
    sent = workplace(project).sent_releases
    assert list(sent.all()) == [("privacy", TWO)]
    sent.record("terms", TWO, ledger_of(project).own_head())
    another(project, monkeypatch, tmp_path)
    said = house.run("send", "2", at=NOW).output
    assert "this is another ledger, and privacy/2, terms/2 were sent with one" in said
    remedy = "publisher --policy privacy ledger adopt 2 && publisher --policy terms ledger adopt 2"
    assert remedy in said


def test_a_release_goes_on_with_another_ledger_when_told_so(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_letters(project)
    sent = len(spooled(project))
    another(project, monkeypatch, tmp_path)
    house = House(project.root)
    plan = house.ok("ledger", "adopt", "2", at=NOW)
    assert "3 letters and receipts" in plan
    assert letter_states_of_other(project) == {"to do"}
    command = plan.split("To adopt it: publisher ")[1].split()
    said = house.ok(*command, at=NOW)
    assert "privacy/2 goes on with this ledger" in said
    assert "3 letters and receipts in doubt" in said
    assert set(letter_states(project).values()) == {"in doubt"}
    assert send_letters(project).accepted == 0
    assert len(spooled(project)) == sent
    assert house.run("receive", stdin=reply(project, "I opt out"), at=NOW).exit_code == 0
    # Once is enough: nothing that was to be sent since is put in doubt.
    import_customers(project, CUSTOMERS + b"c-4,dora@customer.example,\n")
    again = house.run("ledger", "adopt", "2", "--confirm", at=NOW)
    assert (again.exit_code, "sent with this very ledger" in again.output) == (2, True)
    assert send_letters(project).accepted == 1
    assert "nobody is told of it" in house.run("ledger", "adopt", "1", at=NOW).output
    # The first one is now the other.
    monkeypatch.delenv("PUBLISHER_LEDGER_URL")
    with pytest.raises(LedgerError, match="this is another ledger"):
        ledger_of(project)


def test_an_empty_ledger_is_filled_before_it_adopts(project: Project, tmp_path: Path) -> None:
    """Who is listed afterwards is new, and is told."""
    send_letters(project)
    gone(project)
    house, people = House(project.root), tmp_path / "people.csv"
    refused = house.run("ledger", "adopt", "2", at=NOW)
    assert (refused.exit_code, "nobody is in this ledger" in refused.output) == (2, True)
    people.write_bytes(CUSTOMERS)
    house.ok("recipients", "import", str(people), at=NOW)
    assert house.run("send", "2", "--confirm", at=NOW).exit_code == 2
    house.ok("ledger", "adopt", "2", "--confirm", at=NOW)
    assert set(letter_states(project).values()) == {"in doubt"}
    import_customers(project, CUSTOMERS + b"c-4,dora@customer.example,\n")
    assert send_letters(project).accepted == 1


def test_what_it_belongs_to_is_on_the_disk_before_the_first_letter(project: Project) -> None:
    class Stopped(Exception):
        pass

    class Carrier:
        def reach(self) -> None:
            pass

        def carry(self, desk: Desk) -> None:
            assert desk.take()
            (path,) = (project.private / "sent/privacy").iterdir()
            assert path.read_text().strip() == ledger_of(project).own_head().line()
            raise Stopped

        def close(self) -> None:
            pass

    from publisher.actions import silent
    from publisher.actions.send import send

    class Stopping(Workplace):
        @property
        def open_carrier(self):  # type: ignore[no-untyped-def]
            return Carrier

    with pytest.raises(Stopped):
        send(Stopping(project, lambda: NOW), "privacy", TWO, silent)


def test_a_ledger_keeps_its_identity_where_it_is_moved_to(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_letters(project)
    identity = ledger_of(project).identity
    close_ledgers()
    moved = tmp_path / "moved.sqlite"
    (project.private / "ledger.sqlite").rename(moved)
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", f"sqlite:///{moved}")
    assert ledger_of(project).identity == identity
    assert workplace(project).ledger.identity == identity
    with closing(sqlite3.connect(moved)) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute("UPDATE ledger SET identity = 'mine'")


def test_a_ledger_in_a_server_is_told_from_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "house").mkdir()
    with database() as one, database() as two:
        for name in (one, two):
            migrate_to_current(server().url(name, OWNER), NOW, role=PROGRAM)
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(one, PROGRAM))
        project = told(tmp_path / "house")
        send_letters(project)
        mail = reply(project, "I opt out")
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(two, PROGRAM))
        house, people = House(project.root), tmp_path / "people.csv"
        people.write_bytes(CUSTOMERS)
        house.ok("recipients", "import", str(people), at=NOW)
        assert LEDGER in house.run("send", "2", "--confirm", at=NOW).output
        assert house.run("receive", stdin=mail, at=NOW).exit_code == 75
        # A copy has the identity of its ledger.
        close_ledgers()
        name = server().new(one)
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(name, PROGRAM))
        assert house.run("receive", stdin=mail, at=NOW).exit_code == 0
        close_ledgers()
        server().drop(name)


def letter_states_of_other(project: Project) -> set[str]:
    """Of a ledger that the release does not go on with yet."""
    ledger = workplace(project).any_ledger
    found = ledger.deliveries("privacy", 2)
    return {str(one.state) for one in found} or {"to do"}


def test_nothing_is_adopted_that_needs_not_be(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(project.root)
    unknown = house.run("ledger", "adopt", "2", "--confirm", at=NOW)
    assert (unknown.exit_code, "nothing is known here" in unknown.output) == (2, True)
    send_letters(project)
    own = house.run("ledger", "adopt", "2", "--confirm", at=NOW)
    assert (own.exit_code, "sent with this very ledger" in own.output) == (2, True)
    assert set(letter_states(project).values()) == {"accepted"}
    # Nor where a clone lost what it knew: the ledger itself has it.
    (project.private / "sent/privacy/2").unlink()
    assert "this very ledger" in house.run("ledger", "adopt", "2", "--confirm", at=NOW).output
    # On another machine nothing is known, which a person knows better.
    another(project, monkeypatch, tmp_path)
    refused = house.run("ledger", "adopt", "2", "--confirm", at=NOW)
    command = refused.output.split("another machine: publisher ")[1].split()[:6]
    assert "3 letters" in house.ok(*command, at=NOW)
    house.ok(*command, "--confirm", at=NOW)
    assert set(letter_states(project).values()) == {"in doubt"}


def test_the_right_ledger_put_back_undoes_what_was_adopted_by_mistake(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    send_letters(project)
    house, copy = House(project.root), tmp_path.parent / f"{tmp_path.name}.right"
    house.ok("ledger", "backup", str(copy), at=NOW)
    with monkeypatch.context() as other:
        another(project, other, tmp_path)
        house.ok("ledger", "adopt", "2", "--confirm", at=NOW)
    assert "this is another ledger" in house.run("send", "2", at=NOW).output
    house.ok("ledger", "restore", str(copy), at=NOW)
    assert send_letters(project).accepted == 0
    assert set(letter_states(project).values()) == {"accepted"}
