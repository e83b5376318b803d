from __future__ import annotations

import shutil
import ssl
import stat
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from publisher.edges.carriers.carrier import Carrier, CarrierAnswer
from publisher.edges.carriers.smtp import Relay
from publisher.edges.carriers.spool import Spool
from publisher.errors import ConfigurationError, LedgerError, SendError
from publisher.letters.message import Letter
from publisher.people.deliveries import Fate
from publisher.policies.settings import RelaySettings
from tests.fixtures.relays import CLOSE, HANG, Keeps, free_port, real, scripted

LETTER = Letter(
    "id-1@x.example", "us@x.example", "you@y.example", b"Subject: a\r\n\r\n.dot\r\n..\r\n"
)


def relay(port: int, security: str = "none", trusts: ssl.SSLContext | None = None) -> Relay:
    settings = RelaySettings("127.0.0.1", port, security, "")
    return Relay(settings, patience=2, long_patience=1, trusts=trusts)


class Marks:
    """What a ledger would be told."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> None:
        self.count += 1


def test_a_real_server_gets_the_letter_byte_for_byte() -> None:
    keeps, marks = Keeps(), Marks()
    with real(keeps) as port:
        carrier = relay(port)
        outcome = carrier.deliver(LETTER, marks)
        carrier.close()
    assert (outcome.fate, outcome.reply) == (Fate.ACCEPTED, "250 2.0.0 kept")
    assert keeps.letters == [("you@y.example", LETTER.data)]
    assert marks.count == 1


def test_one_connection_carries_many_letters() -> None:
    with scripted({}) as server:
        carrier = relay(server.port)
        for _ in range(5):
            assert carrier.deliver(LETTER, Marks()).fate is Fate.ACCEPTED
        carrier.close()
        assert (server.connections, len(server.letters)) == (1, 5)


@pytest.mark.parametrize(
    ("step", "does", "fate", "marked"),
    [
        ("MAIL", "451 later", Fate.LATER, 0),
        ("MAIL", CLOSE, Fate.LATER, 0),
        ("MAIL", HANG, Fate.LATER, 0),
        ("MAIL", "421 closing", Fate.LATER, 0),
        ("RCPT", "550 5.1.1 nobody", Fate.REFUSED, 0),
        ("RCPT", "450 4.2.0 greylisted", Fate.LATER, 0),
        ("RCPT", CLOSE, Fate.LATER, 0),
        ("RCPT", "nonsense", Fate.LATER, 0),
        ("DATA", "554 no", Fate.REFUSED, 0),
        ("DATA", "451 later", Fate.LATER, 0),
        ("DATA", "250 wrong", Fate.LATER, 0),
        ("DATA", CLOSE, Fate.LATER, 0),
        ("body", CLOSE, Fate.LATER, None),
        ("dot", "550 spam", Fate.REFUSED, 1),
        ("dot", "451 later", Fate.LATER, 1),
        ("dot", "421 closing", Fate.LATER, 1),
        ("dot", CLOSE, Fate.UNKNOWN, 1),
        ("dot", HANG, Fate.UNKNOWN, 1),
        ("dot", "nonsense", Fate.UNKNOWN, 1),
    ],
)
def test_the_stage_decides_what_a_failure_means(
    step: str, does: str, fate: Fate, marked: int | None
) -> None:
    marks = Marks()
    with scripted({step: does}) as server:
        letter = LETTER
        if step == "body":
            # Large enough that the loss of the connection is seen before the end.
            letter = Letter(
                "i@x", "us@x.example", "you@y.example", b"a: b\r\n\r\n" + b"x\r\n" * 9**7
            )
        outcome = relay(server.port).deliver(letter, marks)
        assert outcome.fate is fate
        assert server.letters == ([] if step != "dot" else [b"Subject: a\r\n\r\n..dot\r\n...\r\n"])
    if marked is not None:
        assert marks.count == marked


def test_goes_on_after_a_refusal_and_after_a_lost_connection() -> None:
    with scripted({"RCPT": "550 no"}, times=1) as server:
        carrier = relay(server.port)
        assert carrier.deliver(LETTER, Marks()).fate is Fate.REFUSED
        assert carrier.deliver(LETTER, Marks()).fate is Fate.ACCEPTED
        assert server.connections == 1
    with scripted({"dot": CLOSE}, times=1) as server:
        carrier = relay(server.port)
        assert carrier.deliver(LETTER, Marks()).fate is Fate.UNKNOWN
        assert carrier.deliver(LETTER, Marks()).fate is Fate.ACCEPTED
        assert server.connections == 2


def test_a_connection_that_was_closed_while_idle_is_opened_again() -> None:
    with scripted({}) as server:
        carrier = relay(server.port)
        assert carrier.deliver(LETTER, Marks()).fate is Fate.ACCEPTED
        server.script, server.times = {"MAIL": "421 idle for too long"}, 1
        assert carrier.deliver(LETTER, Marks()).fate is Fate.ACCEPTED


def test_nothing_is_sent_when_the_mark_cannot_be_made() -> None:
    def full() -> None:
        raise OSError("no space left on device")

    with scripted({}) as server:
        carrier = relay(server.port)
        with pytest.raises(OSError, match="no space"):
            carrier.deliver(LETTER, full)
        assert carrier.deliver(LETTER, Marks()).fate is Fate.ACCEPTED
        assert len(server.letters) == 1


@pytest.mark.parametrize("step", ["banner", "MAIL"])
def test_a_relay_that_takes_nothing_at_all_stops_the_run(step: str) -> None:
    with scripted({step: "550 5.7.1 go away"}) as server, pytest.raises(SendError, match="550"):
        relay(server.port).deliver(LETTER, Marks())


def test_no_relay() -> None:
    with pytest.raises(SendError, match="cannot be reached"):
        relay(free_port()).deliver(LETTER, Marks())


class Counting:
    """A desk that knows what was marked and answered, and cannot write at one moment."""

    def __init__(self, count: int, full_at: int = 0) -> None:
        self.letters = [replace(LETTER, id=f"{n}@x.example") for n in range(count)]
        self._left, self._full_at = iter(self.letters), full_at
        self._unwritten: list[CarrierAnswer] = []
        self.marked: list[str] = []
        self.answered: dict[str, Fate] = {}
        self.batches = 0

    def take(self) -> Letter | None:
        return next(self._left, None)

    def pause(self) -> float | None:
        return None

    def write(
        self, marks: Sequence[Letter], answers: Sequence[CarrierAnswer]
    ) -> Collection[Letter]:
        self.batches += 1
        self._unwritten += answers
        if self.batches == self._full_at:
            raise LedgerError("no space left on device")
        self.marked += [one.id for one in marks]
        for letter, outcome in self._unwritten:
            assert letter.id in self.marked
            assert letter.id not in self.answered
            self.answered[letter.id] = outcome.fate
        self._unwritten.clear()
        return ()


GROUPS = {"EHLO": "250-scripted\r\n250 PIPELINING"}


def test_many_letters_go_by_several_connections_in_groups() -> None:
    with scripted(GROUPS) as server:
        desk, carrier = Counting(100), relay(server.port)
        carrier.carry(desk)
        carrier.close()
        assert 1 < server.connections <= 8
    assert len(server.letters) == len(desk.marked) == len(set(desk.marked)) == 100
    assert list(desk.answered.values()) == [Fate.ACCEPTED] * 100
    assert desk.batches < 200


@pytest.mark.parametrize("script", [{}, GROUPS])
@pytest.mark.parametrize("full_at", [1, 2, 30])
def test_what_the_relay_says_is_waited_for_when_nothing_more_can_be_written(
    script: dict[str, str], full_at: int
) -> None:
    with scripted(script) as server:
        desk, carrier = Counting(100, full_at), relay(server.port)
        with pytest.raises(LedgerError, match="no space"):
            carrier.carry(desk)
    assert len(server.letters) == len(desk.marked)
    assert desk.answered == dict.fromkeys(desk.marked, Fate.ACCEPTED)


@pytest.mark.parametrize("spool", [True, False])
@pytest.mark.parametrize(
    "address",
    ["a@b.example\r\nRCPT TO:<evil@x>", "a\x00@b.example", "jösé@b.example", "a b@c.example", ""],
)
def test_an_address_that_could_act_is_refused(tmp_path: Path, spool: bool, address: str) -> None:
    with scripted({}) as server:
        carrier: Carrier = Spool(tmp_path) if spool else relay(server.port)
        letter = Letter("i@x", "us@x.example", address, b"a: b\r\n\r\n")
        assert carrier.deliver(letter, Marks()).fate is Fate.REFUSED
        assert server.letters == []
        assert list(tmp_path.iterdir()) == []


def test_a_password_never_crosses_the_network_in_the_open() -> None:
    with pytest.raises(ConfigurationError, match="in the open"):
        Relay(RelaySettings("relay.example", 25, "none", "user"), "secret")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("needs openssl")
    folder = tmp_path_factory.mktemp("tls")
    words = "req -x509 -newkey rsa:2048 -nodes -days 30 -keyout key.pem -out cert.pem -subj /CN=x"
    extra = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([openssl, *words.split(), *extra], cwd=folder, check=True, capture_output=True)
    return folder


def test_starttls_checks_the_certificate(certificate: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    keeps = Keeps()
    server = Controller(
        keeps, hostname="127.0.0.1", port=free_port(), tls_context=context, require_starttls=True
    )
    server.start()
    try:
        trusts = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
        assert relay(server.port, "starttls", trusts).deliver(LETTER, Marks()).fate is Fate.ACCEPTED
        with pytest.raises(SendError, match="CERTIFICATE_VERIFY_FAILED"):
            relay(server.port, "starttls").deliver(LETTER, Marks())
    finally:
        server.stop()
    with scripted({}) as plain, pytest.raises(SendError, match="STARTTLS"):
        relay(plain.port, "starttls").deliver(LETTER, Marks())


def test_the_spool_has_whole_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    marks = Marks()
    letter = Letter("../../x/y@z", "us@x.example", "you@y.example", LETTER.data)
    outcome = Spool(tmp_path / "spool").deliver(letter, marks)
    (path,) = (tmp_path / "spool").iterdir()
    assert outcome.fate is Fate.ACCEPTED
    assert path.read_bytes() == LETTER.data
    assert path.name == "_.._x_y@z.eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert marks.count == 1


def test_the_spool_writes_nothing_when_the_mark_cannot_be_made(tmp_path: Path) -> None:
    def full() -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        Spool(tmp_path).deliver(LETTER, full)
    assert list(tmp_path.iterdir()) == []


def test_a_spool_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SendError, match="the spool cannot be written"):
        Spool(tmp_path / "file" / "spool").deliver(LETTER, Marks())
