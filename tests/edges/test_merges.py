"""Two clones froze the same number: every command says what to do, and that works as printed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.releases.number import Number
from tests.fixtures.house import SECTIONS, House, copied_house, git, later
from tests.fixtures.workplaces import archive_of


def _first(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")


def clone(hub: Path, place: Path) -> House:
    git(hub.parent, "clone", "-q", str(hub), str(place))
    git(place, "config", "user.name", "Tests")
    git(place, "config", "user.email", "tests@hosting.example")
    return House(place)


@pytest.fixture(scope="module")
def torn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with a hub to which `theirs` was pushed, `shorter`, which froze 2 too, and `ours`,
    which froze 2.1 besides.
    """
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
        patched.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
        top = tmp_path_factory.mktemp("torn")
        first = copied_house(top / "first", _first)
        git(top, "clone", "-q", "--bare", str(first.root), "hub.git")
        theirs, ours = (clone(top / "hub.git", top / name) for name in ("theirs", "ours"))
        theirs.edit()
        theirs.ok("freeze", "--effective", later(60))
        git(theirs.root, "push", "-q", "--follow-tags")
        use = SECTIONS["use.md"].replace("30 days", "20 days")
        ours.write({"use.md": use, "notes/use.md": "We keep it for a shorter time.\n"})
        ours.commit()
        ours.ok("freeze", "--effective", later(70))
        shutil.copytree(ours.root, top / "shorter", symlinks=True)
        ours.write({"use.md": use.replace("orders", "order"), "notes/use.md": "A letter less.\n"})
        ours.commit()
        ours.ok("freeze", "--correction", "--effective", later(70))
        yield top


def copied(torn: Path, place: Path, name: str = "shorter") -> House:
    """A clone of those in a folder, and the hub that it belongs to."""
    for each in ("hub.git", name):
        shutil.copytree(torn / each, place / each, symlinks=True)
    git(place / name, "remote", "set-url", "origin", str(place / "hub.git"))
    git(place / name, "fetch", "-q")
    return House(place / name)


def conflicting(house: House, *words: str) -> None:
    done = subprocess.run(["git", *words], cwd=house.root, capture_output=True, check=False)
    assert done.returncode, done.stdout


def told(house: House) -> str:
    """What every command says, and freeze, that it is the same."""
    said = set()
    for words in ("verify", "build", "status", "check", f"freeze --effective {later(90)}"):
        result = house.run(*words.split())
        assert result.exit_code == 2, (words, result.output)
        said.add(result.output)
    assert len(said) == 1
    return said.pop()


def steps(output: str, which: str) -> list[str]:
    """The commands that are printed for one choice."""
    lines = [line.strip() for line in output.split(which)[1].splitlines()[1:]]
    commands: list[str] = []
    for line in lines:
        if not line.startswith("git "):
            break
        commands.append(line)
    assert commands
    return commands


def follow(house: House, commands: list[str]) -> None:
    for command in commands:
        done = subprocess.run(
            ["sh", "-c", command], cwd=house.root, capture_output=True, text=True, check=False
        )
        assert not done.returncode, (command, done.stderr)


def test_the_same_number_in_a_rebase(torn: Path, tmp_path: Path) -> None:
    house = copied(torn, tmp_path)
    conflicting(house, "rebase", "origin/main")
    output = told(house)
    assert "versions/privacy/2: privacy/2 was frozen on the branch that is being rebased" in output
    command = output.split("  try: ")[1].split("\n")[0]
    assert command == "git rebase --abort && git merge origin/main"
    subprocess.run(["sh", "-c", command], cwd=house.root, capture_output=True, check=False)
    assert "privacy/2 was frozen on both branches" in told(house)


@pytest.mark.parametrize("kept", ["to keep theirs", "to keep ours"])
@pytest.mark.parametrize("name", ["shorter", "ours"])
def test_the_steps_that_are_printed_keep_one(
    torn: Path, tmp_path: Path, name: str, kept: str
) -> None:
    house = copied(torn, tmp_path, name)
    conflicting(house, "merge", "origin/main")
    follow(house, steps(told(house), kept))
    assert "error" not in house.ok("verify")
    theirs, longer = kept == "to keep theirs", name == "ours"
    numbers = [Number(1), Number(2), *[Number(2, 1)] * (longer and not theirs)]
    archive = archive_of(house.project)
    assert list(archive.numbers("privacy")) == numbers
    assert (
        "256-bit" in archive.release("privacy", Number(2)).policy.files["security.md"]
    ) == theirs
    # The text that was not kept is frozen as the next number, with the notes that it had.
    assert "policy/privacy/notes/" in git(house.root, "status", "--porcelain", "-uall")
    house.commit("The notes of the other text")
    git(house.root, "push", "-q", "--follow-tags")
    assert "Frozen: privacy/3 (material)" in house.ok("freeze", "--effective", later(100))
    found = archive_of(house.project).release("privacy", Number(3)).policy
    assert "256-bit" in found.files["security.md"]
    assert "20 days" in found.files["use.md"]
    assert "error" not in clone(tmp_path / "hub.git", tmp_path / "again").ok("verify")


def test_releases_that_others_made_after_it_are_kept(torn: Path, tmp_path: Path) -> None:
    house = copied(torn, tmp_path, "theirs")
    git(house.root, "remote", "add", "beside", str(torn / "ours"))
    git(house.root, "fetch", "-q", "beside")
    conflicting(house, "merge", "beside/main")
    output = told(house)
    assert "to keep ours" not in output
    follow(house, steps(output, "to keep theirs"))
    assert "error" not in house.ok("verify")
    assert archive_of(house.project).numbers("privacy")[-1] == Number(2, 1)


def test_a_cherry_pick_of_a_freeze(torn: Path, tmp_path: Path) -> None:
    ours = copied(torn, tmp_path)
    conflicting(ours, "cherry-pick", "origin/main")
    output = told(ours)
    assert "privacy/2 was frozen here already" in output
    follow(ours, ["git cherry-pick --abort"])
    assert "is another release 2 than that of origin/main" in ours.run("verify").output
