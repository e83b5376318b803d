"""What a mail server says that delivers over LMTP, and what it is answered (RFC 2033, RFC 5321).

A message is answered once for each recipient, after it is on the disk (250) or could not be put
there (452). Nothing is answered by 5yz that is about a message: a mail server would bounce it to
the customer. A message ends with CR LF . CR LF and nothing else, so no message smuggles a second.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Sequence

NAME = "publisher"
LARGEST_MESSAGE = 64_000_000
"""Bytes of a message; a larger one is put off, and stays in the mail server's queue."""
LONGEST_COMMAND = 4_096
"""Bytes of a command (RFC 5321 §4.5.3.1.4 has 512, and extensions make it longer)."""
MOST_RECIPIENTS = 100
"""Of one message (RFC 5321 §4.5.3.1.8); the rest is put off, and comes with the next."""
SILENCE = 300.0
"""Seconds that the mail server may say nothing (RFC 5321 §4.5.3.2.7)."""

PUT_OFF = "452 4.3.1 The message could not be stored; try again later"
STOPPING = "421 4.3.2 Stopping; try again later"
_PATH = re.compile(rb"(?i)(?:FROM|TO):\s*<([^<>\r\n]*)>(?:\s.*)?")
_ROUTE = re.compile(r"^@[^:]*:")
"""Hosts that a path once named; nobody looks at them (RFC 5321 appendix C)."""
_END, _LINE = b"\r\n.\r\n", b"\r\n"

_log = logging.getLogger("publisher.letterbox")

Put = Callable[[bytes, Sequence[str]], "asyncio.Future[bool]"]
"""Takes a message with its recipients; what it gives says whether it was stored."""


class Dialogue(asyncio.Protocol):
    """One connection of a mail server."""

    def __init__(self, put: Put, dialogues: set[Dialogue], patience: float = SILENCE) -> None:
        """Args:
        put: takes a message.
        dialogues: those that are open; this one adds and removes itself.
        patience: seconds that nothing may be said.
        """
        self._put, self._dialogues, self._patience = put, dialogues, patience
        self._unread = bytearray()
        self._looked = 0
        """Bytes of the message so far in which its end is not."""
        self._in_message, self._too_large = False, False
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._greeted = False
        self._stored: asyncio.Future[bool] | None = None
        """Says what became of the message that was brought last."""
        self._leaving = False
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._spoke = self._loop.time()

    # ── what happens to it ───────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._dialogues.add(self)
        self._wait()
        self._say(f"220 {NAME} LMTP")

    def connection_lost(self, exc: Exception | None) -> None:
        self._dialogues.discard(self)
        if self._timer:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._spoke = self._loop.time()
        self._unread += data
        self._read_on()

    def leave(self) -> None:
        """Ends the dialogue, once the message that was brought is answered."""
        self._leaving = True
        if self._stored is None:
            self._close(STOPPING)

    # ── reading ──────────────────────────────────────────────────────────────────────────────────

    def _read_on(self) -> None:
        """Takes what came in, up to a message that is not answered yet."""
        while self._stored is None and not self._transport.is_closing():
            taken = self._take_message() if self._in_message else self._take_line()
            if not taken:
                break
        # What is not read yet is held by the system, which holds up whoever sends it.
        if self._stored is None:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    def _take_line(self) -> bool:
        end = self._unread.find(_LINE, 0, LONGEST_COMMAND)
        if end < 0:
            if len(self._unread) >= LONGEST_COMMAND:
                self._close("500 5.5.2 The line is too long")
            return False
        line = bytes(self._unread[:end])
        del self._unread[: end + len(_LINE)]
        self._carry_out(line)
        return True

    def _take_message(self) -> bool:
        """Takes the message if its end is there."""
        end = 0 if self._unread.startswith(_END[2:]) and not self._looked else -1
        if end < 0:
            end = self._unread.find(_END, max(self._looked - len(_END), 0))
            end += 2 if end >= 0 else 0
        if end < 0:
            self._looked = len(self._unread)
            if self._looked > LARGEST_MESSAGE:
                # What is left of it is taken and forgotten, up to its end.
                self._too_large = True
                del self._unread[: -len(_END)]
                self._looked = len(self._unread)
            return False
        message = bytes(self._unread[:end])
        del self._unread[: end + 3]
        self._brought(message)
        return True

    def _brought(self, message: bytes) -> None:
        self._in_message = False
        too_large = self._too_large or len(message) > LARGEST_MESSAGE
        sender, recipients = self._sender or "", self._recipients
        self._reset()
        if too_large:
            _log.error("a message of more than %d bytes was put off", LARGEST_MESSAGE)
            self._say(*(PUT_OFF for _ in recipients))
            return
        # The first dot of a line stands for nothing (RFC 5321 §4.5.2).
        plain = message.removeprefix(b".").replace(b"\r\n.", b"\r\n")
        # Whoever delivers a message last writes down its sender (RFC 5321 §4.4).
        path = f"Return-Path: <{sender}>\r\n".encode("utf-8", "surrogateescape")
        self._stored = self._put(path + plain, recipients)
        self._stored.add_done_callback(lambda stored: self._answer(stored, len(recipients)))

    def _answer(self, stored: asyncio.Future[bool], recipients: int) -> None:
        self._stored = None
        good = not stored.cancelled() and stored.exception() is None and stored.result()
        if self._transport.is_closing():
            return
        self._spoke = self._loop.time()
        self._say(*("250 2.0.0 Stored" if good else PUT_OFF for _ in range(recipients)))
        if self._leaving:
            self._close(STOPPING)
        else:
            self._read_on()

    # ── commands ─────────────────────────────────────────────────────────────────────────────────

    def _carry_out(self, line: bytes) -> None:
        verb, _, rest = line.partition(b" ")
        match verb.upper():
            case b"LHLO":
                self._greet(rest)
            case b"MAIL":
                self._take_sender(rest)
            case b"RCPT":
                self._take_recipient(rest)
            case b"DATA":
                self._begin_message()
            case b"RSET":
                self._reset()
                self._say("250 2.0.0 Forgotten")
            case b"NOOP":
                self._say("250 2.0.0 Here")
            case b"VRFY":
                self._say("252 2.1.5 Bring it")
            case b"QUIT":
                self._close("221 2.0.0 Bye")
            case b"HELO" | b"EHLO":
                self._say("500 5.5.1 This is LMTP: say LHLO")
            case _:
                self._say("500 5.5.1 There is no such command")

    def _greet(self, name: bytes) -> None:
        if not name.strip():
            self._say("501 5.5.4 Say who you are")
            return
        self._greeted = True
        self._reset()
        extensions = ("PIPELINING", "ENHANCEDSTATUSCODES", "8BITMIME", "SMTPUTF8")
        offered = [NAME, *extensions, f"SIZE {LARGEST_MESSAGE}"]
        self._say(*(f"250-{one}" for one in offered[:-1]), f"250 {offered[-1]}")

    def _take_sender(self, rest: bytes) -> None:
        path = _PATH.fullmatch(rest)
        if not self._greeted or self._sender is not None:
            self._say("503 5.5.1 Say LHLO first" if not self._greeted else "503 5.5.1 Said before")
        elif path is None or not rest.upper().startswith(b"FROM:"):
            self._say("501 5.5.4 Say MAIL FROM:<address>")
        else:
            self._sender = _address(path[1])
            self._say("250 2.1.0 Yes")

    def _take_recipient(self, rest: bytes) -> None:
        path = _PATH.fullmatch(rest)
        if self._sender is None:
            self._say("503 5.5.1 Say MAIL first")
        elif path is None or not path[1] or not rest.upper().startswith(b"TO:"):
            self._say("501 5.5.4 Say RCPT TO:<address>")
        elif len(self._recipients) >= MOST_RECIPIENTS:
            self._say("452 4.5.3 Too many recipients; bring it again for these")
        else:
            self._recipients.append(_address(path[1]))
            self._say("250 2.1.5 Yes")

    def _begin_message(self) -> None:
        if not self._recipients:
            self._say("503 5.5.1 Say RCPT first")
            return
        self._in_message, self._looked = True, 0
        self._say("354 Go on; end with a line that is a dot")

    def _reset(self) -> None:
        self._sender, self._recipients = None, []
        self._too_large, self._looked = False, 0

    def _say(self, *lines: str) -> None:
        self._transport.write("".join(f"{line}\r\n" for line in lines).encode("ascii"))

    def _close(self, line: str) -> None:
        self._say(line)
        self._transport.close()

    def _wait(self) -> None:
        """Ends the dialogue where nothing is said for too long."""
        left = self._patience - (self._loop.time() - self._spoke)
        if self._stored is None and left <= 0:
            self._close("421 4.4.2 Nothing was said for too long")
            return
        self._timer = self._loop.call_later(max(left, self._patience / 10), self._wait)


def _address(path: bytes) -> str:
    """The address in a path, as text whatever its bytes are."""
    return _ROUTE.sub("", path.decode("utf-8", "replace"))
