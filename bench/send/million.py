"""What becomes of memory and of the first letter when there are many recipients; see README.md.

python bench/send/million.py [--recipients 1000000] [--seconds 60] [--postgresql URL [--workers 2]]
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench.faults.engines import PostgreSQL  # noqa: E402 - found by the line above
from bench.send.relays import sink  # noqa: E402
from tests.fixtures.house import KEY  # noqa: E402
from tests.fixtures.houses import make  # noqa: E402
from tests.fixtures.places import on_disk  # noqa: E402

_COMMAND = (
    "import datetime as dt, sys; from publisher.cli import command_line\n"
    "now = dt.datetime(2027, 1, 10, 9, 30, tzinfo=dt.UTC)\n"
    "command_line(['--quiet', '--project', *sys.argv[1:]], obj=lambda: now)\n"
)
_ACCEPTED = "SELECT count(*) FROM delivery WHERE state = 'accepted'"
_FIRST = "SELECT 1 FROM delivery WHERE state = 'accepted' LIMIT 1"


class Run:
    """A command in a process of its own, with the peak of its memory."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.began = time.perf_counter()
        command = [sys.executable, "-c", _COMMAND, str(folder), *words]
        environment = {**os.environ, "PUBLISHER_TOKEN_KEY": KEY, "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        self.megabytes = self.processor = self.seconds = 0.0

    def end(self, within: float | None = None) -> int:
        """Waits for its end, or stops it after some seconds; its exit code."""
        stopped = False
        while not self.has_ended():
            if within is not None and not stopped and time.perf_counter() - self.began > within:
                self.process.send_signal(signal.SIGINT)
                stopped = True
            time.sleep(0.02)
        _, status, usage = os.wait4(self.process.pid, 0)
        self.seconds = time.perf_counter() - self.began
        self.processor = usage.ru_utime + usage.ru_stime
        return os.waitstatus_to_exitcode(status)

    def has_ended(self) -> bool:
        """Whether it has; looks at its memory meanwhile."""
        # What `wait4` says of memory is that of whoever started it, where that had more.
        place = Path(f"/proc/{self.process.pid}/status")
        for line in place.read_text().splitlines():
            if line.startswith("VmHWM:"):
                self.megabytes = int(line.split()[1]) * 1024 / 1e6
        return bool(os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT))


def write_customers(path: Path, count: int) -> None:
    """A list of customers as a shop has it."""
    with path.open("w") as file:
        file.write("customer,address,name\n")
        file.writelines(
            f"c-{n},customer-{n}@shop-{n % 997}.example,Anna Smith\n" for n in range(count)
        )


@contextmanager
def ledger(url: str) -> Iterator[None]:
    """Has the program use a ledger at a URL; empty: the file of the project."""
    if url:
        os.environ["PUBLISHER_LEDGER_URL"] = url
    try:
        yield
    finally:
        os.environ.pop("PUBLISHER_LEDGER_URL", None)


def measured(folder: Path, url: str, given: argparse.Namespace) -> Sequence[tuple[str, str]]:
    """What an import and a run of `send` took."""
    count = given.recipients
    with sink() as port:
        make(folder, port=port)
        listed = folder / "customers.csv"
        write_customers(listed, count)
        with ledger(url):
            if url:
                assert Run(folder, "ledger", "migrate").end() == 0
            imported = Run(folder, "recipients", "import", str(listed))
            assert imported.end() == 0
            at = url or f"sqlite:///{folder}/.publisher/ledger.sqlite"
            engine = create_engine(at, poolclass=NullPool)
            size = _size(engine, folder)
            planned = time.perf_counter()
            runs = _senders(folder, given.workers)
            first = _first_letter(engine, runs[0]) - planned
            for run in runs:
                run.end(given.seconds)
            sent = _asked(engine, _ACCEPTED)
            grown = _size(engine, folder) - size
    seconds = max(run.began + run.seconds for run in runs) - planned
    rate = sent / (seconds - first)
    processor = sum(run.processor for run in runs)
    return [
        ("recipients", f"{count:,}"),
        ("import, seconds", f"{imported.seconds:.1f}"),
        ("import, peak MB", f"{imported.megabytes:.0f}"),
        ("ledger after it, bytes a recipient", f"{size / count:.0f}"),
        ("first letter accepted after, seconds", f"{first:.1f}"),
        ("letters sent", f"{sent:,}"),
        ("letters a second, from the first on", f"{rate:.0f}"),
        ("send, processor, µs a letter", f"{processor / max(sent, 1) * 1e6:.0f}"),
        ("send, peak MB", " ".join(f"{run.megabytes:.0f}" for run in runs)),
        ("ledger, bytes a letter", f"{grown / max(sent, 1):.0f}"),
    ]


def _senders(folder: Path, workers: int) -> list[Run]:
    """`send`, or the workers that it has planned for."""
    if not workers:
        return [Run(folder, "send", "2", "--confirm")]
    assert Run(folder, "send", "2", "--workers", "--confirm").end() == 0
    return [Run(folder, "worker", "--until-done") for _ in range(workers)]


def _first_letter(engine: Engine, run: Run) -> float:
    """When the first letter was accepted."""
    while not _asked(engine, _FIRST):
        if run.has_ended():
            raise SystemExit("send ended before its first letter")
        time.sleep(0.02)
    return time.perf_counter()


def _asked(engine: Engine, query: str) -> int:
    try:
        with engine.connect() as db:
            return int(db.execute(text(query)).scalar() or 0)
    except DatabaseError:
        return 0


def _size(engine: Engine, folder: Path) -> int:
    """Bytes of a ledger on its disk."""
    if engine.dialect.name != "sqlite":
        return _asked(engine, "SELECT pg_database_size(current_database())")
    return sum(path.stat().st_size for path in (folder / ".publisher").glob("ledger.sqlite*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0, help="after which send is stopped")
    parser.add_argument("--workers", type=int, default=0, help="so many, on PostgreSQL")
    parser.add_argument("--postgresql", metavar="URL", help="the ledger is on this server")
    given = parser.parse_args()
    server = PostgreSQL(given.postgresql) if given.postgresql else None
    try:
        with on_disk() as folder:
            url = server.new(folder) if server else ""
            for what, found in measured(folder, url, given):
                print(f"{what:<40} {found:>12}")
    finally:
        if server:
            server.close()


if __name__ == "__main__":
    main()
