"""Kills `publisher serve` while forms are posted, and counts what became of them."""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from random import Random

from bench.faults.books import Books, standing, twice_declared
from bench.faults.clients import Crowd, last_said
from bench.faults.counts import Tally
from bench.faults.deaths import Cue, Cues, Fates, Watch, alone, ended, executed
from bench.faults.firms import Firm, Founder, Links
from bench.faults.listing import UNSOUND, unsound
from bench.faults.post import Post
from bench.faults.receipts import count_receipts, owed
from bench.faults.relay import Step

FATES = Fates(
    cues={
        Cue.STARTED: (1, 1.5),
        Cue.WRITTEN: (30, 0.004),
        Cue.MARKED: (60, 0.0),
        Cue.POSTED: (30, 0.03),
        Cue.STOPPED: (30, 0.4),
        # Letters give way to visitors, so not many go out while people post all the time.
        Step.CONNECTED: (5, 0.006),
        Step.INVITED: (5, 0.006),
        Step.ENDED: (5, 0.0),
        Step.KEPT: (5, 0.0),
        Step.ANSWERED: (5, 0.006),
    },
)
PEOPLE = 6
"""People who post at the same time."""
LIMIT = 12.0
"""Seconds under load after which a receiver is killed although the cue did not come."""
STARTS = 30.0
"""Seconds that a receiver may take before it answers."""


def kill_servers(
    founder: Founder, links: Sequence[Links], kills: int, random: Random, patience: float
) -> Tally:
    """Kills a number of receivers, over as many rounds as that takes.

    A round is a ledger; it ends when nobody has anything left to press.

    Args:
        founder, links: of firms whose customers have letters.
        kills: how many.
        random: the source of all moments.
        patience: seconds that receipts have at the end of a round.
    """
    tally = Tally(f"serve, {founder.engine.name}")
    for number in count(1):
        if tally.kills.total() >= kills:
            return tally
        _round(founder, f"serve-{number}", links, kills, random, patience, tally)
        tally.rounds += 1
    raise AssertionError


def _round(
    founder: Founder,
    name: str,
    links: Sequence[Links],
    kills: int,
    random: Random,
    patience: float,
    tally: Tally,
) -> None:
    post = Post(founder.folder / f"{name}.log")
    firm = founder.firm(name, post.port)
    books = Books(firm.ledger, founder.engine)
    crowd = Crowd.of(_free_port(Random()), links, random)
    fates = FATES.within(len(links) // 12)
    watch = Watch(
        post,
        founder.engine.pulse(firm.ledger),
        lambda: post.without(books.marked()[1]),
        limit=LIMIT,
    )
    codes: Counter[int] = Counter()
    while tally.kills.total() < kills and not crowd.done:
        death = fates.draw(random)
        cues = Cues()
        server = _start(firm, crowd.port)
        with crowd.posting(cues, PEOPLE):
            if death.cue is not Cue.STARTED:
                _listening(crowd.port)
            cue = executed(server, death, replace(watch, cues=cues))
        if cue:
            tally.kills[cue] += 1
            tally.never("rows written by half", books.half())
            tally.never(UNSOUND, unsound(firm))
            _count_acknowledged(crowd, books, tally)
        else:
            codes[server.returncode] += 1
    codes[_to_the_end(firm, crowd, books, patience)] += 1
    tally.told("processes that outlived their firm", alone(firm.mark, 60))
    post.close()
    odd = sorted(code for code in codes if code not in (0, -signal.SIGTERM))
    tally.never("servers that ended in another way than asked to or killed", map(str, odd))
    _count(firm, books, crowd, post, tally)


def _free_port(random: Random) -> int:
    """A port that the system gives nobody by itself.

    One that it does give may be a client's while no server has it: between two rounds, even that of
    a client who asks this very port, and is then connected with itself.
    """
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


def _start(firm: Firm, port: int) -> subprocess.Popen[bytes]:
    return firm.start("--quiet", "serve", "--no-build", "--port", str(port))


def _to_the_end(firm: Firm, crowd: Crowd, books: Books, patience: float) -> int:
    """Serves without a kill: a last few posts, and the receipts that are owed."""
    server, cues = _start(firm, crowd.port), Cues()
    with crowd.posting(cues, PEOPLE):
        if not crowd.done:
            cues.wait(2 * PEOPLE, STARTS)
        _listening(crowd.port)
        until = time.monotonic() + patience
        while not ended(server, 0.2) and patience and owed(books) and time.monotonic() < until:
            pass
    server.terminate()
    if not ended(server, STARTS):
        server.kill()
    return server.wait()


def _listening(port: int) -> None:
    until = time.monotonic() + STARTS
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return


def _count_acknowledged(crowd: Crowd, books: Books, tally: Tally) -> None:
    rows = {one.receipt: one for one in books.declarations()}
    tally.never(
        "forms that were acknowledged and are not on record",
        (
            f"{one.receipt} of {one.customer}"
            for one in crowd.posts
            if one.acknowledged
            and (
                one.receipt not in rows
                or (rows[one.receipt].customer, rows[one.receipt].kind)
                != (one.customer, one.action)
            )
        ),
    )


def _count(firm: Firm, books: Books, crowd: Crowd, post: Post, tally: Tally) -> None:
    _count_acknowledged(crowd, books, tally)
    rows = books.declarations()
    posted = Counter((one.customer, one.action) for one in crowd.posts)
    recorded = Counter((one.customer, one.kind) for one in rows)
    now, last = standing(rows), last_said(crowd.posts)
    statuses = crowd.statuses()
    tally.told("forms posted", len(crowd.posts))
    tally.told("forms acknowledged", sum(one.acknowledged for one in crowd.posts))
    tally.told("forms without an answer", statuses[0])
    refused = {status: n for status, n in statuses.items() if status not in (0, 200)}
    tally.told("forms answered with an error", sum(refused.values()))
    tally.never(
        "forms answered without a receipt",
        (one.customer for one in crowd.posts if one.status == 200 and not one.receipt),
    )
    answered = Counter((o.customer, o.action) for o in crowd.posts if o.acknowledged)
    tally.told(
        "declarations on record whose form was not answered",
        sum((recorded - answered).values()),
    )
    tally.never(
        "declarations that nobody made",
        (f"{kind} of {customer}" for customer, kind in recorded - posted),
    )
    tally.never(
        "customers whose last word does not stand",
        (customer for customer, words in last.items() if now.get(customer) not in words),
    )
    tally.never("declarations taken twice", twice_declared(rows))
    tally.never("rows written by half", books.half())
    numbers = {one.receipt for one in crowd.posts if one.acknowledged}
    count_receipts(firm, books, post.arrivals(), numbers, tally)
    tally.never("tracebacks", (firm.root.name for _ in range(firm.said.count("Traceback"))))
