"""Kills `publisher send`, again and again, and counts what became of its letters."""

from __future__ import annotations

from collections import Counter
from itertools import count
from random import Random

from bench.faults.books import Books
from bench.faults.counts import Tally
from bench.faults.deaths import Cue, Fates, Watch, alone, ended, executed
from bench.faults.firms import Firm, Founder
from bench.faults.listing import UNSOUND, unlisted, unsound
from bench.faults.post import Post
from bench.faults.relay import Arrival, Step

FATES = Fates(
    cues={
        Cue.STARTED: (1, 0.8),
        Cue.WRITTEN: (60, 0.006),
        Cue.MARKED: (60, 0.0),
        Step.CONNECTED: (60, 0.006),
        Step.INVITED: (60, 0.006),
        Step.ENDED: (60, 0.0),
        Step.KEPT: (60, 0.0),
        Step.ANSWERED: (60, 0.006),
    },
)
LAST = Fates(cues={Step.GONE: (1, 0.12)})
"""For a run that will come to its end."""
FEW = 40
"""Letters that are left when a run is killed at its end."""
DONE, FINDINGS = 0, 1
PATIENCE = 300.0
"""Seconds that a run has which nobody kills."""
_SEND = ("--quiet", "send", "2", "--confirm")


def kill_senders(founder: Founder, kills: int, random: Random) -> Tally:
    """Kills a number of runs of `send`, over as many rounds as that takes.

    A round is a ledger whose customers are still to be told; it ends when a run came to its end.
    """
    tally = Tally(f"send, {founder.engine.name}")
    for number in count(1):
        if tally.kills.total() >= kills:
            return tally
        _round(founder, f"send-{number}", kills, random, tally)
        tally.rounds += 1
    raise AssertionError


def _round(founder: Founder, name: str, kills: int, random: Random, tally: Tally) -> None:
    post = Post(founder.folder / f"{name}.log")
    firm = founder.firm(name, post.port)
    books = Books(firm.ledger, founder.engine)
    customers = len(books.rows("SELECT id FROM recipient"))
    usual = FATES.within(customers // 4)
    watch = Watch(post, founder.engine.pulse(firm.ledger), lambda: post.without(books.marked()[0]))
    codes: Counter[int] = Counter()
    while tally.kills.total() < kills:
        fates = LAST if customers - len(post.arrivals()) < FEW and random.random() < 0.5 else usual
        death = fates.draw(random)
        process = firm.start(*_SEND)
        if cue := executed(process, death, watch):
            tally.kills[cue] += 1
            tally.never("rows written by half", books.half())
            tally.never(UNSOUND, unsound(firm))
        else:
            codes[process.returncode] += 1
        if process.returncode in (DONE, FINDINGS) and not _left(books):
            break
    codes.update(_to_the_end(firm, books))
    tally.told("processes that outlived their firm", alone(firm.mark, 60))
    post.close()
    odd = sorted(code for code in codes if code not in (DONE, FINDINGS))
    tally.never("runs that ended in another way than 0, 1 or killed", map(str, odd))
    count_letters(firm, books, post.arrivals(), tally)


def _to_the_end(firm: Firm, books: Books) -> list[int]:
    """Runs it, as its operator would, until nothing is left to do; returns how the runs ended."""
    codes = []
    for _ in range(5):
        process = firm.start(*_SEND)
        if not ended(process, PATIENCE):
            process.kill()
        codes.append(process.wait())
        if not _left(books):
            break
    return codes


def _left(books: Books) -> bool:
    return any(one.state in ("", "to do") for one in books.told())


def count_letters(firm: Firm, books: Books, arrivals: list[Arrival], tally: Tally) -> None:
    """Counts what became of the letters of a round, once nobody is at work any more."""
    rows = books.told()
    letters, people = Counter(one.id for one in arrivals), Counter(one.to for one in arrivals)
    by_state = Counter(row.state for row in rows)
    doubtful = [row for row in rows if row.state == "in doubt"]
    tally.told("letters that arrived", len(arrivals))
    tally.never("letters that arrived twice", (one for one, times in letters.items() if times > 1))
    tally.never("customers who were told twice", (to for to, times in people.items() if times > 1))
    tally.never(
        "customers who were lost: no letter, and none to do, in doubt or refused",
        (
            row.customer
            for row in rows
            if row.address not in people and row.state in ("", "accepted")
        ),
    )
    tally.never(
        "letters that arrived, and are still to do or refused",
        (
            row.customer
            for row in rows
            if row.address in people and row.state in ("", "to do", "refused")
        ),
    )
    tally.told("letters to do after the last run", by_state["to do"])
    tally.told("letters refused", by_state["refused"])
    tally.told("letters in doubt", len(doubtful))
    arrived = sum(row.message_id in letters for row in doubtful)
    tally.told("letters in doubt that arrived", arrived)
    tally.never(
        "letters in doubt that no command names",
        unlisted(firm, [row.customer for row in doubtful]),
    )
    tally.never("rows written by half", books.half())
    tally.never("tracebacks", (f"{firm.root.name}" for _ in range(firm.said.count("Traceback"))))
