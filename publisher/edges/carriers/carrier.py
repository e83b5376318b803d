"""The protocol that every carrier follows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

from publisher.letters.message import Letter
from publisher.people.deliveries import Outcome

_ADDRESS = re.compile(r"[!-~]+@[!-~]+")

BeforeCommit = Callable[[], None]
"""Called when the next byte may make the letter arrive; what it records is durable on return."""


class Carrier(Protocol):
    """Takes letters, one after the other."""

    def deliver(self, letter: Letter, before_commit: BeforeCommit) -> Outcome:
        """Hands over one letter.

        Args:
            letter: what to send, and to whom.
            before_commit: called once, after every step that can fail harmlessly; if it raises,
                the letter is not sent.

        Raises:
            SendError: the carrier takes no letters at all; this one was not sent.
        """

    def close(self) -> None:
        """Ends the connection, if there is one."""


def why_unusable(letter: Letter) -> str:
    """Why no carrier takes a letter with these addresses; empty: they can be used."""
    addresses = (letter.sender, letter.to) if letter.sender else (letter.to,)
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            # SMTPUTF8 (RFC 6531) would have to be supported by every relay on the way.
            return f"not an address of printable ASCII characters: {address!r}"
    return ""
