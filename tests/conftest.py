"""A real project: a git repository with a small policy, driven through the command line."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import settings

from publisher.cli import main
from publisher.edges.project import Project
from tests import ROOT as ROOT

# CI tries the same examples every time, so that a failure there is the change's own; at a desk,
# every run tries new ones.
settings.register_profile(
    "default",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES", "60")),
    derandomize="CI" in os.environ,
)
settings.load_profile("default")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where real texts are: pairs of versions (`test_pairs.py`), histories (`test_script.py`)."""
    parser.addoption("--pairs", default="", metavar="FOLDER", help="real pairs of versions")
    parser.addoption("--corpus", default="", metavar="FOLDER", help="a git clone of real policies")


"""Of the repository: `site/` and `mkdocs.yml` are what the tests build with."""

KEY = "a key for tests only of more than 32 characters"

CONFIGURATION = """
[organisation]
name = "Example Hosting GmbH"
address = "Musterweg 1\\n10115 Berlin"
site = "http://127.0.0.1:8000/"

[mail]
from = "notices@hosting.example"
opt_out = "opt-out@hosting.example"
"""

FACTS = """
title = "Privacy Policy"
contact = "privacy@hosting.example"
sections = ["use.md", "security.md", "contact.md"]

[notice]
days = 30

[opt_out]
effect = "If you opt out, the version before this one goes on applying to you."
"""

SECTIONS = {
    "use.md": "## How We Use Data {#use}\n\nWe use your data for your orders, see "
    "[security](#security).\n\nWe keep it for 30 days.\n",
    "security.md": "## Security {#security}\n\nWe encrypt your data with 128-bit keys.\n",
    "contact.md": "## Contact {#contact}\n\nWrite to us:\n\n- by e-mail\n- by post\n",
}


def git(folder: Path, *words: str) -> str:
    """Runs git in a folder and returns what it printed."""
    done = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@dataclass(frozen=True)
class House:
    """A project in a temporary folder."""

    root: Path

    @property
    def project(self) -> Project:
        return Project(self.root)

    def run(self, *words: str, stdin: bytes | None = None, at: dt.datetime | None = None) -> Result:
        """Runs `publisher` with these words inside the project, if need be at another time."""
        return CliRunner().invoke(
            main,
            ["--project", str(self.root), *words],
            input=stdin,
            catch_exceptions=False,
            obj=(lambda: at) if at else None,
        )

    def ok(self, *words: str, stdin: bytes | None = None, at: dt.datetime | None = None) -> str:
        """Runs it and expects success; returns what it printed."""
        result = self.run(*words, stdin=stdin, at=at)
        assert result.exit_code == 0, result.output
        return result.output

    def write(self, files: Mapping[str, str | bytes]) -> None:
        """Writes files of the draft."""
        for name, text in files.items():
            path = self.root / "policy/privacy" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())

    def commit(self, message: str = "Edit") -> None:
        """Commits everything."""
        git(self.root, "add", "-A")
        git(self.root, "commit", "-q", "-m", message)

    def edit(self, **notes: str) -> None:
        """Makes a material change with its notes, and commits it."""
        self.write(
            {
                "security.md": SECTIONS["security.md"].replace("128-bit", "256-bit"),
                "notes/security.md": notes.get(
                    "security", "Longer keys protect your data better.\n"
                ),
            }
        )
        self.commit("Longer keys")

    def freeze_two(self) -> None:
        """Freezes release 1 in force and release 2 upcoming."""
        self.ok("freeze", "--effective", "unknown")
        self.edit()
        self.ok("freeze", "--effective", later(60))


def today() -> dt.date:
    """The day the command line sees."""
    return dt.datetime.now(dt.UTC).date()


def later(days: int) -> str:
    """A day so many days from today, as it is typed."""
    return (today() + dt.timedelta(days=days)).isoformat()


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same environment on every machine: nothing of the developer's own git or secrets."""
    for name in list(os.environ):
        if name.startswith(("GIT_", "PUBLISHER_")) or name == "SOURCE_DATE_EPOCH":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PUBLISHER_TOKEN_KEY", KEY)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")


def make_house(root: Path, configuration: str = CONFIGURATION) -> House:
    """A committed draft without releases, in a new folder."""
    root.mkdir()
    (root / "publisher.toml").write_text(configuration)
    (root / ".gitignore").write_text("/.publisher/\n/build/\n")
    (root / ".gitattributes").write_text("versions/** -text -merge\n")
    for name in ("mkdocs.yml", "site"):
        (root / name).symlink_to(ROOT / name)
    made = House(root)
    made.write({"policy.toml": FACTS, **SECTIONS})
    git(root, "init", "-q", "-b", "main")
    git(root, "config", "user.name", "Tests")
    git(root, "config", "user.email", "tests@hosting.example")
    made.commit("Start")
    return made


@pytest.fixture
def house(tmp_path: Path) -> House:
    """A committed draft without releases."""
    return make_house(tmp_path / "house")
