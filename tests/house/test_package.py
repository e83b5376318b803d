"""What is published: a wheel that is enough by itself, an sdist that carries its tests, pins."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from pre_commit.clientlib import load_manifest  # type: ignore[import-untyped]

from publisher.cli import command_line
from tests import ROOT
from tests.fixtures.some import some

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def build(kind: str, source: Path, into: Path) -> Path:
    """Builds a wheel or an sdist of a source tree."""
    words = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)]
    subprocess.run(words, cwd=source, check=True, capture_output=True)
    (made,) = into.glob("*.whl" if kind == "wheel" else "*.tar.gz")
    return made


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


def names(wheel: Path) -> set[str]:
    return {n for n in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in n}


def test_the_wheel_has_the_whole_program_and_nothing_else(wheel: Path) -> None:
    wanted = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "publisher").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names(wheel) == wanted


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="this is an unpacked sdist")
def test_the_sdist_carries_its_tests_and_builds_the_same_wheel(
    sdist: Path, wheel: Path, tmp_path: Path
) -> None:
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (top,) = tmp_path.iterdir()
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    wanted = some([name for name in tracked.stdout.split("\0") if name])
    assert [name for name in wanted if not (top / name).is_file()] == []
    assert names(build("wheel", top, tmp_path / "again")) == names(wheel)


def test_the_index_would_take_both(sdist: Path, wheel: Path) -> None:
    words = [sys.executable, "-m", "twine", "check", "--strict", str(sdist), str(wheel)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


# ── versions ─────────────────────────────────────────────────────────────────────────────────────


def pins(python: str = platform.python_version()) -> dict[str, Version]:
    """The version that is pinned of each package, for a version of Python."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    found: dict[str, Version] = {}
    for line in map(Requirement, (line for line in lines if not line.startswith("#"))):
        name = re.sub(r"[-_.]+", "-", line.name).lower()
        if line.marker is None or line.marker.evaluate({"python_full_version": python}):
            assert name not in found, f"{name} is pinned twice for Python {python}"
            (only,) = line.specifier
            found[name] = Version(only.version)
    return found


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0", "3.14.0"])
def test_what_is_pinned_runs_on_each_python_that_is_promised(python: str) -> None:
    """As far as it is installed here: what is pinned for another Python is not."""
    assert pins(python).keys() == pins().keys()
    for name, version in pins(python).items():
        try:
            told = metadata.metadata(name)
        except metadata.PackageNotFoundError:
            continue
        if Version(told["Version"]) == version:
            allowed = SpecifierSet(told["Requires-Python"] or "")
            assert python in allowed, f"{name} {version} wants Python {allowed}"


def test_whatever_is_asked_for_is_pinned_to_a_version_that_is_allowed() -> None:
    optional = PROJECT["optional-dependencies"]
    asked = [*PROJECT["dependencies"], *optional["test"], *optional["postgresql"]]
    found = pins()
    for each in map(Requirement, asked):
        name = re.sub(r"[-_.]+", "-", each.name).lower()
        if name == PROJECT["name"]:
            continue
        assert name in found, f"add {name} to constraints.txt"
        assert found[name] in each.specifier, f"{name} {found[name]} is not {each.specifier}"


def test_start_and_the_workflows_install_what_is_pinned() -> None:
    start = (ROOT / "start").read_text("utf-8")
    assert '-c "$constraints" -e' in start
    assert "constraints=constraints.txt" in start
    for path in some(sorted((ROOT / ".github/workflows").glob("*.yml"))):
        for job in yaml.safe_load(path.read_text("utf-8"))["jobs"].values():
            for step in job["steps"]:
                if "pip install" in step.get("run", ""):
                    assert "-c constraints.txt" in step["run"], path


def test_ci_runs_on_each_python_that_is_promised() -> None:
    told = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))
    matrix = told["jobs"]["test"]["strategy"]["matrix"]["python"]
    promised = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert matrix == promised
    assert f">={matrix[0]}" == PROJECT["requires-python"]


# ── pre-commit ───────────────────────────────────────────────────────────────────────────────────


def test_others_can_name_this_repository_in_their_pre_commit_configuration() -> None:
    hooks = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    for hook in some(hooks):
        program, command = hook["entry"].split()
        assert program == "publisher"
        assert command in command_line.commands
        assert re.search(hook["files"], "policy/privacy/use.md" if command == "check" else
                         "versions/privacy/1/release.toml")  # fmt: skip
