"""`publisher ledger restore`: what was not final is in doubt, and nothing that is there is lost."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from publisher.actions.receipts import receipts
from publisher.actions.receive import receive
from publisher.actions.send import send
from publisher.actions.unsettled import unsettled
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.releases.number import Number
from tests import ROOT
from tests.fixtures.answers import at, declare, reply
from tests.fixtures.engines import empty_ledger
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    import_customers,
    letter_states,
    make,
    postpone,
    send_letters,
    spooled,
    token,
    told,
    workplace,
)
from tests.fixtures.recipients import recipients_of
from tests.fixtures.servers import OWNER, database, server
from tests.fixtures.workplaces import ledger_of

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def copy(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a ledger in which a run was begun, one letter is accepted and one receipt is owed."""
    sends_one(project)
    declare(project, token(project, "c-1"))
    path = tmp_path_factory.mktemp("copy") / "ledger.copy"
    House(project.root).ok("ledger", "backup", str(path), at=NOW)
    return path


def sends_one(project: Project) -> None:
    """Sends one of three letters, as where a run was stopped."""

    class Stopped(Exception):
        pass

    def stop(_: str, done: int, __: int) -> None:
        if done == 1:
            raise Stopped

    with pytest.raises(Stopped):
        send(workplace(project), "privacy", TWO, stop)


def restored(project: Project, copy: Path) -> str:
    return House(project.root).ok("ledger", "restore", str(copy), at=NOW + HOUR)


def test_what_was_not_final_is_in_doubt(project: Project, copy: Path) -> None:
    assert letter_states(project) == {"c-1": "accepted", "c-2": "to do", "c-3": "to do"}
    send_letters(project)  # after the copy
    said = restored(project, copy)
    assert "restored as of its last event, 20" in said
    assert "3 letters and receipts in doubt" in said
    assert letter_states(project) == {"c-1": "accepted", "c-2": "in doubt", "c-3": "in doubt"}
    assert [row.customer for row in unsettled(workplace(project), "privacy", TWO).rows] == [
        "c-2",
        "c-3",
    ]
    assert [one.answer.state for one in receipts(workplace(project))] == ["in doubt"]
    before = len(spooled(project))
    assert send_letters(project).accepted == 0
    assert len(spooled(project)) == before
    house = House(project.root)
    house.ok("resolve", "2", "c-2", "--again", at=NOW + HOUR)
    assert send_letters(project).accepted == 1
    assert "the ledger was put back" in house.run("status", at=NOW + HOUR).output


def test_what_customers_came_with_was_not_sent(project: Project, tmp_path: Path) -> None:
    """A list with the versions that its customers agreed to makes no letter of them."""
    import_customers(project, b"customer,address,version\nc-1,anna@customer.example,1\n"
                     b"c-4,dan@x.example,2\n")  # fmt: skip
    copy = tmp_path.parent / f"{tmp_path.name}.copy"
    House(project.root).ok("ledger", "backup", str(copy), at=NOW)
    assert "in doubt" not in restored(project, copy)
    assert workplace(project).sent_releases.all() == {}
    ledger = ledger_of(project)
    assert ledger.releases_begun() == []
    send_letters(project)
    assert ledger_of(project).releases_begun() == [("privacy", TWO)]


def test_the_ledger_that_was_there_is_set_aside(project: Project, copy: Path) -> None:
    declare(project, token(project, "c-2"))
    said = restored(project, copy)
    (aside,) = project.private.glob("ledger.sqlite.before-*")
    assert f"the ledger that was there is now {aside}" in said
    with closing(sqlite3.connect(aside)) as db:
        assert db.execute("SELECT count(*) FROM request").fetchone() == (2,)
    assert len(ledger_of(project).requests("privacy", 2)) == 1
    # R-000002 is on a receipt that somebody has.
    assert declare(project, token(project, "c-3")).request.receipt == "R-000003"
    assert aside.stat().st_mode & 0o777 == 0o600
    restored(project, aside)  # and back again
    assert len(ledger_of(project).requests("privacy", 2)) == 2


def test_it_is_restored_elsewhere(project: Project, copy: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = make(tmp_path / "elsewhere")
    said = restored(other, copy)
    assert "whoever was erased since then is back" in said
    assert ledger_of(other).identity == ledger_of(project).identity
    assert [r.customer for r in recipients_of(ledger_of(other))] == ["c-1", "c-2", "c-3"]
    # The release goes on there: it is known to be this ledger's.
    (sent,) = workplace(other).sent_releases.all().values()
    assert sent.identity == ledger_of(other).identity


def test_a_release_that_was_begun_after_the_copy_is_in_doubt_too(tmp_path: Path) -> None:
    project = told(tmp_path)
    copy = tmp_path.parent / f"{tmp_path.name}.copy"
    House(project.root).ok("ledger", "backup", str(copy))
    send_letters(project)
    assert "3 letters and receipts in doubt" in restored(project, copy)
    assert set(letter_states(project).values()) == {"in doubt"}


def test_what_could_not_be_sent_any_more_stays_as_it_is(project: Project, copy: Path) -> None:
    """Of a release in force, or whose date was moved before the copy, no letter went out since."""
    postpone(project, dt.date(2027, 5, 1), dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    send_letters(project, Number(2, 1))
    later = project.private / "later.copy"
    House(project.root).ok("ledger", "backup", str(later), at=NOW)
    restored(project, later)
    assert letter_states(project)["c-2"] == "to do"
    assert set(letter_states(project, Number(2, 1)).values()) == {"accepted"}


def test_a_damaged_copy_changes_nothing(project: Project, copy: Path, tmp_path: Path) -> None:
    house, bad = House(project.root), tmp_path / "bad.copy"
    data = copy.read_bytes()
    altered = tmp_path / "altered.copy"
    shutil.copy(copy, altered)
    with closing(sqlite3.connect(altered)) as db:
        db.execute("DROP TRIGGER event_update")
        db.execute("UPDATE event SET at = at + 1 WHERE id = 2")
        db.commit()
    older = tmp_path / "older.copy"
    with closing(sqlite3.connect(older)) as db:
        db.executescript((ROOT / "tests/fixtures/ledgers/1.sql").read_text("utf-8"))
    bad.write_bytes(data[: len(data) // 2])
    nothing = tmp_path / "nothing.copy"
    nothing.write_bytes(b"nothing of the kind" * 100)
    empty = tmp_path / "empty.copy"
    empty.touch()
    before = ledger_of(project).identity
    close_ledgers()
    for one in (bad, altered, older, nothing, empty, project.private / "ledger.sqlite"):
        refused = house.run("ledger", "restore", str(one), at=NOW)
        assert refused.exit_code == 2, (one, refused.output)
        assert "try:" in refused.output or one.name == "ledger.sqlite"
        assert not list(project.private.glob("ledger.sqlite.before-*")), one
        assert not list(project.private.glob(".ledger*")), one
    assert ledger_of(project).identity == before
    assert len(recipients_of(ledger_of(project))) == 3


HOLDS = """
import sys, time
from publisher.edges.ledger import Ledger
ledger = Ledger(sys.argv[1])
print(len(ledger.customers([1, 2, 3])), flush=True)
time.sleep(60)
"""


def test_another_program_that_has_it_open_is_not_pulled_from_under(
    project: Project, copy: Path
) -> None:
    url = f"sqlite:///{project.private}/ledger.sqlite"
    close_ledgers()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDS, url],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert holder.stdout
        assert holder.stdout.readline() == b"3\n"
        refused = House(project.root).run("ledger", "restore", str(copy))
        assert (refused.exit_code, "another program has the ledger" in refused.output) == (2, True)
    finally:
        holder.kill()
        holder.wait()
    restored(project, copy)


def test_a_ledger_that_is_broken_is_set_aside_as_it_is(project: Project, copy: Path) -> None:
    close_ledgers()
    ledger = project.private / "ledger.sqlite"
    ledger.write_bytes(b"broken" * 1000)
    assert "whoever was erased since then is back" in restored(project, copy)
    (aside,) = project.private.glob("ledger.sqlite.before-*")
    assert aside.read_bytes() == b"broken" * 1000
    assert len(recipients_of(ledger_of(project))) == 3


def test_erasures_since_the_copy_are_made_again(project: Project, copy: Path) -> None:
    """By the ledger set aside, which has them; of somebody who came later, there are none."""
    house, people = House(project.root), project.root.parent / f"{project.root.name}.csv"
    people.write_text("customer,address,name\nc-9,zoe@customer.example,Zoe\n")
    house.ok("recipients", "import", str(people), at=NOW)
    receive(at(project), reply(project, "I opt out"), None)
    house.ok("recipients", "erase", "c-1", "c-9", "--confirm", at=NOW)
    assert "1 erasure since then was made again" in restored(project, copy)
    one = ledger_of(project).customer("c-1")
    assert one is not None
    assert (one.state, one.address, one.name) == ("erased", "", "")
    house.ok("verify", "--ledger", at=NOW)
    close_ledgers()
    for path in project.private.glob("ledger.sqlite*"):
        if "before" not in path.name:
            assert b"anna@customer" not in path.read_bytes(), path


NEWCOMER = "customer,address,name,language,version\nc-4,dan@customer.example,Dan,de,1\n"


def test_who_came_after_the_copy_and_was_told_is_not_told_again(
    project: Project, copy: Path
) -> None:
    """With the number that the links in the letter name, and all else that is known."""
    house, people = House(project.root), project.root.parent / f"{project.root.name}.csv"
    people.write_text(NEWCOMER)
    house.ok("recipients", "import", str(people), at=NOW)
    send_letters(project)
    own, before = token(project, "c-4"), ledger_of(project).customer("c-4")
    sent = len(spooled(project))
    assert "1 customer imported since then was taken over from it" in restored(project, copy)
    assert letter_states(project)["c-4"] == "in doubt"
    assert token(project, "c-4") == own
    assert ledger_of(project).customer("c-4") == before
    house.ok("recipients", "import", str(people), at=NOW + HOUR)
    assert send_letters(project).accepted == 0
    assert len(spooled(project)) == sent
    house.ok("verify", "--ledger", at=NOW + HOUR)
    house.ok("ledger", "rebuild", at=NOW + HOUR)
    assert letter_states(project)["c-4"] == "in doubt"


def test_where_the_ledger_is_lost_it_is_said_who_may_be_told_twice(
    project: Project, copy: Path
) -> None:
    close_ledgers()
    for path in project.private.glob("ledger.sqlite*"):
        path.unlink()
    said = " ".join(restored(project, copy).split())
    assert "whoever was imported since then is not in it" in said


def test_what_was_restored_is_sound(project: Project, copy: Path) -> None:
    restored(project, copy)
    House(project.root).ok("verify", "--ledger", at=NOW)
    House(project.root).ok("ledger", "rebuild", at=NOW)
    assert letter_states(project) == {"c-1": "accepted", "c-2": "in doubt", "c-3": "in doubt"}


def test_in_a_server_its_own_program_puts_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty_ledger("postgresql", tmp_path) as url, database() as name:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
        project = told(tmp_path)
        sends_one(project)
        identity = ledger_of(project).identity
        house, dump = House(project.root), tmp_path / "ledger.dump"
        paths = {"PATH": f"{server().programs}:/bin"}
        command = house.run("ledger", "backup", str(dump)).output.split("try: ")[1].split("\n")[0]
        subprocess.run(command, shell=True, check=True, env=paths)
        close_ledgers()
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(name, OWNER))
        refused = house.run("ledger", "restore", str(dump))
        command, _, then = refused.output.split("try: ")[1].partition(" && ")
        assert then.startswith("publisher ledger restore --copied")
        subprocess.run(command, shell=True, check=True, env=paths)
        said = house.ok("ledger", "restore", "--copied", at=NOW)
        assert "2 letters and receipts in doubt" in said
        assert ledger_of(project).identity == identity
        assert letter_states(project) == {"c-1": "accepted", "c-2": "in doubt", "c-3": "in doubt"}
        close_ledgers()


def test_a_file_is_named_or_it_was_done(project: Project) -> None:
    house = House(project.root)
    assert house.run("ledger", "restore").exit_code == 2
    refused = house.run("ledger", "restore", "--copied")
    assert (refused.exit_code, "the ledger is a file" in refused.output) == (2, True)
