"""What git would refuse or alter is known before anything is written, on a dry run too."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.house import SECTIONS, House, git, later, make_house
from tests.fixtures.keys import openpgp_key, ssh_key

DAY = later(60)


def all_bytes(root: Path) -> dict[str, bytes]:
    """Every file of a project and its repository, but what a look at it may refresh."""
    left_out = (".git/index", ".git/publisher.lock", ".publisher/cache")
    return {
        name: path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
        for name in [path.relative_to(root).as_posix()]
        if not name.startswith(left_out)
    }


def refused(house: House, *words: str) -> str:
    """Freezes, on a dry run and for good; expects the same refusal, and that nothing is touched."""
    before = all_bytes(house.root)
    told = set()
    for more in (["--dry-run"], []):
        result = house.run("freeze", "--effective", DAY, *words, *more)
        assert result.exit_code == 2, result.output
        told.add(result.output)
    assert all_bytes(house.root) == before
    assert len(told) == 1
    return told.pop()


def tried(house: House, output: str) -> None:
    """Runs the first command that a refusal prints, as it is printed."""
    remedy = output.split("  try: ")[1].split("\n")[0]
    command = remedy.rpartition(": ")[2] if ": git" in remedy else remedy
    subprocess.run(["sh", "-ec", command], cwd=house.root, check=True, capture_output=True)


# ── names ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", [("-a", "-m", "mine"), ()], ids=["annotated", "lightweight"])
@pytest.mark.parametrize("name", ["privacy/1", "privacy", "privacy/1/draft"])
def test_a_tag_in_the_way(house: House, name: str, kind: tuple[str, ...]) -> None:
    git(house.root, "tag", *kind, name)
    output = refused(house)
    assert f"tag {name}: " in output
    tried(house, output)
    house.ok("freeze", "--effective", DAY)
    assert "Seal: " in git(house.root, "cat-file", "tag", "privacy/1")


def test_a_number_that_was_frozen_elsewhere(edited: House, tmp_path: Path) -> None:
    root = edited.root
    git(root, "branch", "release")
    git(root, "worktree", "add", "-q", str(tmp_path / "beside"), "release")
    House(tmp_path / "beside").ok("freeze", "--effective", DAY)
    assert "privacy/2 was frozen on another branch, which is not merged here" in refused(edited)
    git(root, "tag", "-d", "privacy/2")
    output = refused(edited)
    assert "branch release: privacy/2 was frozen on another branch" in output
    git(root, "worktree", "remove", "--force", str(tmp_path / "beside"))
    git(root, "update-ref", "refs/remotes/origin/release", "release")
    git(root, "branch", "-q", "-D", "release")
    output = refused(edited)
    assert "branch origin/release: privacy/2 was frozen" in output
    tried(edited, output)
    assert "release 2 has no tag in this clone" in edited.run("freeze", "--effective", DAY).output


# ── the state of the repository ──────────────────────────────────────────────────────────────────


def test_in_the_middle_of_something(edited: House) -> None:
    root = edited.root
    other = root / "other.txt"
    for branch in ("one", "two"):
        git(root, "checkout", "-q", "-B", branch, "main")
        other.write_text(branch)
        edited.commit(branch)
    for command, named in (
        (("merge", "one"), "a merge"),
        (("rebase", "one"), "a rebase"),
        (("cherry-pick", "one"), "a cherry-pick"),
        (("revert", "--no-edit", "one"), "a revert"),
    ):
        if command[0] == "revert":
            git(root, "merge", "-q", "-s", "ours", "one")
        subprocess.run(["git", *command], cwd=root, capture_output=True, check=False)
        output = refused(edited)
        assert f"{named} is going on" in output
        git(root, command[0], "--abort")
    edited.ok("freeze", "--effective", DAY)


def test_a_bisection_is_going_on(edited: House) -> None:
    git(edited.root, "bisect", "start")
    output = refused(edited)
    assert "a bisection is going on" in output
    tried(edited, output)
    edited.ok("freeze", "--effective", DAY, "--dry-run")


@pytest.mark.parametrize("name", ["index", "refs/heads/main", "HEAD"])
def test_a_lock_that_somebody_left(edited: House, name: str) -> None:
    (edited.root / f".git/{name}.lock").touch()
    output = refused(edited)
    assert f"{name}.lock: git is at work here, or was killed and left this behind" in output
    tried(edited, output.replace("wait for it; or, if no git is at work: rm", "rm"))
    edited.ok("freeze", "--effective", DAY)


def test_who_freezes_is_told_how_to_hand_it_on(edited: House, tmp_path: Path) -> None:
    root, others = edited.root, tmp_path / "others.git"
    assert "Next: publisher build, then publisher send 2" in edited.ok("freeze", "--effective", DAY)
    git(tmp_path, "init", "-q", "--bare", str(others))
    git(root, "remote", "add", "company", str(others))
    git(root, "config", "remote.pushDefault", "company")
    edited.write(
        {"contact.md": "## Contact {#contact}\n\nWrite.\n", "notes/contact.md": "Short.\n"}
    )
    edited.commit("Shorter")
    told = edited.ok("freeze", "--effective", later(200))
    command = told.split("Next: ")[1].split(", then")[0]
    assert command == "git push company main privacy/3"
    subprocess.run(["sh", "-ec", command], cwd=root, check=True, capture_output=True)
    assert git(others, "tag").split() == ["privacy/3"]


def test_head_is_detached(edited: House) -> None:
    git(edited.root, "checkout", "-q", "--detach")
    assert "HEAD is detached" in edited.ok("freeze", "--effective", DAY, "--dry-run")
    assert "HEAD is detached" in edited.ok("freeze", "--effective", DAY)
    assert git(edited.root, "rev-parse", "privacy/2^{}") == git(edited.root, "rev-parse", "HEAD")


def test_dirt_elsewhere_in_a_larger_repository_does_not_matter(tmp_path: Path) -> None:
    plain = make_house(tmp_path / "plain")
    top = tmp_path / "top"
    top.mkdir()
    git(top, "init", "-q", "-b", "main", "--template=")
    for name, value in (("user.name", "Tests"), ("user.email", "tests@hosting.example")):
        git(top, "config", name, value)
    (plain.root / ".git").rename(tmp_path / "gone")
    plain.root.rename(top / "le gal")
    house = House(top / "le gal")
    house.commit("All of it")
    (top / "staged.txt").write_text("staged\n")
    git(top, "add", "staged.txt")
    (top / "untracked.txt").write_text("untracked\n")
    before = git(top, "status", "--porcelain")
    house.ok("freeze", "--effective", DAY)
    assert git(top, "status", "--porcelain") == before
    assert git(top, "tag").split() == ["le%20gal/privacy/1"]
    names = git(top, "show", "--format=", "--name-only", "-z", "HEAD").split("\0")
    assert all(name.startswith("le gal/") for name in names if name)


# ── who ──────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_is_named(edited: House) -> None:
    git(edited.root, "config", "--unset", "user.name")
    git(edited.root, "config", "--unset", "user.email")
    git(edited.root, "config", "user.useConfigOnly", "true")
    output = refused(edited)
    assert "git does not know who freezes this" in output
    tried(edited, output)
    edited.ok("freeze", "--effective", DAY)


def test_a_key_that_does_not_sign(edited: House, tmp_path: Path) -> None:
    root, key = edited.root, tmp_path / "key"
    git(root, "config", "gpg.format", "ssh")
    git(root, "config", "user.signingkey", str(key))
    output = refused(edited)
    assert "git is set up to sign, and cannot" in output
    assert str(key) in output
    key.write_text("no key\n")
    assert "and cannot" in refused(edited)
    key.unlink()
    os.spawnlp(
        os.P_WAIT, "ssh-keygen", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)
    )
    git(root, "config", "gpg.format", "openpgp")
    git(root, "config", "user.signingkey", "nobody@hosting.example")
    assert "signing key nobody@hosting.example" in refused(edited)
    git(root, "config", "gpg.format", "ssh")
    git(root, "config", "user.signingkey", str(key))
    git(root, "config", "commit.gpgsign", "true")
    assert "(signed" in edited.ok("freeze", "--effective", DAY)
    assert "gpgsig" in git(root, "cat-file", "commit", "HEAD")


# ── bytes ────────────────────────────────────────────────────────────────────────────────────────

SETTINGS = {
    "a filter": "/versions/privacy/2/** filter=upper",
    "line ends": "/versions/privacy/2/** text eol=crlf",
    "keywords": "/versions/privacy/2/*.toml ident",
    "an encoding": "/versions/privacy/2/*.md working-tree-encoding=UTF-16",
}


@pytest.mark.parametrize("line", SETTINGS.values(), ids=SETTINGS)
def test_attributes_of_this_clone_alone(edited: House, line: str) -> None:
    """Those in `.git/info/attributes` override all that are committed."""
    root = edited.root
    git(root, "config", "filter.upper.clean", "tr a-z A-Z")
    git(root, "config", "filter.upper.smudge", "cat")
    place = root / ".git/info/attributes"
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"{line}\n")
    if "text" in line or "ident" in line:  # what is written alters nothing on its way in
        edited.ok("freeze", "--effective", DAY)
    else:
        output = refused(edited)
        assert "git would not keep this file as it is" in output
        assert "filter=upper" in output or "working-tree-encoding" in output
        tried(edited, output)
        edited.ok("freeze", "--effective", DAY)
    place.unlink()
    assert "error" not in edited.ok("verify")


def test_rules_of_a_repository(edited: House) -> None:
    root = edited.root
    rules = "versions/privacy/2/** text=auto filter=lfs diff=lfs merge=lfs ident\n"
    (root / ".gitattributes").write_text(rules)
    with (root / ".gitignore").open("a") as ignored:
        ignored.write("*.pdf\nnotice.md\nversions/privacy/2/\n")
    edited.commit("Rules")
    git(root, "config", "core.autocrlf", "true")
    git(root, "config", "filter.lfs.clean", "sha256sum")
    git(root, "config", "filter.lfs.required", "true")
    assert "Would freeze" in edited.ok("freeze", "--effective", DAY, "--dry-run")
    edited.ok("freeze", "--effective", DAY)
    held = set(git(root, "ls-tree", "-r", "--name-only", "HEAD", "versions/privacy/2").split())
    assert {f"versions/privacy/2/{name}" for name in ("notice.md", "policy.pdf")} <= held
    assert (root / "versions/.gitattributes").is_file()


def test_attributes_that_would_alter_the_files_in_clones(edited: House) -> None:
    (edited.root / "versions/privacy/.gitattributes").write_text("*.md text eol=crlf\n")
    edited.commit("Attributes below")
    output = edited.run("freeze", "--effective", DAY).output
    assert "versions/privacy" in output
    assert "error" in output


# ── by whom ──────────────────────────────────────────────────────────────────────────────────────


def test_a_lost_tag_of_a_signer_is_made_anew_by_one(house: House, tmp_path: Path) -> None:
    one = ssh_key(tmp_path / "keys", "one@hosting.example")
    one.use_in(house.root)
    git(house.root, "config", "tag.gpgSign", "false")
    house.write({"signers": one.line})
    house.commit()
    house.ok("freeze", "--effective", "unknown")
    house.edit()
    house.ok("freeze", "--effective", DAY)
    house.write({"contact.md": "## Contact {#contact}\n\nWrite.\n", "notes/contact.md": "Short.\n"})
    house.commit()
    git(house.root, "tag", "-d", "privacy/2")
    output = house.run("freeze", "--effective", later(120)).output
    command = output.split("make it anew: ")[1].split("\n")[0]
    subprocess.run(["sh", "-ec", command], cwd=house.root, check=True, capture_output=True)
    assert "error" not in house.ok("verify")
    house.ok("freeze", "--effective", later(120))


def test_only_a_signer_freezes_where_signers_are_sealed(house: House, tmp_path: Path) -> None:
    one, two = (ssh_key(tmp_path / "keys", f"{name}@hosting.example") for name in ("one", "two"))
    with openpgp_key("three@hosting.example") as three:
        house.write({"signers": one.line})
        house.commit()
        house.ok("freeze", "--effective", "unknown")
        house.write({"signers": three.line})
        house.edit()
        assert "has to be signed by one of those whom the release before names" in refused(
            house, "--yes"
        )
        two.use_in(house.root)
        output = refused(house, "--yes")
        assert "signed by somebody else" in output
        assert two.fingerprint in output
        three.use_in(house.root)
        assert "has to be signed by" in refused(house, "--yes")
        one.use_in(house.root)
        assert "(signed by one@hosting.example)" in house.ok("freeze", "--effective", DAY, "--yes")
        house.write({"use.md": SECTIONS["use.md"].replace("orders", "order")})
        house.write({"notes/use.md": "A letter less.\n"})
        house.commit()
        words = ("freeze", "--correction", "--effective", DAY)
        assert "has to be signed by" in house.run(*words).output
        three.use_in(house.root)
        assert "(signed by three@hosting.example)" in house.ok(*words)
