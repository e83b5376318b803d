"""Many processes open a new ledger at once, and opening one costs little."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.migrating import migrate_to_current
from tests import ROOT
from tests.fixtures.engines import empty_ledger
from tests.fixtures.houses import NOW
from tests.fixtures.servers import OWNER, database, server
from tests.fixtures.some import EVERY

MANY = 20 if EVERY else 8
_OPENS = """
import sys, time
from publisher.edges.ledger import Ledger
time.sleep(max(0, float(sys.argv[2]) - time.time()))
ledger = Ledger(sys.argv[1])
ledger.keep(b"raw", "", __import__("publisher.edges.clock", fromlist=["now"]).now)
print(ledger.identity)
ledger.close()
"""
_ENDS = """
import ctypes, sys
from publisher.edges.ledger import open_ledger
ledger = open_ledger(sys.argv[1])
ledger.keep(b"raw", "", __import__("publisher.edges.clock", fromlist=["now"]).now)
ctypes.pythonapi.Py_IncRef(ctypes.py_object(ledger))  # something that never lets it go
"""
_IMPORTED = """
import sys
from publisher.edges.ledger import Ledger
Ledger(sys.argv[1]).count_recipients()
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def run(program: str, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", program, *words]
    return subprocess.check_output(command, env=environment, text=True)


def test_many_processes_begin_one_ledger(disk: Path) -> None:
    url, start = f"sqlite:///{disk}/ledger.sqlite", str(time.time() + 4)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", _OPENS, url, start],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(MANY)
    ]
    said = [program.communicate(timeout=120) for program in programs]
    assert [error for _, error in said if error] == []
    assert len({identity for identity, _ in said}) == 1
    with closing(sqlite3.connect(disk / "ledger.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM ledger").fetchone() == (1,)
        assert db.execute("SELECT count(*) FROM message").fetchone() == (MANY,)
        assert db.execute("SELECT count(*), max(number) FROM batch").fetchone() == (MANY, MANY)


def test_whoever_copies_the_file_after_a_command_has_all_of_it(disk: Path) -> None:
    """Whatever still holds the ledger when a process ends: its log went into the file."""
    run(_ENDS, f"sqlite:///{disk}/ledger.sqlite")
    assert [path.name for path in disk.iterdir() if "wal" in path.name] == []
    with closing(sqlite3.connect(disk / "ledger.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM message").fetchone() == (1,)


def test_many_threads_begin_one_ledger(tmp_path: Path) -> None:
    found: list[str] = []
    together = threading.Barrier(8)

    def begin() -> None:
        together.wait()
        ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
        found.append(ledger.identity)
        ledger.close()

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


def test_whoever_begins_waits_for_another_who_does(tmp_path: Path) -> None:
    """SQLite refuses to change how a file keeps its log while somebody writes, without waiting."""
    path = tmp_path / "ledger.sqlite"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    ends = threading.Timer(0.5, other.execute, ["COMMIT"])
    ends.start()
    with closing(other):
        ledger = Ledger(f"sqlite:///{path}")
        assert ledger.identity
        ledger.close()
        ends.join()


def test_a_ledger_in_a_server_is_begun_once(tmp_path: Path) -> None:
    with database() as name:
        url = server().url(name, OWNER)
        found: list[int | None] = []

        def begin() -> None:
            found.append(migrate_to_current(url, NOW).before)

        threads = [threading.Thread(target=begin) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(found) == 4
        assert Ledger(url).count_recipients() == 0


def test_opening_loads_no_migrations(tmp_path: Path) -> None:
    with empty_ledger("sqlite", tmp_path) as url:
        Ledger(url).close()
        loaded = run(_IMPORTED, url).split()
    assert "sqlalchemy" in loaded
    assert "alembic" not in loaded
    assert "psycopg" not in loaded
