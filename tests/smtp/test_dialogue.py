"""A connection to a relay, cut at every byte in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publisher.letters.message import Letter
from publisher.people.deliveries import Fate, Outcome
from publisher.smtp.dialogue import Ended, Returned, SendingDialogue, SendingEvent
from publisher.smtp.opening import Access, ToSecure, Unusable
from publisher.smtp.replies import Reply, ReplyReader

LETTERS = [
    Letter(f"{n}@x", "us@x.example", f"to-{n}@y.example", f"Subject: {n}\r\n\r\n.a\nb".encode())
    for n in range(4)
]
REFUSED, LATER_AT_END = "to-1@y.example", "to-2@y.example"
GREETING = "220 relay ready\r\n"


@dataclass
class Server:
    """What a relay says to the bytes that it gets."""

    pipelining: bool = True
    nobody: str = "550 5.1.1 nobody"
    eager: bool = False
    """Whether it invites a letter that is for nobody."""
    kept: list[str] = field(default_factory=list)
    """To whom it has letters whose end it got."""
    seen: bytes = b""
    _lines: list[str] | None = None
    _to: str = ""

    def takes(self, data: bytes) -> bytes:
        self.seen += data
        said = ""
        while b"\r\n" in self.seen:
            line, _, self.seen = self.seen.partition(b"\r\n")
            said += self._line(line.decode())
        return said.encode()

    def _line(self, line: str) -> str:
        if self._lines is not None:
            if line != ".":
                self._lines.append(line)
                return ""
            assert not self._to or self._lines[-2:] == ["..a", "b"]
            self._lines = None
            if not self._to:
                return "554 5.5.1 no valid recipients\r\n"
            self.kept += [self._to]
            return "451 later\r\n" if self._to == LATER_AT_END else "250 2.0.0 kept\r\n"
        verb = line[:4]
        if verb == "EHLO":
            return (
                "250-relay\r\n250-SIZE 100\r\n250 PIPELINING\r\n"
                if self.pipelining
                else "250 x\r\n"
            )
        if verb in ("MAIL", "RSET"):
            self._to = ""
        if verb == "RCPT":
            to = line[9:-1]
            if to == REFUSED:
                return f"{self.nobody}\r\n"
            self._to = to
        if verb == "DATA":
            if not self._to and not self.eager:
                return "503-no\r\n503 valid recipients\r\n"
            self._lines = []
            return "354 go on\r\n"
        return "221 bye\r\n" if verb == "QUIT" else "250 ok\r\n"


@dataclass
class Run:
    """One connection, and what was learned on it."""

    events: list[SendingEvent] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    """Letters whose end was given out."""
    verdicts: dict[str, Outcome] = field(default_factory=dict)
    returned: set[str] = field(default_factory=set)
    offered: list[str] = field(default_factory=list)

    def note(self, events: list[SendingEvent]) -> None:
        self.events += events
        for one in events:
            if isinstance(one, Ended):
                assert one.letter.id not in self.verdicts | dict.fromkeys(self.returned)
                self.verdicts[one.letter.id] = one.outcome
            elif isinstance(one, Returned):
                assert one.letter.id not in self.verdicts
                self.returned.add(one.letter.id)


def converse(server: Server, up: int = 10**9, down: int = 10**9, chunk: int = 10**9) -> Run:
    """Hands over all letters; the connection is lost after a number of bytes in a direction."""
    run, dialogue, waiting = Run(), SendingDialogue(Access("us")), list(LETTERS)
    said = GREETING.encode()
    while not dialogue.is_over:
        got, said = said[: min(chunk, down)], said[min(chunk, down) :]
        down -= len(got)
        run.note(dialogue.received(got))
        if letter := dialogue.invited:
            run.ended.add(letter.id)
            dialogue.end()
        if waiting and dialogue.takes:
            run.offered.append(waiting[0].id)
            dialogue.offer(waiting.pop(0))
        if not waiting and dialogue.is_idle and not dialogue.awaits:
            dialogue.quit()
        data = bytes(dialogue.outgoing)[:up]
        up -= len(data)
        if data:
            dialogue.wrote(len(data))
            said += server.takes(data)
        if (not data and not said) or not down:
            run.note(dialogue.lost())
    assert dialogue.lost() == []
    return run


USUAL = {"0@x": Fate.ACCEPTED, "1@x": Fate.REFUSED, "2@x": Fate.LATER, "3@x": Fate.ACCEPTED}


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("eager", [True, False])
def test_each_letter_ends_as_the_relay_says(pipelining: bool, eager: bool) -> None:
    server = Server(pipelining, eager=eager)
    run = converse(server)
    assert {one: outcome.fate for one, outcome in run.verdicts.items()} == USUAL
    assert server.kept == ["to-0@y.example", "to-2@y.example", "to-3@y.example"]
    assert not run.returned


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("eager", [True, False])
@pytest.mark.parametrize("direction", ["up", "down"])
def test_cut_at_every_byte(pipelining: bool, eager: bool, direction: str) -> None:
    """A letter is in doubt exactly where its end was written and no reply to it came; what was
    taken is never told as not taken.
    """
    cuts = 0
    for cut in range(1, 2000):
        server = Server(pipelining, eager=eager)
        run = converse(server, **{direction: cut})
        fates = {one: outcome.fate for one, outcome in run.verdicts.items()}
        assert set(fates) | run.returned == set(run.offered)
        for one, fate in fates.items():
            to = f"to-{one[0]}@y.example"
            if fate is Fate.UNKNOWN:
                assert one in run.ended
                assert to in server.kept
            elif fate is Fate.ACCEPTED:
                assert to in server.kept
            elif run.verdicts[one].reply != "451 later":
                assert to not in server.kept
        assert all(f"to-{one[0]}@y.example" not in server.kept for one in run.returned)
        assert sum(fate is Fate.UNKNOWN for fate in fates.values()) <= 1
        cuts += 1
        if fates == USUAL:
            break
    assert cuts > 100


@given(st.integers(1, 40), st.booleans())
def test_replies_may_come_in_any_pieces(chunk: int, pipelining: bool) -> None:
    assert converse(Server(pipelining), chunk=chunk).events == converse(Server(pipelining)).events


def spoken(access: Access, *replies: str) -> tuple[SendingDialogue, list[SendingEvent], list[str]]:
    """What a dialogue says to replies, one after the other."""
    dialogue, events, said = SendingDialogue(access), list[SendingEvent](), list[str]()
    for reply in replies:
        new = dialogue.received(f"{reply}\r\n".encode())
        events += new
        if ToSecure() in new:
            dialogue.secured()
        if data := bytes(dialogue.outgoing):
            said.append(data.decode().strip())
            dialogue.wrote(len(data))
    return dialogue, events, said


def test_a_session_is_encrypted_before_anything_is_said() -> None:
    access = Access("us", starttls=True, user="u", password="p")
    hello = "250-relay\r\n250-AUTH=LOGIN PLAIN\r\n250 STARTTLS"
    dialogue, _, said = spoken(access, "220 x", hello, "220 go", hello, "235 in")
    assert said == ["EHLO us", "STARTTLS", "EHLO us", "AUTH PLAIN AHUAcA=="]
    assert dialogue.is_ready
    login = "250-relay\r\n250-STARTTLS\r\n250 AUTH LOGIN"
    dialogue, _, said = spoken(
        access, "220 x", hello, "220 go", login, "334 VQ", "334 UA", "235 in"
    )
    assert said[-3:] == ["AUTH LOGIN", "dQ==", "cA=="]
    assert dialogue.is_ready


@pytest.mark.parametrize(
    ("replies", "why", "passing"),
    [
        (["554 no"], "554 no", False),
        (["421 busy"], "421 busy", True),
        (["220 x", "250 relay"], "STARTTLS", False),
        (["220 x", "250-r\r\n250 STARTTLS", "454 not now"], "454", True),
        (["220 x", "250-r\r\n250 STARTTLS", "220 go\r\n250 injected"], "before encryption", False),
        (["220 x", "250-r\r\n250 STARTTLS", "220 go", "250 r"], "no way to log in", False),
        (
            ["220 x", "250-r\r\n250 STARTTLS", "220 go", "250-r\r\n250 AUTH PLAIN", "535 no"],
            "535",
            False,
        ),
        (["nonsense"], "nonsense", True),
    ],
)
def test_a_session_that_cannot_begin_says_why(replies: list[str], why: str, passing: bool) -> None:
    dialogue, events, said = spoken(Access("us", starttls=True, user="u"), *replies)
    (unusable,) = (one for one in events if isinstance(one, Unusable))
    assert why in unusable.what
    assert unusable.passing is passing
    assert dialogue.is_over
    assert not any(line.startswith("AUTH") for line in said[:2])


def test_an_old_server_is_greeted_in_the_old_way() -> None:
    dialogue, _, said = spoken(Access("us"), "220 x", "502 what", "250 hello")
    assert said == ["EHLO us", "HELO us"]
    assert dialogue.takes


@pytest.mark.parametrize(
    ("reply", "fate"),
    [
        ("550 5.1.1 nobody", Fate.REFUSED),
        ("552 5.2.2 full", Fate.LATER),
        ("552 full", Fate.LATER),
        ("552 5.3.4 too large", Fate.REFUSED),
        ("554 5.2.2 over quota", Fate.LATER),
        ("451 4.7.1 greylisted", Fate.LATER),
        ("250 2.0.0 ok", Fate.ACCEPTED),
        ("354 what", Fate.UNKNOWN),
        ("nonsense", Fate.UNKNOWN),
    ],
)
def test_what_a_reply_to_the_end_means(reply: str, fate: Fate) -> None:
    (found,) = ReplyReader().read(f"{reply}\r\n".encode())
    assert found.outcome_of_end().fate is fate


def test_a_reply_without_an_end_does_not_fill_the_memory() -> None:
    def endless() -> Iterator[Reply]:
        reader = ReplyReader()
        for _ in range(100):
            yield from reader.read(b"2" * 1000)

    assert all(one.code == 0 for one in endless())
    lines = ReplyReader().read(b"250-more\r\n" * 1000)
    assert lines[0].code == 0
