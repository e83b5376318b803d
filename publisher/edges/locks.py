"""Locks between the processes of one machine, and between the threads of one process."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def held(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Holds the lock of a name as long as the block runs; it ends with the process at the latest.

    Args:
        path: a file that stands for it; made where it is missing.
        wait: wait until whoever has it gives it back.

    Yields:
        Whether it is held: False where somebody else has it, or where it cannot be made.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = path.open("w")
    except OSError:
        yield False
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
