"""One connection to a relay: a socket, and the dialogue on it."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from publisher.policies.settings import RelaySettings
from publisher.smtp.dialogue import SendingDialogue, SendingEvent
from publisher.smtp.opening import Access, ToSecure, Unusable

_AT_ONCE = 1 << 16
"""Bytes that are read at a time."""
_GOODBYE = 5.0
"""Seconds that a relay has to answer QUIT."""
_NOT_NOW = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


@dataclass(frozen=True, slots=True)
class Way:
    """How the relay is reached."""

    settings: RelaySettings
    password: str
    trusts: ssl.SSLContext | None
    """The certificates to trust; None: those that the machine trusts."""
    patience: float
    """Seconds to wait for a reply."""
    long_patience: float
    """Seconds to wait for the reply to a letter."""


class RelayLine:
    """A connection that never makes its user wait, but while it is encrypted."""

    def __init__(self, way: Way, patience: float | None = None) -> None:
        """Connects.

        Args:
            way: to which relay.
            patience: seconds that may take; None: as long as a reply.

        Raises:
            OSError: it cannot be reached.
        """
        settings = way.settings
        self._way = way
        place = settings.host, settings.port
        self._socket = socket.create_connection(place, patience or way.patience)
        try:
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if settings.security == "tls":
                self._encrypt()
        except BaseException:
            self._socket.close()
            raise
        self._socket.setblocking(False)
        starttls = settings.security == "starttls"
        access = Access(_own_name(), starttls, settings.user, way.password)
        self.dialogue = SendingDialogue(access)
        self.is_dead = False
        """Whether the connection is over."""
        self._wait()

    def fileno(self) -> int:
        """Of the socket."""
        return self._socket.fileno()

    @property
    def is_full(self) -> bool:
        """Whether there is something to write that could not be written at once."""
        return bool(self.dialogue.outgoing)

    @property
    def deadline(self) -> float:
        """Until when something has to come or go (`time.monotonic`)."""
        waits = self.dialogue.awaits or self.dialogue.outgoing
        return self._deadline if waits else inf

    def read(self) -> list[SendingEvent]:
        """What follows from the bytes that have come."""
        events: list[SendingEvent] = []
        while not self.is_dead:
            try:
                data = self._socket.recv(_AT_ONCE)
            except _NOT_NOW:
                break
            except OSError:
                data = b""
            if not data:
                return [*events, *self.lose()]
            for one in self.dialogue.received(data):
                events += self._secured() if isinstance(one, ToSecure) else [one]
            self._wait()
            if self.dialogue.is_over:
                self.drop()
            if len(data) < _AT_ONCE and not isinstance(self._socket, ssl.SSLSocket):
                break
        return events

    def write(self) -> list[SendingEvent]:
        """Writes what is to be written, as far as that goes without waiting."""
        while not self.is_dead and (data := self.dialogue.outgoing):
            try:
                count = self._socket.send(data)
            except _NOT_NOW:
                break
            except OSError:
                return self._lose_after_words()
            self.dialogue.wrote(count)
            self._wait()
        return []

    def lose(self) -> list[SendingEvent]:
        """Waits no longer."""
        events = self.dialogue.lost()
        self.drop()
        return events

    def drop(self) -> None:
        """Closes it without a word."""
        self.is_dead = True
        self._socket.close()

    def close(self) -> None:
        """Says goodbye, and closes it."""
        if not self.is_dead and self.dialogue.is_idle:
            self.dialogue.quit()
            try:
                self._socket.settimeout(_GOODBYE)
                self._socket.sendall(self.dialogue.outgoing)
                self._socket.recv(_AT_ONCE)
            except OSError:
                pass
        self.drop()

    def _lose_after_words(self) -> list[SendingEvent]:
        """A relay that closes says why before it does."""
        events = self.read()
        return events if self.is_dead else [*events, *self.lose()]

    def _wait(self) -> None:
        way = self._way
        long = self.dialogue.awaits_verdict
        self._deadline = time.monotonic() + (way.long_patience if long else way.patience)

    def _secured(self) -> Iterator[SendingEvent]:
        try:
            self._socket.settimeout(self._way.patience)
            self._encrypt()
            self._socket.setblocking(False)
        except (OSError, ValueError) as error:
            self.drop()
            yield Unusable(str(error), passing=False)
            return
        self.dialogue.secured()

    def _encrypt(self) -> None:
        host = self._way.settings.host
        trusts = self._way.trusts or ssl.create_default_context()
        self._socket = trusts.wrap_socket(self._socket, server_hostname=host)


def _own_name() -> str:
    """The name of this machine (RFC 5321 §4.1.3: an address where it has none)."""
    name = socket.getfqdn()
    return name if "." in name and name.isascii() else "[127.0.0.1]"
