"""The desk at which visitors who wait at the same time are answered by one thread.

With a thread for each, most of the time goes into whose turn it is: Python runs one at a time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

MOST_AT_ONCE = 32
"""Visitors whom a thread answers in one go."""
LATE = 0.05
"""Seconds after which a thread is taken to be held up, so that another one helps."""
MOST_THREADS = 16
"""Threads that answer at a time."""

_Asked = TypeVar("_Asked")


@dataclass
class _Queue(Generic[_Asked]):
    """Who waits in one event loop, and who answers there."""

    waiting: deque[tuple[_Asked, asyncio.Future[Response]]] = field(default_factory=deque)
    busy: int = 0
    """Threads that answer; counted at the very moment at which one finds nobody left."""
    tasks: set[asyncio.Task[None]] = field(default_factory=set)
    """What they are told by, held as long as they run."""
    begun: float = 0.0
    """When the last of them began with somebody."""


class FrontDesk(Generic[_Asked]):
    """Answers visitors, those who wait meanwhile together."""

    def __init__(
        self,
        together: Callable[[Sequence[_Asked]], Sequence[Response | Exception]],
        alone: Callable[[_Asked], Response],
    ) -> None:
        """Args:
        together: makes several answers; where it raises, nothing was done.
        alone: makes one, where that was so.
        """
        self._together, self._alone = together, alone
        self._queues: WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue[_Asked]] = (
            WeakKeyDictionary()
        )

    async def answer(self, asked: _Asked) -> Response:
        """The answer to one visitor; raises what making it raised."""
        loop = asyncio.get_running_loop()
        queue = self._queues.get(loop)
        if queue is None:
            queue = self._queues[loop] = _Queue()
        answered: asyncio.Future[Response] = loop.create_future()
        queue.waiting.append((asked, answered))
        self._help(loop, queue)
        return await answered

    def _help(self, loop: asyncio.AbstractEventLoop, queue: _Queue[_Asked]) -> None:
        """Has another thread answer where nobody does, or where who does is held up."""
        held_up = loop.time() - queue.begun >= LATE
        if queue.waiting and queue.busy < MOST_THREADS and (held_up or not queue.busy):
            queue.busy += 1
            queue.begun = loop.time()
            task = loop.create_task(self._serve(loop, queue))
            queue.tasks.add(task)
            task.add_done_callback(queue.tasks.discard)

    async def _serve(self, loop: asyncio.AbstractEventLoop, queue: _Queue[_Asked]) -> None:
        try:
            while queue.waiting:
                some = [
                    queue.waiting.popleft() for _ in range(min(len(queue.waiting), MOST_AT_ONCE))
                ]
                queue.begun = loop.time()
                later = loop.call_later(LATE, self._help, loop, queue)
                try:
                    await self._answer(some)
                finally:
                    later.cancel()
                    for _, answered in some:
                        answered.cancel()  # where it has no answer: nobody waits for ever
        finally:
            queue.busy -= 1

    async def _answer(self, some: Sequence[tuple[_Asked, asyncio.Future[Response]]]) -> None:
        asked = [one for one, _ in some]
        found: Sequence[Response | BaseException]
        try:
            found = await run_in_threadpool(self._together, asked)
        except Exception:  # noqa: BLE001 - whoever waits is answered, by itself
            each = (run_in_threadpool(self._alone, one) for one in asked)
            found = await asyncio.gather(*each, return_exceptions=True)
        for (_, answered), one in zip(some, found, strict=True):
            if answered.done():
                continue  # nobody waits any more
            if isinstance(one, BaseException):
                answered.set_exception(one)
            else:
                answered.set_result(one)
