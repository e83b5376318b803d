"""What the ledger knows of a customer and a policy, from which it follows which version applies."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from publisher.people.deliveries import DeliveryState
from publisher.people.requests import RequestKind
from publisher.releases.number import Number


class LetterFacts(NamedTuple):
    """What became of the letter about a release to one customer."""

    number: Number
    state: DeliveryState
    at: int
    """Since when it is in that state, or when it was accepted: microseconds since 1970."""
    means: str = ""
    """How it was carried: `e-mail`, `mail merge`; empty: it was not, or it is not known."""
    said: str = ""
    """What a role said of it: how the customer was told otherwise, or why they are not."""
    role: str = ""


class DeclarationFacts(NamedTuple):
    """What one customer declared about a release and its corrections."""

    major: int
    kind: RequestKind | None
    """What counts; None: nothing was declared in time."""
    late: RequestKind | None
    """What was declared last of all that came late; it changes nothing."""
    received: int
    """When the one that counts came, or else the late one: microseconds since 1970."""


class CustomerFacts(NamedTuple):
    """All that is known of one customer, but for whom it is."""

    joined: dt.date | None = None
    """When they became a customer; None: it is not known."""
    came_with: Number | None = None
    """The latest version to which they agreed on joining."""
    letters: tuple[LetterFacts, ...] = ()
    declarations: tuple[DeclarationFacts, ...] = ()


class KnownCustomer(NamedTuple):
    """A customer, and what is known of them."""

    number: int
    """Of the recipient."""
    customer: str
    """The organisation's own id."""
    facts: CustomerFacts
