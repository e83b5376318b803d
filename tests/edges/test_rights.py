"""The program's role in a server has what it needs and no more; who has more is told so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.engine import make_url

from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.people.requests import RequestKind
from tests.fixtures.answers import declare
from tests.fixtures.engines import empty_ledger
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, send_letters, token, told
from tests.fixtures.servers import AUDITOR, OWNER, PROGRAM, server

RECORD = ("event", "batch", "chain", "ledger", "template")
TABLES = (*RECORD, "private")


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Project, str]]:
    """A project whose ledger is in a server, and was used by the program's role; its database."""
    with empty_ledger("postgresql", tmp_path) as url:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
        project = told(tmp_path)
        send_letters(project)
        declare(project, token(project, "c-1"), RequestKind.OPT_OUT)
        yield project, str(make_url(url).database)
        close_ledgers()


def refused(database: str, role: str, statement: str) -> str:
    """Why the server does not do something for a role; empty: it does."""
    with psycopg.connect(f"host={server().host} user={role} dbname={database}") as db:
        try:
            db.execute(statement.encode())
        except psycopg.Error as error:
            db.rollback()
            return str(error)
        db.rollback()
    return ""


def test_what_was_recorded_is_beyond_the_programs_role(used: tuple[Project, str]) -> None:
    _, database = used
    column = {"ledger": "created_at", "chain": "name", "template": "body", "private": "value"}
    for table in TABLES:
        named = column.get(table, "at")
        for statement in (
            f"UPDATE {table} SET {named} = {named}",
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TRIGGER {table}_truncate ON {table}",
            f"DROP TABLE {table} CASCADE",
            f"ALTER TABLE {table} OWNER TO {PROGRAM}",
            f"GRANT ALL ON {table} TO {PROGRAM}",
            f"CREATE RULE no AS ON INSERT TO {table} DO INSTEAD NOTHING",
        ):
            allowed = refused(database, PROGRAM, statement)
            # GRANT of what one may not give is a warning, and gives nothing.
            assert allowed or statement.startswith("GRANT"), statement
    for table in RECORD:
        assert "denied" in refused(database, PROGRAM, f"DELETE FROM {table}")
    assert "only where an event says so" in refused(database, PROGRAM, "DELETE FROM private")
    assert "denied" in refused(database, PROGRAM, "INSERT INTO ledger VALUES ('other', 1)")
    assert "denied" in refused(database, PROGRAM, "SET session_replication_role = replica")
    assert refused(
        database,
        PROGRAM,
        "CREATE OR REPLACE FUNCTION ledger_refuses() RETURNS trigger "
        "LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    )
    assert refused(database, PROGRAM, f"SET ROLE {OWNER}")


def test_not_even_the_owner_alters_it_by_a_slip(used: tuple[Project, str]) -> None:
    _, database = used
    for table in RECORD:
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            assert "never changed" in refused(database, OWNER, statement), statement
    assert "never changed" in refused(database, OWNER, "UPDATE event SET at = 1")
    # An opt-out that is made a withdrawal.
    slip = "UPDATE request SET kind = 'withdraw'"
    assert refused(database, OWNER, slip)
    assert refused(database, PROGRAM, slip)


@pytest.mark.parametrize(("role", "told_so"), [(PROGRAM, False), (AUDITOR, False), (OWNER, True)])
def test_who_could_take_the_triggers_away_is_told(
    used: tuple[Project, str], monkeypatch: pytest.MonkeyPatch, role: str, told_so: bool
) -> None:
    project, database = used
    grant = f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {AUDITOR}"
    server().execute(grant, database=database)
    close_ledgers()
    house = House(project.root)
    for user in (role, *(["postgres"] if told_so else [])):
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(database, user))
        status, verified = house.run("status", at=NOW), house.run("verify", "--ledger", at=NOW)
        assert (f"`{user}` owns the ledger's tables" in status.output) is told_so
        assert (f"`{user}` owns the tables" in verified.output) is told_so
        assert verified.exit_code == 0, verified.output
        close_ledgers()


def test_rights_are_given_anew(used: tuple[Project, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What somebody gave beyond them is taken back."""
    project, database = used
    server().execute(f"GRANT ALL ON event, batch TO {PROGRAM}", database=database)
    assert "denied" not in refused(database, PROGRAM, "DELETE FROM event")
    close_ledgers()
    monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(database, OWNER))
    House(project.root).ok("ledger", "migrate", "--grant", PROGRAM, at=NOW)
    assert "denied" in refused(database, PROGRAM, "DELETE FROM event")
    odd = House(project.root).run("ledger", "migrate", "--grant", 'no"body; --', at=NOW)
    assert (odd.exit_code, "does not exist" in odd.output) == (2, True)


def test_a_temporary_table_is_not_taken_for_what_happened(used: tuple[Project, str]) -> None:
    """The functions that refuse look in the ledger's own schema, whatever a session has before."""
    _, database = used
    pretended = """
        CREATE TEMP TABLE event AS SELECT * FROM public.event;
        INSERT INTO pg_temp.event VALUES
          (99999999, 0, 0, 'erased', '', '', 1, NULL, NULL, '', ''),
          (99999998, 0, 0, 'taken', 'privacy', '2', 1, NULL, NULL, '', '');
        SET search_path = pg_temp, public;"""
    deleted = refused(database, PROGRAM, f"{pretended} DELETE FROM private WHERE event = 1")
    assert "only where an event says so" in deleted
    for statement in (
        "UPDATE delivery SET state = 'to do', event = 99999998 WHERE recipient = 1",
        "UPDATE delivery SET state = 'to do', event = event + 1",
        "UPDATE declaration SET kind = 'withdraw', event = event + 1",
        "DELETE FROM answer",
    ):
        assert "follows from events" in refused(database, PROGRAM, f"{pretended} {statement}")
