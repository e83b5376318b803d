"""The receiver's connections: how many there may be, and how long each may keep it waiting.

uvicorn limits neither how slowly a request comes in nor how slowly an answer is fetched, and it
accepts connections until the process has no file left. It takes a protocol class of the caller's,
so its own is extended here; hypercorn and granian have no limit on the time of headers that lets
a slow download go on, and none gives up an old half request for a new visitor.
"""

from __future__ import annotations

import asyncio
import logging
import math
import resource
import socket
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from publisher.errors import ServeError

_log = logging.getLogger("publisher.web.connections")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a visitor may take of the receiver. Times are in seconds."""

    connections: int = 1_000
    """Open at a time; fewer where the process may not open enough files."""
    head: float = 10
    """From the connection, or from the first byte of a later request, to the end of its headers."""
    request: float = 20
    """From the same moment to the end of its body."""
    idle: float = 5
    """Between two requests."""
    stall: float = 60
    """In which a visitor must have fetched some of an answer, however large that is."""
    farewell: float = 3
    """That answers may still take when the receiver is stopped."""


FILES = 256
"""Files kept free for the ledger, the releases, git, and connections accepted in one go."""
ACCEPTED = 64
"""Connections accepted in one go at most. More could use up the files before any is counted."""
QUEUE = 1_024
"""Connections that the system holds for us until they are accepted."""
UNREAD = 32 * 1024
"""Bytes of requests that the system holds for a connection until we read them."""
UNFETCHED = 128 * 1024
"""Bytes of an answer that the system holds for a connection.

Left to itself it may hold megabytes, and a slow visitor would seem to fetch nothing for minutes.
"""


def within_files(limits: Limits) -> Limits:
    """The same limits with as many connections as this process has files for.

    A connection needs a file of its own and, while it is sent one, a second. The limit on open
    files is raised as far as that takes and the system allows.
    """
    wanted = 2 * limits.connections + FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return limits
    return replace(limits, connections=max((soft - min(FILES, soft // 2)) // 2, 1))


def listen(host: str, port: int) -> socket.socket:
    """A socket that connections come in at.

    Raises:
        ServeError: the address is taken, or is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listening = socket.create_server((host, port), family=family)
    except (OSError, TypeError) as error:
        raise ServeError.at(host, port, error) from None
    # Each connection inherits these. asyncio sets the last only where a socket names its
    # protocol; without it, answers on a kept connection wait for the visitor's system (40 ms).
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UNREAD)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, UNFETCHED)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(app: Any, listening: socket.socket, limits: Limits) -> None:
    """Serves an ASGI application until the process is told to stop.

    Args:
        app: ASGI 3, with a lifespan.
        listening: a socket of `listen`.
        limits: what each visitor may take.
    """
    limits = within_files(limits)
    connections = Connections(limits)
    settings = uvicorn.Config(
        app,
        http=cast("type[asyncio.Protocol]", partial(Connection, connections)),
        ws="none",
        backlog=min(ACCEPTED, limits.connections // 2) or 1,
        log_config=None,
        # What uvicorn warns of is what strangers send; `Connection` has a line for it.
        log_level="error",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # It would cut short a second request that has begun; `Connections` sees to idle ones.
        timeout_keep_alive=math.ceil(limits.head + limits.idle + limits.request),
        timeout_graceful_shutdown=math.ceil(limits.farewell),
    )
    # Ctrl-C is how one stops it: uvicorn has ended well before it passes that on.
    with suppress(KeyboardInterrupt):
        _Server(settings).run(sockets=[listening])


class _Server(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        # asyncio takes the number that it accepts in one go for the length of the queue as well.
        for listening in sockets or []:
            listening.listen(QUEUE)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        # uvicorn ends the process by the signal that it got, and nothing is run at exit.
        logging.shutdown()


class Connections:
    """Those that are open, and which of them to give up."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._open: dict[Connection, None] = {}
        self._waiting: dict[Connection, None] = {}
        """Those that have not brought a whole request, the oldest first."""
        self._every = min(1.0, limits.head / 4, limits.request / 4, limits.idle / 4)
        self._looking = False
        self._told = -math.inf

    def enter(self, connection: Connection) -> None:
        """Counts a new connection; where there are too many, gives up another one for it."""
        if len(self._open) >= self.limits.connections and not self._make_room(connection.loop):
            connection.transport.abort()
            return
        self._open[connection] = None
        self._waiting[connection] = None
        if not self._looking:
            self._looking = True
            connection.loop.call_later(self._every, self._look, connection.loop)

    def leave(self, connection: Connection) -> None:
        """Forgets a connection."""
        self._open.pop(connection, None)
        self._waiting.pop(connection, None)

    def waits(self, connection: Connection) -> None:
        """The connection has yet to bring a whole request."""
        if connection in self._open:
            self._waiting.setdefault(connection)

    def brought(self, connection: Connection) -> None:
        """The connection has brought a whole request."""
        self._waiting.pop(connection, None)

    def _make_room(self, loop: asyncio.AbstractEventLoop) -> bool:
        """Gives up the oldest half request; where there is none, the answer longest unfetched."""
        now = loop.time()
        if now > self._told + 60:
            self._told = now
            _log.warning("%d connections are open: old ones make room for new", len(self._open))
        oldest = next(iter(self._waiting), None)
        if oldest is None:
            slowest = max(self._open, key=lambda connection: connection.stalled(now))
            oldest = slowest if slowest.stalled(now) > 0 else None
        if oldest is not None:
            self.leave(oldest)
            oldest.transport.abort()
        return oldest is not None

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self._open):
            if connection.overdue(now):
                connection.give_up()
        self._looking = bool(self._open)
        if self._looking:
            loop.call_later(self._every, self._look, loop)


class Connection(H11Protocol):
    """One connection (RFC 9112), which knows how long it has kept us waiting."""

    def __init__(
        self,
        connections: Connections,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._connections = connections
        self._since = self._fetched = 0.0
        self._begun, self._served, self._ended = False, False, False
        self._unfetched = 0

    # ── what happens to it ───────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = self._fetched = self.loop.time()
        self._connections.enter(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if not self._begun and self._served:
            self._since = self.loop.time()
        self._begun = True
        answered_early = self._served and self.conn.their_state is h11.SEND_BODY
        super().data_received(data)
        if self._whole:
            self._connections.brought(self)
        elif answered_early and self.conn.their_state is h11.IDLE:
            self._await_another()

    def eof_received(self) -> bool | None:  # type: ignore[override]
        # A visitor who has said all may still listen (RFC 9112 §9.6).
        self._ended = self._whole and self.cycle is not None and not self.cycle.response_complete
        return self._ended or None

    def on_response_complete(self) -> None:
        # Whatever follows is another request, which may have come in already.
        over = self.conn.their_state is h11.DONE
        self._served = True
        super().on_response_complete()
        if over and not self.transport.is_closing():
            self._await_another()

    def _await_another(self) -> None:
        self._since = self.loop.time()
        self._begun = bool(self.conn.trailing_data[0])
        if self._whole:
            return
        self._connections.waits(self)
        if self._ended:
            self.transport.close()

    def resume_writing(self) -> None:
        self._fetched = self.loop.time()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        _log.info("not HTTP: 400")
        if self._unanswered:
            self._drop()
            super().send_400_response(msg)
        else:
            self.transport.abort()

    @property
    def _unanswered(self) -> bool:
        """Whether an answer may still be begun."""
        return self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE)

    def _drop(self) -> None:
        """Lets nothing that the application still says follow an answer of the server's own."""
        if self.cycle is not None:
            self.cycle.disconnected = True
            self.cycle.message_event.set()

    # ── how long it has kept us waiting ──────────────────────────────────────────────────────────

    @property
    def _whole(self) -> bool:
        """Whether all of the request is here that is to be answered now."""
        return self.conn.their_state not in (h11.IDLE, h11.SEND_BODY)

    def stalled(self, now: float) -> float:
        """Seconds for which nothing of an answer was fetched; 0 where none is left to be."""
        unfetched = self.transport.get_write_buffer_size()
        if unfetched != self._unfetched or not unfetched:
            self._unfetched, self._fetched = unfetched, now
        return now - self._fetched

    def overdue(self, now: float) -> bool:
        """Whether it kept us waiting for longer than it may."""
        limits = self._connections.limits
        stalled = self.stalled(now)
        if self._unfetched or self._whole:
            return stalled > limits.stall
        if self.conn.their_state is h11.SEND_BODY:
            return now - self._since > limits.request
        return now - self._since > (limits.head if self._begun or not self._served else limits.idle)

    def give_up(self) -> None:
        """Closes it, and says why where half a request is there (RFC 9110 §15.5.9)."""
        if self._begun and self._unanswered and not self._unfetched:
            self._drop()
            self.transport.write(
                b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
            )
            self.transport.close()
        else:
            self.transport.abort()
