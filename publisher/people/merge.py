"""Letters that are handed to a mail merge: which program sends them is not ours to see.

From when its row can be read, a letter may have been sent. So it is in doubt from before that, and
goes to nobody twice by itself, until a list says what became of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from publisher.people.deliveries import Delivery
from publisher.releases.statement import Means

MERGE = str(Means.MERGE)
"""What the facts of an event say of a letter that was handed to a mail merge."""
_HANDED = "handed to a mail merge on "


@dataclass(frozen=True, slots=True)
class MergedLetter:
    """A letter that is about to be handed to a mail merge."""

    delivery: Delivery
    """With the address that it is written to."""
    message_id: str
    sha256: str
    """Of the message, hexadecimal."""
    body: bytes
    """What is kept of it."""


@dataclass(frozen=True, slots=True)
class HandedLetter:
    """A letter that was handed to a mail merge, and of which nothing has been heard."""

    recipient: int
    message: bytes
    """To the byte as it was composed."""


def handed_reply(day: dt.date) -> str:
    """What stands on record in place of a carrier's words.

    Args:
        day: on which it was handed over.
    """
    return f"{_HANDED}{day}"


def is_handed(reply: str) -> bool:
    """Whether what stands in place of a carrier's words says that a mail merge was handed a letter,
    and nothing was heard of it.
    """
    return reply.startswith(_HANDED)
