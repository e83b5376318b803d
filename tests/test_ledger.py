from __future__ import annotations

import datetime as dt
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from publisher.edges.database import LedgerError
from publisher.edges.ledger import Ledger, Merged
from publisher.notices.optout import RequestKind, Timing
from publisher.notices.recipients import Customer
from publisher.notices.record import (
    Channel,
    DeliveryState,
    Filed,
    Request,
    last_late,
    said_before,
    stands,
)
from publisher.policies.release import Number

NOW = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)
MARCH = dt.date(2027, 3, 1)
TWO = Number(2)
ANNA, BEN = Customer("c-1", "anna@one.example", "Anna"), Customer("c-2", "ben@one.example", "")
OUT, BACK = RequestKind.OPT_OUT, RequestKind.WITHDRAW


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "private" / "ledger.sqlite"


@pytest.fixture
def ledger(path: Path) -> Ledger:
    ledger = Ledger(f"sqlite:///{path}")
    ledger.merge_recipients([ANNA, BEN], NOW)
    return ledger


def declare(
    ledger: Ledger, kind: RequestKind, hours: int = 0, timing: Timing = Timing.IN_TIME
) -> Request:
    return ledger.record(
        kind,
        "privacy",
        TWO,
        1,
        received=NOW + dt.timedelta(hours=hours),
        timing=timing,
        channel=Channel.FORM,
        evidence="{}",
    )


def test_only_its_owner_can_read_it(ledger: Ledger, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_is_written_through_to_the_disk(ledger: Ledger) -> None:
    with ledger._reading() as db:
        assert db.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert db.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert db.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_opens_again_and_refuses_tables_of_another_version(ledger: Ledger, path: Path) -> None:
    ledger.close()
    assert len(Ledger(f"sqlite:///{path}").recipients()) == 2
    with sqlite3.connect(path) as db:
        db.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(LedgerError, match="tables of version 99"):
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
    assert ledger.merge_recipients([changed, new], NOW) == Merged(1, 1, 0)
    assert ledger.merge_recipients([changed, new], NOW) == Merged(0, 0, 2)
    assert [r.address for r in ledger.recipients()] == [
        "anna@one.example",
        "ben@new.example",
        "cleo@one.example",
    ]
    assert [r.customer for r in ledger.at_address("BEN@new.example")] == ["c-2"]


def test_a_delivery_is_marked_once(ledger: Ledger) -> None:
    ledger.enlist("privacy", TWO, MARCH, [1, 2], NOW)
    ledger.enlist("privacy", TWO, MARCH, [1, 2], NOW)
    first, second = ledger.deliveries("privacy", 2)
    assert (first.state, first.effective, first.at) == (DeliveryState.TO_DO, MARCH, NOW)
    ledger.mark(first, "anna@one.example", "id@x", NOW)
    with pytest.raises(LedgerError, match="another sender"):
        ledger.mark(first, "anna@one.example", "id@x", NOW)
    ledger.settle(first, DeliveryState.ACCEPTED, "250 ok", NOW)
    found = ledger.deliveries("privacy", 2)[0]
    assert (found.state, found.reply, found.tries) == (DeliveryState.ACCEPTED, "250 ok", 1)
    assert ledger.deliveries("privacy", 2)[1] == second


def test_the_same_said_twice_is_kept_and_counts_once(ledger: Ledger) -> None:
    first, second = declare(ledger, OUT), declare(ledger, OUT, 1)
    assert (first.receipt, second.receipt) == ("R-000001", "R-000001")
    assert second.repeats == first.id
    assert stands(ledger.requests("privacy", 2, 1)) == first
    assert [r.id for r in ledger.owed()] == [first.id]


def test_the_last_that_came_in_time_stands(ledger: Ledger) -> None:
    declare(ledger, OUT)
    declare(ledger, BACK, 1)
    third = declare(ledger, OUT, 2)
    late = declare(ledger, BACK, 999, Timing.LATE)
    requests = ledger.requests("privacy", 2, 1)
    assert (third.repeats, late.repeats) == (None, None)
    assert stands(requests) == third
    assert last_late(requests) == late
    assert declare(ledger, BACK, 1000, Timing.LATE).repeats == late.id
    assert len(ledger.requests("privacy", 2)) == 5


def test_what_came_earlier_is_no_repeat_of_what_came_later(ledger: Ledger) -> None:
    later = declare(ledger, OUT, 5)
    assert said_before(OUT, Timing.IN_TIME, NOW, [later]) is None


def test_two_at_once_make_one_declaration(ledger: Ledger) -> None:
    threads = [threading.Thread(target=declare, args=(ledger, OUT)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    requests = ledger.requests("privacy", 2, 1)
    assert len(requests) == 8
    assert sorted(r.repeats is None for r in requests) == [False] * 7 + [True]


def test_another_release_is_another_matter(ledger: Ledger) -> None:
    declare(ledger, OUT)
    assert stands(ledger.requests("privacy", 3, 1)) is None
    assert stands(ledger.requests("terms", 2, 1)) is None


@pytest.mark.parametrize("table", ["request", "message", "filing"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id + 100", "DELETE FROM {}"])
def test_what_customers_said_is_recorded_for_ever(
    ledger: Ledger, path: Path, table: str, act: str
) -> None:
    declare(ledger, OUT)
    ledger.file(ledger.keep(b"raw", "to@x.example", NOW), Filed.UNCLEAR, "why", NOW)
    with pytest.raises(IntegrityError, match="recorded for ever"), ledger._writing() as db:
        db.exec_driver_sql(act.format(table))
    with sqlite3.connect(path) as other, pytest.raises(sqlite3.IntegrityError):
        other.execute(act.format(table))
    assert len(ledger.requests("privacy", 2)) == 1
    assert ledger.raw(1) == b"raw"


def test_a_message_waits_until_somebody_settled_it(ledger: Ledger) -> None:
    number = ledger.keep(b"raw \xff", "to@x.example", NOW)
    assert [m.filed for m in ledger.waiting()] == [None]
    ledger.file(number, Filed.UNCLEAR, "doubt", NOW, policy="privacy", release="2")
    assert [(m.filed, m.policy) for m in ledger.waiting()] == [(Filed.UNCLEAR, "privacy")]
    ledger.file(number, Filed.SETTLED, "a question", NOW)
    assert ledger.waiting() == []
    assert [m.reason for m in ledger.messages()] == ["a question"]
    assert ledger.raw(number) == b"raw \xff"


def test_errors_say_nothing_of_customers(ledger: Ledger, path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE answer")
    with pytest.raises(LedgerError) as caught:
        declare(ledger, OUT)
    assert "anna" not in str(caught.value)
    assert ledger.requests("privacy", 2) == []
