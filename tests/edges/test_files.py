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
    remove_unfinished,
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
def test_a_file_is_written_and_replaced(disk: Path, durable: bool) -> None:
    place = disk / "new" / "folder" / "a.txt"
    for data in (b"one", b"", b"two" * SIZE):
        write_file(place, data, durable=durable)
        assert place.read_bytes() == data
        assert names(place.parent) == ["a.txt"]


def test_a_killed_writer_leaves_the_old_or_the_new(disk: Path) -> None:
    place, chance, left = disk / "a", random.Random(1), 0
    write_file(place, b"-" * SIZE)
    for round_ in range(KILLS):
        process = writer(place, "file", chr(ord("a") + round_))
        time.sleep(chance.random() * 0.03)
        kill(process)
        assert whole(place.read_bytes())
        left += len(unfinished(disk))
        remove_unfinished(disk)
        assert names(disk) == ["a"]
    assert left, "no kill came while a file was being written"


def test_two_processes_and_their_threads_write_at_once(disk: Path) -> None:
    place = disk / "a"
    write_file(place, b"-" * SIZE)
    others = [writer(place, "file", sign) for sign in "xy"]
    try:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: write_file(place, b"%d" % n * SIZE), range(8)))
        for _ in range(300):
            assert whole(place.read_bytes())
            remove_unfinished(disk)
    finally:
        for process in others:
            kill(process)
    remove_unfinished(disk)
    assert names(disk) == ["a"]


def test_a_file_that_is_there_keeps_its_permissions_and_its_link(disk: Path) -> None:
    real, link = disk / "real", disk / "link"
    real.write_bytes(b"old")
    real.chmod(0o640)
    link.symlink_to(real)
    write_file(link, b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    write_file(disk / "private", b"", mode=0o600)
    assert stat.S_IMODE((disk / "private").stat().st_mode) == 0o600


def test_a_device_is_written_to() -> None:
    write_file(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()


def test_a_folder_is_no_place_for_a_file(disk: Path) -> None:
    (disk / "a").mkdir()
    with pytest.raises(IsADirectoryError):
        write_file(disk / "a", b"")
    (disk / "b").write_bytes(b"")
    with pytest.raises(NotADirectoryError):
        write_file(disk / "b" / "c", b"")
    assert names(disk) == ["a", "b"]


def test_a_name_as_long_as_names_may_be(disk: Path) -> None:
    for name in ("a" * 255, "𝒶" * 63):
        write_file(disk / name, b"x")
        assert (disk / name).read_bytes() == b"x"
    assert not unfinished(disk)


def test_what_is_not_moved_leaves_nothing(disk: Path) -> None:
    with PendingFile(disk / "a", b"x"):
        assert len(unfinished(disk)) == 1
    assert names(disk) == []


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
    disk: Path, synced: list[Path]
) -> None:
    folder = disk / "new" / "folder"
    write_file(folder / "a", b"x")
    *made, file, last = synced
    assert sorted(made) == [disk, disk / "new"], "the folders that have a new one in them"
    assert file.parent == folder
    assert file.name.startswith(".a.")
    assert last == folder
    synced.clear()
    write_file(folder / "b", b"x", durable=False)
    assert synced == []


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no /proc")
def test_a_folder_is_synced_with_all_that_is_in_it(disk: Path, synced: list[Path]) -> None:
    write_folder(disk / "v" / "1", {"a": b"x", "b/c": b"y"})
    top = synced[1].parent
    inside = {path.relative_to(top).as_posix() for path in synced[1:-1]}
    assert synced[0] == disk
    assert inside == {"a", "b", "b/c", "."}
    assert synced[-1] == disk / "v"


def test_a_disk_that_does_not_take_it_is_told(disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: int) -> None:
        raise OSError(errno.EIO, "input/output error")

    write_file(disk / "a", b"old")
    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="input/output"):
        write_file(disk / "a", b"new")
    with pytest.raises(OSError, match="input/output"):
        write_folder(disk / "b", {"c": b"new"})
    with pytest.raises(OSError, match="input/output"):
        sync_folder(disk)
    assert names(disk) == ["a"]
    assert (disk / "a").read_bytes() == b"old"


# ── a folder ─────────────────────────────────────────────────────────────────────────────────────


def test_a_folder_is_written_once(disk: Path) -> None:
    content = {"a": b"one", "deep/er/b": b"two"}
    write_folder(disk / "1", content)
    found = {p.relative_to(disk / "1").as_posix(): p for p in (disk / "1").rglob("*")}
    assert {name: p.read_bytes() for name, p in found.items() if p.is_file()} == content
    with pytest.raises(FileExistsError):
        write_folder(disk / "1", {"a": b"other"})
    assert (disk / "1/a").read_bytes() == b"one"
    assert names(disk) == ["1"]


def test_of_two_who_write_one_folder_one_does(disk: Path) -> None:
    def write(number: int) -> bool:
        try:
            write_folder(disk / "1", dict.fromkeys("abcdef", b"%d" % number))
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(8))).count(True) == 1
    assert len({path.read_bytes() for path in (disk / "1").iterdir()}) == 1
    assert names(disk) == ["1"]


def test_a_killed_writer_leaves_whole_folders(disk: Path) -> None:
    chance, finished = random.Random(2), 0
    for round_ in range(KILLS):
        place = disk / f"v{round_}"
        place.mkdir()
        process = writer(place, "folder", "x")
        time.sleep(chance.random() * 0.05)
        kill(process)
        remove_unfinished(place)
        assert not unfinished(place)
        for folder in place.iterdir():
            finished += 1
            assert whole((folder / "a").read_bytes())
            assert whole((folder / "b/c").read_bytes())
    assert finished


def test_a_folder_takes_the_place_of_another_at_once(disk: Path) -> None:
    place, looks = disk / "site", 0
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
    remove_unfinished(disk)
    assert names(disk) == ["site"]


def _read(folder: int, name: str) -> bytes:
    with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:
        return file.read()


def test_a_killed_builder_leaves_the_old_site_or_the_new(disk: Path) -> None:
    place, chance = disk / "site", random.Random(3)
    write_folder(place, dict.fromkeys("abc", b"-" * SIZE))
    for round_ in range(KILLS):
        process = writer(place, "site", chr(ord("a") + round_))
        time.sleep(chance.random() * 0.03)
        kill(process)
        data = {(place / name).read_bytes() for name in "abc"}
        assert len(data) == 1
        assert whole(data.pop())
        remove_unfinished(disk)
        assert names(disk) == ["site"]


def test_where_names_cannot_be_exchanged_a_folder_is_replaced_in_steps(disk: Path) -> None:
    write_folder(disk / "site", {"a": b"old"})
    with folder_beside(disk / "site") as new:
        (new / "a").write_bytes(b"new")
        files._exchange_in_steps(new, disk / "site")
    assert (disk / "site/a").read_bytes() == b"new"
    assert names(disk) == ["site"]


# ── sweeping ─────────────────────────────────────────────────────────────────────────────────────


def test_only_what_a_killed_writer_left_is_swept(disk: Path) -> None:
    others = [".a.part", ".a.0123abcd", "a.0123abcd.part", ".a.0123abcx.part", ".hidden"]
    for name in (*others, ".a.0123abcd.part", ".b.0123abcd.part"):
        (disk / name).write_bytes(b"x")
    (disk / ".c.89abcdef.part" / "deep").mkdir(parents=True)
    with PendingFile(disk / "live", b"x"), folder_beside(disk / "more"):
        remove_unfinished(disk, "a")
        assert not (disk / ".a.0123abcd.part").exists()
        assert (disk / ".b.0123abcd.part").exists()
        remove_unfinished(disk)
        assert len(unfinished(disk)) == 2 + sum(name.endswith(".part") for name in others)
    assert names(disk) == sorted(others)
    remove_unfinished(disk / "missing")


def test_a_durable_write_sweeps_what_was_left_of_the_same_file(disk: Path) -> None:
    (disk / ".a.0123abcd.part").write_bytes(b"half")
    write_file(disk / "a", b"x")
    assert names(disk) == ["a"]
