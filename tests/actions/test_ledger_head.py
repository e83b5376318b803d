"""The head of the ledger, for whoever keeps it: `publisher ledger head`."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.record.heads import read_head_line
from tests.fixtures.engines import empty_ledger
from tests.fixtures.house import House
from tests.fixtures.houses import CUSTOMERS, NOW, import_customers, send_letters, spooled
from tests.fixtures.servers import AUDITOR, server
from tests.fixtures.workplaces import ledger_of


def test_the_head_is_a_line_that_grows(project: Project) -> None:
    house = House(project.root)
    first = read_head_line(house.ok("ledger", "head").removesuffix("\n"))
    second = read_head_line(house.ok("ledger", "head").removesuffix("\n"))
    assert first
    assert second
    assert (second.ledger, second.chain, second.number) == (
        first.ledger,
        first.chain,
        first.number + 1,
    )
    assert ledger_of(project).heads() == [second]
    assert ledger_of(project).audit(lambda *_: None).findings == []


def test_whoever_may_only_read_gets_the_heads_of_all_chains_and_writes_nothing(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An auditor's role in a server, by real connections; and a file that may only be read."""
    house = House(project.root)
    with empty_ledger("postgresql", tmp_path) as url:
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", url)
        import_customers(project, CUSTOMERS)
        monkeypatch.setattr("socket.gethostname", lambda: "another")
        close_ledgers()
        house.ok("ledger", "head", at=NOW)
        database = str(make_url(url).database)
        server().execute(
            f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {AUDITOR}", database=database
        )
        close_ledgers()
        monkeypatch.setenv("PUBLISHER_LEDGER_URL", server().url(database, AUDITOR))
        lines = house.ok("ledger", "head", at=NOW).splitlines()
        assert lines == [head.line() for head in ledger_of(project).heads()]
        assert len(lines) == 2
        assert house.ok("ledger", "head", at=NOW).splitlines() == lines
        refused = house.run("recipients", "remove", "c-1", at=NOW)
        assert refused.exit_code == 2
        assert "this role may only read the ledger" in refused.output
        assert "--grant" not in refused.output
        close_ledgers()


def test_each_letter_has_the_head_of_when_its_run_began(project: Project) -> None:
    send_letters(project)
    lines = {
        " ".join(line.split())
        for data in spooled(project)
        for line in data.replace(b"\r\n ", b" ").decode().splitlines()
        if line.startswith("Policy-Ledger: ")
    }
    (line,) = lines
    head = read_head_line(line.removeprefix("Policy-Ledger: "))
    assert head
    found = ledger_of(project).digest_of(head.chain, head.number)
    assert found
    assert found[0] == head.digest
