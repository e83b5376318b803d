"""docs/ledger.md: its commands do what it says, as they are printed."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from publisher.edges.ledger import close_ledgers
from publisher.edges.ledger.schema import STATES
from publisher.people.handling import HandlingState
from publisher.record.event import EventKind
from tests import ROOT
from tests.fixtures.house import House
from tests.fixtures.houses import CUSTOMERS, NOW, send_letters, told
from tests.fixtures.servers import server

PAGE = (ROOT / "docs/ledger.md").read_text("utf-8")


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def commands(title: str) -> list[str]:
    return re.findall(r"^    (\S.*)$", section(title), re.MULTILINE)


def in_blocks(title: str) -> list[str]:
    found = re.findall(r"^```sh\n(.*?)^```", section(title), re.MULTILINE | re.DOTALL)
    return [line for block in found for line in block.splitlines()]


def test_a_ledger_in_a_server_is_set_up_as_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With names of roles and databases of its own, on the server of the tests."""
    (tmp_path / "made").mkdir()
    house = House(told(tmp_path / "made").root)
    close_ledgers()
    suffix = f"_{os.getpid()}"
    settings = {
        "PATH": f"{server().programs}:/usr/bin:/bin",
        "PGHOST": server().host,
        "PGUSER": "postgres",
    }
    monkeypatch.setenv("PGHOST", server().host)
    said = []
    for line in in_blocks("PostgreSQL"):
        line = re.sub(
            r"\b(ledger_owner|ledger_program|ledger_auditor)\b", rf"page_\1{suffix}", line
        )
        line = re.sub(r"(?<=/)ledger$|(?<= )ledger$", f"page{suffix}", line)
        if line.startswith("export "):
            name, _, value = line.removeprefix("export ").partition("=")
            monkeypatch.setenv(name, value)
            close_ledgers()
        elif line.startswith("publisher "):
            said.append(house.ok(*line.split()[1:], at=NOW))
        else:
            subprocess.run(line, shell=True, check=True, env=settings)
    assert said[0].startswith("a ledger of schema 3 was begun\ngranted: ")
    assert "0 events" in said[2]
    assert len(said) == 3
    close_ledgers()
    server().drop(f"page{suffix}")
    for role in ("ledger_owner", "ledger_program", "ledger_auditor"):
        server().execute(f"DROP ROLE page_{role}{suffix}")


def test_the_other_commands_work_as_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "house").mkdir()
    project = told(tmp_path / "house")
    send_letters(project)
    house = House(project.root)
    (tmp_path / "customers.csv").write_bytes(CUSTOMERS)
    monkeypatch.chdir(tmp_path)
    titles = (
        "A newer program", "Letters as they went out", "Who was not reached",
        "Which version applies to whom", "Whoever only reads", "Copies",
        "One ledger for each release",
    )  # fmt: skip
    for title in titles:
        if title == titles[-1]:
            close_ledgers()
            monkeypatch.setenv("PUBLISHER_LEDGER_URL", f"sqlite:///{tmp_path}/another.sqlite")
        for line in commands(title):
            line = line.replace("/var/backups", str(tmp_path)).replace("/srv/audit", str(tmp_path))
            line = line.replace("~", str(tmp_path)).partition(" >")[0]
            if line.startswith("pg_restore") or line.endswith("--copied"):
                continue  # by a server: tests/actions/test_restore_ledger.py
            with monkeypatch.context() as settings:
                if "=" in line.split()[0]:
                    value, _, line = line.partition("=")[2].partition(" ")
                    settings.setenv("PUBLISHER_LEDGER_URL", value)
                assert house.ok(*line.split()[1:], at=NOW)


def test_events_and_tables_of_requests_are_those_there_are() -> None:
    section = PAGE.split("\n## What is recorded of requests\n")[1].split("\n## ")[0]
    named = re.findall(r"^\| `([a-z ]+)` \|", section, re.MULTILINE)
    events = {EventKind.ASKED, EventKind.PASSED_ON, EventKind.CONFIRMED, EventKind.HANDLED}
    events |= {EventKind.DECLARED, EventKind.REQUESTED}
    tables = {"request", "declaration", "handling", "mailing", "answer"}
    assert set(named) == {str(kind) for kind in events} | tables
    assert tables <= {table.name for table in STATES}
    states = re.search(r"that a person handles: (.*?), and by when", section)
    assert states
    assert re.findall(r"`([a-z]+)`", states[1]) == list(HandlingState)
