"""The receiver's log: a line an event, and no more than a disk can hold."""

from __future__ import annotations

import io
import logging
import re
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from publisher.web import logbook
from publisher.web.logbook import LONGEST_LINE, Logbook
from tests.fixtures.houses import told
from tests.fixtures.receivers import receiving


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def page(clock: Clock) -> Iterator[io.StringIO]:
    """What is written where 5 lines a second are, and 10 at once."""
    root, hook = logging.getLogger(), threading.excepthook
    names = ("publisher", "publisher.x", "uvicorn.error", "asyncio")
    loggers = [root, *map(logging.getLogger, names)]
    before = [(each, each.handlers[:], each.level, each.propagate) for each in loggers]
    stream = io.StringIO()
    logbook.keep(Logbook(stream, lines=5, burst=10, clock=clock))
    yield stream
    logging.captureWarnings(capture=False)
    threading.excepthook = hook
    for each, handlers, level, propagate in before:
        each.handlers[:], each.propagate = handlers, propagate
        each.setLevel(level)


def lines(page: io.StringIO) -> list[str]:
    """What was written, without the times."""
    return [line.split(" ", 2)[2] for line in page.getvalue().splitlines()]


def test_a_flood_is_left_out_and_counted(page: io.StringIO, clock: Clock) -> None:
    log = logging.getLogger("publisher.x")
    for n in range(1_000):
        log.info("%d", n)
        clock.time += 0.01
    written = lines(page)
    assert written[:10] == [str(n) for n in range(10)]
    assert len(written) < 10 + 10 * (5 + 1) + 2
    left_out = [int(line.split()[1]) for line in written if "left out" in line]
    clock.time += 5
    log.info("after")
    last = lines(page)[len(written) :]
    assert last[-1] == "after"
    left_out += [int(line.split()[1]) for line in last if "left out" in line]
    assert sum(left_out) + sum(line.isdigit() for line in lines(page)) == 1_000


def test_a_steady_trickle_loses_nothing(page: io.StringIO, clock: Clock) -> None:
    for _ in range(500):
        logging.getLogger("publisher.x").info("x")
        clock.time += 0.2
    assert lines(page) == ["x"] * 500


def test_every_logger_goes_through_the_one(page: io.StringIO) -> None:
    logging.getLogger("asyncio").error("a")
    logging.getLogger("uvicorn.error").error("b")
    logging.getLogger("somebody.else").warning("c")
    warnings.warn("d", stacklevel=1)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    written = lines(page)
    assert written[:3] == ["a", "b", "c"]
    assert "UserWarning: d" in written[3]
    assert written[4].startswith("a thread ended: ZeroDivisionError < test_logbook.py:")
    assert len(written) == 5


def test_loggers_that_had_handlers_lose_them(page: io.StringIO) -> None:
    own = io.StringIO()
    logger = logging.getLogger("publisher.x")
    logger.addHandler(logging.StreamHandler(own))
    logger.propagate = False
    logbook.keep(Logbook(page))
    logger.info("x")
    assert (own.getvalue(), lines(page)) == ("", ["x"])


def test_a_record_is_one_line_of_a_length(page: io.StringIO) -> None:
    log = logging.getLogger("publisher.x")
    log.info("a\nb\r\x1b[2J\u2028\u202e\x00c")
    log.info("x" * 100_000)
    wrong = logging.LogRecord("publisher.x", logging.INFO, "", 0, "%d", ("x",), None)
    logging.getLogger().handlers[0].handle(wrong)
    first, second = page.getvalue().split("\n")[:2]
    assert first.endswith("a b  [2J   c")
    assert (len(second), second[-1]) == (LONGEST_LINE, "…")
    assert page.getvalue().count("\n") == 2


def test_of_an_exception_only_kind_and_place_are_written(page: io.StringIO) -> None:
    try:
        raise ValueError("token=secret")
    except ValueError:
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application\n")
    (line,) = lines(page)
    assert line.startswith("Exception in ASGI application: ValueError < test_logbook.py:")
    assert "secret" not in page.getvalue()


def test_a_flood_does_not_drown_our_own_troubles(page: io.StringIO) -> None:
    for _ in range(100):
        logging.getLogger("publisher.x").info("visit")
        logging.getLogger("asyncio").error("accept")
    logging.getLogger("publisher.x").warning("receipts wait")
    assert lines(page)[-1] == "receipts wait"


def test_what_was_left_out_last_is_said_at_the_end(page: io.StringIO) -> None:
    for _ in range(100):
        logging.getLogger("publisher.x").info("visit")
    logging.getLogger().handlers[0].close()
    assert lines(page)[-1] == "… 90 lines left out"


def test_the_log_of_a_real_receiver_is_bounded(tmp_path: Path) -> None:
    junk = b"\x00" * 50 + b"\r\n\r\n"
    with receiving(told(tmp_path)) as receiver:
        for n in range(600):
            receiver.say(junk if n % 2 else b"GET /" + b"x" * 9_000 + b" HTTP/1.0\r\n\r\n")
        receiver.stop()
        written = receiver.log.splitlines()
    assert 150 < len(written) < 500
    assert max(map(len, written)) <= LONGEST_LINE
    # What was refused is owned up to, at the latest at the end: no request is unaccounted for.
    left_out = [int(n) for n in re.findall(r"… (\d+) lines left out", "\n".join(written))]
    assert left_out
    assert len(written) - len(left_out) + sum(left_out) >= 600
