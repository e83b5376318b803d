"""What a mail server is told that pipes a message into `publisher receive`.

It is told by the exit status (sysexits.h): 0, the message is stored, or 75 (EX_TEMPFAIL), it has
to be handed over again later. A mail server takes any other status for a permanent failure and
bounces the message to the customer, so there is no other, whatever goes wrong.

This module needs nothing but the standard library, so that it works where nothing else does.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable, Container, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from io import StringIO
from threading import Thread
from types import FrameType

STORED = 0
TRY_AGAIN = 75
COMMAND = "receive"
LATER = "4.3.0 The message could not be stored; try again later."
"""Begins with an enhanced status code (RFC 3463), which Postfix passes on; see its pipe(8)."""
_PATIENCE = 2.0
"""Seconds that the system's log may take."""
_GRACE = 5.0
"""Seconds that a program has to end by itself after a signal."""
LONGEST_REPLY = 200
"""Characters of the line that a mail server gets."""

_VALUED = ("--project", "--policy")
"""Options of the program whose values are no commands."""
_LASTING = ("--lmtp", "--imap")
"""Options of `receive` with which it takes mail until it is stopped: nothing is piped."""
_TO = "--to"
"""What follows it, a stranger may have written."""
_HELP = ("--help", "-h")
_RELEASE = re.compile(r"\(?[a-z0-9-]{1,16}/\d+(\.\d+)?[,.;:)]*")
"""The name of a release, which is no path."""
_ADDRESS = re.compile(r"(?<![\w.+/-])[\w.+-]+@[\w-]+(\.[\w-]+)+")
_ENDING = (
    "INT", "TERM", "HUP", "QUIT", "USR1", "USR2", "ALRM", "VTALRM", "PROF", "XCPU", "TRAP", "SYS",
    "IO", "PWR", "STKFLT",
)  # fmt: skip
_SIGNALS = [getattr(signal, f"SIG{name}") for name in _ENDING if hasattr(signal, f"SIG{name}")]
"""Those that end a process that does not say what else they do, and can be caught."""


def meant(words: Sequence[str], commands: Container[str]) -> bool:
    """Whether a command line, however wrong, is about `receive` of a message that is piped.

    Args:
        words: what follows the name of the program.
        commands: the names of all commands.
    """
    before = ["", *words]
    if any(
        word.partition("=")[0] in _LASTING and option != _TO
        for word, option in zip(words, before, strict=False)
    ):
        return False
    named = [
        word
        for word, option in zip(words, before, strict=False)
        if word in commands and option not in _VALUED
    ]
    return named[0] == COMMAND if named else COMMAND in words


def answer(act: Callable[[], object], words: Sequence[str]) -> int:
    """Runs the command and tells the mail server how it went, in one line.

    Args:
        act: runs it; returns what is to be said, as text, once the message is stored. Whatever else
            it returns, and whatever it raises, the message is not stored.
        words: of the command line.

    Returns:
        The exit status: `STORED` or `TRY_AGAIN`.
    """
    printed = StringIO()
    try:
        with redirect_stdout(printed), redirect_stderr(StringIO()):
            said = act()
    except BaseException as error:  # noqa: BLE001 - a mail server would bounce the message
        return failed(error)
    if isinstance(said, str):
        _tell(line(said))
        return STORED
    if said == 0 and any(word in _HELP for word in words[words.index(COMMAND) :]):
        _tell(printed.getvalue().rstrip("\n"))
        return STORED
    return failed(RuntimeError("the command ended before it took the message"))


def failed(error: BaseException) -> int:
    """Tells the mail server to try again later, and the operator why.

    Returns:
        The exit status.
    """
    _tell(LATER)
    with suppress(BaseException):
        # A log that takes nothing would hold the mail server up for ever.
        writer = Thread(target=_log, args=(error,), daemon=True)
        writer.start()
        writer.join(_PATIENCE)
    return TRY_AGAIN


def line(text: str) -> str:
    """Text as a mail server may log it or pass it on: one short line of ASCII.

    Control characters are left out; what may be a path or an address becomes three dots.
    """
    printable = "".join(sign if sign.isprintable() else " " * sign.isspace() for sign in text)
    words = [word if _harmless(word) else "..." for word in printable.split()]
    clean = " ".join(words).encode("ascii", "replace").decode()
    return clean if len(clean) <= LONGEST_REPLY else f"{clean[: LONGEST_REPLY - 3]}..."


def _harmless(word: str) -> bool:
    return not set("@\\/") & set(word) or bool(_RELEASE.fullmatch(word))


def _tell(text: str) -> None:
    """Writes a line on standard output, if that takes it.

    It goes past Python's buffer: what stays in there would be written again at the end of the
    program, and change its exit status where that fails.
    """
    with suppress(BaseException):
        data = f"{text}\n" if text else ""
        try:
            number = sys.stdout.fileno()
        except (OSError, ValueError):
            sys.stdout.write(data)  # a stream in memory
        else:
            os.write(number, data.encode())


def _log(error: BaseException) -> None:
    """Tells the operator what went wrong: in the system's log, where the mail server's lines are.

    Addresses of customers are left out.
    """
    with suppress(Exception):
        import syslog

        syslog.openlog("publisher", syslog.LOG_PID, syslog.LOG_MAIL)
        for each in _told(error):
            masked = _ADDRESS.sub("...", each)
            printable = "".join(sign if sign.isprintable() else "?" for sign in masked)
            syslog.syslog(syslog.LOG_ERR, printable.encode("utf-8", "replace").decode())


def _told(error: BaseException) -> list[str]:
    """An error in lines: its message where it has one for people, else its traceback."""
    import traceback

    if hasattr(error, "remedy"):
        return str(error).splitlines()
    if hasattr(error, "format_message"):
        return [f"wrong use of the command line: {error.format_message()}"]
    parts = traceback.format_exception(error)
    return [each for part in parts for each in part.splitlines()]


class Shield:
    """Keeps from the mail server, for the whole process, what Python and the system would tell it.

    Nothing is written to standard error; a signal ends the program with `TRY_AGAIN`; and a stream
    that was closed is not taken by the next file that is opened, which may be the ledger.
    """

    def __init__(self) -> None:
        self._before = {number: signal.signal(number, _stop) for number in _SIGNALS}
        for number in (0, 1, 2):
            try:
                os.fstat(number)
            except OSError:
                os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
        with suppress(OSError):
            os.set_blocking(0, True)  # else half a message would count as one
        self._errors = os.dup(2)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)

    def lift(self) -> None:
        """Takes it away: another command was meant."""
        for number, handler in self._before.items():
            signal.signal(number, handler)
        os.dup2(self._errors, 2)
        os.close(self._errors)


def leave(code: object) -> None:
    """Ends the process with an exit status that nothing changes any more.

    Python itself would end with another one where PYTHONINSPECT is set, or a stream cannot be
    flushed.

    Args:
        code: as `SystemExit` has it.
    """
    with suppress(BaseException):
        if ledger := sys.modules.get("publisher.edges.ledger"):
            ledger.close_ledgers()
    os._exit(code if code in (STORED, TRY_AGAIN) and isinstance(code, int) else TRY_AGAIN)


_OWNER = os.getpid()


def _stop(number: int, _: FrameType | None) -> None:
    if os.getpid() != _OWNER:  # a child of ours, which ends as if this handler were not there
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        return
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    with suppress(RuntimeError):
        Thread(target=_end, daemon=True).start()
    raise SystemExit(TRY_AGAIN)


def _end() -> None:
    """Ends a program that a signal did not: what is raised in a finaliser, Python passes over."""
    time.sleep(_GRACE)
    os._exit(TRY_AGAIN)
