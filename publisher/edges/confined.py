"""Work on untrusted bytes, run in a process of its own with limits on time and memory.

Each piece of work gets a new process. It inherits no connection, secret, lock or thread of its
caller, so it does not matter which of these the caller holds.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import pickle
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")

LARGEST_ANSWER = 32_000_000
"""Limit on an answer, in bytes; the caller holds it in memory."""
MOST_FILES = 32
"""Limit on open files; importing modules needs a few."""
_START = (
    "import sys; sys.path[:] = {path!r}; "
    "from publisher.edges.confined import answer_request; answer_request({cpu!r}, {memory!r})"
)
_PIECE = 1 << 16


class Exceeded(Exception):  # noqa: N818 - named after what happened
    """The work went beyond its limits, failed, or ended its process."""


def confined(
    work: Callable[..., _T],
    *args: Any,
    cpu_seconds: float = 1.0,
    memory: int = 160_000_000,
    patience: float = 30.0,
) -> _T:
    """Runs a function in a process of its own and returns its answer.

    Args:
        work: a function at the top of a module; a lambda or an inner function cannot be pickled.
        args: its arguments; anything that can be pickled.
        cpu_seconds: limit on the CPU time of the process, including its start (less than a tenth
            of a second); rounded up to whole seconds.
        memory: limit on its address space in bytes, which is more than it ever has resident. macOS
            does not enforce it; the other limits hold there too.
        patience: limit on elapsed time, in seconds.

    Returns:
        The answer as it comes back from JSON (tuples become lists); nothing in it is executed.

    Raises:
        OSError: no process could be started; nothing is wrong with the work.
        Exceeded: it went beyond a limit, raised an exception, was killed, crashed, or gave an
            answer that is larger than LARGEST_ANSWER or not JSON.
    """
    request = pickle.dumps((work, args))
    start = _START.format(path=sys.path, cpu=math.ceil(cpu_seconds), memory=memory)
    process = subprocess.Popen(  # noqa: S603 - this very interpreter
        [sys.executable, "-I", "-S", "-B", "-X", "utf8", "-c", start],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={name: os.environ[name] for name in LOADER_VARIABLES if name in os.environ},
    )
    try:
        said = _exchanged(process, request, time.monotonic() + patience)
    finally:
        used = _ended(process)
    answered: _T = understood(said, used, process.returncode, cpu_seconds)
    return answered


LOADER_VARIABLES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""The only variables handed on: an interpreter may need them to start, and others hold secrets."""


def _exchanged(process: subprocess.Popen[bytes], request: bytes, deadline: float) -> bytes:
    """Writes the request and reads the answer."""
    assert process.stdin
    assert process.stdout
    return exchanged_over(
        process.stdin.fileno(), process.stdout.fileno(), request, deadline, process.stdin.close
    )


def exchanged_over(
    asks: int,
    answers: int,
    request: bytes,
    deadline: float,
    close: Callable[[], None],
) -> bytes:
    """Writes a request and reads the answer, in whichever order the other process is ready.

    Args:
        asks, answers: the files that it reads from and writes to.
        request: what it is handed.
        deadline: when to give it up, by the monotonic clock.
        close: closes the first of the files, once all is written.

    Raises:
        Exceeded: it took too long, or said too much.
    """
    left, said = memoryview(request), bytearray()
    os.set_blocking(asks, False)
    with selectors.DefaultSelector() as ready:
        ready.register(asks, selectors.EVENT_WRITE)
        ready.register(answers, selectors.EVENT_READ)
        while True:
            happened = ready.select(max(0.0, deadline - time.monotonic()))
            if not happened:
                raise Exceeded("it took too long")
            for key, _ in happened:
                if key.fileobj == asks:
                    left = _handed(asks, left)
                    if not left:
                        ready.unregister(asks)
                        close()
                elif piece := os.read(answers, _PIECE):
                    said += piece
                    if len(said) > LARGEST_ANSWER:
                        raise Exceeded("its answer is too large")
                else:
                    return bytes(said)


def _handed(pipe: int, left: memoryview) -> memoryview:
    """The rest of a request after writing a piece; empty if the process stopped reading."""
    try:
        return left[os.write(pipe, left[:_PIECE]) :]
    except BlockingIOError:
        return left
    except BrokenPipeError:
        return left[:0]


def _ended(process: subprocess.Popen[bytes]) -> float:
    """Kills a process, reaps it and closes its pipes.

    Returns:
        The CPU time it used, in seconds; 0 if unknown.
    """
    used = 0.0
    try:
        # It has not been waited for, so no other process can have its pid yet.
        os.kill(process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        used = usage.ru_utime + usage.ru_stime
    except (ProcessLookupError, ChildProcessError):
        # Our parent made us ignore SIGCHLD, so the system has reaped it already.
        process.returncode = 0
    for pipe in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            pipe.close()  # type: ignore[union-attr]
    return used


def understood(said: bytes, used: float, code: int, cpu_seconds: float) -> Any:
    """The answer in what a limited process said.

    Args:
        said: all of it.
        used: the CPU time that it took, in seconds.
        code: how it ended; below 0: by that signal.
        cpu_seconds: what it was limited to.

    Raises:
        Exceeded: there is none.
    """
    try:
        answer = json.loads(said)
        if "answer" in answer:
            return answer["answer"]
        failure = f"it failed: {answer['failed']!s:.80}"
    except (ValueError, KeyError, TypeError, RecursionError):
        failure = f"its process ended with {signal.Signals(-code).name if code < 0 else code}"
    # The kernel measures the CPU limit in ticks, so its figure differs a little from ours.
    if code in (-signal.SIGKILL, -signal.SIGXCPU) and used >= math.ceil(cpu_seconds) / 2:
        failure = f"it took more than {math.ceil(cpu_seconds)} s of CPU"
    raise Exceeded(failure)


# ── in the process with limits ───────────────────────────────────────────────────────────────────


def answer_request(cpu: int, memory: int) -> None:
    """What the limited process does: reads a request from stdin, answers on stdout, and exits.

    Args:
        cpu: limit on CPU time, in seconds.
        memory: limit on address space, in bytes.
    """
    _limit(cpu, memory)
    pipe = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    try:
        with os.fdopen(0, "rb", closefd=False) as request:
            work, args = pickle.load(request)  # noqa: S301 - our caller wrote it
        os.dup2(nowhere, 0)
        said = json.dumps({"answer": work(*args)})
    except BaseException as error:  # noqa: BLE001 - the caller must hear of any failure
        said = json.dumps({"failed": type(error).__name__})
    left = memoryview(said.encode())
    while left:
        left = left[os.write(pipe, left) :]
    # No exit handler runs: untrusted bytes may have left one behind.
    os._exit(0)


def _limit(cpu: int, memory: int) -> None:
    for kind, most in (
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, MOST_FILES),
        (resource.RLIMIT_AS, memory),
    ):
        # A limit that the system lacks is skipped, and a lower one that is in force stays.
        with contextlib.suppress(ValueError, OSError):
            _, hard = resource.getrlimit(kind)
            at_most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (at_most, at_most))
