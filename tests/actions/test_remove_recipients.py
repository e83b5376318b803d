"""Taking customers off the list: `publisher recipients remove`."""

from __future__ import annotations

import pytest

from publisher.edges.project import Project
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, TWO, letter_states, send_letters
from tests.fixtures.recipients import recipients_of
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")


@pytest.fixture
def own(project: Project) -> House:
    """A project with three recipients and no git."""
    return House(project.root)


def told(house: House) -> list[str]:
    return [one.customer for one in recipients_of(ledger_of(house.project))]


def test_who_is_removed_is_told_no_more_and_stays_on_record(own: House) -> None:
    send_letters(own.project)
    assert own.ok("recipients", "remove", "c-1", "c-3", at=NOW) == "2 removed\n"
    assert told(own) == ["c-2"]
    found = ledger_of(own.project).customer("c-1")
    assert found is not None
    assert found.address == "anna@customer.example"
    assert ledger_of(own.project).delivery("privacy", TWO, found.number) is not None
    again = own.ok("recipients", "remove", "c-1", "c-2", at=NOW)
    assert again == "1 removed, 1 had been removed before\n"
    assert "there is no recipient to tell" in own.run("send", "2", at=NOW).output
    assert letter_states(own.project) == {}


def test_an_unknown_id_removes_nobody(own: House) -> None:
    result = own.run("recipients", "remove", "c-1", "nobody", at=NOW)
    assert result.exit_code == 2
    assert "1 customer not found; nobody was removed" in result.output
    assert "\n      there is no recipient `nobody`\n" in result.output
    assert len(told(own)) == 3


@pytest.mark.parametrize(
    "text", ["c-1\n\n c-3 \r\n", "customer\nc-1\nc-3\n", 'name;customer\n"A;B";c-1\n;"c-3"\n']
)
def test_ids_come_from_a_file_or_standard_input(own: House, text: str) -> None:
    path = own.root / "gone.txt"
    path.write_text(text, "utf-8")
    assert own.ok("recipients", "remove", "--from", str(path), at=NOW) == "2 removed\n"
    assert told(own) == ["c-2"]
    result = own.run("recipients", "remove", "-", stdin=text.encode(), at=NOW)
    assert result.output == "0 removed, 2 had been removed before\n"


def test_a_file_with_an_unknown_id_is_told_with_its_line(own: House) -> None:
    result = own.run("recipients", "remove", "-", stdin=b"c-1\n\nc-9\n", at=NOW)
    assert "-:3: there is no recipient `c-9`" in result.output
    assert own.run("recipients", "remove", at=NOW).exit_code == 2
    assert own.run("recipients", "remove", "-", "c-1", at=NOW).exit_code == 2
    assert len(told(own)) == 3
