"""What the receiver writes down: a line for each event, and no more than a disk can hold."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import TextIO

LINES = 20
"""A second, on the whole."""
BURST = 200
"""Lines that may come at once."""
LONGEST_LINE = 400
"""Characters of a line."""
FRAMES = 3
"""Places that are named of an exception, the innermost first."""


def keep(logbook: logging.Handler) -> None:
    """Has every logger of this process write into one logbook, and nowhere else."""
    root = logging.getLogger()
    for logger in [root, *map(logging.getLogger, root.manager.loggerDict)]:
        logger.handlers.clear()
        logger.propagate = True
    root.addHandler(logbook)
    root.setLevel(logging.WARNING)
    logging.getLogger("publisher").setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    # What is never written is not looked up for each request either
    # (https://docs.python.org/3/howto/logging.html#optimization).
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None
    threading.excepthook = _thread_ended


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    error = ended.exc_value or ended.exc_type()
    logging.getLogger("publisher").error(
        "a thread ended", exc_info=(type(error), error, ended.exc_traceback)
    )


class Logbook(logging.StreamHandler[TextIO]):
    """Writes up to a limit of lines a second, and says how many it left out.

    What is wrong with the program itself has an allowance of its own, so that strangers cannot
    drown it in their requests.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        *,
        lines: int = LINES,
        burst: int = BURST,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(stream or sys.stderr)
        self.setFormatter(_Line("%(asctime)s %(message)s"))
        self._visits = _Allowance(lines, burst, clock)
        self._troubles = _Allowance(lines, burst, clock)

    def emit(self, record: logging.LogRecord) -> None:
        """Writes a record, or counts it as left out."""
        ours = record.name.partition(".")[0] == "publisher" and record.levelno >= logging.WARNING
        allowance = self._troubles if ours else self._visits
        if allowance.take():
            self._own_up(allowance)
            super().emit(record)

    def close(self) -> None:
        """Says what was left out last."""
        for allowance in (self._visits, self._troubles):
            self._own_up(allowance)
        super().close()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Nothing can be written of what could not be written."""

    def _own_up(self, allowance: _Allowance) -> None:
        if left_out := allowance.left_out():
            text = f"… {left_out} lines left out"
            super().emit(logging.LogRecord("", logging.INFO, "", 0, text, None, None))


class _Allowance:
    """A limit on lines a second, with some saved up; once it is reached, it pauses for a second."""

    def __init__(self, lines: int, burst: int, clock: Callable[[], float]) -> None:
        self._lines, self._burst, self._clock = lines, burst, clock
        self._left, self._at = float(burst), clock()
        self._pausing, self._refused = False, 0

    def take(self) -> bool:
        """Whether a line may be written now."""
        now = self._clock()
        self._left = min(self._left + (now - self._at) * self._lines, self._burst)
        self._at = now
        # Without the pause, every other line of a flood would say that one was left out.
        if self._left < (self._lines if self._pausing else 1):
            self._pausing = True
            self._refused += 1
            return False
        self._pausing = False
        self._left -= 1
        return True

    def left_out(self) -> int:
        """How many lines were refused since this was asked last."""
        refused, self._refused = self._refused, 0
        return refused


class _Line(logging.Formatter):
    """One line a record.

    Of an exception it says the kind and the places only: its message may hold what a visitor sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text = f"{text.strip()}: {_where(*record.exc_info[1:])}"
        plain = "".join(c if c.isprintable() else " " for c in text[: 2 * LONGEST_LINE])
        line = f"{self.formatTime(record)} {plain}"
        return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"


def _where(error: BaseException, raised: TracebackType | None) -> str:
    places = traceback.extract_tb(raised)[-FRAMES:]
    names = (f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in reversed(places))
    return " < ".join((type(error).__name__, *names))
