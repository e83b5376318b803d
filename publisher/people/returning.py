"""Letters that come back after a carrier took them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.people.deliveries import Delivery, DeliveryState
from publisher.people.messages import Filing

MAY_COME_BACK = (DeliveryState.ACCEPTED, DeliveryState.IN_DOUBT)
"""States of a letter that a carrier took, or may have taken. Of others something else is known, or
a person has said what became of them."""


@dataclass(frozen=True, slots=True)
class ReturnedLetter:
    """A letter that a message is proven to be about."""

    delivery: Delivery

    @property
    def name(self) -> str:
        """That of its release: `privacy/2`."""
        return f"{self.delivery.policy}/{self.delivery.release}"

    @property
    def may_come_back(self) -> bool:
        """Whether nothing else has become of it."""
        return self.delivery.state in MAY_COME_BACK


@dataclass(frozen=True, slots=True)
class CameBack:
    """What is recorded of a letter that came back."""

    letter: ReturnedLetter
    status: str
    """Why, as a code (RFC 3463); empty: none is given."""
    words: str
    """Why, in the words of the server that did not take it; empty: it has none."""
    message: int
    """The number of the message that says so."""
    received: dt.datetime
    """When it came in."""
    filing: Filing
    """How it is filed."""

    @property
    def reply(self) -> str:
        """What stays on record in place of the carrier's words."""
        return self.words or self.status or "it came back"
