"""The letterbox that runs: it listens to a mail server, stores, has read, and sends receipts."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import os
import signal
import socket
import stat
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from publisher.actions.fetch_mail import fetch_mail
from publisher.actions.keep_messages import keep_messages
from publisher.actions.read_messages import read_messages
from publisher.actions.send_receipts import send_receipts
from publisher.actions.workplace import Workplace
from publisher.errors import ServeError
from publisher.letterbox.lmtp import Dialogue
from publisher.letterbox.storing import Store
from publisher.web.logbook import Logbook, keep
from publisher.web.rounds import Rounds

MOST_DIALOGUES = 200
"""Connections at a time; a mail server opens some twenty."""
LAST_WORDS = 10.0
"""Seconds that messages that were brought may still take when the letterbox is closed."""
FETCH_EVERY = 30.0
"""Seconds between two looks into a mailbox."""
_UNREAD = "mail waits to be read"

_log = logging.getLogger("publisher.letterbox")


def listen_for_mail(address: str) -> socket.socket:
    """A socket that a mail server of this machine delivers to.

    Args:
        address: `HOST:PORT`, of which the host is the loopback; or `unix:PATH`.

    Raises:
        ServeError: the address is none, is not the loopback's, or is taken.
    """
    if address.startswith("unix:"):
        return _listen_at(Path(address.removeprefix("unix:")))
    host, _, port = address.rpartition(":")
    host = host.strip("[]")
    if not port.isdecimal() or not 0 < int(port) < 65_536 or not _is_loopback(host):
        raise ServeError(
            f"`{address}` is no address of the loopback: whoever reaches the letterbox can put "
            "mail into it",
            remedy="publisher receive --lmtp 127.0.0.1:2424",
        )
    host = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=MOST_DIALOGUES)
    except OSError as error:
        raise ServeError(
            f"cannot listen on {address}: {os.strerror(error.errno or 0)}",
            remedy="stop what uses that port, or choose another: publisher receive --lmtp "
            f"127.0.0.1:{int(port) % 65_535 + 1}",
        ) from None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False


def _listen_at(path: Path) -> socket.socket:
    """A socket in a folder; one that nobody listens to any more is replaced."""
    listening = socket.socket(socket.AF_UNIX)
    try:
        with suppress(FileNotFoundError):
            if stat.S_ISSOCK(path.lstat().st_mode) and not _is_heard(path):
                path.unlink()
        listening.bind(str(path))
        # Its folder says who may get at it.
        path.chmod(0o666)
        listening.listen(MOST_DIALOGUES)
    except OSError as error:
        listening.close()
        raise ServeError(
            f"cannot listen on {path}: {error.strerror or error}",
            remedy="name a path in a folder that is there, at which nobody listens: "
            "publisher receive --lmtp unix:/run/publisher/lmtp",
        ) from None
    return listening


def _is_heard(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller, suppress(OSError):
        caller.connect(str(path))
        return True
    return False


def receive_over_lmtp(
    workplace: Workplace, listening: socket.socket, told: Callable[[], None] = lambda: None
) -> None:
    """Takes mail until the process is told to stop.

    A message is acknowledged after it is on the disk. Others are read meanwhile, and receipts are
    sent, as `publisher serve` sends them.

    Args:
        workplace: where.
        listening: a socket of `listen_for_mail`.
        told: is called once connections are accepted.
    """
    keep(Logbook())
    receipts, reading = _afterwards(workplace)
    store = Store(partial(keep_messages, workplace), reading.hasten)
    rounds = (store, reading, receipts)
    for one in rounds:
        one.start()
    try:
        asyncio.run(_take(store, listening, told))
    finally:
        for one in rounds:
            one.stop()


def receive_from_mailbox(
    workplace: Workplace, every: float = FETCH_EVERY, told: Callable[[], None] = lambda: None
) -> None:
    """Fetches mail until the process is told to stop: what is unseen, which is seen after it is on
    the disk.

    Args:
        workplace: where.
        every: seconds between two looks.
        told: is called once it begins.
    """
    keep(Logbook())
    receipts, reading = _afterwards(workplace)

    def fetch() -> None:
        if fetch_mail(workplace):
            reading.hasten()

    rounds = (Rounds(fetch, every, "no mail is fetched"), reading, receipts)
    for one in rounds:
        one.start()
    try:
        asyncio.run(_wait(told))
    finally:
        for one in rounds:
            one.stop()


def _afterwards(workplace: Workplace) -> tuple[Rounds, Rounds]:
    """The rounds in which receipts are sent, and those in which what was stored is read."""
    receipts = Rounds(partial(_send, workplace))
    return receipts, Rounds(partial(_read, workplace, receipts.hasten), fault=_UNREAD)


def _stopped() -> asyncio.Event:
    """Is set once the process is told to stop."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, over.set)
    return over


async def _wait(told: Callable[[], None]) -> None:
    over = _stopped()
    told()
    await over.wait()


async def _take(store: Store, listening: socket.socket, told: Callable[[], None]) -> None:
    loop, dialogues, over = asyncio.get_running_loop(), set[Dialogue](), _stopped()

    def begin() -> asyncio.Protocol:
        return Dialogue(store.put, dialogues) if len(dialogues) < MOST_DIALOGUES else _Busy()

    server = await loop.create_server(begin, sock=listening)
    told()
    await over.wait()
    server.close()
    for dialogue in list(dialogues):
        dialogue.leave()
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_WORDS):
            while dialogues:
                await asyncio.sleep(0.02)


class _Busy(asyncio.Protocol):
    """Tells a mail server that has too many connections to come later."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(b"421 4.3.2 Too many connections; try again later\r\n")
        transport.close()


def _read(workplace: Workplace, filed: Callable[[], None]) -> None:
    """Reads until nothing is left to be read, or only what cannot be read now."""
    done: set[int] = set()
    while verdicts := read_messages(workplace):
        if done.issuperset(verdicts):
            break
        done |= verdicts.keys()
        filed()


def _send(workplace: Workplace) -> None:
    run = send_receipts(workplace)
    if run.trouble:
        _log.warning("%d receipts wait: %s", run.left, run.trouble)
