"""Kills one of two workers, again and again, and counts what became of the letters of both."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from itertools import count
from random import Random

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bench.faults.books import Books
from bench.faults.counts import Tally
from bench.faults.deaths import Fates, Watch, alone, ended, executed
from bench.faults.firms import Firm, Founder
from bench.faults.listing import UNSOUND, unsound
from bench.faults.post import Post
from bench.faults.sending import DONE, FATES, FINDINGS, PATIENCE, count_letters
from tests import ROOT

SHARD = 40
"""Recipients in a shard, so that there are several for few customers."""
WORKERS = 2
_PLAN = (
    "import sys; from publisher.actions import share_out; "
    f"share_out.SHARD_SIZE = {SHARD}; from publisher.cli import command_line; "
    "command_line(sys.argv[1:])"
)
_WORK = ("worker", "--until-done", "--patience", "2")
_WAITING = "publisher_shards.procrastinate_jobs WHERE status IN ('todo', 'doing')"
_HURRY = (
    "UPDATE publisher_shards.procrastinate_jobs SET scheduled_at = NULL "
    "WHERE status = 'todo' AND scheduled_at IS NOT NULL"
)


def kill_workers(founder: Founder, kills: int, random: Random) -> Tally:
    """Kills a number of workers, over as many rounds as that takes; PostgreSQL alone has them.

    A round is a ledger whose customers are still to be told; it ends when no shard is left.
    """
    tally = Tally(f"worker, {WORKERS} at a time, {founder.engine.name}")
    for number in count(1):
        if tally.kills.total() >= kills:
            return tally
        _round(founder, f"work-{number}", kills, random, tally)
        tally.rounds += 1
    raise AssertionError


def _round(founder: Founder, name: str, kills: int, random: Random, tally: Tally) -> None:
    post = Post(founder.folder / f"{name}.log")
    firm = founder.firm(name, post.port)
    books = Books(firm.ledger, founder.engine)
    customers = len(books.rows("SELECT id FROM recipient"))
    watch = Watch(post, founder.engine.pulse(firm.ledger), lambda: post.without(books.marked()[0]))
    _plan(firm)
    codes: Counter[int] = Counter()
    workers: list[subprocess.Popen[bytes]] = []
    while _hurried(firm):
        codes.update(one.wait() for one in workers if ended(one, 0))
        workers = [one for one in workers if one.returncode is None]
        workers += [firm.start(*_WORK) for _ in range(WORKERS - len(workers))]
        if tally.kills.total() < kills:
            victim = workers.pop(random.randrange(WORKERS))
            if cue := executed(victim, _usual(customers).draw(random), watch):
                tally.kills[cue] += 1
                tally.never(UNSOUND, unsound(firm))
            else:
                codes[victim.returncode] += 1
        elif not ended(workers[0], 0.2):
            continue
    for one in workers:
        if not ended(one, PATIENCE):
            one.kill()
        codes[one.wait()] += 1
    tally.told("processes that outlived their firm", alone(firm.mark, 60))
    post.close()
    odd = sorted(code for code in codes if code not in (DONE, FINDINGS))
    tally.never("workers that ended in another way than 0, 1 or killed", map(str, odd))
    count_letters(firm, books, post.arrivals(), tally)


def _usual(customers: int) -> Fates:
    return FATES.within(customers // 4)


def _plan(firm: Firm) -> None:
    """Puts the letters into small shards."""
    words = ["--project", str(firm.root), "--quiet", "send", "2", "--workers", "--confirm"]
    done = subprocess.run(
        [sys.executable, "-c", _PLAN, *words], env=firm.environment, cwd=ROOT, capture_output=True
    )
    if done.returncode:
        raise RuntimeError(f"publisher send --workers: {done.stderr.decode()}")


def _hurried(firm: Firm) -> bool:
    """Whether a shard is left; one that waits for a quarter of an hour waits no more."""
    engine = create_engine(firm.ledger, poolclass=NullPool)
    with engine.begin() as db:
        db.execute(text(_HURRY))
        return bool(db.execute(text(f"SELECT count(*) FROM {_WAITING}")).scalar_one())
