"""What a stranger's bytes may make a process do: functions that tests hand to one with limits."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path
from typing import Any


def same(value: Any) -> Any:
    return value


def length(value: bytes) -> int:
    return len(value)


def spin() -> None:
    while True:
        pass


def sleep() -> None:
    time.sleep(600)


def fill_memory() -> int:
    return len(bytearray(10**9))


def fill_memory_in_pieces() -> int:
    held: list[str] = []
    while True:
        held.append("x" * 10_000 + str(len(held)))


def recurse() -> None:
    recurse()


def crash() -> None:
    ctypes.string_at(0)


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    sys.exit(0)


def leave_at_once() -> None:
    os._exit(0)


def say_much() -> str:
    return "x" * 40_000_000


def write_to_all_files() -> None:
    """An endless answer, past all that the process prepared."""
    while True:
        for number in range(32):
            try:
                os.write(number, b"[" * 65_536)
            except OSError:
                continue


def print_first() -> str:
    sys.stdout.write("{")
    sys.stdout.flush()
    os.write(1, b"{")
    os.write(2, b"{")
    return "done"


def write_file(path: str) -> str:
    try:
        with open(path, "w") as file:  # noqa: PTH123
            file.write("x")
    except OSError as error:
        return type(error).__name__
    return "written"


def environment() -> dict[str, str]:
    return dict(os.environ)


def open_files() -> list[str]:
    found = []
    for number in range(3, 4096):
        try:
            found.append(str(Path(f"/proc/self/fd/{number}").readlink()))
        except OSError:
            continue
    return found


def limits() -> list[int]:
    kinds = (
        resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_CORE, resource.RLIMIT_FSIZE,
    )  # fmt: skip
    return [resource.getrlimit(kind)[0] for kind in kinds]


def undecided() -> object:
    """An answer that is no data."""
    return {1, 2}


def most_memory() -> int:
    """Kilobytes that this process had resident at most, after it took all that it could."""
    held = []
    try:
        while True:
            held.append(bytearray(b"x" * 1_000_000))
    except MemoryError:
        held.clear()
    # What getrusage says is no less than the process had that started this one.
    said = Path("/proc/self/status").read_text("ascii")
    return int(said.split("VmHWM:")[1].split()[0])


def crash_on(raw: bytes, to: str) -> None:
    """A reader of mail that has a fault which a message finds."""
    crash()
