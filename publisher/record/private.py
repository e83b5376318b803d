"""What is personal in the ledger: it stands apart from the event, and can be erased.

The event has a digest of it. Of an address, a digest alone could be guessed; with a random salt of
128 bits that is erased with the value, it says nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

SALT = 16
"""Bytes of a salt."""


@dataclass(frozen=True, slots=True)
class PrivateValue:
    """The private value of one event."""

    salt: bytes
    text: str
    """Canonical JSON. Where there is a body, its `sha256` is that of the body's content."""
    body: bytes | None = None
    """What is large, compressed: a mail that came in, a letter."""

    def digest(self) -> bytes:
        """What its event has of it, 32 bytes."""
        return hashlib.sha256(self.salt + self.text.encode()).digest()


def canonical(value: Mapping[str, Any]) -> str:
    """JSON that is the same for the same value, in one line."""
    return _written(value)


_written = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
"""One for all: to make one takes longer than to use it."""
