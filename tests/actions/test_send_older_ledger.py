"""A ledger that is an older copy of the one a release was sent with is not used."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.actions.send import send
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.releases.number import Number
from publisher.web.page import shown
from tests import ROOT
from tests.fixtures.answers import posted, reply
from tests.fixtures.house import House
from tests.fixtures.houses import (
    NOW,
    TWO,
    letter_states,
    postpone,
    send_letters,
    spooled,
    token,
    told,
    workplace,
)
from tests.fixtures.recipients import take_customers
from tests.fixtures.servers import OWNER, PROGRAM, database, server
from tests.fixtures.workplaces import ledger_of

OLDER = "this is an older copy of the ledger"


def copied(project: Project, name: str) -> Path:
    """The ledger's file as `cp` takes it, while nobody has it open."""
    close_ledgers()
    return Path(shutil.copy(project.private / "ledger.sqlite", project.root.parent / name))


def put_back(project: Project, copy: Path) -> None:
    close_ledgers()
    for path in project.private.glob("ledger.sqlite*"):
        path.unlink()
    shutil.copy(copy, project.private / "ledger.sqlite")


def test_nobody_is_told_or_answered_from_an_older_file(project: Project) -> None:
    link, mail = token(project, "c-1"), reply(project, "I opt out")
    copy = copied(project, "before.copy")
    send_letters(project)
    newest = copied(project, "newest.copy")
    sent = len(spooled(project))
    put_back(project, copy)
    house = House(project.root)
    for words in (
        ("send", "2"),
        ("send", "2", "--confirm"),
        ("optouts", "2"),
        ("receipts", "send"),
        ("requests",),
    ):
        refused = house.run(*words, at=NOW)
        assert (refused.exit_code, OLDER in refused.output) == (2, True), (words, refused.output)
        assert "publisher --policy privacy ledger adopt 2" in refused.output
    assert OLDER in house.run("status", at=NOW).output
    audited = house.run("verify", "--ledger", at=NOW)  # looks at it all the same
    assert (audited.exit_code, OLDER in audited.output) == (1, True)
    assert "event(s) in" in audited.output
    assert house.run("receive", stdin=mail, at=NOW).exit_code == 75
    assert shown(posted(project, link)).status_code == 503
    assert len(spooled(project)) == sent
    # The remedy: a newer copy.
    house.ok("ledger", "restore", str(newest), at=NOW)
    assert house.run("receive", stdin=mail, at=NOW).exit_code == 0
    assert send_letters(project).accepted == 0
    assert set(letter_states(project).values()) == {"accepted"}


def test_the_older_copy_itself_is_restored_with_everything_in_doubt(project: Project) -> None:
    copy = copied(project, "before.copy")
    send_letters(project)
    put_back(project, copy)
    House(project.root).ok("ledger", "restore", str(copy), at=NOW)
    assert set(letter_states(project).values()) == {"in doubt"}
    assert send_letters(project).accepted == 0
    # It is renewed, so the file is held to the restored ledger from now on.
    put_back(project, copy)
    assert OLDER in House(project.root).run("send", "2", at=NOW).output


def test_the_older_copy_goes_on_with_everything_in_doubt(project: Project) -> None:
    copy = copied(project, "before.copy")
    send_letters(project)
    put_back(project, copy)
    House(project.root).ok("ledger", "adopt", "2", "--confirm", at=NOW)
    assert set(letter_states(project).values()) == {"in doubt"}
    assert send_letters(project).accepted == 0


class Stopped(Exception):
    pass


def test_it_is_held_to_the_last_letter_of_a_run_that_was_stopped(project: Project) -> None:
    def stop(_: str, done: int, __: int) -> None:
        if done == 1:
            copies.append(copied_open(project))
        if done == 2:
            raise Stopped

    copies: list[Path] = []
    with pytest.raises(Stopped):
        send(workplace(project), "privacy", TWO, stop)
    put_back(project, copies[0])
    assert OLDER in House(project.root).run("send", "2", "--confirm", at=NOW).output


def copied_open(project: Project) -> Path:
    """A copy made while it is open: with its log."""
    House(project.root).ok("ledger", "backup", str(copy := project.root.parent / "open.copy"))
    return copy


KILLED = """
import os, signal, sys
from pathlib import Path
from publisher.actions.send import send
from publisher.edges.project import Project
from tests.fixtures.houses import NOW, TWO, workplace

def stop(_, done, __):
    if done == 2:
        os.kill(os.getpid(), signal.SIGKILL)

send(workplace(Project.find(Path(sys.argv[1]))), "privacy", TWO, stop)
"""


def test_a_log_that_is_lost_after_a_kill_is_missed(project: Project) -> None:
    """A letter is on record outside of the ledger, too, before the carrier has it."""
    close_ledgers()
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(project.root)], env=env, check=False, cwd=ROOT
    )
    assert done.returncode == -signal.SIGKILL
    log = project.private / "ledger.sqlite-wal"
    assert log.stat().st_size
    kept = {path.name: path.read_bytes() for path in project.private.glob("ledger.sqlite*")}
    house = House(project.root)
    assert OLDER not in house.run("send", "2", at=NOW).output
    close_ledgers()
    for path in project.private.glob("ledger.sqlite*"):
        path.unlink()
    (project.private / "ledger.sqlite").write_bytes(kept["ledger.sqlite"])
    assert OLDER in house.run("send", "2", "--confirm", at=NOW).output


def test_a_head_that_was_not_yet_written_down_asks_for_nothing(project: Project) -> None:
    """As an earlier program left it: the identity alone."""
    send_letters(project)
    (path,) = (project.private / "sent/privacy").iterdir()
    path.write_text(f"{ledger_of(project).identity}\n")
    assert send_letters(project).accepted == 0
    path.write_text("of something else\n")
    assert "this is another ledger" in House(project.root).run("send", "2", at=NOW).output


def test_each_release_is_held_to_its_own_run(project: Project) -> None:
    send_letters(project)
    copy = copied(project, "after.copy")
    postpone(project, dt.date(2027, 5, 1))
    later = Number(2, 1)
    take_customers_again(project)
    send_letters(project, later)
    put_back(project, copy)
    refused = House(project.root).run("send", "2.1", "--confirm", at=NOW)
    assert "privacy/2.1 was sent" in refused.output
    assert "privacy/2," not in refused.output


def take_customers_again(project: Project) -> None:
    from publisher.people.customer_list import Customer

    take_customers(ledger_of(project), Customer("c-4", "d@customer.example", ""), now=NOW)


def test_an_older_dump_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from publisher.edges.ledger.migrating import migrate_to_current

    (tmp_path / "house").mkdir()
    with database() as one:
        migrate_to_current(server().url(one, OWNER), NOW, role=PROGRAM)
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(one, PROGRAM))
        project = told(tmp_path / "house")
        close_ledgers()
        older = server().new(one)
        send_letters(project)
        close_ledgers()
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(older, PROGRAM))
        assert OLDER in House(project.root).run("send", "2", "--confirm", at=NOW).output
        close_ledgers()
        server().drop(older)
