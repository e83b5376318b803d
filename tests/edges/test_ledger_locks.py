"""Two machines that share a ledger in a server do not do the same at once."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from publisher.actions.send_receipts import send_receipts
from publisher.edges.ledger import Ledger, close_ledgers
from publisher.errors import LedgerError, SendError
from publisher.people.requests import RequestKind
from tests import ROOT
from tests.fixtures.answers import at, declare, reply
from tests.fixtures.engines import empty_ledger
from tests.fixtures.houses import NOW, make, send_letters, spooled, token, told
from tests.fixtures.servers import server

_HOLDS = """
import sys, time
from pathlib import Path
from publisher.edges.ledger import Ledger
with Ledger(sys.argv[1]).alone(sys.argv[2], Path(sys.argv[3])) as ours:
    print(ours, flush=True)
    time.sleep(60)
"""


def holder(url: str, doing: str, folder: Path) -> subprocess.Popen[str]:
    """A process elsewhere that holds a lock."""
    process = subprocess.Popen(
        [sys.executable, "-c", _HOLDS, url, doing, str(folder)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "True\n"
    return process


def test_two_projects_on_one_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("one", "other", "elsewhere"):
        (tmp_path / name).mkdir()
    with empty_ledger("postgresql", tmp_path) as url:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
        one, other = told(tmp_path / "one"), make(tmp_path / "other")
        sender = holder(url, "send", tmp_path / "elsewhere")
        for project in (one, other):
            with pytest.raises(SendError, match="another run is sending"):
                send_letters(project)
        sender.kill()
        sender.wait()
        assert send_letters(one).accepted == 3
        assert send_letters(other).accepted == 0
        declare(one, token(one, "c-1"), RequestKind.OPT_OUT)
        receipts = holder(url, "receipts", tmp_path / "elsewhere")
        assert send_receipts(at(one)).sent == 0
        receipts.kill()
        receipts.wait()
        assert send_receipts(at(other)).sent == 1
        assert send_receipts(at(one)).sent == 0
        assert (len(spooled(one)), len(spooled(other))) == (3, 1)
        monkeypatch.setattr("publisher.actions.read_messages.READING_PATIENCE", 0.2)
        reader = holder(url, "reading", tmp_path / "elsewhere")
        from publisher.actions.receive import receive

        assert receive(at(one), reply(one, "I opt out"), None).reason == "others are read first"
        reader.kill()
        reader.wait()
        assert receive(at(other), b"\n\n", None).filed is not None
        close_ledgers()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_lock_ends_with_its_block_and_with_its_process(engine: str, tmp_path: Path) -> None:
    with empty_ledger(engine, tmp_path) as url:
        ledger = Ledger(url)
        for _ in range(3):
            with ledger.alone("send", tmp_path) as ours:
                assert ours
                with ledger.alone("receipts", tmp_path) as another:
                    assert another
                with ledger.alone("send", tmp_path) as again:
                    assert not again
        process = holder(url, "send", tmp_path)
        with ledger.alone("send", tmp_path) as ours:
            assert not ours
        start = time.monotonic()
        process.kill()
        process.wait()
        with ledger.alone("send", tmp_path, 5) as ours:
            assert ours
        assert time.monotonic() - start < 4
        ledger.close()


def test_a_lock_is_that_of_one_ledger(tmp_path: Path) -> None:
    with empty_ledger("postgresql", tmp_path) as one, empty_ledger("postgresql", tmp_path) as two:
        first, second = Ledger(one), Ledger(two)
        with first.alone("send", tmp_path) as ours, second.alone("send", tmp_path) as theirs:
            assert ours
            assert theirs
        first.close()
        second.close()


def test_a_server_that_ends_connections_is_reached_again(tmp_path: Path) -> None:
    with empty_ledger("postgresql", tmp_path) as url:
        ledger = Ledger(url)
        assert ledger.keep(b"one", "", lambda: NOW) == 1
        name = make_url(url).database
        ends = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        server().execute(ends)
        assert ledger.keep(b"two", "", lambda: NOW) == 2

        def cut_off() -> dt.datetime:
            server().execute(ends)
            return NOW

        with pytest.raises(LedgerError, match="the ledger cannot be used") as told_so:
            ledger.keep(b"three", "", cut_off)
        assert "see that the server runs" in told_so.value.remedy
        with ledger.alone("send", tmp_path) as ours:
            assert ours
            server().execute(ends)
            with pytest.raises(LedgerError, match="the ledger cannot be used"):
                ledger.keep(b"four", "", cut_off)
        with ledger.alone("send", tmp_path) as ours:
            assert ours
        number = ledger.keep(b"five", "", lambda: NOW)
        assert ledger.raw(number) == b"five"
        assert [ledger.raw(n) for n in range(1, number)][:2] == [b"one", b"two"]
        ledger.close()
