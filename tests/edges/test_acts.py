"""A freeze is one act: whatever stops it, all of it stands or nothing, and the next run says so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from publisher.releases.number import Number
from tests.fixtures.house import House, copied_house, git, later, make_house
from tests.fixtures.kills import KillingGit
from tests.fixtures.some import EVERY
from tests.fixtures.workplaces import archive_of

DAY = later(60)


def state(house: House) -> dict[str, object]:
    """All that a freeze may touch, to the byte."""
    root = house.root
    files = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for folder in ("policy", "versions", ".publisher/unfinished")
        for path in sorted((root / folder).rglob("*"))
        if path.is_file()
    }
    return {
        "files": files,
        "head": git(root, "rev-parse", "HEAD", "--symbolic-full-name", "HEAD"),
        "references": git(root, "for-each-ref"),
        "index": git(root, "ls-files", "--stage"),
        "status": git(root, "status", "--porcelain"),
        "locks": sorted(path.name for path in (root / ".git").rglob("*.lock"))
        == ["publisher.lock"],
    }


def hook(house: House, name: str, *lines: str) -> Path:
    path = house.root / ".git/hooks" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return path


def started(house: House, *words: str) -> subprocess.Popen[str]:
    """`publisher` in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "publisher", "--project", str(house.root), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# ── one at a time ────────────────────────────────────────────────────────────────────────────────


def test_a_second_freeze_is_turned_away(edited: House, tmp_path: Path) -> None:
    """With a slow hook the second one deleted the first one's folder."""
    begun, go = tmp_path / "begun", tmp_path / "go"
    hook(edited, "pre-commit", f"touch {begun}", f"until [ -e {go} ]; do sleep 0.05; done")
    first = started(edited, "freeze", "--effective", DAY)
    wait_for(begun)
    git(edited.root, "branch", "other", "HEAD")
    git(edited.root, "worktree", "add", "-q", str(tmp_path / "beside"), "other")
    second = House(tmp_path / "beside").run("freeze", "--effective", later(70))
    assert second.exit_code == 2
    assert f"the freeze of privacy is at work (process {first.pid})" in second.output
    importing = edited.run("import", "--history", str(edited.root), "policy/privacy/use.md")
    assert "the freeze of privacy is at work" in importing.output
    assert archive_of(edited.project).numbers("privacy") == (Number(1),)
    assert "or was cut off" in edited.run("freeze", "--dry-run", "--effective", DAY).output
    go.touch()
    assert f"in force from {DAY}" in first.communicate()[0]
    assert first.returncode == 0
    found = archive_of(edited.project).release("privacy", Number(2))
    assert str(found.effective) == DAY
    assert f"Effective: {DAY}" in git(edited.root, "cat-file", "tag", "privacy/2")
    assert edited.ok("verify") == "privacy: 2 release(s) checked; none is signed\n"


def test_what_a_killed_freeze_started_holds_the_lock(edited: House, tmp_path: Path) -> None:
    begun, go = tmp_path / "begun", tmp_path / "go"
    hook(edited, "pre-commit", f"touch {begun}", f"until [ -e {go} ]; do sleep 0.05; done")
    first = started(edited, "freeze", "--effective", DAY)
    wait_for(begun)
    first.kill()
    first.wait()
    second = edited.run("freeze", "--effective", DAY)
    assert second.exit_code == 2
    assert (
        "was killed, and what it started (git, or a hook of it) is still at work" in second.output
    )
    go.touch()
    deadline = time.monotonic() + 20
    while "cut off" not in (output := edited.run("freeze", "--effective", DAY).output):
        assert time.monotonic() < deadline, output
    assert "Completed: the freeze of privacy/2" in output
    assert edited.ok("verify") == "privacy: 2 release(s) checked; none is signed\n"


# ── killed ───────────────────────────────────────────────────────────────────────────────────────


def test_killed_at_any_call_of_git_it_is_completed_by_the_next_run(tmp_path: Path) -> None:
    killer = KillingGit(tmp_path / "bin")
    whole = copied_house(tmp_path / "whole", House.ready_for_two)
    code, _ = killer.run(whole, "freeze", "--effective", DAY)
    assert code == 0
    begins = next(n for n, call in enumerate(killer.calls, 1) if " symbolic-ref " in call)
    seen = set()
    turns = [number for number in killer.turns if number >= begins]
    assert len(turns) >= 5
    for number in turns if EVERY else [*turns[:-3:2], *turns[-3:]]:
        house = copied_house(tmp_path / f"house-{number}", House.ready_for_two)
        code, _ = killer.run(house, "freeze", "--effective", DAY, after=number)
        assert code == -9
        journal = (house.root / ".publisher/unfinished/privacy.json").exists()
        stands = git(house.root, "tag", "-l", "privacy/2")
        assert archive_of(house.project).numbers("privacy") == (
            (Number(1), Number(2)) if stands else (Number(1),)
        )
        result = house.run("freeze", "--effective", DAY)
        if not journal and stands:  # it was done
            assert "word for word" in result.output
        else:
            assert result.exit_code == 0, (number, result.output)
            assert "Frozen: privacy/2 (material)" in result.output
            said = [
                w for w in ("Completed: the freeze", "Taken back: the freeze") if w in result.output
            ]
            assert len(said) == journal, result.output
            seen.update(said)
        after = state(house)
        assert after["status"] == ""
        assert house.ok("verify") == "privacy: 2 release(s) checked; none is signed\n"
        assert not any("unfinished" in path for path in after["files"])  # type: ignore[attr-defined]
    assert len(seen) == 2


def test_another_order_is_treated_as_usual_once_the_first_is_completed(
    edited: House, tmp_path: Path
) -> None:
    killer = KillingGit(tmp_path / "bin")
    killer.run(edited, "freeze", "--effective", DAY)
    call = next(n for n, c in enumerate(killer.calls, 1) if " commit --quiet" in c)
    house = copied_house(tmp_path / "again", House.ready_for_two)
    killer.run(house, "freeze", "--effective", DAY, after=call)
    told = house.run("verify")
    assert "the freeze of privacy/2 was cut off" in told.output
    assert "privacy: 1 release(s) checked" in told.output
    for words in ("status", "build"):
        output = house.run(words).output
        assert "was cut off" in output
        assert f"publisher freeze --effective {DAY}, which completes it" in output
    result = house.run("freeze", "--effective", later(90))
    assert result.exit_code == 2
    assert "Completed: the freeze of privacy/2" in result.output
    assert "the draft is release 2, word for word" in result.output
    assert str(archive_of(house.project).release("privacy", Number(2)).effective) == DAY


def test_a_journal_that_does_not_read_is_named(edited: House) -> None:
    place = edited.root / ".publisher/unfinished/privacy.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("{}")
    result = edited.run("freeze", "--effective", DAY)
    assert result.exit_code == 2
    assert str(place) in result.output
    assert "move it away" in result.output


def test_a_folder_without_a_journal_is_somebodys(edited: House) -> None:
    own = edited.root / "versions/privacy/2"
    own.mkdir()
    (own / "thoughts.md").write_text("Mine.\n")
    with (edited.root / ".gitignore").open("a") as ignored:
        ignored.write("thoughts.md\n")
    edited.commit()
    result = edited.run("freeze", "--effective", DAY)
    assert result.exit_code == 2
    assert "versions/privacy/2: is not in the last commit, and no freeze" in result.output
    assert (own / "thoughts.md").read_text() == "Mine.\n"


def test_a_release_that_was_brought_back_is_to_be_committed(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    house.ok("freeze", "--effective", "unknown")
    git(house.root, "rm", "-qr", "versions/privacy/1")
    house.commit("Tidy up")
    git(house.root, "checkout", "privacy/1", "--", "versions/privacy/1")
    result = house.run("freeze", "--effective", DAY)
    assert result.exit_code == 2
    assert "versions/privacy/1: is not in the last commit" in result.output
    command = result.output.split("commit what is staged: ")[1].split("\n")[0]
    subprocess.run(["sh", "-ec", command], cwd=house.root, check=True, capture_output=True)
    assert "error" not in house.ok("verify")


def test_work_that_somebody_put_there_since_is_not_removed(edited: House, tmp_path: Path) -> None:
    killer = KillingGit(tmp_path / "bin")
    killer.run(edited, "freeze", "--effective", DAY)
    call = next(n for n, c in enumerate(killer.calls, 1) if " add " in c and "hooksPath" not in c)
    house = copied_house(tmp_path / "again", House.ready_for_two)
    killer.run(house, "freeze", "--effective", DAY, after=call)
    folder = house.root / "versions/privacy/2"
    (folder / "SHA256SUMS").write_text("mine\n")
    result = house.run("freeze", "--effective", DAY)
    assert result.exit_code == 2
    assert "this is not the folder that it was writing" in result.output
    assert (folder / "SHA256SUMS").read_text() == "mine\n"


def test_a_lock_that_a_killed_git_left_is_removed(edited: House, tmp_path: Path) -> None:
    killer = KillingGit(tmp_path / "bin")
    killer.run(edited, "freeze", "--effective", DAY)
    call = next(n for n, c in enumerate(killer.calls, 1) if " reset --quiet" in c)
    for name in ("index.lock", "refs/heads/main.lock", "refs/tags/privacy/2.lock"):
        house = copied_house(tmp_path / name.replace("/", "-"), House.ready_for_two)
        killer.run(house, "freeze", "--effective", DAY, before=call)
        (house.root / ".git" / name).touch()
        assert "Completed: the freeze of privacy/2" in house.ok("freeze", "--effective", DAY)
    house = copied_house(tmp_path / "older", House.ready_for_two)
    lock = house.root / ".git/index.lock"
    killer.run(house, "freeze", "--effective", DAY, before=call)
    lock.touch()
    old = time.time() - 3600
    os.utime(lock, (old, old))
    result = house.run("freeze", "--effective", DAY)
    assert result.exit_code == 2
    assert f"rm {lock}" in result.output
    lock.unlink()
    assert "Completed: the freeze of privacy/2" in house.ok("freeze", "--effective", DAY)


# ── altered by git ───────────────────────────────────────────────────────────────────────────────

REWRITE = "sed -i 's/data/DATA/' $(git diff --cached --name-only --diff-filter=AM | grep 'md$')"
ADD = "git diff --cached --name-only --diff-filter=AM | xargs git add -f"
HOOKS = {
    "a formatter before the commit": ("pre-commit", REWRITE, ADD),
    "a formatter of everything": (
        "pre-commit", "sed -i 's/data/DATA/' $(git ls-files '*.md')", "git add -A",
    ),
    "an amendment after the commit": (
        "post-commit",
        "[ -e .git/once ] && exit 0; touch .git/once",
        "echo more >> versions/privacy/2/notice.md; git add -f versions",
        "git commit -q --amend --no-edit",
    ),
    "a file more": ("pre-commit", "echo x > versions/privacy/2/x.md; git add -f versions"),
    "the working tree alone": ("pre-commit", REWRITE),
    "the working tree, late": ("post-commit", "echo x >> versions/privacy/2/notice.md"),
    "the attributes": ("pre-commit", "echo '* text' > versions/.gitattributes", "git add versions"),
    "all of the folder": ("pre-commit", "git add -A"),
    "a file less": ("pre-commit", "git rm -q --cached versions/privacy/2/notice.md"),
    "a program": ("pre-commit", "git update-index --chmod=+x versions/privacy/2/notice.md"),
    "another release": (
        "pre-commit", "echo >> versions/privacy/1/release.toml", "git add -f versions",
    ),
    "a commit refused late": ("commit-msg", "exit 3"),
    "a tag refused": ("reference-transaction", "! grep -q refs/tags/"),
}  # fmt: skip


@pytest.mark.parametrize("lines", HOOKS.values(), ids=HOOKS)
def test_what_a_hook_alters_is_taken_back_to_the_byte(
    edited: House, lines: tuple[str, ...]
) -> None:
    path = hook(edited, *lines)
    before = state(edited)
    result = edited.run("freeze", "--effective", DAY)
    assert result.exit_code == 2, result.output
    assert lines[0] in result.output
    after = state(edited)
    assert after == before
    path.unlink()
    edited.ok("freeze", "--effective", DAY)
    assert edited.ok("verify") == "privacy: 2 release(s) checked; none is signed\n"


def test_hooks_may_check_verify_and_build(edited: House, tmp_path: Path) -> None:
    """What they see is the draft with its notes, and the releases that stand."""
    program = f"{sys.executable} -P -m publisher --project {edited.root}"
    log = tmp_path / "log"
    lines = [f"{program} {verb} >> {log} 2>&1 || exit 1" for verb in ("check", "verify", "build")]
    hook(edited, "pre-commit", *lines)
    hook(edited, "post-commit", *lines[:2])
    output = edited.run("freeze", "--effective", DAY).output
    said = log.read_text()
    assert "Frozen: privacy/2" in output, said
    assert said.count("the freeze of privacy/2 is at work: until its tag stands") == 2
    assert "error" not in said


def test_every_clone_gets_the_bytes(tmp_path: Path) -> None:
    house = make_house(tmp_path / "house")
    (house.root / ".gitattributes").write_text("*.md text eol=crlf filter=upper ident\n")
    house.commit("Attributes that alter")
    house.ok("freeze", "--effective", "unknown")
    assert (house.root / "versions/.gitattributes").read_text().startswith("** -text")
    assert git(house.root, "status", "--porcelain") == ""
    git(tmp_path, "clone", "-q", "-c", "core.autocrlf=true", str(house.root), "clone")
    assert "1 release(s) checked; not signed" in House(tmp_path / "clone").ok("verify")
    house.edit()
    house.ok("freeze", "--effective", DAY)
    written = (house.root / "versions/.gitattributes").read_text()
    assert written.count("** -text") == 1


# ── an import ────────────────────────────────────────────────────────────────────────────────────


def _past(house: House) -> None:
    house.ok("freeze", "--effective", "unknown")
    for text in ("One.", "Two.", "Three."):
        (house.root / "terms.md").write_text(f"# Terms\n\n{text}\n")
        house.commit(text)


def test_an_import_killed_at_any_call_of_git_is_completed_by_the_next_run(tmp_path: Path) -> None:
    killer = KillingGit(tmp_path / "bin")
    words = ("import", "--history", ".", "terms.md")
    whole = copied_house(tmp_path / "whole", _past)
    words = ("import", "--history", str(whole.root), "terms.md")
    assert killer.run(whole, *words)[0] == 0
    begins = next(n for n, call in enumerate(killer.calls, 1) if " symbolic-ref " in call)
    seen = set()
    turns = [number for number in killer.turns if number >= begins]
    assert len(turns) >= 5
    for number in turns if EVERY else [*turns[:-3:2], *turns[-3:]]:
        house = copied_house(tmp_path / f"house-{number}", _past)
        words = ("import", "--history", str(house.root), "terms.md")
        code, _ = killer.run(house, *words, after=number)
        assert code == -9
        journal = (house.root / ".publisher/unfinished/terms.json").exists()
        stands = git(house.root, "tag", "-l", "terms/3")
        assert len(archive_of(house.project).numbers("terms")) == (3 if stands else 0)
        if journal and not stands:
            told = house.run("--policy", "terms", "verify").output
            assert "the import of terms/3 was cut off" in told
            assert f"publisher import --history {house.root} terms.md --policy terms" in told
        output = house.ok(*words)
        said = [w for w in ("Completed: the import", "Taken back: the import") if w in output]
        assert len(said) == journal, output
        seen.update(said)
        assert state(house)["status"] == ""
        assert len(archive_of(house.project).releases("terms")) == 3
        assert not (house.root / ".publisher/unfinished/terms.json").exists()
    assert len(seen) == 2


def test_an_import_that_a_hook_alters_is_taken_back(tmp_path: Path) -> None:
    house = copied_house(tmp_path / "house", _past)
    path = hook(
        house, "pre-commit", "sed -i 's/Two/TWO/' $(git ls-files '*/terms.md')", "git add -A"
    )
    before = state(house)
    result = house.run("import", "--history", str(house.root), "terms.md")
    assert result.exit_code == 2
    assert "versions/terms/2/sections/terms.md: something else would be here" in result.output
    assert str(path) in result.output
    assert state(house) == before


def test_what_another_policy_left_is_completed_too(tmp_path: Path) -> None:
    house, killer = copied_house(tmp_path / "house", _past), KillingGit(tmp_path / "bin")
    words = ("import", "--history", str(house.root), "terms.md")
    killer.run(copied_house(tmp_path / "whole", _past), *words)
    call = next(n for n, c in enumerate(killer.calls, 1) if " commit --quiet" in c)
    killer.run(house, *words, after=call)
    house.edit()
    assert "Completed: the import of terms/3" in house.ok(
        "--policy", "privacy", "freeze", "--effective", DAY
    )
    assert git(house.root, "tag", "-l", "terms/3", "privacy/2").split() == ["privacy/2", "terms/3"]
    assert house.ok("verify")
