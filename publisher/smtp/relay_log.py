"""What Postfix's log says of letters, by their Message-IDs.

A letter is taken once its queue manager has it (`qmgr … from=<…>`). That it was begun (`cleanup …
message-id=<…>`) says nothing: Postfix forgets a message whose end it did not answer (RFC 5321
§4.1.1.4). What is known is from the log that is read; what is not in it stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum


class LogVerdict(StrEnum):
    """What a log says of a letter."""

    TAKEN = "taken"
    """It was queued, and has not come back."""
    BOUNCED = "bounced"
    """It was queued, and came back for good."""
    BEGUN = "begun"
    """It was begun, and nothing says that it was queued."""
    STRANGE = "strange"
    """It was queued from a sender that is not ours: somebody else may have used its Message-ID."""
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class LoggedLetter:
    """What became of a letter, by a log."""

    verdict: LogVerdict
    words: str = ""
    """The log's own, in a line."""


ABSENT = LoggedLetter(LogVerdict.ABSENT, "it is not in the log")
MOST_LOGGED = 300
"""Limit on the characters that are kept of a line of a log."""
_LONGEST_LINE = 8_000

# With the stamps of syslog (RFC 3164), of ISO 8601, or of RFC 5424, whose number and message id
# stand apart from the name of the program.
_LINE = re.compile(
    rb"\bpostfix[\w.-]*(?:/[\w-]+)*?/(?P<program>[a-z]+)"
    rb"(?:\[\d+\]:|\s+\d+\s+\S+\s+(?:-|(?:\[[^\]]*\])+))\s+(?:\xef\xbb\xbf)?"
    rb"(?P<queue>[0-9A-Za-z]{6,20}):\s+(?P<said>.*)"
)
_ID = re.compile(rb"(?:resent-)?message-id=<?([^<>\s]+)>?")
_FROM = re.compile(rb"from=<([^>]*)>")
_ENDED = re.compile(rb"status=(?:force-)?expired\b")
_TO = re.compile(
    rb"to=<(?P<to>[^>]*)>,.*?\bdsn=(?P<dsn>\d\.\d+\.\d+), status=(?P<status>[\w-]+)"
    rb"(?: \((?P<words>.*)\))?"
)


@dataclass(slots=True)
class _Entry:
    """A message in the queue."""

    id: str
    queue: str
    sender: str | None = None
    """From whom it was queued; None: it was not."""
    to: dict[bytes, tuple[str, str]] = field(default_factory=dict)
    """What became of it last, with the words, by address."""
    expired: bool = False
    refused: str = ""
    """Why it was turned away after it was brought."""

    def judged(self, is_ours: Callable[[str], bool]) -> LoggedLetter:
        """What that says of the letter."""
        if self.sender is None:
            return LoggedLetter(LogVerdict.BEGUN, self.refused or "it was begun, and never queued")
        if not is_ours(self.sender):
            what = f"it was queued from another sender, <{self.sender}>"
            return LoggedLetter(LogVerdict.STRANGE, what[:MOST_LOGGED])
        lost = ("bounced", "expired", *(("deferred",) if self.expired else ()))
        statuses = {status for status, _ in self.to.values()}
        back = next((words for status, words in self.to.values() if status in lost), "")
        if statuses and statuses <= set(lost):
            return LoggedLetter(LogVerdict.BOUNCED, back or "it came back")
        said = ", ".join(sorted(statuses)) or "queued"
        return LoggedLetter(LogVerdict.TAKEN, f"queued as {self.queue}: {said}")


class RelayLog:
    """A log of Postfix, read in a stream; what is kept is about the letters that are sought."""

    def __init__(self, sought: Collection[str], is_ours: Callable[[str], bool]) -> None:
        """Nothing is read yet.

        Args:
            sought: Message-IDs without brackets.
            is_ours: whether an address is one that letters have as the sender on their envelopes.
        """
        self._sought = {one.encode() for one in sought}
        self._is_ours = is_ours
        self._open: dict[bytes, _Entry] = {}
        """By the name in the queue, which is used again for other messages."""
        self._found: dict[str, list[_Entry]] = {}
        self.lines = 0
        """How many lines of Postfix were read."""

    def read(self, blocks: Iterable[bytes]) -> None:
        """Reads a log, or a part of it; the older parts come first.

        Args:
            blocks: its bytes, in pieces of any size.
        """
        rest = b""
        for block in blocks:
            *lines, rest = (rest + block).split(b"\n")
            rest = rest[-_LONGEST_LINE:]
            for line in lines:
                self._take(line[:_LONGEST_LINE])
        self._take(rest)

    def letter(self, message_id: str) -> LoggedLetter:
        """What it says of a letter: of one that was sent several times, of the last time."""
        judged = [entry.judged(self._is_ours) for entry in self._found.get(message_id, [])]
        own = [one for one in judged if one.verdict is not LogVerdict.STRANGE]
        return next(reversed(own or judged), ABSENT)

    def _take(self, line: bytes) -> None:
        if b"postfix" not in line or not (found := _LINE.search(line)):
            return
        self.lines += 1
        program, queue, said = found["program"], found["queue"], found["said"]
        if program == b"cleanup" and (named := _ID.match(said)):
            self._begin(queue, named[1])
        elif (entry := self._open.get(queue)) is not None:
            _note(entry, program, said)
            if program == b"qmgr" and said.startswith(b"removed"):
                del self._open[queue]

    def _begin(self, queue: bytes, message_id: bytes) -> None:
        self._open.pop(queue, None)
        if message_id in self._sought:
            entry = _Entry(message_id.decode(), queue.decode())
            self._open[queue] = entry
            self._found.setdefault(entry.id, []).append(entry)


def _note(entry: _Entry, program: bytes, said: bytes) -> None:
    """What a line says of a message."""
    if program == b"qmgr":
        if (sender := _FROM.match(said)) and entry.sender is None:
            entry.sender = _text(sender[1])
        entry.expired |= bool(_ENDED.search(said))
    elif program == b"cleanup" and re.match(rb"(?:milter-)?(?:reject|discard)", said):
        entry.refused = f"it was turned away: {_text(said)}"[:MOST_LOGGED]
    elif one := _TO.search(said):
        words = f"{_text(one['words'] or b'')} ({one['dsn'].decode()})".strip()
        entry.to[one["to"]] = (one["status"].decode().lower(), words[:MOST_LOGGED])


def _text(said: bytes) -> str:
    """Words of a log, without what no terminal should be given."""
    text = said[:MOST_LOGGED].decode("utf-8", "replace")
    return "".join(sign if sign.isprintable() else " " for sign in text).strip()
