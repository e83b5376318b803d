"""Heads of the ledger that lie outside it, in a file of known heads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from publisher.edges.files import write_file
from publisher.edges.locks import growing
from publisher.record.heads import WitnessedHead, read_head_file

_BEGINNING = """\
# Heads of ledgers as they were seen: identity, chain and number of the batch, its digest.
# Each vouches for its batch and all before it. `publisher verify --ledger --known-heads` reads it.
"""


@dataclass(frozen=True)
class KnownHeadsFile:
    """A file of heads, one a line, which grows."""

    path: Path

    def read(self) -> list[WitnessedHead] | None:
        """What it says; None: there is no such file yet.

        Raises:
            ConfigurationError: it does not read.
            OSError: the system does not let us read it.
        """
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return None
        return read_head_file(data, str(self.path))

    def add(self, heads: Collection[WitnessedHead]) -> int:
        """Adds heads that are not in it yet, whole or not at all; returns how many.

        Raises:
            ConfigurationError: another run is writing it, or it does not read.
            OSError: it cannot be written; it is as it was.
        """
        with growing(self.path):
            before = self.read()
            new = [head for head in sorted(heads) if head not in (before or ())]
            if new or before is None:
                text = _BEGINNING if before is None else self.path.read_text("utf-8")
                lines = "".join(f"{head.line()}\n" for head in new)
                text += "" if text.endswith("\n") or not text else "\n"
                write_file(self.path, (text + lines).encode(), mode=0o644)
        return len(new)
