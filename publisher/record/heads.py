"""Heads of a ledger's chains as they are written down elsewhere: in a letter, a statement, a file.

Whoever owns the database can write all of it anew. A head that somebody else has does not fit then:
it vouches for its batch, and for all before it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from publisher.errors import ConfigurationError

LEDGER_FIELD = "Policy-Ledger"
"""The header field of a letter that has the head of the ledger when its run began."""
_LINE = re.compile(
    r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}); "
    r"([1-9][0-9]{0,9})/([1-9][0-9]{0,17}); sha256=([0-9a-f]{64})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, order=True)
class WitnessedHead:
    """The head of a chain, as it was seen outside the ledger."""

    ledger: str
    """The identity of the ledger (UUID)."""
    chain: int
    number: int
    """Of the batch, from 1."""
    digest: bytes
    """Of the batch, 32 bytes."""

    def line(self) -> str:
        """`IDENTITY; CHAIN/NUMBER; sha256=…`, the one form in which it is written anywhere."""
        return f"{self.ledger}; {self.chain}/{self.number}; sha256={self.digest.hex()}"


def read_head_line(text: str) -> WitnessedHead | None:
    """The head that a line has; None: it is none, or not in the one form."""
    found = _LINE.fullmatch(text)
    if not found:
        return None
    ledger, chain, number, digest = found.groups()
    return WitnessedHead(ledger, int(chain), int(number), bytes.fromhex(digest))


def read_head_file(data: bytes, where: str) -> list[WitnessedHead]:
    """The heads in a file: one a line; what begins with `#` is a remark.

    Args:
        data: its bytes.
        where: its path, for messages.

    Raises:
        ConfigurationError: a line is none of these.
    """
    found = []
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        said = line.strip()
        if not said or said.startswith("#"):
            continue
        head = read_head_line(said)
        if head is None:
            raise ConfigurationError(
                f"is not a head of a ledger: {said[:80]}",
                where=f"{where}:{number}",
                remedy="restore the file from a copy; `publisher ledger head` prints such lines",
            )
        found.append(head)
    return found
