"""A ledger that is none, or damaged, or lacks room, is told with the next step that is true."""

from __future__ import annotations

import os
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.people.deliveries import DeliveryState
from tests import ROOT
from tests.fixtures.engines import fresh_database
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, TWO, letter_states, send_letters
from tests.fixtures.servers import PROGRAM, database, server
from tests.fixtures.workplaces import ledger_of

OPENING = (["status"], ["send", "2"], ["ledger", "head"], ["ledger", "migrate"], ["requests"])
FROM_BEFORE = "publisher ledger restore FILE  # a copy from before"


def run_sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


@pytest.fixture
def house(project: Project) -> House:
    close_ledgers()
    return House(project.root)


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where git finds nothing."""
    return tmp_path_factory.mktemp("outside")


@pytest.fixture
def ledger(house: House) -> Path:
    return house.project.private / "ledger.sqlite"


def said(house: House, *words: str) -> tuple[str, str]:
    """What is wrong, and the next step; a traceback is neither."""
    result = house.run(*words, at=NOW)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.output
    (what,) = re.findall(r"(?:error|alert [a-z-]+): (.*)", result.output)
    (remedy,) = re.findall(r"(?m)^  try: (.*)", result.output)
    close_ledgers()
    return what, remedy


@pytest.mark.parametrize("value", ["abc", "", "-1", "2; DROP", "٣", "9" * 20])
def test_a_schema_that_is_no_number(house: House, ledger: Path, outside: Path, value: str) -> None:
    copy = outside / "copy.sqlite"
    house.ok("ledger", "backup", str(copy))
    run_sql(ledger, f"UPDATE alembic_version SET version_num = '{value}'")
    shutil.copyfile(ledger, bad := outside / "bad.sqlite")
    for words in OPENING:
        what, remedy = said(house, *words)
        assert "which is not the number of a schema" in what
        assert remedy == FROM_BEFORE
    received = house.run("receive", stdin=b"From: a@b.example\r\n\r\nHello.\r\n", at=NOW)
    assert (received.exit_code, received.output[:5]) == (75, "4.3.0")
    what, remedy = said(house, "ledger", "restore", str(bad))
    assert str(bad) in what
    assert remedy == "take an older copy"
    house.ok("ledger", "restore", str(copy), at=NOW)


def test_a_file_without_its_tables(house: House, ledger: Path, outside: Path) -> None:
    odd = outside / "odd.sqlite"
    run_sql(odd, "CREATE TABLE alembic_version (version_num text)")
    run_sql(odd, "INSERT INTO alembic_version VALUES ('3')")
    what, remedy = said(house, "ledger", "restore", str(odd))
    assert what == f"{odd}: this is no whole ledger: it has no table `ledger`"
    assert remedy == "take an older copy"
    run_sql(ledger, "DROP TABLE delivery")
    for words in (["status"], ["send", "2"], ["ledger", "rebuild"], ["ledger", "migrate"]):
        what, remedy = said(house, *words)
        # A rebuild misses it first where its triggers are put back.
        table = "main.delivery" if "rebuild" in words else "delivery"
        assert what.endswith(f"no such table: {table}")
        assert remedy == FROM_BEFORE


def test_a_table_that_is_missing_in_a_server(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(project.root)
    with database(fresh_database()) as name:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(name, PROGRAM))
        server().execute("DROP TABLE delivery", database=name)
        for words in (["status"], ["send", "2"]):
            what, remedy = said(house, *words)
            assert 'relation "delivery" does not exist' in what
            assert remedy == FROM_BEFORE
        server().execute("UPDATE alembic_version SET version_num = 'x'", database=name)
        what, remedy = said(house, "send", "2")
        assert "which is not the number of a schema" in what
        assert name in what
        assert remedy == FROM_BEFORE


def test_a_file_that_is_no_ledger(
    house: House, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = outside / "passwd"
    other.write_text("root:x:0:0:root:/root:/bin/sh\n" * 50)
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", f"sqlite:///{other}")
    before = other.read_bytes()
    for words in OPENING:
        what, remedy = said(house, *words)
        assert what.endswith("file is not a database")
        assert "PUBLISHER_LEDGER_URL" in remedy
        assert "room" not in remedy
    for words in (["ledger", "backup", str(outside / "c")],):
        what, remedy = said(house, *words)
        assert what == f"{other}: the file cannot be used: file is not a database"
    assert other.read_bytes() == before


def test_what_cannot_be_restored(house: House, ledger: Path, outside: Path) -> None:
    what, remedy = said(house, "ledger", "restore", str(ledger))
    assert "this is the ledger itself" in what
    assert "publisher ledger backup" in remedy
    what, remedy = said(house, "ledger", "restore", "--copied")
    assert (what.endswith("name the copy"), remedy) == (True, "publisher ledger restore FILE")
    what, remedy = said(house, "ledger", "migrate", "--grant", "program")
    assert (what.endswith("its owner alone uses it"), remedy) == (True, "publisher ledger migrate")
    house.ok("ledger", "backup", str(copy := outside / "whole.sqlite"))
    data = bytearray(copy.read_bytes())
    data[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    (bad := outside / "bad.sqlite").write_bytes(bytes(data))
    (short := outside / "short.sqlite").write_bytes(bytes(data)[:30_000])
    for path in (bad, short):
        what, remedy = said(house, "ledger", "restore", str(path))
        assert str(path) in what
        assert "damaged" in what or "malformed" in what
        assert "publisher ledger backup" in remedy


def test_without_a_ledger_there_is_no_head(house: House, ledger: Path, outside: Path) -> None:
    for path in ledger.parent.glob("ledger.sqlite*"):
        path.unlink()
    for words in (["ledger", "head"], ["ledger", "backup", str(outside / "c")]):
        what, remedy = said(house, *words)
        assert "there is no ledger yet" in what
        assert remedy.startswith("publisher recipients import FILE")
    assert not ledger.exists()


def test_a_copy_onto_a_full_disk(house: House, outside: Path) -> None:
    copy = outside / "copy.sqlite"

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))

    done = subprocess.run(
        [sys.executable, "-P", "-m", "publisher", "ledger", "backup", str(copy)],
        cwd=house.root,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        preexec_fn=full,
    )
    assert done.returncode == 2, done.stderr
    assert f"error: {copy}: the copy cannot be written: " in done.stderr
    assert "  try: make room on its disk, or name a file on another" in done.stderr
    assert list(outside.iterdir()) == []


def test_an_address_that_somebody_altered_stops_nobody_else(house: House, ledger: Path) -> None:
    address = "'anna@x.example' || char(10) || 'Bcc: z@z.example'"
    run_sql(
        ledger,
        "DROP TRIGGER recipient_update",
        f"UPDATE recipient SET address = {address} WHERE customer = 'c-1'",
        "UPDATE recipient SET address = 'nobody' WHERE customer = 'c-2'",
    )
    for customer in ("c-1", "c-2"):
        what, remedy = said(house, "notice", "2", "--as", customer)
        assert what == f"what is recorded as the address of the customer `{customer}` is none"
        assert remedy == "correct it in a list: publisher recipients import FILE"
    report = send_letters(house.project)
    assert (report.accepted, report.refused) == (1, 2)
    assert letter_states(house.project)["c-1"] == DeliveryState.REFUSED
    one = ledger_of(house.project).delivery("privacy", TWO, 1)
    assert one is not None
    assert "is none" in one.reply
