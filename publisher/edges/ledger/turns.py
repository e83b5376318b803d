"""Writers of one process take turns, and those who wait are committed together.

A commit waits for the disk, and one that has ten declarations in it does not wait longer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Any

MOST_TOGETHER = 64
"""Limit on the acts in one transaction."""


class Job:
    """An act that waits for its transaction, and then what became of it."""

    def __init__(self, act: Callable[[Any], Any]) -> None:
        """Args:
        act: what is done in the transaction.
        """
        self.act = act
        self.done = False
        self.result: Any = None
        self.error: BaseException | None = None

    def settle(self, result: Any = None, error: BaseException | None = None) -> None:
        """Says what became of it."""
        self.result, self.error, self.done = result, error, True

    def outcome(self) -> Any:
        """What the act returned; raises what it raised."""
        if self.error is not None:
            raise self.error
        return self.result


class Turns:
    """Hands what waits to whoever has the turn."""

    def __init__(self, carry_out: Callable[[list[Job]], None]) -> None:
        """Args:
        carry_out: carries out jobs in one transaction and settles each of them.
        """
        self._carry_out = carry_out
        self._waiting: deque[Job] = deque()
        self._turn = Lock()

    def take(self, act: Callable[[Any], Any]) -> Any:
        """Carries out an act, with those of other threads that wait meanwhile.

        Returns:
            What the act returns, once it is on the disk; raises what it raises.
        """
        job = Job(act)
        self._waiting.append(job)
        with self._turn:
            try:
                # Whoever had the turn before us may have taken our act along.
                while not job.done:
                    self._carry_out_some()
            except BaseException:
                with suppress(ValueError):
                    self._waiting.remove(job)
                raise
        return job.outcome()

    def take_alone(self, act: Callable[[], None]) -> None:
        """Carries out something while nobody else has the turn."""
        with self._turn:
            act()

    def _carry_out_some(self) -> None:
        some = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_TOGETHER))]
        try:
            self._carry_out(some)
        finally:
            # An interruption leaves those of others to be carried out by them.
            left = [job for job in some if not job.done]
            self._waiting.extendleft(reversed(left))
