"""The messages that came in, in rows of a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from publisher.people.messages import Message


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message that came in, and why it waits for a person, or what became of it."""

    number: int
    received: dt.datetime
    filed: str
    about: str
    """Release and customer, as far as they are known."""
    reason: str

    def cells(self) -> tuple[str, ...]:
        """As a table shows it."""
        moment = f"{self.received.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"
        return (str(self.number), moment, self.filed, self.about, self.reason)


def message_list(messages: Iterable[Message], customers: Mapping[int, str]) -> list[MessageRow]:
    """Messages as a table shows them.

    Args:
        messages: in the order in which they are shown.
        customers: the customers' ids by the recipient's number.
    """
    return [
        MessageRow(
            m.id,
            m.received,
            m.filed or "not read yet",
            " ".join(filter(None, [m.policy, m.release, customers.get(m.recipient or 0, "")])),
            m.reason,
        )
        for m in messages
    ]
