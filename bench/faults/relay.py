"""An SMTP server (RFC 5321) that logs a letter before it accepts it, and kills on request.

    python -m bench.faults.relay LOG

prints its port. Each line that it then reads from standard input is an order, as JSON: at which
step of the dialogue it kills which process; it is confirmed by a line. LOG gets a line of JSON for
each letter, on the disk before 250 is said. An address that begins with `refused` gets 550; one
that begins with `later`, 451 at first.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

LATER = 2
"""How often an address that begins with `later` is put off."""


class Step(StrEnum):
    """A point of the dialogue at which the other side may be killed."""

    CONNECTED = "connected"
    INVITED = "invited"
    """354 was sent: the letter comes, and is marked before its end is written."""
    ENDED = "ended"
    """The dot came; the letter is not yet on the disk."""
    KEPT = "kept"
    """It is on the disk, and 250 is not yet said."""
    ANSWERED = "answered"
    GONE = "gone"
    """After QUIT."""


@dataclass(frozen=True, slots=True)
class Order:
    """Whom to kill, and when."""

    pid: int
    step: Step
    nth: int
    """Which occurrence of this step, counted from 1."""
    delay: float
    """Seconds after the step."""
    family: bool
    """Whether its whole process group is killed with it."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A letter that the relay took."""

    id: str
    """Its Message-ID."""
    to: str
    receipts: tuple[str, ...]
    """The numbers of receipts that it names."""


def strike(pid: int, *, family: bool) -> None:
    """Kills a process that the bench started, unless it has ended."""
    try:
        (os.killpg if family else os.kill)(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


class Office:
    """What all dialogues share: the log, the orders, who was put off."""

    def __init__(self, log: Path) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._orders: dict[int, tuple[Order, int]] = {}
        self._tries: dict[str, int] = {}

    def order(self, values: dict[str, Any]) -> None:
        """Takes an order; one without a step withdraws the order about its process."""
        if values["step"]:
            order = Order(**{**values, "step": Step(values["step"])})
            self._orders[order.pid] = (order, order.nth)
        else:
            self._orders.pop(values["pid"], None)

    def reached(self, step: Step) -> None:
        """Kills the process that is to die at this step; nobody is answered meanwhile."""
        for pid, (order, left) in list(self._orders.items()):
            if order.step is not step:
                continue
            if left > 1:
                self._orders[pid] = (order, left - 1)
                continue
            del self._orders[pid]
            time.sleep(order.delay)
            strike(pid, family=order.family)

    def refusal(self, address: str) -> str:
        """What is said to this address instead of 250; empty: it is taken."""
        if address.startswith("refused"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later"):
            self._tries[address] = self._tries.get(address, 0) + 1
            return "451 4.2.1 try again" if self._tries[address] <= LATER else ""
        return ""

    def keep(self, to: list[str], letter: bytes) -> None:
        """Writes down that a letter arrived; on return, that is on the disk."""
        found = re.search(rb"^Message-ID:\s*<([^>]*)>", letter, re.MULTILINE | re.IGNORECASE)
        words = letter.replace(b"=\r\n", b"").decode("ascii", "replace")
        receipts = tuple(dict.fromkeys(re.findall(r"\bR-\d{6,}", words)))
        for address in to:
            one = Arrival(found[1].decode() if found else "", address, receipts)
            os.write(self._log, json.dumps(asdict(one)).encode() + b"\n")
        os.fsync(self._log)


class Dialogue(asyncio.Protocol):
    """One connection."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._buffer = b""
        self._to: list[str] = []
        self._in_letter = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greets."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._say("220 relay")
        self._office.reached(Step.CONNECTED)

    def data_received(self, data: bytes) -> None:
        """Takes commands and letters as far as they have come."""
        self._buffer += data
        while not self._transport.is_closing():
            end = b"\r\n.\r\n" if self._in_letter else b"\r\n"
            head, found, rest = self._buffer.partition(end)
            if not found:
                return
            self._buffer = rest
            if self._in_letter:
                self._ended(head)
            else:
                self._command(head.decode("utf-8", "replace"))

    def _say(self, line: str) -> None:
        self._transport.write(line.encode() + b"\r\n")

    def _command(self, line: str) -> None:
        verb = line[:4].upper()
        if verb == "RCPT":
            self._recipient(line)
        elif verb == "DATA":
            self._in_letter = True
            self._say("354 go on")
            self._office.reached(Step.INVITED)
        elif verb == "EHLO":
            self._say("250-relay")
            self._say("250 PIPELINING")
        elif verb == "QUIT":
            self._say("221 bye")
            self._office.reached(Step.GONE)
            self._transport.close()
        else:
            self._to = []
            self._say("250 ok")

    def _recipient(self, line: str) -> None:
        address = line.partition("<")[2].partition(">")[0]
        refusal = self._office.refusal(address)
        if not refusal:
            self._to.append(address)
        self._say(refusal or "250 ok")

    def _ended(self, letter: bytes) -> None:
        self._in_letter = False
        if not self._to:  # it went on for nobody, as commands in a group do
            self._say("554 5.5.1 no valid recipients")
            return
        self._office.reached(Step.ENDED)
        self._office.keep(self._to, letter)
        self._office.reached(Step.KEPT)
        self._say("250 kept")
        self._office.reached(Step.ANSWERED)


class _Orders(asyncio.Protocol):
    """Standard input: an order a line, each confirmed."""

    def __init__(self, office: Office, end: asyncio.Event) -> None:
        self._office, self._end, self._buffer = office, end, b""

    def data_received(self, data: bytes) -> None:
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            self._office.order(json.loads(line))
            print("ok", flush=True)

    def connection_lost(self, _: Exception | None) -> None:
        self._end.set()


async def serve(log: Path) -> None:
    """Serves until standard input ends, and then until nobody is connected."""
    office, end, loop = Office(log), asyncio.Event(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Dialogue(office), "127.0.0.1", 0)
    await loop.connect_read_pipe(lambda: _Orders(office, end), sys.stdin)
    print(server.sockets[0].getsockname()[1], flush=True)
    await end.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
