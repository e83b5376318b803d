"""The relay of `relay.py` as a process of its own, seen from the bench."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.faults.relay import Arrival, Step

ROOT = Path(__file__).parents[2]


class Post:
    """A running relay."""

    def __init__(self, log: Path) -> None:
        """Starts it.

        Args:
            log: the file that it writes down every letter in.
        """
        self._log, self._turn = log, threading.Lock()
        log.touch()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.faults.relay", str(log)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.port = int(self._line())

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the relay has ended")
        return line

    @contextmanager
    def ordered(
        self, pid: int, step: Step, nth: int, delay: float, *, family: bool
    ) -> Iterator[None]:
        """Has a process killed at a step of the dialogue; taken back at the end of the block."""
        order = {"pid": pid, "step": step, "nth": nth, "delay": delay, "family": family}
        self._order(order)
        try:
            yield
        finally:
            self._order({**order, "step": ""})

    def _order(self, values: dict[str, object]) -> None:
        with self._turn:
            assert self._process.stdin is not None
            self._process.stdin.write(json.dumps(values).encode() + b"\n")
            self._process.stdin.flush()
            self._line()

    def arrivals(self) -> list[Arrival]:
        """Every letter that it took so far."""
        found = (json.loads(line) for line in self._log.read_bytes().splitlines())
        return [Arrival(one["id"], one["to"], tuple(one["receipts"])) for one in found]

    def without(self, names: set[str]) -> set[str]:
        """Those of some Message-IDs and receipts that no letter has which it took so far."""
        arrivals = self.arrivals()
        return names - {one.id for one in arrivals} - {r for one in arrivals for r in one.receipts}

    def close(self) -> None:
        """Ends it, once nobody is connected any more."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
