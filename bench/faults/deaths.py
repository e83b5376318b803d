"""When a process is killed, and the killing.

What a kill may do depends on where it hits: while modules load, in the middle of a transaction,
between the mark in the ledger and the end of the letter, at the very end. Moments drawn from the
clock alone hit the first and the last of these; the others have cues.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random

from bench.faults.post import Post
from bench.faults.relay import Step, strike

LIMIT = 30.0
"""Seconds after which a process is killed even if its cue does not come."""
_SETTLES = 0.004
"""Seconds that the relay has to take what was written."""
_GLANCE = 0.0004
"""Seconds between two checks."""


class Cue(StrEnum):
    """What a kill waits for, apart from the steps of the relay's dialogue."""

    STARTED = "started"
    WRITTEN = "written"
    """The ledger's log was written (`-wal` of SQLite)."""
    MARKED = "marked"
    """A letter is in doubt and its end has not been written: the process is stopped and checked now
    and then, until that is so."""
    POSTED = "posted"
    """A form was posted, and not yet answered."""
    STOPPED = "stopped"
    """It was asked to end (SIGTERM)."""


@dataclass(frozen=True, slots=True)
class Death:
    """When a process is killed, and whether alone."""

    cue: Cue | Step
    nth: int
    """Which occurrence of the cue, counted from 1."""
    delay: float
    """Seconds after the cue."""
    family: bool
    """Whether its children die too, as when the machine halts; otherwise it dies alone."""


@dataclass(frozen=True, slots=True)
class Fates:
    """The deaths of one kind of process, drawn at random."""

    cues: Mapping[Cue | Step, tuple[int, float]]
    """For each cue, all equally likely: the highest occurrence and the longest delay (seconds)."""

    def only(self, wanted: Callable[[Cue | Step], bool]) -> Fates:
        """With some of the cues."""
        return Fates({cue: span for cue, span in self.cues.items() if wanted(cue)})

    def within(self, most: int) -> Fates:
        """With a limit on the occurrence of the cues."""
        most = max(1, most)
        return Fates({cue: (min(n, most), late) for cue, (n, late) in self.cues.items()})

    def draw(self, random: Random) -> Death:
        """One of them."""
        cue = random.choice(list(self.cues))
        most, latest = self.cues[cue]
        nth, delay = random.randint(1, most), random.uniform(0, latest)
        return Death(cue, nth, delay, family=random.random() < 0.5)


class Cues:
    """Counts the posts that clients make, for whoever waits for one of them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._posts, self._over = 0, False

    def posted(self) -> None:
        """A form was posted just now."""
        with self._changed:
            self._posts += 1
            self._changed.notify_all()

    def end(self) -> None:
        """Says that nobody has anything left to post."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    @property
    def over(self) -> bool:
        """Whether no post will come any more."""
        return self._over

    def wait(self, nth: int, seconds: float) -> bool:
        """Waits until a number of forms were posted; False if that does not happen."""
        with self._changed:
            self._changed.wait_for(lambda: self._posts >= nth or self._over, seconds)
            return self._posts >= nth


@dataclass(frozen=True, slots=True)
class Watch:
    """What shows that a cue has come."""

    post: Post
    """The relay that letters go to."""
    pulse: Callable[[], object]
    """Gives something else whenever the ledger was written."""
    handed: Callable[[], set[str]]
    """Names the letters that are marked in the ledger, and that the relay has not."""
    cues: Cues = field(default_factory=Cues)
    """Where clients say that they posted."""
    limit: float = LIMIT
    """Seconds after which a process is killed although the cue did not come."""


def executed(process: subprocess.Popen[bytes], death: Death, watch: Watch) -> str:
    """Waits until a process has ended, by its death or before it.

    Returns what it was killed at; empty where it ended by itself.

    Args:
        process: the leader of a session of its own.
        death: when.
        watch: what is looked at for the cue.
    """
    if isinstance(death.cue, Step):
        came = _stepped(process, death, death.cue, watch)
    else:
        came = _came(process, death, watch)
        if not ended(process, death.delay if came else 0):
            strike(process.pid, family=death.family)
    killed = process.wait() == -signal.SIGKILL
    return (str(death.cue) if came else "no cue came") if killed else ""


def _stepped(process: subprocess.Popen[bytes], death: Death, step: Step, watch: Watch) -> bool:
    """Has the relay kill a process; False: the cue did not come, so it was killed here."""
    came = True
    with watch.post.ordered(process.pid, step, death.nth, death.delay, family=death.family):
        if not ended(process, watch.limit):
            came = False
            strike(process.pid, family=death.family)
        # The order is withdrawn before the process is reaped, after which its pid may be reused.
        ended(process, LIMIT)
    return came


def _came(process: subprocess.Popen[bytes], death: Death, watch: Watch) -> bool:
    """Waits for the cue of a kill; False: it did not come."""
    until = time.monotonic() + watch.limit
    if death.cue is Cue.WRITTEN:
        return _written(process, death.nth, watch.pulse, until)
    if death.cue is Cue.MARKED:
        return _marked(process, watch.handed, Random(death.nth), until)
    if death.cue in (Cue.POSTED, Cue.STOPPED):
        while not watch.cues.wait(death.nth, 0.1):
            if ended(process, 0) or watch.cues.over or time.monotonic() > until:
                return False
    if death.cue is Cue.STOPPED:
        process.send_signal(signal.SIGTERM)
    return True


def _written(
    process: subprocess.Popen[bytes], nth: int, pulse: Callable[[], object], until: float
) -> bool:
    last = pulse()
    while nth:
        if ended(process, _GLANCE) or time.monotonic() > until:
            return False
        found = pulse()
        nth -= found != last
        last = found
    return True


def _marked(
    process: subprocess.Popen[bytes], handed: Callable[[], set[str]], random: Random, until: float
) -> bool:
    """Stops a process, again and again, until it is in the middle of handing over a letter."""
    before = handed()
    while time.monotonic() < until:
        if ended(process, random.uniform(0.001, 0.01)):
            return False
        os.killpg(process.pid, signal.SIGSTOP)
        time.sleep(_SETTLES)  # what it wrote before reaches the relay meanwhile
        if handed() - before:
            return True
        os.killpg(process.pid, signal.SIGCONT)
    return False


def ended(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether a process ends within some seconds; its pid is not reused until `wait`."""
    until = time.monotonic() + seconds
    while process.returncode is None:
        if os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
            return True
        left = until - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, 0.001))
    return True


# ── those who are left ───────────────────────────────────────────────────────────────────────────


def left(mark: str) -> list[int]:
    """The processes that have a mark in their environment (Linux: /proc)."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def alone(mark: str, seconds: float) -> int:
    """Waits until no process with a mark is left; kills those that stay, and says how many."""
    until = time.monotonic() + seconds
    while (pids := left(mark)) and time.monotonic() < until:
        time.sleep(0.05)
    for pid in pids:
        strike(pid, family=False)
    return len(pids)
