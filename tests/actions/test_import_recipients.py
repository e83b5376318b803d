"""Taking customers from a list: `publisher recipients import`."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.actions.import_recipients import import_recipients
from publisher.edges.project import Project
from publisher.errors import RecipientsError
from tests.fixtures.house import House
from tests.fixtures.houses import (
    CUSTOMERS,
    NOW,
    import_customers,
    workplace,
)
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")


def test_a_bad_list_changes_nothing(project: Project) -> None:
    with pytest.raises(RecipientsError):
        import_customers(project, CUSTOMERS + b"c-9,broken,\n")
    assert len(ledger_of(project).recipients()) == 3


def test_an_import_reports_what_it_did(project: Project) -> None:
    data = CUSTOMERS.replace(b"Anna Example", b"Anna E.") + b"c-4,anna@customer.example,\n"
    done = import_recipients(workplace(project), data, "list.csv")
    assert (done.new, done.changed, done.unchanged) == (1, 1, 2)
    assert done.remarks == [
        "anna@customer.example is the address of several customers; each is told"
    ]


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("customer,address\nc1,not an address\n", "bad.csv:2"),
        ("customer,address\nc1,a@example.com\nc1,b@example.com\n", "c1"),
        ("customer,mail\nc1,a@example.com\n", "address"),
        ('customer,address,name\nc1,a@example.com,"Ann\r\nBcc: x@example.com"\n', "bad.csv:2"),
        ("", "customer"),
    ],
)
def test_a_bad_list_is_refused_whole(house: House, tmp_path: Path, text: str, told_of: str) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(text.encode())
    result = house.run("recipients", "import", str(path))
    assert result.exit_code == 2
    assert told_of in result.output


def test_a_list_is_taken_and_taken_again(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "more.csv"
    path.write_bytes(
        CUSTOMERS.replace(b"Anna Example", b"Anna E.") + b"c-4,anna@customer.example,\n"
    )
    house = House(project.root)
    assert house.ok("recipients", "import", str(path), at=NOW) == (
        "1 new, 1 changed, 2 unchanged\n"
        "  note: anna@customer.example is the address of several customers; each is told\n"
    )
    assert house.ok("recipients", "import", str(path), at=NOW).startswith("0 new, 0 changed, 4")
