"""Workers that take shards: `publisher worker`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from publisher.actions.share_out import share_out
from publisher.actions.status import status
from publisher.actions.work import work
from publisher.answers.alerts import AlertId
from publisher.edges.ledger import close_ledgers
from publisher.edges.ledger.shard_clerk import ShardClerk
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, LedgerError, PublisherError, SendError
from publisher.letters.sending import SendingReport
from tests.fixtures.engines import empty_ledger
from tests.fixtures.house import KEY
from tests.fixtures.houses import (
    NOW,
    TWO,
    import_customers,
    letter_states,
    told,
    workplace,
)
from tests.fixtures.letters import read_message
from tests.fixtures.relays import HANG, Keeps, free_port, real, scripted
from tests.fixtures.workplaces import ledger_of

MORE = b"customer,address\n" + b"".join(b"d-%d,d%d@%d.example\n" % (n, n, n % 7) for n in range(57))


@pytest.fixture(autouse=True)
def in_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The ledger is on a server."""
    with empty_ledger("postgresql", tmp_path) as url:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
        monkeypatch.setattr("publisher.actions.share_out.SHARD_SIZE", 20)
        yield
        close_ledgers()


def planned(root: Path, port: int) -> Project:
    """A project whose 60 letters wait in three shards."""
    project = told(root, port=port)
    import_customers(project, MORE)
    assert share_out(workplace(project), "privacy", TWO) == 3
    return project


def test_two_workers_tell_everybody_once_each_in_a_chain_of_its_own(tmp_path: Path) -> None:
    keeps = Keeps()
    with real(keeps) as port:
        project = planned(tmp_path, port)
        said: list[str] = []
        report = work(workplace(project), said.append, until_done=True)
        assert report == SendingReport(60, 0, 0, 0)
        assert work(workplace(project), until_done=True) == SendingReport(0, 0, 0, 0)
    assert len(keeps.told) == len(set(keeps.told)) == 60
    assert set(letter_states(project).values()) == {"accepted"}
    ledger = ledger_of(project)
    assert ledger.shard_queue().unfinished() == []
    assert said[0].endswith("worker 1")
    assert len(ledger.heads()) == 2  # who planned, who sent
    assert ledger.audit(lambda *_: None).findings == []


def test_what_was_put_off_is_taken_again_later_and_nobody_else_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.actions.work.pause_after", lambda *_: 0.0)
    keeps = Keeps({"d5@5.example": "451 4.7.1 greylisted", "d6@6.example": "550 5.1.1 unknown"})
    said: list[str] = []

    def heard(line: str) -> None:
        said.append(line)
        if "put off" in line:
            keeps.refusals.pop("d5@5.example", None)

    with real(keeps) as port:
        project = planned(tmp_path, port)
        report = work(workplace(project), heard, until_done=True)
    assert (report.accepted, report.refused) == (59, 1)
    assert len(keeps.told) == len(set(keeps.told)) == 59
    assert sum("tried again in 0 minutes" in line for line in said) == 1


def test_a_relay_that_refuses_everybody_stops_the_run_for_all_workers(tmp_path: Path) -> None:
    with scripted({"RCPT": "550 no mail for you"}) as server:
        project = planned(tmp_path, server.port)
        with pytest.raises(SendError, match="20 letters in a row were refused alike") as stopped:
            work(workplace(project), until_done=True)
    assert "send 2 --workers --confirm" in stopped.value.remedy
    assert ledger_of(project).shard_queue().unfinished() == []
    states = letter_states(project)
    assert set(states.values()) == {"to do"}, "not one refusal was believed"
    with real(Keeps()) as port:
        # The relay is set up, and all are told who were not.
        text = (tmp_path / "publisher.toml").read_text()
        (tmp_path / "publisher.toml").write_text(text.replace(str(server.port), str(port)))
        assert share_out(workplace(project), "privacy", TWO) == 3
        assert work(workplace(project), until_done=True).accepted == 60


def test_nothing_is_taken_before_all_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = planned(tmp_path, free_port())
    with pytest.raises(SendError, match="the relay cannot be reached"):
        work(workplace(project), until_done=True)
    with monkeypatch.context() as patched:
        patched.delenv("PUBLISHER_TOKEN_KEY")
        with pytest.raises(ConfigurationError, match="no key for personal links"):
            work(workplace(project), until_done=True)
    with real(Keeps()) as port:
        text = (tmp_path / "publisher.toml").read_text()
        (tmp_path / "publisher.toml").write_text(re.sub(r"(?m)^port = .*", f"port = {port}", text))
        folder = next(project.versions.glob("*/2*"))
        folder.rename(tmp_path / "elsewhere")
        with pytest.raises(PublisherError, match=r"which is not here|is missing"):
            work(workplace(project), until_done=True)
        (tmp_path / "elsewhere").rename(folder)
        with monkeypatch.context() as patched:
            # By links of another key nobody could opt out; one that was used before is no matter.
            patched.setenv("PUBLISHER_TOKEN_KEY", f"{'k' * 40},{KEY}")
            with pytest.raises(ConfigurationError, match="not the key for personal links that"):
                work(workplace(project), until_done=True)
        assert len(ledger_of(project).shard_queue().unfinished()) == 3
        # A worker waits for whoever sends alone, and tells nobody too late.
        late = NOW.replace(year=NOW.year + 3)
        said: list[str] = []
        assert work(workplace(project, late), said.append, until_done=True).accepted == 0
    assert sum("come too late" in line for line in said) == 3
    assert letter_states(project) == {}


def test_a_ledger_in_a_file_has_no_workers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PUBLISHER_LEDGER_URL")
    with pytest.raises(LedgerError, match="this one is a file") as refused:
        work(workplace(told(tmp_path)))
    assert "docs/ledger.md" in refused.value.remedy


def test_a_stop_leaves_the_rest_to_others(tmp_path: Path) -> None:
    keeps = Keeps()
    with real(keeps) as port:
        project = planned(tmp_path, port)
        report = work(workplace(project), stopped=lambda: "asked" if len(keeps.told) > 5 else "")
        assert 0 < report.accepted < 60
        assert len(ledger_of(project).shard_queue().unfinished()) == 3
        assert work(workplace(project), until_done=True).accepted == 60 - report.accepted
    assert len(keeps.told) == len(set(keeps.told)) == 60


_COMMAND = (
    "import datetime as dt, sys; from publisher.cli import command_line\n"
    "now = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)\n"
    "command_line(['--project', *sys.argv[1:]], obj=lambda: now)\n"
)


def started(root: Path, *words: str) -> subprocess.Popen[str]:
    """A command in a process of its own, whose clock stands still."""
    command = [sys.executable, "-c", _COMMAND, str(root), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_the_shard_of_a_killed_worker_is_finished_by_another(tmp_path: Path) -> None:
    with scripted({"dot": HANG}) as server:
        project = planned(tmp_path, server.port)
        with started(tmp_path, "worker", "--patience", "1") as killed:
            assert server.at_the_dot.wait(60)
            killed.kill()
        states = Counter(letter_states(project).values())
        assert states == {"in doubt": 1, "to do": 59}
        server.script = {}
        assert work(workplace(project), until_done=True, patience=1).accepted == 59
        assert ledger_of(project).shard_queue().unfinished() == []
        # One that has nothing to do ends when it is asked to.
        with started(tmp_path, "worker") as idle:
            assert idle.stdout
            assert "ready, as" in idle.stdout.readline()
            idle.terminate()
            assert "0 accepted by the carrier" in idle.stdout.read()
        assert idle.returncode == 0
    assert Counter(letter_states(project).values()) == {"in doubt": 1, "accepted": 59}
    to = [read_message(letter)["To"] for letter in server.letters]
    assert len(to) == len(set(to)) == 60, "the one in doubt had arrived"


def test_status_says_what_waits_and_whether_anybody_is_at_work(tmp_path: Path) -> None:
    shards: list[dict[str, int]] = []
    seen: list[list[str]] = []

    def look(_: str = "") -> list[str]:
        found = status(workplace(project), ["privacy"])
        shards.append(json.loads(found.json())["ledger"]["shards"])
        rows = [row for block in found.blocks() for row in block.rows if row[0] == "shards"]
        called = [one.remedy for one in found.alerts if one.id is AlertId.SHARDS_WAITING]
        return [*called, *(row[1] for row in rows)]

    with real(Keeps({"d5@5.example": "451 4.7.1 greylisted"})) as port:
        project = planned(tmp_path, port)
        assert look() == ["publisher worker", "3 to do, no worker at work"]

        def heard(line: str) -> None:
            if "put off" in line:
                seen.append(look())
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            work(workplace(project), heard, until_done=True)
    assert seen == [["3 to do, 1 worker at work"]]
    assert shards[0] == {"to_do": 3, "workers": 0}


def test_a_shard_that_is_handed_out_as_a_worker_ends_holds_it_up_no_longer(tmp_path: Path) -> None:
    project = planned(tmp_path, free_port())
    clerk = ShardClerk(ledger_of(project).shard_queue(), 30.0, until_done=False)
    usual = clerk._have

    def late(act: Callable[..., object], *words: object) -> None:
        for _ in range(500):
            if clerk._open is not None:
                break
            time.sleep(0.01)
        usual(act, *words)

    def ended() -> None:
        with clerk:
            next(filter(None, clerk.shards()))
            clerk.settle(0.0)
            clerk._have = late  # type: ignore[method-assign]

    worker = threading.Thread(target=ended, daemon=True)
    worker.start()
    worker.join(20)
    assert not worker.is_alive()
    assert len(ledger_of(project).shard_queue().unfinished()) == 3


def test_a_worker_that_ends_as_it_begins_ends(tmp_path: Path) -> None:
    clerk = ShardClerk(
        ledger_of(planned(tmp_path, free_port())).shard_queue(), 30.0, until_done=False
    )
    clerk._closing = True  # before there is a loop that could be told
    clerk.start()
    clerk.join(20)
    assert not clerk.is_alive()
