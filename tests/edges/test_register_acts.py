"""Statements that were cut off, or that something alters, are completed or taken back whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fixtures.house import House, copied_house, git, later
from tests.fixtures.kills import KillingGit
from tests.fixtures.some import some
from tests.fixtures.workplaces import archive_of

RECORD = ("notice", "record", "2", "--otherwise", "by post")
RETRACT = ("retract", "2", "--why", "a slip", "--confirm")


def prepared(house: House) -> None:
    house.freeze_two()


def standing(house: House) -> tuple[int, list[str], str]:
    """How many statements there are, their tags, what is not committed."""
    tags = [name for name in git(house.root, "tag").split() if ".register/" in name]
    count = len(archive_of(house.project).register("privacy"))
    return count, tags, git(house.root, "status", "--porcelain")


def unfinished(house: House) -> bool:
    return any((house.root / ".publisher/unfinished").glob("*.json"))


@pytest.mark.parametrize("words", [RECORD, RETRACT], ids=["record", "retract"])
def test_killed_at_any_call_of_git_it_is_completed_or_taken_back(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    trial = copied_house(tmp_path / "trial", prepared)
    git_ = KillingGit(tmp_path / "git")
    code, said = git_.run(trial, *words)
    assert code == 0, said
    turns, calls = git_.turns, len(git_.calls)
    assert 3 < len(turns) < calls
    # One of the two is killed at every other call: they are made in the same way.
    for place, turn in enumerate(some(turns[words is RETRACT :: 2])):
        house = copied_house(tmp_path / f"house{turn}", prepared)
        code, _ = git_.run(house, *words, after=turn)
        assert code == -9
        count, tags, _ = standing(house)
        assert count == len(tags)  # what has no tag counts for nothing
        if not unfinished(house) and tags:
            continue  # it was done, but for what it says
        if place % 3 == 0:  # whatever comes in between, it waits
            assert house.run("status").exit_code in (0, 1)
        if place % 3 == 1:  # another act of the project ends it first
            house.run("freeze", "--correction", "--effective", later(90))
            assert standing(house)[0] == len(standing(house)[1])
            assert house.run("verify").exit_code == 0, house.run("verify").output
            continue
        result = house.run(*words)
        assert result.exit_code == 0, (turn, result.output)
        assert standing(house) == (1, ["privacy.register/0001"], "")
        assert house.run("verify").exit_code == 0, house.run("verify").output


def test_a_freeze_that_was_cut_off_is_ended_by_a_statement(tmp_path: Path) -> None:
    words = ("freeze", "--correction", "--effective", later(90))
    git_ = KillingGit(tmp_path / "git")
    trial = copied_house(tmp_path / "trial", prepared)
    assert git_.run(trial, *words)[0] == 0
    ended = 0
    for turn in git_.turns[1::2]:
        house = copied_house(tmp_path / f"house{turn}", prepared)
        assert git_.run(house, *words, after=turn)[0] == -9
        if not unfinished(house):
            continue
        ended += 1
        said = house.run("notice", "record", "2", "--otherwise", "by post").output
        assert ("Taken back: the freeze" in said) or ("Completed: the freeze" in said), said
        assert house.run("verify").exit_code == 0
    assert ended > 2


def test_a_hook_that_alters_it_is_found_and_all_is_taken_back(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", prepared)
    hook = house.root / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\nsed -i s/post/mail/ versions/privacy/register/0001.toml\n"
        "git add versions/privacy/register/0001.toml\n"
    )
    hook.chmod(0o755)
    result = house.run(*RECORD)
    assert result.exit_code == 2
    assert "everything was taken back" in result.output
    assert standing(house) == (0, [], "")
    assert not (house.root / "versions/privacy/register").exists()


def test_where_it_may_be_made(tmp_path: Path) -> None:
    """On no branch, and beside what is not committed; not in the middle of a merge."""
    house = copied_house(tmp_path / "house", prepared)
    git(house.root, "switch", "-q", "--detach")
    (house.root / "policy/privacy/use.md").write_text("## Use {#use}\n\nNot committed.\n")
    (house.root / "staged.txt").write_text("staged")
    git(house.root, "add", "staged.txt")
    house.ok(*RECORD)
    left = git(house.root, "status", "--porcelain")
    assert left.split() == ["M", "policy/privacy/use.md", "A", "staged.txt"]
    assert git(house.root, "show", "--name-only", "--format=", "HEAD").split() == [
        "versions/privacy/register/0001.toml"
    ]
    git(house.root, "reset", "-q", "--hard")
    git(house.root, "switch", "-q", "-c", "side", "HEAD^")
    (house.root / "other.txt").write_text("x")
    house.commit("Other")
    (house.root / ".git/MERGE_HEAD").write_text(git(house.root, "rev-parse", "main"))
    result = house.run(*RECORD)
    assert result.exit_code == 2
    assert "a merge is going on" in result.output
