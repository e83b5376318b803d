"""How many a second, of each thing that comes in; see README.md.

python bench/receive/load.py [--clients N] [--seconds N] [--postgresql URL] [--only NAME …]
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from publisher.edges.ledger import close_ledgers  # noqa: E402 - found by the line above
from publisher.edges.project import Project  # noqa: E402
from tests.fixtures.house import KEY  # noqa: E402
from tests.fixtures.houses import import_customers, make, token, under_git  # noqa: E402
from tests.fixtures.letterboxes import letterbox  # noqa: E402
from tests.fixtures.receivers import PAGE, receiving  # noqa: E402
from tests.fixtures.relays import free_port  # noqa: E402

CUSTOMERS = 2_000
HEAD = b"From: a@b.example\r\nTo: %s\r\nSubject: Hello\r\n\r\n"
MAIL = HEAD + b"I have a question. " * 80 + b"\r\n.\r\n"
FORM = "Content-Type: application/x-www-form-urlencoded"


@dataclass
class Taken:
    """What one kind of thing took."""

    name: str
    wanted: float
    times: list[float] = field(default_factory=list)
    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds of CPU that the server took."""

    @property
    def of_a_core(self) -> float:
        """How many a second the server would answer with a core of its own."""
        return len(self.times) / self.cpu if self.cpu else 0.0

    def line(self, bare: float = 0.0) -> str:
        """A row of the table.

        Args:
            bare: how many a second the bare server would answer with a core; 0: it was not asked.
        """
        times = sorted(self.times)
        if not times:
            return f"{self.name:12} nothing was answered"
        rate = len(times) / self.seconds
        p99 = times[int(len(times) * 0.99)] * 1e3
        p50 = statistics.median(times) * 1e3
        core = self.of_a_core
        ratio = f"{core / bare:7.2f}" if bare else "       "
        figures = f"{rate:8.0f} {p50:9.1f} {p99:9.1f} {core:10.0f} {ratio}"
        return f"{self.name:12} {figures} {self.wanted:8.0f}"


def house(root: Path) -> tuple[Project, list[str]]:
    """A project with its customers, and their tokens."""
    project = make(root)
    under_git(project, packed=2)
    rows = (f"c-{n},customer-{n:04}@known.example,Customer {n}\n" for n in range(CUSTOMERS))
    import_customers(project, ("customer,address,name\n" + "".join(rows)).encode())
    (project.built).mkdir(parents=True)
    (project.built / "index.html").write_text("<!doctype html><title>Home</title>" + "x" * 20_000)
    return project, [token(project, f"c-{n}") for n in range(CUSTOMERS)]


async def web_client(port: int, requests: Iterator[bytes], end: float, found: list[float]) -> None:
    """One visitor on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    while time.perf_counter() < end:
        start = time.perf_counter()
        writer.write(next(requests))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(head.decode("latin-1"))
        length = head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]
        await reader.readexactly(int(length))
        found.append(time.perf_counter() - start)
    writer.close()


async def mail_client(
    port: int, recipients: Iterator[bytes], end: float, found: list[float]
) -> None:
    """One connection of a mail server."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()
    writer.write(b"LHLO mx.example\r\n")
    while (await reader.readline())[3:4] == b"-":
        pass
    while time.perf_counter() < end:
        to = next(recipients)
        start = time.perf_counter()
        writer.write(b"MAIL FROM:<a@b.example>\r\nRCPT TO:<%s>\r\nDATA\r\n" % to)
        for _ in range(3):
            await reader.readline()
        writer.write(MAIL % to)
        answer = await reader.readline()
        if not answer.startswith(b"250"):
            raise SystemExit(answer.decode())
        found.append(time.perf_counter() - start)
    writer.close()


Client = Callable[[int, Iterator[bytes], float, list[float]], Awaitable[None]]


def cpu_seconds(process: int) -> float:
    """The CPU time of a process and its threads, without its children."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(
    taken: Taken,
    client: Client,
    server: tuple[int, int],
    asked: Iterator[bytes],
    clients: int,
    seconds: float,
) -> Taken:
    """Has so many clients ask a server, by its process and port, for so long."""
    process, port = server

    async def all_of_them() -> None:
        end = time.perf_counter() + seconds
        await asyncio.gather(*(client(port, asked, end, taken.times) for _ in range(clients)))

    start, cpu = time.perf_counter(), cpu_seconds(process)
    asyncio.run(all_of_them())
    taken.cpu = cpu_seconds(process) - cpu
    taken.seconds = time.perf_counter() - start
    return taken


@contextmanager
def bare_server(size: int) -> Iterator[tuple[int, int]]:
    """uvicorn with nothing behind it.

    Args:
        size: bytes of its one answer.

    Yields:
        Its process and its port.
    """
    port, file = free_port(), Path(__file__).with_name("bare.py")
    process = subprocess.Popen([sys.executable, str(file), str(port), str(size)])
    try:
        while not _listens(port):
            time.sleep(0.05)
        yield process.pid, port
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def form_size(port: int, address: str) -> int:
    """Bytes of a form."""
    with urlopen(f"http://127.0.0.1:{port}{address}") as answer:
        return len(answer.read())


def get(address: str) -> bytes:
    """A request for an address."""
    return f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def posts(tokens: list[str]) -> Iterator[bytes]:
    """Declarations: each customer opts out, then takes it back."""
    for action in itertools.cycle(("opt+out", "withdraw")):
        for own in tokens:
            body = f"token={own}&action={action}"
            head = f"POST {PAGE} HTTP/1.1\r\nHost: x\r\n{FORM}\r\n"
            head += f"Content-Length: {len(body)}\r\n\r\n"
            yield (head + body).encode()


@contextmanager
def proxied(project: Project, receiver: int, folder: Path) -> Iterator[tuple[int, int]]:
    """nginx as `examples/` has it, without TLS and without the receiver's own port.

    Args:
        project: whose site it serves.
        receiver: the port that it passes forms on to.
        folder: for its files; everybody may enter it.

    Yields:
        The process that serves (there is one), and its port.
    """
    port, text = free_port(), (ROOT / "examples/nginx.conf").read_text("utf-8")
    text = re.sub(r"(?m)^ *ssl_certificate.*\n", "", text)
    text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    text = text.replace("/srv/policies/build/site", str(project.built))
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{receiver}")
    text = text.replace("/var/log/nginx", str(folder))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    head = f"user root;\nworker_processes 1;\npid {folder}/pid;\ndaemon off;\n"
    whole = f"{head}events {{}}\nhttp {{\nkeepalive_requests 1000000;\n{own}{text}\n}}\n"
    (folder / "nginx.conf").write_text(whole)
    words = ["nginx", "-p", str(folder), "-e", str(folder / "error"), "-c"]
    process = subprocess.Popen([*words, str(folder / "nginx.conf")])
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        while not (serving := children.read_text().split()):
            time.sleep(0.05)
        time.sleep(0.3)
        yield int(serving[0]), port
    finally:
        process.terminate()
        process.wait()


def main() -> None:
    """Measures and prints a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--postgresql", metavar="URL", default="", help="the ledger is there")
    names = ["bare", "form", "post", "static", "proxy", "proxy form", "lmtp"]
    parser.add_argument("--only", nargs="*", default=names)
    options = parser.parse_args()
    os.environ["PUBLISHER_TOKEN_KEY"] = KEY
    if options.postgresql:
        os.environ["PUBLISHER_LEDGER_URL"] = options.postgresql
    much = options.clients, options.seconds
    print(f"{options.clients} clients, {platform.python_version()}, {platform.machine()}")
    print(
        f"{'':12} {'a second':>8} {'p50 ms':>9} {'p99 ms':>9} {'of a core':>10} "
        f"{'/ bare':>7} {'wanted':>8}"
    )
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as folder:
        root = Path(folder, "house")
        root.mkdir()
        project, tokens = house(root)
        close_ledgers()
        cycle = itertools.cycle
        kinds = {
            "form": (2_000, cycle([get(f"{PAGE}?token={own}") for own in tokens])),
            "post": (1_000, posts(tokens)),
            "static": (2_000, cycle([get("/")])),
        }
        bare = Taken("bare", 0)
        with receiving(project) as receiver:
            if "bare" in options.only:
                size = form_size(receiver.port, f"{PAGE}?token={tokens[0]}")
                with bare_server(size) as alone:
                    print(measure(bare, web_client, alone, kinds["form"][1], *much).line())
            for name, (wanted, asked) in kinds.items():
                if name in options.only:
                    taken = Taken(name, wanted)
                    measure(taken, web_client, (receiver.process.pid, receiver.port), asked, *much)
                    print(taken.line(bare.of_a_core), flush=True)
            if shutil.which("nginx"):
                (root / "nginx").mkdir()
                behind = {"proxy": kinds["static"], "proxy form": kinds["form"]}
                with proxied(project, receiver.port, root / "nginx") as nginx:
                    for name in [one for one in behind if one in options.only]:
                        taken = Taken(name, behind[name][0])
                        print(measure(taken, web_client, nginx, behind[name][1], *much).line())
        if "lmtp" in options.only:
            to = cycle([f"opt-out+{own}@hosting.example".encode() for own in tokens])
            with letterbox(project) as box:
                taken = Taken("lmtp", 1_000)
                print(
                    measure(taken, mail_client, (box.process.pid, box.port), to, *much).line(),
                    flush=True,
                )
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
