"""`publisher ledger migrate`: what version 0.1.0 said of its ledger is said of the migrated one."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from markupsafe import Markup

from publisher.actions.opt_out_form import opt_out_form
from publisher.answers.opt_out_page import FormAddress
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from tests.fixtures.answers import posted, words
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, TWO, make, postpone, workplace
from tests.fixtures.old_ledgers import SAID, old_database, write_old_file
from tests.fixtures.servers import OWNER, PROGRAM, database, server

AT = dt.datetime.fromisoformat(SAID["at"])
_ID = re.compile(r"[0-9a-f]{32}@")
"""Of a letter: each engine's ledger was written with its own."""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The releases that the old ledgers are about."""
    project = make(tmp_path)
    postpone(project, dt.date(2027, 5, 1), NOW + dt.timedelta(days=20))
    return project


@pytest.fixture(params=["sqlite", "postgresql"])
def house(
    request: pytest.FixtureRequest, project: Project, monkeypatch: pytest.MonkeyPatch
) -> Iterator[House]:
    """A project with a ledger of version 0.1.0."""
    if request.param == "sqlite":
        write_old_file(project.private / "ledger.sqlite")
        yield House(project.root)
        close_ledgers()
        return
    with old_database() as name:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(name, OWNER))
        yield House(project.root)
        close_ledgers()


def same(text: str) -> list[list[str]]:
    """The words of each line, however wide the columns are."""
    return [_ID.sub("ID@", line).split() for line in text.splitlines() if line.strip()]


_DECLARED = re.compile(r"on (\d+ \w+ \d+), ([^.]+)\. Receipt: (R-\d+)\.( This came after)?")


def compare_form(now: Markup, before: str) -> None:
    """A form shows the same declaration, to the same customer, and offers the same next step."""
    said = words(now)
    for day, time, receipt, late in _DECLARED.findall(before):
        told = f"on {day} came after" if late else f"Receipt {receipt} , {day}, {time}"
        assert told in said, said[said.find("Receipt") - 200 :][:400]
    assert re.findall(r"\w•••@\w•••\.\w+", said) == re.findall(r"\w•••@\w•••\.\w+", before)
    offered = RequestKind.WITHDRAW if "I withdraw my opt-out" in before else RequestKind.OPT_OUT
    assert f'value="{offered}"' in now


def compare_status(now: str, before: str) -> None:
    """The figures are the same, though they are laid out in another way."""
    lines = {" ".join(line.split()[:2]): line for line in now.splitlines()}
    for line in before.splitlines():
        head, _, rest = line.strip().partition(": ")
        if head.startswith("Version"):
            status, *figures = rest.split(", ")
            if status.startswith("superseded") and "postponed by" in lines[head]:
                status = "postponed by"  # which it was before it took effect
            for words in [status, *(one for one in figures if one.split()[-1] in LETTERS)]:
                assert " ".join(words.split()) in " ".join(lines[head].split())
        elif head == "to read":
            assert " ".join(rest.split()[:2]) in lines
    assert "9 opted out, 1 late" in lines["Version 2"]
    assert " ".join(lines["receipts 1"].split()) == "receipts 1 in doubt, 4 to do"


LETTERS = ("accepted", "doubt", "refused", "do")


def test_everything_is_said_as_before(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    refused = house.run("status", at=AT)
    assert (refused.exit_code, "publisher ledger migrate" in refused.output) == (2, True)
    assert "migrated from schema 1 to 3" in house.ok("ledger", "migrate", "--copied", at=AT)
    said = dict(SAID["said"])
    compare_status(house.run("status", at=AT).output, said.pop("status"))
    for command, text in said.items():
        if command.startswith("requests show") and command[-1] not in "29":
            continue  # a process each
        found = same(house.run(*command.split(), at=AT).output)
        if command.startswith("resolve"):  # which lists what was put off as well
            found = [line for line in found if line in same(text)]
        if command in ("requests", "requests --all"):  # whose table has other columns since
            theirs, ours = ([line[:4] for line in each[1:]] for each in (same(text), found))
            assert sorted(ours) == sorted(theirs)
            continue
        assert found == same(text), command


def test_a_migrated_ledger_is_sound_and_its_states_follow(house: House) -> None:
    house.ok("ledger", "migrate", "--copied", at=AT)
    assert "140 events in 1 batch checked" in house.ok("verify", "--ledger", at=AT)
    before = house.run("status", at=AT).output, house.ok("optouts", "2", at=AT)
    house.ok("ledger", "rebuild", at=AT)
    house.ok("verify", "--ledger", at=AT)
    assert (house.run("status", at=AT).output, house.ok("optouts", "2", at=AT)) == before


def test_personal_links_in_letters_already_sent_keep_working(house: House) -> None:
    house.ok("ledger", "migrate", "--copied", at=AT)
    for form in SAID["forms"].values():
        page = opt_out_form(
            workplace(house.project, AT), FormAddress("privacy", TWO), form["token"]
        )
        compare_form(page.html, form["page"])
    token = SAID["forms"]["c-6"]["token"]
    receipt = posted(house.project, token, RequestKind.OPT_OUT, AT)
    assert "R-000022" in words(receipt.html)


def test_what_was_sent_before_belongs_to_this_ledger(house: House) -> None:
    house.ok("ledger", "migrate", "--copied", at=AT)
    sent = workplace(house.project).sent_releases.all()
    assert sorted(str(number) for _, number in sent) == ["2", "2.1"]
    assert len(set(sent.values())) == 1


def test_an_older_copy_that_is_migrated_later_does_not_take_its_place(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(project.root)
    write_old_file(project.private / "ledger.sqlite")
    house.ok("ledger", "migrate", at=AT)
    sent = workplace(project).sent_releases.all()
    (copy,) = project.private.glob("*.schema-1.*")
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", f"sqlite:///{copy}")
    house.ok("ledger", "migrate", at=AT)
    assert workplace(project).sent_releases.all() == sent
    assert "this is another ledger" in house.run("send", "2.1", at=AT).output


def test_a_ledger_in_a_server_is_begun_by_its_owner_and_used_by_another(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = project.root / "people.csv"
    people.write_text("customer,address,name\nc-1,anna@customer.example,Anna\n")
    house = House(project.root)
    with database() as name:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(name, PROGRAM))
        refused = house.run("recipients", "import", str(people), at=AT)
        assert (refused.exit_code, "publisher ledger migrate" in refused.output) == (2, True)
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(name, OWNER))
        said = house.ok("ledger", "migrate", "--grant", PROGRAM, at=AT)
        assert said == (
            "a ledger of schema 3 was begun\n"
            f"granted: {PROGRAM} may read the ledger, add events, change states, and delete "
            "private values where an event says so, and plan and take shards; it may not change or "
            "delete events\n"
        )
        assert "already" in house.ok("ledger", "migrate", "--grant", PROGRAM, at=AT)
        close_ledgers()
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(name, PROGRAM))
        assert "1 new" in house.ok("recipients", "import", str(people), at=AT)
        house.ok("send", "2.1", "--confirm", at=AT)
        assert "1 accepted" in house.ok("status", at=AT)
        close_ledgers()


def test_a_file_has_no_roles(project: Project) -> None:
    refused = House(project.root).run("ledger", "migrate", "--grant", "somebody")
    assert (refused.exit_code, "a file has no roles" in refused.output) == (2, True)
