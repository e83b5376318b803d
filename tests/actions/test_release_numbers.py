"""Shells complete release numbers and policies, where there is a project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from publisher.actions.release_numbers import release_numbers
from publisher.actions.workplace import Workplace
from publisher.cli import command_line
from publisher.releases.number import Number
from tests import ROOT
from tests.fixtures.house import House

_PROGRAM = "from publisher.cli import command_line; command_line.main(prog_name='publisher')"


def offered(house: House, *words: str, incomplete: str = "") -> list[str]:
    """What a shell offers behind some words."""
    asked = ShellComplete(command_line, {}, "publisher", "_PUBLISHER_COMPLETE")
    found = asked.get_completions(["--project", str(house.root), *words], incomplete)
    return [item.value for item in found]


def test_numbers_come_latest_first_and_each_once(sample_house: House) -> None:
    found = release_numbers(Workplace(sample_house.project), ["privacy", "privacy"])
    assert found == [Number(2, 1), Number(2), Number(1)]


@pytest.mark.parametrize(
    ("words", "incomplete", "wanted"),
    [
        (("notice", "show"), "", ["2.1", "2", "1", "draft"]),
        (("pdf",), "2", ["2.1", "2"]),
        (("diff",), "", ["2.1", "2", "1", "draft"]),
        (("diff", "1"), "dr", ["draft"]),
        (("--policy", "privacy", "send"), "", ["2.1", "2", "1"]),
        (("--policy", "none", "send"), "", []),
        (("--policy",), "p", ["privacy"]),
    ],
)
def test_a_shell_offers_them(
    sample_house: House, words: tuple[str, ...], incomplete: str, wanted: list[str]
) -> None:
    assert offered(sample_house, *words, incomplete=incomplete) == wanted


def test_outside_of_a_project_nothing_is_offered(tmp_path: Path) -> None:
    assert offered(House(tmp_path), "pdf") == []
    assert offered(House(tmp_path), "--policy") == []


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash")
def test_the_line_for_bash_in_the_docs_is_one_that_bash_takes() -> None:
    page = (ROOT / "docs/commands.md").read_text("utf-8")
    found = re.search(r'`eval "\$\(_PUBLISHER_COMPLETE=(bash_source) publisher\)"`', page)
    assert found
    made = subprocess.run(
        [sys.executable, "-P", "-c", _PROGRAM],
        env={**os.environ, "_PUBLISHER_COMPLETE": found[1], "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "complete -o nosort -F" in made.stdout
    subprocess.run(["bash", "-n"], input=made.stdout, text=True, check=True)
