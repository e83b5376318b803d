"""Receipts go out in rounds of their own, and nobody who asks for a page waits for them."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from publisher.actions.opt_out import opt_out
from publisher.actions.workplace import Workplace
from publisher.answers.opt_out_page import FormAddress
from publisher.edges.project import Project
from publisher.errors import SendError
from publisher.web.app import MANY, Receipts, Visits, application
from publisher.web.rounds import Rounds
from tests.fixtures.houses import NOW, TWO, spooled, token, told
from tests.fixtures.receivers import PAGE, receiving, status
from tests.fixtures.relays import HANG, scripted

pytestmark = pytest.mark.xdist_group("rounds")  # one waits while others compute

CUSTOMERS = ("c-1", "c-2", "c-3")
FORM = FormAddress("privacy", TWO)


def until(condition: object, seconds: float = 20) -> bool:
    """Waits for a condition."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def forms(project: Project, action: str = "opt+out") -> list[bytes]:
    return [f"token={token(project, c)}&action={action}".encode() for c in CUSTOMERS]


@pytest.mark.parametrize("step", ["banner", "EHLO", "MAIL", "dot"])
def test_a_relay_that_hangs_holds_nobody_up(tmp_path: Path, step: str) -> None:
    with scripted({step: HANG}) as relay:
        project = told(tmp_path, port=relay.port)
        posted = [*forms(project), b"address=anna@customer.example"]
        with receiving(project) as receiver, ThreadPoolExecutor(8) as visitors:

            def timed(n: int) -> tuple[int, float]:
                start = time.monotonic()
                body = posted[n // 3 % len(posted)]
                answer = receiver.get() if n % 3 else receiver.post(body)
                return status(answer), time.monotonic() - start

            assert status(receiver.post(posted[0])) == 200
            assert until(lambda: relay.connections == 1)
            answers = [*visitors.map(timed, range(300))]
            assert {code for code, _ in answers} == {200}
            assert max(seconds for _, seconds in answers) < 5
            assert relay.connections == 1
            assert receiver.stop() < 8


def test_asking_for_a_link_calls_no_relay(tmp_path: Path) -> None:
    with scripted({}) as relay:
        project = told(tmp_path, port=relay.port)
        with receiving(project) as receiver:
            # The round with which it starts would send what comes before it ends.
            assert until(lambda: (project.private / "receipts.lock").exists())
            time.sleep(1)
            for _ in range(5):
                assert status(receiver.post(b"address=anna@customer.example")) == 200
            time.sleep(1)
            assert relay.connections == 0
            assert status(receiver.post(forms(project)[0])) == 200
            assert until(lambda: len(relay.letters) == 2)
            assert relay.connections == 1


def test_a_round_that_fails_is_not_the_last(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = told(tmp_path)
    posted = forms(project)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    Workplace(project).spool.parent.mkdir(exist_ok=True)
    Workplace(project).spool.write_text("a file where the spool is to be")
    with TestClient(application(Workplace(project, lambda: NOW))) as client:
        assert client.post(PAGE, content=posted[0], headers=headers).status_code == 200
        assert until(lambda: "receipts wait" in caplog.text)
        Workplace(project).spool.unlink()
        assert client.post(PAGE, content=posted[1], headers=headers).status_code == 200
        assert until(lambda: spooled(project))


@pytest.mark.parametrize("error", [FileNotFoundError("x"), SendError("x"), MemoryError()])
def test_whatever_comes_the_rounds_go_on(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    done = threading.Semaphore(0)

    def send() -> None:
        done.release()
        raise error

    rounds = Rounds(send, every=0.01)
    rounds.start()
    for _ in range(5):
        assert done.acquire(timeout=10)
    rounds.stop()
    assert len(caplog.records) >= 4


def test_a_round_comes_in_any_case_and_at_once_when_it_is_due() -> None:
    done = threading.Semaphore(0)
    rounds = Rounds(done.release, every=0.2)
    rounds.start()
    start = time.monotonic()
    assert done.acquire(timeout=10)
    assert done.acquire(timeout=10)
    assert time.monotonic() > start + 0.15
    rounds.stop()
    rounds = Rounds(done.release, every=600)
    rounds.start()
    assert done.acquire(timeout=10)
    rounds.hasten()
    assert done.acquire(timeout=10)
    rounds.stop()
    assert not done.acquire(timeout=0.2)


def test_two_rounds_are_never_under_way() -> None:
    under_way, most = 0, 0

    def send() -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.02)
        under_way -= 1

    rounds = Rounds(send, every=600)
    rounds.start()
    for _ in range(50):
        rounds.hasten()
        time.sleep(0.005)
    rounds.stop()
    assert most == 1


def test_receipts_go_out_however_many_visitors_there_are(tmp_path: Path) -> None:
    project, visits = told(tmp_path), Visits()
    with TestClient(application(Workplace(project, lambda: NOW))) as client:
        for body in forms(project):
            headers = {"Content-Type": "application/x-www-form-urlencoded"}
            assert client.post(PAGE, content=body, headers=headers).status_code == 200
        assert until(lambda: len(spooled(project)) >= len(CUSTOMERS))
    visits.under_way = 100 * MANY
    assert opt_out(Workplace(project), FORM, token(project, "c-1"), "withdraw").message is None
    receipts = Receipts(Workplace(project), visits)

    async def serving() -> None:
        async with receipts.lifespan(Starlette()):
            while len(spooled(project)) <= len(CUSTOMERS):
                await asyncio.sleep(0.02)

    asyncio.run(asyncio.wait_for(serving(), 20))
