"""The head of the ledger, for whoever keeps it: `publisher ledger head`."""

from __future__ import annotations

from publisher.edges.project import Project
from publisher.record.heads import read_head_line
from tests.fixtures.house import House
from tests.fixtures.houses import send_letters, spooled
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
