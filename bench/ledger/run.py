"""What a ledger costs as its customers grow, and what its chain and its declarations cost.

    python bench/ledger/run.py [--recipients 10000,1000000] [--only scale,chain,posts]

For each number of recipients, in a project of their own whose release 2 all were told of: an
import, `status`, the plan of `send`, and the first letter of it; each as a process of its own, of
which the time on the clock and the peak of its memory are told. Beside that, in the same run:
batches of events with their chain and without, and declarations beside bare inserts.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
KEY = "a key for benches only of more than 32 characters"
RUN = """\
import datetime as dt, sys
from publisher.cli import command_line

now = dt.datetime.fromisoformat(sys.argv.pop(1))
command_line(obj=lambda: now)
"""
"""The program at a given time: a release has a window in which letters may go out."""
AT = "2027-04-02T09:00:00+00:00"
"""A day after release 3 was published."""
LETTERS = 300
"""After so many letters, a run of `send` is stopped."""


@dataclass(frozen=True)
class Cost:
    """Of one process: seconds on the clock and of the processor, bytes of memory at its peak."""

    wall: float
    cpu: float
    memory: int


def environment() -> dict[str, str]:
    """In which every process is run."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "PUBLISHER_TOKEN_KEY": KEY}


def started(words: Sequence[str], folder: Path) -> subprocess.Popen[bytes]:
    """A process of its own, whose output nobody reads."""
    quiet = subprocess.DEVNULL
    return subprocess.Popen(words, cwd=folder, env=environment(), stdout=quiet, stderr=quiet)


def ended(process: subprocess.Popen[bytes], since: float, allowed: Sequence[int] = (0,)) -> Cost:
    """What a process cost, once it ends.

    Args:
        process: which.
        since: when it was started.
        allowed: exit codes of one that did its work.
    """
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - since
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in allowed:
        raise SystemExit(f"{process.args} ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * unit)


def publisher(folder: Path, *words: str) -> list[str]:
    """The program with these words."""
    return [sys.executable, "-P", "-c", RUN, AT, "--project", str(folder), "-q", *words]


def run(folder: Path, *words: str) -> Cost:
    """The cost of a command."""
    since = time.perf_counter()
    return ended(started(publisher(folder, *words), folder), since)


# ── as customers grow ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Scale:
    """What was measured for one number of recipients."""

    recipients: int
    taken: Cost
    status: Cost
    plan: Cost
    first: float
    """Seconds until the first letter of a run of `send`."""
    sending: Cost
    """A run of `send` until it is stopped."""
    size: int
    """Bytes of the ledger."""


def measured(recipients: int, folder: Path) -> Scale:
    """Measures one number of recipients.

    Args:
        recipients: how many.
        folder: an empty one.
    """
    (folder / "house").mkdir()
    house, listed = folder / "house", folder / "list.csv"
    own = [sys.executable, "-P", str(Path(__file__))]
    ended(started([*own, "--prepare", str(house)], folder), 0)
    with listed.open("w") as file:
        file.write("customer,address,name\n")
        for n in range(recipients):
            file.write(f"c-{n:07},user{n}@customer{n % 1000}.example,Customer Number {n}\n")
    taken = run(house, "recipients", "import", str(listed))
    ended(started([*own, "--tell", str(house)], folder), 0)
    status = run(house, "status")
    plan = run(house, "send", "3")
    first, sending = first_letter(house)
    size = sum(path.stat().st_size for path in house.glob(".publisher/ledger.sqlite*"))
    return Scale(recipients, taken, status, plan, first, sending, size)


def first_letter(house: Path) -> tuple[float, Cost]:
    """How long a run of `send` takes to its first letter, and what it costs until it is stopped."""
    spool = house / ".publisher/spool"
    since = time.perf_counter()
    process = started(publisher(house, "send", "3", "--confirm"), house)
    first = 0.0
    while process.poll() is None:
        letters = sum(1 for _ in spool.glob("*.eml")) if spool.exists() else 0
        if letters and not first:
            first = time.perf_counter() - since
        if letters >= LETTERS:
            process.terminate()
            break
        time.sleep(0.005 if not first else 0.2)
    return first, ended(process, since, (0, -15))


def prepare(house: Path) -> None:
    """Freezes three releases of a policy, of which 2 and 3 have a notice."""
    from tests.fixtures.houses import amend_again, make

    amend_again(make(house))


def tell(house: Path) -> None:
    """Puts on record that everybody was told of release 2, as a run of `send` would have."""
    from publisher.actions.workplace import Workplace
    from publisher.edges.ledger.transaction import Transaction
    from publisher.letters.splicing import Template
    from publisher.record.event import EventKind, Happening
    from publisher.releases.number import Number

    now = dt.datetime.fromisoformat("2027-01-11T09:00:00+00:00")
    workplace = Workplace.find(house, lambda: now)
    ledger, two = workplace.ledger, Number(2)
    release = workplace.archive.release("privacy", two)
    releases = workplace.archive.releases("privacy")
    letter = release.notice.encode() * 4
    template = Template(letter)
    kept = template.keep(letter.replace(b"Dear", b"To you, dear", 1))
    total = ledger.due(release, releases).to_tell
    ledger.begin("privacy", two, now, letter, total)
    facts = {"effective": str(release.effective)}

    def say(tx: Transaction, first: int, last: int) -> None:
        for number in range(first, last, 1_000):
            numbers = range(number, min(number + 1_000, last))
            for kind in (EventKind.TOLD, EventKind.TAKEN):
                tx.record_all([_letter(kind, number) for number in numbers])

    def _letter(kind: EventKind, number: int) -> Happening:
        about = "privacy", "2", number
        if kind is EventKind.TAKEN:
            return Happening(kind, now, *about, facts=facts, private={"reply": "250 2.0.0 Ok: 4C"})
        address = f"user{number - 1}@customer{(number - 1) % 1000}.example"
        private = {
            "address": address,
            "message_id": f"{number:064x}@hosting.example",
            "sha256": kept.sha256,
        }
        return Happening(kind, now, *about, facts=facts, private=private, body=kept.body)

    for first in range(1, total + 1, 50_000):
        last = min(first + 50_000, total + 1)
        ledger._database.write_alone(lambda tx, first=first, last=last: say(tx, first, last))
    workplace.ledger.close()


# ── tables ───────────────────────────────────────────────────────────────────────────────────────


def rows_of_scales(scales: Sequence[Scale]) -> Iterator[tuple[str, ...]]:
    """The measures of some numbers of recipients, a row each."""
    yield "recipients", *(f"{one.recipients:,}" for one in scales)
    yield "import", *(_cost(one.taken) for one in scales)
    yield "`status`", *(_cost(one.status) for one in scales)
    yield "plan of `send`", *(_cost(one.plan) for one in scales)
    yield "first letter of `send`", *(f"{one.first:.1f} s" for one in scales)
    yield "`send`, memory", *(f"{one.sending.memory / 1e6:.0f} MB" for one in scales)
    yield "ledger", *(f"{one.size / 1e6:.0f} MB" for one in scales)


def _cost(cost: Cost) -> str:
    return f"{cost.wall:.1f} s ({cost.cpu:.1f} s), {cost.memory / 1e6:.0f} MB"


def show(title: str, rows: Iterator[tuple[str, ...]]) -> None:
    """A table in Markdown."""
    print(f"\n{title}\n")
    for number, row in enumerate(rows):
        print("| " + " | ".join(row) + " |")
        if not number:
            print("|" + " --- |" * len(row))
    sys.stdout.flush()


@contextmanager
def folder_for(what: str) -> Iterator[Path]:
    """A folder on the disk that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix=f"bench-ledger-{what}-") as name:
        yield Path(name)


def main() -> None:
    """Measures what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipients", default="10000,1000000")
    parser.add_argument("--only", default="scale,chain,posts")
    parser.add_argument("--prepare", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--tell", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.prepare or asked.tell:
        prepare(asked.prepare) if asked.prepare else tell(asked.tell)
        return
    wanted = asked.only.split(",")
    if "scale" in wanted:
        scales = []
        for recipients in map(int, asked.recipients.split(",")):
            with folder_for("scale") as folder:
                scales.append(measured(recipients, folder))
        show("As customers grow", rows_of_scales(scales))
    for name in ("chain", "posts"):
        if name in wanted:
            # In a process of its own, so that what it loads is no part of what others cost.
            words = [sys.executable, "-P", str(Path(__file__).with_name(f"{name}.py"))]
            subprocess.run(words, env=environment(), check=True)


if __name__ == "__main__":
    main()
