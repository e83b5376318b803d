"""The real receiver in a process of its own, with limits that a test can wait for."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.project import Project
from tests.conftest import KEY
from tests.relays import free_port

_PROGRAM = """
import sys
from pathlib import Path
from publisher.web.connections import Limits
from publisher.edges.project import Project
from publisher.web.app import application, run
project = Project(Path(sys.argv[1]))
run(project, sys.argv[2], int(sys.argv[3]), limits={limits}, app=application(project{options}))
"""
PAGE = "/privacy/2/opt-out/"


@dataclass
class Receiver:
    """A receiver that runs."""

    port: int
    host: str
    process: subprocess.Popen[bytes]
    stderr: Path

    @property
    def log(self) -> str:
        return self.stderr.read_text("utf-8")

    def connect(self, timeout: float = 20) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout)

    def say(self, request: bytes, timeout: float = 20) -> bytes:
        """Sends bytes and gives all that comes back until the end."""
        with self.connect(timeout) as client:
            client.sendall(request)
            return everything(client)

    def get(self, path: str = PAGE, *headers: str, timeout: float = 20) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "Host: x", "Connection: close", *headers, "", ""]
        return self.say("\r\n".join(lines).encode(), timeout)

    def post(self, body: bytes, *headers: str, path: str = PAGE, timeout: float = 20) -> bytes:
        kind = "Content-Type: application/x-www-form-urlencoded"
        head = [f"POST {path} HTTP/1.1", "Host: x", "Connection: close", kind, *headers]
        head += [f"Content-Length: {len(body)}", "", ""]
        return self.say("\r\n".join(head).encode() + body, timeout)

    def files(self) -> int:
        """How many files its process has open."""
        return len([*Path(f"/proc/{self.process.pid}/fd").iterdir()])

    def stop(self) -> float:
        """Asks it to stop; gives the seconds that it took."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return time.monotonic() - start


def everything(client: socket.socket) -> bytes:
    """What a server sends until it closes; a reset ends it as well."""
    data = b""
    with suppress(ConnectionError):
        while chunk := client.recv(65_536):
            data += chunk
    return data


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer else 0


@contextmanager
def receiving(
    project: Project,
    limits: str = "",
    options: str = "",
    *,
    host: str = "127.0.0.1",
    files: tuple[int, int] | None = None,
) -> Iterator[Receiver]:
    """Starts it and stops it.

    Args:
        project: whose.
        limits: the arguments of `Limits`.
        options: more arguments of `application`.
        host: where it listens.
        files: its soft and hard limit on open files.
    """

    def lower() -> None:
        if files:
            resource.setrlimit(resource.RLIMIT_NOFILE, files)

    program = _PROGRAM.format(limits=f"Limits({limits})", options=options and f", {options}")
    port, stderr = free_port(), project.root / "receiver.log"
    root = Path(__file__).parents[1]
    with stderr.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", program, str(project.root), host, str(port)],
            stderr=log,
            cwd=root,
            env={"PUBLISHER_TOKEN_KEY": KEY, **os.environ, "PYTHONPATH": str(root)},
            preexec_fn=lower,
        )
    receiver = Receiver(port, host, process, stderr)
    try:
        _wait(receiver)
        yield receiver
    finally:
        process.kill()
        process.wait()


def _wait(receiver: Receiver) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            receiver.connect(1).close()
            return
        except OSError:
            assert receiver.process.poll() is None, receiver.log
            assert time.monotonic() < end, receiver.log
            time.sleep(0.05)
