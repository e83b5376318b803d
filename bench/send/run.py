"""How many letters go to a relay in a second; see README.md.

python bench/send/run.py [--letters N] [--rounds N] [--relay sink|postfix|PORT] [--far MS]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import resource
import smtplib
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench.letters.run import LISTS, customers, letters  # noqa: E402 - found by the line above
from bench.send.relays import far, postfix, program, sink  # noqa: E402
from publisher.actions.send import send  # noqa: E402
from publisher.edges.carriers.carrier import CarrierAnswer  # noqa: E402
from publisher.edges.carriers.smtp import Relay  # noqa: E402
from publisher.letters.message import Letter  # noqa: E402
from publisher.people.deliveries import Fate  # noqa: E402
from publisher.policies.settings import RelaySettings  # noqa: E402
from tests.fixtures.amendments import PUBLISHED  # noqa: E402
from tests.fixtures.house import KEY  # noqa: E402
from tests.fixtures.houses import TWO, import_customers, make, workplace  # noqa: E402
from tests.fixtures.places import on_disk  # noqa: E402

CONNECTIONS = 8
Client = Callable[[int, Sequence[Letter]], None]
"""Hands letters to the relay at a port of this machine."""


# ── those who send ───────────────────────────────────────────────────────────────────────────────


def plain_loop(port: int, some: Sequence[Letter]) -> None:
    """smtplib, one connection."""
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        for one in some:
            smtp.sendmail(one.sender, one.to, one.data)


def threads(port: int, some: Sequence[Letter]) -> None:
    """smtplib, a thread for each of some connections."""
    parts = [some[n::CONNECTIONS] for n in range(CONNECTIONS)]
    running = [threading.Thread(target=plain_loop, args=(port, part)) for part in parts]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()


def asynchronous(port: int, some: Sequence[Letter]) -> None:
    """aiosmtplib, some connections."""
    import aiosmtplib

    async def one_connection(part: Sequence[Letter]) -> None:
        async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as smtp:
            for one in part:
                await smtp.sendmail(one.sender, [one.to], one.data)

    async def all_connections() -> None:
        parts = [some[n::CONNECTIONS] for n in range(CONNECTIONS)]
        await asyncio.gather(*map(one_connection, parts))

    asyncio.run(all_connections())


def in_c(sessions: int) -> Client:
    """smtp-source, letters of the same size, connections kept."""

    def run(port: int, some: Sequence[Letter]) -> None:
        size = sum(len(one.data) for one in some) // len(some)
        sizes = ["-s", str(sessions), "-m", str(len(some)), "-l", str(size)]
        ends = ["-f", some[0].sender, "-t", some[0].to, f"127.0.0.1:{port}"]
        subprocess.run([program("smtp-source"), "-d", *sizes, *ends], check=True)

    return run


class Drawer:
    """A desk without a ledger."""

    def __init__(self, some: Sequence[Letter]) -> None:
        self._letters = iter(some)
        self.taken = 0

    def take(self) -> Letter | None:
        return next(self._letters, None)

    def pause(self) -> float | None:
        return None

    def write(
        self, marks: Sequence[Letter], answers: Sequence[CarrierAnswer]
    ) -> Collection[Letter]:
        self.taken += sum(one.outcome.fate is Fate.ACCEPTED for one in answers)
        return ()


def ours(connections: int) -> Client:
    """Our carrier, without a ledger."""

    def run(port: int, some: Sequence[Letter]) -> None:
        settings = RelaySettings("127.0.0.1", port, "none", "", connections)
        relay, desk = Relay(settings), Drawer(some)
        relay.carry(desk)
        relay.close()
        assert desk.taken == len(some)

    return run


def publisher_send(port: int, count: int) -> tuple[float, float]:
    """`publisher send` with its ledger on the disk; seconds, and seconds of the processor."""
    os.environ["PUBLISHER_TOKEN_KEY"] = KEY
    rows = "".join(f"c-{n},customer-{n}@known.example,Anna Smith\n" for n in range(count))
    with on_disk() as folder:
        project = make(folder, port=port)
        import_customers(project, f"customer,address,name\n{rows}".encode())
        work = workplace(project)

        def told(_: int, __: Sequence[Letter]) -> None:
            report = send(work, "privacy", TWO, lambda *_: None)
            assert report.accepted == count

        return measured(told, 0, ())


# ── how long that takes ──────────────────────────────────────────────────────────────────────────


def measured(client: Client, port: int, some: Sequence[Letter]) -> tuple[float, float]:
    """Seconds, and seconds of the processor, also of programs that were started."""
    began, before = time.perf_counter(), _processor()
    client(port, some)
    return time.perf_counter() - began, _processor() - before


def _processor() -> float:
    own = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in own)


@contextmanager
def relay(which: str, milliseconds: float) -> Iterator[int]:
    """The relay that was asked for, anew for each client; gives the port to go to."""
    opened = {"sink": sink, "postfix": postfix}.get(which)
    with opened() if opened else nullcontext(int(which)) as port, far(port, milliseconds) as near:
        yield near


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--letters", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--relay", default="sink", help="sink, postfix, or the port of one")
    parser.add_argument("--far", type=float, default=0, metavar="MS", help="there and back")
    given = parser.parse_args()
    language, names = LISTS["en, ASCII names"]
    made = letters(language)
    some = [made.to(one, PUBLISHED) for one in customers(names, given.letters)]
    clients: dict[str, Client] = {
        "smtplib, 1 connection": plain_loop,
        f"smtplib, {CONNECTIONS} threads": threads,
        f"aiosmtplib, {CONNECTIONS} connections": asynchronous,
        "smtp-source, 1 session": in_c(1),
        "smtp-source, 10 sessions": in_c(10),
        "our carrier, 1 connection": ours(1),
        f"our carrier, {CONNECTIONS} connections": ours(CONNECTIONS),
    }
    whole = "`publisher send`, all in"
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in (*clients, whole)}
    for _ in range(given.rounds):
        # In turns, so that what else the machine does is the same for all.
        for name, client in clients.items():
            with relay(given.relay, given.far) as port:
                taken[name].append(measured(client, port, some))
        with relay(given.relay, given.far) as port:
            taken[whole].append(publisher_send(port, given.letters))
    print(
        f"Python {platform.python_version()}, {given.rounds} rounds of {given.letters:,}, medians"
    )
    print(f"{sum(len(one.data) for one in some) // len(some):,} bytes a letter\n")
    print("| client | letters a second | to the best smtp-source | processor, µs a letter |")
    print("| --- | --- | --- | --- |")
    best = [
        min(pair) for pair in zip(*(_walls(taken[n]) for n in taken if "source" in n), strict=True)
    ]
    for name, runs in taken.items():
        wall, processor = (statistics.median(column) for column in zip(*runs, strict=True))
        ratio = statistics.median(b / w for b, w in zip(best, _walls(runs), strict=True))
        each = 1e6 * processor / given.letters
        print(f"| {name} | {given.letters / wall:,.0f} | {ratio:.2f} | {each:.0f} |")


def _walls(runs: Sequence[tuple[float, float]]) -> list[float]:
    return [wall for wall, _ in runs]


if __name__ == "__main__":
    main()
