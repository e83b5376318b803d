"""Kills the program, and counts what became of letters, forms and messages; see README.md.

python bench/faults/run.py [--kills 200] [--postgresql URL] [send] [work] [serve] [receive]
                           [freeze] [import] [pairs]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.faults.counts import Tally
from bench.faults.desks import desks, shared_keys
from bench.faults.engines import Engine, PostgreSQL, SQLite
from bench.faults.firms import Founder
from bench.faults.pairs import pair_freezers
from bench.faults.receiving import kill_receivers
from bench.faults.releasing import kill_releasers
from bench.faults.sending import kill_senders
from bench.faults.serving import kill_servers
from bench.faults.working import kill_workers

PATIENCE = 75.0
"""Seconds that receipts have at the end of a round: they go out within a minute."""

LEDGERS = ("send", "work", "serve", "receive")
"""Experiments on the ledger, made with each database."""
EXPERIMENTS = (*LEDGERS, "freeze", "import", "pairs")


def experiment(
    name: str, folder: Path, engine: Engine, customers: int, kills: int, random: Random
) -> Tally:
    """Kills one of the commands a number of times; returns what was counted."""
    founder = Founder.of(folder, engine)
    founder.import_customers(customers)
    if name == "send":
        return kill_senders(founder, kills, random)
    if name == "work":
        return kill_workers(founder, kills, random)
    founder.build()
    told, links = founder.told()
    kill = kill_servers if name == "serve" else kill_receivers
    return kill(told, links, kills, random, PATIENCE)


def shown(tally: Tally, seconds: float) -> Table:
    """A tally as a table."""
    by_cue = ", ".join(f"{number} {cue}" for cue, number in tally.kills.most_common())
    number = f"{tally.kills.total()} {tally.counted}, {tally.rounds} rounds"
    title = f"{tally.name}: {number}, {seconds:.0f} s"
    table = Table("what", "found", "promised", title=title, caption=by_cue, min_width=72)
    for count in tally.counts:
        verdict = ("0, BROKEN" if count.broken else "0") if count.promised else ""
        table.add_row(count.what, str(count.found), verdict)
    return table


def named(tally: Tally) -> list[str]:
    """The first cases of each promise that was broken."""
    return [f"{tally.name}: {count.what}: {', '.join(count.shown)}" for count in tally.broken]


def releasing_experiment(name: str, folder: Path, kills: int, random: Random, keys: Path) -> Tally:
    """Kills what makes releases a number of times; or has two freezes run at once."""
    made = desks(name, folder / "desks", keys)
    if name == "pairs":
        return pair_freezers(made, folder / "work", kills, random)
    return kill_releasers(name, made, folder / "work", kills, random)


def _engines(postgresql: str | None) -> list[Engine]:
    return [SQLite(), *([PostgreSQL(postgresql)] if postgresql else [])]


def _made(name: str, engine: Engine, options: argparse.Namespace, told: Console) -> list[str]:
    """Makes an experiment and prints its table; the promises that were broken."""
    with tempfile.TemporaryDirectory(prefix="faults-") as folder:
        random, start = Random(options.seed), time.monotonic()
        tally = experiment(name, Path(folder), engine, options.customers, options.kills, random)
    told.print(shown(tally, _added(tally, options.into, time.monotonic() - start)))
    return named(tally)


def _added(tally: Tally, file: Path | None, seconds: float) -> float:
    """Adds to a tally what a file has of earlier runs, and keeps the sum there.

    Returns:
        The seconds that all of it took.
    """
    if file is None:
        return seconds
    every = json.loads(file.read_text()) if file.exists() else {}
    if earlier := every.get(tally.name):
        tally.add(earlier)
        seconds += earlier["seconds"]
    every[tally.name] = {**tally.values(), "seconds": round(seconds)}
    file.write_text(json.dumps(every, indent=1) + "\n")
    return seconds


def _released(name: str, options: argparse.Namespace, told: Console) -> list[str]:
    """The same for what makes releases: in memory where that can be, for git writes much."""
    memory = Path("/dev/shm")
    place = str(memory) if memory.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="faults-", dir=place) as folder:
        start = time.monotonic()
        with shared_keys(Path(folder) / "keys") as keys:
            random, number = Random(options.seed), options.kills
            tally = releasing_experiment(name, Path(folder), number, random, keys)
        if options.kept:
            options.kept.mkdir(parents=True, exist_ok=True)
            for log in (Path(folder) / "work").glob("*.log"):
                shutil.copy(log, options.kept / f"{name}-{log.name}")
    told.print(shown(tally, _added(tally, options.into, time.monotonic() - start)))
    return named(tally)


def main() -> int:
    """Prints a table for each experiment and engine; 1 where a promise was broken."""
    parser = argparse.ArgumentParser(description="Kills Policy Publisher, and counts.")
    parser.add_argument("experiments", nargs="*", metavar="|".join(EXPERIMENTS))
    parser.add_argument("--kills", type=int, default=200, help="of each experiment (200)")
    parser.add_argument("--customers", type=int, default=1300, help="of each ledger (1300)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn at random (1)")
    parser.add_argument("--postgresql", metavar="URL", help="and the same there")
    parser.add_argument("--kept", type=Path, help="folder for what the broken rounds said")
    parser.add_argument("--into", type=Path, metavar="FILE", help="adds to what earlier runs found")
    options = parser.parse_args()
    if unknown := set(options.experiments) - set(EXPERIMENTS):
        parser.error(f"no such experiment: {', '.join(sorted(unknown))}")
    told = Console(width=max(100, Console().width))
    broken: list[str] = []
    wanted = options.experiments or EXPERIMENTS
    for name in [name for name in wanted if name not in LEDGERS]:
        broken += _released(name, options, told)
    for engine in _engines(options.postgresql):
        try:
            for name in [name for name in wanted if name in LEDGERS]:
                if name == "work" and isinstance(engine, SQLite):
                    continue  # workers share a server
                broken += _made(name, engine, options, told)
        finally:
            engine.close()
    for line in broken:
        told.print(line, style="red", soft_wrap=True)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
