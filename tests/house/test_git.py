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
from click.testing import Result

from publisher.errors import SealError
from tests import ROOT
from tests.actions.test_import_history import ONE, make_past
from tests.fixtures.house import CONFIGURATION, FACTS, SECTIONS, House, copied_house, git, later
from tests.fixtures.keys import ssh_key
from tests.fixtures.some import some

SOON = SECTIONS["contact.md"].replace("Write to us", "Write to us soon")
EDITED = {"contact.md": SOON, "notes/contact.md": "We answer sooner.\n"}
LIST = "customer,address,name\nc-1,anna@customer.example,Anna Example\n"
COMMANDS = {
    "check": ("check",),
    "freeze": ("freeze", "--effective", later(90)),
    "verify": ("verify",),
    "build": ("build",),
    "status": ("status",),
    "diff": ("diff",),
    "send": ("send", "2"),
}
TAKEN = "GIT_TEST_ASSUME_DIFFERENT_OWNER"


def _worked_on(house: House) -> None:
    """Two releases, a third to come, and a site that was built once."""
    house.freeze_two()
    house.ok("build")
    house.write(EDITED)
    house.commit("Sooner")


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


def of_clone(house: House, folder: Path, *words: str) -> House:
    """A clone as people make them, with its ledger and its cache left behind."""
    place = folder / "clone"
    git(folder, "clone", "-q", "--template=", *words, f"file://{house.root}", str(place))
    for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(place, "config", key, value)
    return House(place)


# ── set-ups ──────────────────────────────────────────────────────────────────────────────────────


def no_git(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(house.root / ".git")


def no_commit(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(house.root / ".git")
    git(house.root, "init", "-q")


def orphan(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(house.root, "checkout", "-q", "--orphan", "other")


def other_owner(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(folder / "gitconfig"))
    monkeypatch.setenv(TAKEN, "1")


def said_to_be_bare(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(house.root, "config", "core.bare", "true")


def bare(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(house.root / ".git")
    git(house.root, "init", "-q", "--bare")


def elsewhere(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "tree").mkdir()
    git(house.root, "config", "core.worktree", str(folder / "tree"))


def broken_configuration(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (house.root / ".git/config").open("a") as file:
        file.write("[broken\n")


def broken_index(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house.root / ".git/index").write_bytes(b"x" * 40)


def newer_git(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(house.root, "config", "core.repositoryFormatVersion", "1")
    git(house.root, "config", "extensions.somethingNew", "true")


def lost_gitdir(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house.root / ".git").rename(folder / "moved")
    (house.root / ".git").write_text("gitdir: /nowhere/at/all\n")


def not_installed(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(folder / "nowhere"))


def worktree(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    git(house.root, "worktree", "add", "-q", "-b", "other", str(folder / "second"))
    return House(folder / "second")


def worktree_of_bare(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    git(folder, "clone", "-q", "--bare", str(house.root), "project.git")
    store = folder / "project.git"
    for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(store, "config", key, value)
    git(store, "worktree", "add", "-q", str(folder / "project"), "main")
    return House(folder / "project")


def submodule(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    around = folder / "around"
    around.mkdir()
    git(around, "init", "-q")
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    git(around, *add, str(house.root), "legal")
    for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(around / "legal", "config", key, value)
    git(around / "legal", "checkout", "-q", "--detach")
    return House(around / "legal")


def sha256(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(house.root / ".git")
    shutil.rmtree(house.root / "versions")
    git(house.root, "init", "-q", "-b", "main", "--object-format=sha256")
    for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(house.root, "config", key, value)
    house.write(SECTIONS)
    house.commit()
    house.freeze_two()
    house.write(EDITED)
    house.commit()


def shallow(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return of_clone(house, folder, "--depth", "1")


def shallow_with_tags(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    clone = of_clone(house, folder, "--depth", "1")
    git(clone.root, "fetch", "-q", "--depth", "1", "--tags")
    return clone


def tagless(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return of_clone(house, folder, "--no-tags")


def lost_tags(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(house.root, "tag", "-d", "privacy/2")


def nobodys_tags(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    git(house.root, "tag", "-d", *git(house.root, "tag").split())
    return of_clone(house, folder)


def single_branch(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    return of_clone(house, folder, "--single-branch")


def blobless(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    git(house.root, "config", "uploadpack.allowFilter", "true")
    git(house.root, "config", "uploadpack.allowAnySHA1InWant", "true")
    return of_clone(house, folder, "--filter=blob:none")


def cut_off_blobless(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    clone = blobless(house, folder, monkeypatch)
    git(clone.root, "remote", "set-url", "origin", f"file://{folder}/gone")
    return clone


def nosy(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every setting that has git show things in another way, in the user's own configuration."""
    key = ssh_key(folder, "key@hosting.example")
    key.use_in(house.root)
    (folder / "signers").write_text(key.line)
    git(house.root, "config", "gpg.ssh.allowedSignersFile", str(folder / "signers"))
    git(house.root, "commit", "-q", "--amend", "--no-edit", "-S")
    (folder / "order").write_text("*.toml\n*.md\n")
    own = folder / "gitconfig"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(own))
    for line in NOSY.format(folder=folder).split("\n"):
        name, _, value = line.strip().partition(" = ")
        if name:
            git(house.root, "config", "--global", name, value)


NOSY = """
    log.showSignature = true
    log.follow = true
    log.showRoot = false
    log.date = relative
    log.decorate = full
    log.abbrevCommit = true
    log.diffMerges = combined
    log.mailmap = true
    core.quotePath = true
    core.abbrev = 4
    core.pager = false
    core.fsmonitor = false
    color.ui = always
    color.diff = always
    color.status = always
    color.branch = always
    column.ui = always
    column.tag = always
    column.status = always
    diff.renames = copies
    diff.relative = true
    diff.noprefix = true
    diff.mnemonicPrefix = true
    diff.orderFile = {folder}/order
    diff.external = false
    diff.ignoreSubmodules = all
    diff.submodule = log
    diff.wordRegex = .
    diff.algorithm = histogram
    status.short = true
    status.branch = true
    status.showStash = true
    status.renames = copies
    status.relativePaths = false
    status.showUntrackedFiles = no
    status.submoduleSummary = true
    format.pretty = oneline
    format.notes = true
    notes.displayRef = *
    grep.lineNumber = true
    i18n.logOutputEncoding = utf-16
    i18n.commitEncoding = latin1
    tag.sort = -version:refname
    tag.forceSignAnnotated = false
    branch.sort = -committerdate
    blame.coloring = highlightRecent
    pager.log = true
    pager.status = true
    alias.log = !false
    alias.status = !false
    alias.ls-tree = !false
    submodule.recurse = true
    commit.verbose = true
    commit.status = false
    commit.cleanup = scissors
    merge.ff = false
    push.followTags = true
    help.autoCorrect = 1
    advice.detachedHead = true
    core.commentChar = S
"""


def exported(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables of a hook of another repository."""
    other = folder / "other"
    other.mkdir()
    git(other, "init", "-q")
    for name, value in {
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_INDEX_FILE": str(other / ".git/index"),
        "GIT_PREFIX": "x/",
        "GIT_COMMON_DIR": str(other / ".git"),
        "GIT_OBJECT_DIRECTORY": str(other / ".git/objects"),
        "GIT_LITERAL_PATHSPECS": "0",
        "GIT_ICASE_PATHSPECS": "1",
        "GIT_NAMESPACE": "x",
        "GIT_EXTERNAL_DIFF": "false",
        "GIT_DIFF_OPTS": "--unified=0",
        "GIT_REFLOG_ACTION": "rebase",
        "GIT_AUTHOR_DATE": "2001-01-01T00:00:00Z",
        "GIT_CONFIG_PARAMETERS": "'log.showsignature'='true' 'diff.relative'='true'",
        "GIT_TRACE": "2",
        "LANGUAGE": "de",
    }.items():
        monkeypatch.setenv(name, value)


def unchanged(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(house.root, "update-index", "--assume-unchanged", "policy/privacy/contact.md")
    house.write({"contact.md": SOON + "\nAnd more.\n"})


def skipped(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(house.root, "update-index", "--skip-worktree", "policy/privacy/contact.md")
    house.write({"contact.md": SOON + "\nAnd more.\n"})


def ignored(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house.root / ".git/info").mkdir(exist_ok=True)
    (house.root / ".git/info/exclude").write_text("more.md\n")
    sections = FACTS.replace('"contact.md"]', '"contact.md", "more.md"]')
    house.write({"policy.toml": sections, "more.md": "## More {#more}\n\nMore.\n"})
    house.write({"notes/more.md": "There is more.\n"})
    house.commit()


def sparse(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git(house.root, "update-index", "-q", "--refresh")
    git(house.root, "sparse-checkout", "set", "--no-cone", "/*", "!/policy/privacy/notes/")


def inner_repository(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The drafts are a submodule, so this repository has no text of them."""
    inner = folder / "drafts"
    shutil.copytree(house.root / "policy", inner)
    git(inner, "init", "-q", "-b", "main")
    for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(inner, "config", key, value)
    git(inner, "add", "-A")
    git(inner, "commit", "-q", "-m", "Drafts")
    git(house.root, "rm", "-r", "-q", "policy")
    add = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    git(house.root, *add, str(inner), "policy")
    house.commit()


def filtered(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git keeps of a draft is not what lies on the disk."""
    (house.root / ".gitattributes").write_text("policy/** filter=up\n")
    git(house.root, "config", "filter.up.clean", "tr a-z A-Z")
    house.write({"contact.md": SOON.replace("soon", "very soon")})
    house.commit()


def keyword(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (house.root / ".gitattributes").write_text("policy/** ident\n")
    house.write({"contact.md": SOON.replace("soon", "soon $Id$")})
    house.commit()
    (house.root / "policy/privacy/contact.md").unlink()
    git(house.root, "checkout", "-q", "--", "policy")


def filter_that_is_not_here(house: House, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `git lfs` is not on every machine."""
    with (house.root / ".gitattributes").open("a") as file:
        file.write("*.md filter=nowhere\n")
    house.commit()
    git(house.root, "config", "filter.nowhere.clean", "/nowhere/filter")
    git(house.root, "config", "filter.nowhere.required", "true")
    for path in (house.root / "policy").rglob("*.md"):
        os.utime(path, (1, 1))


NO_COMMIT = "the repository has no commit yet"
CASES = {
    "as it is": Case(lambda *_: None, build=True),
    "no git": Case(no_git, git_says("the project is not in a git repository", "send")),
    "no commit": Case(no_commit, git_says(NO_COMMIT)),
    "a branch without a commit": Case(orphan, git_says("the current branch has no commit yet")),
    "of another user": Case(other_owner, git_says("the repository belongs to another user")),
    "said to be bare": Case(said_to_be_bare, git_says("the repository is said to be bare")),
    "bare": Case(bare, git_says("the repository is bare: it has no working tree", "send")),
    "a working tree elsewhere": Case(elsewhere, git_says("working tree of this repository is")),
    "a broken configuration": Case(
        broken_configuration, git_says("a configuration of git does not read")
    ),
    "a broken index": Case(broken_index, git_says("git's index does not read")),
    "a newer git": Case(newer_git, git_says("this version of git does not know")),
    "a repository that moved": Case(
        lost_gitdir, git_says("the .git here is no repository, or leads to none")
    ),
    "git is not installed": Case(not_installed, git_says("git is not installed")),
    "a second working tree": Case(worktree, build=True),
    "a working tree of a bare one": Case(worktree_of_bare, build=True),
    "a submodule": Case(submodule, build=True),
    "SHA-256": Case(sha256, build=True),
    "shallow": Case(shallow, {"freeze": "this clone is shallow"}, build=True),
    "shallow, with tags": Case(shallow_with_tags, {"freeze": "this clone is shallow"}),
    "without tags": Case(tagless, {"freeze": "this clone fetches no tags"}, build=True),
    "a tag is lost": Case(lost_tags, {"freeze": "release 2 has no tag in this clone"}),
    "nobody has tags": Case(nobodys_tags),
    "a single branch": Case(single_branch),
    "without files of the past": Case(blobless),
    "and cut off": Case(cut_off_blobless),
    "every setting": Case(nosy, build=True),
    "called by a hook": Case(exported, build=True),
    "taken for unchanged": Case(unchanged, {"freeze": "git was told not to look"}),
    "skipped": Case(skipped, {"freeze": "git was told not to look"}),
    "ignored": Case(ignored, {"freeze": "is not in the last commit, and git ignores it"}),
    "filtered": Case(filtered, {"freeze": "a filter, `ident` or an encoding alters it"}),
    "with a keyword": Case(keyword, {"freeze": "a filter, `ident` or an encoding alters it"}),
    "without its filter": Case(
        filter_that_is_not_here,
        git_says("a filter that .gitattributes names does not run here"),
    ),
    "a part of it": Case(sparse, {"freeze": "the checkout is a part only", "check": "no note"}),
    "drafts elsewhere": Case(inner_repository, {"freeze": "it lies in another repository"}),
}


@pytest.mark.parametrize("name", CASES)
def test_each_command_works_or_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = CASES[name]
    house = copied_house(tmp_path / "house", _worked_on)
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
    house = copied_house(tmp_path / "house", _worked_on)
    nosy(house, tmp_path, monkeypatch)
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


def printed(result: Result) -> str:
    """The next step that is printed."""
    return result.output.partition("try: ")[2].splitlines()[0]


def sound(house: House, count: int) -> None:
    """`verify` looks at so many releases, and has nothing to say of them."""
    assert house.ok("verify") == f"privacy: {count} release(s) checked; none is signed\n"


def remedy_of(house: House, *words: str) -> str:
    """The next step that a command prints when it is refused."""
    result = house.run(*words)
    assert result.exit_code == 2, result.output
    return printed(result)


def do(house: House, remedy: str) -> None:
    """Does what a remedy says, in the project's folder."""
    subprocess.run(["bash", "-c", remedy], cwd=house.root, check=True, capture_output=True)


REMEDIES: dict[str, Callable[[House, Path, pytest.MonkeyPatch], House | None]] = {
    "no git": no_git,
    "no commit": no_commit,
    "of another user": other_owner,
    "said to be bare": said_to_be_bare,
    "a working tree elsewhere": elsewhere,
    "a broken index": broken_index,
    "shallow": shallow,
    "shallow, with tags": shallow_with_tags,
    "without tags": tagless,
    "taken for unchanged": unchanged,
    "skipped": skipped,
    "ignored": ignored,
    "a part of it": sparse,
}


@pytest.mark.parametrize("name", REMEDIES)
def test_the_remedy_mends_it(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    for key, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(tmp_path, "config", "--global", key, value)
    house = copied_house(tmp_path / "house", _worked_on)
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
    house = copied_house(tmp_path / "house", _worked_on)
    git(house.root, "tag", "-d", "privacy/2")
    remedy = remedy_of(house, *COMMANDS["freeze"])
    do(house, remedy.partition("make it anew: ")[2])
    house.ok(*COMMANDS["freeze"])
    assert "error" not in house.ok("verify")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_repository_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = copied_house(tmp_path / "house", _worked_on)
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
    origin = copied_house(tmp_path / "house", _worked_on)
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
    house = copied_house(tmp_path / "house", _worked_on)
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
    origin = copied_house(tmp_path / "house", _worked_on)
    released_elsewhere(origin)
    house = shallow_with_tags(origin, tmp_path, pytest.MonkeyPatch())
    told = house.run("status")
    assert told.exit_code == 2
    assert "a shallow clone cannot tell whether it was deleted" in told.output
    do(house, printed(told))
    house.ok("status")


def test_whose_tag_it_is_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A receiver starts no git for every request, and answers where there is none."""
    from publisher.edges import file_state
    from tests.fixtures.workplaces import archive_of

    house = copied_house(tmp_path / "house", _worked_on)
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

    house = copied_house(tmp_path / "house", _worked_on)
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
    house = copied_house(tmp_path / "house", _worked_on)
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
    house = copied_house(tmp_path / "house", _worked_on)
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
    house = copied_house(tmp_path / "house", _worked_on)
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


# ── line ends ────────────────────────────────────────────────────────────────────────────────────


LINE_ENDS = {
    "autocrlf": ("-c", "core.autocrlf=true"),
    "input": ("-c", "core.autocrlf=input"),
    "eol": ("-c", "core.eol=crlf"),
}


@pytest.mark.parametrize("attributes", ["", "* text=auto\n", "*.md text eol=crlf\n"])
@pytest.mark.parametrize("name", LINE_ENDS)
def test_clones_with_other_line_ends(name: str, attributes: str, tmp_path: Path) -> None:
    """Whatever the checkout makes of them, a draft is what git has, a release what was sealed."""
    origin = copied_house(tmp_path / "house", House.freeze_two)
    text = f"# What every clone does\n{attributes}versions/** -text -merge\n"
    (origin.root / ".gitattributes").write_text(text)
    origin.commit("Attributes")
    house = of_clone(origin, tmp_path, *LINE_ENDS[name])
    for word in LINE_ENDS[name][1::2]:
        git(house.root, "config", *word.split("="))
    house.write({name: text.replace("\n", "\r\n") for name, text in EDITED.items()})
    git(house.root, "add", "-A")
    git(house.root, "commit", "-q", "-m", "Sooner")
    assert house.ok("check") == ""
    assert "1 word added" in house.ok("diff")
    house.ok(*COMMANDS["freeze"])
    frozen = house.root / "versions/privacy/3"
    assert (frozen / "sections/contact.md").read_text("utf-8") == SOON
    assert b"\r" not in (frozen / "sections/contact.md").read_bytes()
    sound(house, 3)
    assert house.ok("check") == ""
    git(house.root, "push", "-q", "origin", "HEAD:other", "--tags")
    git(origin.root, "merge", "-q", "other")
    sound(origin, 3)


def test_a_text_of_the_past_and_a_clone_with_other_line_ends(tmp_path: Path) -> None:
    """A draft that is the text of the last import follows the next one; nothing is left to do."""
    origin = copied_house(tmp_path / "house", House.freeze_two)
    past = make_past(tmp_path / "past")
    past.texts(ONE)
    history = ("import", "--history", str(past.root), "terms.md")
    origin.ok(*history)
    house = of_clone(origin, tmp_path, "-c", "core.autocrlf=true")
    assert b"\r\n" in (house.root / "policy/terms/contact.md").read_bytes()
    past.texts(ONE + "\nMore.\n")
    assert "left alone" not in house.ok(*history)
    assert "More." in (house.root / "policy/terms/contact.md").read_text("utf-8")
    house.write(EDITED)
    git(house.root, "add", "policy/privacy")
    git(house.root, "commit", "-q", "-m", "Sooner")
    house.ok("--policy", "privacy", *COMMANDS["freeze"])
    assert "error" not in house.ok("verify")


def test_a_project_without_attributes_and_a_clone_with_other_line_ends(tmp_path: Path) -> None:
    """A freeze has its releases protected, so that every clone gets the bytes."""
    origin = copied_house(tmp_path / "house", _without_attributes)
    house = of_clone(origin, tmp_path, "-c", "core.autocrlf=true")
    assert b"\r\n" in (house.root / "policy/privacy/use.md").read_bytes()
    sound(house, 2)
    house.ok("status")
    assert house.ok("check") == ""


def _without_attributes(house: House) -> None:
    (house.root / ".gitattributes").unlink()
    house.commit("No attributes")
    house.freeze_two()


def test_a_checkout_that_altered_releases(tmp_path: Path) -> None:
    """As releases of earlier programs are, which nothing protects; what mends it is told."""
    origin = copied_house(tmp_path / "house", House.freeze_two)
    for name in (".gitattributes", "versions/.gitattributes"):
        (origin.root / name).unlink(missing_ok=True)
    origin.commit("No attributes")
    house = of_clone(origin, tmp_path, "-c", "core.autocrlf=true")
    told = house.run("status")
    assert told.exit_code == 2
    assert "verify" not in told.output
    assert "the checkout altered its line ends" in told.output
    do(house, printed(told))
    house.ok("status")
    assert "error" not in house.ok("verify")
