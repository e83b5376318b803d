"""The rounds in which the receiver does what is due, as sending receipts, in threads of their own.

A mail relay may take a minute to fail. Nobody who asks for a page waits for it, and there is never
more than one connection to it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from publisher.errors import PublisherError

ROUND = 60
"""Seconds between two rounds, where nothing is declared in between."""
FAREWELL = 2
"""Seconds for which a round that is under way is waited for at the end."""

_log = logging.getLogger("publisher.web.rounds")


class Rounds:
    """Does what is due, one round after the other, until it is stopped."""

    def __init__(
        self, act: Callable[[], None], every: float = ROUND, fault: str = "receipts wait"
    ) -> None:
        """Args:
        act: one round; what it raises puts off what is due until the next round.
        every: seconds between two rounds.
        fault: what is to be said then, in the log.
        """
        self._act, self._every, self._fault = act, every, fault
        self._due = threading.Event()
        self._over = threading.Event()
        # A daemon, for a relay that hangs must not keep the process from ending.
        self._thread = threading.Thread(target=self._go, name="rounds", daemon=True)

    def start(self) -> None:
        """Starts with a round at once."""
        self._thread.start()

    def hasten(self) -> None:
        """The next round begins now, or right after the one that is under way."""
        self._due.set()

    def stop(self) -> None:
        """Starts no other round, and waits for the one under way, but not for long."""
        self._over.set()
        self._due.set()
        self._thread.join(FAREWELL)

    def _go(self) -> None:
        while not self._over.is_set():
            self._due.clear()
            self._round()
            self._due.wait(self._every)

    def _round(self) -> None:
        try:
            self._act()
        except PublisherError as error:
            _log.warning("%s: %s", self._fault, error.what)
        except Exception:  # noqa: BLE001 - one round that fails must not be the last
            _log.exception(self._fault)
