"""A ledger of schema 1, as version 0.1.0 wrote it, made into one of this program's."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from publisher.edges.ledger import Ledger
from publisher.edges.ledger.engines import ledger_engine
from publisher.edges.ledger.migrating import migrate_to_current
from publisher.edges.ledger.schema import SCHEMA, metadata
from publisher.edges.ledger.urls import ledger_address
from publisher.errors import LedgerError
from publisher.people.mailings import MailingState
from publisher.people.requests import Channel, RequestKind, Timing, Wanted
from tests.fixtures.old_ledgers import old_database, write_old_file
from tests.fixtures.servers import OWNER, database, server

NOW = dt.datetime(2027, 4, 1, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(params=["sqlite", "postgresql"])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a ledger of schema 1."""
    if request.param == "sqlite":
        yield write_old_file(tmp_path / "private/ledger.sqlite")
        return
    with old_database() as name:
        yield server().url(name, OWNER)


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    engine = ledger_engine(ledger_address(url))
    try:
        with engine.begin() as db:
            return [tuple(row) for row in db.execute(text(query))]
    finally:
        engine.dispose()


def guards(url: str) -> list[tuple[Any, ...]]:
    """The triggers and functions, as the database has them."""
    if url.startswith("sqlite"):
        return rows(url, "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY 1")
    return rows(
        url,
        "SELECT pg_get_triggerdef(oid), pg_get_functiondef(tgfoid) FROM pg_trigger "
        "WHERE NOT tgisinternal ORDER BY 1",
    )


def test_a_migrated_ledger_has_the_tables_of_a_new_one(old: str, tmp_path: Path) -> None:
    migrate_to_current(old, NOW, copied=True)
    with database() as name:
        new = server().url(name, OWNER) if "postgres" in old else f"sqlite:///{tmp_path}/new.sqlite"
        migrate_to_current(new, NOW)
        for url in (old, new):
            engine = ledger_engine(ledger_address(url))
            with engine.begin() as db:
                context = MigrationContext.configure(db, opts={"compare_type": True})
                assert compare_metadata(context, metadata) == []
            engine.dispose()
        assert guards(old) == guards(new) != []
        assert rows(old, "SELECT version_num FROM alembic_version") == [(str(SCHEMA),)]
        indexes = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY 1"
            if "sqlite" in old
            else "SELECT indexname, indexdef FROM pg_indexes "
            "WHERE schemaname = current_schema() ORDER BY 1"
        )
        assert rows(old, indexes) == rows(new, indexes)


@pytest.fixture(params=["sqlite", "postgresql"])
def second(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a ledger of schema 2."""
    if request.param == "sqlite":
        yield write_old_file(tmp_path / "private/ledger.sqlite", 2)
        return
    with old_database(2) as name:
        yield server().url(name, OWNER)


def test_what_a_later_schema_adds_is_guarded_and_audited(second: str, tmp_path: Path) -> None:
    before = rows(second, "SELECT id, kind, facts FROM event ORDER BY id")
    migrate_to_current(second, NOW, copied=True)
    after = rows(second, "SELECT id, kind, facts FROM event ORDER BY id")
    assert after == [*before, (len(before) + 1, "migrated", '{"from":2,"to":3}')]
    with database() as name:
        url = f"sqlite:///{tmp_path}/new.sqlite"
        new = server().url(name, OWNER) if "postgres" in second else url
        migrate_to_current(new, NOW)
        assert guards(second) == guards(new) != []
    ledger = Ledger(second)
    try:
        asked = Wanted(RequestKind.LEAVE, "", None, 1, Channel.FORM, {})
        ledger.record(asked, lambda: NOW, lambda _: Timing.IN_TIME)
        assert ledger.mailing_of(1) is MailingState.LEFT
        assert not ledger.audit(lambda *_: None).findings
    finally:
        ledger.close()


def test_numbers_stay_and_are_not_given_again(old: str) -> None:
    migrate_to_current(old, NOW, copied=True)
    assert rows(old, "SELECT max(id) FROM recipient") == [(12,)]
    assert rows(old, "SELECT max(id) FROM request") == [(21,)]
    assert rows(old, "SELECT max(id) FROM message") == [(14,)]
    ledger = Ledger(old)
    try:
        assert ledger.keep(b"raw", "", lambda: NOW) == 15
    finally:
        ledger.close()


def test_every_private_value_can_be_erased(old: str) -> None:
    """It is about somebody, so that an erasure covers it."""
    migrate_to_current(old, NOW, copied=True)
    nobodys = (
        "SELECT id, kind FROM event JOIN private ON private.event = event.id "
        "WHERE recipient IS NULL AND request IS NULL AND message IS NULL"
    )
    assert rows(old, nobodys) == []
    assert rows(old, "SELECT count(*) FROM private") > [(50,)]


def test_what_had_to_be_assumed_says_so(old: str) -> None:
    migrate_to_current(old, NOW, copied=True)
    listed = rows(old, "SELECT count(*) FROM event WHERE kind = 'listed'")
    assert listed == [(12,)]
    assumed = "SELECT count(*) FROM event WHERE kind = 'listed' AND facts LIKE '%assumed%'"
    assert rows(old, assumed) == listed
    assert rows(old, "SELECT facts FROM event WHERE kind = 'migrated'") == [
        ('{"deliveries":23,"from":1,"messages":14,"recipients":12,"requests":21,"to":2}',)
    ]
    # Nothing personal stands in an event: no address, no name, no id that is an address.
    assert (
        rows(old, "SELECT facts FROM event WHERE facts LIKE '%@%' OR facts LIKE '%Müller%'") == []
    )
    assert rows(old, "SELECT count(*) FROM event JOIN private ON event = id")[0][0] > 80


def test_an_older_ledger_is_not_migrated_by_itself(old: str) -> None:
    with pytest.raises(LedgerError, match="has tables of schema 1") as refused:
        Ledger(old)
    assert refused.value.remedy == "publisher ledger migrate"


def test_a_newer_ledger_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    Ledger(f"sqlite:///{path}").close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE alembic_version SET version_num = '4'")
        db.commit()
    for act in (
        lambda: Ledger(f"sqlite:///{path}"),
        lambda: migrate_to_current(f"sqlite:///{path}", NOW),
    ):
        with pytest.raises(LedgerError, match="schema 4, this program knows 3"):
            act()


def test_a_file_is_copied_before(tmp_path: Path) -> None:
    url = write_old_file(tmp_path / "private/ledger.sqlite")
    done = migrate_to_current(url, NOW)
    copy = tmp_path / "private/ledger.sqlite.schema-1.20270401T090000Z"
    assert list(done.lines()) == [f"copied to {copy}", "migrated from schema 1 to 3"]
    assert copy.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(copy)) as db:
        assert db.execute("SELECT version FROM schema_version").fetchall() == [(1,)]
        assert db.execute("SELECT count(*) FROM recipient").fetchone() == (12,)
    assert list(migrate_to_current(url, NOW).lines()) == ["the ledger has schema 3 already"]


def test_a_server_has_to_have_been_copied(tmp_path: Path) -> None:
    with old_database() as name:
        url = server().url(name, OWNER)
        with pytest.raises(LedgerError, match="a copy of it has to be made first") as refused:
            migrate_to_current(url, NOW)
        assert refused.value.remedy.startswith("pg_dump --format=custom --file=ledger.dump ")
        assert refused.value.remedy.endswith("&& publisher ledger migrate --copied")
        assert rows(url, "SELECT version FROM schema_version") == [(1,)]


def test_an_interrupted_migration_has_changed_nothing(
    old: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from publisher.edges.ledger.migrations import renewal

    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(renewal, "go_on_after", cut_off)
        with pytest.raises(KeyboardInterrupt):
            migrate_to_current(old, NOW, copied=True)
    assert rows(old, "SELECT version FROM schema_version") == [(1,)]
    assert rows(old, "SELECT count(*) FROM request") == [(21,)]
    assert migrate_to_current(old, NOW, copied=True).before == 1
    assert rows(old, "SELECT count(*) FROM request") == [(21,)]
