"""Locks between the processes of one machine, and between the threads of one process."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from publisher.edges.private import make_folders
from publisher.errors import ConfigurationError, FreezeError

_PATIENCE = 30.0
"""Seconds that a run waits for another one that adds to the same file."""
_PAUSE = 0.05
"""Seconds between attempts to take a lock."""


@contextmanager
def held(path: Path, patience: float = 0) -> Iterator[bool]:
    """Holds a lock while the block runs; the lock ends with the process at the latest.

    Args:
        path: the file that stands for the lock; made if missing.
        patience: seconds to wait while another holds it.

    Yields:
        Whether nobody else holds it. Also True where no lock can be made: only somebody who is
        already at work is a reason to put off what the lock guards.
    """
    try:
        make_folders(path.parent, 0o700)
        lock = path.open("w")
    except OSError:
        yield True
        return
    with lock:
        yield _taken(lock, time.monotonic() + patience)


@contextmanager
def growing(path: Path) -> Iterator[None]:
    """Holds a file that several runs add to, while the block reads and writes it.

    Raises:
        ConfigurationError: another run has held it for too long.
    """
    with held(path.with_name(f"{path.name}.lock"), _PATIENCE) as free:
        if not free:
            raise ConfigurationError(
                "another run has been adding to it for a while",
                where=str(path),
                remedy="wait for it to end, and run the command again",
            )
        yield


@contextmanager
def alone(path: Path, doing: str, patience: float) -> Iterator[int]:
    """Holds a lock that says what is at work.

    Args:
        path: the file that stands for the lock; made if missing, in a folder that is there.
        doing: what is at work while the block runs, in words.
        patience: seconds to wait while another holds it.

    Yields:
        The descriptor that holds it. Whoever inherits it holds the lock on.

    Raises:
        FreezeError: another holds it; says what is at work.
        OSError: the file cannot be made.
    """
    with path.open("a+") as lock:
        if not _taken(lock, time.monotonic() + patience):
            raise _busy(path, *_holder(lock))
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()} {doing}\n")
        lock.flush()
        yield lock.fileno()
        lock.seek(0)
        lock.truncate()


def is_held(path: Path) -> bool:
    """Whether somebody holds a lock; False also where the system does not tell."""
    try:
        with path.open("r") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _holder(lock: TextIO) -> tuple[int, str]:
    """Process and work of whoever took a lock last."""
    lock.seek(0)
    process, _, doing = lock.read().strip().partition(" ")
    return int(process) if process.isdecimal() else 0, doing or "another freeze or import"


def _busy(path: Path, process: int, doing: str) -> FreezeError:
    if _runs(process):
        return FreezeError(
            f"{doing} is at work (process {process})",
            remedy="wait until it is done, and run the command again",
        )
    return FreezeError(
        f"{doing} was killed, and what it started (git, or a hook of it) is still at work",
        remedy=f"wait until that is done, and run the command again; who it is: fuser -v {path}",
    )


def _runs(process: int) -> bool:
    with suppress(OSError):
        os.kill(process, 0)
        return process > 0
    return False


def _taken(lock: TextIO, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        except OSError:
            return True  # a file system without locks
        else:
            return True
