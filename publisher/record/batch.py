"""A batch: the events of one transaction, and the link of a chain that vouches for them.

A ledger has a chain for each machine that writes to it. A batch has the digest of the one before
it in its chain, and names the heads of other chains that have grown.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

FIRST = bytes(32)
"""What the first batch of a chain has as the digest of the one before it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The last batch of a chain at some moment."""

    chain: int
    number: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """The events of one transaction."""

    ledger: str
    """Identity of the ledger."""
    chain: int
    number: int
    """In its chain, from 1."""
    at: int
    """When it was written, microseconds since 1970 in UTC."""
    count: int
    """Of its events; a batch that only joins chains has none."""
    root: bytes
    """Of the Merkle tree of its events (RFC 9162 §2.1)."""
    previous: bytes
    """The digest of the batch before it."""
    heads: tuple[Head, ...] = ()
    """Of other chains."""

    def digest(self) -> bytes:
        """What the next batch, and a witness, have of it: 32 bytes."""
        value = {
            "ledger": self.ledger,
            "chain": self.chain,
            "number": self.number,
            "at": self.at,
            "count": self.count,
            "root": self.root.hex(),
            "previous": self.previous.hex(),
            "heads": heads_text(self.heads),
        }
        text = json.dumps(value, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).digest()

    @property
    def head(self) -> Head:
        """It as the head of its chain."""
        return Head(self.chain, self.number, self.digest())


def heads_text(heads: tuple[Head, ...]) -> str:
    """Heads as the ledger stores them: `1/204/9f86…` each, separated by spaces."""
    return " ".join(f"{one.chain}/{one.number}/{one.digest.hex()}" for one in heads)


def read_heads(text: str) -> tuple[Head, ...]:
    """The heads in such a text.

    Raises:
        ValueError: it is none.
    """
    parts = (one.split("/") for one in text.split())
    return tuple(Head(int(chain), int(number), bytes.fromhex(d)) for chain, number, d in parts)
