"""`publisher verify`: what was altered, and by whom."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests import ROOT
from tests.fixtures.forging import Forger
from tests.fixtures.house import House, copied_house, git, later
from tests.fixtures.keys import ssh_key
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
    wanted = [
        each for each in remedies(output) if each.endswith((name, f"{name}  # and commit it"))
    ]
    for remedy in some(wanted):
        command = remedy.removesuffix("  # and commit it")
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


@pytest.mark.parametrize("far", ["working tree", "commit", "sealed anew"])
def test_who_froze_is_not_accused_of_what_another_altered(frozen: House, far: str) -> None:
    """Release 2 tells what it changes in release 1, and no longer fits it."""
    path = file(frozen, "1/sections/use.md")
    path.write_text(path.read_text() + "\nAnd more.\n")
    if far == "sealed anew":
        reseal(frozen, "1")
    if far != "working tree":
        frozen.commit("Make it nicer")
    output = findings(frozen)
    assert "Freeze privacy/2" not in output
    assert "changes.json" not in output
    if far != "sealed anew":
        assert output.count("error: ") == 1, output


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


def test_a_tag_bears_witness_to_the_releases_before_it(frozen: House) -> None:
    git(frozen.root, "update-ref", "-d", "refs/tags/privacy/1")
    told = "versions/privacy/1: review: has no tag in this clone; that of release 2 bears witness"
    assert told in frozen.ok("verify")
    git(frozen.root, "tag", "privacy/9", "-am", "of another branch", frozen_elsewhere(frozen))
    git(frozen.root, "update-ref", "-d", "refs/tags/privacy/2")
    output = frozen.ok("verify")
    assert "versions/privacy/2: review: has no tag in this clone\n" in output


def frozen_elsewhere(house: House) -> str:
    """A commit that is in no history of the current branch."""
    return git(house.root, "commit-tree", "HEAD^{tree}", "-m", "Elsewhere").strip()


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


def test_a_release_that_git_is_told_to_leave_out(frozen: House, tmp_path: Path) -> None:
    clone = cloned(frozen, tmp_path / "clone", "--sparse")
    git(clone.root, "sparse-checkout", "set", "--no-cone", "/*", "!/versions/privacy/1/")
    output = findings(clone)
    assert "versions/privacy/1: error: is in the last commit, and not on the disk" in output
    do(clone, "git sparse-checkout disable")
    clone.ok("verify")
    shutil.rmtree(file(clone, "2"))
    for remedy in some(remedies(findings(clone))):
        do(clone, remedy)
    clone.ok("verify")


def test_what_systems_leave_behind_is_a_cue(frozen: House) -> None:
    for name in (".DS_Store", "2/.DS_Store", "2/sections/use.md~", ".3.0a1b2c3d.part"):
        file(frozen, name).write_text("x\n")
    output = frozen.ok("verify")
    assert output.count(": review: lies beside what was sealed") == 4
    for remedy in some(remedies(output)):
        do(frozen, remedy)
    assert "review" not in frozen.ok("verify")


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
    said = frozen.run("notice", "3").output
    assert "there is no release 3; there are: 1, 2" in said
    assert "git merge privacy/3" in said
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


# ── what is known from outside ───────────────────────────────────────────────────────────────────


def test_known_seals_are_kept_by_clean_runs_alone(frozen: House, tmp_path: Path) -> None:
    known = tmp_path / "kept/known.json"
    words = ("verify", "--known", str(known))
    refused = frozen.run(*words)
    assert (refused.exit_code, "there is no such folder" in refused.output) == (2, True)
    assert not known.parent.exists()
    known.parent.mkdir()
    assert "review: there was no such file" in frozen.ok("--quiet", *words)
    known.unlink()
    assert "made, with 2 release(s), which nobody had seen before" in frozen.ok(*words)
    first = known.read_bytes()
    assert f"{known}: nothing is new, and all of it is as it was" in frozen.ok(*words)
    assert known.read_bytes() == first
    frozen.write({"contact.md": "## Contact {#contact}\n\nWrite.\n", "notes/contact.md": "Less.\n"})
    frozen.commit("Less")
    frozen.ok("freeze", "--effective", later(90))
    path = file(frozen, "1/sections/use.md")
    before = path.read_text()
    path.write_text("altered\n")
    result = frozen.run(*words)
    assert result.exit_code == 1
    assert "nothing was added to it, for there are errors" in result.output
    assert known.read_bytes() == first
    path.write_text(before)
    assert "1 release(s) added" in frozen.ok(*words)
    assert frozen.ok("-q", *words) == ""


def test_a_file_of_known_seals_that_does_not_read_is_refused(frozen: House, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    known.write_text("{")
    result = frozen.run("verify", "--known", str(known))
    assert result.exit_code == 2
    assert f"{known}: is no JSON" in result.output
    assert known.read_text() == "{"
    result = frozen.run("verify", "--known", str(frozen.root / "known.json"))
    assert result.exit_code == 2
    assert "lies in the repository" in result.output
    result = frozen.run("verify", "--signers", str(frozen.root / "policy/privacy/signers"))
    assert result.exit_code == 2
    assert "lies in the repository" in result.output
    signers = tmp_path / "signers"
    signers.write_text("# who\nlegal@hosting.example\n")
    result = frozen.run("verify", "--signers", str(signers))
    assert result.exit_code == 2
    assert f"{signers}:2: is no signer" in result.output


def test_a_published_file_is_held_against_and_not_added_to(frozen: House, tmp_path: Path) -> None:
    frozen.ok("build")
    built = frozen.root / "build/site/privacy/versions.json"
    published = tmp_path / "versions.json"
    published.write_bytes(built.read_bytes())
    words = ("verify", "--known", str(published))
    assert "nothing is added to it" in frozen.ok(*words)
    assert published.read_bytes() == built.read_bytes()
    Forger(frozen).history_anew("2")
    frozen.ok("verify")
    result = frozen.run(*words)
    assert result.exit_code == 1
    assert "versions/privacy/2: error: was replaced" in " ".join(result.output.split())


def test_each_policy_has_its_known_seals(frozen: House, tmp_path: Path) -> None:
    shutil.copytree(frozen.root / "policy/privacy", frozen.root / "policy/terms")
    frozen.commit("Terms")
    frozen.ok("--policy", "terms", "freeze", "--effective", "unknown")
    known = tmp_path / "known.json"
    words = ("verify", "--known", str(known))
    assert "made, with 1 release(s)" in frozen.ok("--policy", "terms", *words)
    assert "2 release(s) added" in frozen.ok(*words)
    Forger(frozen).git("tag", "-d", "privacy/2")
    assert frozen.run(*words).exit_code == 1
    frozen.ok("--policy", "terms", *words)
    for gone in ("policy/terms", "versions/terms"):
        shutil.rmtree(frozen.root / gone)
    frozen.commit("No terms")
    result = frozen.run("--policy", "terms", *words)
    assert result.exit_code == 1
    assert "versions/terms/1: error: was deleted" in " ".join(result.output.split())
    assert frozen.run("--policy", "other", *words).exit_code == 2


# ── signers ──────────────────────────────────────────────────────────────────────────────────────


def test_signing_may_begin_with_any_release(frozen: House, tmp_path: Path) -> None:
    """A signature vouches for what lies before it, as long as nobody had to sign that."""
    key = ssh_key(tmp_path / "keys", "legal@hosting.example")
    signers = tmp_path / "signers"
    signers.write_text(key.line)
    words = ("verify", "--signers", str(signers))
    result = frozen.run(*words)
    assert result.exit_code == 1
    assert f"is not signed; {signers} names who may sign it" in " ".join(result.output.split())
    key.use_in(frozen.root)
    frozen.write({"contact.md": "## Contact {#contact}\n\nWrite.\n", "notes/contact.md": "Less.\n"})
    frozen.write({"signers": key.line})
    frozen.commit("Less")
    frozen.ok("freeze", "--effective", later(90))
    told = f"privacy: 3 release(s) checked; 1 and 2 not signed, 3 signed by {key.name} "
    assert told in frozen.ok(*words)
    # Without signers from outside, nobody vouches for the key that signed the third.
    assert "3 signed by a key for which nobody here vouches" in frozen.ok("verify")
    known = tmp_path / "known.json"
    frozen.ok(*words, "--known", str(known))
    assert told in frozen.ok("verify", "--known", str(known))
    # From then on each release has to be signed, by one of those.
    git(frozen.root, "config", "--unset", "user.signingkey")
    frozen.write({"contact.md": "## Contact {#contact}\n\nCall.\n", "notes/contact.md": "Call.\n"})
    frozen.commit("Call")
    assert frozen.run("freeze", "--effective", later(120)).exit_code == 2
    frozen.ok("verify", "--known", str(known))


def test_signers_are_changed_by_one_of_them(frozen: House, tmp_path: Path) -> None:
    first = ssh_key(tmp_path / "keys", "first@hosting.example")
    second = ssh_key(tmp_path / "keys", "second@hosting.example")
    signers = tmp_path / "signers"
    signers.write_text(first.line)
    words = ("verify", "--signers", str(signers))
    first.use_in(frozen.root)
    for days, (key, line, text) in enumerate(
        ((first, first.line, "Write."), (first, second.line, "Call."), (second, "", "Come.")), 3
    ):
        key.use_in(frozen.root)
        frozen.write(
            {"contact.md": f"## Contact {{#contact}}\n\n{text}\n", "notes/contact.md": "x\n"}
        )
        if line:
            frozen.write({"signers": line})
        frozen.commit(text)
        frozen.ok("freeze", "--effective", later(30 * days), "--yes")
    output = frozen.ok(*words)
    assert "3 and 4 signed by first@hosting.example" in output
    assert "5 signed by second@hosting.example" in output
    # Whoever was a signer is none any more.
    forger = Forger(frozen, first)
    forger.retag("5", forger.message("5"))
    result = frozen.run(*words)
    assert result.exit_code == 1
    assert "release 4 names who may sign it" in " ".join(result.output.split())


def test_programs_get_findings_as_json(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    schema = json.loads((ROOT / "docs/findings.schema.json").read_text("utf-8"))
    sound = json.loads(house.ok("verify", "--format", "json"))
    Draft202012Validator(schema).validate(sound)
    assert [one for one in sound["findings"] if one["severity"] == "error"] == []
    (house.root / "versions/privacy/1/sections/use.md").write_text("altered")
    asked = house.run("verify", "--format", "json")
    assert asked.exit_code == 1
    told = json.loads(asked.output)
    Draft202012Validator(schema).validate(told)
    assert any("use.md" in one["place"] + one["what"] for one in told["findings"])
    assert house.run("verify", "--format", "json", "--diff").exit_code == 2
