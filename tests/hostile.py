"""What a stranger's bytes may make a process do: functions that tests hand to one with limits."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
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
    print("{", flush=True)
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
            found.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue
    return found


def limits() -> list[int]:
    kinds = (
        resource.RLIMIT_CPU, resource.RLIMIT_AS, resource.RLIMIT_CORE, resource.RLIMIT_FSIZE,
    )  # fmt: skip
    return [resource.getrlimit(kind)[0] for kind in kinds]
