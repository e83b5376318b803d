"""What is kept between builds is never wrong."""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from publisher.edges import build_cache as module
from publisher.edges.build_cache import BuildCache, cached_bytes, name_of
from publisher.edges.up_to_date import of_folder, of_git
from tests.fixtures.house import House, git


class Maker:
    """Makes the same bytes each time, and counts."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> bytes:
        self.times += 1
        return b"what was made"


def test_what_is_kept_is_made_once(tmp_path: Path) -> None:
    make = Maker()
    assert cached_bytes(tmp_path / "new", "a", make) == cached_bytes(tmp_path / "new", "a", make)
    assert make.times == 1
    cached_bytes(tmp_path / "new", "b", make)
    assert make.times == 2


@pytest.mark.parametrize("name", ["a.py", "assets/b.css", "assets/c.js", "d.po", "letter.de.md"])
def test_what_another_program_is_made_of_is_told(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    digests = set()
    for words in ("one", "two"):
        file.write_text(words)
        module._program.cache_clear()
        digests.add(module._program(tmp_path))
    module._program.cache_clear()
    assert len(digests) == 2


def test_without_a_folder_nothing_is_cached_bytes(tmp_path: Path) -> None:
    make = Maker()
    assert cached_bytes(None, "a", make) == cached_bytes(None, "a", make)
    assert make.times == 2
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("left", [b"", b"\0", b"\0" * 32, b"\0" * 40])
def test_what_is_not_whole_is_made_again(tmp_path: Path, left: bytes) -> None:
    make = Maker()
    first = cached_bytes(tmp_path, "a", make)
    whole = (tmp_path / "a.kept").read_bytes()
    for spoilt in (left, whole[:-1], whole + b"\0", whole[:-1] + b"!"):
        (tmp_path / "a.kept").write_bytes(spoilt)
        assert cached_bytes(tmp_path, "a", make) == first
        assert (tmp_path / "a.kept").read_bytes() == whole
    assert make.times == 5


def test_two_builds_may_keep_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: cached_bytes(tmp_path, "a", Maker()), range(40)))
    assert {*found} == {b"what was made"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.kept"]


def test_a_folder_is_known_by_its_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a/one.txt").write_text("one")
    (tmp_path / "a/back").symlink_to(tmp_path)
    early = 0  # as if it had been taken long before: every file is known by its bytes
    seen = [of_folder(tmp_path, early)]
    for name, text in (("a/one.txt", "two"), ("a/more.txt", ""), ("a/.well-known", "x")):
        (tmp_path / name).write_text(text)
        seen.append(of_folder(tmp_path, early))
    (tmp_path / "a/more.txt").rename(tmp_path / "a/other.txt")
    assert len({*seen, of_folder(tmp_path, early)}) == 5
    same = of_folder(tmp_path, early)
    for name in (".git/x", "venv/pyvenv.cfg", "out/page.html"):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text("")
    assert of_folder(tmp_path, early, [tmp_path / "out"]) == same


@pytest.mark.parametrize("moment", [0, sys.maxsize])
def test_a_file_that_was_changed_is_noticed_whatever_its_dates_say(
    tmp_path: Path, moment: int
) -> None:
    path = tmp_path / "one.txt"
    path.write_text("one")
    facts = path.stat()
    before = of_folder(tmp_path, moment)
    assert of_folder(tmp_path, moment) == before
    time.sleep(0.02)  # longer than the clock of a file system takes for one step
    path.write_text("two")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert of_folder(tmp_path, moment) != before


def test_what_git_knows_is_noticed(house: House) -> None:
    before = of_git(house.root, 0)
    assert before == of_git(house.root / "policy", 0)
    git(house.root, "tag", "privacy/9")
    assert of_git(house.root, 0) != before
    assert of_git(Path("/"), 0) == ""


def test_what_git_knows_is_noticed_in_a_second_working_tree(house: House, tmp_path: Path) -> None:
    """Its branch is its own; tags are shared."""
    git(house.root, "worktree", "add", "-q", str(tmp_path / "second"))
    root = tmp_path / "second"
    found = [of_git(root, 0)]
    for words in (["tag", "privacy/1"], ["pack-refs", "--all"], ["checkout", "-q", "--detach"]):
        git(root, *words)
        found.append(of_git(root, 0))
    assert len({*found} - {""}) == 4
    git(house.root, "checkout", "-q", "--detach")
    assert of_git(root, 0) == found[-1]


def test_what_no_build_has_any_use_for_is_swept_away(tmp_path: Path) -> None:
    make = Maker()
    old, cache = BuildCache(tmp_path), BuildCache(tmp_path)
    for name in ("a", "b"):
        old.get([name], make)
    cache.get(["a"], make)
    cache.sweep(before=0)
    assert len(list(tmp_path.iterdir())) == 2, "what another build just made stays"
    cache.sweep(before=time.time() + 60)
    assert [path.stem for path in tmp_path.iterdir()] == [name_of(["a"])]


def test_a_name_tells_texts_and_program_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {name_of(parts) for parts in (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""])}
    assert len(names) == 4
    assert name_of(["abc"]) in names
    monkeypatch.setattr(module, "_program", lambda: b"another program")
    assert name_of(["abc"]) not in names
