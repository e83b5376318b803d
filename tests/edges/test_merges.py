"""Two clones froze the same number: every command says what to do, and that works as printed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.releases.number import Number
from tests.fixtures.house import SECTIONS, House, copied_house, git, later
from tests.fixtures.trilingual import amend_all, release_one
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


def test_the_notes_of_a_translation_come_back_with_the_others(tmp_path: Path) -> None:
    first = copied_house(tmp_path / "first", release_one)
    git(tmp_path, "clone", "-q", "--bare", str(first.root), "hub.git")
    theirs, house = (clone(tmp_path / "hub.git", tmp_path / name) for name in ("theirs", "ours"))
    amend_all(theirs)
    theirs.ok("freeze", "--effective", later(60))
    git(theirs.root, "push", "-q", "--follow-tags")

    notes = {"notes/use.md": "It is shorter.\n", "fr/notes/use.md": "C’est plus court.\n"}
    house.write({"use.md": SECTIONS["use.md"].replace("30 days", "20 days"), **notes})
    house.commit()
    house.ok("freeze", "--effective", later(70), "--lagging", "fr", "--lagging", "de")
    git(house.root, "fetch", "-q")
    conflicting(house, "merge", "origin/main")
    follow(house, steps(told(house), "to keep theirs"))
    for name, text in notes.items():
        assert (house.root / "policy/privacy" / name).read_text("utf-8") == text
    house.commit("The notes of the other text")
    done = house.ok("freeze", "--effective", later(100), "--lagging", "fr", "--lagging", "de")
    assert "Frozen: privacy/3 (material)" in done
    policy = archive_of(house.project).release("privacy", Number(3)).policy
    assert policy.in_language("fr").notes[0].text == "C’est plus court.\n"


def _two(house: House) -> None:
    house.freeze_two()


@pytest.mark.parametrize(("side", "how"), [("theirs", "by fax"), ("ours", "by post")])
def test_two_statements_of_one_number_are_told_how_to_keep_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, side: str, how: str
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    first = copied_house(tmp_path / "first", _two)
    git(tmp_path, "clone", "-q", "--bare", str(first.root), "hub.git")
    theirs, ours = (clone(tmp_path / "hub.git", tmp_path / name) for name in ("theirs", "ours"))
    theirs.ok("notice", "record", "2", "--otherwise", "by fax")
    git(theirs.root, "push", "-q", "origin", "main", "privacy.register/0001")
    ours.ok("notice", "record", "2", "--otherwise", "by post")
    git(ours.root, "fetch", "-q", "--no-tags")
    said = ours.run("verify").output
    assert "is another statement 1 than that of origin/main, not merged here" in said
    subprocess.run(["git", "merge", "-q", "origin/main"], cwd=ours.root, capture_output=True)
    result = ours.run("status")
    assert ours.run("notice", "record", "2", "--otherwise", "x").exit_code == 2
    result = ours.run("verify")
    assert result.exit_code == 2, result.output
    assert "was stated on both branches that are being merged" in result.output
    told = result.output.split(f"keep {side}:")[1].split("or, to keep")[0].splitlines()
    commands = [line.strip() for line in told if line.strip().startswith("git ")]
    for command in commands:
        subprocess.run(["sh", "-c", command], cwd=ours.root, check=True, capture_output=True)
    assert ours.run("verify").exit_code == 0, ours.run("verify").output
    (kept,) = archive_of(ours.project).register("privacy")
    assert kept.notice
    assert kept.notice.described == how
    ours.ok("notice", "record", "2", "--otherwise", "the other one, anew")
    assert ours.run("verify").exit_code == 0
