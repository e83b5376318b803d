"""What strangers can say to a real receiver: each gets an answer, and nobody else notices."""

from __future__ import annotations

import gzip
import os
import random
import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from publisher.actions.optouts import optouts
from publisher.edges.project import Project
from tests.fixtures.answers import at
from tests.fixtures.houses import TWO, token, told
from tests.fixtures.receivers import PAGE, Receiver, everything, receiving, status

FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("strangers")
    project = told(root)
    project.built.mkdir(parents=True)
    (project.built / "index.html").write_text("<!doctype html><title>Home</title>")
    (project.built / "404.html").write_text("<!doctype html><title>Not here</title>")
    (project.built / "privacy").mkdir()
    (project.built / "privacy" / "index.html").write_text("<!doctype html><title>P</title>")
    (project.built / "policy.pdf").write_bytes(b"%PDF-1.7 " + bytes(range(256)) * 100)
    (root / "secret").write_text("secret")
    (project.built / "out").symlink_to(root / "secret")
    (project.built / "up").symlink_to(root)
    (project.built / "loop").symlink_to("loop")
    os.mkfifo(project.built / "pipe")
    return project


@pytest.fixture(scope="module")
def receiver(project: Project) -> Iterator[Receiver]:
    with receiving(project, "head=2, request=2, idle=1", "asks_of_unknown='9999 per hour'") as it:
        yield it
        assert "Traceback" not in it.log
        assert ".py:" not in it.log
        assert " 500 " not in it.log


def get(path: str, *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    lines = [f"{method} {path} HTTP/{version}", "Host: x", "Connection: close", *headers, "", ""]
    return "\r\n".join(lines).encode("latin-1")


def form(body: bytes, *headers: str) -> bytes:
    head = get(PAGE, *(headers or (FORM,)), f"Content-Length: {len(body)}", method="POST")
    return head + body


@pytest.mark.parametrize("path", ["/", PAGE, PAGE[:-1], "/policy.pdf", "/nothing"])
@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "PUT", "DELETE", "FOO", "get"])
def test_other_methods_are_refused(receiver: Receiver, method: str, path: str) -> None:
    answer = receiver.say(get(path, method=method))
    assert status(answer) == 405
    assert b"allow: GET, HEAD" in answer


@pytest.mark.parametrize(
    "path",
    [
        "/out", "/up/secret", "/up/../secret", "/loop", "/pipe", "/../secret", "/%2e%2e/secret",
        "/..%2fsecret", "/%2e%2e%2fsecret", "/..%5csecret", "//etc/passwd", "/%2fetc/passwd",
        "/privacy/../../secret", "/up%00", "/%00", "/a%0d%0ab", "/%", "/%zz", "/%ff%fe",
        "/%c0%ae%c0%ae/secret", "/" + "a" * 300, "/" + "a/" * 3_000, "/" + "a" * 15_000,
        f"/privacy/{'9' * 5_000}/opt-out/", "/privacy/%D9%A2/opt-out/", "*", "x:1", "out",
        "/%E2%80%AE/2/opt-out/", "/privacy/2%0a/opt-out/",
    ],
)  # fmt: skip
def test_no_path_leads_out_of_the_site(receiver: Receiver, path: str) -> None:
    answer = receiver.get(path)
    assert status(answer) == 404
    assert b"secret" not in answer


def test_a_path_may_name_the_host_before_it(receiver: Receiver) -> None:
    assert b"Home" in receiver.get("http://policies.example")
    assert b"Home" in receiver.get("HTTPS://policies.example/?x=http://y/z")
    assert b"location: ./privacy/?x=1\r\n" in receiver.get("http://evil.example/privacy?x=1")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Range: bytes=0-9", 206),
        ("Range: bytes=0-0,2-3", 206),
        ("Range: bytes=" + "0-," * 90 + "0-", 206),
        ("Range: bytes=" + ",".join(f"{i}-{i}" for i in range(0, 400, 2)), 200),
        ("Range: bytes=9999999-", 416),
        ("Range: bytes=5-2", 400),
        ("Range: bytes=" + "9" * 5_000 + "-", 400),
        ("Range: chars=1-2", 400),
        ("If-Modified-Since: Mon, 99 Foo 99999999999999 99:99:99 GMT", 200),
        ("If-Modified-Since: " + "9" * 5_000, 200),
        ("If-None-Match: *", 304),
        ('If-None-Match: W/"x", "', 200),
        ("If-Range: x\r\nRange: bytes=0-9", 200),
    ],
)
def test_parts_and_conditions(receiver: Receiver, header: str, expected: int) -> None:
    answer = receiver.get("/policy.pdf", header)
    assert status(answer) == expected
    assert len(answer) < 30_000


@pytest.mark.parametrize(
    "request_",
    [
        get("/", "Content-Length: -1"),
        get("/", "Content-Length: 1, 2"),
        get("/", "Content-Length: 5", "Content-Length: 6") + b"hello",
        get("/", "Transfer-Encoding: gzip, chunked"),
        get("/", "Transfer-Encoding: chunked, chunked"),
        get("/", "Transfer-Encoding : chunked"),
        get("/", "Transfer-Encoding: chunked") + b"zz\r\n",
        get("/policy.pdf", "Transfer-Encoding: chunked") + b"zz\r\nGET / HTTP/1.1\r\n",
        form(b"", FORM, "Transfer-Encoding: chunked") + b"zz\r\n",
        get("/", "Host: y"),
        get("/", "X\x00: a"),
        get("/", "X: a\x00b"),
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused(receiver: Receiver, request_: bytes) -> None:
    answer = receiver.say(request_)
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1


@pytest.mark.parametrize(
    "request_",
    [
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
        get("/", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Key: x"),
        get("/", "Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings"),
        get("/", "X: " + "a" * 15_000),
        get("/", "X: " + "a" * 150_000),
        get("/", *(f"X{i}: a" for i in range(1_500))),
        b"GET /\r\n",
        b"\r\n" * 100,
        form(b"x" * 0x3000, FORM) + b"zz\r\nzz\r\n",
        get("/policy.pdf").replace(b"Connection: close\r\n", b"") * 3 + b"\x00\xff\r\n\r\n",
    ],
)
def test_what_is_nearly_http_makes_no_noise(receiver: Receiver, request_: bytes) -> None:
    before = len(receiver.log)
    receiver.say(request_)
    assert len(receiver.log) < before + 2_000


@pytest.mark.parametrize("path", [PAGE, "/"])
@pytest.mark.parametrize(("version", "length"), [("1.1", "Content-Length: 5\r\n"), ("1.0", "")])
def test_a_body_with_two_ends_is_refused_and_nothing_after_it_is_read(
    receiver: Receiver, path: str, version: str, length: str
) -> None:
    head = f"POST {path} HTTP/{version}\r\nHost: x\r\n{FORM}\r\nConnection: keep-alive\r\n{length}"
    smuggled = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = receiver.say(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n" + smuggled)
    assert status(answer) == 400
    assert answer.count(b"HTTP/1.1 ") == 1
    assert "/smuggled" not in receiver.log


def test_a_field_that_is_there_twice_declares_nothing(project: Project, receiver: Receiver) -> None:
    own = token(project, "c-2").encode()
    body = b"token=" + own + b"&action=opt+out"
    for extra in (b"&action=withdraw", b"&action=opt+out", b"&token=x", b"&x=1&x=2"):
        assert status(receiver.say(form(body + extra))) == 400
    for headers in ([FORM, "Content-Encoding: gzip"], ["Content-Type: text/plain"]):
        assert status(receiver.say(form(body, *headers))) == 415
    assert status(receiver.say(form(gzip.compress(body), FORM, "Content-Encoding: gzip"))) == 415
    assert not any(row.customer == "c-2" for row in optouts(at(project), "privacy", TWO))


@pytest.mark.parametrize(
    "address", [b"a%00@b.example", b"%ed%a0%80@b.example", b"a@b.example%0d%0aBcc:c@d.example"]
)
def test_addresses_that_are_none(receiver: Receiver, address: bytes) -> None:
    assert status(receiver.say(form(b"address=" + address))) == 200


def test_requests_in_one_go_are_answered_in_turn(receiver: Receiver) -> None:
    request = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    assert receiver.say(request * 50 + get("/")).count(b"HTTP/1.1 200 ") == 51


def test_who_has_said_all_still_hears_the_answer(project: Project, receiver: Receiver) -> None:
    body = b"token=" + token(project, "c-3").encode() + b"&action=opt+out"
    with receiver.connect() as client:
        client.sendall(form(body).replace(b"Connection: close\r\n", b""))
        client.shutdown(socket.SHUT_WR)
        answer = everything(client)
    assert (status(answer), b"Receipt" in answer) == (200, True)


def test_who_has_said_all_hears_every_answer(receiver: Receiver) -> None:
    request = b"GET /policy.pdf HTTP/1.1\r\nHost: x\r\n\r\n"
    for rest in (b"", request[:20]):
        with receiver.connect() as client:
            client.sendall(request * 5 + rest)
            client.shutdown(socket.SHUT_WR)
            assert everything(client).count(b"HTTP/1.1 200 ") == 5


def test_a_connection_goes_on_after_a_body_that_nobody_wanted(receiver: Receiver) -> None:
    head = f"POST / HTTP/1.1\r\nHost: x\r\n{FORM}\r\nContent-Length: 100000\r\n\r\n".encode()
    with receiver.connect() as client:
        client.sendall(head)
        answer = client.recv(1000)
        client.sendall(b"x" * 100_000)
        client.sendall(get("/"))
        answer += everything(client)
    assert (answer.count(b" 405 "), answer.count(b" 200 OK"), answer.count(b" 408 ")) == (1, 1, 0)
    with receiver.connect() as client:
        client.sendall(head + b"x" * 100_000)
        assert b" 408 " not in everything(client)


def test_connections_that_are_reset_make_no_noise(receiver: Receiver) -> None:
    before = receiver.said
    for request in (get("/policy.pdf"), get("/")[:20], b"\0", form(b"x"), b""):
        for _ in range(10):
            with receiver.connect() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.sendall(request)
    assert status(receiver.get("/")) == 200
    assert receiver.said < before + 60


def test_broken_requests_do_not_break_the_receiver(receiver: Receiver) -> None:
    chance = random.Random(1)
    seeds = [
        get(f"{PAGE}?token=x"),
        form(b"token=x&action=opt+out"),
        get("/policy.pdf", "Range: bytes=0-9,20-30", "If-None-Match: x", "Expect: 100-continue"),
        get("/privacy?x=y", "Transfer-Encoding: chunked") + b"5\r\nhello\r\n0\r\n\r\n",
    ]
    for _ in range(300):
        request = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(request))
            other = [chance.choice([*b"\r\n\0%/ :", chance.randrange(256)]) for _ in range(3)]
            request[at : at + chance.randint(0, 3)] = bytes(other[: chance.randint(0, 3)])
        with suppress(TimeoutError):
            receiver.say(bytes(request), 0.05)
    assert status(receiver.get("/", timeout=30)) == 200


def test_a_link_that_a_mail_program_broke_is_not_logged(
    project: Project, receiver: Receiver
) -> None:
    own = token(project, "c-1")
    for path in ("?token=", "%3Ftoken=", "%3ftoken%3D", "&token=", ";token=", "token="):
        receiver.get(PAGE + path + own)
    receiver.get(PAGE[:-1] + "?token=" + own)
    receiver.get("http://x" + PAGE + "?token=" + own)
    assert own not in receiver.log


def test_a_site_that_is_not_built_has_no_pages(tmp_path: Path) -> None:
    with receiving(told(tmp_path)) as receiver:
        assert status(receiver.get("/")) == 404
        assert status(receiver.get("/privacy/9/opt-out/")) == 404
        assert status(receiver.get(PAGE)) == 200
        assert "Traceback" not in receiver.log
