"""Git as people have it: each set-up works, or is told in a sentence with a remedy that works."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from publisher.errors import SealError
from tests import ROOT
from tests.fixtures import git_setups as setups
from tests.fixtures.git_setups import (
    COMMANDS,
    EDITED,
    LIST,
    SOON,
    TAKEN,
    do,
    of_clone,
    printed,
    remedy_of,
    sound,
    worked_on,
)
from tests.fixtures.house import CONFIGURATION, FACTS, SECTIONS, House, copied_house, git, later
from tests.fixtures.some import some


@dataclass(frozen=True)
class Case:
    """A set-up: how it comes to be, and what each command says of it; nothing: it works."""

    make: Callable[[House, Path, pytest.MonkeyPatch], House | None]
    told: dict[str, str] = field(default_factory=dict)
    build: bool = False
    """Whether a build, which takes a while, is tried where it is to work."""


def git_says(what: str, *but: str) -> dict[str, str]:
    """What all commands say that need git, but for some."""
    needy = ("freeze", "verify", "build", "send")
    return {name: what for name in needy if name not in but}


NO_COMMIT = "the repository has no commit yet"
CASES = {
    "as it is": Case(lambda *_: None, build=True),
    "no git": Case(setups.no_git, git_says("the project is not in a git repository", "send")),
    "no commit": Case(setups.no_commit, git_says(NO_COMMIT)),
    "a branch without a commit": Case(
        setups.orphan, git_says("the current branch has no commit yet")
    ),
    "of another user": Case(setups.other_owner, git_says("the repository belongs to another user")),
    "said to be bare": Case(setups.said_to_be_bare, git_says("the repository is said to be bare")),
    "bare": Case(setups.bare, git_says("the repository is bare: it has no working tree", "send")),
    "a working tree elsewhere": Case(
        setups.elsewhere, git_says("working tree of this repository is")
    ),
    "a broken configuration": Case(
        setups.broken_configuration, git_says("a configuration of git does not read")
    ),
    "a broken index": Case(setups.broken_index, git_says("git's index does not read")),
    "a newer git": Case(setups.newer_git, git_says("this version of git does not know")),
    "a repository that moved": Case(
        setups.lost_gitdir, git_says("the .git here is no repository, or leads to none")
    ),
    "git is not installed": Case(setups.not_installed, git_says("git is not installed")),
    "a second working tree": Case(setups.worktree, build=True),
    "a working tree of a bare one": Case(setups.worktree_of_bare, build=True),
    "a submodule": Case(setups.submodule, build=True),
    "SHA-256": Case(setups.sha256, build=True),
    "shallow": Case(setups.shallow, {"freeze": "this clone is shallow"}, build=True),
    "shallow, with tags": Case(setups.shallow_with_tags, {"freeze": "this clone is shallow"}),
    "without tags": Case(setups.tagless, {"freeze": "this clone fetches no tags"}, build=True),
    "a tag is lost": Case(setups.lost_tags, {"freeze": "release 2 has no tag in this clone"}),
    "nobody has tags": Case(setups.nobodys_tags),
    "a single branch": Case(setups.single_branch),
    "without files of the past": Case(setups.blobless),
    "and cut off": Case(setups.cut_off_blobless),
    "every setting": Case(setups.nosy, build=True),
    "called by a hook": Case(setups.exported, build=True),
    "taken for unchanged": Case(setups.unchanged, {"freeze": "git was told not to look"}),
    "skipped": Case(setups.skipped, {"freeze": "git was told not to look"}),
    "ignored": Case(setups.ignored, {"freeze": "is not in the last commit, and git ignores it"}),
    "filtered": Case(setups.filtered, {"freeze": "a filter, `ident` or an encoding alters it"}),
    "with a keyword": Case(
        setups.keyword, {"freeze": "a filter, `ident` or an encoding alters it"}
    ),
    "without its filter": Case(
        setups.filter_that_is_not_here,
        git_says("a filter that .gitattributes names does not run here"),
    ),
    "a part of it": Case(
        setups.sparse, {"freeze": "the checkout is a part only", "check": "no note"}
    ),
    "drafts elsewhere": Case(setups.inner_repository, {"freeze": "it lies in another repository"}),
}


@pytest.mark.parametrize("name", CASES)
def test_each_command_works_or_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    house = copied_house(tmp_path / "house", worked_on)
    house = case.make(house, tmp_path, monkeypatch) or house
    (tmp_path / "list.csv").write_text(LIST)
    house.ok("recipients", "import", str(tmp_path / "list.csv"))
    for command, words in COMMANDS.items():
        if command == "build" and not (case.build or command in case.told):
            continue
        if command == "freeze":
            continue
        _hold(house, command, words, case)
    _hold(house, "freeze", COMMANDS["freeze"], case)
    if "freeze" not in case.told:
        _hold(house, "verify", COMMANDS["verify"], case)


def _hold(house: House, command: str, words: tuple[str, ...], case: Case) -> None:
    result = house.run(*words)
    said = f"{command}: {result.output}"
    if command in case.told:
        assert result.exit_code == (1 if command == "check" else 2), said
        assert case.told[command] in " ".join(result.output.split()), said
        assert "try: " in result.output, said
    else:
        assert result.exit_code == 0, said


def test_an_alteration_is_told_whatever_is_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just then, the commits are read that a user has shown with their signatures."""
    house = copied_house(tmp_path / "house", worked_on)
    setups.nosy(house, tmp_path, monkeypatch)
    (house.root / "versions/privacy/1/sections/use.md").write_text("## Use {#use}\n\nAll.\n")
    git(house.root, "commit", "-q", "-S", "-a", "-m", "Altered")
    commit = git(house.root, "rev-parse", "HEAD").strip()[:10]
    for words in (("verify",), ("verify", "--diff")):
        result = house.run(*words)
        assert result.exit_code == 1
        told = " ".join(result.output.split())
        assert "versions/privacy/1/sections/use.md: error: was altered" in told
        assert f"by commit {commit} by Tests" in told
        assert f"{commit} by Tests, {later(0)}: Altered" in told
    assert "+All." in house.run("verify", "--diff").output


# ── remedies work as they are printed ────────────────────────────────────────────────────────────


REMEDIES: dict[str, Callable[[House, Path, pytest.MonkeyPatch], House | None]] = {
    "no git": setups.no_git,
    "no commit": setups.no_commit,
    "of another user": setups.other_owner,
    "said to be bare": setups.said_to_be_bare,
    "a working tree elsewhere": setups.elsewhere,
    "a broken index": setups.broken_index,
    "shallow": setups.shallow,
    "shallow, with tags": setups.shallow_with_tags,
    "without tags": setups.tagless,
    "taken for unchanged": setups.unchanged,
    "skipped": setups.skipped,
    "ignored": setups.ignored,
    "a part of it": setups.sparse,
}


@pytest.mark.parametrize("name", REMEDIES)
def test_the_remedy_mends_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(tmp_path, "config", "--global", key, value)
    house = copied_house(tmp_path / "house", worked_on)
    if name in ("no git", "no commit"):
        shutil.rmtree(house.root / "versions")  # which would lack their tags
    house = REMEDIES[name](house, tmp_path, monkeypatch) or house
    freeze = ("freeze", "--effective", "unknown" if name.startswith("no ") else later(90))
    remedy = remedy_of(house, *freeze)
    do(house, re.sub(r"; then commit it$", "", remedy))
    if name in ("taken for unchanged", "skipped", "ignored"):
        house.commit("As I was told")
    if name == "no git":
        assert "not in a git repository" not in house.run("verify").output
    house.ok(*freeze)
    house.ok("verify")


def test_a_lost_tag_is_made_anew(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", worked_on)
    git(house.root, "tag", "-d", "privacy/2")
    remedy = remedy_of(house, *COMMANDS["freeze"])
    do(house, remedy.partition("make it anew: ")[2])
    house.ok(*COMMANDS["freeze"])
    assert "error" not in house.ok("verify")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = copied_house(tmp_path / "house", worked_on)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for path in (house.root, house.root / ".git"):
        os.chown(path, 65534, 65534)
    for command in ("freeze", "verify"):
        result = house.run(*COMMANDS[command])
        assert result.exit_code == 2
        assert "the repository belongs to another user" in result.output
        assert f"git config --global --add safe.directory {house.root}" in result.output
    house.ok("check")
    do(house, remedy_of(house, "verify"))
    house.ok("verify")


def test_a_folder_s_owner_is_told_of_the_repository_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What has to be trusted is the repository, wherever in it the project is."""
    house = in_a_folder(tmp_path)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    monkeypatch.setenv(TAKEN, "1")
    do(house, remedy_of(house, "verify"))
    house.ok("verify")


# ── a folder of a larger repository ──────────────────────────────────────────────────────────────


def in_a_folder(folder: Path, *names: str) -> House:
    """A repository with a project in each folder; the first one, `legal` if none is named."""
    top = folder / "company"
    top.mkdir()
    git(top, "init", "-q", "-b", "main")
    for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(top, "config", key, value)
    (top / "code.py").write_text("print()\n")
    for name in names or ("legal",):
        root = top / name
        root.mkdir(parents=True, exist_ok=True)
        (root / "publisher.toml").write_text(CONFIGURATION)
        (root / "mkdocs.yml").symlink_to(ROOT / "mkdocs.yml")
        (root / "site").symlink_to(ROOT / "site")
        House(root).write({"policy.toml": FACTS, **SECTIONS})
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", "Start")
    return House(top / (names or ("legal",))[0])


def tags_of(root: Path) -> list[str]:
    return git(root, "tag").split()


def test_two_projects_in_one_repository_with_policies_of_the_same_id(tmp_path: Path) -> None:
    names = ("legal", "shop/legal texts", ".")
    top = in_a_folder(tmp_path, *names).root.parent
    one, two, three = (House(top / name) for name in names)
    for house in (one, two, three):
        house.freeze_two()
        assert "error" not in house.ok("verify")
    assert tags_of(one.root) == [
        "legal/privacy/1", "legal/privacy/2",
        "privacy/1", "privacy/2",
        "shop/legal%20texts/privacy/1", "shop/legal%20texts/privacy/2",
    ]  # fmt: skip
    for house in (one, two, three):
        sound(house, 2)
        house.ok("status")
    shutil.rmtree(two.root / "versions/privacy/2")
    told = two.run("status")
    assert told.exit_code == 2
    assert "its tag shop/legal%20texts/privacy/2 bears witness to it" in told.output
    do(two, printed(told))
    two.ok("status")
    one.ok("build")


def test_dirt_elsewhere_does_not_matter(tmp_path: Path) -> None:
    house = in_a_folder(tmp_path)
    top = house.root.parent
    (top / "code.py").write_text("print('half done')\n")
    (top / "new.py").write_text("")
    (top / "staged.py").write_text("")
    git(top, "add", "staged.py")
    house.ok("freeze", "--effective", "unknown")
    house.ok("verify")
    done = git(top, "show", "--name-only", "--format=", "HEAD").split()
    assert some(done)
    assert [name for name in done if not name.startswith("legal/versions/")] == []
    assert "A  staged.py" in git(top, "status", "--porcelain")
    house.write({"use.md": SECTIONS["use.md"] + "\nMore.\n"})
    told = house.run(*COMMANDS["freeze"])
    assert "1 file(s) are not committed: policy/privacy/use.md" in " ".join(told.output.split())


def test_tags_of_programs_before_this_one(tmp_path: Path) -> None:
    """They had no folder in their name."""
    house = in_a_folder(tmp_path, "legal", ".")
    house.freeze_two()
    top = house.root.parent
    for number in ("1", "2"):
        message = git(top, "tag", "-l", "--format=%(contents)", f"legal/privacy/{number}")
        git(top, "tag", "-a", f"privacy/{number}", f"legal/privacy/{number}^{{}}", "-m", message)
        git(top, "tag", "-d", f"legal/privacy/{number}")
    sound(house, 2)
    git(top, "gc", "-q")
    shutil.rmtree(house.root / "versions/privacy/2")
    assert "its tag privacy/2 bears witness to it" in house.run("status").output
    git(top, "checkout", "-q", "--", ".")
    # To the project around it, they are no tags of its own.
    assert House(top).ok("verify").startswith("privacy: 0 release(s) checked")
    house.write(EDITED)
    house.commit()
    house.ok(*COMMANDS["freeze"])
    assert tags_of(top) == ["legal/privacy/3", "privacy/1", "privacy/2"]
    sound(house, 3)


# ── branches ─────────────────────────────────────────────────────────────────────────────────────


def released_elsewhere(house: House) -> None:
    """A release is frozen on a branch that is not merged."""
    git(house.root, "checkout", "-q", "-b", "release")
    house.ok(*COMMANDS["freeze"])
    git(house.root, "checkout", "-q", "main")


def test_a_tag_of_a_branch_that_is_not_merged(tmp_path: Path) -> None:
    origin = copied_house(tmp_path / "house", worked_on)
    released_elsewhere(origin)
    house = of_clone(origin, tmp_path)
    assert "privacy/3" in tags_of(house.root)
    for words in (("status",), ("build",), ("diff",), ("verify",), ("check",)):
        assert "privacy/3 bears" not in house.ok(*words)
    (tmp_path / "list.csv").write_text(LIST)
    house.ok("recipients", "import", str(tmp_path / "list.csv"))
    house.ok("send", "2", "--confirm")
    assert "frozen on another branch" in house.run(*COMMANDS["freeze"]).output
    git(house.root, "merge", "-q", "origin/release")
    assert "privacy 3 " in house.ok("status") or "3" in house.ok("status")
    house.ok("build")
    # Once it was here, it is not to go away again.
    git(house.root, "rm", "-r", "-q", "versions/privacy/3")
    git(house.root, "commit", "-q", "-m", "Unmake it")
    for words in (("status",), ("build",), ("check",)):
        result = house.run(*words)
        assert result.exit_code, result.output
        assert "versions/privacy/3" in result.output


def test_a_release_that_was_merged_without_its_commit(tmp_path: Path) -> None:
    """Squashed: its tag names a commit that is not in the history, and it was here all the same."""
    house = copied_house(tmp_path / "house", worked_on)
    released_elsewhere(house)
    git(house.root, "merge", "-q", "--squash", "release")
    git(house.root, "commit", "-q", "-m", "Release 3")
    house.ok("status")
    git(house.root, "rm", "-r", "-q", "versions/privacy/3")
    git(house.root, "commit", "-q", "-m", "Unmake it")
    told = house.run("status")
    assert told.exit_code == 2
    assert "is missing; its tag privacy/3 bears witness to it" in told.output


def test_a_shallow_clone_cannot_tell_whose_tag_it_is(tmp_path: Path) -> None:
    origin = copied_house(tmp_path / "house", worked_on)
    released_elsewhere(origin)
    house = setups.shallow_with_tags(origin, tmp_path, pytest.MonkeyPatch())
    told = house.run("status")
    assert told.exit_code == 2
    assert "a shallow clone cannot tell whether it was deleted" in told.output
    do(house, printed(told))
    house.ok("status")


def test_whose_tag_it_is_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver starts no git for every request, and answers where there is none."""
    from publisher.edges import file_state
    from tests.fixtures.workplaces import archive_of

    house = copied_house(tmp_path / "house", worked_on)
    released_elsewhere(house)
    monkeypatch.setattr(file_state, "CLOCK_STEP", -(10**12))
    archive = archive_of(house.project)
    assert len(archive.releases("privacy")) == 2
    monkeypatch.setenv("PATH", "/nowhere")
    assert len(archive.releases("privacy")) == 2
    assert archive.last("privacy")


@pytest.mark.parametrize("packed", [False, True])
def test_where_no_git_runs_it_is_told_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packed: bool
) -> None:
    """A receiver may have none, or run as another user than the one who cloned."""
    from tests.fixtures.workplaces import archive_of

    house = copied_house(tmp_path / "house", worked_on)
    released_elsewhere(house)
    for _ in range(3):
        git(house.root, "commit", "-q", "--allow-empty", "-m", "On")
    git(house.root, "merge", "-q", "--no-ff", "-m", "Merge", "HEAD~2")
    if packed:
        git(house.root, "gc", "-q")
    own = os.environ["PATH"]
    for name, value in (("PATH", "/nowhere"), (TAKEN, "1")):
        monkeypatch.setenv(name, value)
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        assert len(archive_of(house.project).releases("privacy")) == 2
    monkeypatch.undo()
    git(house.root, "merge", "-q", "release")
    shutil.rmtree(house.root / "versions/privacy/3")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(SealError, match="its tag privacy/3 bears witness to it"):
        archive_of(house.project).releases("privacy")
    monkeypatch.setenv("PATH", own)


# ── called by git itself ─────────────────────────────────────────────────────────────────────────


def test_called_by_hooks_and_by_a_rebase(tmp_path: Path) -> None:
    """Git names its repository, and the index of a commit that is made of some files alone."""
    house = copied_house(tmp_path / "house", worked_on)
    program = f"{sys.executable} -P -m publisher -q --project {house.root}"
    around = f"PYTHONPATH={ROOT}"
    hooks = house.root / ".git/hooks"
    hooks.mkdir(exist_ok=True)
    for name, command in {
        "pre-commit": "check",
        "post-commit": "verify",
        "post-checkout": "status",
    }.items():
        (hooks / name).write_text(f"#!/bin/sh\n{around} exec {program} {command}\n")
        (hooks / name).chmod(0o755)
    house.write({"use.md": SECTIONS["use.md"] + "\nMore.\n", "notes/use.md": "There is more.\n"})
    git(house.root, "add", "-A")
    git(house.root, "commit", "-q", "-m", "More", "--", "policy")
    git(house.root, "checkout", "-q", "-b", "other", "HEAD~1")
    git(house.root, "worktree", "add", "-q", "--detach", str(tmp_path / "second"))
    git(house.root, "rebase", "-q", "--exec", f"{around} {program} verify", "HEAD~1")
    for hook in hooks.iterdir():
        hook.unlink()
    house.ok("verify")


# ── what git tells ───────────────────────────────────────────────────────────────────────────────


def test_what_is_not_committed_is_named_in_full(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", worked_on)
    git(house.root, "mv", "policy/privacy/use.md", "policy/privacy/usage.md")
    told = " ".join(house.run(*COMMANDS["freeze"]).output.split())
    assert "2 file(s) are not committed: policy/privacy/usage.md, policy/privacy/use.md" in told
    git(house.root, "reset", "-q", "--hard")
    odd = [b"a\nb", b"\xff.txt", b" lead", b"-> x", b"\xc3\xb6 \xe2\x80\xae", b'q"uo\\te']
    for name in odd:
        Path(os.fsdecode(os.fsencode(house.root) + b"/" + name)).write_text("x")
    told = house.run(*COMMANDS["freeze"]).output
    assert f"{len(odd)} file(s) are not committed" in told
    assert r"'a\nb'" in told
    assert " lead" in told
    assert "-> x" in told


def test_copies_conflicts_and_submodules_are_no_riddles(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", worked_on)
    git(house.root, "config", "status.renames", "copies")
    (house.root / "copy.toml").write_bytes((house.root / "publisher.toml").read_bytes())
    with (house.root / "publisher.toml").open("a") as file:
        file.write("# changed\n")
    git(house.root, "add", "-A")
    told = " ".join(house.run(*COMMANDS["freeze"]).output.split())
    assert "2 file(s) are not committed: copy.toml, publisher.toml" in told
    git(house.root, "reset", "-q", "--hard")
    git(house.root, "checkout", "-q", "-b", "other", "HEAD~1")
    house.write({"contact.md": SOON.replace("soon", "late")})
    git(house.root, "commit", "-q", "-a", "-m", "Late")
    words = ["git", "merge", "-q", "main"]
    subprocess.run(words, cwd=house.root, capture_output=True, check=False)
    result = house.run(*COMMANDS["freeze"])
    assert result.exit_code == 2
    assert "a merge is going on" in result.output
