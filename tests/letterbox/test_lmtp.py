"""What a mail server is answered over LMTP: nothing is acknowledged that is not on the disk."""

from __future__ import annotations

import asyncio
import signal
import socket
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from publisher.actions.keep_messages import keep_messages
from publisher.actions.optouts import optouts
from publisher.cli import command_line
from publisher.edges.ledger import close_ledgers
from publisher.edges.project import Project
from publisher.errors import LedgerError, ServeError
from publisher.letterbox.lmtp import LARGEST_MESSAGE, LONGEST_COMMAND, MOST_RECIPIENTS, Dialogue
from publisher.letterbox.serving import listen_for_mail
from publisher.letterbox.storing import Store
from tests.fixtures.answers import at, reply
from tests.fixtures.houses import TWO, token, told, workplace
from tests.fixtures.letterboxes import letterbox
from tests.fixtures.workplaces import ledger_of

MAIL = b"From: a@b.example\r\nSubject: Hello\r\n\r\nHello.\r\n"
FROM = b"MAIL FROM:<a@b.example>\r\nRCPT TO:<opt-out@hosting.example>\r\nDATA\r\n"
BEGUN = b"LHLO mx.example\r\n" + FROM
ENDS = [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\0\r\n.x"]
"""What is no end of a message, though some take it for one."""
SAID = [b"LHLO x\r\n", b"MAIL FROM:<a@b>\r\n", b"RCPT TO:<c@d>\r\n", b"DATA\r\n", b"a\r\n"]
SAID += [b".\r\n", b"..\r\n", b"\r\n", b"RSET\r\n", b"NOOP\r\n", b".", b"\n", b"\r", b"\xff\0"]


class Kept:
    """What was put down by a dialogue, and whether it is stored."""

    def __init__(self, *, stored: bool = True) -> None:
        self.messages: list[tuple[bytes, tuple[str, ...]]] = []
        self.stored = stored

    def put(self, raw: bytes, to: Sequence[str]) -> asyncio.Future[bool]:
        self.messages.append((raw, tuple(to)))
        future = asyncio.get_running_loop().create_future()
        future.get_loop().call_soon(future.set_result, self.stored)
        return future


def said(kept: Kept, *pieces: bytes, patience: float = 60, wait: float = 0) -> list[str]:
    """What is answered to bytes that come in pieces, line by line."""

    async def speak() -> bytes:
        ours, theirs = socket.socketpair()
        loop, dialogues = asyncio.get_running_loop(), set[Dialogue]()
        await loop.connect_accepted_socket(lambda: Dialogue(kept.put, dialogues, patience), ours)
        reader, writer = await asyncio.open_connection(sock=theirs)
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        if wait:
            await asyncio.sleep(wait)
        else:
            with suppress(OSError):
                writer.write_eof()
        answered = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        return answered

    return asyncio.run(speak()).decode("ascii").splitlines()


def test_a_message_is_put_down_whole_and_answered_for_each_recipient() -> None:
    kept = Kept()
    words = (
        b"LHLO mx.example\r\nMAIL FROM:<a@b.example> SIZE=100 BODY=8BITMIME\r\n"
        b"RCPT TO:<opt-out+x@hosting.example>\r\nRCPT TO:<data@hosting.example>\r\nDATA\r\n"
        b"Subject: x\r\n\r\n..a dot\r\n.\r\nNOOP\r\nQUIT\r\n"
    )
    for pieces in ([words], [words[i : i + 1] for i in range(len(words))]):
        kept.messages.clear()
        lines = said(kept, *pieces)
        codes = [line[:4] for line in lines]
        assert codes[0] == "220 "
        assert lines[-5:-2] == ["250 2.0.0 Stored", "250 2.0.0 Stored", "250 2.0.0 Here"][:3] or (
            codes[-4:] == ["250 ", "250 ", "250 ", "221 "]
        )
        raw = b"Return-Path: <a@b.example>\r\nSubject: x\r\n\r\n.a dot\r\n"
        assert kept.messages == [(raw, ("opt-out+x@hosting.example", "data@hosting.example"))]


def test_what_is_not_stored_is_put_off_and_never_refused() -> None:
    kept = Kept(stored=False)
    lines = said(kept, BEGUN + MAIL + b".\r\n" + b"QUIT\r\n")
    assert lines[-2:] == [
        "452 4.3.1 The message could not be stored; try again later",
        "221 2.0.0 Bye",
    ]


def test_an_empty_message_and_no_sender_are_taken() -> None:
    kept = Kept()
    words = b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<@old.example:a@b.example>\r\nDATA\r\n.\r\nQUIT\r\n"
    assert said(kept, words)[-2] == "250 2.0.0 Stored"
    assert kept.messages == [(b"Return-Path: <>\r\n", ("a@b.example",))]


@pytest.mark.parametrize("end", ENDS)
def test_no_message_smuggles_a_second(end: bytes) -> None:
    kept = Kept()
    second = FROM.replace(b"a@b", b"evil@b") + b"x\r\n.\r\n"
    said(kept, BEGUN + b"one" + end + second + b"QUIT\r\n")
    assert len(kept.messages) == 1
    assert b"MAIL FROM:<evil@b.example>" in kept.messages[0][0]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (b"EHLO x\r\n", "500"),
        (b"HELO x\r\n", "500"),
        (b"LHLO\r\n", "501"),
        (b"MAIL FROM:<a@b.example>\r\n", "503"),
        (b"LHLO x\r\nRCPT TO:<a@b.example>\r\n", "503"),
        (b"LHLO x\r\nDATA\r\n", "503"),
        (b"LHLO x\r\nMAIL TO:<a@b.example>\r\n", "501"),
        (b"LHLO x\r\nMAIL FROM:<a@b.example>\r\nMAIL FROM:<a@b.example>\r\n", "503"),
        (b"LHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<>\r\n", "501"),
        (b"LHLO x\r\nMAIL FROM:<a@b.example>\r\nDATA\r\n", "503"),
        (b"LHLO x\r\nMAIL FROM:<a>\r\nRSET\r\nRCPT TO:<a@b.example>\r\n", "503"),
        (b"VRFY x\r\n", "252"),
        (b"EXPN x\r\n", "500"),
        (b"x" * LONGEST_COMMAND, "500"),
        (b"LHLO x\r\nMAIL FROM:<a>\r\n" + b"RCPT TO:<a@b>\r\n" * (MOST_RECIPIENTS + 1), "452"),
    ],
)
def test_what_is_wrong_is_said(words: bytes, answer: str) -> None:
    assert said(Kept(), words)[-1].startswith(answer)


def test_a_message_that_is_too_large_is_put_off_and_the_dialogue_goes_on() -> None:
    kept = Kept()
    line = b"x" * 998 + b"\r\n"
    pieces = [BEGUN, *[line * 1_000] * (LARGEST_MESSAGE // 1_000_000 + 2), b".\r\n"]
    lines = said(kept, *pieces, BEGUN.partition(b"\r\n")[2] + MAIL + b".\r\nQUIT\r\n")
    assert [line[:3] for line in lines[-6:]] == ["452", "250", "250", "354", "250", "221"]
    assert [raw[-8:] for raw, _ in kept.messages] == [MAIL[-8:]]


def test_who_says_nothing_is_left() -> None:
    assert said(Kept(), b"LHLO x\r\n", patience=0.1, wait=0.5)[-1].startswith("421")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(SAID) | st.binary(max_size=20),
        max_size=40,
    )
)
def test_whatever_is_said_it_answers_in_lines_and_stores_what_it_acknowledges(
    pieces: list[bytes],
) -> None:
    kept = Kept()
    lines = said(kept, *pieces)
    assert all(line[:3].isdecimal() and line[3] in " -" for line in lines)
    assert lines.count("250 2.0.0 Stored") == sum(len(to) for _, to in kept.messages)
    assert all(to for _, to in kept.messages)


# ── storing ──────────────────────────────────────────────────────────────────────────────────────


def test_what_comes_at_the_same_time_is_stored_together(tmp_path: Path) -> None:
    """The first one is on its way to the disk; those that come meanwhile share a transaction."""
    ours, sizes = workplace(told(tmp_path)), list[int]()

    def keep(messages: Sequence[tuple[bytes, str]]) -> None:
        sizes.append(len(messages))
        if len(sizes) == 1:
            time.sleep(0.2)
        keep_messages(ours, messages)

    async def bring() -> list[bool]:
        store = Store(keep)
        store.start()
        first = store.put(MAIL, ["a@b.example"])
        await asyncio.sleep(0.05)
        others = [store.put(MAIL, ["a@b.example", "c@d.example"]) for _ in range(10)]
        done = await asyncio.gather(first, *others)
        store.stop()
        late = await store.put(MAIL, ["a@b.example"])
        return [*done, late]

    assert asyncio.run(bring()) == [True] * 11 + [False]
    assert sizes == [1, 20]
    assert len(list(ours.ledger.messages())) == 21


def test_it_goes_on_by_itself_after_the_disk_was_full(caplog: pytest.LogCaptureFixture) -> None:
    full = True

    def keep(_: object) -> None:
        if full:
            raise LedgerError("the disk is full")

    async def bring() -> list[bool]:
        nonlocal full
        store = Store(keep)
        store.start()
        one = await store.put(MAIL, ["a@b.example"])
        two = await store.put(MAIL, ["a@b.example"])
        full = False
        three = await store.put(MAIL, ["a@b.example"])
        store.stop()
        return [one, two, three]

    with caplog.at_level("INFO"):
        assert asyncio.run(bring()) == [False, False, True]
    assert caplog.text.count("the disk is full") == 1
    assert caplog.text.count("stored again") == 1


# ── the whole letterbox ──────────────────────────────────────────────────────────────────────────


def test_a_reply_over_lmtp_opts_out_and_a_stop_loses_nothing(tmp_path: Path) -> None:
    project = told(tmp_path)
    to = f"opt-out+{token(project, 'c-1')}@hosting.example"
    raw = reply(project, "I opt out.")
    close_ledgers()
    with letterbox(project) as box:
        with box.connect() as server:
            assert server.sendmail("anna@customer.example", [to], raw) == {}
        end = time.monotonic() + 30
        while not _opted_out(project) and time.monotonic() < end:
            time.sleep(0.05)
        box.process.send_signal(signal.SIGTERM)
        assert box.process.wait(20) == 0, box.log.read_text()
    assert _opted_out(project)
    assert len(list(ledger_of(project).messages())) == 1
    assert to not in box.log.read_text()


def _opted_out(project: Project) -> bool:
    return "opted out" in [row.state for row in optouts(at(project), "privacy", TWO)]


@pytest.mark.parametrize("address", ["0.0.0.0:2424", "mx.example:24", "127.0.0.1", "127.0.0.1:0"])
def test_it_listens_to_this_machine_alone(address: str) -> None:
    with pytest.raises(ServeError, match="loopback"):
        listen_for_mail(address)


def test_a_path_that_nobody_listens_at_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "lmtp"
    first = listen_for_mail(f"unix:{path}")
    with pytest.raises(ServeError, match="cannot listen"):
        listen_for_mail(f"unix:{path}")
    first.close()
    listen_for_mail(f"unix:{path}").close()
    (tmp_path / "file").write_text("no socket")
    with pytest.raises(ServeError, match="cannot listen"):
        listen_for_mail(f"unix:{tmp_path / 'file'}")
    assert (tmp_path / "file").read_text() == "no socket"


def test_what_cannot_be_listened_at_is_said_at_once(tmp_path: Path) -> None:
    project = told(tmp_path)
    words = ["--project", str(project.root), "receive", "--lmtp", "mx.example:24"]
    run = CliRunner().invoke(command_line, words)
    assert run.exit_code == 2
    assert "publisher receive --lmtp 127.0.0.1:2424" in run.output + str(run.stderr)
