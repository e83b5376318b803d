"""Who gets mailings: never the same as who is told of a release, or who refuses one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from publisher.people.recipients import Recipient
from publisher.people.requests import RequestKind


class MailingState(StrEnum):
    """What a customer declared last about mailings."""

    LEFT = "left"
    JOINED = "joined"


MAILING_STATE_AFTER = {
    RequestKind.LEAVE: MailingState.LEFT,
    RequestKind.JOIN: MailingState.JOINED,
}
"""What a request about mailings makes of it."""


@dataclass(frozen=True, slots=True)
class MailingPreference:
    """What one customer declared about mailings."""

    recipient: Recipient
    state: MailingState | None
    """None: nothing was ever declared; the organisation knows what it may send then."""
    at: dt.datetime | None
    """When it was declared."""
