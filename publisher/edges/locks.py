"""Locks between the processes of one machine, and between the threads of one process."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from publisher.edges.private import make_folders

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
