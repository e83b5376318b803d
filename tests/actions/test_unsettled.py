"""The letters that a person has to see to: `publisher resolve` without a customer."""

from __future__ import annotations

from pathlib import Path

from tests.fixtures.house import House
from tests.fixtures.houses import NOW, letter_for, send_letters, told
from tests.fixtures.relays import Keeps, real


def test_what_was_not_taken_is_listed_with_the_words_of_the_carrier(tmp_path: Path) -> None:
    keeps = Keeps({"ben@customer.example": "550 5.1.1 no such user"})
    with real(keeps) as port:
        project = told(tmp_path, port=port)
        house = House(project.root)
        assert house.ok("resolve", "2", at=NOW) == "No letter is in doubt or refused\n"
        send_letters(project)
    head, row = house.ok("resolve", "2", at=NOW).splitlines()
    assert head.split()[:2] == ["customer", "state"]
    assert row.startswith("c-2")
    assert "2027-01-10 09:30 UTC" in row
    # A letter that the carrier refused is known by what it was to be.
    assert "550 5.1.1 no such user" in row
    assert letter_for(project, "c-1").id not in row


def test_of_what_nobody_is_told_nothing_is_unsettled(tmp_path: Path) -> None:
    house = House(told(tmp_path).root)
    for release, why in (("1", "it has no notice"), ("7", "there is no release 7")):
        result = house.run("resolve", release, at=NOW)
        assert result.exit_code == 2
        assert why in result.output
