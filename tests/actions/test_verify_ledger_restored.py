"""`publisher verify --ledger --known-heads` after a restoration: what it forgot is accepted by a
person, and nothing else is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.record.heads import read_head_file
from tests.fixtures.answers import declare
from tests.fixtures.full_ledgers import without_triggers
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, send_letters, spooled, token, told


def said(house: House, *words: str, code: int = 0) -> str:
    close_ledgers()
    done = house.run("verify", "--ledger", *words, at=NOW)
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def known(tmp_path: Path) -> Path:
    (tmp_path / "else where").mkdir()
    return tmp_path / "else where/heads"


@pytest.fixture
def house(tmp_path: Path, known: Path) -> House:
    """Restored from a copy, after heads were seen that the copy has not."""
    (tmp_path / "house").mkdir()
    project = told(tmp_path / "house")
    house, copy = House(project.root), tmp_path / "copy"
    said(house, "--known-heads", str(known))
    house.ok("ledger", "backup", str(copy), at=NOW)
    send_letters(project)
    said(house, "--known-heads", str(known))
    close_ledgers()
    house.ok("ledger", "restore", str(copy), at=NOW)
    return house


def project_of(house: House) -> Project:
    return house.project


def test_what_was_forgotten_is_accepted_by_the_command_that_is_named(
    house: House, known: Path
) -> None:
    before = known.read_bytes()
    seen = read_head_file(before, "")[-1]
    found = said(house, "--known-heads", str(known), code=1)
    assert f"{known}: review: saw {seen.line()}, which the restoration of" in found
    assert re.search(r"it went on from 1/\d+; sha256=[0-9a-f]{64}", found)
    assert "nothing was added to it" in found
    assert known.read_bytes() == before
    command = found.split("restored then: publisher ")[1].split("\n")[0]
    accepted = house.ok(*shlex.split(command), at=NOW)
    assert "the restoration is accepted" in accepted
    # What was seen stays; from here on, it is as ever.
    assert known.read_bytes().startswith(before)
    again = said(house, "--known-heads", str(known))
    assert "review" not in again
    assert "1 head(s) from before a restoration that was accepted" in again
    declare(project_of(house), token(project_of(house), "c-1"))
    assert "1 head(s) added" in said(house, "--known-heads", str(known))


def cut_off(house: House) -> None:
    close_ledgers()
    with without_triggers(project_of(house).private / "ledger.sqlite") as db:
        (last,) = db.execute("SELECT max(id) FROM batch").fetchone()
        db.execute("DELETE FROM event WHERE batch = ?", (last,))
        db.execute("DELETE FROM batch WHERE id = ?", (last,))


def test_no_other_loss_is_accepted_with_it(house: House, known: Path) -> None:
    house.ok("verify", "--ledger", "--known-heads", str(known), "--accept-restored", at=NOW)
    house.ok("ledger", "head", at=NOW)
    said(house, "--known-heads", str(known))
    cut_off(house)
    before = known.read_bytes()
    for words in ([], ["--accept-restored"]):
        found = said(house, "--known-heads", str(known), *words, code=1)
        assert "error: saw batch" in found
    assert known.read_bytes() == before


def test_a_loss_from_before_is_an_error(tmp_path: Path) -> None:
    project = told(tmp_path)
    house, known = House(project.root), tmp_path.parent / f"{tmp_path.name}.heads"
    house.ok("ledger", "head", at=NOW)
    said(house, "--known-heads", str(known))
    cut_off(house)
    found = said(house, "--known-heads", str(known), "--accept-restored", code=1)
    assert "error: saw batch" in found


def test_a_letter_from_before_is_told_and_accepted(house: House, known: Path) -> None:
    letter = known.with_name("letter.eml")
    letter.write_bytes(spooled(project_of(house))[0])
    found = said(house, "--letter", str(letter), code=1)
    assert f"{letter}: review: saw" in found
    words = ("--known-heads", str(known), "--letter", str(letter))
    said(house, *words, "--accept-restored")
    assert f"{letter}: review: saw" in said(house, *words)


def test_an_older_file_that_was_adopted_is_a_restoration(tmp_path: Path) -> None:
    import shutil

    project = told(tmp_path)
    house, known = House(project.root), tmp_path.parent / f"{tmp_path.name}.heads"
    close_ledgers()
    copy = shutil.copy(project.private / "ledger.sqlite", tmp_path.parent / f"{tmp_path.name}.cp")
    send_letters(project)
    said(house, "--known-heads", str(known))
    close_ledgers()
    for path in project.private.glob("ledger.sqlite*"):
        path.unlink()
    shutil.copy(copy, project.private / "ledger.sqlite")
    house.ok("ledger", "adopt", "2", "--confirm", at=NOW)
    assert "review: saw" in said(house, "--known-heads", str(known), code=1)
    said(house, "--known-heads", str(known), "--accept-restored")


def test_a_mistyped_folder_is_not_made(tmp_path: Path) -> None:
    project = told(tmp_path)
    house, known = House(project.root), tmp_path.parent / f"{tmp_path.name}-typo/heads"
    for words in (
        ("verify", "--ledger", "--known-heads", str(known)),
        ("ledger", "backup", str(known)),
    ):
        refused = house.run(*words, at=NOW)
        assert (refused.exit_code, "there is no such folder" in refused.output) == (2, True)
        assert not known.parent.exists()
    known = known.parent.with_name(f"{tmp_path.name}.heads")
    first = said(house, "--known-heads", str(known))
    assert f"{known}: review: there was no such file" in first
    assert "review" not in said(house, "--known-heads", str(known))
