"""Many letters in doubt are settled at once: `publisher resolve --all` and `--from`."""

from __future__ import annotations

from pathlib import Path

import pytest

from publisher.edges.ledger import settling
from publisher.edges.project import Project
from tests.fixtures.house import House
from tests.fixtures.houses import NOW, TWO, import_customers, letter_states, told, workplace
from tests.fixtures.workplaces import ledger_of

pytestmark = pytest.mark.usefixtures("each_engine")

COUNT = 7


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """Seven customers, all of whose letters are in doubt; pages are of two."""
    monkeypatch.setattr(settling, "_PAGE", 2)
    project = told(tmp_path)
    rows = "".join(f"c-{number},{number}@customer.example,\n" for number in range(1, COUNT + 1))
    import_customers(project, f"customer,address,name\n{rows}".encode())
    release = workplace(project).archive.release("privacy", TWO)
    assert ledger_of(project).adopt(("privacy", TWO), release.effective, NOW) == COUNT
    return House(project.root)


def states(project: Project) -> dict[str, str]:
    return {one: str(its) for one, its in letter_states(project).items()}


def test_all_that_are_in_doubt(house: House) -> None:
    house.ok("resolve", "2", "c-3", "--again", at=NOW)
    plan = house.ok("resolve", "2", "--all", "--accepted", at=NOW)
    assert "6 letter(s) would be recorded as: accepted" in plan
    assert set(states(house.project).values()) == {"in doubt", "to do"}
    command = plan.split("To record it: publisher ")[1].split()
    assert "6 letter(s) recorded as: accepted" in house.ok(*command, at=NOW)
    expected = dict.fromkeys([f"c-{n}" for n in range(1, COUNT + 1)], "accepted")
    assert states(house.project) == {**expected, "c-3": "to do"}
    assert "0 letter(s) recorded" in house.ok(*command, at=NOW)
    house.ok("verify", "--ledger", at=NOW)


def test_those_on_a_list(house: House, tmp_path: Path) -> None:
    path = tmp_path.parent / f"{tmp_path.name} ids.txt"
    path.write_text("c-5\nc-5\nc-1\n")
    plan = house.ok("resolve", "2", "--from", str(path), "--again", at=NOW)
    assert "2 letter(s) would be recorded as: again" in plan
    assert set(states(house.project).values()) == {"in doubt"}
    assert f"--from '{path}' --again --confirm" in plan
    said = house.ok("resolve", "2", "--from", str(path), "--again", "--confirm", at=NOW)
    assert "2 letter(s) recorded as: again" in said
    found = states(house.project)
    assert [one for one, its in found.items() if its == "to do"] == ["c-1", "c-5"]
    ids = b"customer,note\nc-2,x\nc-7,y\n"
    house.ok("resolve", "2", "--from", "-", "--accepted", "--confirm", stdin=ids, at=NOW)
    assert states(house.project)["c-7"] == "accepted"


def test_a_list_with_others_changes_nothing(house: House) -> None:
    house.ok("resolve", "2", "c-1", "--again", at=NOW)
    for words in (["--confirm"], []):
        ids = b"c-2\nc-3\nc-4\nc-1\nnobody\n"
        words = ["resolve", "2", "--from", "-", "--accepted", *words]
        refused = house.run(*words, stdin=ids, at=NOW)
        assert refused.exit_code == 2
        assert "2 not in doubt; nothing was changed" in refused.output
        assert "-:4: the letter to `c-1` is to do" in refused.output
        assert "-:5: there is no `nobody`" in refused.output
    assert states(house.project)["c-2"] == "in doubt"


@pytest.mark.parametrize(
    "words",
    [("--all",), ("c-1", "--all", "--again"), ("--confirm", "--again"), ("--confirm",)],
)
def test_what_is_meant_is_said(house: House, words: tuple[str, ...]) -> None:
    assert house.run("resolve", "2", *words, at=NOW).exit_code == 2
    assert set(states(house.project).values()) == {"in doubt"}
