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
from tests.fixtures.founding import found, known_to_git
from tests.fixtures.house import House, git

TEXT = "# {0}\n\n## Use {{#use}}\n\nWe use your data.\n\n## End {{#end}}\n\nIt ends.\n"


@pytest.fixture
def cloned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A repository of two policies, pushed to a bare remote and cloned as a runner does."""
    known_to_git(monkeypatch)
    texts = []
    for each in ("privacy", "terms"):
        (tmp_path / f"{each}.md").write_text(TEXT.format(each.title()))
        texts += ["--text", each, str(tmp_path / f"{each}.md")]
    house = found(tmp_path / "legal", *texts)
    house.ok("--policy", "privacy", "freeze", "--effective", "2026-01-01")
    house.write({"use.md": "## Use {#use}\n\nWe use your data with care.\n"})
    house.write({"notes/use.md": "More care.\n"})
    house.commit("With care")
    git(tmp_path, "init", "-q", "--bare", "remote.git")
    git(house.root, "push", "-q", "--tags", str(tmp_path / "remote.git"), "main")
    git(tmp_path, "clone", "-q", "--branch", "main", str(tmp_path / "remote.git"), "runner")
    return House(tmp_path / "runner")


@pytest.fixture
def laid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """A repository as it is laid down."""
    known_to_git(monkeypatch)
    return found(tmp_path / "legal")


def steps(house: House, name: str) -> Iterator[dict[str, Any]]:
    """The steps of a workflow that run something of ours."""
    told = yaml.safe_load((house.root / ".github/workflows" / name).read_text("utf-8"))
    (job,) = told["jobs"].values()
    for step in job["steps"]:
        if "run" in step and not step["run"].startswith(("pip ", "sudo ")):
            yield step


def run(house: House, script: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a step as the runner does: `bash -e`, with the program on its path."""
    programs = folder / "bin"
    programs.mkdir(exist_ok=True)
    program = programs / "publisher"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m publisher "$@"\n')
    program.chmod(0o755)
    surroundings = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "HOME": str(folder),
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }
    return subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=house.root, env=surroundings, capture_output=True, text=True,
    )  # fmt: skip


def test_a_pull_request_gets_the_redline_of_each_policy_that_has_one(
    cloned: House, tmp_path: Path
) -> None:
    done = [run(cloned, step["run"], tmp_path) for step in steps(cloned, "policy.yml")]
    assert [each.returncode for each in done] == [0, 0, 0], [e.stdout + e.stderr for e in done]
    summary = (tmp_path / "summary.md").read_text("utf-8")
    assert "with care" in summary
    assert "0 error(s)" in done[-1].stdout
    assert (tmp_path / "known-seals.json").exists()
    cloned.write({"use.md": "## Use {#use}\n\n[[What for]]\n"})
    last = list(steps(cloned, "policy.yml"))[-1]
    assert run(cloned, last["run"], tmp_path).returncode == 1


def test_the_site_is_verified_before_it_is_built(laid: House) -> None:
    found_steps = list(steps(laid, "publish.yml"))
    assert [step["run"] for step in found_steps] == ["publisher verify", "publisher build"]
    told = yaml.safe_load((laid.root / ".github/workflows/publish.yml").read_text("utf-8"))
    job = told["jobs"]["publish"]
    assert job["steps"][0]["with"] == {"fetch-depth": 0, "fetch-tags": True}
    assert told[True]["schedule"]  # YAML 1.1 reads `on` so


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
    named = set(re.findall(r"publisher ([a-z]+)", text))
    assert named >= {"check", "freeze", "build", "serve", "send"}
    assert named <= {*command_line.commands}
    for place in re.findall(r"^\| `([\w./-]+)`(?:, `([\w./-]+)`)?", text, re.MULTILINE):
        for path in filter(None, place):
            assert (laid.root / path).exists() or path in ("versions/", "wording/"), path
