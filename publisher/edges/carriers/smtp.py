"""The carrier that hands letters to an SMTP relay (RFC 5321), by several connections at once."""

from __future__ import annotations

import select
import ssl
import time
from collections import deque
from contextlib import suppress
from math import inf

from publisher.edges.carriers.carrier import (
    BeforeCommit,
    CarrierAnswer,
    Desk,
    OneLetter,
    why_unusable,
)
from publisher.edges.carriers.line import RelayLine, Way
from publisher.errors import ConfigurationError, PassingError, PublisherError, SendError
from publisher.letters.message import Letter
from publisher.people.deliveries import Fate, Outcome
from publisher.policies.settings import RelaySettings
from publisher.smtp.dialogue import Ended, Returned, SendingEvent
from publisher.smtp.opening import Unusable
from publisher.smtp.pace import Pace
from publisher.smtp.replies import CLOSING

REPLY_PATIENCE = 60.0
"""Seconds to wait for a reply; RFC 5321 §4.5.3.2 allows five minutes."""
LONG_PATIENCE = 600.0
"""Seconds to wait for the reply to the end of a letter (RFC 5321 §4.5.3.2.6)."""
_MORE = 5.0
"""Seconds that another connection may take, while there are some."""
_LAST = 10.0
"""Seconds that a relay has to answer about letters when somebody stops the program."""


class Relay:
    """An SMTP server. There is one connection at first, and another for each so many letters that
    it took; where it turns connections away, there are fewer.
    """

    def __init__(
        self,
        settings: RelaySettings,
        password: str = "",
        *,
        trusts: ssl.SSLContext | None = None,
        patience: float = REPLY_PATIENCE,
        long_patience: float = LONG_PATIENCE,
    ) -> None:
        """Connects when the first letter comes.

        Args:
            settings: the server.
            password: for its user.
            trusts: the certificates to trust; None: those that the machine trusts.
            patience, long_patience: seconds to wait for a reply, and for the one to a letter.
        """
        self._way = Way(settings, password, trusts, patience, long_patience)
        self._lines: list[RelayLine] = []
        self._allowed = 1.0
        """How many connections there may be."""
        self._pace = Pace(settings.rate, settings.domain_rate)
        self._waiting: deque[Letter] = deque()
        """Letters that were taken from the desk, and are on no connection."""
        self._answers: list[CarrierAnswer] = []
        """What is not written down yet."""
        self._trouble: Unusable | None = None
        """Why the relay takes no letters at all."""
        if settings.exposed:
            raise ConfigurationError(
                "the password would cross the network in the open",
                where="publisher.toml: mail.smtp.security",
                remedy="use starttls or tls",
            )

    def close(self) -> None:
        """Says goodbye (QUIT) and closes the connections."""
        for line in self._lines:
            line.close()
        self._lines.clear()

    def deliver(self, letter: Letter, before_commit: BeforeCommit) -> Outcome:
        """Sends one letter."""
        desk = OneLetter(letter, before_commit)
        self.carry(desk)
        assert desk.outcome is not None
        return desk.outcome

    def reach(self) -> None:
        """Begins a session, and keeps it for the letters that follow."""
        if not self._lines:
            self._open_another()
        while self._lines and not self._trouble and not self._lines[0].dialogue.is_ready:
            self._turn(inf)
        self._raise_trouble()

    def carry(self, desk: Desk) -> None:
        """Sends letters until there are none."""
        try:
            while True:
                self._offer(desk)
                pause = self._pause(desk)
                if pause is None:
                    return
                self._turn(pause)
                self._write_down(desk)
        except BaseException as error:
            self._wind_up(desk, inf if isinstance(error, PublisherError) else _LAST)
            raise

    # ── one after the other ──────────────────────────────────────────────────────────────────────

    def _offer(self, desk: Desk) -> None:
        """Gives letters to connections that take one, and what is to be written to their sockets;
        opens another one where all are busy.
        """
        for line in self._lines:
            if line.dialogue.takes and (letter := self._next(desk)):
                line.dialogue.offer(letter)
        self._write()
        busy = not any(line.dialogue.takes or not line.dialogue.is_ready for line in self._lines)
        if busy and len(self._lines) < self._most and (letter := self._next(desk)):
            self._waiting.appendleft(letter)
            self._open_another()

    @property
    def _most(self) -> int:
        return min(self._way.settings.connections, int(self._allowed))

    def _next(self, desk: Desk) -> Letter | None:
        """The next letter that may go."""
        now = time.monotonic()
        if self._pace.pause(now):
            return None
        if letter := self._pace.due(now):
            return letter
        while letter := self._fetched(desk):
            if problem := why_unusable(letter):
                self._answers.append(CarrierAnswer(letter, Outcome(Fate.REFUSED, problem)))
            elif self._pace.admits(letter, now):
                return letter
        return None

    def _fetched(self, desk: Desk) -> Letter | None:
        if self._waiting:
            return self._waiting.popleft()
        return None if self._pace.is_full else desk.take()

    def _pause(self, desk: Desk) -> float | None:
        """Seconds that may be waited for what connections say; None: all is done."""
        if self._answers or self._trouble:
            return 0
        now = time.monotonic()
        pauses = [self._pace.pause(now) or None, self._pace.pause_aside(now)]
        held_back = [pause for pause in pauses if pause is not None]
        if self._waiting or any(not line.dialogue.is_idle for line in self._lines):
            held_back.append(inf)
        return min(held_back) if held_back else desk.pause()

    def _turn(self, pause: float) -> None:
        """Waits until something comes or goes, and looks at what that means."""
        until = min([line.deadline for line in self._lines], default=inf)
        seconds = max(0.0, min(pause, until - time.monotonic()))
        poll, by_number = select.poll(), {line.fileno(): line for line in self._lines}
        for number, line in by_number.items():
            poll.register(number, select.POLLIN | (select.POLLOUT if line.is_full else 0))
        for number, what in poll.poll(None if seconds == inf else seconds * 1000):
            if what & ~select.POLLOUT:
                self._heard(by_number[number], by_number[number].read())
        self._write()
        now = time.monotonic()
        for line in list(self._lines):
            if line.deadline < now:
                self._heard(line, line.lose())

    def _write(self) -> None:
        for line in list(self._lines):
            self._heard(line, line.write())

    def _heard(self, line: RelayLine, events: list[SendingEvent]) -> None:
        """Takes in what was learned on a connection."""
        for one in events:
            if isinstance(one, Ended):
                self._answers.append(CarrierAnswer(one.letter, one.outcome))
                if one.outcome.fate is Fate.ACCEPTED:
                    self._allowed += 1 / self._allowed
            elif isinstance(one, Returned):
                self._waiting.appendleft(one.letter)
            elif isinstance(one, Unusable):
                if one.sender or not self._others(line):
                    self._trouble = one
                self._fewer(line)
        if line.is_dead and line in self._lines:
            self._lines.remove(line)
            if line.dialogue.why.startswith(str(CLOSING)):
                self._fewer(line)

    def _others(self, line: RelayLine) -> bool:
        return any(other.dialogue.is_ready for other in self._lines if other is not line)

    def _fewer(self, line: RelayLine) -> None:
        others = sum(other is not line for other in self._lines)
        self._allowed = max(1.0, min(self._allowed / 2, others))

    def _open_another(self) -> None:
        try:
            self._lines.append(RelayLine(self._way, _MORE if self._lines else None))
        except (OSError, ValueError) as error:
            if self._lines:
                self._allowed = float(len(self._lines))
            else:
                self._trouble = Unusable(str(error), passing=isinstance(error, OSError))

    def _write_down(self, desk: Desk) -> None:
        """Has the desk write down what was learned, and which letters may arrive from now on."""
        invited = [(line, line.dialogue.invited) for line in self._lines]
        marks = {line: letter for line, letter in invited if letter}
        if marks or self._answers:
            answers, self._answers = self._answers, []
            kept_back = desk.write(list(marks.values()), answers)
            for line, letter in marks.items():
                if letter in kept_back:
                    line.drop()
                    self._lines.remove(line)
                else:
                    line.dialogue.end()
        self._raise_trouble()

    def _raise_trouble(self) -> None:
        if self._trouble:
            trouble, self._trouble = self._trouble, None
            raise self._refused(trouble)

    # ── the end ──────────────────────────────────────────────────────────────────────────────────

    def _wind_up(self, desk: Desk, seconds: float) -> None:
        """Hands over nothing more; waits for replies about letters whose ends were written."""
        self._waiting.clear()
        self._pace.forget()
        until = time.monotonic() + seconds
        with suppress(OSError, ValueError):
            self._write()
            for line in list(self._lines):
                if not line.dialogue.doubtful:
                    line.drop()
                    self._lines.remove(line)
            while self._lines and time.monotonic() < until:
                self._turn(min(until - time.monotonic(), 1.0))
                for line in list(self._lines):
                    if not line.dialogue.doubtful:
                        line.drop()
                        self._lines.remove(line)
        for line in self._lines:
            line.drop()
        self._lines.clear()
        self._waiting.clear()
        self._trouble = None
        answers, self._answers = self._answers, []
        # Why the run ended is not to be hidden.
        with suppress(PublisherError, OSError):
            desk.write([], answers)

    def _refused(self, trouble: Unusable) -> SendError:
        where = f"{self._way.settings.host}:{self._way.settings.port}"
        if trouble.sender:
            return SendError(
                f"the relay does not take mail from <{trouble.sender}>: {trouble.what}",
                where=where,
                remedy="ask whoever runs the relay; letters not yet sent stay to do",
            )
        kind = PassingError if trouble.passing else SendError
        return kind(
            f"the relay cannot be reached: {trouble.what}",
            where=where,
            remedy="check mail.smtp in publisher.toml, and PUBLISHER_SMTP_PASSWORD; "
            "letters not yet sent stay to do",
        )
