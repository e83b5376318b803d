"""One connection to a relay, without its socket: bytes that came go in, bytes to write come out.

What matters here is the stage at which something fails. Until the line with the single dot is
written, the relay may not deliver the letter (RFC 5321 §4.1.1.4), so a failure is harmless; after
it, and before the relay's reply, nobody can know (RFC 1047). So the dot is only given out when it
is asked for, after the letter was marked as in doubt.

Where the relay takes commands in groups (PIPELINING, RFC 2920), a letter costs one round trip: the
commands for the next one travel with the dot of the last.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from publisher.letters.message import Letter
from publisher.people.deliveries import Fate, Outcome
from publisher.smtp.opening import Access, Opening, ToSecure, Unusable
from publisher.smtp.replies import CLOSING, Reply, ReplyReader

_BREAK = re.compile(rb"\r\n|\r|\n")
_AT_ONCE = 1 << 16
"""Bytes that are written at once, a letter and its end."""
_LOST = "the connection was lost before the end of the letter"


@dataclass(frozen=True, slots=True)
class Ended:
    """It is known, or will never be known, what became of a letter."""

    letter: Letter
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Returned:
    """The relay said nothing of a letter that followed others on a connection, which is over: that
    says nothing of the letter, so it may go by another one.
    """

    letter: Letter


SendingEvent = ToSecure | Unusable | Ended | Returned


class _Step(Enum):
    """What a reply is about."""

    OPENING = auto()
    RESET = auto()
    SENDER = auto()
    RECIPIENT = auto()
    DATA = auto()
    END = auto()
    NOTHING = auto()
    """The end of a letter without a word, which is for nobody."""
    QUIT = auto()


@dataclass(slots=True)
class _Turn:
    """A letter on its way."""

    letter: Letter
    first: bool
    """Whether it is the first on its connection."""
    spoken: bool = False
    """Whether the relay has said something about it."""
    refusal: Outcome | None = None
    body: bytes = b""
    """What is written along with its end."""
    end: int | None = None
    """How many bytes are written when its end is; None: that is not asked for yet."""


class SendingDialogue:
    """A connection, from its greeting on."""

    def __init__(self, access: Access) -> None:
        """Args:
        access: how the session begins.
        """
        self._opening = Opening(access)
        self._reader = ReplyReader()
        self._expected: deque[tuple[_Step, _Turn | None]] = deque([(_Step.OPENING, None)])
        self._out: list[bytes | memoryview] = []
        self._asked_for, self._written = 0, 0
        self._turn: _Turn | None = None
        """The letter that is offered, or whose end is awaited by the relay."""
        self._ended: deque[_Turn] = deque()
        """Letters whose end was asked for, and of which the relay has not yet said anything."""
        self._taken = 0
        self._to_reset = False
        self.is_over = False
        """Whether nothing more is said on this connection."""
        self.why = ""
        """Why not."""

    # ── what its user looks at ───────────────────────────────────────────────────────────────────

    @property
    def is_ready(self) -> bool:
        """Whether the session has begun."""
        return self._opening.is_done

    @property
    def takes(self) -> bool:
        """Whether a letter may be offered now."""
        ready = self.is_ready and not self.is_over and self._turn is None
        return ready and (self._pipelines or not self._ended)

    @property
    def invited(self) -> Letter | None:
        """The letter that the relay has but for its end, which may be written now; None: none."""
        at_the_dot = self._turn and not self._expected and not self._out
        return self._turn.letter if self._turn and at_the_dot and not self.is_over else None

    @property
    def is_idle(self) -> bool:
        """Whether the session has begun, and no letter is on its way."""
        return self.is_ready and self._turn is None and not self._ended

    @property
    def awaits_verdict(self) -> bool:
        """Whether the next reply is about a whole letter, which may take the relay minutes
        (§4.5.3.2.6).
        """
        return bool(self._expected) and self._expected[0][0] is _Step.END

    @property
    def awaits(self) -> bool:
        """Whether a reply is due."""
        return bool(self._expected)

    @property
    def doubtful(self) -> bool:
        """Whether the end of a letter was written, and nothing was said about it yet."""
        return any(self._has_ended(turn) for turn in self._ended)

    @property
    def outgoing(self) -> bytes | memoryview:
        """The bytes to write next; empty: none."""
        if len(self._out) > 1:
            self._out[:] = [b"".join(self._out)]
        return self._out[0] if self._out else b""

    def wrote(self, count: int) -> None:
        """Says how many of them were written."""
        self._written += count
        rest = memoryview(self.outgoing)[count:]
        self._out[:] = [rest] if rest else []

    # ── letters ──────────────────────────────────────────────────────────────────────────────────

    def offer(self, letter: Letter) -> None:
        """Begins to hand over a letter: its addresses, and then a large one but for its end, so
        that it is not in doubt for long; a small one goes along with it.

        Args:
            letter: with addresses of printable ASCII characters; `takes` is true.
        """
        turn = self._turn = _Turn(letter, first=not self._taken)
        self._taken += 1
        if self._to_reset:
            self._say("RSET", _Step.RESET)
            self._to_reset = False
        size = f" size={len(letter.data)}" if "SIZE" in self._opening.extensions else ""
        self._say(f"MAIL FROM:<{letter.sender}>{size}", _Step.SENDER, turn)
        if self._pipelines:
            self._say(f"RCPT TO:<{letter.to}>", _Step.RECIPIENT, turn)
            self._say("DATA", _Step.DATA, turn)

    def end(self) -> None:
        """Has the end of the letter written that the relay is invited to; from then on it is in
        doubt, until the relay has replied. The next letter may be offered at once where `takes`
        says so.
        """
        turn = self._turn
        assert turn is not None
        assert self.invited
        if turn.body:
            self._give(turn.body)
            turn.body = b""
        self._say(".", _Step.END, turn)
        turn.end = self._asked_for
        self._ended.append(turn)
        self._turn = None

    def quit(self) -> None:
        """Says goodbye."""
        if not self.is_over and self.is_ready and self._turn is None:
            self._say("QUIT", _Step.QUIT)

    # ── what comes ───────────────────────────────────────────────────────────────────────────────

    def secured(self) -> None:
        """The connection is encrypted now."""
        self._say(self._opening.secured(), _Step.OPENING)

    def received(self, data: bytes) -> list[SendingEvent]:
        """What follows from bytes that came."""
        events: list[SendingEvent] = []
        replies = deque(self._reader.read(data))
        while replies and not self.is_over:
            reply = replies.popleft()
            events += self._replied(reply, is_last=not replies and self._reader.is_between)
        return events

    def lost(self) -> list[SendingEvent]:
        """What follows from the end of the connection, or from waiting no longer."""
        if self.is_over:
            return []
        events = list(self._closed("the connection was lost"))
        if not self.is_ready and not events:
            events.append(Unusable("the relay closed the connection", passing=True))
        return events

    # ── replies ──────────────────────────────────────────────────────────────────────────────────

    def _replied(self, reply: Reply, *, is_last: bool) -> Iterator[SendingEvent]:
        if not self._expected:
            # Nothing was asked: the relay closes the connection, or does not speak SMTP.
            return self._closed(reply.words)
        step, turn = self._expected.popleft()
        if turn is not None:
            return self._about(turn, step, reply)
        if not self.is_ready:
            return self._opened(reply, is_last=is_last)
        # What is left are RSET and QUIT.
        return iter(()) if reply.code == 250 else self._closed(reply.words)

    def _opened(self, reply: Reply, *, is_last: bool) -> Iterator[SendingEvent]:
        """How the beginning of the session goes on."""
        next_ = self._opening.replied(reply, is_last=is_last)
        if isinstance(next_, str):
            if next_:
                self._say(next_, _Step.OPENING)
            return
        if isinstance(next_, Unusable):
            yield from self._closed(next_.what)
        yield next_

    def _about(self, turn: _Turn, step: _Step, reply: Reply) -> Iterator[SendingEvent]:
        """What a reply about a letter means."""
        said_before, turn.spoken = turn.spoken, True
        if step is _Step.END:
            yield from self._judged(reply)
            return
        if reply.code == CLOSING:
            turn.spoken = said_before
            turn.refusal = turn.refusal or (reply.outcome() if said_before or turn.first else None)
            yield from self._closed(reply.words)
            return
        if step is _Step.NOTHING:
            yield from self._let_go(turn)
            return
        if step is _Step.SENDER and reply.code >= 500 and turn.refusal is None:
            sender = turn.letter.sender
            self._turn = None
            yield Unusable(reply.words, passing=False, sender=sender)
            yield Returned(turn.letter)
            yield from self._closed(reply.words)
            return
        if not _goes_on(step, reply):
            turn.refusal = turn.refusal or reply.outcome()
        if not reply.code:  # what comes next cannot be told apart
            yield from self._closed(reply.words)
            return
        yield from self._next(turn, step, reply)

    def _next(self, turn: _Turn, step: _Step, reply: Reply) -> Iterator[SendingEvent]:
        """What is said after a reply about a letter that is offered."""
        if step is _Step.DATA:
            if turn.refusal is None:
                turn.body = _stuffed(turn.letter.data)
                if len(turn.body) > _AT_ONCE:
                    self._give(turn.body)
                    turn.body = b""
            elif reply.code == 354:
                # For nobody (RFC 2920 §3.1); some look for the dot behind the end of a line alone.
                self._say("\r\n.", _Step.NOTHING, turn)
            else:
                yield from self._let_go(turn)
        elif self._pipelines:
            return
        elif turn.refusal is not None:
            yield from self._let_go(turn)
        elif step is _Step.SENDER:
            self._say(f"RCPT TO:<{turn.letter.to}>", _Step.RECIPIENT, turn)
        else:
            self._say("DATA", _Step.DATA, turn)

    def _judged(self, reply: Reply) -> Iterator[SendingEvent]:
        """What a reply to the end of a letter means."""
        turn = self._ended.popleft()
        yield Ended(turn.letter, reply.outcome_of_end())
        if reply.code == CLOSING or reply.code < 200 or 300 <= reply.code < 400:
            yield from self._closed(reply.words)

    def _let_go(self, turn: _Turn) -> Iterator[SendingEvent]:
        """Ends with a letter that was refused before its end."""
        assert turn.refusal is not None
        self._turn, self._to_reset = None, True
        yield Ended(turn.letter, turn.refusal)

    def _closed(self, why: str) -> Iterator[SendingEvent]:
        """What becomes of the letters on a connection that is over."""
        self.is_over, self.why = True, why
        self._expected.clear()
        self._out.clear()
        for turn in self._ended:
            if self._has_ended(turn):
                outcome = Outcome(Fate.UNKNOWN, "no reply after the end of the letter")
            else:
                outcome = Outcome(Fate.LATER, _LOST)
            yield Ended(turn.letter, outcome)
        self._ended.clear()
        open_, self._turn = self._turn, None
        if open_ is None:
            return
        if open_.refusal:
            yield Ended(open_.letter, open_.refusal)
        elif open_.first or open_.spoken:
            lost = _LOST if open_.spoken else "the relay closed the connection before the letter"
            yield Ended(open_.letter, Outcome(Fate.LATER, lost))
        else:
            yield Returned(open_.letter)

    # ── what goes ────────────────────────────────────────────────────────────────────────────────

    @property
    def _pipelines(self) -> bool:
        return "PIPELINING" in self._opening.extensions

    def _say(self, line: str, step: _Step, turn: _Turn | None = None) -> None:
        self._give(f"{line}\r\n".encode("ascii"))
        self._expected.append((step, turn))

    def _give(self, data: bytes) -> None:
        self._out.append(data)
        self._asked_for += len(data)

    def _has_ended(self, turn: _Turn) -> bool:
        """Whether the whole line with the dot was written."""
        return turn.end is not None and self._written >= turn.end


def _goes_on(step: _Step, reply: Reply) -> bool:
    """Whether a letter goes on after a reply about it (RFC 5321 §4.3.2)."""
    if step is _Step.RECIPIENT:
        return reply.code in (250, 251)
    return reply.code == (354 if step is _Step.DATA else 250)


def _stuffed(data: bytes) -> bytes:
    """A letter as SMTP transfers it: lines ended by CR LF, leading dots doubled (§4.5.2)."""
    breaks = data.count(b"\n")
    if data.count(b"\r") != breaks or data.count(b"\r\n") != breaks:
        data = _BREAK.sub(b"\r\n", data)
    # Thrice as fast as an expression, and replacing is slow where there is little to replace.
    data = b"\n..".join(data.split(b"\n."))
    if data.startswith(b"."):
        data = b"." + data
    return data if data.endswith(b"\r\n") else data + b"\r\n"
