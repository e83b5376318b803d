"""Letters shared out to workers: `publisher send RELEASE --workers`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from publisher.actions.plan_sending import plan_sending
from publisher.actions.share_out import share_out
from publisher.actions.status import status
from publisher.edges.ledger import close_ledgers
from publisher.edges.ledger.migrating import migrate_to_current
from publisher.edges.project import Project
from publisher.errors import ConfigurationError, LedgerError, SendError
from publisher.letters.shards import Shard, shards_of
from tests.fixtures.engines import empty_ledger
from tests.fixtures.house import KEY, House
from tests.fixtures.houses import NOW, TWO, letter_states, send_letters, told, workplace
from tests.fixtures.servers import OWNER, PROGRAM, server
from tests.fixtures.workplaces import ledger_of


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Three customers on a server."""
    with empty_ledger("postgresql", tmp_path) as url:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
        yield told(tmp_path)
        close_ledgers()


def test_shards_wait_once_and_nobody_is_told_by_planning(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publisher.actions.share_out.SHARD_SIZE", 2)
    lines: list[str] = []
    assert share_out(workplace(project), "privacy", TWO, lines.append) == 2
    assert any("to tell  3 of 3" in line for line in lines)
    ledger = ledger_of(project)
    waiting = ledger.shard_queue().unfinished()
    assert [(one.release, one.after, one.upto) for one in waiting] == [("2", 0, 2), ("2", 2, 3)]
    assert ledger.releases_begun()
    assert letter_states(project) == {}
    with pytest.raises(SendError, match="2 shards of release 2 wait already") as refused:
        share_out(workplace(project), "privacy", TWO)
    assert "publisher worker" in refused.value.remedy
    with ledger.beside("send"):
        for again in (share_out, lambda *_: send_letters(project)):
            with pytest.raises(SendError, match="another run is sending"):
                again(workplace(project), "privacy", TWO)
    # Alone, `send` does what the shards were for, and then there is nothing to plan.
    ledger.shard_queue().withdraw("privacy", TWO)
    assert ledger.shard_queue().unfinished() == []
    assert send_letters(project).accepted == 3
    assert share_out(workplace(project), "privacy", TWO) == 0


def test_what_is_missing_is_said_before_anything_is_planned(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.delenv("PUBLISHER_TOKEN_KEY")
        with pytest.raises(ConfigurationError, match="no key for personal links"):
            share_out(workplace(project), "privacy", TWO)
    ledger = ledger_of(project)
    assert ledger.releases_begun() == []
    database = ledger.where.partition("?")[0].rpartition("/")[2]
    server().execute("DROP SCHEMA publisher_shards CASCADE", database=database)
    with pytest.raises(LedgerError, match="no place for shards") as refused:
        share_out(workplace(project), "privacy", TWO)
    assert "publisher ledger migrate" in refused.value.remedy
    owner = server().url(database, OWNER)
    migrate_to_current(owner, NOW, role=PROGRAM)
    assert share_out(workplace(project), "privacy", TWO) == 1
    # The tables are those of one version of what takes shards, and are not changed under them.
    server().execute("COMMENT ON SCHEMA publisher_shards IS 'Procrastinate 2.9'", database=database)
    with pytest.raises(
        LedgerError, match=r"1 shard waits for workers with Procrastinate 2\.9, not"
    ):
        migrate_to_current(owner, NOW, role=PROGRAM)
    ledger._database.shard_queue().withdraw("privacy", TWO)
    with pytest.raises(LedgerError, match=r"that of Procrastinate 2\.9, and this program has"):
        share_out(workplace(project), "privacy", TWO)
    migrate_to_current(owner, NOW, role=PROGRAM)
    assert share_out(workplace(project), "privacy", TWO) == 1


def test_tables_of_another_version_leave_the_ledger_open_to_status(project: Project) -> None:
    """It was told as closed, and a copy was to be put back in its place."""
    where = ledger_of(project).where
    database, schema = where.partition("?")[0].rpartition("/")[2], "publisher_shards"
    altered = (
        f"ALTER TABLE {schema}.procrastinate_workers RENAME last_heartbeat TO another",
        f"DROP TABLE {schema}.procrastinate_workers CASCADE",
        f"REVOKE ALL ON {schema}.procrastinate_jobs FROM {PROGRAM}",
    )
    for statement in altered:
        server().execute(statement, database=database)
        found = json.loads(status(workplace(project), ["privacy"]).json())
        assert (found["ledger"]["state"], found["ledger"]["shards"]) == ("open", None), statement
    with pytest.raises(LedgerError, match="permission denied") as refused:
        share_out(workplace(project), "privacy", TWO)
    assert "migrate --grant" in refused.value.remedy


def test_a_file_is_not_shared(tmp_path: Path) -> None:
    """Nor is a plan shown whose command would be refused."""
    here = workplace(told(tmp_path))
    for ask in (share_out, partial(plan_sending, by_workers=True)):
        with pytest.raises(LedgerError, match="this one is a file") as refused:
            ask(here, "privacy", TWO)
        assert "leave --workers out" in refused.value.remedy
    for typed in (["send", "2", "--workers"], ["worker", "--patience", "1"]):
        done = House(tmp_path).run(*typed, at=NOW)
        assert done.exit_code == 2
        assert "this one is a file" in done.output
    for wrong in ("nan", "inf", "0", "86401"):  # no worker would ever be taken for dead, or each
        done = House(tmp_path).run("worker", "--patience", wrong, at=NOW)
        assert done.exit_code == 2
        assert "Invalid value for '--patience'" in done.output


def test_shards_cover_everybody_once(project: Project) -> None:
    release = workplace(project).archive.release("privacy", TWO)
    made = shards_of(release, [7, 9, 30], KEY.encode())
    assert [(one.after, one.upto) for one in made] == [(0, 7), (7, 9), (9, 30)]
    assert [Shard.read(one.facts()) for one in made] == made
    assert shards_of(release, [], KEY.encode()) == []
