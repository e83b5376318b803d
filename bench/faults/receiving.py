"""Kills `publisher receive` under a mail server, and counts what became of its messages."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from random import Random
from time import monotonic, sleep

from bench.faults.books import Books
from bench.faults.counts import Tally
from bench.faults.deaths import Cue, Fates, Watch, alone, ended, executed, left
from bench.faults.firms import Founder, Links
from bench.faults.listing import UNSOUND, unlisted, unsound
from bench.faults.mail import DECLARING, LATER, STORED, Content, Mail, Queue, mails
from bench.faults.post import Post
from bench.faults.receipts import count_receipts, owed
from bench.faults.relay import Step, strike

FATES = Fates(
    cues={
        Cue.STARTED: (1, 1.0),
        Cue.WRITTEN: (6, 0.004),
        Cue.MARKED: (60, 0.0),
        Step.CONNECTED: (1, 0.006),
        Step.INVITED: (1, 0.006),
        Step.ENDED: (1, 0.0),
        Step.KEPT: (1, 0.0),
        Step.ANSWERED: (1, 0.006),
        Step.GONE: (1, 0.1),
    },
)
AT_ONCE = 2
"""Deliveries that the mail server makes at the same time."""
SPARED = 0.3
"""How many tries nobody kills."""
BATCH = 20
"""Attempts between two checks of the ledger."""
LETTERS = 150
"""Limit on the messages of a round, which has no more of them than kills to make."""
FEW = 8
"""Least number of messages of a round: one of each kind."""
WAITING = ("unclear", "unknown sender", "unreadable")
"""How a message is filed that a person has to read."""
LATE = 60.0
"""Seconds that a delivery may take if nobody kills it."""


def kill_receivers(
    founder: Founder, links: Sequence[Links], kills: int, random: Random, patience: float
) -> Tally:
    """Kills a number of runs of `receive`, over as many rounds as that takes.

    A round is a ledger and a queue of messages; it ends when the queue is empty.

    Args:
        founder, links: of firms whose customers have letters.
        kills: how many.
        random: the source of all moments.
        patience: seconds that receipts have at the end of a round.
    """
    tally = Tally(f"receive, {founder.engine.name}")
    queued = mails(links, founder.form())
    for number in count(1):
        if tally.kills.total() >= kills:
            return tally
        some = [replace(one, codes=[]) for one in queued[: max(FEW, min(LETTERS, kills))]]
        random.shuffle(some)
        _Round(founder, f"receive-{number}", some, kills, random, tally).run(patience)
        tally.rounds += 1
    raise AssertionError


class _Round:
    def __init__(
        self,
        founder: Founder,
        name: str,
        mails: list[Mail],
        kills: int,
        random: Random,
        tally: Tally,
    ) -> None:
        self._post = Post(founder.folder / f"{name}.log")
        self._firm = founder.firm(name, self._post.port)
        self._books = Books(self._firm.ledger, founder.engine)
        self._fates = FATES
        self._watch = Watch(
            self._post,
            founder.engine.pulse(self._firm.ledger),
            lambda: self._post.without(self._books.marked()[1]),
        )
        self._mails, self._queue = mails, Queue(mails)
        self._kills, self._random, self._tally = kills, random, tally
        self._turn = threading.Lock()

    def run(self, patience: float) -> None:
        """Kills, then delivers what is left, then counts."""
        while self._tally.kills.total() < self._kills and not self._queue.done:
            self._queue.deliver(self._try, AT_ONCE, BATCH)
            self._tally.never("rows written by half", self._books.half())
            self._tally.never(UNSOUND, unsound(self._firm))
        self._queue.deliver(self._hand_over, AT_ONCE, None)
        code = self._hand_over(_last_mail())
        until = monotonic() + patience
        while patience and owed(self._books) and left(self._firm.mark) and monotonic() < until:
            sleep(0.2)
        self._tally.told("processes that outlived their firm", alone(self._firm.mark, 60))
        self._post.close()
        self._count(code)

    def _try(self, mail: Mail) -> int:
        fates = self._fates
        if mail.content not in DECLARING:
            fates = fates.only(lambda cue: cue in (Cue.STARTED, Cue.WRITTEN))
        with self._turn:
            spared = self._random.random() < SPARED
            death = fates.draw(self._random)
        if spared or self._tally.kills.total() >= self._kills:
            return self._hand_over(mail)
        process = self._start(mail)
        cue = executed(process, death, self._watch)
        with self._turn:
            self._tally.kills.update([cue] if cue else [])
        return process.returncode

    def _hand_over(self, mail: Mail) -> int:
        process = self._start(mail)
        if not ended(process, LATE):
            strike(process.pid, family=False)
        return process.wait()

    def _start(self, mail: Mail) -> subprocess.Popen[bytes]:
        process = self._firm.start("receive", "--to", mail.to, stdin=subprocess.PIPE)
        threading.Thread(target=_feed, args=(process, mail.raw), daemon=True).start()
        return process

    def _count(self, last: int) -> None:
        tally, books = self._tally, self._books
        codes = Counter(code for mail in self._mails for code in mail.codes)
        codes[last] += 1
        allowed = (STORED, LATER, -signal.SIGKILL)
        tally.told("messages", len(self._mails))
        tally.told("messages handed over", codes[STORED])
        tally.told("tries put off (75)", codes[LATER])
        tally.never(
            "tries that ended in another way than 0, 75 or killed",
            (str(code) for code in codes.elements() if code not in allowed),
        )
        self._count_messages()
        self._count_declarations()
        tally.never("rows written by half", books.half())
        numbers = {d.receipt for d in books.declarations() if d.repeats is None}
        count_receipts(self._firm, books, self._post.arrivals(), numbers, tally)
        said = self._firm.said.count("Traceback")
        tally.never("tracebacks", (self._firm.root.name for _ in range(said)))

    def _count_messages(self) -> None:
        tally = self._tally
        rows = self._books.messages()
        filed: dict[bytes, list[str]] = {}
        for row in rows:
            filed.setdefault(row.raw, []).append(row.filed)
        tally.told("messages kept more than once", sum(len(v) > 1 for v in filed.values()))
        tally.never(
            "messages that were taken and are not kept",
            (m.customer for m in self._mails if m.stored and m.raw not in filed),
        )
        unread = [str(row.id) for row in rows if not row.filed]
        tally.never("messages not read yet", unread)
        tally.never(
            "messages that were taken and are neither understood nor wait for a person",
            (
                f"{m.content} of {m.customer}: {', '.join(map(str, filed.get(m.raw, [])))}"
                for m in self._mails
                if m.stored and not _EXPECTED[m.content] & {*filed.get(m.raw, [])}
            ),
        )
        waiting = [str(row.id) for row in rows if row.filed in ("", *WAITING)]
        tally.told("messages that wait for a person", len(waiting))
        tally.never(
            "messages that wait and no command names",
            unlisted(self._firm, waiting, [("requests",)]),
        )

    def _count_declarations(self) -> None:
        tally, rows = self._tally, self._books.declarations()
        contents = {mail.customer: mail.content for mail in self._mails}
        first = Counter(row.customer for row in rows if row.repeats is None)
        waiting = {row.raw for row in self._books.messages() if row.filed in WAITING}
        tally.told("declarations", len(first))
        tally.told("declarations marked as repetitions", sum(bool(r.repeats) for r in rows))
        tally.never(
            "declarations that nobody made",
            (one for one in first if contents.get(one) not in DECLARING),
        )
        tally.never("declarations taken twice", (one for one, n in first.items() if n > 1))
        tally.never(
            "declarations that are neither on record nor wait for a person",
            (
                m.customer
                for m in self._mails
                if m.stored
                and m.content in DECLARING
                and not first[m.customer]
                and m.raw not in waiting
            ),
        )


_EXPECTED: dict[Content, set[str]] = {
    Content.DECLARES: {"opt out", *WAITING},
    Content.FORM: {"opt out", *WAITING},
    Content.UNCLEAR: {*WAITING},
    Content.AUTOMATIC: {"automatic", *WAITING},
    Content.SLOW: {*WAITING},
}
"""How a message may be filed in the end."""


def _last_mail() -> Mail:
    raw = b"From: somebody@other.example\r\nSubject: Hello\r\n\r\nIs anybody there?\r\n"
    return Mail("", Content.UNCLEAR, "opt-out@hosting.example", raw)


def _feed(process: subprocess.Popen[bytes], raw: bytes) -> None:
    """Writes a message to a process, as long as it reads."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.write(raw)
    with suppress(OSError):
        process.stdin.close()
