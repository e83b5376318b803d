"""The ledger held against itself and against what others saw: `publisher verify --ledger`."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from publisher.record.heads import read_head_file
from tests.edges.test_ledger_audit import rewritten
from tests.fixtures.answers import declare, reply, take
from tests.fixtures.full_ledgers import FullLedger, without_triggers
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, record, send_letters, spooled, token, under_git


@pytest.fixture
def house(project: Project) -> House:
    send_letters(project)
    declare(project, token(project, "c-1"), RequestKind.OPT_OUT, NOW)
    take(project, reply(project, "Is this for me?"))
    return House(project.root)


def file_of(house: House) -> Path:
    return house.root / ".publisher/ledger.sqlite"


def said(house: House, *words: str, code: int = 0) -> str:
    done = house.run("verify", "--ledger", *words)
    assert done.exit_code == code, done.output
    return " ".join(done.output.split())


def make_anew(house: House, alter: str = "") -> None:
    """The whole chain made anew; unless something else is altered, an opt-out is a withdrawal."""
    path = file_of(house)
    withdrawn = """
        UPDATE event SET facts = replace(facts, 'opt out', 'withdraw');
        UPDATE request SET kind = 'withdraw' WHERE kind = 'opt out';
        UPDATE declaration SET kind = 'withdraw'"""
    rewritten(FullLedger(f"sqlite:///{path}", str(path)), alter or withdrawn)
    # Whoever can write the ledger can write this.
    shutil.rmtree(house.root / ".publisher/sent")


def test_a_whole_ledger_is_as_it_was_recorded(house: House) -> None:
    found = said(house)
    assert "events in" in found
    assert "nothing of it is witnessed elsewhere: all of it is vouched for by nobody" in found


def test_what_plain_sql_turned_into_something_else_is_found(house: House) -> None:
    with without_triggers(file_of(house)) as db:
        db.execute("UPDATE request SET kind = 'withdraw' WHERE id = 1")
        db.execute("UPDATE delivery SET state = 'refused' WHERE recipient = 3")
    found = said(house, code=1)
    assert "request 1: error: `kind` is 'withdraw', and events say 'opt out'" in found
    assert "delivery privacy/2/3: error: `state` is 'refused', and events say 'accepted'" in found
    assert "try: publisher ledger rebuild" in found


def test_a_chain_made_anew_contradicts_a_head_that_was_seen(house: House, tmp_path: Path) -> None:
    known = tmp_path / "elsewhere/heads"
    known.parent.mkdir()
    assert "made, with 1 head, which nobody had seen before" in said(
        house, "--known-heads", str(known)
    )
    assert f"witnessed by {known}" in said(house, "--known-heads", str(known))
    house.ok("ledger", "head")
    again = said(house, "--known-heads", str(known))
    assert "what came after, 1 batch, is vouched for by nobody but this database" in again
    assert "1 head added" in again
    before = known.read_bytes()
    assert len(read_head_file(before, "")) == 2
    make_anew(house)
    assert "checked" in said(house), "nothing contradicts itself"
    found = said(house, "--known-heads", str(known), code=1)
    assert f"{known}: error: saw another batch" in found
    assert "nothing was added to it, for there are errors" in found
    assert known.read_bytes() == before


def test_batches_that_were_cut_off_are_missed_by_a_head_that_was_seen(
    house: House, tmp_path: Path
) -> None:
    known = tmp_path / "heads"
    said(house, "--known-heads", str(known))
    house.ok("ledger", "head")
    said(house, "--known-heads", str(known))
    with without_triggers(file_of(house)) as db:
        db.execute("DELETE FROM batch WHERE id = (SELECT max(id) FROM batch)")
    assert "checked" in said(house)
    found = said(house, "--known-heads", str(known), code=1)
    assert "which is not in the ledger any more" in found


def test_a_letter_bears_witness_up_to_its_run(house: House, tmp_path: Path) -> None:
    path = tmp_path / "letter.eml"
    path.write_bytes(spooled(house.project)[0])
    found = said(house, "--letter", str(path))
    assert f"witnessed by {path}; what came after, " in found
    make_anew(
        house,
        "UPDATE event SET at = at - 1 WHERE id = 1;"
        "UPDATE recipient SET added_at = added_at - 1 WHERE id = 1",
    )
    said(house)
    found = said(house, "--letter", str(path), code=1)
    assert f"{path}: error: saw another batch" in found


def test_a_letter_without_a_head_is_refused(house: House, tmp_path: Path) -> None:
    path = tmp_path / "letter.eml"
    for data in (
        spooled(house.project)[0].replace(b"Policy-Ledger:", b"Policy-Register:"),
        spooled(house.project)[0].replace(b"Policy-Ledger: ", b"Policy-Ledger: X"),
    ):
        path.write_bytes(data)
        refused = house.run("verify", "--ledger", "--letter", str(path))
        assert refused.exit_code == 2
        assert "bears no witness of the ledger" in refused.output


def test_a_statement_in_the_repository_bears_witness(house: House) -> None:
    head = house.ok("ledger", "head").strip()
    record(house.project, heads=(head,))
    assert "witnessed by versions/privacy/register/0001.toml" in said(house)
    make_anew(house)
    assert "versions/privacy/register/0001.toml: error: saw another batch" in said(house, code=1)
    shutil.rmtree(house.root / "versions/privacy/register")
    record(house.project, heads=("x",))
    refused = house.run("verify", "--ledger")
    assert refused.exit_code == 2
    assert "0001.toml: has a line that is not a head of a ledger: x" in " ".join(
        refused.output.split()
    )


def test_a_register_that_does_not_hold_bears_no_witness(house: House) -> None:
    head = house.ok("ledger", "head").strip()
    record(house.project, heads=(head,))
    place = house.root / "versions/privacy/register/0001.toml"
    place.write_text(place.read_text().replace("by post", "by mail"))
    place.rename(place.with_name("0002.toml"))
    found = said(house, code=1)
    assert "versions/privacy/register/0001.toml: error: is missing" in found
    assert "witnessed by" not in found


def test_a_head_of_another_ledger_is_told(house: House, tmp_path: Path) -> None:
    known = tmp_path / "heads"
    said(house, "--known-heads", str(known))
    known.write_text(re.sub("^[0-9a-f]{8}-", "00000000-", known.read_text(), flags=re.MULTILINE))
    found = said(house, "--known-heads", str(known), code=1)
    assert "is about the ledger 00000000-" in found


def test_a_file_in_the_repository_vouches_for_nothing(house: House) -> None:
    under_git(house.project)
    refused = house.run("verify", "--ledger", "--known-heads", str(house.root / "heads"))
    assert refused.exit_code == 2
    assert "lies in the repository that it is to vouch for" in refused.output


def test_a_file_of_heads_that_does_not_read_is_left_alone(house: House, tmp_path: Path) -> None:
    known = tmp_path / "heads"
    said(house, "--known-heads", str(known))
    broken = known.read_text().replace("sha256=", "sha256=x")
    known.write_text(broken)
    refused = house.run("verify", "--ledger", "--known-heads", str(known))
    assert refused.exit_code == 2
    assert f"{known}:3: is not a head of a ledger" in refused.output
    assert known.read_text() == broken


def test_options_that_contradict_each_other(house: House) -> None:
    for words in (["--known-heads", "x"], ["--ledger", "--diff"], ["--ledger", "--known", "x"]):
        assert house.run("verify", *words).exit_code == 2
