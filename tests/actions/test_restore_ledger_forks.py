"""`publisher ledger restore` of a copy that is no earlier state of the ledger that is there, and
what a kill leaves."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from publisher.actions.receive import receive
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from tests import ROOT
from tests.fixtures.answers import at, declare, judge, reply, take
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, make, send_letters, spooled, token, workplace
from tests.fixtures.workplaces import ledger_of


def listed(project: Project, *customers: str) -> None:
    people = project.root.parent / f"{project.root.name}.csv"
    rows = "".join(f"{one},{one}@customer.example,Of {one}\n" for one in customers)
    people.write_text(f"customer,address,name\n{rows}")
    House(project.root).ok("recipients", "import", str(people), at=NOW)


@pytest.fixture
def parted(project: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of a ledger that parted from that of the project.

    In the one of the project, c-9 has the number that c-8 has in the copy.
    """
    folder = tmp_path_factory.mktemp("parted")
    send_letters(project)
    House(project.root).ok("ledger", "backup", str(folder / "common"), at=NOW)
    (folder / "other").mkdir()
    other = make(folder / "other")
    House(other.root).ok("ledger", "restore", str(folder / "common"), at=NOW)
    for one in ("c-8", "c-9", "c-10", "c-11", "c-12"):
        listed(other, one)
    receive(at(other), reply(other, "I opt out"), None)
    House(other.root).ok("ledger", "backup", str(folder / "copy"), at=NOW)
    close_ledgers()
    listed(project, "c-9")
    return folder / "copy"


def states(project: Project) -> dict[str, str]:
    found = ledger_of(project).numbers_of([f"c-{number}" for number in range(1, 13)], [])
    people = (ledger_of(project).customer(customer) for _, customer in found)
    return {one.customer: str(one.state) for one in people if one}


def test_the_right_people_are_erased_again(project: Project, parted: Path) -> None:
    house = House(project.root)
    house.ok("recipients", "erase", "c-1", "c-9", "--confirm", at=NOW)
    said = house.ok("ledger", "restore", str(parted), at=NOW)
    found = states(project)
    # c-1 was on record before they parted; c-8 has in the copy the number that c-9 had here.
    assert found["c-1"] == "erased"
    assert found["c-8"] == "told"
    assert found["c-9"] == "told"
    remedy = "publisher recipients erase --confirm -- c-9"
    assert remedy in said
    house.ok(*remedy.split()[1:], at=NOW)
    assert {one: its for one, its in states(project).items() if its == "erased"} == {
        "c-1": "erased",
        "c-9": "erased",
    }
    house.ok("verify", "--ledger", at=NOW)
    close_ledgers()
    data = (project.private / "ledger.sqlite").read_bytes()
    assert b"anna@customer" not in data
    assert b"c-8@customer" in data


def test_who_was_listed_in_the_other_alone_gets_a_number_of_their_own(
    project: Project, parted: Path
) -> None:
    listed(project, "c-2b")
    send_letters(project)
    sent = len(spooled(project))
    said = House(project.root).ok("ledger", "restore", str(parted), at=NOW)
    assert "1 customer imported since then was taken over from it" in said  # c-9 is in both
    listed(project, "c-2b", "c-9")
    send_letters(project)
    letters = [raw.decode() for raw in spooled(project)[sent:]]
    assert not [one for one in letters if "c-2b@customer.example" in one]
    House(project.root).ok("verify", "--ledger", at=NOW)


def test_nobody_is_named_who_is_not_in_the_copy(project: Project, parted: Path) -> None:
    listed(project, "c-77")
    house = House(project.root)
    house.ok("recipients", "erase", "c-77", "--confirm", at=NOW)
    said = house.ok("ledger", "restore", str(parted), at=NOW)
    assert "recipients erase" not in said
    assert "c-77" not in said


def test_what_waits_in_the_copy_is_not_erased_again(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    house, stranger = House(project.root), "dora@elsewhere.example"
    copy = str(tmp_path_factory.mktemp("copies") / "copy")
    raw = f"From: {stranger}\nTo: opt-out@hosting.example\n\nI opt out.\n".encode()
    number = take(project, raw).message
    house.ok("ledger", "backup", copy, at=NOW)
    judge(project, number, None, "of nobody")
    house.ok("recipients", "erase", "--address", stranger, "--confirm", at=NOW)
    assert ledger_of(project).raw(number) is None
    house.ok("ledger", "restore", copy, at=NOW)
    assert [one.id for one in ledger_of(project).waiting()] == [number]
    assert ledger_of(project).raw(number) == raw
    house.ok("verify", "--ledger", at=NOW)


def test_no_receipt_number_is_given_twice_after_a_fork(project: Project, parted: Path) -> None:
    for customer in ("c-1", "c-2", "c-3"):
        declare(project, token(project, customer))
    assert declare(project, token(project, "c-9")).request.receipt == "R-000004"
    House(project.root).ok("ledger", "restore", str(parted), at=NOW)
    assert declare(project, token(project, "c-2")).request.receipt == "R-000005"


# ── kills ────────────────────────────────────────────────────────────────────────────────────────

KILLED = """
import os, signal, sys
from pathlib import Path
from publisher.edges.ledger.copying import copies, restoring
die = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
for module, name in ((restoring, sys.argv[2]), (copies, sys.argv[2])):
    if hasattr(module, name):
        setattr(module, name, die)
from publisher.cli import command_line
os.chdir(sys.argv[1])
command_line(sys.argv[3:])
"""


def killed(project: Project, before: str, *words: str) -> None:
    """Runs a command that is killed before it does something."""
    close_ledgers()
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    args = [sys.executable, "-c", KILLED, str(project.root), before, *words]
    done = subprocess.run(args, env=env, check=False, capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr


def test_there_is_a_ledger_at_every_moment_of_a_restoration(
    project: Project, tmp_path: Path
) -> None:
    copy = tmp_path.parent / f"{tmp_path.name}.copy"
    house = House(project.root)
    house.ok("ledger", "backup", str(copy), at=NOW)
    listed(project, "c-9")
    killed(project, "replace_ledger", "ledger", "restore", str(copy))
    assert "c-9" in states(project)
    house.ok("verify", "--ledger", at=NOW)
    close_ledgers()
    assert "restored as of" in house.ok("ledger", "restore", str(copy), at=NOW)
    assert "c-9" in states(project)  # taken over
    # What the killed run had begun is not another ledger.
    (aside,) = project.private.glob("ledger.sqlite.before-*")
    assert not aside.samefile(project.private / "ledger.sqlite")
    assert not list(project.private.glob(".*.part*"))


def test_no_empty_ledger_is_begun_where_one_was_set_aside(project: Project, tmp_path: Path) -> None:
    house = House(project.root)
    send_letters(project)
    mail = reply(project, "I opt out")
    close_ledgers()
    ledger = project.private / "ledger.sqlite"
    aside = ledger.with_name("ledger.sqlite.before-20270101T000000Z")
    ledger.rename(aside)
    shutil.rmtree(project.private / "sent")  # so that nothing else says that there was one
    what = "one that was set aside is beside it"
    assert what in house.run("status", at=NOW).output
    assert house.run("receive", stdin=mail, at=NOW).exit_code == 75
    people = tmp_path.parent / "people.csv"
    people.write_text("customer,address\nc-1,a@customer.example\n")
    for words in (
        ("send", "2"), ("recipients", "import", str(people)), ("ledger", "migrate"),
    ):  # fmt: skip
        refused = house.run(*words, at=NOW)
        assert (refused.exit_code, what in refused.output) == (2, True), (words, refused.output)
    assert not ledger.exists()
    command = refused.output.split("try: publisher ")[1].split("\n")[0]
    house.ok(*command.split(), at=NOW)
    assert house.run("receive", stdin=mail, at=NOW).exit_code == 0


def test_what_a_killed_backup_left_goes_with_the_next_and_is_named_before(
    project: Project, tmp_path: Path
) -> None:
    house = House(project.root)
    killed(project, "place_new", "ledger", "backup", ".publisher/b1")
    (left,) = project.private.glob(".b1.*.part")
    said = house.ok("recipients", "erase", "c-1", "--confirm", at=NOW)
    assert f"Not erased in {left}" in said
    others = tmp_path.parent / "of-others.part"
    others.write_text("")
    house.ok("ledger", "backup", str(project.private / "b2"), at=NOW)
    assert not left.exists()
    killed(project, "replace_ledger", "ledger", "restore", str(project.private / "b2"))
    (left,) = project.private.glob(".ledger.sqlite.*.part")
    # One that is being made by another program is not taken away.
    house.ok("ledger", "backup", str(project.private / "b3"), at=NOW)
    assert not left.exists()
    assert workplace(project).ledger.customer("c-2")
