from __future__ import annotations

import datetime as dt
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from publisher.answers.declarations import (
    MOST_CHANGES,
    MOST_REPEATS,
    current_declaration,
    last_late,
)
from publisher.edges.clock import Clock
from publisher.edges.ledger import Ledger, engines
from publisher.edges.ledger.guards import GUARDED_STATES, UNCHANGING
from publisher.errors import LedgerError, TooOftenError
from publisher.people.customer_list import Customer
from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.messages import Filed, Filing
from publisher.people.requests import Channel, Request, RequestKind, Timing, Wanted
from publisher.record.event import Happening
from publisher.releases.number import Number
from tests.fixtures.engines import ENGINES, empty_ledger
from tests.fixtures.recipients import recipients_of, take_customers

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)
MARCH = dt.date(2027, 3, 1)
TWO = Number(2)
ANNA, BEN = Customer("c-1", "anna@one.example", "Anna"), Customer("c-2", "ben@one.example", "")
OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "private" / "ledger.sqlite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both engines, but for what is about the file."""
    if "ledger" in metafunc.fixturenames:
        engines = ["sqlite"] if "path" in metafunc.function.__annotations__ else ENGINES
        metafunc.parametrize("ledger", engines, indirect=True)


@pytest.fixture
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    with empty_ledger(request.param, tmp_path) as url:
        ledger = Ledger(url)
        take_customers(ledger, ANNA, BEN, now=NOW)
        yield ledger
        ledger.close()


def at(hours: int = 0) -> Clock:
    return lambda: NOW + dt.timedelta(hours=hours)


def wanted(kind: RequestKind = OUT, **values: Any) -> Wanted:
    return Wanted(kind, "privacy", TWO, 1, Channel.FORM, {}, **values)


def declare(
    ledger: Ledger, kind: RequestKind, hours: int = 0, timing: Timing = Timing.IN_TIME
) -> Request:
    return ledger.record(wanted(kind), at(hours), lambda _: timing).request


def test_only_its_owner_can_read_it(ledger: Ledger, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_is_written_through_to_the_disk(ledger: Ledger, path: Path) -> None:
    with ledger._reading() as db:
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_opens_again_and_refuses_tables_of_another_version(ledger: Ledger, path: Path) -> None:
    ledger.close()
    assert len(recipients_of(Ledger(f"sqlite:///{path}"))) == 2
    with sqlite3.connect(path) as db:
        db.execute("UPDATE alembic_version SET version_num = 99")
    with pytest.raises(LedgerError, match="tables of schema 99"):
        Ledger(f"sqlite:///{path}")


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"not a database " * 100)
    with pytest.raises(LedgerError, match="cannot be used"):
        Ledger(f"sqlite:///{path}")
    with pytest.raises(LedgerError, match="cannot be opened"):
        Ledger(f"sqlite:///{tmp_path}")


def test_an_import_adds_and_updates_and_removes_nobody(ledger: Ledger) -> None:
    changed = Customer("c-2", "ben@new.example", "Ben")
    new = Customer("c-3", "cleo@one.example", "")
    for counts in ((1, 1, 0), (0, 0, 2)):
        done = take_customers(ledger, changed, new, now=NOW)
        assert (done.new, done.changed, done.unchanged) == counts
    assert [r.address for r in recipients_of(ledger)] == [
        "anna@one.example",
        "ben@new.example",
        "cleo@one.example",
    ]
    assert [r.customer for r in ledger.at_address("BEN@new.example")] == ["c-2"]


def test_a_delivery_is_marked_once(ledger: Ledger) -> None:
    first = Delivery("privacy", "2", 1, MARCH, DeliveryState.TO_DO, "", "", "", NOW, 0)
    assert ledger.deliveries("privacy", 2) == []
    ledger.mark(first, "anna@one.example", "id@x", NOW)
    with pytest.raises(LedgerError, match="another sender"):
        ledger.mark(first, "anna@one.example", "id@x", NOW)
    ledger.settle(first, DeliveryState.ACCEPTED, "250 ok", NOW)
    (found,) = ledger.deliveries("privacy", 2)
    assert (found.state, found.reply, found.tries) == (DeliveryState.ACCEPTED, "250 ok", 1)
    assert (found.effective, found.address, found.message_id, found.at) == (
        MARCH,
        "anna@one.example",
        "id@x",
        NOW,
    )


def test_the_same_said_twice_is_kept_and_counts_once(ledger: Ledger) -> None:
    first, second = declare(ledger, OUT), declare(ledger, OUT, 1)
    assert (first.receipt, second.receipt) == ("R-000001", "R-000001")
    assert second.repeats == first.id
    assert current_declaration(ledger.requests("privacy", 2, 1)) == first
    assert [a.request.id for a in ledger.answers(DeliveryState.TO_DO)] == [first.id]


def test_the_last_that_came_in_time_stands(ledger: Ledger) -> None:
    declare(ledger, OUT)
    declare(ledger, BACK, 1)
    third = declare(ledger, OUT, 2)
    late = declare(ledger, BACK, 999, Timing.LATE)
    requests = ledger.requests("privacy", 2, 1)
    assert (third.repeats, late.repeats) == (None, None)
    assert current_declaration(requests) == third
    assert last_late(requests) == late
    assert declare(ledger, BACK, 1000, Timing.LATE).repeats == late.id
    assert len(ledger.requests("privacy", 2)) == 5


def test_what_came_earlier_is_no_repeat_of_what_came_later(ledger: Ledger) -> None:
    declare(ledger, OUT, 5)
    earlier = ledger.record(wanted(received=NOW), at(6), lambda _: Timing.IN_TIME)
    assert (earlier.first, earlier.request.received) == (None, NOW)


def test_two_at_once_make_one_declaration(ledger: Ledger) -> None:
    """With the real clock, which is read when nobody else can write."""
    for _ in range(10):
        before = len(ledger.requests("privacy", 2, 1))
        standing = current_declaration(ledger.requests("privacy", 2, 1))
        kind = BACK if standing is not None and standing.kind is OUT else OUT
        clicks = [threading.Thread(target=_click, args=(ledger, kind)) for _ in range(4)]
        for click in clicks:
            click.start()
        for click in clicks:
            click.join()
        new = ledger.requests("privacy", 2, 1)[before:]
        assert sorted(r.repeats is None for r in new) == [False] * 3 + [True]
        assert len({r.receipt for r in new}) == 1


def _click(ledger: Ledger, kind: RequestKind) -> None:
    ledger.record(wanted(kind), lambda: dt.datetime.now(dt.UTC), lambda _: Timing.IN_TIME)


def test_the_clock_is_asked_when_nobody_else_can_write(ledger: Ledger, path: Path) -> None:
    held = []

    def clock() -> dt.datetime:
        with sqlite3.connect(path, timeout=0) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            held.append(True)
        return NOW

    ledger.record(wanted(), clock, lambda _: Timing.IN_TIME)
    ledger.keep(b"raw", "", clock)
    assert held == [True, True]


def test_one_customer_cannot_fill_the_ledger(ledger: Ledger) -> None:
    for _ in range(30):
        assert declare(ledger, OUT).receipt == "R-000001"
    assert len(ledger.requests("privacy", 2, 1)) == 1 + MOST_REPEATS
    for turn in range(1, MOST_CHANGES):
        declare(ledger, BACK if turn % 2 else OUT)
    with pytest.raises(TooOftenError):
        declare(ledger, OUT if MOST_CHANGES % 2 == 0 else BACK)
    assert len(ledger.requests("privacy", 2, 1)) == MOST_CHANGES + MOST_REPEATS
    assert (
        ledger.record(
            Wanted(OUT, "privacy", TWO, 2, Channel.FORM, {}), at(), lambda _: Timing.IN_TIME
        ).first
        is None
    )
    assert declare(ledger, OUT if MOST_CHANGES % 2 == 0 else BACK, 25).repeats is None


def test_a_clock_behind_what_is_on_record_is_marked(ledger: Ledger) -> None:
    """Set to 1980, say: what is declared is taken all the same."""
    assert not declare(ledger, OUT).clock_behind
    back = declare(ledger, BACK, -24 * 365 * 40)
    assert back.clock_behind
    assert current_declaration(ledger.requests("privacy", 2, 1)) == back
    again = declare(ledger, OUT, -24 * 365 * 40)
    assert (again.clock_behind, again.repeats) == (True, None)
    assert current_declaration(ledger.requests("privacy", 2, 1)) == again
    assert declare(ledger, BACK, 1).repeats is None
    early = wanted(not_before=NOW + dt.timedelta(days=9))
    assert ledger.record(early, at(1), lambda _: Timing.IN_TIME).request.clock_behind


def test_two_machines_may_differ_by_seconds(ledger: Ledger) -> None:
    declare(ledger, OUT)
    seconds = ledger.record(
        wanted(BACK), lambda: NOW - dt.timedelta(seconds=30), lambda _: Timing.IN_TIME
    )
    assert not seconds.request.clock_behind


# ── the ledger's file ────────────────────────────────────────────────────────────────────────────


def _remove(path: Path) -> None:
    path.unlink()


def _replace(path: Path) -> None:
    copy = path.with_name("copy")
    with sqlite3.connect(path) as one, sqlite3.connect(copy) as other:
        one.backup(other)
    copy.replace(path)


def _move_folder(path: Path) -> None:
    path.parent.rename(path.parent.with_name("elsewhere"))


def _remove_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def _remove_shared(path: Path) -> None:
    path.with_name(f"{path.name}-shm").unlink()


@pytest.mark.parametrize("harm", [_remove, _replace, _move_folder, _remove_log, _remove_shared])
def test_what_nobody_would_find_is_not_recorded(
    ledger: Ledger, path: Path, harm: Callable[[Path], None]
) -> None:
    declare(ledger, OUT)
    harm(path)
    acts: list[Callable[[], object]] = [
        lambda: declare(ledger, BACK),
        lambda: ledger.keep(b"raw", "", at()),
        lambda: take_customers(ledger, ANNA, now=NOW),
        lambda: ledger.requests("privacy", 2, 1),
    ]
    for act in acts:
        with pytest.raises(LedgerError, match="removed or replaced"):
            act()


@pytest.mark.parametrize("harm", [_remove, _replace, _remove_log, _remove_shared])
def test_what_is_taken_away_while_it_is_written_is_not_recorded(
    ledger: Ledger, path: Path, harm: Callable[[Path], None]
) -> None:
    declare(ledger, OUT)

    def clock() -> dt.datetime:
        harm(path)
        return NOW

    with pytest.raises(LedgerError, match="removed or replaced"):
        ledger.record(wanted(BACK), clock, lambda _: Timing.IN_TIME)


def test_another_release_is_another_matter(ledger: Ledger) -> None:
    declare(ledger, OUT)
    assert current_declaration(ledger.requests("privacy", 3, 1)) is None
    assert current_declaration(ledger.requests("terms", 2, 1)) is None


def everything(ledger: Ledger) -> None:
    """Has a row in each table."""
    declare(ledger, OUT)
    for kind in (RequestKind.LEAVE, RequestKind.CORRECT):
        asked = Wanted(kind, "", None, 1, Channel.FORM, {})
        ledger.record(asked, at(), lambda _: Timing.IN_TIME)
    ledger.file(ledger.keep(b"raw", "to@x.example", at()), Filing(Filed.UNCLEAR, "why"), NOW)
    one = Delivery("privacy", "2", 1, MARCH, DeliveryState.TO_DO, "", "", "", NOW, 0)
    ledger.mark(one, "anna@one.example", "id@x", NOW)


@pytest.mark.parametrize("table", [*UNCHANGING, "private", *GUARDED_STATES])
@pytest.mark.parametrize(
    "act",
    ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "INSERT OR REPLACE INTO {0} SELECT * FROM {0}"],
    ids=["update", "delete", "replace"],
)
def test_a_slip_in_sql_changes_nothing(ledger: Ledger, path: Path, table: str, act: str) -> None:
    everything(ledger)
    with sqlite3.connect(path) as other:
        if table == "template":
            other.execute("INSERT INTO template VALUES (x'00', x'00')")
        before = other.execute(f"SELECT * FROM {table}").fetchall()
        column = other.execute(f"SELECT name FROM pragma_table_info('{table}')").fetchone()[0]
        with pytest.raises(
            sqlite3.IntegrityError, match=r"never changed|only where an event|only with one"
        ):
            other.execute(act.format(table, column))
        assert before
        assert other.execute(f"SELECT * FROM {table}").fetchall() == before


@pytest.mark.parametrize(
    "slip",
    [
        "UPDATE delivery SET state = 'to do', event = event + 1",
        "UPDATE delivery SET state = 'to do', event = (SELECT max(id) FROM event)",
        "UPDATE declaration SET kind = 'withdraw', event = event + 1",
        "UPDATE declaration SET kind = 'withdraw', event = (SELECT max(id) FROM event)",
        "UPDATE answer SET state = 'accepted', event = event + 1",
        "UPDATE recipient SET state = 'removed', event = event + 1",
        "DELETE FROM answer",
        "INSERT INTO delivery SELECT policy, '3', recipient, 3, effective, 'accepted', told, event,"
        " at, 1 FROM delivery",
        "INSERT INTO declaration SELECT policy, major, 2, kind, late, event FROM declaration",
        "UPDATE request SET kind = 'withdraw'",
        "UPDATE delivery SET state = 'to do'",
        "UPDATE declaration SET kind = ''",
        "UPDATE answer SET state = 'accepted'",
        "UPDATE message SET filed = 'settled'",
        "UPDATE recipient SET state = 'removed'",
        "UPDATE handling SET state = 'done'",
        "UPDATE handling SET state = 'done', event = event + 1",
        "UPDATE handling SET state = 'done', event = (SELECT max(id) FROM event) + 1",
        "UPDATE mailing SET state = 'joined'",
        "UPDATE mailing SET state = 'joined', event = (SELECT max(id) FROM event)",
        "INSERT INTO mailing SELECT 2, state, event, at FROM mailing",
    ],
)
def test_no_slip_in_sql_tells_another_story(ledger: Ledger, path: Path, slip: str) -> None:
    everything(ledger)
    with sqlite3.connect(path) as db, pytest.raises(sqlite3.IntegrityError, match="only with one"):
        db.execute(slip)


def test_a_message_waits_until_somebody_settled_it(ledger: Ledger) -> None:
    number = ledger.keep(b"raw \xff", "to@x.example", at())
    assert [m.filed for m in ledger.waiting()] == [None]
    ledger.file(number, Filing(Filed.UNCLEAR, "doubt", policy="privacy", release="2"), NOW)
    assert [(m.filed, m.policy) for m in ledger.waiting()] == [(Filed.UNCLEAR, "privacy")]
    ledger.file(number, Filing(Filed.SETTLED, "a question"), NOW)
    assert list(ledger.waiting()) == []
    assert [m.reason for m in ledger.messages()] == ["a question"]
    assert ledger.raw(number) == b"raw \xff"


def test_errors_say_nothing_of_customers(ledger: Ledger, path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE answer")
    with pytest.raises(LedgerError) as caught:
        declare(ledger, OUT)
    assert "anna" not in str(caught.value)
    assert ledger.requests("privacy", 2) == []


LEFT = """
import os, sys
from publisher.edges.ledger import Ledger
Ledger(sys.argv[1]).customers([1])
os._exit(9)  # as if killed: the log stays
"""
ENDS = "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('SELECT 1 FROM request')"


def test_another_program_that_ends_while_this_one_opens_does_no_harm(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last one that ends takes the log away: of a program that was killed before, say."""
    url = f"sqlite:///{path}"
    subprocess.run([sys.executable, "-c", LEFT, url], check=False, env={**os.environ})
    log = path.with_name(f"{path.name}-wal")
    assert log.exists()
    seen: list[str] = []
    look = engines._identity

    def looked(name: str) -> tuple[int, int] | None:
        found = look(name)
        if name.endswith("-wal") and not seen:
            seen.append(name)
            os.link(log, path.with_name("kept"))  # so that no new file gets its number
            subprocess.run([sys.executable, "-c", ENDS, str(path)], check=True)
        return found

    monkeypatch.setattr(engines, "_identity", looked)
    ledger = Ledger(url)
    take_customers(ledger, ANNA, now=NOW)
    assert seen
    assert declare(ledger, OUT).receipt == "R-000001"


def test_a_second_opening_in_one_process_leaves_the_locks_of_the_first(
    ledger: Ledger, path: Path
) -> None:
    Ledger(f"sqlite:///{path}").close()
    subprocess.run([sys.executable, "-c", ENDS, str(path)], check=True)
    assert path.with_name(f"{path.name}-wal").exists()
    assert declare(ledger, OUT).receipt == "R-000001"


def test_last_numbers_that_were_altered_give_no_number_twice(ledger: Ledger, path: Path) -> None:
    everything(ledger)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE sqlite_sequence SET seq = 0")
    assert ledger.keep(b"raw", "to@x.example", at()) == 2
    assert declare(ledger, BACK, 1).receipt == "R-000004"


def test_a_request_may_be_about_no_release(ledger: Ledger) -> None:
    evidence = {"text": "No more mailings"}
    asked = Wanted(RequestKind.ASK, "", None, 1, Channel.MAIL, evidence, answered=False)
    one = ledger.record(asked, at(), lambda _: Timing.IN_TIME).request
    assert (one.policy, one.release, one.major) == ("", "", 0)
    assert ledger.request(one.id) == one
    assert ledger.answers() == []
    assert list(ledger.audit(lambda *_: None).findings) == []


def test_what_a_later_program_recorded_is_passed_over(ledger: Ledger) -> None:
    """Kinds, states and channels stand in no rule of the database."""
    later = Happening("moved house", NOW, recipient=1, private={"to": "Reno"})
    ledger._database.write(lambda tx: tx.record(later))
    assert declare(ledger, OUT).receipt == "R-000001"
    assert list(ledger.audit(lambda *_: None).findings) == []
