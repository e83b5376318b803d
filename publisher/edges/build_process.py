"""Building the site in a process of its own, which ends when its caller wants it to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

_LATER = 10
"""How much later than its caller the system serves it (nice(2)): visitors come first."""
_FAREWELL = 5.0
"""Seconds that it gets to end by itself."""


class BuildProcess:
    """Builds a site, as often as it is asked, until it is stopped."""

    def __init__(self, root: Path) -> None:
        """Starts nothing yet.

        Args:
            root: the project's folder.
        """
        self._root = root
        self._stopped = False
        self._lock = threading.Lock()
        self._child: subprocess.Popen[str] | None = None

    def run(self) -> str:
        """Builds the site, and waits for that.

        Returns:
            Why it could not be built, in lines; empty: it was, or the build was stopped.
        """
        words = [sys.executable, "-m", "publisher", "--project", str(self._root), "--quiet"]
        with self._lock:
            if self._stopped:
                return ""
            # A session of its own: what the build starts is ended with it.
            self._child = child = subprocess.Popen(  # noqa: S603 - our own program, no shell
                [*words, "build"],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                cwd="/",
                start_new_session=True,
            )
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, child.pid, _LATER)
        _, said = child.communicate()
        with self._lock:
            self._child = None
        if self._stopped or not child.returncode:
            return ""
        return said.strip() or f"the build ended with {child.returncode}"

    def stop(self) -> None:
        """Ends the build that is under way, with all that it started, and begins no other."""
        with self._lock:
            self._stopped, child = True, self._child
        if child is None:
            return
        _signal(child, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_FAREWELL)
        _signal(child, signal.SIGKILL)


def _signal(child: subprocess.Popen[str], number: int) -> None:
    # Its group may go on after it has ended itself.
    with suppress(OSError):
        os.killpg(child.pid, number)
