"""Two releases of one number, of which one is on a branch that is not merged."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.house import House, git, later, make_house


@pytest.fixture
def two(tmp_path: Path) -> tuple[House, House]:
    """Two clones that have each frozen a release 2; the first one has pushed it."""
    house = make_house(tmp_path / "house")
    house.ok("freeze", "--effective", "unknown")
    git(house.root, "clone", "-q", "--bare", ".", str(tmp_path / "shared.git"))
    clones = []
    for name, day in (("one", later(60)), ("two", later(90))):
        git(tmp_path, "clone", "-q", str(tmp_path / "shared.git"), name)
        clone = House(tmp_path / name)
        for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
            git(clone.root, "config", key, value)
        clone.edit()
        clone.ok("freeze", "--effective", day)
        clones.append(clone)
    git(clones[0].root, "push", "-q", "origin", "main", "privacy/2")
    git(clones[1].root, "fetch", "-q", "--no-tags")
    return clones[0], clones[1]


def test_another_release_of_the_number_on_the_branch_that_is_followed(
    two: tuple[House, House],
) -> None:
    other = two[1]
    for words in (("verify",), ("send", "2"), ("build",), ("freeze", "--effective", later(200))):
        result = other.run(*words)
        assert result.exit_code == (1 if words == ("verify",) else 2), result.output
        told = "versions/privacy/2: is another release 2 than that of origin/main, not merged here"
        assert told in result.output.replace("error: ", "")
    assert two[0].run("verify").exit_code == 0


def test_on_a_branch_that_anybody_may_push_it_is_a_cue(two: tuple[House, House]) -> None:
    other = two[1]
    git(other.root, "branch", "-q", "--unset-upstream")
    result = other.run("verify")
    assert result.exit_code == 0
    assert "than that of origin/main, not merged here" in result.output
