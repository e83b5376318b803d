"""What `publisher init` lays down beside the texts works: workflows step by step, units, owners."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from publisher.cli import command_line
from tests import ROOT
from tests.fixtures.forges import BOT, TOKEN, forge
from tests.fixtures.founding import found, known_to_git
from tests.fixtures.house import House, git, later

TEXT = "# {0}\n\n## Use {{#use}}\n\nWe use your data.\n\n## End {{#end}}\n\nIt ends.\n"
WORKFLOWS = (
    *sorted((ROOT / "publisher/assets/founding/files").glob("p*.yml")),
    ROOT / "publisher/assets/founding/files/freeze.yml",
    ROOT / "action.yml",
    ROOT / ".gitlab/policy.yml",
    *sorted((ROOT / ".github/workflows").glob("*.yml")),
)


@pytest.fixture
def cloned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A repository of two policies, pushed to a bare remote; a runner has checked out pull request
    7, which changes one of them.
    """
    known_to_git(monkeypatch)
    texts = []
    for each in ("privacy", "terms"):
        (tmp_path / f"{each}.md").write_text(TEXT.format(each.title()))
        texts += ["--text", each, str(tmp_path / f"{each}.md")]
    house = found(tmp_path / "legal", *texts)
    for each in ("privacy", "terms"):
        house.ok("--policy", each, "freeze", "--effective", "2026-01-01")
    remote = str(tmp_path / "remote.git")
    git(tmp_path, "init", "-q", "--bare", "-b", "main", "remote.git")
    git(house.root, "push", "-q", "--follow-tags", remote, "main")
    git(house.root, "switch", "-q", "-c", "with-care")
    house.write({"use.md": "## Use {#use}\n\nWe use your data with care.\n"})
    house.write({"notes/use.md": "More care.\n"})
    house.commit("With care")
    git(house.root, "push", "-q", remote, "HEAD:refs/pull/7/head")
    git(tmp_path, "clone", "-q", "--branch", "main", remote, "runner")
    git(tmp_path / "runner", "fetch", "-q", "origin", "refs/pull/7/head")
    git(tmp_path / "runner", "checkout", "-q", "FETCH_HEAD")
    return House(tmp_path / "runner")


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A repository as it is laid down."""
    known_to_git(monkeypatch)
    return found(tmp_path / "legal")


def steps(path: Path) -> Iterator[dict[str, Any]]:
    """The steps of a workflow that run something of ours."""
    told = yaml.safe_load(path.read_text("utf-8"))
    jobs = told["jobs"].values() if "jobs" in told else [told["runs"]]
    for job in jobs:
        for step in job.get("steps", ()):
            words = step.get("run", "pip ")
            if not words.startswith(("pip ", "sudo ")) and "pip install" not in words:
                yield step


class Runner:
    """Runs steps as the runner does: `bash -e`, with the program on its path, in one job."""

    def __init__(self, house: House, folder: Path, **environment: str) -> None:
        self.house, self.folder = house, folder
        programs = folder / "bin"
        programs.mkdir()
        program = programs / "publisher"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m publisher "$@"\n')
        program.chmod(0o755)
        (folder / "event.json").write_text('{"pull_request": {"number": 7}}')
        self.environment = {
            **os.environ,
            "PATH": f"{programs}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "HOME": str(folder),
            "RUNNER_TEMP": str(folder),
            "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
            "GITHUB_OUTPUT": str(folder / "output"),
            "GITHUB_EVENT_PATH": str(folder / "event.json"),
            "GITHUB_REPOSITORY": "legal/policies",
            **environment,
        }

    def run(self, step: dict[str, Any], **environment: str) -> subprocess.CompletedProcess[str]:
        """Runs a step with what the runner would put into its environment."""
        return subprocess.run(
            ["bash", "-e", "-c", step["run"]],
            cwd=self.house.root, env={**self.environment, **environment},
            capture_output=True, text=True,
        )  # fmt: skip

    @property
    def output(self) -> str:
        """What the steps set."""
        file = self.folder / "output"
        return file.read_text("utf-8") if file.exists() else ""

    @property
    def summary(self) -> str:
        file = self.folder / "summary.md"
        return file.read_text("utf-8") if file.exists() else ""


def named(path: Path, *names: str) -> dict[str, dict[str, Any]]:
    """Steps of a workflow by their name, or by what they run."""
    found_steps = {step.get("name", step["run"]): step for step in steps(path)}
    assert set(names) <= set(found_steps), found_steps.keys()
    return found_steps


# ── a pull request ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("which", ["laid down", "the Action"])
def test_a_pull_request_gets_one_comment(which: str, cloned: House, tmp_path: Path) -> None:
    ours = which == "the Action"
    path = ROOT / "action.yml" if ours else cloned.root / ".github/workflows/policy.yml"
    every = named(path, "What changes", "Report", "Comment")
    own = {"PROJECT": ".", "NAME": "policies"} if ours else {}
    preview = "https://e.example/artifacts/1"
    with forge() as state:
        runner = Runner(cloned, tmp_path, GITHUB_API_URL=state.url)
        first = runner.run(every["What changes"], **own, PREVIEW="true")
        assert first.returncode == 0, first.stderr
        assert ("made=true" if ours else "changed=true") in runner.output
        assert (tmp_path / "policy-preview" if ours else tmp_path / "preview").is_dir()
        told = runner.run(every["Report"], **own, PREVIEW=preview, SOURCE="https://e.example/s/")
        assert told.returncode == 0, told.stderr
        for _ in range(2):
            done = runner.run(every["Comment"], **own, GITHUB_TOKEN=TOKEN)
            assert done.returncode == 0, done.stderr
        (body,) = state.bodies(BOT)
        assert "data<ins> with care</ins>." in body
        assert preview in body
        assert "1 other policy unchanged" in body
        state.comments.clear()
        state.refuses["POST"] = 403  # a fork
        assert runner.run(every["Comment"], **own, GITHUB_TOKEN=TOKEN).returncode == 0
        assert "with care" in runner.summary
    check = every["Check" if ours else "publisher check"]
    assert runner.run(check, **own).returncode == 0
    assert "draft" in check["if"]
    cloned.write({"use.md": "## Use {#use}\n\n[[What for]]\n"})
    assert runner.run(check, **own).returncode == 1
    assert (
        "file=policy/privacy/use.md,line=3::"
        in runner.run(every["Report"], **own, PREVIEW="", SOURCE="https://e.example/s/").stdout
    )


def test_the_seals_are_verified_by_what_was_seen(cloned: House, tmp_path: Path) -> None:
    verify = named(cloned.root / ".github/workflows/policy.yml")
    (step,) = [each for each in verify.values() if "--known" in each["run"]]
    assert Runner(cloned, tmp_path).run(step).returncode == 0
    assert (tmp_path / "known-seals.json").exists()


# ── a merge ──────────────────────────────────────────────────────────────────────────────────────


def test_a_labelled_merge_is_frozen_and_laid_ready_to_be_told(
    cloned: House, tmp_path: Path
) -> None:
    workflow = cloned.root / ".github/workflows/freeze.yml"
    every = named(workflow, "Freeze", "Letters, to be read")
    # Somebody else's change of the other policy was merged without the label.
    git(cloned.root, "checkout", "-q", "main")
    (cloned.root / "policy/terms/use.md").write_text("## Use {#use}\n\nOther words.\n")
    cloned.commit("Not yet")
    git(cloned.root, "fetch", "-q", "origin", "refs/pull/7/head")
    git(cloned.root, "merge", "-q", "--no-ff", "-m", "Merge", "FETCH_HEAD")
    git(cloned.root, "push", "-q", "origin", "main")
    merged = git(cloned.root, "rev-parse", "HEAD").strip()
    runner = Runner(cloned, tmp_path, NUMBER="7", MERGED=merged)
    for labels in ("freeze", "freeze effective-soon $(touch /tmp/x)"):
        dayless = runner.run(every["Freeze"], LABELS=labels)
        assert dayless.returncode == 1
        assert "effective-2027-03-01" in dayless.stderr
    early = runner.run(every["Freeze"], LABELS=f"freeze effective-{later(1)}")
    assert early.returncode == 2
    assert "earliest lawful date" in early.stderr
    done = runner.run(every["Freeze"], LABELS=f"good freeze effective-{later(60)}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "frozen= privacy/2" in runner.output
    remote = tmp_path / "remote.git"
    assert "privacy/2" in git(remote, "tag")
    assert "Freeze privacy/2" in git(remote, "log", "--format=%s", "main")
    assert "terms/2" not in git(remote, "tag")
    letters = runner.run(every["Letters, to be read"], FROZEN=" privacy/2")
    assert letters.returncode == 0, letters.stderr
    assert {path.name for path in (tmp_path / "letters").iterdir()} == {
        f"privacy-2.{form}" for form in ("text", "html", "pdf")
    }
    assert "publisher --policy privacy send 2 --confirm" in runner.summary
    assert not (cloned.root / ".publisher/ledger.sqlite").exists()  # nothing was sent or begun
    text = workflow.read_text("utf-8")
    assert not re.search(r"^\s*publisher .*(--confirm|record)", text, re.MULTILINE)


# ── the site ─────────────────────────────────────────────────────────────────────────────────────


def test_a_build_is_due_when_the_site_says_something_else(laid: House, tmp_path: Path) -> None:
    workflow = laid.root / ".github/workflows/publish.yml"
    step = named(workflow, "Whether a build is due")["Whether a build is due"]
    runner, next_build = Runner(laid, tmp_path), tmp_path / "next-build"

    def due(event: str, kept: str | None) -> bool:
        (tmp_path / "output").unlink(missing_ok=True)
        next_build.unlink(missing_ok=True)
        if kept is not None:
            next_build.write_text(f"{kept}\n")
        assert runner.run(step, EVENT=event).returncode == 0
        return "build=true" in runner.output

    assert due("push", later(5))
    assert due("schedule", None)
    assert due("schedule", later(-1))
    assert not due("schedule", later(5))
    assert not due("schedule", "none")


def test_the_site_is_verified_before_it_is_built(laid: House) -> None:
    found_steps = [step["run"] for step in steps(laid.root / ".github/workflows/publish.yml")]
    ours = [words for words in found_steps if words.startswith("publisher ")]
    assert ours == ["publisher verify", "publisher build", "publisher build --next >~/next-build"]
    told = yaml.safe_load((laid.root / ".github/workflows/publish.yml").read_text("utf-8"))
    checkout = next(s for s in told["jobs"]["publish"]["steps"] if "checkout" in s.get("uses", ""))
    assert checkout["with"]["fetch-depth"] == 0
    assert told[True]["schedule"]  # YAML 1.1 reads `on` so
    assert "workflow_call" in told[True]


# ── all of them ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_workflows_are_sound(path: Path) -> None:
    text = path.read_text("utf-8").replace("%schedule%", '    - cron: "5 0 * * *"')
    assert yaml.safe_load(text)
    for used in re.findall(r"^\s*(?:- )?uses: (\S+)", text, re.MULTILINE):
        assert used.startswith("./") or re.fullmatch(r"[\w-]+/[\w./-]+@[0-9a-f]{40}", used), used
    # What somebody else wrote is never a part of a script: it stands in its environment.
    scripts = re.findall(r"run: (?:\|\n(?:(?: {8,}.*)?\n)+|.*)", text)
    assert not [script for script in scripts if "${{" in script and "matrix" not in script]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_the_units_are_what_systemd_takes(laid: House, tmp_path: Path) -> None:
    for unit in sorted((laid.root / "systemd").iterdir()):
        # What they start is not on this machine: a program that is stands in its place.
        here = unit.read_text("utf-8").replace("/usr/bin/git", "/bin/true")
        here = here.replace("/srv/policies/.venv/bin/publisher", "/bin/true")
        (tmp_path / unit.name).write_text(here)
    units = sorted(map(str, tmp_path.glob("*.service"))) + sorted(
        map(str, tmp_path.glob("*.timer"))
    )
    words = ["systemd-analyze", "verify", "--man=no", *units]
    done = subprocess.run(words, capture_output=True, text=True)
    assert [line for line in done.stderr.splitlines() if str(tmp_path) in line] == []


def test_the_readme_of_a_repository_names_commands_and_files_that_there_are(laid: House) -> None:
    text = (laid.root / "README.md").read_text("utf-8")
    named_there = set(re.findall(r"publisher ([a-z]+)", text))
    assert named_there >= {"check", "freeze", "build", "serve", "send"}
    assert named_there <= {*command_line.commands}
    for place in re.findall(r"^\| `([\w./-]+)`(?:, `([\w./-]+)`)?", text, re.MULTILINE):
        for path in filter(None, place):
            assert (laid.root / path).exists() or path in ("versions/", "wording/"), path
