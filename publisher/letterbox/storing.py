"""Messages that came in at the same time are stored together, and each is answered after that.

A commit waits for the disk, and one with a hundred messages in it hardly waits longer.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from publisher.errors import PublisherError

MOST_STORED = 256
"""Messages in one transaction."""
LARGEST_STORED = 32_000_000
"""Bytes of the messages in one transaction, as long as it is more than one."""

_log = logging.getLogger("publisher.letterbox")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A message, and to whom it is to be delivered."""

    raw: bytes
    to: Sequence[str]
    stored: Future[bool] = field(default_factory=Future)
    """Whether it is on the disk, for each of its recipients."""


class Store:
    """Stores what comes in, in a thread of its own, until it is stopped."""

    def __init__(
        self,
        keep: Callable[[Sequence[tuple[bytes, str]]], None],
        kept: Callable[[], None] = lambda: None,
    ) -> None:
        """Args:
        keep: puts messages, each with its recipient, on the disk, all or none of them; raises
            `PublisherError` or `OSError` where it cannot.
        kept: is called after each time that it did.
        """
        self._keep, self._kept = keep, kept
        self._waiting: list[Envelope] = []
        self._over = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._go, name="store", daemon=True)
        self._trouble = ""

    def start(self) -> None:
        """Begins to store."""
        self._thread.start()

    def stop(self) -> None:
        """Stores what has come in, and takes no more."""
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join()

    def put(self, raw: bytes, to: Sequence[str]) -> asyncio.Future[bool]:
        """Takes a message; what is returned says once it is on the disk, or that it is not.

        Args:
            raw: as it came.
            to: the recipients on its envelope.
        """
        envelope = Envelope(raw, to)
        with self._changed:
            if self._over:
                envelope.stored.set_result(False)
            else:
                self._waiting.append(envelope)
                self._changed.notify()
        return asyncio.wrap_future(envelope.stored)

    def _go(self) -> None:
        while some := self._next():
            done = self._store(some)
            for one in some:
                one.stored.set_result(done)
            if done:
                self._kept()

    def _next(self) -> list[Envelope]:
        """What is stored together; nothing: it is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._over)
            count, size = 0, 0
            for one in self._waiting[:MOST_STORED]:
                size += len(one.raw) * len(one.to)
                if count and size > LARGEST_STORED:
                    break
                count += 1
            some, self._waiting = self._waiting[:count], self._waiting[count:]
        return some

    def _store(self, some: Sequence[Envelope]) -> bool:
        try:
            self._keep([(one.raw, to) for one in some for to in one.to])
        except (PublisherError, OSError) as error:
            self._told(error.what if isinstance(error, PublisherError) else str(error.strerror))
            return False
        except Exception:  # noqa: BLE001 - whoever brought them has to hear of it, and tries again
            _log.exception("messages were not stored")
            return False
        if self._trouble:
            self._trouble = ""
            _log.info("messages are stored again")
        return True

    def _told(self, trouble: str) -> None:
        """Says once what is in the way, not for each message."""
        if trouble != self._trouble:
            self._trouble = trouble
            _log.error("messages are put off, for they cannot be stored: %s", trouble)
