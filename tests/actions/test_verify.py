"""`publisher verify`: what was altered, and by whom."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.house import House, copied_house, git, later
from tests.fixtures.some import some


@pytest.fixture
def frozen(tmp_path: Path) -> House:
    return copied_house(tmp_path / "house", House.freeze_two)


def file(house: House, name: str) -> Path:
    return house.root / "versions/privacy" / name


def findings(house: House) -> str:
    result = house.run("verify")
    assert result.exit_code == 1, result.output
    return result.output


def reseal(house: House, number: str) -> None:
    """What a careful forger does: new checksums over the altered files."""
    folder = file(house, number)
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (folder / "SHA256SUMS").write_text("".join(lines))


def test_sound_releases(frozen: House) -> None:
    assert frozen.ok("verify") == "privacy: 2 release(s) checked; none is signed\n"


def test_altered_in_the_working_tree(frozen: House) -> None:
    file(frozen, "1/sections/use.md").write_text("altered\n")
    output = findings(frozen)
    assert "versions/privacy/1/sections/use.md" in output
    assert "not committed" in output
    assert "git checkout HEAD -- versions/privacy/1/sections/use.md" in output


def remedies(output: str) -> list[str]:
    return [line.partition("try: ")[2] for line in output.splitlines() if "  try: " in line]


@pytest.mark.parametrize("name", ["extra.md", "sections/use.md", "SHA256SUMS", "notes/a.md"])
@pytest.mark.parametrize("far", ["working tree", "index", "commit"])
def test_the_remedy_mends_it(frozen: House, name: str, far: str) -> None:
    path = file(frozen, f"1/{name}")
    path.parent.mkdir(exist_ok=True)
    path.write_text("altered\n")
    if far != "working tree":
        git(frozen.root, "add", "-A")
    if far == "commit":
        frozen.commit("Make it nicer")
    output = findings(frozen)
    assert ("Make it nicer" in output) == (far == "commit")
    wanted = [each for each in remedies(output) if each.endswith((name, f"{name}, and commit it"))]
    for remedy in some(wanted):
        command = remedy.removesuffix(", and commit it")
        assert (command != remedy) == (far == "commit")
        subprocess.run(command.split(), cwd=frozen.root, check=True, capture_output=True)
    if far == "commit":
        frozen.commit("Mend it")
    frozen.ok("verify")


def test_a_tag_that_does_not_read_is_told(frozen: House) -> None:
    (frozen.root / ".git/refs/tags/privacy/2").write_text("x\n")
    assert "tag privacy/2: error: its tag cannot be read" in findings(frozen)
    assert "git fsck" in findings(frozen)


def test_what_git_cannot_say_is_no_crash(frozen: House) -> None:
    tag = git(frozen.root, "rev-parse", "privacy/2").strip()
    (frozen.root / ".git/objects" / tag[:2] / tag[2:]).unlink()
    result = frozen.run("verify")
    assert result.exit_code == 2
    assert f"git failed: fatal: missing object {tag}" in result.output
    shutil.rmtree(frozen.root / ".git")
    git(frozen.root, "init", "-q", "-b", "main")
    for verb in (["verify"], ["build"], ["freeze", "--effective", later(90)]):
        result = frozen.run(*verb)
        assert result.exit_code == 2
        assert "the repository has no commit yet" in result.output


def test_altered_by_a_commit_names_it(frozen: House) -> None:
    file(frozen, "1/sections/use.md").write_text("altered\n")
    frozen.commit("Make it nicer")
    output = findings(frozen)
    assert "Make it nicer" in output
    assert git(frozen.root, "rev-parse", "--short=10", "HEAD").strip() in output


def test_a_file_added(frozen: House) -> None:
    file(frozen, "1/extra.md").write_text("x\n")
    assert "was added after the release was sealed" in findings(frozen)


def test_a_file_deleted(frozen: House) -> None:
    file(frozen, "1/sections/use.md").unlink()
    assert "is missing" in findings(frozen)


def test_a_resealed_forgery_breaks_the_chain(frozen: House) -> None:
    file(frozen, "1/sections/use.md").write_text("altered\n")
    reseal(frozen, "1")
    frozen.commit("Forge")
    output = findings(frozen)
    assert "seals differ" in output
    assert "does not have the seal that its tag privacy/1 bears witness to" in output
    assert "differs from the draft at revision" in output


def test_a_resealed_last_release_is_betrayed_by_its_tag(frozen: House) -> None:
    file(frozen, "2/sections/use.md").write_text("altered\n")
    reseal(frozen, "2")
    frozen.commit("Forge")
    assert "tag privacy/2" in findings(frozen)


def test_a_deleted_release(frozen: House) -> None:
    shutil.rmtree(file(frozen, "2"))
    frozen.commit("Forget it")
    output = findings(frozen)
    assert "versions/privacy/2" in output
    assert "was deleted, by commit" in output
    assert "Forget it" in output


def test_altered_and_put_back_is_told_but_no_error(frozen: House) -> None:
    path = file(frozen, "1/sections/use.md")
    before = path.read_text()
    path.write_text("altered\n")
    frozen.commit("Alter")
    path.write_text(before)
    frozen.commit("Put back")
    output = frozen.ok("verify")
    assert "was touched again by commit" in output


# ── what a clone lacks ───────────────────────────────────────────────────────────────────────────


def cloned(house: House, place: Path, *words: str) -> House:
    git(house.root, "config", "uploadpack.allowFilter", "true")
    git(place.parent, "clone", "-q", *words, f"file://{house.root}", str(place))
    return House(place)


def do(house: House, remedy: str) -> None:
    """What a person does who was told so."""
    subprocess.run(["sh", "-c", remedy], cwd=house.root, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--no-tags"], "has no tag of any release"),
        (["--depth", "1"], "is shallow"),
        (["--depth", "2", "--no-single-branch"], "is shallow"),
        (["--depth", "1", "--no-tags"], "is shallow"),
    ],
)
def test_what_a_clone_lacks_is_said_with_the_command_that_gets_it(
    frozen: House, tmp_path: Path, words: list[str], told: str
) -> None:
    clone = cloned(frozen, tmp_path / "clone", *words)
    output = clone.ok("verify")
    assert f"this clone: review: {told}" in " ".join(output.split())
    assert "is not here" not in output
    assert "which this clone lacks" not in output
    for remedy in some(remedies(output)):
        do(clone, remedy)
    assert "review" not in clone.ok("verify")


@pytest.mark.parametrize(
    "words", [["--single-branch"], ["--filter=blob:none"], ["--filter=tree:0"]]
)
def test_a_clone_that_gets_what_it_lacks_by_itself(
    frozen: House, tmp_path: Path, words: list[str]
) -> None:
    assert "review" not in cloned(frozen, tmp_path / "clone", *words).ok("verify")


def test_a_partial_clone_whose_origin_is_away(frozen: House, tmp_path: Path) -> None:
    clone = cloned(frozen, tmp_path / "clone", "--filter=tree:0", "--no-checkout")
    git(clone.root, "checkout", "-q")
    frozen.root.rename(tmp_path / "away")
    result = clone.run("verify")
    assert result.exit_code == 2
    assert "does not have all of its history" in " ".join(result.output.split())
    (tmp_path / "away").rename(frozen.root)
    clone.ok("verify")


def test_a_release_of_another_branch_is_neither_lost_nor_deleted(frozen: House) -> None:
    git(frozen.root, "checkout", "-q", "-b", "autumn")
    frozen.write({"contact.md": "## Contact {#contact}\n\nWrite.\n", "notes/contact.md": "Less.\n"})
    frozen.commit("Less")
    frozen.ok("freeze", "--effective", later(90))
    git(frozen.root, "checkout", "-q", "main")
    output = frozen.ok("verify")
    assert "versions/privacy/3: review: is a release of another branch" in " ".join(output.split())
    for remedy in some(remedies(output)):
        do(frozen, remedy)
    assert "review" not in frozen.ok("verify")


@pytest.mark.parametrize("how", ["squash", "rebase", "cherry-pick", "merge"])
def test_a_release_that_came_by_another_commit_is_as_it_was(frozen: House, how: str) -> None:
    git(frozen.root, "checkout", "-q", "-b", "autumn")
    frozen.write({"contact.md": "## Contact {#contact}\n\nWrite.\n", "notes/contact.md": "Less.\n"})
    frozen.commit("Less")
    frozen.ok("freeze", "--effective", later(90))
    git(frozen.root, "checkout", "-q", "main")
    (frozen.root / "other.txt").write_text("x\n")
    frozen.commit("Something else")
    if how == "squash":
        git(frozen.root, "merge", "-q", "--squash", "autumn")
        frozen.commit("Autumn")
    elif how == "rebase":
        git(frozen.root, "checkout", "-q", "autumn")
        git(frozen.root, "rebase", "-q", "main")
    elif how == "cherry-pick":
        git(frozen.root, "cherry-pick", "main..autumn")
    else:
        git(frozen.root, "merge", "-q", "--no-ff", "-m", "Autumn", "autumn")
    frozen.ok("verify")
    git(frozen.root, "checkout", "-q", "-B", "main")
    git(frozen.root, "branch", "-q", "-D", "autumn")
    frozen.ok("verify")


@pytest.mark.parametrize("altering", ["core.autocrlf", "eol", "filter"])
def test_what_git_alone_altered_is_said_so_and_mended(
    frozen: House, tmp_path: Path, altering: str
) -> None:
    for path in frozen.root.glob("**/.gitattributes"):
        path.unlink()
    words = ["-c", "core.autocrlf=true"]
    if altering == "eol":
        (frozen.root / ".gitattributes").write_text("* text eol=crlf\n")
        words = []
    if altering == "filter":
        (frozen.root / ".gitattributes").write_text("*.md filter=louder\n")
        words = ["-c", "filter.louder.smudge=tr a-z A-Z", "-c", "filter.louder.clean=tr A-Z a-z"]
        git(frozen.root, "config", "filter.louder.clean", "cat")
    frozen.commit("No attributes")
    clone = cloned(frozen, tmp_path / "clone", *words)
    (clone.root / "versions/privacy/1/own.txt").write_text("x\n")  # nothing is ever lost
    output = findings(clone)
    (clone.root / "versions/privacy/1/own.txt").rename(tmp_path / "own.txt")
    output = findings(clone)
    assert output.count(": error: ") == 1, output
    assert "this clone: error: git altered" in " ".join(output.split())
    for remedy in some(remedies(output)):
        do(clone, remedy)
    clone.ok("verify")


def test_nothing_is_built_from_altered_releases(frozen: House) -> None:
    file(frozen, "1/sections/use.md").write_text("altered\n")
    result = frozen.run("build")
    assert result.exit_code == 2
    assert "was altered" in result.output
    assert not (frozen.root / "build").exists()


def test_a_release_cannot_be_frozen_twice(frozen: House) -> None:
    assert frozen.run("freeze", "--effective", later(90)).exit_code == 2
