"""Locks between the processes of one machine, and between the threads of one process."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

_PAUSE = 0.05
"""Seconds between two looks whether a lock was given back."""


@contextmanager
def held(path: Path, patience: float = 0) -> Iterator[bool]:
    """Holds the lock of a name as long as the block runs; it ends with the process at the latest.

    Args:
        path: a file that stands for it; made where it is missing.
        patience: seconds to wait for whoever has it.

    Yields:
        Whether nobody else has it. That is so as well where no lock can be made: what it guards
        is put off by nothing but somebody who does it already.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = path.open("w")
    except OSError:
        yield True
        return
    with lock:
        yield _taken(lock, time.monotonic() + patience)


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
