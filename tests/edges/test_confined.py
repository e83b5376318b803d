"""Work on a stranger's bytes ends, whatever these make its process do."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.edges.confined import Exceeded, confined
from publisher.edges.confinement import Confinement
from tests.fixtures import hostile

Do = Callable[..., Any]


@pytest.fixture(scope="module", params=["a process each", "a mother"])
def do(request: pytest.FixtureRequest) -> Iterator[Do]:
    """Does work within limits, in either way."""
    if request.param == "a process each":
        yield confined
        return
    confinement = Confinement(["publisher.edges.inbox"])
    yield confinement.do
    confinement.close()


def test_an_answer_comes_back_as_data(do: Do) -> None:
    assert do(hostile.same, {"a": [1, "ä\ud800", None, True]}) == {"a": [1, "ä\ud800", None, True]}
    assert do(hostile.same, ("a", "b")) == ["a", "b"]


@settings(max_examples=10, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda s: st.lists(s)))
def test_no_answer_is_changed_on_its_way(do: Do, value: Any) -> None:
    assert do(hostile.same, value) == value


def test_ten_megabytes_are_handed_over(do: Do) -> None:
    assert do(hostile.length, bytes(10_000_001)) == 10_000_001


@pytest.mark.parametrize(
    ("work", "why"),
    [
        (hostile.spin, "1 s of CPU"),
        (hostile.fill_memory, "MemoryError"),
        (hostile.fill_memory_in_pieces, "MemoryError|CPU"),
        (hostile.recurse, "RecursionError"),
        (hostile.crash, "SIGSEGV"),
        (hostile.kill_itself, "SIGKILL"),
        (hostile.leave, "SystemExit"),
        (hostile.leave_at_once, "ended with 0"),
        (hostile.say_much, "answer is too large|MemoryError"),
        (hostile.write_to_all_files, "answer is too large"),
        (hostile.undecided, "TypeError"),
    ],
)
def test_work_that_goes_wrong_ends_as_exceeded(
    do: Do, work: Callable[[], object], why: str
) -> None:
    with pytest.raises(Exceeded, match=why):
        do(work)


def test_a_process_that_does_nothing_is_ended_after_a_while(do: Do) -> None:
    before = children()
    with pytest.raises(Exceeded, match="too long"):
        do(hostile.sleep, patience=0.5)
    assert children() <= before


def children() -> set[str]:
    """Processes that this one started and that are still there, ended ones included."""
    tasks = Path("/proc/self/task")
    return {child for task in tasks.iterdir() for child in (task / "children").read_text().split()}


def test_what_it_prints_is_no_answer(do: Do) -> None:
    assert do(hostile.print_first) == "done"


def test_it_writes_no_file(do: Do, tmp_path: Path) -> None:
    assert do(hostile.write_file, str(tmp_path / "file")) == "OSError"
    assert (tmp_path / "file").read_bytes() == b""


def test_its_limits_are_those_of_the_system_itself(do: Do) -> None:
    assert do(hostile.limits, cpu_seconds=1.5, memory=200_000_000) == [2, 200_000_000, 0, 0]


def test_it_knows_no_secret_and_holds_no_file(
    do: Do, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", "secret")
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        assert "secret" not in str(do(hostile.environment))
        assert not [name for name in do(hostile.open_files) if str(tmp_path) in name]


def test_a_database_that_is_being_written_stays_as_it_is(do: Do, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "db") as db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE t (n)")
        db.execute("INSERT INTO t VALUES (1)")
        assert do(hostile.same, 1) == 1
        with pytest.raises(Exceeded):
            do(hostile.crash)
        db.execute("INSERT INTO t VALUES (2)")
    assert db.execute("SELECT count(*) FROM t").fetchone() == (2,)
    assert (tmp_path / "db-wal").exists()
    db.close()


def test_many_threads_ask_at_the_same_time(do: Do) -> None:
    answers: list[int] = []

    def ask(number: int) -> None:
        answers.append(do(hostile.same, number))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == list(range(8))


def test_it_works_where_the_mail_server_ignores_the_end_of_children(do: Do) -> None:
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert do(hostile.same, 1) == 1
        with pytest.raises(Exceeded):
            do(hostile.crash)
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not enforce this limit")
def test_it_never_has_more_memory_than_it_may(do: Do) -> None:
    assert do(hostile.most_memory) * 1024 <= 160_000_000
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY
