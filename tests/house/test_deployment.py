"""What docs/deployment.md gives to be copied works: units, the line for cron, the workflow."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from publisher.cli import command_line
from tests import ROOT

TEXT = (ROOT / "docs/deployment.md").read_text("utf-8")


def blocks(kind: str) -> list[str]:
    """The blocks of a kind, in order."""
    return re.findall(rf"(?ms)^```{kind}\n(.*?)^```$", TEXT)


def test_every_command_in_it_is_one(tmp_path: Path) -> None:
    found = set(re.findall(r"publisher (?:--quiet )?(?:([a-z]+)((?: --[a-z-]+)*))", TEXT))
    assert {name for name, _ in found} >= {"build", "serve", "status", "freeze"}
    for name, options in found:
        if name not in command_line.commands:
            assert name == "in", name
            continue
        said = CliRunner().invoke(command_line, [name, "--help"]).output
        for option in options.split():
            assert option in said, (name, option)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="there is no systemd")
def test_the_units_are_what_systemd_takes(tmp_path: Path) -> None:
    service, timer = blocks("ini")
    # What they start is not on this machine: a program that is stands in its place.
    assert "ExecStart=/usr/bin/git pull" in service
    here = (
        service.replace("/usr/bin/git", "/bin/true")
        .replace("/srv/policies/.venv/bin/publisher", "/bin/true")
        .replace("/usr/bin/rsync", "/bin/true")
    )
    (tmp_path / "policies.service").write_text(here)
    (tmp_path / "policies.timer").write_text(timer)
    run = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True,
        text=True,
    )
    assert "policies." not in run.stderr, run.stderr
    assert run.returncode == 0, run.stderr
    for when in re.findall(r"OnCalendar=(.*)", timer):
        subprocess.run(["systemd-analyze", "calendar", when], check=True, capture_output=True)


def test_the_line_for_cron_has_five_times_and_builds_before_it_copies() -> None:
    (block,) = blocks("cron")
    (line,) = (each for each in block.splitlines() if not each.startswith("#"))
    assert re.fullmatch(r"\d+ \* \* \* \* cd /srv/policies && .*", line)
    steps = [step.split() for step in line.partition("cd ")[2].split(" && ")]
    assert steps[1][:2] == ["git", "pull"]  # releases and statements come from elsewhere
    assert "--tags" in steps[1]
    assert steps[2] == [".venv/bin/publisher", "--quiet", "build"]
    assert steps[3][0] == "rsync"
