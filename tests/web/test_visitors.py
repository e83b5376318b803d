"""Who counts as whom when links are asked for."""

from __future__ import annotations

import logging
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from publisher.actions.workplace import Workplace
from publisher.edges.project import Project
from publisher.web.app import application
from publisher.web.visitors import MOST_NETWORKS, Visitors
from tests.fixtures.houses import NOW, told
from tests.fixtures.receivers import Receiver, receiving, status

PAGE = "/privacy/2/opt-out/"
PROXIES = 'trusted_proxies = ["192.0.2.1", "10.0.0.0/8", "::1", "2001:db8:5::/48"]'


def trusting(root: Path, receiver: str = PROXIES) -> Project:
    project = told(root)
    path = root / "publisher.toml"
    path.write_text(f"{path.read_text()}\n[receiver]\n{receiver}\n")
    return Project(project.root)


@pytest.fixture
def plain(tmp_path: Path) -> Project:
    return told(tmp_path)


@pytest.fixture
def proxied(tmp_path: Path) -> Project:
    return trusting(tmp_path)


class Asking:
    """Asks an application of its own for links, each time from another peer."""

    def __init__(self, project: Project, *, asks: int = 2, of_unknown: int = 5) -> None:
        limits = (f"{asks} per hour", f"{of_unknown} per hour")
        self._app = application(
            Workplace(project, lambda: NOW), asks=limits[0], asks_of_unknown=limits[1]
        )

    def __call__(self, peer: str, *forwarded: str) -> bool:
        client = TestClient(self._app, client=(peer, 4711))
        headers = [(b"X-Forwarded-For", value.encode()) for value in forwarded]
        answer = client.post(PAGE, data={"address": "a@b.example"}, headers=headers)
        assert answer.status_code in (200, 429)
        return answer.status_code == 200

    def same(self, one: tuple[str, ...], other: tuple[str, ...]) -> bool:
        """Whether two visitors are counted as one, after one of them has used up its asks."""
        assert [self(*one) for _ in range(3)] == [True, True, False]
        return not self(*other)


# ── without a proxy ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("198.51.100.7", "198.51.100.7", True),
        ("198.51.100.7", "198.51.100.8", False),
        ("198.51.100.7", "::ffff:198.51.100.7", True),
        ("::ffff:198.51.100.7", "::ffff:198.51.100.8", False),
        ("64:ff9b::198.51.100.7", "64:ff9b::198.51.100.8", False),
        ("2001:db8::1", "2001:db8::ffff:1:2:3", True),
        ("2001:db8::1", "2001:DB8:0:0:0:0:0:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
    ],
)
def test_a_visitor_is_an_address_or_a_network(
    plain: Project, one: str, other: str, same: bool
) -> None:
    assert Asking(plain).same((one,), (other,)) == same


def test_what_a_stranger_says_of_itself_counts_for_nothing(plain: Project) -> None:
    asking = Asking(plain)
    assert asking.same(("198.51.100.7", "203.0.113.1"), ("198.51.100.7", "203.0.113.2"))
    assert asking("203.0.113.1")


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "127.5.5.5", "", "::ffff:127.0.0.1"])
def test_visitors_behind_a_proxy_nobody_named_do_not_lock_each_other_out(
    plain: Project, peer: str
) -> None:
    asking = Asking(plain)
    assert [asking(peer) for _ in range(6)] == [True] * 5 + [False]
    assert asking("198.51.100.7")


def test_a_forged_address_from_this_machine_is_not_believed(plain: Project) -> None:
    asking = Asking(plain)
    assert [asking("127.0.0.1", f"203.0.113.{n}") for n in range(6)] == [True] * 5 + [False]
    assert asking("203.0.113.1")


def test_the_receiver_says_once_which_proxy_to_name(
    plain: Project, caplog: pytest.LogCaptureFixture
) -> None:
    asking = Asking(plain)
    asking("198.51.100.7", "203.0.113.1")
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]
    for _ in range(3):
        asking("127.0.0.1", "203.0.113.1")
    (record,) = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert 'set trusted_proxies = ["127.0.0.1"] under [receiver]' in record.getMessage()
    assert "203.0.113" not in record.getMessage()


# ── with proxies ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("peer", ["192.0.2.1", "10.1.2.3", "::1", "2001:db8:5:6::7"])
def test_a_trusted_proxy_says_whom_it_asks_for(proxied: Project, peer: str) -> None:
    asking = Asking(proxied)
    assert not asking.same((peer, "203.0.113.1"), (peer, "203.0.113.2"))
    assert not asking(peer, "203.0.113.1")


@pytest.mark.parametrize("peer", ["198.51.100.7", "192.0.2.2", "11.0.0.1", "127.0.0.1"])
def test_nobody_else_does(proxied: Project, peer: str) -> None:
    assert Asking(proxied).same((peer, "203.0.113.1"), (peer, "203.0.113.2"))


@pytest.mark.parametrize(
    "forwarded",
    [
        ("203.0.113.1",),
        (" 203.0.113.1 ",),
        ("203.0.113.1:51234",),
        ("::ffff:203.0.113.1",),
        ("6.6.6.6, 203.0.113.1",),
        ("6.6.6.6", "203.0.113.1"),
        ("203.0.113.1, 10.9.9.9",),
        ("6.6.6.6, 203.0.113.1", "10.9.9.9, 192.0.2.1"),
        ("203.0.113.1, [2001:db8:5::9]:443",),
        ("203.0.113.1, ::ffff:10.9.9.9",),
        ("nonsense, 203.0.113.1",),
        (", ,203.0.113.1",),
        ("10.9.9.9, 203.0.113.1",),
    ],
)
def test_the_last_address_counts_that_is_no_proxy(
    proxied: Project, forwarded: tuple[str, ...]
) -> None:
    asking = Asking(proxied)
    assert asking.same(("10.1.2.3", *forwarded), ("10.1.2.3", "203.0.113.1"))
    assert asking("10.1.2.3", "6.6.6.6")


@pytest.mark.parametrize("address", ["2001:db8::1", "[2001:db8::1]:51234", "[2001:db8::2]"])
def test_addresses_with_ports_and_brackets(proxied: Project, address: str) -> None:
    assert Asking(proxied).same(("10.1.2.3", address), ("10.1.2.3", "2001:db8::ffff"))


@pytest.mark.parametrize(
    "forwarded",
    [(), ("",), ("unknown",), ("_hidden",), ("10.9.9.9",), ("203.0.113.1, unknown",), ("a" * 9000,),
     ('"[2001:db8::1]"',), ("203.0.113.1 203.0.113.2",), ("203.0.113.1:" + "9" * 5000,), ("é",)],
)  # fmt: skip
def test_whom_the_proxy_does_not_name_nobody_locks_out(
    proxied: Project, forwarded: tuple[str, ...]
) -> None:
    asking = Asking(proxied)
    allowed = [asking("10.1.2.3", *forwarded) for _ in range(6)]
    assert allowed == [True] * 5 + [False]
    assert asking("10.1.2.3", "203.0.113.9")


# ── memory ───────────────────────────────────────────────────────────────────────────────────────


def test_however_many_networks_somebody_has_memory_is_bounded() -> None:
    visitors = Visitors(asks="2 per hour", of_unknown="100 per hour")
    known = "198.51.100.7"
    assert visitors.may_ask(known)
    tracemalloc.start()
    allowed = sum(visitors.may_ask(f"2001:db8:{n >> 8:x}:{n & 255:x}::1") for n in range(20_000))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert allowed <= MOST_NETWORKS + 100
    assert taken < 5_000_000
    assert [visitors.may_ask(known) for _ in range(2)] == [True, False]
    assert not visitors.may_ask("2001:db8:ffff:ffff::1")


# ── the real receiver ────────────────────────────────────────────────────────────────────────────

LIMITS = "asks='2 per hour', asks_of_unknown='5 per hour'"


def asked(receiver: Receiver, *headers: str) -> int:
    return status(receiver.post(b"address=a@b.example", *headers))


@pytest.fixture
def receiver(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Receiver]:
    project = trusting(tmp_path, request.param) if request.param else told(tmp_path)
    with receiving(project, options=LIMITS) as receiver:
        yield receiver


@pytest.mark.parametrize("receiver", [""], indirect=True)
def test_a_real_receiver_believes_nobody_by_default(receiver: Receiver) -> None:
    asks = [asked(receiver, f"X-Forwarded-For: 203.0.113.{n}") for n in range(6)]
    assert asks == [200] * 5 + [429]
    assert receiver.log.count("trusted_proxies") == 1


@pytest.mark.parametrize("receiver", ['trusted_proxies = ["127.0.0.0/8"]'], indirect=True)
def test_a_real_receiver_believes_its_proxy(receiver: Receiver) -> None:
    for n in range(6):
        forwarded = f"X-Forwarded-For: 6.6.6.{n}, 203.0.113.1"
        assert asked(receiver, forwarded) == (200 if n < 2 else 429)
    assert asked(receiver, "X-Forwarded-For: 203.0.113.2") == 200
    assert "trusted_proxies" not in receiver.log
