"""SMTP servers for tests: a real one that keeps what it gets, and one that fails by a script."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Keeps:
    """A handler of aiosmtpd that keeps every letter, and refuses some recipients."""

    refusals: dict[str, str] = field(default_factory=dict)
    """The reply to RCPT, by address."""
    letters: list[tuple[str, bytes]] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    """Of the envelopes of these letters."""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        self.senders.append(envelope.mail_from or "")
        self.letters += [(address, envelope.content) for address in envelope.rcpt_tos]
        return "250 2.0.0 kept"

    @property
    def told(self) -> list[str]:
        return [address for address, _ in self.letters]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@contextmanager
def real(handler: Keeps, port: int = 0) -> Iterator[int]:
    """A real SMTP server; gives its port."""
    controller = Controller(handler, hostname="127.0.0.1", port=port or free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


CLOSE, HANG = "close", "hang"


class Scripted:
    """Speaks SMTP, and at one step does what it is told: a reply, `CLOSE` or `HANG`.

    Steps are `banner`, `EHLO`, `MAIL`, `RCPT`, `DATA`, `body` (in the middle of the letter) and
    `dot` (after its end).
    """

    def __init__(self, script: dict[str, str], times: int = 10**6) -> None:
        self.script, self.times = script, times
        self.letters: list[bytes] = []
        """Every letter whose end was received."""
        self.connections = 0
        self.at_the_dot = threading.Event()
        self._end = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def stop(self) -> None:
        self._end.set()
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, client.makefile("rb") as lines:
            try:
                self._talk(client, iter(lines.readline, b""))
            except (OSError, StopIteration, ConnectionError):
                return

    def _step(self, client: socket.socket, step: str, usual: str) -> bool:
        """Answers; False when the dialogue ends here."""
        told = self.script.get(step, "") if self.times > 0 else ""
        if told:
            self.times -= 1
        if told == HANG:
            self._end.wait(60)
        if told in (CLOSE, HANG):
            return False
        if told or usual:
            client.sendall(f"{told or usual}\r\n".encode())
        return True

    def _talk(self, client: socket.socket, lines: Iterator[bytes]) -> None:
        if not self._step(client, "banner", "220 scripted"):
            return
        for line in lines:
            verb = line[:4].decode("ascii", "replace").upper()
            if verb == "DATA":
                if not self._data(client, lines):
                    return
                continue
            usual = {"QUIT": "221 bye", "EHLO": "250 scripted", "HELO": "250 scripted"}
            if not self._step(client, verb, usual.get(verb, "250 ok")) or verb == "QUIT":
                return

    def _data(self, client: socket.socket, lines: Iterator[bytes]) -> bool:
        told = self.script.get("DATA", "")
        if not self._step(client, "DATA", "354 go on"):
            return False
        if told and self.times >= 0:
            return True
        letter = b""
        for line in lines:
            if line == b".\r\n":
                self.letters.append(letter)
                self.at_the_dot.set()
                return self._step(client, "dot", "250 kept")
            letter += line
            if self.script.get("body") and not self._step(client, "body", ""):
                return False
        return False


@contextmanager
def scripted(script: dict[str, str], times: int = 10**6) -> Iterator[Scripted]:
    server = Scripted(script, times)
    try:
        yield server
    finally:
        server.stop()
