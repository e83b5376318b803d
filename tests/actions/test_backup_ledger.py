"""`publisher ledger backup`: a copy under load, whole or not at all, for its owner alone."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from publisher.edges.ledger import Ledger, close_ledgers
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from tests.fixtures.answers import declare
from tests.fixtures.engines import empty_ledger
from tests.fixtures.house import House
from tests.fixtures.houses import make, token, told
from tests.fixtures.recipients import recipients_of
from tests.fixtures.servers import database, server
from tests.fixtures.workplaces import ledger_of


def test_a_copy_is_made_while_others_write(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Every copy is of one moment: its last batch is whole, and what came before it is there."""
    folder, stop = tmp_path_factory.mktemp("copies"), threading.Event()
    link = token(project, "c-2")
    done: list[int] = []
    kinds = (RequestKind.OPT_OUT, RequestKind.WITHDRAW)

    def write() -> None:
        while not stop.is_set() and len(done) < 18:
            declare(project, link, kinds[len(done) % 2])
            done.append(1)

    writers = [threading.Thread(target=write) for _ in range(2)]
    for writer in writers:
        writer.start()
    house = House(project.root)
    try:
        for number in range(3):
            copy = folder / f"{number}.sqlite"
            assert house.ok("ledger", "backup", str(copy)) == f"copied to {copy}\n"
            assert copy.stat().st_mode & 0o777 == 0o600
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    assert sorted(path.name for path in folder.iterdir()) == ["0.sqlite", "1.sqlite", "2.sqlite"]
    for copy in folder.iterdir():
        with closing(sqlite3.connect(copy)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
            events = "SELECT batch, count(*) FROM event GROUP BY batch ORDER BY batch"
            batches = "SELECT id, count FROM batch ORDER BY id"
            assert db.execute(events).fetchall() == db.execute(batches).fetchall()
        opened = Ledger(f"sqlite:///{copy}")
        assert len(recipients_of(opened)) == 3
        opened.close()


def test_a_copy_made_under_load_is_restored_elsewhere(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder, link = tmp_path_factory.mktemp("elsewhere"), token(project, "c-2")
    kinds, stop = (RequestKind.OPT_OUT, RequestKind.WITHDRAW), threading.Event()
    recorded: list[str] = []

    def write() -> None:
        while not stop.is_set() and len(recorded) < 18:
            kind = kinds[len(recorded) % 2]
            recorded.append(declare(project, link, kind).request.receipt)

    writer = threading.Thread(target=write)
    writer.start()
    while len(recorded) < 3:
        time.sleep(0.001)
    before, left = list(recorded), folder / ".ledger.copy.deadbeef.part"
    left.write_bytes(b"of a run that was killed")
    House(project.root).ok("ledger", "backup", str(folder / "ledger.copy"))
    stop.set()
    writer.join()
    assert not left.exists()
    (folder / "house").mkdir()
    other = make(folder / "house")
    House(other.root).ok("ledger", "restore", str(folder / "ledger.copy"))
    House(other.root).ok("verify", "--ledger")
    there = [one.receipt for one in ledger_of(other).requests("privacy", 2)]
    assert there == recorded[: len(there)]
    assert there[: len(before)] == before


def test_nothing_is_replaced_and_nothing_half_is_left(project: Project, tmp_path: Path) -> None:
    house, taken = House(project.root), tmp_path.parent / "taken.sqlite"
    taken.write_bytes(b"somebody's")
    refused = house.run("ledger", "backup", str(taken))
    assert (refused.exit_code, "there is a file with this name" in refused.output) == (2, True)
    assert taken.read_bytes() == b"somebody's"
    taken.unlink()
    close_ledgers()
    ledger = project.private / "ledger.sqlite"
    data = bytearray(ledger.read_bytes())
    data[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    ledger.write_bytes(bytes(data))
    refused = house.run("ledger", "backup", str(taken))
    assert refused.exit_code == 2, refused.output
    assert "malformed" in refused.output or "damaged" in refused.output
    assert not [path for path in taken.parent.iterdir() if "taken.sqlite" in path.name]


def test_git_is_given_no_copy(project: Project) -> None:
    house = House(project.root)
    refused = house.run("ledger", "backup", str(project.root / "copy.sqlite"))
    assert (refused.exit_code, "where git finds it" in refused.output) == (2, True)
    assert ".publisher/copy.sqlite" in refused.output
    house.ok("ledger", "backup", str(project.private / "copy.sqlite"))


def test_there_has_to_be_a_ledger(tmp_path: Path) -> None:
    project = told(tmp_path)
    close_ledgers()
    (project.private / "ledger.sqlite").unlink()
    refused = House(project.root).run("ledger", "backup", str(tmp_path.parent / "new.sqlite"))
    assert (refused.exit_code, "there is no ledger yet" in refused.output) == (2, True)
    assert not (project.private / "ledger.sqlite").exists()


def test_a_server_is_copied_by_its_own_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with empty_ledger("postgresql", tmp_path) as url, database() as other:
        secret = url.replace("@", ":a-password@", 1)
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", secret)
        house = House(told(tmp_path).root)
        copy = tmp_path / "it's a copy.dump"
        refused = house.run("ledger", "backup", str(copy))
        assert refused.exit_code == 2
        assert "a-password" not in refused.output
        command = refused.output.split("try: ")[1].split("\n")[0]
        # The program's role may copy what it reads.
        subprocess.run(command, shell=True, check=True, env={"PATH": f"{server().programs}:/bin"})
        assert copy.stat().st_size > 1000
        restore = ["pg_restore", "--no-owner", "--no-privileges", f"--host={server().host}"]
        restore += ["--username=postgres", f"--dbname={other}", str(copy)]
        subprocess.run([server().programs / restore[0], *restore[1:]], check=True)
        ledger = Ledger(server().url(other))
        assert [r.customer for r in recipients_of(ledger)] == ["c-1", "c-2", "c-3"]
        ledger.close()
        close_ledgers()
