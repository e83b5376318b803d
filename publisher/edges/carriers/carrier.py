"""The protocol that every carrier follows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from publisher.letters.message import Letter
from publisher.people.deliveries import Outcome

_ADDRESS = re.compile(r"[!-;=?-~]+@[!-;=?-~]+")

BeforeCommit = Callable[[], None]
"""Called when the next byte may make the letter arrive; what it records is durable on return."""


class CarrierAnswer(NamedTuple):
    """What a carrier did with a letter."""

    letter: Letter
    outcome: Outcome


class Desk(Protocol):
    """Where a carrier gets letters, and where it is written down what becomes of them."""

    def take(self) -> Letter | None:
        """The next letter; None: there is none at this moment."""

    def pause(self) -> float | None:
        """Seconds until there may be another; None: there will be none."""

    def write(
        self, marks: Sequence[Letter], answers: Sequence[CarrierAnswer]
    ) -> Collection[Letter]:
        """Writes down, durably, what was learned, and which letters may arrive from now on.

        Args:
            marks: letters whose ends are written next.
            answers: what became of others.

        Returns:
            Those of `marks` that must not go.

        Raises:
            PublisherError: nothing was written, and the desk keeps the answers; no letter may go.
        """


class Carrier(Protocol):
    """Takes letters."""

    def reach(self) -> None:
        """Looks whether letters could be handed over.

        Raises:
            SendError: they could not.
        """

    def carry(self, desk: Desk) -> None:
        """Hands over letters until there are none.

        Raises:
            SendError: the carrier takes no letters at all; what was learned before is written.
        """

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
        """Ends the connections, if there are any."""


class OneLetter:
    """A desk with a single letter on it."""

    def __init__(self, letter: Letter, before_commit: BeforeCommit) -> None:
        """Args:
        letter, before_commit: as for `Carrier.deliver`.
        """
        self._waiting: list[Letter] = [letter]
        self._before_commit = before_commit
        self.outcome: Outcome | None = None

    def take(self) -> Letter | None:
        """The letter, once."""
        return self._waiting.pop() if self._waiting else None

    def pause(self) -> float | None:
        """There will be no other."""
        return None

    def write(
        self, marks: Sequence[Letter], answers: Sequence[CarrierAnswer]
    ) -> Collection[Letter]:
        """Tells whoever sends it."""
        if marks:
            self._before_commit()
        for _, self.outcome in answers:
            pass
        return ()


def why_unusable(letter: Letter) -> str:
    """Why no carrier takes a letter with these addresses; empty: they can be used."""
    addresses = (letter.sender, letter.to) if letter.sender else (letter.to,)
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            # SMTPUTF8 (RFC 6531) would have to be supported by every relay on the way.
            return f"not an address of printable ASCII characters: {address!r}"
    return ""
