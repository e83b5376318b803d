"""What is written is there whole or not at all, whoever is killed and whoever else writes."""

from __future__ import annotations

import errno
import os
import random
import signal
import stat
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from publisher.edges import files
from publisher.edges.files import (
    PendingFile,
    folder_beside,
    sweep,
    sync_folder,
    write_file,
    write_folder,
)
from tests import ROOT

SIZE = 300_000
KILLS = 25
WRITES = """
import itertools, sys
from pathlib import Path
from publisher.edges.files import folder_beside, replace_folder, write_file, write_folder
place, kind, sign = Path(sys.argv[1]), sys.argv[2], sys.argv[3].encode()
print("ready", flush=True)
for number in itertools.count():
    data = sign * {size}
    if kind == "file":
        write_file(place, data, durable=number % 2 == 0)
    elif kind == "folder":
        write_folder(place / str(number), {{"a": data, "b/c": data}})
    else:
        with folder_beside(place) as new:
            for name in ("a", "b", "c"):
                (new / name).write_bytes(data)
            replace_folder(new, place)
"""


def writer(place: Path, kind: str, sign: str) -> subprocess.Popen[bytes]:
    """A process that writes `sign` to a place, again and again, until it is killed."""
    code = WRITES.format(size=SIZE)
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(place), kind, sign], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    return process


def kill(process: subprocess.Popen[bytes]) -> None:
    assert process.poll() is None, "it failed by itself"
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout
    process.stdout.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def unfinished(folder: Path) -> list[str]:
    return [name for name in names(folder) if name.endswith(".part")]


def whole(data: bytes) -> bool:
    return len(data) == SIZE and len(set(data)) == 1


# ── a file ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("durable", [True, False])
def test_a_file_is_written_and_replaced(disk_path: Path, durable: bool) -> None:
    place = disk_path / "new" / "folder" / "a.txt"
    for data in (b"one", b"", b"two" * SIZE):
        write_file(place, data, durable=durable)
        assert place.read_bytes() == data
        assert names(place.parent) == ["a.txt"]


def test_a_killed_writer_leaves_the_old_or_the_new(disk_path: Path) -> None:
    place, chance, left = disk_path / "a", random.Random(1), 0
    write_file(place, b"-" * SIZE)
    for round_ in range(KILLS):
        process = writer(place, "file", chr(ord("a") + round_))
        time.sleep(chance.random() * 0.03)
        kill(process)
        assert whole(place.read_bytes())
        left += len(unfinished(disk_path))
        sweep(disk_path)
        assert names(disk_path) == ["a"]
    assert left, "no kill came while a file was being written"


def test_two_processes_and_their_threads_write_at_once(disk_path: Path) -> None:
    place = disk_path / "a"
    write_file(place, b"-" * SIZE)
    others = [writer(place, "file", sign) for sign in "xy"]
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: write_file(place, b"%d" % n * SIZE), range(8)))
        for _ in range(300):
            assert whole(place.read_bytes())
            sweep(disk_path)
    finally:
        for process in others:
            kill(process)
    sweep(disk_path)
    assert names(disk_path) == ["a"]


def test_a_file_that_is_there_keeps_its_permissions_and_its_link(disk_path: Path) -> None:
    real, link = disk_path / "real", disk_path / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_file(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    write_file(disk_path / "private", b"", mode=0o600)
    assert stat.S_IMODE((disk_path / "private").stat().st_mode) == 0o600


def test_a_device_is_written_to() -> None:
    write_file(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()


def test_a_folder_is_no_place_for_a_file(disk_path: Path) -> None:
    (disk_path / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        write_file(disk_path / "a", b"")
    (disk_path / "b").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        write_file(disk_path / "b" / "c", b"")
    assert names(disk_path) == ["a", "b"]


def test_a_name_as_long_as_names_may_be(disk_path: Path) -> None:
    for name in ("a" * 255, "𝒶" * 63):
        write_file(disk_path / name, b"x")
        assert (disk_path / name).read_bytes() == b"x"
    assert not unfinished(disk_path)


def test_what_is_not_moved_leaves_nothing(disk_path: Path) -> None:
    with PendingFile(disk_path / "a", b"x"):
        assert len(unfinished(disk_path)) == 1
    assert names(disk_path) == []


# ── durable ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def synced(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The path of whatever is synced, as it is called at that moment."""
    found: list[Path] = []
    really = os.fsync

    def fsync(descriptor: int) -> None:
        really(descriptor)
        found.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", fsync)
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
def test_a_file_is_synced_before_it_is_moved_and_its_folders_after(
    disk_path: Path, synced: list[Path]
) -> None:
    folder = disk_path / "new" / "folder"
    write_file(folder / "a", b"x")
    *made, file, last = synced
    assert sorted(made) == [disk_path, disk_path / "new"], "the folders that have a new one in them"
    assert file.parent == folder
    assert file.name.startswith(".a.")
    assert last == folder
    synced.clear()
    write_file(folder / "b", b"x", durable=False)
    assert synced == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
def test_a_folder_is_synced_with_all_that_is_in_it(disk_path: Path, synced: list[Path]) -> None:
    write_folder(disk_path / "v" / "1", {"a": b"x", "b/c": b"y"})
    top = synced[1].parent
    inside = {path.relative_to(top).as_posix() for path in synced[1:-1]}
    assert synced[0] == disk_path
    assert inside == {"a", "b", "b/c", "."}
    assert synced[-1] == disk_path / "v"


def test_a_disk_that_does_not_take_it_is_told(
    disk_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    write_file(disk_path / "a", b"old")
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="input/output"):
        write_file(disk_path / "a", b"new")
    with pytest.raises(OSError, match="input/output"):
        write_folder(disk_path / "b", {"c": b"new"})
    with pytest.raises(OSError, match="input/output"):
        sync_folder(disk_path)
    assert names(disk_path) == ["a"]
    assert (disk_path / "a").read_bytes() == b"old"


# ── a folder ─────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_is_written_once(disk_path: Path) -> None:
    content = {"a": b"one", "deep/er/b": b"two"}
    write_folder(disk_path / "1", content)
    found = {p.relative_to(disk_path / "1").as_posix(): p for p in (disk_path / "1").rglob("*")}
    assert {name: p.read_bytes() for name, p in found.items() if p.is_file()} == content
    with pytest.raises(FileExistsError):
        write_folder(disk_path / "1", {"a": b"other"})
    assert (disk_path / "1/a").read_bytes() == b"one"
    assert names(disk_path) == ["1"]


def test_of_two_who_write_one_folder_one_does(disk_path: Path) -> None:
    def write(number: int) -> bool:
        try:
            write_folder(disk_path / "1", dict.fromkeys("abcdef", b"%d" % number))
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))).count(True) == 1
    assert len({path.read_bytes() for path in (disk_path / "1").iterdir()}) == 1
    assert names(disk_path) == ["1"]


def test_a_killed_writer_leaves_whole_folders(disk_path: Path) -> None:
    chance, finished = random.Random(2), 0
    for round_ in range(KILLS):
        place = disk_path / f"v{round_}"
        place.mkdir()
        process = writer(place, "folder", "x")
        time.sleep(chance.random() * 0.05)
        kill(process)
        sweep(place)
        assert not unfinished(place)
        for folder in place.iterdir():
            finished += 1
            assert whole((folder / "a").read_bytes())
            assert whole((folder / "b/c").read_bytes())
    assert finished


def test_a_folder_takes_the_place_of_another_at_once(disk_path: Path) -> None:
    place, looks = disk_path / "site", 0
    others = [writer(place, "site", sign) for sign in "xy"]
    end = time.monotonic() + 20
    while not place.exists():
        assert time.monotonic() < end
    try:
        for _ in range(300):
            descriptor = os.open(place, os.O_RDONLY)  # never missing
            try:
                read = [_read(descriptor, name) for name in ("a", "b", "c")]
            except FileNotFoundError:
                continue  # it was replaced meanwhile, and is being removed
            finally:
                os.close(descriptor)
            looks += 1
            assert len(set(read)) == 1
            assert whole(read[0])
    finally:
        for process in others:
            kill(process)
    assert looks
    assert {len(set((place / name).read_bytes())) for name in ("a", "b", "c")} == {1}
    sweep(disk_path)
    assert names(disk_path) == ["site"]


def _read(folder: int, name: str) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:
        return file.read()


def test_a_killed_builder_leaves_the_old_site_or_the_new(disk_path: Path) -> None:
    place, chance = disk_path / "site", random.Random(3)
    write_folder(place, dict.fromkeys("abc", b"-" * SIZE))
    for round_ in range(KILLS):
        process = writer(place, "site", chr(ord("a") + round_))
        time.sleep(chance.random() * 0.03)
        kill(process)
        data = {(place / name).read_bytes() for name in "abc"}
        assert len(data) == 1
        assert whole(data.pop())
        sweep(disk_path)
        assert names(disk_path) == ["site"]


def test_where_names_cannot_be_exchanged_a_folder_is_replaced_in_steps(disk_path: Path) -> None:
    write_folder(disk_path / "site", {"a": b"old"})
    with folder_beside(disk_path / "site") as new:
        (new / "a").write_bytes(b"new")
        files._exchange_in_steps(new, disk_path / "site")
    assert (disk_path / "site/a").read_bytes() == b"new"
    assert names(disk_path) == ["site"]


# ── sweeping ─────────────────────────────────────────────────────────────────────────────────────


def test_only_what_a_killed_writer_left_is_swept(disk_path: Path) -> None:
    others = [".a.part", ".a.0123abcd", "a.0123abcd.part", ".a.0123abcx.part", ".hidden"]
    for name in (*others, ".a.0123abcd.part", ".b.0123abcd.part"):
        (disk_path / name).write_bytes(b"x")
    (disk_path / ".c.89abcdef.part" / "deep").mkdir(parents=True)
    with PendingFile(disk_path / "live", b"x"), folder_beside(disk_path / "more"):
        sweep(disk_path, "a")
        assert not (disk_path / ".a.0123abcd.part").exists()
        assert (disk_path / ".b.0123abcd.part").exists()
        sweep(disk_path)
        assert len(unfinished(disk_path)) == 2 + sum(name.endswith(".part") for name in others)
    assert names(disk_path) == sorted(others)
    sweep(disk_path / "missing")


def test_a_durable_write_sweeps_what_was_left_of_the_same_file(disk_path: Path) -> None:
    (disk_path / ".a.0123abcd.part").write_bytes(b"half")
    write_file(disk_path / "a", b"x")
    assert names(disk_path) == ["a"]
