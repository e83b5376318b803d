"""Work on strangers' bytes, one piece after the other, each in a process of its own with limits.

To start a process and load what reads a mail takes longer than to read one. So a process is started
once, loads it, and is a mother: it never sees a stranger's byte. For each piece of work it forks a
child, which takes the limits upon itself, does the work, answers and ends; so no message meets what
another one left behind. Like `confined`, the mother inherits no connection, secret, lock or thread.
"""

from __future__ import annotations

import importlib
import math
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from publisher.edges.confined import (
    LOADER_VARIABLES,
    Exceeded,
    answer_request,
    exchanged_over,
    understood,
)

_T = TypeVar("_T")

_START = (
    "import sys; sys.path[:] = {path!r}; "
    "from publisher.edges.confinement import mother; mother({modules!r})"
)
_MOST_IDLE = 4
"""Mothers that are kept when they have nothing to do."""
_ENDING = 5.0
"""Seconds in which a mother has to say how a child that has answered ended."""


class Confinement:
    """Does work in limited processes; may be used by several threads, each with a mother."""

    def __init__(self, modules: Sequence[str]) -> None:
        """Starts nothing yet.

        Args:
            modules: what the work needs, loaded once.
        """
        self._modules = tuple(modules)
        self._idle: list[_Mother] = []
        self._lock = threading.Lock()

    def do(
        self,
        work: Callable[..., _T],
        *args: Any,
        cpu_seconds: float = 1.0,
        memory: int = 160_000_000,
        patience: float = 30.0,
    ) -> _T:
        """As `confined`; what it takes to load the modules is not counted as CPU time of the work.

        Raises:
            OSError, Exceeded: as for `confined`.
        """
        request = pickle.dumps((work, args))
        mother = self._taken()
        try:
            said, used, code = mother.have_done(request, math.ceil(cpu_seconds), memory, patience)
        except BaseException:
            mother.end()
            raise
        with self._lock:
            kept = len(self._idle) < _MOST_IDLE
            if kept:
                self._idle.append(mother)
        if not kept:
            mother.end()
        answered: _T = understood(said, used, code, cpu_seconds)
        return answered

    def close(self) -> None:
        """Ends the processes that have nothing to do."""
        with self._lock:
            idle, self._idle = self._idle, []
        for mother in idle:
            mother.end()

    def _taken(self) -> _Mother:
        with self._lock:
            while self._idle:
                mother = self._idle.pop()
                if mother.lives():
                    return mother
                mother.end()
        return _Mother(self._modules)


class _Mother:
    """A process that has loaded what the work needs, seen from outside."""

    def __init__(self, modules: Sequence[str]) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            start = _START.format(path=sys.path, modules=tuple(modules))
            try:
                self._process = subprocess.Popen(  # noqa: S603 - this very interpreter
                    [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", start],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={name: os.environ[name] for name in LOADER_VARIABLES if name in os.environ},
                    start_new_session=True,
                )
            except BaseException:
                ours.close()
                raise
        self._line = ours

    def lives(self) -> bool:
        """Whether it is still there."""
        return self._process.poll() is None

    def have_done(
        self, request: bytes, cpu: int, memory: int, patience: float
    ) -> tuple[bytes, float, int]:
        """Has a child do work: what it said, the CPU time that it took, and how it ended.

        Raises:
            Exceeded: it took too long, or said too much.
            OSError: the mother had gone before; nothing is wrong with the work.
        """
        deadline = time.monotonic() + patience
        (asked, asks), (answers, answering) = os.pipe(), os.pipe()
        opened = {asked, asks, answers, answering}

        def close(*files: int) -> None:
            for each in files:
                # Each once: another thread may have a file of this number the moment after.
                opened.remove(each)
                os.close(each)

        try:
            limits = pickle.dumps((cpu, memory))
            socket.send_fds(self._line, [limits], [asked, answering])
            close(asked, answering)
            said = exchanged_over(asks, answers, request, deadline, lambda: close(asks))
        finally:
            close(*opened)
        self._line.settimeout(_ENDING)
        try:
            ended = self._line.recv(1_000)
        except (TimeoutError, ConnectionError):
            raise Exceeded("its process did not end") from None
        if not ended:
            raise Exceeded("its process ended together with the one that started it")
        used, code = pickle.loads(ended)  # noqa: S301 - our own process wrote it
        return said, used, code

    def end(self) -> None:
        """Ends it, with the child that may be at work."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._line.close()


# ── in the process that was started ──────────────────────────────────────────────────────────────


def mother(modules: Sequence[str]) -> None:
    """What the process does: loads modules, then forks a child for each request, one at a time.

    Args:
        modules: their names.
    """
    # Whoever started us may ignore how children end, and we would inherit that.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for name in modules:
        importlib.import_module(name)
    line = socket.socket(fileno=os.dup(0))
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    while True:
        limits, files, _, _ = socket.recv_fds(line, 1_000, 2)
        if not limits:
            os._exit(0)
        cpu, memory = pickle.loads(limits)  # noqa: S301 - our caller wrote it
        child = os.fork()
        if not child:
            os.dup2(files[0], 0)
            os.dup2(files[1], 1)
            for each in (*files, line.fileno(), nowhere):
                os.close(each)
            answer_request(cpu, memory)
        for each in files:
            os.close(each)
        _, status, usage = os.wait4(child, 0)
        code = os.waitstatus_to_exitcode(status)
        line.sendall(pickle.dumps((usage.ru_utime + usage.ru_stime, code)))
