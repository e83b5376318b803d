"""The clerk who hands shards out to one worker, beside the thread in which letters are sent.

Heartbeats go on while a letter waits for its relay, and what a dead worker held is given to
another.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from publisher.edges.ledger.shards import TASK, ShardQueue
from publisher.letters.shards import Shard

if TYPE_CHECKING:
    from procrastinate import App

_GLANCE = 1.0
"""Seconds after which whoever waits for a shard looks around."""


@dataclass(frozen=True, slots=True)
class HandedShard:
    """A shard that this worker has, until it says what became of it."""

    shard: Shard
    rounds: int
    """How often it was taken before."""
    withdrawn: Event = field(default_factory=Event)
    """Set once nobody is to go on with it."""


class ShardClerk(Thread):
    """Takes shards from a queue, one at a time, for the thread that opened it."""

    def __init__(self, queue: ShardQueue, patience: float, *, until_done: bool) -> None:
        """Args:
        queue: from where.
        patience: seconds without a sign after which a worker is taken for dead.
        until_done: whether the clerk goes once there is no shard any more.
        """
        super().__init__(name="shards", daemon=True)
        self._queue, self._patience, self._until_done = queue, patience, until_done
        self._handed: SimpleQueue[HandedShard | BaseException | None] = SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._open: tuple[HandedShard, asyncio.Future[float | None]] | None = None
        self._running: asyncio.Task[None] | None = None
        self._closing = False

    def __enter__(self) -> ShardClerk:
        logging.getLogger("procrastinate").setLevel(logging.CRITICAL)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing = True
        self._have(self._close)
        self.join()

    def _close(self) -> None:
        """In the clerk's own thread, where no shard is handed out meanwhile: nobody would say what
        became of it, and the clerk would wait for that for ever.
        """
        self.settle(0.0)
        if self._running is not None:
            self._running.cancel()

    def _have(self, act: Callable[..., object], *words: object) -> None:
        """Has the clerk's own thread do something, unless it has ended by itself meanwhile."""
        if self._loop is not None:
            with suppress(RuntimeError):  # its loop is closed, at whichever moment that was
                self._loop.call_soon_threadsafe(act, *words)

    def shards(self) -> Iterator[HandedShard | None]:
        """Shards as they come, each to be settled before the next; None whenever none came for a
        second.

        Raises:
            LedgerError: the server cannot be reached any more.
        """
        while True:
            try:
                found = self._handed.get(timeout=_GLANCE)
            except Empty:
                yield None
                continue
            if found is None:
                return
            if isinstance(found, BaseException):
                raise self._queue.trouble(found) from found
            yield found

    def settle(self, again: float | None) -> None:
        """Says what became of the shard that was given out last; does nothing without one.

        Args:
            again: in how many seconds somebody is to take it again; None: it is finished.
        """
        given, self._open = self._open, None
        if given is not None:
            self._have(_answer, given[1], again)

    def run(self) -> None:
        """Hands out shards until it is told to end."""
        try:
            asyncio.run(self._served())
        except asyncio.CancelledError:
            self._handed.put(None)
        except Exception as error:  # noqa: BLE001 - it is raised where the shards are taken
            self._handed.put(error)
        else:
            self._handed.put(None)

    # ── in the clerk's own thread ────────────────────────────────────────────────────────────────

    async def _served(self) -> None:
        self._loop, self._running = asyncio.get_running_loop(), asyncio.current_task()
        if self._closing:  # it was not there yet to be told
            return
        app = self._queue.app(runs=True)
        self._register(app)
        beat = max(0.2, self._patience / 3)
        async with app.open_async():
            worker = asyncio.create_task(
                app.run_worker_async(
                    queues=[self._queue.name],
                    install_signal_handlers=False,
                    delete_jobs="always",
                    fetch_job_polling_interval=min(_GLANCE, beat),
                    abort_job_polling_interval=min(_GLANCE, beat),
                    update_heartbeat_interval=beat,
                    stalled_worker_timeout=self._patience,
                )
            )
            minder = asyncio.create_task(self._mind(app, min(_GLANCE, beat)))
            try:
                await asyncio.wait([worker, minder], return_when=asyncio.FIRST_COMPLETED)
                if worker.done():
                    await worker
                    raise ConnectionError("the connection to the server was lost")
                if minder.done():
                    await minder
            finally:
                for one in (minder, worker):
                    one.cancel()
                await asyncio.gather(minder, worker, return_exceptions=True)

    def _register(self, app: App) -> None:
        from procrastinate import BaseRetryStrategy, JobContext, RetryDecision

        class Pauses(BaseRetryStrategy):
            def get_retry_decision(
                self, *, exception: BaseException, job: Any
            ) -> RetryDecision | None:
                if isinstance(exception, _AgainError):
                    return RetryDecision(retry_in={"seconds": round(exception.seconds)})
                return None

        @app.task(name=TASK, pass_context=True, retry=Pauses())
        async def hand_out(context: JobContext, /, **facts: Any) -> None:
            if self._closing:
                raise _AgainError(0.0)
            handed = HandedShard(Shard.read(facts), context.job.attempts)
            settled: asyncio.Future[float | None] = asyncio.get_running_loop().create_future()
            self._open = handed, settled
            self._handed.put(handed)
            try:
                again = await asyncio.shield(settled)
            except asyncio.CancelledError:
                handed.withdrawn.set()
                await settled  # whoever is at work on it ends first
                raise
            if again is not None:
                raise _AgainError(again)

    async def _mind(self, app: App, pause: float) -> None:
        """Gives what dead workers held to others, and looks whether all is done."""
        from procrastinate.exceptions import ConnectorException

        manager, name = app.job_manager, self._queue.name
        while True:
            lost = await manager.get_stalled_jobs(
                queue=name, seconds_since_heartbeat=self._patience
            )
            for job in lost:
                try:
                    await manager.retry_job(job)
                except ConnectorException:
                    continue  # another one was first
            if self._until_done:
                counts = await manager.list_queues_async(name)
                if not any(one["todo"] or one["doing"] for one in counts):
                    return
            await asyncio.sleep(pause)


class _AgainError(Exception):
    """A shard is to be taken again."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds


def _answer(settled: asyncio.Future[float | None], again: float | None) -> None:
    if not settled.done():
        settled.set_result(again)
