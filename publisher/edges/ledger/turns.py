"""Writers of one process take turns, and those who wait are committed together.

A commit waits for the disk, and one that has ten declarations in it does not wait longer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock
from typing import Any

MOST_TOGETHER = 64
"""Limit on the acts in one transaction."""


class Job:
    """An act that waits for its transaction, and then what became of it."""

    def __init__(self, act: Callable[[Any], Any], *, alone: bool = False) -> None:
        """Args:
        act: what is done in the transaction.
        alone: it shares its transaction with no other act.
        """
        self.act, self.alone = act, alone
        self.done = False
        self._result: Any = None
        self._error: BaseException | None = None
        self._called = Lock()
        self._called.acquire()

    def settle(self, result: Any = None, error: BaseException | None = None) -> None:
        """Says what became of it."""
        self._result, self._error, self.done = result, error, True

    def outcome(self) -> Any:
        """What the act returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result

    def wait(self) -> None:
        """Waits until it is done, or has the turn."""
        self._called.acquire()

    def call(self) -> None:
        """Ends the waiting."""
        self._called.release()


class Turns:
    """Whoever has the turn carries out what waits, and then gives the turn to who came next."""

    def __init__(self, carry_out: Callable[[list[Job]], None]) -> None:
        """Args:
        carry_out: carries out jobs in one transaction and settles each of them.
        """
        self._carry_out = carry_out
        self._waiting: deque[Job] = deque()
        self._taken = False
        self._lock = Lock()
        """Held for a moment, around the two above."""

    def take(self, act: Callable[[Any], Any], *, alone: bool = False) -> Any:
        """Carries out an act, with those of other threads that wait meanwhile.

        Args:
            act: what is done in the transaction.
            alone: nothing else is done in it.

        Returns:
            What the act returns, once it is on the disk; raises what it raises.
        """
        job = Job(act, alone=alone)
        with self._lock:
            self._waiting.append(job)
            ours, self._taken = not self._taken, True
        if not ours:
            job.wait()
        if not job.done:
            self._carry_out_some(job)
        return job.outcome()

    def _carry_out_some(self, own: Job) -> None:
        """Carries out what has waited longest, our own act among it."""
        some = self._next()
        try:
            self._carry_out(some)
        finally:
            # After an interruption, those of others are carried out by the next who has the turn.
            left = [job for job in some if not job.done and job is not own]
            with self._lock:
                self._waiting.extendleft(reversed(left))
                self._taken = bool(self._waiting)
                follows = self._waiting[0] if self._waiting else None
            for job in some:
                if job.done and job is not own:
                    job.call()
            if follows is not None:
                follows.call()

    def _next(self) -> list[Job]:
        with self._lock:
            some = [self._waiting.popleft()]
            while self._waiting and len(some) < MOST_TOGETHER:
                if some[0].alone or self._waiting[0].alone:
                    break
                some.append(self._waiting.popleft())
        return some
