"""Pages that are followed word by word: from the wheel, in an empty folder, without a stop."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT
from tests.fixtures.terminal import Terminal, steps, terminal

DOCS = ROOT / "docs"
PAGES = {page.name: page.read_text("utf-8") for page in sorted(DOCS.glob("*.md"))}
AFTER = [name for name, text in PAGES.items() if "[the tutorial](tutorial.md) ended" in text]
"""Pages that begin where the tutorial ended."""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as the wheel has it: nothing of this repository is beside it."""
    folder = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(folder / "installed")
    return folder / "installed"


@pytest.fixture(scope="module")
def ended(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """Where the tutorial ends, at the first opt-out."""
    with terminal(tmp_path_factory.mktemp("followed"), installed) as begun:
        assert begun.follow(DOCS / "tutorial.md") <= 30
        yield begun


def test_one_policy_from_nothing_to_the_first_opt_out(ended: Terminal) -> None:
    _, printed = ended.type("publisher optouts 2")
    assert "c-1       opted out" in printed


def test_two_policies_in_two_languages(installed: Path, tmp_path: Path) -> None:
    with terminal(tmp_path, installed) as begun:
        assert begun.follow(DOCS / "two-policies.md") <= 30
        begun.follow(DOCS / "languages.md")


@pytest.mark.parametrize("page", AFTER)
def test_what_comes_later(ended: Terminal, page: str, tmp_path: Path) -> None:
    assert ended.copy(tmp_path / "copy").follow(DOCS / page)


def test_no_page_has_a_command_that_is_not_typed() -> None:
    """But for those that need a server which is not here, and say so."""
    begun = {"tutorial.md", "two-policies.md", "languages.md"}
    assert len(AFTER) >= 12
    for name in PAGES.keys() - begun - {*AFTER}:
        assert [step for step in steps(PAGES[name]) if step.sign != "elsewhere"] == [], name
