"""Relays to hand letters to: smtp-sink, Postfix with a queue, and either of them far away."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MAIN = """\
compatibility_level = 3.6
queue_directory = {folder}/queue
data_directory = {folder}/data
maillog_file = {folder}/log
maillog_file_prefixes = {folder}
mail_owner = postfix
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
default_transport = discard:
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_client_connection_count_limit = 0
alias_maps =
in_flow_delay = 0
"""
"""It takes every letter into its queue, and throws it away from there."""
_SERVICES = """\
127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
"""
_UNIX = (
    "cleanup:cleanup:0", "qmgr:qmgr:1", "rewrite:trivial-rewrite:-", "bounce:bounce:0",
    "defer:bounce:0", "trace:bounce:0", "verify:verify:1", "proxymap:proxymap:-",
    "error:error:-", "retry:error:-", "discard:discard:-", "anvil:anvil:1",
)  # fmt: skip
"""Its services, their programs, and how many processes of each there are at most (0: many)."""
_PUBLIC = ("cleanup", "qmgr")


@contextmanager
def sink() -> Iterator[int]:
    """Postfix's smtp-sink, which takes letters and throws them away; gives its port."""
    port = _free_port()
    user = ["-u", "nobody"] if os.getuid() == 0 else []
    command = [program("smtp-sink"), *user, f"127.0.0.1:{port}", "1000"]
    with subprocess.Popen(command) as process:
        _await(port)
        try:
            yield port
        finally:
            process.terminate()


@contextmanager
def postfix() -> Iterator[int]:
    """A Postfix that queues letters on the disk, as a relay does; only root can start it."""
    command = program("postfix")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder, port = Path(name), _free_port()
        folder.chmod(0o755)
        (folder / "main.cf").write_text(_MAIN.format(folder=folder))
        lines = (
            f"{service} unix {'n' if service in _PUBLIC else 'y'} - n - {most} {what}\n"
            for service, what, most in (each.split(":") for each in _UNIX)
        )
        (folder / "master.cf").write_text(_SERVICES.format(port=port) + "".join(lines))
        for each in ("queue", "data"):
            (folder / each).mkdir()
        shutil.chown(folder / "data", "postfix")
        subprocess.run([command, "-c", name, "start"], check=True, capture_output=True)
        try:
            _await(port)
            yield port
        finally:
            subprocess.run([command, "-c", name, "stop"], check=True, capture_output=True)


@contextmanager
def far(port: int, milliseconds: float) -> Iterator[int]:
    """A relay as it is from so far away, there and back; gives the port to go to."""
    if not milliseconds:
        yield port
        return
    near = _free_port()
    command = [sys.executable, __file__, str(near), str(port), str(milliseconds / 2_000)]
    with subprocess.Popen(command) as process:
        _await(near)
        try:
            yield near
        finally:
            process.terminate()


def program(name: str) -> str:
    """Where a program of Postfix is."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if found is None:
        raise SystemExit(f"{name} is missing: install Postfix")
    return found


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _await(port: int) -> None:
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise SystemExit(f"nobody listens on port {port}")


async def _held_up(near: int, port: int, seconds: float) -> None:
    """Hands on what comes, either way, so many seconds later."""

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        later = asyncio.get_running_loop().call_later
        while data := await reader.read(1 << 16):
            later(seconds, writer.write, data)
        later(seconds, writer.close)

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(pump(reader, there[1]), pump(there[0], writer), return_exceptions=True)

    server = await asyncio.start_server(connected, "127.0.0.1", near)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_held_up(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])))
