"""The same site comes of the same project, wherever, whenever and by which of its builders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import ROOT
from tests.fixtures import showcase
from tests.fixtures.house import House
from tests.fixtures.some import EVERY

EPOCH = "1798070400"  # 2026-12-24, as `showcase.DAY`


@dataclass(frozen=True)
class Builder:
    """A way to build, in surroundings of its own."""

    words: tuple[str, ...]
    surroundings: Mapping[str, str]

    def build(self, project: Path) -> Path:
        """Builds the site of a project, with nothing kept from before; returns its folder."""
        for name in (".publisher", "build"):
            shutil.rmtree(project / name, ignore_errors=True)
        done = subprocess.run(
            [sys.executable, "-m", *self.words],
            cwd=project,
            env={**os.environ, "SOURCE_DATE_EPOCH": EPOCH, "PYTHONPATH": str(ROOT)}
            | dict(self.surroundings),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return project / "build/site"


FIRST = Builder(
    ("publisher", "build"),
    {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"},
)
OTHERS = {
    "publisher": Builder(
        ("publisher", "build"), {"TZ": "America/Los_Angeles", "PYTHONHASHSEED": "77", "LC_ALL": "C"}
    ),
    "mkdocs": Builder(("mkdocs", "build", "-q"), {"TZ": "Asia/Kathmandu", "PYTHONHASHSEED": "1"}),
    "properdocs": Builder(
        ("properdocs", "build", "-q", "-f", "mkdocs.yml"), {"TZ": "UTC", "PYTHONHASHSEED": "2"}
    ),
}


@pytest.fixture(scope="module")
def project(sample_house: House, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return showcase.make(tmp_path_factory.mktemp("builds") / "house", sample_house).root


@pytest.fixture(scope="module")
def first(project: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("first") / "here"
    shutil.copytree(project, root)
    return FIRST.build(root)


def differences(one: Path, other: Path) -> list[str]:
    """What is not the same to the byte in two folders, as `diff -r` tells it."""
    done = subprocess.run(
        ["diff", "-r", "--brief", one, other], capture_output=True, text=True, check=False
    )
    assert done.returncode < 2, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("name", OTHERS if EVERY else ["publisher", "mkdocs"])
def test_the_same_project_gives_the_same_site(
    project: Path, first: Path, tmp_path: Path, name: str
) -> None:
    root = tmp_path / "a longer name, for names of folders stand in nothing"
    shutil.copytree(project, root)
    second = OTHERS[name].build(root)
    assert len(list(first.rglob("*.pdf"))) > 20
    assert (first / "past/3/policy.pdf").is_file()
    assert differences(first, second) == []


# ── what a build opens ───────────────────────────────────────────────────────────────────────────

WATCHED = """
import sys
from publisher.cli import command_line

command_line(sys.argv[1:], standalone_mode=False)
print(*sorted(m for m in ("sqlalchemy", "smtplib", "weasyprint", "mkdocs") if m in sys.modules))
"""


def build_watched(house: House) -> list[str]:
    """What a build says, then the libraries that it loaded."""
    code = [sys.executable, "-c", WATCHED, "--project", str(house.root), "build"]
    environment = {n: v for n, v in os.environ.items() if not n.startswith("PUBLISHER_")}
    done = subprocess.run(code, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_build_needs_no_ledger_no_key_and_no_relay(house: House) -> None:
    house.freeze_two()
    settings = house.root / "publisher.toml"
    relay = '\n[mail.smtp]\nhost = "127.0.0.1"\nport = 9\n'
    text = settings.read_text("utf-8").replace("[mail]\n", '[mail]\ncarrier = "smtp"\n')
    settings.write_text(f'{text}{relay}\n[ledger]\nurl = "postgresql://nobody@127.0.0.1:9/none"\n')
    house.commit("A relay and a ledger that nobody reaches")
    assert build_watched(house)[-1] == "mkdocs weasyprint"
    said = build_watched(house)
    assert said[0].startswith("Up to date: ")
    assert said[-1] == "", "with nothing to build, what a build needs is not loaded"


def test_an_altered_release_is_not_built(house: House) -> None:
    house.freeze_two()
    house.ok("build")
    before = (house.root / "build/site/privacy/1/index.html").read_bytes()
    path = house.root / "versions/privacy/1/sections/security.md"
    path.write_text(path.read_text("utf-8").replace("128", "64"))
    result = house.run("build")
    assert result.exit_code == 2
    assert "versions/privacy/1/sections/security.md" in result.output
    assert (house.root / "build/site/privacy/1/index.html").read_bytes() == before
