"""What strangers can do to the connections of a real receiver: nothing that others would notice."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest

from publisher.edges.project import Project
from publisher.web.connections import FILES, UNFETCHED, Limits, listen, within_files
from tests.fixtures.houses import token, told
from tests.fixtures.receivers import PAGE, Receiver, everything, receiving, status
from tests.fixtures.some import by_turns

pytestmark = pytest.mark.xdist_group("connections")  # one waits while others compute

HALF = b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "
QUICK = "head=1, request=2, idle=1, stall=2, connections=40"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = told(tmp_path)
    project.built.mkdir(parents=True)
    (project.built / "index.html").write_text("<!doctype html><title>Home</title>")
    (project.built / "404.html").write_text("<!doctype html><title>Not here</title>")
    (project.built / "policy.pdf").write_bytes(b"%PDF-1.7 " + bytes(2_000_000))
    return project


@pytest.fixture
def receiver(project: Project) -> Iterator[Receiver]:
    with receiving(project, QUICK) as receiver:
        yield receiver


def ends_after(client: socket.socket) -> float:
    """Seconds until the server closes."""
    start = time.monotonic()
    everything(client)
    return time.monotonic() - start


# ── time ─────────────────────────────────────────────────────────────────────────────────────────


def test_a_connection_that_says_nothing_is_closed(receiver: Receiver) -> None:
    with receiver.connect() as client:
        assert 0.5 < ends_after(client) < 5


def test_half_a_request_is_closed_and_told_why(receiver: Receiver) -> None:
    with receiver.connect() as client:
        client.sendall(HALF)
        assert status(everything(client)) == 408


def test_headers_that_trickle_in_are_closed_all_the_same(receiver: Receiver) -> None:
    with receiver.connect(0.1) as client:
        client.sendall(HALF)
        start, answer = time.monotonic(), b""
        while not answer and time.monotonic() < start + 20:
            client.sendall(b"x")
            with suppress(TimeoutError):
                answer = client.recv(1000)
        assert status(answer) == 408
        assert time.monotonic() < start + 5


@pytest.mark.parametrize(
    ("path", "framing"),
    by_turns(
        [PAGE, PAGE[:-1], "/", "/nothing/", "/policy.pdf"],
        ["Content-Length: 1000", "Transfer-Encoding: chunked"],
    ),
)
def test_a_body_that_does_not_come_is_closed_on_every_route(
    receiver: Receiver, path: str, framing: str
) -> None:
    with receiver.connect() as getting, receiver.connect() as posting:
        for client, method in ((getting, "GET"), (posting, "POST")):
            client.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n".encode())
        assert ends_after(getting) < 8
        assert ends_after(posting) < 8


def test_a_second_request_has_its_own_time(receiver: Receiver) -> None:
    whole = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    with receiver.connect() as client:
        for _ in range(5):
            time.sleep(0.4)
            client.sendall(whole)
            answer = b""
            while b"Home" not in answer:
                answer += client.recv(10_000)
        assert 0.5 < ends_after(client) < 5
    with receiver.connect() as client:
        client.sendall(whole + HALF)
        assert b" 408 " in everything(client)


def settled(receiver: Receiver) -> int:
    """How many files it has open once its first round, which opens the ledger, is over."""
    counts = [receiver.files()]
    while len(counts) < 10 or len(set(counts[-10:])) > 1:
        time.sleep(0.1)
        counts.append(receiver.files())
    return counts[-1]


def test_an_answer_that_nobody_fetches_is_given_up(receiver: Receiver) -> None:
    def fetching(paths: str) -> socket.socket:
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((receiver.host, receiver.port))
        request = "GET /policy.pdf HTTP/1.1\r\nHost: x\r\n\r\n"
        client.sendall((request * len(paths)).encode())
        return client

    before = settled(receiver)
    with ExitStack() as stack:
        for paths in ("a", "aaa", "a", "aa"):
            stack.enter_context(fetching(paths))
        time.sleep(1)
        assert receiver.files() >= before + 4
        end = time.monotonic() + 15
        while receiver.files() > before + 1 and time.monotonic() < end:
            time.sleep(0.1)
        assert receiver.files() <= before + 1
    assert "Traceback" not in receiver.log


def test_a_slow_phone_gets_its_pdf(receiver: Receiver) -> None:
    """It takes several times as long as anything else may."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        client.connect((receiver.host, receiver.port))
        client.settimeout(20)
        client.sendall(b"GET /policy.pdf HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        start, data = time.monotonic(), b""
        while chunk := client.recv(16_384):
            data += chunk
            time.sleep(0.06)
        assert time.monotonic() > start + 6
    assert data.endswith(bytes(2_000_000))


def test_answers_do_not_wait_for_each_other_nor_pile_up_in_the_system() -> None:
    with (
        listen("127.0.0.1", 0) as listening,
        socket.create_connection(listening.getsockname()),
        listening.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) <= 2 * UNFETCHED


# ── number ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "half", [b"", HALF, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n"]
)
def test_visitors_are_served_while_others_hold_half_requests(project: Project, half: bytes) -> None:
    own = token(project, "c-1").encode()
    with receiving(project, "connections=100", files=(512, 512)) as receiver, ExitStack() as stack:
        for _ in range(600):
            client = stack.enter_context(receiver.connect())
            with suppress(OSError):
                client.sendall(half)
            if _ % 100 == 99:
                assert status(receiver.get("/", timeout=5)) == 200
        answer = receiver.post(b"token=" + own + b"&action=opt+out", timeout=5)
        assert (status(answer), b"R-000001" in answer) == (200, True)
        assert receiver.files() < 250
        assert "Traceback" not in receiver.log
        assert receiver.said < 600 + 20  # a line for each at most


def test_two_thousand_half_requests_at_once_are_no_matter(project: Project) -> None:
    """The limit on files is what systems start with."""
    with receiving(project, files=(1024, 1024)) as receiver, ExitStack() as stack:
        clients = []
        for _ in range(2_000):
            client = socket.socket()
            client.setblocking(False)
            client.connect_ex((receiver.host, receiver.port))
            clients.append(stack.enter_context(client))
        time.sleep(0.5)
        for client in clients:
            with suppress(OSError):
                client.send(HALF)
        for _ in range(20):
            assert status(receiver.get("/", timeout=10)) == 200
        assert receiver.files() < 1024
        assert "Traceback" not in receiver.log
        assert receiver.said < 300  # they have asked for nothing yet


def test_a_request_that_is_being_answered_is_not_given_up(project: Project) -> None:
    with receiving(project, "connections=10") as receiver, ExitStack() as stack:
        phone = stack.enter_context(socket.socket())
        phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        phone.connect((receiver.host, receiver.port))
        phone.settimeout(20)
        phone.sendall(b"GET /policy.pdf HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        data = phone.recv(1000)
        for _ in range(100):
            stack.enter_context(receiver.connect()).sendall(HALF)
        assert (data + everything(phone)).endswith(bytes(2_000_000))


def test_those_who_fetch_nothing_make_room_as_well(project: Project) -> None:
    with receiving(project, "connections=10") as receiver, ExitStack() as stack:
        for _ in range(10):
            phone = stack.enter_context(socket.socket())
            phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            phone.connect((receiver.host, receiver.port))
            phone.sendall(b"GET /policy.pdf HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(2.5)
        assert status(receiver.get("/", timeout=10)) == 200


def test_the_limit_on_files_is_raised_and_kept(project: Project) -> None:
    with receiving(project, "connections=100", files=(64, 2048)) as receiver:
        limits = resource.prlimit(receiver.process.pid, resource.RLIMIT_NOFILE)
        assert limits == (200 + FILES, 2048)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert within_files(Limits(connections=10)) == Limits(connections=10)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == (soft, hard)


@pytest.mark.parametrize("files", [64, 300])
def test_with_few_files_there_are_few_connections(project: Project, files: int) -> None:
    with receiving(project, files=(files, files)) as receiver, ExitStack() as stack:
        for _ in range(400):
            with suppress(OSError):
                stack.enter_context(receiver.connect(5)).sendall(HALF)
        time.sleep(1.5)
        assert status(receiver.get("/")) == 200
        assert receiver.said < 300
        assert "Traceback" not in receiver.log


def test_it_listens_on_ipv6_as_well(project: Project) -> None:
    with receiving(project, host="::1") as receiver:
        assert status(receiver.get("/")) == 200


# ── the end ──────────────────────────────────────────────────────────────────────────────────────


def test_stopping_waits_for_nobody_for_long(project: Project) -> None:
    with receiving(project, "farewell=1") as receiver, ExitStack() as stack:
        stack.enter_context(receiver.connect()).sendall(HALF)
        stack.enter_context(receiver.connect()).sendall(
            b"POST /privacy/2/opt-out/ HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n"
        )
        phone = stack.enter_context(socket.socket())
        phone.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        phone.connect((receiver.host, receiver.port))
        phone.sendall(b"GET /policy.pdf HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(0.5)
        assert receiver.stop() < 10
        assert "Traceback" not in receiver.log
