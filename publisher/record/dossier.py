"""What a ledger has of one customer, each event with the path that leads to the root of its batch.

Other people's events are in it by digests alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from publisher.record.batch import Batch
from publisher.record.event import Event
from publisher.record.private import PrivateValue


@dataclass(frozen=True, slots=True)
class ProvenEvent:
    """An event, and what proves that it is in its batch."""

    event: Event
    chain: int
    batch: int
    """The batch's number in its chain."""
    index: int
    """The event's place among those of the batch, from 0."""
    path: Sequence[bytes]
    """As `inclusion_paths` gives it."""
    private: PrivateValue | None = None
    """None: it has none, or it is gone; its body is as it is stored."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What a ledger has of one customer, as of one moment."""

    ledger: str
    """Its identity."""
    numbers: Sequence[int]
    """Of the recipients that the customer is and was."""
    events: Sequence[ProvenEvent]
    """By rising number: theirs, and those that say what was erased, restored, or sent by whom."""
    batches: Sequence[Batch]
    """By chain and number: those of the events, and those that came after, as far as given."""
    templates: Mapping[bytes, bytes] = field(default_factory=dict)
    """Templates of letters, by their SHA-256."""
    undecided: int = 0
    """Messages that may be the customer's, and wait until a person says whose they are."""
    shared: bool = False
    """Whether another customer has one of the addresses."""
