"""Replies of an SMTP server (RFC 5321 §4.2), and what they say of a letter."""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.people.deliveries import Fate, Outcome

_LINE = re.compile(r"([2-5]\d\d)([ -]|$)(.*)", re.DOTALL)
_STATUS = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?: |$)")
_LONGEST_LINE = 4096
"""Bytes of a line; RFC 5321 §4.5.3.1.5 has 512, and servers say more."""
_LONGEST_REPLY = 128
"""Lines of a reply."""
_LONGEST_WORDS = 500
"""Characters that are kept of a reply."""

CLOSING = 421
"""The server closes the connection, whatever it was asked (§3.8)."""
_STORAGE = 552
"""Without a status (RFC 3463) of its own: the mailbox is full."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply."""

    code: int
    """0: it was not a reply at all."""
    text: str
    """Its lines, without their codes."""

    @property
    def words(self) -> str:
        """The code and the text in a line, at most 500 characters."""
        code = f"{self.code} " if self.code else ""
        return f"{code}{' '.join(self.text.split())}"[:_LONGEST_WORDS]

    @property
    def status(self) -> str:
        """The enhanced status (RFC 3463), such as `5.1.1`; empty: it has none."""
        found = _STATUS.match(self.text)
        return f"{found[1]}.{found[2]}.{found[3]}" if found else ""

    def outcome(self) -> Outcome:
        """What it means for a letter that was offered, and not yet ended: it was not taken.

        A full mailbox is emptied some day (5.2.2; 552 without a status), so it is tried again,
        although the server speaks of a permanent failure.
        """
        full = self.status == "5.2.2" or (self.code == _STORAGE and not self.status)
        refused = self.code >= 500 and not full
        return Outcome(Fate.REFUSED if refused else Fate.LATER, self.words)

    def outcome_of_end(self) -> Outcome:
        """The same for a letter that was handed over to its end."""
        if 200 <= self.code < 300:
            return Outcome(Fate.ACCEPTED, self.words)
        if self.code >= 400:
            return self.outcome()
        return Outcome(Fate.UNKNOWN, self.words)


class ReplyReader:
    """Makes replies of bytes, however they are cut."""

    def __init__(self) -> None:
        self._buffer = b""
        self._lines: list[str] = []

    @property
    def is_between(self) -> bool:
        """Whether no reply has begun."""
        return not self._buffer and not self._lines

    def read(self, data: bytes) -> list[Reply]:
        """The replies that end in these bytes.

        A line that is none, or one that has no end, gives a reply with the code 0; what follows it
        cannot be told apart.
        """
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        found = [reply for line in lines if (reply := self._take(line.removesuffix(b"\r")))]
        if len(self._buffer) > _LONGEST_LINE:
            found.append(Reply(0, "a reply without an end"))
            self._buffer = b""
        return found

    def _take(self, line: bytes) -> Reply | None:
        text = line.decode("utf-8", "replace")
        parts = _LINE.fullmatch(text)
        if not parts or len(line) > _LONGEST_LINE or len(self._lines) >= _LONGEST_REPLY:
            self._lines.clear()
            return Reply(0, text)
        self._lines.append(parts[3])
        if parts[2] == "-":
            return None
        reply = Reply(int(parts[1]), "\n".join(self._lines))
        self._lines.clear()
        return reply
