"""Whoever only reads needs no right to write: neither in the file, nor in its folder."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from publisher.edges.ledger import Ledger, close_ledgers
from publisher.errors import LedgerError
from publisher.people.requests import RequestKind
from tests.fixtures.answers import declare
from tests.fixtures.engines import empty_ledger
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, send_letters, token, told
from tests.fixtures.others import as_another_user
from tests.fixtures.servers import AUDITOR, database, server

LISTS = (
    ("status",),
    ("optouts", "2"),
    ("requests",),
    ("receipts",),
    ("resolve", "2"),
    ("ledger", "head"),
)


@pytest.fixture
def house(disk: Path) -> Iterator[House]:
    """A project whose ledger is open, and has what is not yet in its file, but in its log."""
    disk.chmod(0o755)
    (disk / "house").mkdir()
    project = told(disk / "house")
    send_letters(project)
    declare(project, token(project, "c-1"), RequestKind.OPT_OUT)
    yield House(project.root)
    close_ledgers()
    for path in (project.private, disk):
        path.chmod(0o700)


def closed(private: Path) -> None:
    """As the last program left it that closed it: one file."""
    close_ledgers()
    assert [path.name for path in private.glob("ledger.sqlite*")] == ["ledger.sqlite"]


def with_its_log(private: Path) -> None:
    """As it is copied while a program has it open: with the log, and the index of the log."""
    copies = private / "copies"
    copies.mkdir()
    for path in private.glob("ledger.sqlite*"):
        shutil.copy(path, copies)
    close_ledgers()
    for path in copies.iterdir():
        shutil.copy(path, private)
    shutil.rmtree(copies)
    assert (private / "ledger.sqlite-wal").stat().st_size


def with_its_log_alone(private: Path) -> None:
    """The same, without the index of the log."""
    with_its_log(private)
    (private / "ledger.sqlite-shm").unlink()


@pytest.mark.parametrize("left", [closed, with_its_log, with_its_log_alone])
@pytest.mark.parametrize(("file", "folder"), [(0o444, 0o555), (0o444, 0o777), (0o666, 0o555)])
def test_lists_are_read_and_nothing_is_written(
    house: House, left: Callable[[Path], None], file: int, folder: int
) -> None:
    private = house.project.private
    wanted = {words: house.run(*words, at=NOW).output for words in LISTS}
    left(private)
    for path in private.glob("ledger.sqlite*"):
        path.chmod(file)
    private.chmod(folder)
    before = {path.name: path.read_bytes() for path in private.glob("ledger.sqlite*")}

    def read() -> str:
        for words in LISTS:
            found = house.run(*words, at=NOW).output
            assert found == wanted[words], (words, found)
        refused = house.run("recipients", "import", str(house.root / "people.csv"), at=NOW)
        return f"{refused.exit_code} {refused.output}"

    (house.root / "people.csv").write_text("customer,address\nc-9,zoe@customer.example\n")
    read_only = (file, folder) != (0o444, 0o777) or os.geteuid() == 0
    said = as_another_user(read)
    assert said.startswith("2 "), said
    assert "the ledger may only be read here" in said
    assert "Traceback" not in said
    if read_only and folder == 0o555:
        after = {path.name: path.read_bytes() for path in private.glob("ledger.sqlite*")}
        assert {name: data for name, data in after.items() if "shm" not in name} == {
            name: data for name, data in before.items() if "shm" not in name
        }
    private.chmod(0o700)


def test_verify_ledger_reads_only(house: House) -> None:
    private = house.project.private
    wanted = house.ok("verify", "--ledger", at=NOW)
    closed(private)
    (private / "ledger.sqlite").chmod(0o444)
    private.chmod(0o555)
    said = as_another_user(lambda: house.run("verify", "--ledger", at=NOW).output)
    private.chmod(0o700)
    assert said == wanted


def test_a_file_that_may_not_be_read_is_told(house: House) -> None:
    private = house.project.private
    closed(private)
    (private / "ledger.sqlite").chmod(0o600)
    private.chmod(0o555)
    said = as_another_user(lambda: house.run("optouts", "2", at=NOW).output)
    private.chmod(0o700)
    if os.geteuid() == 0:
        assert "cannot be opened" in said
        assert "Traceback" not in said


def test_a_role_that_may_only_select(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with empty_ledger("postgresql", tmp_path) as url:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
        project = told(tmp_path)
        send_letters(project)
        house = House(project.root)
        wanted = {words: house.run(*words, at=NOW).output for words in LISTS}
        close_ledgers()
        name = str(make_url(url).database)
        server().execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {AUDITOR}", database=name)
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(name, AUDITOR))
        for words in LISTS:
            assert house.run(*words, at=NOW).output == wanted[words]
        assert house.run("verify", "--ledger", at=NOW).exit_code == 0
        people = tmp_path / "people.csv"
        people.write_text("customer,address\nc-9,zoe@customer.example\n")
        refused = house.run("recipients", "import", str(people), at=NOW)
        assert refused.exit_code == 2, refused.output
        assert "Traceback" not in refused.output
        close_ledgers()


def test_an_empty_database_is_no_ledger(tmp_path: Path) -> None:
    with database() as name, pytest.raises(LedgerError, match="there is no ledger in this") as no:
        Ledger(server().url(name, AUDITOR))
    assert no.value.remedy == "publisher ledger migrate"
    path = tmp_path / "none.sqlite"
    path.touch()
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    said = as_another_user(lambda: Ledger(f"sqlite:///{path}"))
    tmp_path.chmod(0o700)
    assert "there is no ledger in this database" in said or "Permission" in said
    assert sqlite3.sqlite_version
