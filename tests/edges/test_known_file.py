"""Known seals on disk: whole or not at all, one run at a time, outside the repository."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from publisher.edges.known_file import KnownFile, require_outside
from publisher.errors import ConfigurationError
from publisher.releases.known_seals import KnownPolicy, KnownRelease
from publisher.releases.number import Number
from tests.fixtures.house import git

SEAL = "a" * 64


def add(path: Path, number: int) -> None:
    KnownFile(path).add({"privacy": KnownPolicy({Number(number): KnownRelease(SEAL)})})


def test_runs_at_once_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    runs = multiprocessing.get_context("spawn")
    processes = [runs.Process(target=add, args=(path, number)) for number in range(1, 5)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    known = KnownFile(path).read()
    assert known
    assert len(known.of("privacy").releases) == 4


def test_what_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "known.json"
    add(path, 1)
    before = path.read_bytes()
    with pytest.raises(ConfigurationError):
        KnownFile(path).add({"privacy": KnownPolicy({Number(1): KnownRelease("b" * 64)})})
    assert path.read_bytes() == before


def test_what_lies_in_the_repository_vouches_for_nothing(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    root.mkdir()
    git(root, "init", "-q", "-b", "main", "--template=")
    git(root, "config", "user.name", "Tests")
    git(root, "config", "user.email", "tests@hosting.example")
    git(root, "commit", "-q", "--allow-empty", "-m", "Start")
    git(root, "worktree", "add", "-q", str(other))
    (tmp_path / "link").symlink_to(root)
    (tmp_path / "known.json").symlink_to(root / "known.json")
    for place in ("root/known.json", "root/.git/known.json", "other/known.json", "link/x.json",
                  "root/.publisher/known.json", "known.json"):  # fmt: skip
        with pytest.raises(ConfigurationError, match="lies in the repository"):
            require_outside(tmp_path / place, root)
    require_outside(tmp_path / "known-seals.json", root)
    require_outside(tmp_path / "new/known.json", root)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    git(elsewhere, "init", "-q", "--template=")
    require_outside(elsewhere / "known.json", root)
